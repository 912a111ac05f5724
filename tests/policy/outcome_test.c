/* SPDX-License-Identifier: ISC */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "plant.h"
#include "policy/verdict.h"

enum { N_OUTCOMES = DANELAW_OUTCOME_NOT_EXAMINED + 1 };

/* What another OpenSSL could tell is not told to be wrong. */
static void
test_unreadable(void **state)
{
	struct outcome_facts facts = {
		.reached = DANELAW_OUTCOME_ENCRYPTED,
		.matched = true,
		.verify_code = 65,
		.unreadable = true,
	};
	(void)state;

	assert_int_equal(outcome_for(DANELAW_POLICY_DANE, &facts),
	    DANELAW_OUTCOME_NOT_EXAMINED);
	facts.matched = false;
	assert_int_equal(outcome_for(DANELAW_POLICY_DANE, &facts),
	    DANELAW_OUTCOME_NOT_EXAMINED);
	/* Nor is what we did not look at. */
	facts.unreadable = false;
	facts.cut = true;
	assert_int_equal(outcome_for(DANELAW_POLICY_DANE, &facts),
	    DANELAW_OUTCOME_NOT_EXAMINED);
	assert_int_equal(outcome_for(DANELAW_POLICY_ENCRYPT, &facts),
	    DANELAW_OUTCOME_ENCRYPTED);
}

/* What becomes of each outcome that the probe reaches, by policy. */
static void
test_reached_by_policy(void **state)
{
	/* Under skip nothing counts; "=" is: as it was reached. */
	static const struct {
		const char *reached, *may, *encrypt, *dane;
	} rows[] = {
		{ "skipped", "=", "=", "=" },
		{ "authenticated", "encrypted", "encrypted", "=" },
		{ "encrypted", "=", "=", "authenticated" },
		{ "cleartext", "=", "starttls-missing", "starttls-missing" },
		{ "tlsa-mismatch", "=", "=", "=" },
		{ "name-mismatch", "=", "=", "=" },
		{ "cert-expired", "=", "=", "=" },
		{ "chain-invalid", "=", "=", "=" },
		{ "starttls-missing", "cleartext", "=", "=" },
		{ "starttls-refused", "cleartext", "=", "=" },
		{ "smtp-tempfail", "=", "=", "=" },
		{ "smtp-permfail", "=", "=", "=" },
		{ "smtp-timeout", "=", "=", "=" },
		{ "not-smtp", "=", "=", "=" },
		{ "plaintext-injected", "=", "=", "=" },
		{ "tls-failed", "=", "=", "=" },
		{ "tls-timeout", "=", "=", "=" },
		{ "connect-refused", "=", "=", "=" },
		{ "connect-timeout", "=", "=", "=" },
		{ "not-examined", "=", "=", "=" },
	};
	(void)state;

	assert_int_equal(COUNT(rows), N_OUTCOMES);
	for (size_t i = 0; i < COUNT(rows); i++) {
		const char *want[] = { "skipped", rows[i].may, rows[i].encrypt,
			rows[i].dane };
		struct outcome_facts facts = {
			.reached = (enum danelaw_outcome)i,
			.verified = true,
			.matched = true,
		};

		assert_string_equal(
		    danelaw_outcome_word(facts.reached), rows[i].reached);
		for (size_t j = 0; j < COUNT(want); j++) {
			enum danelaw_outcome outcome =
			    outcome_for((enum danelaw_policy)j, &facts);

			assert_string_equal(danelaw_outcome_word(outcome),
			    strcmp(want[j], "=") == 0 ? rows[i].reached
						      : want[j]);
		}
	}
}

static void
test_authentication(void **state)
{
	static const struct {
		const char *name;
		bool verified, matched;
		int code;
		bool date, names;
		enum danelaw_outcome outcome;
	} rows[] = {
		{ "verified", true, true, 0, false, false,
		    DANELAW_OUTCOME_AUTHENTICATED },
		{ "usage 3: neither date nor name count", true, true, 0, true,
		    true, DANELAW_OUTCOME_AUTHENTICATED },
		{ "nothing known", false, false, 0, false, false,
		    DANELAW_OUTCOME_TLSA_MISMATCH },
		{ "no match", false, false, 65, false, false,
		    DANELAW_OUTCOME_TLSA_MISMATCH },
		{ "no match comes before the date", false, false, 10, true,
		    true, DANELAW_OUTCOME_TLSA_MISMATCH },
		{ "expired", false, true, 10, true, false,
		    DANELAW_OUTCOME_CERT_EXPIRED },
		{ "the date comes before the name", false, true, 10, true, true,
		    DANELAW_OUTCOME_CERT_EXPIRED },
		{ "name", false, true, 62, false, true,
		    DANELAW_OUTCOME_NAME_MISMATCH },
		{ "purpose", false, true, 26, false, false,
		    DANELAW_OUTCOME_CHAIN_INVALID },
		{ "not verified, and nobody says why", false, true, 0, false,
		    false, DANELAW_OUTCOME_CHAIN_INVALID },
		{ "passed by public CAs, no record matched", true, false, 0,
		    false, false, DANELAW_OUTCOME_TLSA_MISMATCH },
		{ "passed by a callback that went on after an error", true,
		    true, 10, true, false, DANELAW_OUTCOME_CERT_EXPIRED },
	};
	(void)state;

	for (size_t i = 0; i < COUNT(rows); i++) {
		struct outcome_facts facts = {
			.reached = DANELAW_OUTCOME_ENCRYPTED,
			.verified = rows[i].verified,
			.matched = rows[i].matched,
			.verify_code = rows[i].code,
			.date_failed = rows[i].date,
			.name_failed = rows[i].names,
		};

		ROW_EXPECT(rows[i].name,
		    outcome_for(DANELAW_POLICY_DANE, &facts) ==
			rows[i].outcome);
		ROW_EXPECT(rows[i].name,
		    outcome_for(DANELAW_POLICY_ENCRYPT, &facts) ==
			DANELAW_OUTCOME_ENCRYPTED);
		ROW_EXPECT(rows[i].name,
		    outcome_for(DANELAW_POLICY_MAY, &facts) ==
			DANELAW_OUTCOME_ENCRYPTED);
	}
}

/* Authenticated is said only where everything holds. */
static void
test_every_fact(void **state)
{
	(void)state;

	for (unsigned i = 0; i < N_OUTCOMES * 5 * 2 * 16; i++) {
		unsigned rest = i;
		struct outcome_facts facts;
		enum danelaw_policy policy;
		enum danelaw_outcome outcome;

		facts.reached = (enum danelaw_outcome)(rest % N_OUTCOMES);
		rest /= N_OUTCOMES;
		policy = (enum danelaw_policy)(rest % 5), rest /= 5;
		facts.verify_code = rest % 2 ? 20 : 0, rest /= 2;
		facts.verified = rest & 1;
		facts.matched = rest & 2;
		facts.date_failed = rest & 4;
		facts.name_failed = rest & 8;
		outcome = outcome_for(policy, &facts);
		if (outcome == DANELAW_OUTCOME_AUTHENTICATED)
			assert_true(policy == DANELAW_POLICY_DANE &&
			    facts.verified && facts.matched &&
			    facts.verify_code == 0);
		if (outcome == DANELAW_OUTCOME_CLEARTEXT)
			assert_int_equal(policy, DANELAW_POLICY_MAY);
		if (policy == DANELAW_POLICY_DANE)
			assert_int_not_equal(
			    outcome, DANELAW_OUTCOME_ENCRYPTED);
		/* 4: no policy that is known. */
		if (policy == DANELAW_POLICY_SKIP || (int)policy == 4)
			assert_int_equal(outcome, DANELAW_OUTCOME_SKIPPED);
	}
}

static void
test_worse(void **state)
{
	/* From the best to the worst. */
	static const enum danelaw_outcome order[] = {
		DANELAW_OUTCOME_SKIPPED,
		DANELAW_OUTCOME_NOT_EXAMINED,
		DANELAW_OUTCOME_CONNECT_TIMEOUT,
		DANELAW_OUTCOME_CONNECT_REFUSED,
		DANELAW_OUTCOME_SMTP_TIMEOUT,
		DANELAW_OUTCOME_TLS_TIMEOUT,
		DANELAW_OUTCOME_NOT_SMTP,
		DANELAW_OUTCOME_SMTP_TEMPFAIL,
		DANELAW_OUTCOME_SMTP_PERMFAIL,
		DANELAW_OUTCOME_AUTHENTICATED,
		DANELAW_OUTCOME_ENCRYPTED,
		DANELAW_OUTCOME_CLEARTEXT,
		DANELAW_OUTCOME_STARTTLS_REFUSED,
		DANELAW_OUTCOME_STARTTLS_MISSING,
		DANELAW_OUTCOME_TLS_FAILED,
		DANELAW_OUTCOME_CHAIN_INVALID,
		DANELAW_OUTCOME_NAME_MISMATCH,
		DANELAW_OUTCOME_CERT_EXPIRED,
		DANELAW_OUTCOME_TLSA_MISMATCH,
		DANELAW_OUTCOME_PLAINTEXT_INJECTED,
	};
	(void)state;

	assert_int_equal(COUNT(order), N_OUTCOMES);
	for (size_t i = 0; i < COUNT(order); i++) {
		for (size_t j = 0; j < COUNT(order); j++)
			assert_int_equal(outcome_worse(order[i], order[j]),
			    order[i > j ? i : j]);
		/* What nobody knows is never good. */
		assert_int_equal(
		    outcome_worse(order[i], (enum danelaw_outcome)99), 99);
	}
}

/* A 4xx to STARTTLS is "not now"; a 5xx, or no reply known, is "no". */
static void
test_counted(void **state)
{
	static const enum danelaw_outcome no = DANELAW_OUTCOME_STARTTLS_REFUSED;
	static const struct {
		const char *name, *starttls, *refusal;
		enum danelaw_outcome outcome, probes[3];
		size_t n_probes;
		enum danelaw_outcome counted;
	} rows[] = {
		{ "5xx", "502 no", NULL, no, { no }, 1, no },
		{ "4xx", "454 not now", NULL, no, { no }, 1,
		    DANELAW_OUTCOME_SMTP_TEMPFAIL },
		{ "4xx as the refusal", NULL, "454 not now", no, { no }, 1,
		    DANELAW_OUTCOME_SMTP_TEMPFAIL },
		{ "no reply known", NULL, NULL, no, { no }, 1, no },
		{ "an empty reply", "", NULL, no, { no }, 1, no },
		{ "5xx, then accepted: it does refuse", "554 no", NULL, no,
		    { no, DANELAW_OUTCOME_AUTHENTICATED }, 2, no },
		{ "4xx, then accepted", "454 not now", NULL, no,
		    { no, DANELAW_OUTCOME_AUTHENTICATED }, 2,
		    DANELAW_OUTCOME_AUTHENTICATED },
		{ "accepted, later refused for good", "220 go ahead", NULL, no,
		    { DANELAW_OUTCOME_AUTHENTICATED, no }, 2, no },
		{ "accepted, they say, and nothing else is known",
		    "220 go ahead", NULL, no, { no }, 1, no },
		{ "any other outcome is what it is", "454 not now", NULL,
		    DANELAW_OUTCOME_TLS_FAILED,
		    { DANELAW_OUTCOME_AUTHENTICATED }, 1,
		    DANELAW_OUTCOME_TLS_FAILED },
	};
	(void)state;

	for (size_t i = 0; i < COUNT(rows); i++) {
		struct danelaw_probe probes[3] = { 0 };
		struct danelaw_address address = {
			.outcome = rows[i].outcome,
			.probes = probes,
			.n_probes = rows[i].n_probes,
			.smtp = { .starttls = rows[i].starttls,
			    .refusal = rows[i].refusal },
		};

		for (size_t j = 0; j < rows[i].n_probes; j++)
			probes[j].outcome = rows[i].probes[j];
		ROW_EXPECT(
		    rows[i].name, outcome_counted(&address) == rows[i].counted);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_reached_by_policy),
		cmocka_unit_test(test_unreadable),
		cmocka_unit_test(test_authentication),
		cmocka_unit_test(test_every_fact),
		cmocka_unit_test(test_worse),
		cmocka_unit_test(test_counted),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
