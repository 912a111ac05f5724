/* SPDX-License-Identifier: ISC */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdbool.h>

#include "serve/schedule.h"

#define INTERVAL 60000
#define SPREAD 10000

/* Chance, as the test wants it. */
static uint32_t
fixed(void *arg)
{
	return *(const uint32_t *)arg;
}

static struct schedule *
make(size_t n, uint32_t *random)
{
	const struct schedule_options options = {
		.interval_ms = INTERVAL,
		.spread_ms = SPREAD,
		.random = fixed,
		.arg = random,
	};
	struct schedule *schedule = schedule_new(&options, n, 0);

	assert_non_null(schedule);
	return schedule;
}

/* Each once, spread over the time for it, none before its time. */
static void
test_first_round(void **state)
{
	static uint32_t chances[] = { 0, UINT32_MAX / 2, UINT32_MAX };
	(void)state;

	for (size_t c = 0; c < sizeof(chances) / sizeof(chances[0]); c++) {
		struct schedule *schedule = make(100, &chances[c]);
		bool seen[100] = { false };
		int64_t last = -1;

		for (size_t i = 0; i < 100; i++) {
			int64_t due = schedule_due(schedule);
			size_t taken;

			assert_true(due > last && due < SPREAD);
			assert_true(
			    schedule_take(schedule, due - 1) == SCHEDULE_NONE);
			taken = schedule_take(schedule, due);
			assert_true(taken < 100 && !seen[taken]);
			seen[taken] = true;
			last = due;
		}
		assert_int_equal(schedule_due(schedule), -1);
		assert_true(
		    schedule_take(schedule, INT64_MAX) == SCHEDULE_NONE);
		schedule_free(schedule);
	}
}

static void
test_again(void **state)
{
	static const struct {
		const char *what;
		int64_t life;
		uint32_t random;
		int64_t due;
	} rows[] = {
		{ "no sooner than the interval", 1000, 0, INTERVAL },
		{ "gone already", -5, 0, INTERVAL },
		{ "as long as it holds", 600000, 0, 600000 },
		{ "a tenth later at most", 600000, UINT32_MAX, 659999 },
		{ "and by chance", 600000, 1u << 31, 630000 },
	};
	(void)state;

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		uint32_t random = rows[i].random;
		struct schedule *schedule = make(1, &random);

		print_message("# %s\n", rows[i].what);
		assert_int_equal(schedule_take(schedule, SPREAD), 0);
		schedule_put(schedule, 0, 50000, rows[i].life);
		assert_int_equal(schedule_due(schedule), 50000 + rows[i].due);
		schedule_free(schedule);
	}
}

static void
test_retry(void **state)
{
	uint32_t random = 1u << 31;
	struct schedule *schedule = make(1, &random);
	(void)state;

	assert_int_equal(schedule_take(schedule, SPREAD), 0);
	schedule_retry(schedule, 0, 50000, 1000);
	assert_int_equal(schedule_due(schedule), 51500);
	schedule_free(schedule);
}

/* The heap stays one whatever the order. */
static void
test_order(void **state)
{
	uint32_t random = 0;
	struct schedule *schedule = make(1000, &random);
	int64_t last = 0;
	size_t n = 0;
	(void)state;

	for (size_t i = 0; i < 1000; i++)
		assert_true(schedule_take(schedule, SPREAD) != SCHEDULE_NONE);
	for (size_t i = 0; i < 1000; i++)
		schedule_put(schedule, i, SPREAD,
		    (int64_t)(INTERVAL + i * 7919 % 1000 * 100));
	while (schedule_due(schedule) >= 0) {
		int64_t due = schedule_due(schedule);

		assert_true(due >= last);
		last = due;
		assert_true(schedule_take(schedule, due) != SCHEDULE_NONE);
		n++;
	}
	assert_int_equal(n, 1000);
	schedule_free(schedule);
}

static void
test_nothing(void **state)
{
	uint32_t random = 0;
	struct schedule *schedule = make(0, &random);
	(void)state;

	assert_int_equal(schedule_due(schedule), -1);
	assert_true(schedule_take(schedule, 0) == SCHEDULE_NONE);
	schedule_free(schedule);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_first_round),
		cmocka_unit_test(test_again),
		cmocka_unit_test(test_retry),
		cmocka_unit_test(test_order),
		cmocka_unit_test(test_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
