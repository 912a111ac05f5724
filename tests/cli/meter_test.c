/* SPDX-License-Identifier: ISC */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "cli/meter.h"

static void
test_text(void **state)
{
	static const struct {
		int64_t at; /* one after the other */
		struct meter_counts counts;
		const char *text;
	} rows[] = {
		{ 0, { .written = 0 }, "0, 0.0/s" },
		{ 1000,
		    { .written = 5, .verdicts = { [DANELAW_VERDICT_OK] = 5 } },
		    "5, 5.0/s; dane-ok 5" },
		/* Nothing that needs no work is left out of what is done. */
		{ 2000,
		    { .written = 10,
			.duplicates = 20,
			.skipped = 30,
			.bad = 40,
			.elsewhere = 50,
			.failed = 50,
			.total = 1000,
			.total_is_exact = true },
		    "200/1000 (20 %), 100/s, 8 s left" },
		{ 4000, { .written = 400, .total = 90000 },
		    "400/~90000 (0 %), 100/s, 14 min left" },
		{ 4500, { .written = 450, .total = 3000000 },
		    "450/~3000000 (0 %), 100/s, 8 h 19 min left" },
		/* An estimate may be too low. */
		{ 5000, { .written = 500, .total = 450 },
		    "500/~500 (100 %), 100/s" },
		{ 5000,
		    { .written = 500,
			.verdicts = { [DANELAW_VERDICT_DEFER] = 7,
			    [DANELAW_VERDICT_OK] = 400,
			    [DANELAW_VERDICT_NO_DANE] = 93 } },
		    "500, 100/s; dane-ok 400, no-dane 93, defer 7" },
	};
	struct meter meter;
	(void)state;

	meter_init(&meter, 0);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct buf out = { .limit = 0 };

		meter_text(&meter, &rows[i].counts, rows[i].at, &out);
		assert_string_equal(buf_text(&out), rows[i].text);
		buf_finish(&out);
	}
}

/* What was long ago says nothing about the rate. */
static void
test_window(void **state)
{
	struct meter_counts counts = { .written = 0 };
	struct buf out = { .limit = 0 };
	struct meter meter;
	(void)state;

	meter_init(&meter, 0);
	for (int second = 1; second <= 100; second++) {
		counts.written += second <= 50 ? 1000 : 1;
		buf_drop(&out, out.len);
		meter_text(&meter, &counts, second * 1000, &out);
	}
	assert_string_equal(buf_text(&out), "50050, 1.0/s");
	buf_finish(&out);
}

static void
test_end(void **state)
{
	static const struct {
		struct meter_counts counts;
		const char *text;
	} rows[] = {
		{ { .written = 0 }, "0 written in 2.5 s (0.0/s)" },
		{ { .written = 25,
		      .verdicts = { [DANELAW_VERDICT_OK] = 25 },
		      .probes = 3,
		      .reused = 22 },
		    "25 written in 2.5 s (10/s): dane-ok 25; probes: 3, probes "
		    "reused: 22" },
		{ { .written = 1,
		      .bad = 1,
		      .duplicates = 2,
		      .skipped = 3,
		      .elsewhere = 4,
		      .failed = 5,
		      .dropped = 6 },
		    "1 written in 2.5 s (0.4/s); bad lines: 1, duplicates: 2, "
		    "done before: 3, of other shards: 4, failed: 5, dropped: "
		    "6" },
	};
	struct meter meter;
	(void)state;

	meter_init(&meter, 1000);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct buf out = { .limit = 0 };

		meter_end(&meter, &rows[i].counts, 3500, &out);
		assert_string_equal(buf_text(&out), rows[i].text);
		buf_finish(&out);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_text),
		cmocka_unit_test(test_window),
		cmocka_unit_test(test_end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
