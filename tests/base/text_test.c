/* SPDX-License-Identifier: ISC */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/text.h"

static void
test_printable(void **state)
{
	static const struct {
		const char *in;
		size_t len, max;
		const char *out;
	} rows[] = {
		{ "250 ok", 6, 80, "250 ok" },
		{ "\x1b[31m", 5, 80, "\\x1b[31m" },
		{ "a\0b", 3, 80, "a\\x00b" },
		{ "a\\b", 3, 80, "a\\\\b" },
		{ "\xc3\xbc", 2, 80, "\\xc3\\xbc" },
		{ "\x7f\r\n", 3, 80, "\\x7f\\x0d\\x0a" },
		{ "0123456789", 10, 10, "0123456789" },
		{ "0123456789", 10, 9, "012345..." },
		{ "012345678\x01", 10, 10, "0123456..." },
		{ "\x01\x02\x03", 3, 10, "\\x01..." },
		{ "", 0, 10, "" },
	};
	(void)state;

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct arena *arena = arena_new();

		assert_string_equal(
		    text_printable(arena, rows[i].in, rows[i].len, rows[i].max),
		    rows[i].out);
		arena_unref(arena);
	}
}

static void
test_hex(void **state)
{
	struct arena *arena = arena_new();
	uint8_t bytes[4];
	size_t len = 99;
	(void)state;

	assert_true(text_unhex("De ad\tBE\nef", bytes, 4, &len));
	assert_int_equal(len, 4);
	assert_string_equal(text_hex(arena, bytes, len), "deadbeef");
	assert_true(text_unhex("", bytes, 4, &len));
	assert_int_equal(len, 0);
	assert_false(text_unhex("abc", bytes, 4, &len));
	assert_false(text_unhex("0g", bytes, 4, &len));
	assert_false(text_unhex("0011223344", bytes, 4, &len));
	arena_unref(arena);
}

static void
test_buf_limit(void **state)
{
	struct buf buf;
	(void)state;

	buf_init(&buf, 10);
	assert_true(buf_puts(&buf, "01234"));
	assert_true(buf_printf(&buf, "%d", 56789));
	assert_false(buf_puts(&buf, "x"));
	assert_true(buf_failed(&buf));
	assert_string_equal(buf_text(&buf), "0123456789");
	buf_drop(&buf, 4);
	assert_string_equal(buf_text(&buf), "456789");
	buf_finish(&buf);
	assert_string_equal(buf_text(&buf), "");
}

static void
test_buf_extend(void **state)
{
	struct buf buf;
	char *added;
	(void)state;

	buf_init(&buf, 300);
	added = buf_extend(&buf, 0);
	assert_non_null(added);
	assert_string_equal(buf_text(&buf), "");
	buf_puts(&buf, "ab");
	added = buf_extend(&buf, 298);
	assert_non_null(added);
	memset(added, 'x', 298);
	assert_int_equal(buf.len, 300);
	assert_int_equal(strlen(buf_text(&buf)), 300);
	assert_non_null(buf_extend(&buf, 0));
	assert_null(buf_extend(&buf, 1));
	assert_true(buf_failed(&buf));
	assert_int_equal(buf.len, 300);
	buf_clear(&buf);
	assert_false(buf_failed(&buf));
	assert_string_equal(buf_text(&buf), "");
	assert_true(buf_puts(&buf, "cd"));
	assert_string_equal(buf_text(&buf), "cd");
	assert_int_equal(buf.limit, 300);
	buf_finish(&buf);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_printable),
		cmocka_unit_test(test_hex),
		cmocka_unit_test(test_buf_limit),
		cmocka_unit_test(test_buf_extend),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
