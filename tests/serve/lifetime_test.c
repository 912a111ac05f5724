/* SPDX-License-Identifier: ISC */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdbool.h>

#include "serve/result.h"

#define NOW 1795385340

static const struct lifetime_bounds bounds = {
	.least = 60000,
	.most = 3600000,
	.failed = 30000,
};

/* One domain with one host; what is not said is secure and lives long. */
struct row {
	const char *what;
	uint32_t mx_ttl, tlsa_ttl;
	int64_t mx_ends, tlsa_ends; /* seconds from now; 0: unsigned */
	enum danelaw_dnssec tlsa;
	enum danelaw_verdict verdict;
	enum danelaw_state state;
	bool unexamined, authenticated;
	const char *resolver_error;
	int64_t life;
};

#define SECURE DANELAW_DNSSEC_SECURE
#define OK DANELAW_VERDICT_OK, DANELAW_STATE_OK
static const struct row rows[] = {
	{ "the least TTL", 900, 300, 0, 0, SECURE, OK, false, true, NULL,
	    300000 },
	{ "of any lookup", 300, 900, 0, 0, SECURE, OK, false, true, NULL,
	    300000 },
	{ "the end of a signature", 3600, 3600, 86400, 120, SECURE, OK, false,
	    true, NULL, 120000 },
	{ "a signature that is over", 3600, 3600, -5, 120, SECURE, OK, false,
	    true, NULL, 60000 },
	{ "a short TTL", 1, 0, 0, 0, SECURE, OK, false, true, NULL, 60000 },
	{ "a long one", 86400, 86400, 864000, 864000, SECURE, OK, false, true,
	    NULL, 3600000 },
	{ "a lookup that failed", 3600, 3600, 0, 0, DANELAW_DNSSEC_ERROR,
	    DANELAW_VERDICT_DEGRADED, DANELAW_STATE_CRITICAL, false, true, NULL,
	    30000 },
	{ "a bogus answer", 3600, 3600, 0, 0, DANELAW_DNSSEC_BOGUS,
	    DANELAW_VERDICT_DEGRADED, DANELAW_STATE_CRITICAL, false, true, NULL,
	    30000 },
	{ "nothing to be seen", 3600, 3600, 0, 0, SECURE, DANELAW_VERDICT_DEFER,
	    DANELAW_STATE_UNKNOWN, true, false, NULL, 30000 },
	{ "one address of two that did not answer", 3600, 3600, 0, 0, SECURE,
	    DANELAW_VERDICT_OK, DANELAW_STATE_WARNING, true, true, NULL,
	    3600000 },
	{ "no DNS at all", 3600, 3600, 0, 0, SECURE, OK, false, true,
	    "it does not answer", 30000 },
};

static void
test_rows(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const struct row *row = &rows[i];
		struct danelaw_lookup mx = {
			.type = "MX",
			.dnssec = SECURE,
			.presence = DANELAW_PRESENCE_DATA,
			.ttl = row->mx_ttl,
			.rrsig_expires =
			    row->mx_ends == 0 ? 0 : NOW + row->mx_ends,
		};
		struct danelaw_lookup tlsa = {
			.type = "TLSA",
			.dnssec = row->tlsa,
			.presence = row->tlsa == SECURE
			    ? DANELAW_PRESENCE_DATA
			    : DANELAW_PRESENCE_UNKNOWN,
			.ttl = row->tlsa_ttl,
			.rrsig_expires =
			    row->tlsa_ends == 0 ? 0 : NOW + row->tlsa_ends,
		};
		struct danelaw_host host = {
			.counted = { .unexamined = row->unexamined,
			    .authenticated = row->authenticated },
			.lookups = &tlsa,
			.n_lookups = 1,
		};
		const struct danelaw_report report = {
			.at = NOW,
			.verdict = row->verdict,
			.state = row->state,
			.resolver_error = row->resolver_error,
			.mx = { .lookups = &mx, .n_lookups = 1 },
			.hosts = &host,
			.n_hosts = 1,
		};

		print_message("# %s\n", row->what);
		assert_int_equal(lifetime(&report, &bounds), row->life);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_rows),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
