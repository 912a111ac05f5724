/* SPDX-License-Identifier: ISC */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "plant.h"
#include "policy/ruling.h"

/* The weaker answer that has addresses; of none that has, the weakest. */
static void
test_addresses(void **state)
{
	static const struct {
		const char *name;
		struct danelaw_lookup a, aaaa;
		enum danelaw_dnssec both;
	} rows[] = {
#define A(d, p) { .dnssec = d, .presence = DANELAW_PRESENCE_##p }
		{ "both secure", A(SEC, DATA), A(SEC, DATA), SEC },
		{ "one insecure", A(SEC, DATA), A(INS, DATA), INS },
		{ "absent, unproven", A(SEC, DATA), A(INS, NODATA), SEC },
		{ "one failed", A(SEC, DATA), A(ERR, UNKNOWN), SEC },
		{ "one bogus", A(BOG, UNKNOWN), A(INS, DATA), INS },
		{ "none, and one failed", A(SEC, NODATA), A(ERR, UNKNOWN),
		    ERR },
		{ "none", A(SEC, NODATA), A(INS, NODATA), INS },
		{ "both failed", A(BOG, UNKNOWN), A(ERR, UNKNOWN), ERR },
#undef A
	};
	(void)state;

	for (size_t i = 0; i < COUNT(rows); i++) {
		const struct danelaw_lookup both[] = { rows[i].a,
			rows[i].aaaa };

		ROW_EXPECT(
		    rows[i].name, ruling_of_addresses(both, 2) == rows[i].both);
	}
	assert_int_equal(ruling_of_addresses(NULL, 0), SEC);
}

/* Each row has its own sentence for people. */
static void
test_why(void **state)
{
	static const struct {
		struct host_facts facts;
		enum danelaw_policy policy;
		const char *why;
	} rows[] = {
		{ { SEC, SEC, SEC, SEC, false, true, 1, 1 },
		    DANELAW_POLICY_DANE,
		    "usable TLSA records: TLS and a match are required "
		    "(RFC 7672 2.2)" },
		{ { SEC, SEC, SEC, SEC, false, true, 2, 0 },
		    DANELAW_POLICY_ENCRYPT,
		    "TLSA records, but none is usable: TLS is required, "
		    "authentication is not (RFC 7672 2.2)" },
		{ { SEC, SEC, SEC, SEC, false, true, 0, 0 }, DANELAW_POLICY_MAY,
		    "no TLSA records: TLS if offered (RFC 7672 2.2)" },
		{ { SEC, SEC, SEC, INS, false, true, 1, 1 }, DANELAW_POLICY_MAY,
		    "the TLSA records are not signed and do not count: TLS "
		    "if offered (RFC 7672 2.2)" },
		{ { SEC, SEC, SEC, INS, false, true, 0, 0 }, DANELAW_POLICY_MAY,
		    "no TLSA records, and their absence is not signed: TLS "
		    "if offered (RFC 7672 2.2)" },
		{ { SEC, SEC, SEC, ERR, false, true, 0, 0 },
		    DANELAW_POLICY_SKIP,
		    "the TLSA lookup fails: do not use this host "
		    "(RFC 7672 2.1.2)" },
		{ { SEC, SEC, SEC, BOG, false, true, 1, 1 },
		    DANELAW_POLICY_SKIP,
		    "the TLSA answer fails DNSSEC validation: do not use "
		    "this host (RFC 7672 2.1.2)" },
		{ { SEC, SEC, SEC, SEC, false, false, 1, 1 },
		    DANELAW_POLICY_SKIP,
		    "the TLSA records were not looked up: do not use this "
		    "host (RFC 7672 2.1.2)" },
		{ { SEC, INS, INS, ERR, false, false, 0, 0 },
		    DANELAW_POLICY_MAY,
		    "the addresses are not signed, so DANE does not apply: "
		    "TLS if offered (RFC 7672 2.2.2)" },
		{ { SEC, INS, ERR, SEC, false, true, 1, 1 },
		    DANELAW_POLICY_SKIP,
		    "the CNAME lookup of the alias fails: do not use this "
		    "host (RFC 7672 2.1.2)" },
		{ { SEC, ERR, ERR, SEC, false, true, 1, 1 },
		    DANELAW_POLICY_SKIP,
		    "the address lookup fails: do not use this host "
		    "(RFC 7672 2.1.2)" },
		{ { SEC, BOG, BOG, SEC, false, true, 1, 1 },
		    DANELAW_POLICY_SKIP,
		    "the address answer fails DNSSEC validation: do not use "
		    "this host (RFC 7672 2.1.2)" },
		{ { BOG, SEC, SEC, SEC, false, true, 1, 1 },
		    DANELAW_POLICY_SKIP,
		    "the MX lookup fails: no host can be used "
		    "(RFC 7672 2.1.2)" },
		{ { SEC, SEC, SEC, SEC, false, true, 1, 1, true },
		    DANELAW_POLICY_MAY,
		    "it has no address, so nobody can connect to it "
		    "(RFC 7672 2.2.2)" },
		{ { SEC, INS, INS, ERR, false, false, 0, 0, true },
		    DANELAW_POLICY_MAY,
		    "it has no address, so nobody can connect to it "
		    "(RFC 7672 2.2.2)" },
		{ { SEC, BOG, BOG, ERR, false, false, 0, 0, true },
		    DANELAW_POLICY_SKIP,
		    "the address answer fails DNSSEC validation: do not use "
		    "this host (RFC 7672 2.1.2)" },
		{ { SEC, ERR, ERR, ERR, true, false, 0, 0 }, DANELAW_POLICY_MAY,
		    "an address has no TLSA records: TLS if offered "
		    "(RFC 7672 2.2)" },
	};
	(void)state;

	for (size_t i = 0; i < COUNT(rows); i++) {
		const char *why = NULL;

		ROW_EXPECT(rows[i].why,
		    ruling_for(&rows[i].facts, &why) == rows[i].policy);
		assert_string_equal(why, rows[i].why);
	}
}

/* A fact nobody filled in reads as an error. */
static void
test_nothing_known(void **state)
{
	static const struct host_facts none,
	    only_literal = { .is_literal = true };
	const char *why = NULL;
	(void)state;

	assert_int_equal(ruling_for(&none, &why), DANELAW_POLICY_SKIP);
	assert_false(ruling_wants_tlsa(&none));
	/* Even a literal, if nobody knows where it comes from. */
	assert_int_equal(ruling_for(&only_literal, &why), DANELAW_POLICY_SKIP);
	assert_true(ruling_is_failure((enum danelaw_dnssec)17));
	assert_true(ruling_is_failure((enum danelaw_dnssec) - 1));
}

/* From the weakest to the strictest. */
static int
strictness(const struct host_facts *facts)
{
	static const int table[] = {
		[DANELAW_POLICY_MAY] = 0,
		[DANELAW_POLICY_ENCRYPT] = 1,
		[DANELAW_POLICY_DANE] = 2,
		[DANELAW_POLICY_SKIP] = 3,
	};
	const char *why = NULL;
	enum danelaw_policy policy = ruling_for(facts, &why);

	assert_non_null(why);
	assert_non_null(strstr(why, "(RFC 7672 2."));
	assert_true(why[strlen(why) - 1] == ')');
	return table[policy];
}

/*
 * What must hold for one set of facts, whatever the rest: an error makes
 * nothing weaker, and nothing but secure facts makes a promise.
 */
static void
check_one(const struct host_facts *facts)
{
	static const enum danelaw_dnssec failures[] = { ERR, BOG };
	int before = strictness(facts);
	const char *why = NULL;
	enum danelaw_policy policy = ruling_for(facts, &why);
	struct host_facts worse;

	for (size_t i = 0; i < COUNT(failures); i++) {
		worse = *facts;
		worse.mx = failures[i];
		assert_true(strictness(&worse) >= before);
		worse = *facts;
		worse.addr = failures[i];
		assert_true(strictness(&worse) >= before);
		/* An alias is asked for only where the end is unsigned. */
		worse = *facts;
		worse.alias = failures[i];
		assert_true(strictness(&worse) >= before);
		worse = *facts;
		worse.tlsa = failures[i];
		assert_true(strictness(&worse) >= before);
	}
	worse = *facts;
	worse.asked = false;
	assert_true(strictness(&worse) >= before);
	worse = *facts;
	worse.n_tlsa++;
	assert_true(strictness(&worse) >= before);
	worse = *facts;
	worse.n_usable++;
	assert_true(strictness(&worse) >= before);

	if (policy == DANELAW_POLICY_DANE || policy == DANELAW_POLICY_ENCRYPT) {
		assert_true(ruling_wants_tlsa(facts));
		assert_true(facts->asked && facts->tlsa == SEC);
		assert_false(facts->is_literal);
	}
	if (policy == DANELAW_POLICY_DANE)
		assert_true(facts->n_usable > 0);
	if (policy == DANELAW_POLICY_MAY && ruling_wants_tlsa(facts))
		assert_false(ruling_is_failure(facts->tlsa));
	if (ruling_is_failure(facts->mx))
		assert_int_equal(policy, DANELAW_POLICY_SKIP);
	/* An insecure MX record does not lower what the host promises. */
	if (facts->mx == SEC) {
		worse = *facts;
		worse.mx = INS;
		assert_int_equal(strictness(&worse), before);
	}
}

static void
test_full_product(void **state)
{
	static const enum danelaw_dnssec all[] = { ERR, BOG, INS, SEC };
	size_t n = 0;
	(void)state;

	for (unsigned i = 0; i < 4 * 4 * 4 * 4 * 2 * 2 * 3 * 3; i++) {
		unsigned rest = i;
		struct host_facts facts;

		facts.mx = all[rest % 4], rest /= 4;
		facts.addr = all[rest % 4], rest /= 4;
		facts.alias = all[rest % 4], rest /= 4;
		facts.tlsa = all[rest % 4], rest /= 4;
		facts.is_literal = rest % 2, rest /= 2;
		facts.asked = rest % 2, rest /= 2;
		facts.n_tlsa = rest % 3, rest /= 3;
		facts.n_usable = rest;
		check_one(&facts);
		n++;
	}
	assert_int_equal(n, 9216);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_addresses),
		cmocka_unit_test(test_why),
		cmocka_unit_test(test_nothing_known),
		cmocka_unit_test(test_full_product),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
