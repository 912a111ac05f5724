/* SPDX-License-Identifier: ISC */
/* The verdict where others can judge a zone that our library cannot. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "model/finding.h"
#include "plant.h"
#include "policy/verdict.h"

static void
test_unjudged(void **state)
{
	static const struct {
		enum danelaw_dnssec mx;
		const char *hosts;
		enum danelaw_verdict verdict;
		enum danelaw_state state;
	} rows[] = {
		{ DANELAW_DNSSEC_INSECURE, "may encrypted",
		    DANELAW_VERDICT_DEFER, DANELAW_STATE_UNKNOWN },
		{ DANELAW_DNSSEC_SECURE, "may encrypted", DANELAW_VERDICT_DEFER,
		    DANELAW_STATE_UNKNOWN },
		{ DANELAW_DNSSEC_SECURE, "dane authenticated | may encrypted",
		    DANELAW_VERDICT_DEFER, DANELAW_STATE_UNKNOWN },
		{ DANELAW_DNSSEC_SECURE, "dane tlsa-mismatch | may encrypted",
		    DANELAW_VERDICT_DEFER, DANELAW_STATE_UNKNOWN },
		/* Whatever the third is. */
		{ DANELAW_DNSSEC_SECURE,
		    "dane authenticated | dane tlsa-mismatch | may encrypted",
		    DANELAW_VERDICT_DEGRADED, DANELAW_STATE_CRITICAL },
		{ DANELAW_DNSSEC_BOGUS, "may encrypted", DANELAW_VERDICT_DEFER,
		    DANELAW_STATE_CRITICAL },
	};
	(void)state;

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct tree *tree =
		    plant_tree(DANELAW_MX_MX, rows[i].mx, rows[i].hosts);

		assert_non_null(finding_add(tree, FINDING_DNS_ALG_UNJUDGED,
		    "mx.example", "zone", "example", "algorithms", "16", "name",
		    "mx.example", NULL));
		verdict_fill(tree, false, false);
		assert_int_equal(tree->report.verdict, rows[i].verdict);
		assert_int_equal(tree->report.state, rows[i].state);
		danelaw_report_free(&tree->report);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(test_unjudged) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
