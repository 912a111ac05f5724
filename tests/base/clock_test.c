/* SPDX-License-Identifier: ISC */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/arena.h"
#include "base/clock.h"

#define NOW 1795385340 /* 2026-11-22T22:09:00Z */

static void
test_parse(void **state)
{
	static const struct {
		const char *text;
		int64_t value; /* 0: refused */
	} rows[] = {
		{ "2026-11-22T22:09:00Z", NOW },
		{ "2026-11-22t23:09:00+01:00", NOW },
		{ "2026-11-22 17:09:00.25-05:00", NOW },
		{ "2026-11-22", NOW - 22 * 3600 - 9 * 60 },
		{ "+14d", NOW + 14 * 86400 },
		{ "-2h", NOW - 7200 },
		{ "+1w", NOW + 604800 },
		{ "+90m", NOW + 5400 },
		{ "+5s", NOW + 5 },
		{ "2026-02-30", 0 },
		{ "2026-13-01", 0 },
		{ "2026-11-22T24:00:00Z", 0 },
		{ "2026-11-22T22:09:00", 0 },
		{ "2026-11-22T22:09:00Zx", 0 },
		{ "1960-01-01", 0 },
		{ "tomorrow", 0 },
		{ "+", 0 },
		{ "+d", 0 },
		{ "+14", 0 },
		{ "+14y", 0 },
		{ "+14dd", 0 },
		{ "+99999999999999999999d", 0 },
		{ "", 0 },
	};
	(void)state;

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		int64_t value = 0;

		assert_int_equal(
		    clock_parse(rows[i].text, NOW, &value), rows[i].value != 0);
		assert_int_equal(value, rows[i].value);
	}
}

static void
test_format(void **state)
{
	struct arena *arena = arena_new();
	(void)state;

	assert_string_equal(clock_format(arena, NOW), "2026-11-22T22:09:00Z");
	assert_string_equal(clock_format(arena, 0), "1970-01-01T00:00:00Z");
	arena_unref(arena);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_parse),
		cmocka_unit_test(test_format),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
