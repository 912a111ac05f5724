/* SPDX-License-Identifier: ISC */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdlib.h>

#include "base/fingerprint.h"

#define MANY 5000

/* Secret 00 01 ... 0f; the text is 00 01 02 and so on. First and last row:
 * the test vectors of SipHash's authors, bytes read from the lowest. */
static void
test_vectors(void **state)
{
	static const struct {
		size_t len;
		uint64_t a, b;
	} rows[] = {
		{ 0, 0xe6a825ba047f81a3, 0x930255c71472f66d },
		{ 1, 0x44af996bd8c187da, 0x45fc229b11597634 },
	};
	static const uint8_t text[] = { 0 };
	struct fingerprint_secret secret;
	(void)state;

	for (uint8_t i = 0; i < sizeof(secret.bytes); i++)
		secret.bytes[i] = i;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct fingerprint print =
		    fingerprint_of(&secret, text, rows[i].len);

		assert_true(print.a == rows[i].a && print.b == rows[i].b);
	}
}

/* Each length has a way of its own through the last word. */
static void
test_lengths(void **state)
{
	static const uint8_t zeros[40];
	struct fingerprint_secret secret, other;
	struct fingerprint prints[sizeof(zeros) + 1];
	(void)state;

	assert_true(fingerprint_secret_make(&secret));
	assert_true(fingerprint_secret_make(&other));
	for (size_t i = 0; i <= sizeof(zeros); i++) {
		prints[i] = fingerprint_of(&secret, zeros, i);
		assert_true(prints[i].a != fingerprint_of(&other, zeros, i).a);
		for (size_t j = 0; j < i; j++)
			assert_true(prints[i].a != prints[j].a &&
			    prints[i].b != prints[j].b);
	}
}

static void
test_table(void **state)
{
	struct table_node *nodes = calloc(MANY, sizeof(*nodes));
	struct table table = { 0 };
	(void)state;

	assert_non_null(nodes);
	assert_null(table_any(&table));
	for (size_t i = 0; i < MANY; i++) {
		nodes[i].key = (struct fingerprint) { i, i % 7 };
		assert_null(table_find(&table, nodes[i].key));
		assert_true(table_add(&table, &nodes[i]));
	}
	for (size_t i = 0; i < MANY; i += 2)
		table_remove(&table, &nodes[i]);
	for (size_t i = 0; i < MANY; i++)
		assert_ptr_equal(table_find(&table, nodes[i].key),
		    i % 2 == 0 ? NULL : &nodes[i]);
	while (table.n > 0)
		table_remove(&table, table_any(&table));
	assert_null(table.chains);
	free(nodes);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_vectors),
		cmocka_unit_test(test_lengths),
		cmocka_unit_test(test_table),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
