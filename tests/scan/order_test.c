/* SPDX-License-Identifier: ISC */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "scan/order.h"

/* Puts "a" to "z" as they come; takes what is ready after each. */
static void
test_rows(void **state)
{
	static const struct {
		const char *in, *out; /* "|" between what comes out at once */
	} rows[] = {
		{ "abcd", "a|b|c|d|" },
		{ "bacd", "|ab|c|d|" },
		{ "dcba", "|||abcd|" },
		{ "acdb", "a|||bcd|" },
	};
	(void)state;

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct order *order = order_new(4);
		char out[32] = "", *item;

		for (const char *in = rows[i].in; *in != '\0'; in++) {
			uint64_t number = (uint64_t)(*in - 'a');
			char text[] = { *in, '\0' };

			assert_true(order_fits(order, number));
			assert_true(order_put(order, number, strdup(text), 2));
			while ((item = order_take(order)) != NULL) {
				strcat(out, item);
				free(item);
			}
			strcat(out, "|");
		}
		assert_string_equal(out, rows[i].out);
		assert_int_equal(order_held(order), 0);
		order_free(order);
	}
}

static void
test_window(void **state)
{
	struct order *order = order_new(3);
	char *item = strdup("0"), other[] = "x";
	(void)state;

	assert_true(order_fits(order, 2));
	assert_false(order_fits(order, 3));
	assert_false(order_put(order, 3, other, 1));
	assert_true(order_put(order, 2, strdup("2"), 1000));
	assert_false(order_put(order, 2, other, 1));
	assert_null(order_take(order));
	assert_int_equal(order_held(order), 1000);
	assert_true(order_put(order, 0, item, 1));
	assert_ptr_equal(order_take(order), item);
	free(item);
	/* 0 is out, so it can come no more, and 3 has a place. */
	assert_false(order_fits(order, 0));
	assert_false(order_put(order, 0, other, 1));
	assert_true(order_fits(order, 3));
	assert_false(order_fits(order, 4));
	assert_int_equal(order_held(order), 1000);
	/* 1 shall never come. */
	assert_null(order_take(order));
	assert_true(order_skip(order));
	item = order_take(order);
	assert_string_equal(item, "2");
	free(item);
	assert_false(order_skip(order));
	assert_true(order_put(order, 4, strdup("4"), 2));
	/* What is left is freed. */
	order_free(order);
	order_free(NULL);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_rows),
		cmocka_unit_test(test_window),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
