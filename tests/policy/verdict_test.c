/* SPDX-License-Identifier: ISC */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#include "plant.h"
#include "policy/verdict.h"

enum { N_OUTCOMES = DANELAW_OUTCOME_NOT_EXAMINED + 1, N_POLICIES = 4 };

/* One letter per class that holds: Failing, Skipped, Authenticated... */
static const char *letters(struct danelaw_class class)
{
	static char text[6];
	char *at = text;

	if (class.failing)
		*at++ = 'F';
	if (class.skipped)
		*at++ = 'S';
	if (class.authenticated)
		*at++ = 'A';
	if (class.open)
		*at++ = 'O';
	if (class.unexamined)
		*at++ = 'U';
	*at = '\0';
	return text;
}

/* Each outcome of a host's only address, under each policy. */
static void
test_class_of_each_outcome(void **state)
{
	static const struct {
		const char *outcome, *dane, *encrypt;
	} rows[] = {
		{ "tlsa-mismatch", "F", "F" },
		{ "name-mismatch", "F", "F" },
		{ "cert-expired", "F", "F" },
		{ "chain-invalid", "F", "F" },
		{ "starttls-missing", "F", "F" },
		{ "starttls-refused", "F", "F" },
		{ "starttls-refused=502", "F", "F" },
		{ "starttls-refused=454", "U", "U" },
		{ "plaintext-injected", "F", "F" },
		{ "tls-failed", "F", "F" },
		{ "authenticated", "A", "O" },
		{ "encrypted", "F", "O" }, /* less than dane asks for */
		{ "cleartext", "F", "F" },
		{ "smtp-tempfail", "U", "U" },
		{ "smtp-permfail", "U", "U" },
		{ "smtp-timeout", "U", "U" },
		{ "not-smtp", "U", "U" },
		{ "tls-timeout", "U", "U" },
		{ "connect-refused", "U", "U" },
		{ "connect-timeout", "U", "U" },
		{ "not-examined", "U", "U" },
		{ "skipped", "U", "U" },
	};
	static const char *const policies[] = { "dane", "encrypt", "may",
		"skip" };
	(void)state;

	for (size_t i = 0; i < COUNT(rows); i++) {
		const char *want[] = { rows[i].dane, rows[i].encrypt, "O",
			"S" };

		for (size_t j = 0; j < COUNT(want); j++) {
			char text[96];
			struct tree *tree;

			snprintf(text, sizeof(text), "%s %s", policies[j],
			    rows[i].outcome);
			tree = plant_tree(
			    DANELAW_MX_MX, DANELAW_DNSSEC_SECURE, text);
			ROW_EXPECT(text,
			    strcmp(
				letters(verdict_class(&tree->report.hosts[0])),
				want[j]) == 0);
			danelaw_report_free(&tree->report);
		}
	}
}

static void
test_class_of_several_addresses(void **state)
{
	static const struct {
		const char *host, *classes;
	} rows[] = {
		{ "dane authenticated authenticated", "A" },
		{ "dane authenticated tlsa-mismatch", "FA" },
		{ "dane connect-timeout authenticated", "A" },
		{ "dane connect-timeout smtp-tempfail", "U" },
		{ "dane starttls-refused=454 authenticated", "A" },
		{ "dane starttls-refused=554 authenticated", "FA" },
		{ "dane", "U" },
		{ "encrypt", "U" },
		{ "encrypt encrypted starttls-missing", "FO" },
		{ "encrypt encrypted connect-refused", "O" },
		{ "may", "U" },
		{ "may connect-timeout cleartext", "O" },
		{ "skip", "S" },
		{ "skip skipped skipped", "S" },
	};
	(void)state;

	for (size_t i = 0; i < COUNT(rows); i++) {
		struct tree *tree = plant_tree(
		    DANELAW_MX_MX, DANELAW_DNSSEC_SECURE, rows[i].host);

		ROW_EXPECT(rows[i].host,
		    strcmp(letters(verdict_class(&tree->report.hosts[0])),
			rows[i].classes) == 0);
		danelaw_report_free(&tree->report);
	}
}

/* doc/interface.md 4, line by line, and what each line rules out. */
static const struct {
	const char *hosts;
	enum danelaw_mx_source source;
	enum danelaw_dnssec dnssec;
	const char *verdict, *state, *required; /* NULL: the same */
} table[] = {
	/* no-mail */
	{ "", DANELAW_MX_NULL, SEC, "no-mail", "critical", NULL },
	{ "", DANELAW_MX_NULL, INS, "no-mail", "critical", NULL },
	{ "", DANELAW_MX_NULL, BOG, "defer", "critical", NULL },
	/* defer: the MX lookup fails */
	{ "", DANELAW_MX_NONE, ERR, "defer", "critical", NULL },
	{ "", DANELAW_MX_NONE, BOG, "defer", "critical", NULL },
	{ "", DANELAW_MX_NONE, SEC, "defer", "critical", NULL },
	{ "dane authenticated", DANELAW_MX_MX, BOG, "defer", "critical", NULL },
	{ "dane authenticated", DANELAW_MX_MX, ERR, "defer", "critical", NULL },
	{ "dane authenticated", DANELAW_MX_IMPLICIT, ERR, "defer", "critical",
	    NULL },
	/* insecure */
	{ "dane authenticated", DANELAW_MX_MX, INS, "insecure", "warning",
	    "critical" },
	{ "dane tlsa-mismatch", DANELAW_MX_MX, INS, "insecure", "warning",
	    "critical" },
	{ "skip", DANELAW_MX_MX, INS, "insecure", "warning", "critical" },
	{ "may cleartext", DANELAW_MX_IMPLICIT, INS, "insecure", "warning",
	    "critical" },
	/* Without MX records the domain is its own host. */
	{ "dane authenticated", DANELAW_MX_IMPLICIT, INS, "dane-ok", "ok",
	    NULL },
	{ "dane tlsa-mismatch", DANELAW_MX_IMPLICIT, INS, "dane-fail",
	    "critical", NULL },
	{ "skip", DANELAW_MX_IMPLICIT, INS, "defer", "critical", NULL },
	/* dane-degraded */
	{ "dane authenticated | dane tlsa-mismatch", DANELAW_MX_MX, SEC,
	    "dane-degraded", "critical", NULL },
	{ "dane authenticated tlsa-mismatch", DANELAW_MX_MX, SEC,
	    "dane-degraded", "critical", NULL },
	{ "skip | dane authenticated", DANELAW_MX_MX, SEC, "dane-degraded",
	    "critical", NULL },
	{ "dane authenticated | encrypt starttls-missing", DANELAW_MX_MX, SEC,
	    "dane-degraded", "critical", NULL },
	{ "dane authenticated | may cleartext | skip", DANELAW_MX_MX, SEC,
	    "dane-degraded", "critical", NULL },
	/* dane-fail */
	{ "dane tlsa-mismatch", DANELAW_MX_MX, SEC, "dane-fail", "critical",
	    NULL },
	{ "dane tlsa-mismatch | may cleartext", DANELAW_MX_MX, SEC, "dane-fail",
	    "critical", NULL },
	{ "encrypt starttls-missing", DANELAW_MX_MX, SEC, "dane-fail",
	    "critical", NULL },
	{ "dane starttls-refused=502", DANELAW_MX_MX, SEC, "dane-fail",
	    "critical", NULL },
	{ "skip | dane cert-expired", DANELAW_MX_MX, SEC, "dane-fail",
	    "critical", NULL },
	{ "dane connect-timeout | dane tls-failed", DANELAW_MX_MX, SEC,
	    "dane-fail", "critical", NULL },
	/* defer: skipped */
	{ "skip", DANELAW_MX_MX, SEC, "defer", "critical", NULL },
	{ "skip | may cleartext", DANELAW_MX_MX, SEC, "defer", "critical",
	    NULL },
	{ "skip | dane connect-timeout", DANELAW_MX_MX, SEC, "defer",
	    "critical", NULL },
	{ "skip", DANELAW_MX_LITERAL, ERR, "defer", "critical", NULL },
	/* dane-partial */
	{ "dane authenticated | may encrypted", DANELAW_MX_MX, SEC,
	    "dane-partial", "warning", "critical" },
	{ "may connect-timeout | dane authenticated", DANELAW_MX_MX, SEC,
	    "dane-partial", "warning", "critical" },
	{ "dane authenticated | encrypt encrypted", DANELAW_MX_MX, SEC,
	    "dane-partial", "warning", "critical" },
	/* dane-ok */
	{ "dane authenticated", DANELAW_MX_MX, SEC, "dane-ok", "ok", NULL },
	{ "dane authenticated", DANELAW_MX_IMPLICIT, SEC, "dane-ok", "ok",
	    NULL },
	{ "dane authenticated", DANELAW_MX_LITERAL, ERR, "dane-ok", "ok",
	    NULL },
	{ "dane authenticated | dane connect-refused", DANELAW_MX_MX, SEC,
	    "dane-ok", "ok", NULL },
	{ "dane authenticated connect-timeout", DANELAW_MX_MX, SEC, "dane-ok",
	    "ok", NULL },
	{ "dane authenticated | dane starttls-refused=454", DANELAW_MX_MX, SEC,
	    "dane-ok", "ok", NULL },
	{ "dane authenticated | may", DANELAW_MX_MX, SEC, "dane-ok", "ok",
	    NULL },
	/* no-dane */
	{ "may cleartext", DANELAW_MX_MX, SEC, "no-dane", "warning",
	    "critical" },
	{ "encrypt encrypted", DANELAW_MX_MX, SEC, "no-dane", "warning",
	    "critical" },
	{ "may encrypted | dane connect-timeout", DANELAW_MX_MX, SEC, "no-dane",
	    "warning", "critical" },
	{ "may cleartext", DANELAW_MX_LITERAL, ERR, "no-dane", "warning",
	    "critical" },
	/* defer: nothing could be examined */
	{ "dane connect-refused connect-timeout", DANELAW_MX_MX, SEC, "defer",
	    "unknown", NULL },
	{ "dane smtp-tempfail | dane not-smtp", DANELAW_MX_MX, SEC, "defer",
	    "unknown", NULL },
	{ "dane starttls-refused=454", DANELAW_MX_MX, SEC, "defer", "unknown",
	    NULL },
	{ "encrypt tls-timeout", DANELAW_MX_MX, SEC, "defer", "unknown", NULL },
	{ "dane", DANELAW_MX_MX, SEC, "defer", "unknown", NULL },
	{ "may", DANELAW_MX_IMPLICIT, SEC, "defer", "unknown", NULL },
	{ "", DANELAW_MX_MX, SEC, "defer", "unknown", NULL },
};

static void
test_table(void **state)
{
	(void)state;

	for (size_t i = 0; i < COUNT(table); i++) {
		struct tree *tree = plant_tree(
		    table[i].source, table[i].dnssec, table[i].hosts);
		const char *required = table[i].required != NULL
		    ? table[i].required
		    : table[i].state;

		for (int require = 0; require < 2; require++) {
			verdict_fill(tree, require, false);
			ROW_EXPECT(table[i].hosts,
			    strcmp(danelaw_verdict_word(tree->report.verdict),
				table[i].verdict) == 0);
			ROW_EXPECT(table[i].hosts,
			    strcmp(danelaw_state_word(tree->report.state),
				require ? required : table[i].state) == 0);
			ROW_EXPECT(
			    table[i].hosts, tree->report.summary != NULL);
		}
		verdict_fill(tree, false, true);
		ROW_EXPECT(table[i].hosts,
		    tree->report.verdict == DANELAW_VERDICT_DEFER &&
			tree->report.state == DANELAW_STATE_UNKNOWN);
		danelaw_report_free(&tree->report);
	}
}

/* "no such domain" is believed only of an answer that holds. */
static void
test_no_such_domain(void **state)
{
	static const struct {
		enum danelaw_mx_source source;
		enum danelaw_dnssec dnssec;
		enum danelaw_presence presence;
		enum danelaw_verdict verdict;
	} rows[] = {
		{ DANELAW_MX_NONE, DANELAW_DNSSEC_SECURE,
		    DANELAW_PRESENCE_NXDOMAIN, DANELAW_VERDICT_NO_MAIL },
		{ DANELAW_MX_NONE, DANELAW_DNSSEC_INSECURE,
		    DANELAW_PRESENCE_NXDOMAIN, DANELAW_VERDICT_NO_MAIL },
		{ DANELAW_MX_NONE, DANELAW_DNSSEC_BOGUS,
		    DANELAW_PRESENCE_NXDOMAIN, DANELAW_VERDICT_DEFER },
		{ DANELAW_MX_NONE, DANELAW_DNSSEC_ERROR,
		    DANELAW_PRESENCE_NXDOMAIN, DANELAW_VERDICT_DEFER },
		{ DANELAW_MX_NONE, DANELAW_DNSSEC_SECURE,
		    DANELAW_PRESENCE_NODATA, DANELAW_VERDICT_DEFER },
		{ DANELAW_MX_MX, DANELAW_DNSSEC_SECURE,
		    DANELAW_PRESENCE_NXDOMAIN, DANELAW_VERDICT_OK },
	};
	(void)state;

	for (size_t i = 0; i < COUNT(rows); i++) {
		struct tree *tree = plant_tree(rows[i].source, rows[i].dnssec,
		    rows[i].source == DANELAW_MX_MX ? "dane authenticated"
						    : "");

		plant_mx_lookup(tree, rows[i].dnssec, rows[i].presence);
		verdict_fill(tree, false, false);
		assert_int_equal(tree->report.verdict, rows[i].verdict);
		if (rows[i].verdict != DANELAW_VERDICT_OK)
			assert_int_equal(
			    tree->report.state, DANELAW_STATE_CRITICAL);
		danelaw_report_free(&tree->report);
	}
}

/* Proven in both families, of all hosts: then mail comes back at once. */
static void
test_no_address(void **state)
{
	static const struct {
		enum danelaw_mx_source source;
		enum danelaw_dnssec mx, host;
		const char *types; /* denied: "4", "6" or both */
		const char *more;  /* another host */
		enum danelaw_verdict verdict;
	} rows[] = {
		{ DANELAW_MX_MX, SEC, SEC, "46", "", DANELAW_VERDICT_NO_MAIL },
		{ DANELAW_MX_MX, SEC, INS, "46", "", DANELAW_VERDICT_NO_MAIL },
		{ DANELAW_MX_MX, INS, SEC, "46", "", DANELAW_VERDICT_NO_MAIL },
		{ DANELAW_MX_IMPLICIT, SEC, SEC, "46", "",
		    DANELAW_VERDICT_NO_MAIL },
		{ DANELAW_MX_MX, SEC, SEC, "4", "", DANELAW_VERDICT_DEFER },
		{ DANELAW_MX_MX, SEC, SEC, "6", "", DANELAW_VERDICT_DEFER },
		{ DANELAW_MX_MX, SEC, ERR, "46", "", DANELAW_VERDICT_DEFER },
		{ DANELAW_MX_MX, BOG, SEC, "46", "", DANELAW_VERDICT_DEFER },
		{ DANELAW_MX_MX, SEC, SEC, "46", "| skip",
		    DANELAW_VERDICT_DEFER },
		{ DANELAW_MX_MX, SEC, SEC, "46", "| dane authenticated",
		    DANELAW_VERDICT_OK },
	};
	(void)state;

	for (size_t i = 0; i < COUNT(rows); i++) {
		char hosts[64];
		struct tree *tree;
		struct danelaw_host *host;

		snprintf(hosts, sizeof(hosts), "may %s", rows[i].more);
		tree = plant_tree(rows[i].source, rows[i].mx, hosts);
		host = &tree->report.hosts[0];
		for (const char *c = rows[i].types; *c != '\0'; c++) {
			struct danelaw_lookup *lookup = ARENA_PUSH(
			    tree->arena, host->lookups, host->n_lookups);

			assert_non_null(lookup);
			lookup->type = *c == '4' ? "A" : "AAAA";
			lookup->dnssec = rows[i].host;
			lookup->presence = DANELAW_PRESENCE_NODATA;
		}
		verdict_fill(tree, false, false);
		if (tree->report.verdict != rows[i].verdict)
			fail_msg("row %zu: %s", i,
			    danelaw_verdict_word(tree->report.verdict));
		danelaw_report_free(&tree->report);
	}
}

/*
 * The last address of the last host: this machine lacked what it takes to look
 * at it. Where that could turn the verdict, nothing is said.
 */
static void
test_our_lack(void **state)
{
	static const struct {
		const char *hosts;
		enum danelaw_verdict verdict;
		enum danelaw_state state;
	} rows[] = {
		{ "dane not-examined", DANELAW_VERDICT_DEFER,
		    DANELAW_STATE_UNKNOWN },
		{ "dane authenticated | dane not-examined",
		    DANELAW_VERDICT_DEFER, DANELAW_STATE_UNKNOWN },
		{ "dane authenticated not-examined", DANELAW_VERDICT_DEFER,
		    DANELAW_STATE_UNKNOWN },
		{ "may encrypted | dane not-examined", DANELAW_VERDICT_DEFER,
		    DANELAW_STATE_UNKNOWN },
		{ "dane tlsa-mismatch | dane not-examined",
		    DANELAW_VERDICT_DEFER, DANELAW_STATE_UNKNOWN },
		{ "dane authenticated | dane tlsa-mismatch not-examined",
		    DANELAW_VERDICT_DEGRADED, DANELAW_STATE_CRITICAL },
		/* More was wanted of it, but what was seen holds. */
		{ "dane authenticated | dane authenticated", DANELAW_VERDICT_OK,
		    DANELAW_STATE_OK },
		{ "dane tlsa-mismatch", DANELAW_VERDICT_FAIL,
		    DANELAW_STATE_CRITICAL },
		/* Nothing guards it, whatever it is. */
		{ "dane authenticated | may not-examined",
		    DANELAW_VERDICT_PARTIAL, DANELAW_STATE_WARNING },
	};
	(void)state;

	for (size_t i = 0; i < COUNT(rows); i++) {
		struct tree *tree = plant_tree(
		    DANELAW_MX_MX, DANELAW_DNSSEC_SECURE, rows[i].hosts);
		struct danelaw_host *host =
		    &tree->report.hosts[tree->report.n_hosts - 1];

		host->addresses[host->n_addresses - 1].our_lack =
		    "Too many open files";
		verdict_fill(tree, false, false);
		assert_int_equal(tree->report.verdict, rows[i].verdict);
		assert_int_equal(tree->report.state, rows[i].state);
		danelaw_report_free(&tree->report);
	}
}

/* Findings raise the state, never lower it. */
static void
test_findings_raise(void **state)
{
	static const struct {
		const char *hosts, *none, *info, *warning, *critical;
	} rows[] = {
		{ "dane authenticated", "ok", "ok", "warning", "critical" },
		{ "may cleartext", "warning", "warning", "warning",
		    "critical" },
		{ "dane tlsa-mismatch", "critical", "critical", "critical",
		    "critical" },
		{ "dane connect-timeout", "unknown", "unknown", "unknown",
		    "critical" },
	};
	(void)state;

	for (size_t i = 0; i < COUNT(rows); i++) {
		const char *want[] = { rows[i].none, rows[i].info,
			rows[i].warning, rows[i].critical };

		for (size_t j = 0; j < COUNT(want); j++) {
			struct tree *tree = plant_tree(DANELAW_MX_MX,
			    DANELAW_DNSSEC_SECURE, rows[i].hosts);

			if (j > 0)
				plant_finding(
				    tree, (enum danelaw_severity)(j - 1));
			verdict_fill(tree, false, false);
			assert_string_equal(
			    danelaw_state_word(tree->report.state), want[j]);
			/* Without a resolver they are about nothing. */
			verdict_fill(tree, false, true);
			assert_int_equal(
			    tree->report.state, DANELAW_STATE_UNKNOWN);
			danelaw_report_free(&tree->report);
		}
	}
}

static bool
is_bad(enum danelaw_outcome outcome)
{
	return (outcome >= DANELAW_OUTCOME_TLSA_MISMATCH &&
		   outcome <= DANELAW_OUTCOME_STARTTLS_REFUSED) ||
	    outcome == DANELAW_OUTCOME_PLAINTEXT_INJECTED ||
	    outcome == DANELAW_OUTCOME_TLS_FAILED;
}

/* What can be said of a report without the code under test. */
static void
check_report(const struct danelaw_report *report)
{
	bool bad = false, good = false, open = false;

	for (size_t i = 0; i < report->n_hosts; i++) {
		const struct danelaw_host *host = &report->hosts[i];

		bad = bad || host->policy == DANELAW_POLICY_SKIP;
		open = open || host->policy == DANELAW_POLICY_MAY;
		for (size_t j = 0; j < host->n_addresses; j++) {
			enum danelaw_outcome outcome =
			    host->addresses[j].outcome;

			bad = bad ||
			    (host->policy >= DANELAW_POLICY_ENCRYPT &&
				is_bad(outcome));
			good = good ||
			    (host->policy == DANELAW_POLICY_DANE &&
				outcome == DANELAW_OUTCOME_AUTHENTICATED);
		}
	}
	assert_non_null(report->summary);
	if (report->verdict == DANELAW_VERDICT_OK ||
	    report->state == DANELAW_STATE_OK) {
		assert_int_equal(report->verdict, DANELAW_VERDICT_OK);
		assert_true(good && !bad && !open);
	}
	if (report->verdict == DANELAW_VERDICT_PARTIAL)
		assert_true(good && !bad);
	if (report->verdict == DANELAW_VERDICT_NO_DANE)
		assert_true(!good && !bad);
	if (bad)
		assert_int_equal(report->state, DANELAW_STATE_CRITICAL);
	if (bad && good)
		assert_int_equal(report->verdict, DANELAW_VERDICT_DEGRADED);
}

static enum danelaw_state
state_of(struct tree *tree)
{
	verdict_fill(tree, false, false);
	return tree->report.state;
}

/* Two hosts in all their ways; making one of them worse mends nothing. */
static void
test_two_hosts(void **state)
{
	enum { WAYS = N_POLICIES * N_OUTCOMES };
	(void)state;

	for (unsigned i = 0; i < WAYS; i++) {
		struct tree *tree = plant_tree(DANELAW_MX_MX,
		    DANELAW_DNSSEC_SECURE, "may cleartext | may cleartext");
		struct danelaw_host *one = &tree->report.hosts[0],
				    *two = &tree->report.hosts[1];

		for (unsigned j = 0; j < WAYS; j++) {
			enum danelaw_policy policy =
			    (enum danelaw_policy)(j % N_POLICIES);
			enum danelaw_outcome outcome =
			    (enum danelaw_outcome)(j / N_POLICIES);
			enum danelaw_state before, after;

			one->policy = (enum danelaw_policy)(i % N_POLICIES);
			one->addresses[0].outcome =
			    (enum danelaw_outcome)(i / N_POLICIES);
			two->policy = policy;
			two->addresses[0].outcome = outcome;
			before = state_of(tree);
			check_report(&tree->report);

			two->policy = DANELAW_POLICY_SKIP;
			after = state_of(tree);
			assert_int_equal(
			    danelaw_state_worse(after, before), after);
			two->policy = policy;
			if (policy == DANELAW_POLICY_MAY)
				continue;
			two->addresses[0].outcome =
			    DANELAW_OUTCOME_TLSA_MISMATCH;
			after = state_of(tree);
			assert_int_equal(
			    danelaw_state_worse(after, before), after);
		}
		danelaw_report_free(&tree->report);
	}
}

/* One host with two addresses, in all their ways. */
static void
test_two_addresses(void **state)
{
	struct tree *tree = plant_tree(
	    DANELAW_MX_MX, DANELAW_DNSSEC_SECURE, "may cleartext cleartext");
	struct danelaw_host *host = &tree->report.hosts[0];
	(void)state;

	for (unsigned i = 0; i < N_POLICIES * N_OUTCOMES * N_OUTCOMES; i++) {
		unsigned rest = i / N_POLICIES;

		host->policy = (enum danelaw_policy)(i % N_POLICIES);
		host->addresses[0].outcome =
		    (enum danelaw_outcome)(rest % N_OUTCOMES);
		host->addresses[1].outcome =
		    (enum danelaw_outcome)(rest / N_OUTCOMES);
		state_of(tree);
		check_report(&tree->report);
	}
	danelaw_report_free(&tree->report);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_class_of_each_outcome),
		cmocka_unit_test(test_class_of_several_addresses),
		cmocka_unit_test(test_table),
		cmocka_unit_test(test_no_such_domain),
		cmocka_unit_test(test_no_address),
		cmocka_unit_test(test_our_lack),
		cmocka_unit_test(test_findings_raise),
		cmocka_unit_test(test_two_hosts),
		cmocka_unit_test(test_two_addresses),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
