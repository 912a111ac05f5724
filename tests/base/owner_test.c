/* SPDX-License-Identifier: ISC */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <libpsl.h>
#include <stdio.h>

#include "base/owner.h"

static void
test_owner(void **state)
{
	static const struct {
		const char *name, *owner;
	} rows[] = {
		{ "mx1.example.com", "example.com" },
		{ "a.b.c.example.com", "example.com" },
		{ "example.com", "example.com" },
		{ "com", "com" },
		{ "mx.example.co.uk", "example.co.uk" },
		{ "co.uk", "co.uk" },
		/* A private suffix: each customer is an owner. */
		{ "mx.someone.github.io", "someone.github.io" },
		/* Wildcards and exceptions of the list. */
		{ "mx.a.b.ck", "a.b.ck" },
		{ "mx.www.ck", "www.ck" },
		{ "mx.xn--85x722f.xn--55qx5d.cn", "xn--85x722f.xn--55qx5d.cn" },
		/* No such top-level domain: the rule is "*". */
		{ "mx.et.example", "et.example" },
		{ "_25._tcp.mx.example.com", "example.com" },
		{ "localhost", "localhost" },
		{ "192.0.2.1", "192.0.2.1" },
		{ "2001:db8::1", "2001:db8::1" },
		{ "", "" },
	};
	(void)state;

	assert_non_null(psl_builtin());
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		assert_string_equal(owner_of(rows[i].name), rows[i].owner);
}

/* These numbers are a promise: runs of different machines are put together. */
static void
test_part(void **state)
{
	static const struct {
		const char *owner;
		uint32_t n, part;
	} rows[] = {
		{ "example.com", 1, 1 },
		{ "example.com", 2, 2 },
		{ "example.com", 1000, 594 },
		{ "google.com", 1000, 168 },
		{ "outlook.com", 1000, 46 },
		{ "", 1000, 343 },
	};
	(void)state;

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		assert_int_equal(
		    owner_part(rows[i].owner, rows[i].n), rows[i].part);
}

static void
test_spread(void **state)
{
	enum { PARTS = 7, NAMES = 7000 };
	size_t counts[PARTS + 1] = { 0 };
	char name[32];
	(void)state;

	for (int i = 0; i < NAMES; i++) {
		uint32_t part;

		snprintf(name, sizeof(name), "d%d.example", i);
		part = owner_part(name, PARTS);
		assert_true(part >= 1 && part <= PARTS);
		counts[part]++;
	}
	for (size_t i = 1; i <= PARTS; i++)
		assert_true(counts[i] >= 850 && counts[i] <= 1150);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_owner),
		cmocka_unit_test(test_part),
		cmocka_unit_test(test_spread),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
