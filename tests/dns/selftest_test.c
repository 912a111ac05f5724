/* SPDX-License-Identifier: ISC */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "base/arena.h"
#include "dns/reason.h"
#include "dns/selftest.h"

#define NOT_GOOD(health, part)                                                 \
	DANELAW_DNSSEC_BOGUS, DANELAW_PRESENCE_UNKNOWN, health, part

/* Words as they came from libunbound 1.17.1, and from others. */
static const struct {
	const char *why;
	enum danelaw_dnssec dnssec;
	enum danelaw_presence presence;
	enum resolver_health health;
	const char *part; /* of the reason */
} rows[] = {
	{ NULL, DANELAW_DNSSEC_SECURE, DANELAW_PRESENCE_DATA, RESOLVER_GOOD,
	    NULL },
	{ NULL, DANELAW_DNSSEC_SECURE, DANELAW_PRESENCE_NODATA, RESOLVER_BROKEN,
	    "no usable keys" },
	/* No anchor in effect: everything would be insecure. */
	{ NULL, DANELAW_DNSSEC_INSECURE, DANELAW_PRESENCE_DATA,
	    RESOLVER_STALE_ANCHOR, "trust anchor" },
	{ "no answer came in time", DANELAW_DNSSEC_ERROR,
	    DANELAW_PRESENCE_UNKNOWN, RESOLVER_NO_NETWORK, "does not answer" },
	{ NULL, DANELAW_DNSSEC_ERROR, DANELAW_PRESENCE_UNKNOWN,
	    RESOLVER_NO_NETWORK, "does not answer" },
	{ "the resolver forwarded to failed: from 192.0.2.1 got REFUSED",
	    DANELAW_DNSSEC_ERROR, DANELAW_PRESENCE_UNKNOWN, RESOLVER_BROKEN,
	    "got REFUSED" },
	{ "no signatures from 192.0.2.1 for trust anchor .",
	    NOT_GOOD(RESOLVER_STRIPS, "without DNSSEC signatures") },
	{ "no DNSKEY rrset from 192.0.2.1 for trust anchor .",
	    NOT_GOOD(RESOLVER_STRIPS, "without DNSSEC signatures") },
	{ "signature expired from 192.0.2.1 for trust anchor .",
	    NOT_GOOD(RESOLVER_WRONG_CLOCK, "2026-01-01T00:00:00Z") },
	{ "signature before inception date from 192.0.2.1",
	    NOT_GOOD(RESOLVER_WRONG_CLOCK, "set the clock") },
	{ "signature missing from 192.0.2.1 for trust anchor .",
	    NOT_GOOD(RESOLVER_STALE_ANCHOR, "/etc/key") },
	{ "DS hash mismatches key",
	    NOT_GOOD(RESOLVER_STALE_ANCHOR, "up to date") },
	{ "no keys have a DS with algorithm RSASHA256",
	    NOT_GOOD(RESOLVER_STALE_ANCHOR, "up to date") },
	{ "keyset not secured by DNSKEY that matches DS",
	    NOT_GOOD(RESOLVER_STALE_ANCHOR, "up to date") },
	{ "signature crypto failed",
	    NOT_GOOD(RESOLVER_BROKEN, "(signature crypto failed)") },
	{ NULL, NOT_GOOD(RESOLVER_BROKEN, "no usable keys") },
};

static void
test_health_and_reason(void **state)
{
	static const struct selftest_subject subject = {
		.servers = "192.0.2.1",
		.anchor = "/etc/key",
		.at = 1767225600,
	};
	(void)state;

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct arena *arena = arena_new();
		const struct answer answer = { .lookup = {
						   .dnssec = rows[i].dnssec,
						   .presence = rows[i].presence,
						   .why = rows[i].why,
					       } };
		enum resolver_health health = selftest_health(&answer);
		const char *reason =
		    selftest_reason(arena, health, &subject, &answer);

		assert_int_equal(health, rows[i].health);
		if (rows[i].part == NULL)
			assert_null(reason);
		else
			assert_non_null(strstr(reason, rows[i].part));
		arena_unref(arena);
	}
}

static void
test_subjects(void **state)
{
	struct arena *arena = arena_new();
	struct selftest_subject subject = { .own = true,
		.servers = "the root servers",
		.anchor = "built in",
		.at_given = true };
	const struct answer answer = { .lookup = { .why = "x" } };
	(void)state;

	assert_non_null(strstr(
	    selftest_reason(arena, RESOLVER_NO_NETWORK, &subject, &answer),
	    "no root server answers"));
	for (int given = 0; given < 2; given++) {
		subject.at_given = given;
		assert_int_equal(reason_cause(selftest_reason(arena,
				     RESOLVER_WRONG_CLOCK, &subject, &answer)),
		    DANELAW_DNS_CLOCK);
	}
	assert_non_null(strstr(
	    selftest_reason(arena, RESOLVER_WRONG_CLOCK, &subject, &answer),
	    "the time given"));
	arena_unref(arena);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_health_and_reason),
		cmocka_unit_test(test_subjects),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
