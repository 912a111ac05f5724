/* SPDX-License-Identifier: ISC */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#include "scan/seen.h"

static const struct fingerprint_secret secret = { .bytes = { 1, 2, 3 } };

static void
test_rows(void **state)
{
	static const struct {
		const char *text;
		enum seen_answer answer;
	} rows[] = {
		{ "example.org", SEEN_NEW },
		{ "example.org", SEEN_BEFORE },
		{ "example.or", SEEN_NEW },
		{ "[example.org]", SEEN_NEW },
		{ "", SEEN_NEW },
		{ "", SEEN_BEFORE },
		{ "example.org", SEEN_BEFORE },
	};
	struct seen *seen = seen_new(&secret);
	(void)state;

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		size_t len = strlen(rows[i].text);

		assert_int_equal(seen_has(seen, rows[i].text, len),
		    rows[i].answer == SEEN_BEFORE);
		assert_int_equal(
		    seen_add(seen, rows[i].text, len), rows[i].answer);
	}
	assert_int_equal(seen_count(seen), 4);
	seen_free(seen);
	seen_free(NULL);
}

/* Only the number of texts counts, and doubling is all the waste. */
static void
test_growth(void **state)
{
	enum { MANY = 200000, LEAST = 16, MOST = 37 };
	struct seen *seen = seen_new(&secret);
	char text[32];
	(void)state;

	for (int pass = 0; pass < 2; pass++) {
		for (int i = 0; i < MANY; i++) {
			int len = snprintf(text, sizeof(text), "%d.test", i);

			assert_int_equal(seen_add(seen, text, (size_t)len),
			    pass == 0 ? SEEN_NEW : SEEN_BEFORE);
		}
		assert_int_equal(seen_count(seen), MANY);
	}
	assert_true(seen_bytes(seen) >= LEAST * MANY &&
	    seen_bytes(seen) <= MOST * MANY);
	assert_false(seen_has(seen, "x.test", strlen("x.test")));
	seen_free(seen);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_rows),
		cmocka_unit_test(test_growth),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
