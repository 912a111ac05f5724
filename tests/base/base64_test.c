/* SPDX-License-Identifier: ISC */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "base/base64.h"
#include "base/buf.h"

/* RFC 4648 section 10, and every kind of byte. */
static void
test_both_ways(void **state)
{
	static const struct {
		const char *bytes, *text;
	} rows[] = {
		{ "", "" },
		{ "f", "Zg==" },
		{ "fo", "Zm8=" },
		{ "foo", "Zm9v" },
		{ "foob", "Zm9vYg==" },
		{ "fooba", "Zm9vYmE=" },
		{ "foobar", "Zm9vYmFy" },
		{ "\xff\xfe\xfb", "//77" },
		{ "\xfb\xef\xbe", "++++" },
	};
	(void)state;

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct buf text = { .limit = 0 }, bytes = { .limit = 0 };

		assert_true(
		    base64_write(&text, rows[i].bytes, strlen(rows[i].bytes)));
		assert_string_equal(buf_text(&text), rows[i].text);
		assert_true(base64_read(&bytes, text.bytes, text.len));
		assert_string_equal(buf_text(&bytes), rows[i].bytes);
		buf_finish(&text);
		buf_finish(&bytes);
	}
}

static void
test_refused(void **state)
{
	static const char *const rows[] = { "Z", "Zg",
		"Zg=", "Zh==", "Zm9=", "====", "Zg==Zg==", "Zm9v\n", "Zm 9",
		"Z===", "Zm9v=" };
	(void)state;

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct buf bytes = { .limit = 0 };

		assert_false(base64_read(&bytes, rows[i], strlen(rows[i])));
		buf_finish(&bytes);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_both_ways),
		cmocka_unit_test(test_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
