/* SPDX-License-Identifier: ISC */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "report/range.h"

#define N(x) ((int64_t)((x)*1000.0 + ((x) < 0 ? -0.5 : 0.5)))

/* Section "Threshold and Ranges" of the guidelines, row by row; plain is ours
 */
static const struct {
	const char *text, *written; /* written NULL: no range */
	int64_t quiet, alert[2];    /* must not alert, must alert */
} rows[] = {
	{ "10", "10:", N(10), { N(9.999), N(-1) } },
	{ "10:", "10:", N(1000), { N(9), N(-1) } },
	{ "~:10", "~:10", N(-5), { N(10.001), N(11) } },
	{ "10:20", "10:20", N(20), { N(9), N(21) } },
	{ "@10:20", "@10:20", N(21), { N(10), N(20) } },
	{ "@10", "@0:10", N(-1), { N(0), N(10) } },
	{ "@~:10", "@~:10", N(11), { N(10), N(-99) } },
	{ "0:10", "0:10", N(0), { N(-1), N(11) } },
	{ "-5", "-5:", N(-5), { N(-6), N(-5.001) } },
	{ "-20:-10", "-20:-10", N(-15), { N(-21), N(-9) } },
	{ "10:10", "10:10", N(10), { N(9), N(11) } },
	{ "1.5", "1.5:", N(1.5), { N(1.499), N(0) } },
	{ "0.025:0.25", "0.025:0.25", N(0.1), { N(0), N(1) } },
	{ "-0.5", "-0.5:", N(0), { N(-0.501), N(-1) } },
	{ "007", "7:", N(7), { N(6), N(0) } },
	{ "999999999", "999999999:", N(999999999), { N(0), N(9) } },
	/* These are of the whole, here of 200. */
	{ "30%", "30:%", N(60), { N(59.9), N(-1) } },
	{ "@0:2.5%", "@0:2.5%", N(5.1), { N(5), N(0) } },
	{ "100%", "100:%", N(200), { N(199), N(0) } },
	{ "101%", NULL, 0, { 0, 0 } },
	{ "-1%", NULL, 0, { 0, 0 } },
	{ "%", NULL, 0, { 0, 0 } },
	{ "10%:", NULL, 0, { 0, 0 } },
	{ "10%%", NULL, 0, { 0, 0 } },
	{ "", NULL, 0, { 0, 0 } },
	{ "x", NULL, 0, { 0, 0 } },
	{ "10x", NULL, 0, { 0, 0 } },
	{ "10:x", NULL, 0, { 0, 0 } },
	{ "10:20:30", NULL, 0, { 0, 0 } },
	{ "20:10", NULL, 0, { 0, 0 } },
	{ "@20:10", NULL, 0, { 0, 0 } },
	{ ":10", NULL, 0, { 0, 0 } },
	{ ":", NULL, 0, { 0, 0 } },
	{ "~", NULL, 0, { 0, 0 } },
	{ "~10", NULL, 0, { 0, 0 } },
	{ "10:~", NULL, 0, { 0, 0 } },
	{ "@", NULL, 0, { 0, 0 } },
	{ "@@10", NULL, 0, { 0, 0 } },
	{ "10,5", NULL, 0, { 0, 0 } },
	{ "10.", NULL, 0, { 0, 0 } },
	{ ".5", NULL, 0, { 0, 0 } },
	{ "1.2345", NULL, 0, { 0, 0 } },
	{ "1e3", NULL, 0, { 0, 0 } },
	{ "+10", NULL, 0, { 0, 0 } },
	{ " 10", NULL, 0, { 0, 0 } },
	{ "10 ", NULL, 0, { 0, 0 } },
	{ "--10", NULL, 0, { 0, 0 } },
	{ "14d", NULL, 0, { 0, 0 } },
	{ "nan", NULL, 0, { 0, 0 } },
	{ "0x10", NULL, 0, { 0, 0 } },
	{ "9999999999", NULL, 0, { 0, 0 } },
};

static void
test_rows(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct range range = { 0 };
		const char *why = NULL;
		struct buf out = { 0 };
		bool taken = range_parse(rows[i].text, &range, &why);

		if (taken != (rows[i].written != NULL))
			fail_msg("\"%s\" is %staken", rows[i].text,
			    taken ? "" : "not ");
		if (!taken) {
			assert_non_null(why);
			assert_false(range.given);
			continue;
		}
		range_put(&range, &out);
		assert_string_equal(buf_text(&out), rows[i].written);
		buf_finish(&out);
		range = range_of(&range, N(200));
		if (range_alerts(&range, rows[i].quiet) ||
		    !range_alerts(&range, rows[i].alert[0]) ||
		    !range_alerts(&range, rows[i].alert[1]))
			fail_msg("\"%s\" alerts wrongly", rows[i].text);
	}
}

static void
test_not_given(void **state)
{
	const struct range none = { 0 };
	struct buf out = { 0 };
	(void)state;

	assert_false(range_alerts(&none, 0));
	assert_false(range_alerts(&none, -1000));
	range_put(&none, &out);
	assert_string_equal(buf_text(&out), "");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_rows),
		cmocka_unit_test(test_not_given),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
