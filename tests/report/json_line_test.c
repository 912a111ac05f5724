/* SPDX-License-Identifier: ISC */
/* Our line is jansson's, to the byte. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "report/json_put.h"

static void
test_as_jansson(void **state)
{
	static const char *const rows[] = {
		"{}",
		"[]",
		"[{},[],{\"a\":{}},[[]]]",
		"{\"b\":1,\"a\":2,\"c\":{\"z\":true,\"y\":false,\"x\":null}}",
		"[0,-1,9223372036854775807,-9223372036854775808,10,-10]",
		"\"\"",
		"\"plain / ' <>& ~\"",
		"\"\\\"\\\\\\b\\f\\n\\r\\t\"",
		"\"\\\"at the begin, in\\\\the midst, at the end\\n\"",
		"{\"key \\\" \\n\":\"\\u0001\\u001f\\u007f\"}",
		"\"b\\u00fccher \\u20ac \\ud83d\\ude00 \\u2028\"",
		"\"a\\u0000b\"",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct json_maker maker = { .failed = false };
		struct buf out = { 0 };
		json_t *root =
		    json_loads(rows[i], JSON_DECODE_ANY | JSON_ALLOW_NUL, NULL);
		char *wanted;

		assert_non_null(root);
		wanted = json_dumps(root, JSON_COMPACT | JSON_ENCODE_ANY);
		assert_non_null(wanted);
		json_finish_line(&maker, root, &out);
		assert_false(buf_failed(&out));
		assert_string_equal(buf_text(&out), wanted);
		buf_finish(&out);
		free(wanted);
	}
}

static void
test_failures(void **state)
{
	struct json_maker good = { .failed = false }, bad = { .failed = true };
	struct buf out = { 0 };

	(void)state;
	json_finish_line(&good, NULL, &out);
	assert_true(buf_failed(&out));
	out.failed = false;
	json_finish_line(&bad, json_object(), &out);
	assert_true(buf_failed(&out));
	out.failed = false;
	json_finish_line(&good, json_real(0.5), &out);
	assert_true(buf_failed(&out));
	buf_finish(&out);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_as_jansson),
		cmocka_unit_test(test_failures),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
