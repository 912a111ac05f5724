/* SPDX-License-Identifier: ISC */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#include "base/arena.h"
#include "serve/query.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))
#define PROBE QUERY_PROBE, 200
#define CHECK QUERY_CHECK, 200
#define WRONG QUERY_NOWHERE, 400, NULL, 0, false, false

static const struct {
	const char *path, *args;
	enum query_path meaning;
	int status;
	const char *domain;
	uint16_t port;
	bool has_tls, implicit_tls;
} rows[] = {
	{ "/", NULL, QUERY_PAGE, 200, NULL, 0, false, false },
	{ "/healthz", NULL, QUERY_HEALTHZ, 200, NULL, 0, false, false },
	{ "/metrics", NULL, QUERY_METRICS, 200, NULL, 0, false, false },
	{ "/metrics", "x=1&%", QUERY_METRICS, 200, NULL, 0, false, false },
	{ "/probe", "target=example.com", PROBE, "example.com", 0, false,
	    false },
	{ "/probe", "target=Example.COM.&module=starttls", PROBE, "example.com",
	    0, true, false },
	{ "/probe", "module=implicit&target=example.com", PROBE, "example.com",
	    0, true, true },
	{ "/probe", "target=example.com&tls=implicit&port=465", PROBE,
	    "example.com", 465, true, true },
	{ "/probe", "target=example.com&port=587", PROBE, "example.com", 587,
	    false, false },
	{ "/probe", "target=example.com:587", PROBE, "example.com", 587, false,
	    false },
	{ "/probe", "target=example.com:587&port=587", PROBE, "example.com",
	    587, false, false },
	{ "/probe", "target=%5Bmx.example.com%5d%3A465", PROBE,
	    "[mx.example.com]", 465, true, true },
	{ "/probe", "target=example.com:465&tls=starttls", PROBE, "example.com",
	    465, true, false },
	{ "/probe", "target=[mx.example.com]", PROBE, "[mx.example.com]", 0,
	    false, false },
	{ "/probe", "target=b%C3%BCcher.example", PROBE,
	    "xn--bcher-kva.example", 0, false, false },
	{ "/probe", "t%61rget=example.com", PROBE, "example.com", 0, false,
	    false },
	{ "/probe", "&target=example.com&&", PROBE, "example.com", 0, false,
	    false },
	{ "/check", "domain=example.com", CHECK, "example.com", 0, false,
	    false },
	{ "/check", "domain=example.com&tls=starttls", CHECK, "example.com", 0,
	    true, false },
	{ "/check", "domain=example.com&fail=critical", CHECK, "example.com", 0,
	    false, false },
	{ "/check", "domain=example.com&fail=ok", WRONG },
	{ "/check", "domain=example.com&fail=", WRONG },
	{ "/check", "domain=example.com&fail=critical&fail=warning", WRONG },
	{ "/probe", "target=example.com&fail=critical", WRONG },
	/* No such path. */
	{ "", NULL, QUERY_NOWHERE, 404, NULL, 0, false, false },
	{ "/probe/", "target=example.com", QUERY_NOWHERE, 404, NULL, 0, false,
	    false },
	{ "//probe", "target=example.com", QUERY_NOWHERE, 404, NULL, 0, false,
	    false },
	{ "/Probe", "target=example.com", QUERY_NOWHERE, 404, NULL, 0, false,
	    false },
	{ "/%70robe", "target=example.com", QUERY_NOWHERE, 404, NULL, 0, false,
	    false },
	{ "/../etc/passwd", NULL, QUERY_NOWHERE, 404, NULL, 0, false, false },
	/* Arguments. */
	{ "/probe", NULL, WRONG },
	{ "/probe", "", WRONG },
	{ "/probe", "target", WRONG },
	{ "/probe", "target=", WRONG },
	{ "/probe", "=example.com", WRONG },
	{ "/probe", "domain=example.com", WRONG },
	{ "/check", "target=example.com", WRONG },
	{ "/check", "domain=example.com&module=starttls", WRONG },
	{ "/probe", "target=example.com&debug=true", WRONG },
	{ "/probe", "target=example.com&target=example.com", WRONG },
	{ "/probe", "target=example.com&tls=starttls&module=starttls", WRONG },
	{ "/probe", "target=example.com&port=25&port=25", WRONG },
	{ "/probe", "target=example.com:587&port=25", WRONG },
	{ "/probe", "target=example.com&port=0", WRONG },
	{ "/probe", "target=example.com&port=", WRONG },
	{ "/probe", "target=example.com&port=65536", WRONG },
	{ "/probe", "target=example.com&port=-1", WRONG },
	{ "/probe", "target=example.com&port=000025", WRONG },
	{ "/probe", "target=example.com&module=http_2xx", WRONG },
	{ "/probe", "target=example.com&tls=", WRONG },
	/* Escapes. */
	{ "/probe", "target=example.com%", WRONG },
	{ "/probe", "target=example.com%2", WRONG },
	{ "/probe", "target=example.com%zz", WRONG },
	{ "/probe", "target=example.com%0g", WRONG },
	{ "/probe", "target=example.com%00.evil", WRONG },
	{ "/probe", "%00target=example.com", WRONG },
	{ "/probe", "target=example.com%0d%0aX-Evil:1", WRONG },
	{ "/probe", "target=example.com+", WRONG },
	{ "/probe", "target=example.com=x", WRONG },
	{ "/probe", "target=example.com;port=25", WRONG },
	/* Domains are tested with nexthop. */
	{ "/probe", "target=.example.com", WRONG },
	{ "/probe", "target=http://example.com", WRONG },
	{ "/probe", "target=localhost", WRONG },
};

static void
test_rows(void **state)
{
	struct arena *arena = arena_new();
	(void)state;

	for (size_t i = 0; i < COUNT(rows); i++) {
		struct query query = { 0 };
		const char *why = NULL;
		int status = query_parse(
		    arena, rows[i].path, rows[i].args, &query, &why);

		if (status != rows[i].status)
			fail_msg("%s?%s: %d, %s", rows[i].path, rows[i].args,
			    status, why);
		assert_int_equal(query.path, rows[i].meaning);
		if (status != 200) {
			assert_non_null(why);
			continue;
		}
		assert_int_equal(query.hop.port, rows[i].port);
		assert_int_equal(query.has_tls, rows[i].has_tls);
		assert_int_equal(query.implicit_tls, rows[i].implicit_tls);
		if (rows[i].domain == NULL)
			assert_null(query.hop.domain);
		else
			assert_string_equal(query.hop.domain, rows[i].domain);
	}
	arena_unref(arena);
}

/* By which fail= a state is 503, the states in their order. */
static void
test_fail(void **state)
{
	static const struct {
		const char *word;
		bool fails[4];
	} kinds[] = {
		{ NULL, { false, false, false, false } },
		{ "warning", { false, true, true, false } },
		{ "critical", { false, false, true, false } },
		{ "unknown", { false, true, true, true } },
	};
	struct arena *arena = arena_new();
	char args[100];
	(void)state;

	for (size_t i = 0; i < COUNT(kinds); i++) {
		struct query query = { 0 };
		const char *why;

		snprintf(args, sizeof(args), "domain=a.example%s%s",
		    kinds[i].word == NULL ? "" : "&fail=",
		    kinds[i].word == NULL ? "" : kinds[i].word);
		assert_int_equal(
		    query_parse(arena, "/check", args, &query, &why), 200);
		for (int j = DANELAW_STATE_OK; j <= DANELAW_STATE_UNKNOWN; j++)
			assert_int_equal(
			    query_fails(&query, (enum danelaw_state)j),
			    kinds[i].fails[j]);
	}
	arena_unref(arena);
}

static void
test_long(void **state)
{
	struct arena *arena = arena_new();
	char args[QUERY_MAX + 1];
	struct query query;
	const char *why;
	(void)state;

	memset(args, 'a', sizeof(args) - 1);
	memcpy(args, "target=", 7);
	args[sizeof(args) - 1] = '\0';
	assert_int_equal(query_parse(arena, "/probe", args, &query, &why), 414);
	args[QUERY_MAX - 6] = '\0';
	assert_int_equal(query_parse(arena, "/probe", args, &query, &why), 400);
	args[NEXTHOP_MAX] = '\0';
	assert_int_equal(query_parse(arena, "/probe", args, &query, &why), 400);
	arena_unref(arena);
}

/* What was given is not written to. */
static void
test_const(void **state)
{
	static const char args[] = "target=%5bmx.example.com%5D&port=25";
	struct arena *arena = arena_new();
	struct query query;
	const char *why;
	(void)state;

	for (int i = 0; i < 2; i++)
		assert_int_equal(
		    query_parse(arena, "/probe", args, &query, &why), 200);
	assert_string_equal(args, "target=%5bmx.example.com%5D&port=25");
	arena_unref(arena);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_rows),
		cmocka_unit_test(test_fail),
		cmocka_unit_test(test_long),
		cmocka_unit_test(test_const),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
