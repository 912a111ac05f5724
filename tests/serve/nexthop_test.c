/* SPDX-License-Identifier: ISC */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "base/arena.h"
#include "serve/nexthop.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))
#define L63 "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"

static const struct {
	const char *text;
	const char *domain; /* NULL: it is none */
	uint16_t port;
	bool is_address;
} rows[] = {
	{ "example.com", "example.com", 0, false },
	{ "Example.COM.", "example.com", 0, false },
	{ "b\xc3\xbc"
	  "cher.example",
	    "xn--bcher-kva.example", 0, false },
	{ "_x.example.com", "_x.example.com", 0, false },
	{ "example.com:25", "example.com", 25, false },
	{ "example.com:587", "example.com", 587, false },
	{ "example.com:smtp", "example.com", 25, false },
	{ "example.com:SUBMISSION", "example.com", 587, false },
	{ "example.com:submissions", "example.com", 465, false },
	{ "example.com:smtps", "example.com", 465, false },
	{ "example.com:65535", "example.com", 65535, false },
	{ "[mx.example.com]", "[mx.example.com]", 0, false },
	{ "[MX.example.com.]:587", "[mx.example.com]", 587, false },
	{ "[192.0.2.1]", "[192.0.2.1]", 0, true },
	{ "[192.0.2.1]:25", "[192.0.2.1]", 25, true },
	{ "[IPv6:2001:DB8::1]", "[IPv6:2001:db8::1]", 0, true },
	{ "[2001:db8::1]:587", "[IPv6:2001:db8::1]", 587, true },
	/* Parent domains, mail addresses, names without a domain. */
	{ ".example.com", NULL, 0, false },
	{ ".com", NULL, 0, false },
	{ ".", NULL, 0, false },
	{ "user@example.com", NULL, 0, false },
	{ "@example.com", NULL, 0, false },
	{ "localhost", NULL, 0, false },
	{ "localhost:25", NULL, 0, false },
	{ "[localhost]", NULL, 0, false },
	{ "com.", NULL, 0, false },
	/* Addresses without brackets. */
	{ "192.0.2.1", NULL, 0, false },
	{ "192.0.2.1:25", NULL, 0, false },
	{ "2001:db8::1", NULL, 0, false },
	{ "::1", NULL, 0, false },
	{ "IPv6:2001:db8::1", NULL, 0, false },
	/* What is no name. */
	{ "", NULL, 0, false },
	{ " ", NULL, 0, false },
	{ "a..example", NULL, 0, false },
	{ "-a.example", NULL, 0, false },
	{ "a b.example", NULL, 0, false },
	{ " example.com", NULL, 0, false },
	{ "example.com ", NULL, 0, false },
	{ "example.com\n", NULL, 0, false },
	{ "example.com,example.org", NULL, 0, false },
	{ "*.example.com", NULL, 0, false },
	{ "unix:/var/run/lmtp", NULL, 0, false },
	{ "/var/run/lmtp", NULL, 0, false },
	{ "http://example.com/", NULL, 0, false },
	{ L63 "a.example", NULL, 0, false },
	{ L63 "." L63 "." L63 "." L63 ".example", NULL, 0, false },
	{ "\xff\xfe.example", NULL, 0, false },
	/* Ports. */
	{ "example.com:", NULL, 0, false },
	{ "example.com:0", NULL, 0, false },
	{ "example.com:65536", NULL, 0, false },
	{ "example.com:999999", NULL, 0, false },
	{ "example.com:+25", NULL, 0, false },
	{ "example.com:25 ", NULL, 0, false },
	{ "example.com:http", NULL, 0, false },
	{ "example.com:25:25", NULL, 0, false },
	{ "[mx.example.com]:", NULL, 0, false },
	{ "[mx.example.com]:0", NULL, 0, false },
	{ ":25", NULL, 0, false },
	/* Brackets. */
	{ "[", NULL, 0, false },
	{ "[]", NULL, 0, false },
	{ "[]:25", NULL, 0, false },
	{ "[mx.example.com", NULL, 0, false },
	{ "mx.example.com]", NULL, 0, false },
	{ "[[mx.example.com]]", NULL, 0, false },
	{ "[mx.example.com]x", NULL, 0, false },
	{ "[mx.example.com]587", NULL, 0, false },
	{ "[mx.example.com:587]", NULL, 0, false },
	{ "[IPv6:192.0.2.1]", NULL, 0, false },
};

static void
test_rows(void **state)
{
	struct arena *arena = arena_new();
	(void)state;

	for (size_t i = 0; i < COUNT(rows); i++) {
		struct nexthop hop = { .domain = "unset" };
		const char *why = NULL, *text = rows[i].text;
		bool ok = nexthop_parse(arena, text, strlen(text), &hop, &why);

		if (ok != (rows[i].domain != NULL))
			fail_msg("\"%s\": %s, %s", text, hop.domain, why);
		if (!ok) {
			assert_non_null(why);
			assert_string_equal(hop.domain, "unset");
			continue;
		}
		assert_string_equal(hop.domain, rows[i].domain);
		assert_int_equal(hop.port, rows[i].port);
		assert_int_equal(hop.is_address, rows[i].is_address);
	}
	arena_unref(arena);
}

/* Not more than len bytes are read, and a zero byte ends no name. */
static void
test_bounds(void **state)
{
	struct arena *arena = arena_new();
	struct nexthop hop;
	char long_one[NEXTHOP_MAX + 1];
	const char *why;
	(void)state;

	assert_true(nexthop_parse(arena, "example.com:25", 11, &hop, &why));
	assert_string_equal(hop.domain, "example.com");
	assert_int_equal(hop.port, 0);
	assert_false(
	    nexthop_parse(arena, "example.com\0.evil", 17, &hop, &why));
	memset(long_one, 'a', sizeof(long_one));
	assert_false(
	    nexthop_parse(arena, long_one, sizeof(long_one), &hop, &why));
	assert_string_equal(why, "too long for a domain");
	arena_unref(arena);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_rows),
		cmocka_unit_test(test_bounds),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
