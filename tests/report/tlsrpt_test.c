/* SPDX-License-Identifier: ISC */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/buf.h"
#include "report/tlsrpt.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))
#define POLICY(details)                                                        \
	"{\"policies\":[{\"policy\":{\"policy-domain\":\"Example.ORG\"},"      \
	"\"summary\":{\"total-successful-session-count\":3,"                   \
	"\"total-failure-session-count\":2},\"failure-details\":" details      \
	"}]}"
#define DETAIL(host, type, n)                                                  \
	"{\"result-type\":\"" type "\",\"receiving-mx-hostname\":\"" host      \
	"\",\"failed-session-count\":" n "}"

static const struct {
	const char *name, *text;
	/* "domain host type reason sessions\n", or why it is no report. */
	const char *wanted;
	bool good;
} rows[] = {
	{ "8460 4.4",
	    POLICY("[" DETAIL("MX1.example.", "tlsa-invalid", "2") "]"),
	    "example.org mx1.example tlsa-invalid - 2\n", true },
	{ "one host, one result",
	    POLICY("[" DETAIL("a.example", "x", "1") "," DETAIL(
		"b.example", "x", "5") "," DETAIL("a.example", "x", "2") "]"),
	    "example.org b.example x - 5\nexample.org a.example x - 3\n",
	    true },
	{ "a reason code",
	    POLICY("[{\"result-type\":\"x\",\"failure-reason-code\""
		   ":\"r s\",\"failed-session-count\":1}]"),
	    "example.org - x r s 1\n", true },
	{ "an object for an array", POLICY(DETAIL("a.example", "x", "1")),
	    "example.org a.example x - 1\n", true },
	{ "no failures", POLICY("[]"), "", true },
	{ "names that are none",
	    POLICY(
		"[" DETAIL("-rf.example", "x", "1") "," DETAIL("$(id).example",
		    "x", "1") "," DETAIL("192.0.2.1", "x", "1") "]"),
	    "example.org - x - 1\nexample.org - x - 1\nexample.org - x - 1\n",
	    true },
	{ "control bytes",
	    POLICY("[" DETAIL("a.example", "\\u001b[m", "1") "]"),
	    "example.org a.example \\x1b[m - 1\n", true },
	{ "numbers that are none",
	    POLICY("[" DETAIL("a.example", "x", "-7") "," DETAIL(
		"b.example", "x", "\"9\"") "," DETAIL("c.example", "x",
		"9000000000000000000") "]"),
	    "example.org c.example x - 1000000000\n"
	    "example.org a.example x - 0\nexample.org b.example x - 0\n",
	    true },
	{ "types that are none",
	    "{\"policies\":[1,null,{\"policy\":7,"
	    "\"failure-details\":[5,{}]}]}",
	    "- - no result type - 0\n", true },
	{ "no JSON", "x", "it is no JSON", false },
	{ "nothing", "", "it is no JSON", false },
	{ "other JSON", "{\"a\":1}",
	    "it has no \"policies\" (RFC 8460 section 4.4)", false },
	{ "an array", "[]", "it has no \"policies\" (RFC 8460 section 4.4)",
	    false },
};

static const char *
or_dash(const char *text)
{
	return text == NULL ? "-" : text;
}

static void
put_failures(const struct tlsrpt *report, struct buf *out)
{
	for (size_t i = 0; i < report->n_failures; i++) {
		const struct tlsrpt_failure *failure = &report->failures[i];

		buf_printf(out, "%s %s %s %s %" PRId64 "\n",
		    or_dash(failure->domain), or_dash(failure->host),
		    failure->type, or_dash(failure->reason), failure->sessions);
	}
}

static void
test_rows(void **state)
{
	(void)state;

	for (size_t i = 0; i < COUNT(rows); i++) {
		struct arena *arena = arena_new();
		struct buf out = { 0 };
		struct tlsrpt report = { .n_failures = 0 };
		const char *why = NULL;
		bool good = tlsrpt_read(
		    arena, rows[i].text, strlen(rows[i].text), &report, &why);

		if (good)
			put_failures(&report, &out);
		else
			buf_puts(&out, why);
		if (good != rows[i].good ||
		    strcmp(buf_text(&out), rows[i].wanted) != 0)
			fail_msg("%s: %s", rows[i].name, buf_text(&out));
		buf_finish(&out);
		arena_unref(arena);
	}
}

/* As many kinds of failures as somebody likes to invent. */
static void
test_many(void **state)
{
	struct arena *arena = arena_new();
	struct buf text = { 0 };
	struct tlsrpt report;
	const char *why;
	(void)state;

	buf_puts(&text, "{\"policies\":[{\"failure-details\":[");
	for (int i = 0; i < 21000; i++)
		buf_printf(
		    &text, "%s{\"result-type\":\"t%d\"}", i == 0 ? "" : ",", i);
	buf_puts(&text, "]}]}");
	assert_true(
	    tlsrpt_read(arena, buf_text(&text), text.len, &report, &why));
	assert_int_equal(report.n_failures, TLSRPT_FAILURES_MAX);
	assert_true(report.n_more > 19000);
	buf_finish(&text);
	arena_unref(arena);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_rows),
		cmocka_unit_test(test_many),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
