/* SPDX-License-Identifier: ISC */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "scan/resume.h"

static const struct fingerprint_secret secret = { .bytes = { 1 } };

#define S "{\"schema\":\"danelaw-summary/1\","
#define R "{\"schema\":\"danelaw-report/1\","
#define A S "\"domain\":\"a.example\"}\n"

/* One text, in pieces of every size up to its own. */
static void
expect(const char *text, const char *names, uint64_t lines, uint64_t torn,
    bool torn_is_ours, const char *why)
{
	size_t len = strlen(text);

	for (size_t chunk = 1; chunk <= len; chunk++) {
		struct seen *seen = seen_new(&secret);
		struct resume *resume = resume_new(seen, NULL);
		struct resume_state state;
		size_t n_names = 0;
		bool good = true;

		for (size_t at = 0; good && at < len; at += chunk)
			good = resume_feed(resume, text + at,
			    len - at < chunk ? len - at : chunk);
		state = resume_state(resume);
		assert_int_equal(good, why == NULL);
		assert_int_equal(state.lines, lines);
		if (why != NULL) {
			assert_non_null(state.why);
			assert_string_equal(state.why, why);
		} else {
			assert_null(state.why);
			assert_int_equal(state.torn, torn);
			assert_int_equal(state.whole, len - torn);
			assert_int_equal(state.torn_is_ours, torn_is_ours);
		}
		for (const char *at = names; *at != '\0'; n_names++) {
			size_t n = strcspn(at, " ");

			assert_true(seen_has(seen, at, n));
			at += n;
			at += strspn(at, " ");
		}
		assert_int_equal(seen_count(seen), n_names);
		resume_free(resume);
		seen_free(seen);
	}
}

static void
test_lines(void **state)
{
	static const struct {
		const char *text, *names;
		uint64_t lines;
	} rows[] = {
		{ A, "a.example", 1 },
		{ A R "\"domain\":\"b.example\",\"port\":25}\n",
		    "a.example b.example", 2 },
		{ A A, "a.example", 2 },
		/* Only the member behind the schema names the domain. */
		{ R "\"domain\":\"a.example\",\"z\":{\"domain\":\"z\","
		    "\"schema\":1}}\n",
		    "a.example", 1 },
		{ R "\"domain\":\"a.example\",\"summary\":"
		    "\"{\\\"schema\\\":\\\"danelaw-,\\\"own_lack\\\":\\\"\"}\n",
		    "a.example", 1 },
		/* Of stages: hosts are asked for in brackets. */
		{ "{\"schema\":\"danelaw-mx/1\",\"domain\":\"a.example\"}\n"
		  "{\"schema\":\"danelaw-host/1\",\"host\":\"b.example\"}\n"
		  "{\"schema\":\"danelaw-host/1\",\"host\":\"c.example\","
		  "\"own_lack\":\"no file\"}\n",
		    "a.example [b.example]", 3 },
		/* [a.example] is another next hop than a.example. */
		{ R "\"domain\":\"a.example\",\"mx\":{\"source\":\"literal\","
		    "\"lookups\":[]}}\n",
		    "[a.example]", 1 },
		{ R "\"domain\":\"a.example\",\"mx\":{\"source\":\"mx\","
		    "\"lookups\":[{\"source\":\"literal\"}]},"
		    "\"x\":{\"source\":\"literal\"}}\n",
		    "a.example", 1 },
		/* What we could not judge is to be done again. */
		{ R "\"domain\":\"a.example\",\"own_lack\":null}\n",
		    "a.example", 1 },
		{ A R "\"domain\":\"b.example\",\"own_lack\":\"no socket\"}\n",
		    "a.example", 2 },
		{ R "\"domain\":\"b.example\",\"own_lack\":\"no\"}\n" A,
		    "a.example", 2 },
	};
	(void)state;

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		expect(
		    rows[i].text, rows[i].names, rows[i].lines, 0, false, NULL);
}

static void
test_torn(void **state)
{
	static const struct {
		const char *tail;
		bool ours;
	} rows[] = {
		{ "{", true },
		{ "{\"schema\":\"dane", true },
		{ S, true },
		{ S "\"domain\":\"b.exa", true },
		/* Without its end a line is torn, whole as it may look. */
		{ S "\"domain\":\"b.example\"}", true },
		/* A crash may leave anything behind what was written. */
		{ S "\"domain\":\x01\x02", true },
		{ "precious", false },
		{ "{\"schema\":\"other", false },
		{ "{\"precious\":\"................................\"", false },
	};
	(void)state;

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct buf text = { .limit = 0 };

		expect(rows[i].tail, "", 0, strlen(rows[i].tail), rows[i].ours,
		    NULL);
		buf_puts(&text, A);
		buf_puts(&text, rows[i].tail);
		expect(buf_text(&text), "a.example", 1, strlen(rows[i].tail),
		    rows[i].ours, NULL);
		buf_finish(&text);
	}
}

static void
test_faults(void **state)
{
	static const char torn[] = "it is torn";
	static const char ours[] = "it is no report of danelaw";
	static const struct {
		const char *line, *why;
	} rows[] = {
		{ "\n", ours },
		{ "a.example\n", ours },
		{ "[]\n", ours },
		{ "{}\n", ours },
		{ "{\"domain\":\"b.example\"}\n", ours },
		{ " " A, ours },
		{ S "\"verdict\":\"dane-ok\"}\n", ours },
		{ S "\"hosts\":[{\"domain\":\"b.example\"}]}\n", ours },
		{ "{\"schema\":\"danelaw-probe/1\",\"domain\":\"b\"}\n", ours },
		{ "{\"schema\":1,\"domain\":\"b\"}\n", ours },
		{ S "\"domain\":\"\"}\n", ours },
		{ S "\"domain\":null}\n", ours },
		{ S "\"domain\":[\"b\"]}\n", ours },
		{ S "\"domain\":\"\\u0000\"}\n", ours },
		{ S "\"domain\":\"b\n", ours },
		{ S "\"domain\":\"b\"\n", torn },
		{ S "\"domain\":\"b\"} \n", torn },
		{ S "\"domain\":\"b\",\"c\":{\"d\":1},\"e\":\n", torn },
		/* A whole line behind one that was torn, in it or in a text. */
		{ S "\"domain\":\"b" S "\"domain\":\"c\"}\n", torn },
		{ S "\"domain\":\"b\",\"c\":\"" S "\"domain\":\"c\"}\n", torn },
		{ S "\"domain\":\"b\",{\"schema\"" S "\"domain\":\"c\"}\n",
		    torn },
	};
	(void)state;

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct buf text = { .limit = 0 };

		buf_puts(&text, A);
		buf_puts(&text, rows[i].line);
		buf_puts(&text, A);
		expect(buf_text(&text), "a.example", 1, 0, false, rows[i].why);
		buf_finish(&text);
	}
}

/* Longer than any name: no overflow. */
static void
test_limits(void **state)
{
	enum { LEN = 1000 };
	struct buf text = { .limit = 0 };
	(void)state;

	buf_puts(&text, S "\"domain\":\"");
	for (int i = 0; i < LEN; i++)
		buf_puts(&text, "b");
	buf_puts(&text, "\"}\n");
	expect(buf_text(&text), "", 0, 0, false, "it is no report of danelaw");
	buf_finish(&text);
	resume_free(NULL);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_lines),
		cmocka_unit_test(test_torn),
		cmocka_unit_test(test_faults),
		cmocka_unit_test(test_limits),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
