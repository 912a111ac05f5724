/* SPDX-License-Identifier: ISC */
/*
 * What Postfix is told, a row for each verdict and each way to get to it. The
 * letters of a host: policy, what its TLSA answer says, how it counts.
 *
 *	D/E/M/S	dane, encrypt, may, skip
 *	u/x/n/e	usable, unusable, none, error; U: usable, but not signed
 *	a/f/b/o/- authenticated, failing, both, open, unexamined
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "report/postfix.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))
#define SEC DANELAW_DNSSEC_SECURE
#define INS DANELAW_DNSSEC_INSECURE
#define BOG DANELAW_DNSSEC_BOGUS
#define ERR DANELAW_DNSSEC_ERROR

enum { HOSTS_MAX = 4 };

struct row {
	const char *name;
	enum danelaw_mx_source source;
	enum danelaw_dnssec mx;
	enum danelaw_verdict verdict;
	const char *hosts; /* three letters each, blanks between */
	enum postfix_answer answer;
	const char *policy;
};

#define MX DANELAW_MX_MX
#define NONE DANELAW_MX_NONE
#define V(word) DANELAW_VERDICT_##word
#define ONLY POSTFIX_OK, "dane-only"
#define DANE POSTFIX_OK, "dane"
#define NOT POSTFIX_NOTFOUND, NULL
#define TEMP POSTFIX_TEMP, NULL

static const struct row rows[] = {
	/* dane-ok */
	{ "dane-ok: one host", MX, SEC, V(OK), "Dua", ONLY },
	{ "dane-ok: two hosts", MX, SEC, V(OK), "Dua Dua", ONLY },
	{ "dane-ok: one could not be reached", MX, SEC, V(OK), "Dua Du-",
	    ONLY },
	{ "dane-ok: no MX records, validly so", DANELAW_MX_IMPLICIT, SEC, V(OK),
	    "Dua", ONLY },
	{ "dane-ok: a host in brackets", DANELAW_MX_LITERAL, ERR, V(OK), "Dua",
	    ONLY },
	{ "dane-ok: another has unusable records, unreached", MX, SEC, V(OK),
	    "Dua Ex-", DANE },
	{ "dane-ok: another has none and no address", MX, SEC, V(OK), "Dua Mn-",
	    DANE },
	/* dane-degraded */
	{ "dane-degraded: another host fails", MX, SEC, V(DEGRADED), "Dua Duf",
	    DANE },
	{ "dane-degraded: another address fails", MX, SEC, V(DEGRADED), "Dub",
	    DANE },
	{ "dane-degraded: another host is skipped", MX, SEC, V(DEGRADED),
	    "Dua Se-", DANE },
	{ "dane-degraded: fails, skipped, open", MX, SEC, V(DEGRADED),
	    "Dua Duf Se- Mno", DANE },
	/* dane-fail */
	{ "dane-fail: all fail", MX, SEC, V(FAIL), "Duf Duf", DANE },
	{ "dane-fail: another is open", MX, SEC, V(FAIL), "Duf Mno", DANE },
	{ "dane-fail: unusable records and no TLS", MX, SEC, V(FAIL), "Exf",
	    DANE },
	{ "dane-fail: another is skipped", MX, SEC, V(FAIL), "Duf Se-", DANE },
	/* dane-partial */
	{ "dane-partial: another is open", MX, SEC, V(PARTIAL), "Dua Mno",
	    DANE },
	{ "dane-partial: another has unusable records", MX, SEC, V(PARTIAL),
	    "Dua Exo", DANE },
	/* no-dane */
	{ "no-dane: no records", MX, SEC, V(NO_DANE), "Mno", NOT },
	{ "no-dane: two hosts", MX, SEC, V(NO_DANE), "Mno Mno", NOT },
	{ "no-dane: unusable records: TLS is a must", MX, SEC, V(NO_DANE),
	    "Exo", DANE },
	{ "no-dane: another has records and is unreached", MX, SEC, V(NO_DANE),
	    "Mno Du-", DANE },
	{ "no-dane: records that are not signed", MX, SEC, V(NO_DANE), "MUo",
	    NOT },
	/* insecure */
	{ "insecure: no records", MX, INS, V(INSECURE), "Mno", NOT },
	{ "insecure: the host lies in a signed zone", MX, INS, V(INSECURE),
	    "Dua", DANE },
	{ "insecure: and fails", MX, INS, V(INSECURE), "Duf", DANE },
	{ "insecure: unusable records in a signed zone", MX, INS, V(INSECURE),
	    "Exo", DANE },
	{ "insecure: one host is skipped", MX, INS, V(INSECURE), "Mno Se-",
	    DANE },
	{ "insecure: all hosts are skipped", MX, INS, V(INSECURE), "Se-",
	    TEMP },
	{ "insecure: no MX records, unsigned", DANELAW_MX_IMPLICIT, INS,
	    V(INSECURE), "Mno", NOT },
	/* no-mail */
	{ "no-mail: null MX", DANELAW_MX_NULL, SEC, V(NO_MAIL), "", NOT },
	{ "no-mail: null MX, unsigned", DANELAW_MX_NULL, INS, V(NO_MAIL), "",
	    NOT },
	{ "no-mail: no such domain", NONE, SEC, V(NO_MAIL), "", NOT },
	/* defer */
	{ "defer: bogus MX", NONE, BOG, V(DEFER), "", TEMP },
	{ "defer: MX lookup fails", NONE, ERR, V(DEFER), "", TEMP },
	{ "defer: MX fails, and a host was heard of", MX, BOG, V(DEFER), "Dua",
	    TEMP },
	{ "defer: null MX that is bogus", DANELAW_MX_NULL, BOG, V(DEFER), "",
	    TEMP },
	{ "defer: a value that is none", MX, (enum danelaw_dnssec)9, V(DEFER),
	    "Dua", TEMP },
	{ "defer: all skipped", MX, SEC, V(DEFER), "Se- Se-", TEMP },
	{ "defer: the only host in brackets is skipped", DANELAW_MX_LITERAL,
	    ERR, V(DEFER), "Se-", TEMP },
	{ "defer: one skipped, one open", MX, SEC, V(DEFER), "Se- Mno", DANE },
	{ "defer: one skipped, one unreached", MX, SEC, V(DEFER), "Se- Du-",
	    DANE },
	{ "defer: nothing could be reached", MX, SEC, V(DEFER), "Du- Du-",
	    DANE },
	{ "defer: no records and no address", MX, SEC, V(DEFER), "Mn-", NOT },
	{ "defer: the MX records name no host", MX, SEC, V(DEFER), "", TEMP },
	/* A tree that contradicts itself must not make it stricter or looser
	   than its parts. */
	{ "the verdict alone says dane-ok", MX, SEC, V(OK), "Duf", DANE },
	{ "the policy alone says dane", MX, SEC, V(OK), "Dea", DANE },
	{ "usable records that are not signed", MX, SEC, V(OK), "DUa", DANE },
	{ "the verdict alone says no-mail", MX, SEC, V(NO_MAIL), "Dua", ONLY },
	{ "all zero", NONE, ERR, V(DEFER), "", TEMP },
};

static void
fill_host(const char *letters, struct danelaw_host *host)
{
	static const char policies[] = "SMED", statuses[] = "?enxu";
	const char *status = strchr(statuses, letters[1]);

	host->name = "mx.example";
	host->policy =
	    (enum danelaw_policy)(strchr(policies, letters[0]) - policies);
	host->tlsa.status = letters[1] == 'U'
	    ? DANELAW_TLSA_USABLE
	    : (enum danelaw_tlsa_status)(status - statuses);
	host->tlsa.dnssec = letters[1] == 'e' ? BOG
	    : letters[1] == 'U'               ? INS
					      : SEC;
	host->counted = (struct danelaw_class) {
		.skipped = letters[0] == 'S',
		.authenticated = letters[2] == 'a' || letters[2] == 'b',
		.failing = letters[2] == 'f' || letters[2] == 'b',
		.open = letters[2] == 'o',
		.unexamined = letters[2] == '-' && letters[0] != 'S',
	};
}

static void
test_rows(void **state)
{
	(void)state;

	for (size_t i = 0; i < COUNT(rows); i++) {
		const struct row *row = &rows[i];
		struct danelaw_host hosts[HOSTS_MAX] = { 0 };
		struct danelaw_report report = { .domain = "example",
			.verdict = row->verdict,
			.hosts = hosts,
			.mx = { .source = row->source, .dnssec = row->mx } };
		const char *policy = "unset", *why = NULL;
		enum postfix_answer answer;

		for (const char *c = row->hosts; *c != '\0';
		     c += c[3] != '\0' ? 4 : 3)
			fill_host(c, &hosts[report.n_hosts++]);
		answer = report_postfix(&report, &policy, &why);
		if (answer != row->answer)
			fail_msg("%s: %d, %s", row->name, answer, why);
		if (row->policy == NULL
			? policy != NULL
			: policy == NULL || strcmp(policy, row->policy) != 0)
			fail_msg("%s: %s", row->name, policy);
		assert_non_null(why);
	}
}

/*
 * Whatever the hosts are, NOTFOUND is said only where "dane" would come down
 * to "may" at each of them, and "dane-only" only where none is in the open.
 */
static void
test_never_looser(void **state)
{
	static const char policies[] = "DEMS", answers[] = "uxneU",
			  classes[] = "afbo-";
	char pair[8] = "___ ___";
	size_t n = 4 * 5 * 5;
	(void)state;

	for (size_t i = 0; i < n * n * 2; i++) {
		struct danelaw_host hosts[2] = { 0 };
		struct danelaw_report report = { .hosts = hosts,
			.n_hosts = 2,
			.verdict = V(OK),
			.mx = {
			    .source = MX, .dnssec = i % 2 == 0 ? SEC : INS } };
		const char *policy, *why;
		enum postfix_answer answer;
		bool guarded = true, called_for = false;

		for (size_t k = 0, rest = i / 2; k < 2; k++) {
			pair[4 * k] = policies[rest % 4];
			pair[4 * k + 1] = answers[rest / 4 % 5];
			pair[4 * k + 2] = classes[rest / 20 % 5];
			rest /= n;
			fill_host(pair + 4 * k, &hosts[k]);
			called_for |= hosts[k].policy != DANELAW_POLICY_MAY;
			guarded &= hosts[k].policy == DANELAW_POLICY_DANE;
		}
		answer = report_postfix(&report, &policy, &why);
		if (answer == POSTFIX_NOTFOUND)
			assert_false(called_for);
		if (answer == POSTFIX_OK && strcmp(policy, "dane-only") == 0) {
			assert_true(guarded);
			assert_int_equal(report.mx.dnssec, SEC);
		}
	}
}

static void
test_unknown(void **state)
{
	struct danelaw_host host = { 0 };
	struct danelaw_report report = { .hosts = &host,
		.n_hosts = 1,
		.verdict = V(OK),
		.mx = { .source = MX, .dnssec = SEC } };
	const char *policy, *why;
	(void)state;

	assert_int_equal(report_postfix(NULL, &policy, &why), POSTFIX_TEMP);
	assert_null(policy);
	fill_host("Dua", &host);
	assert_int_equal(report_postfix(&report, &policy, &why), POSTFIX_OK);
	report.resolver_error = "no root server answers";
	assert_int_equal(report_postfix(&report, &policy, &why), POSTFIX_TEMP);
	report.resolver_error = NULL;
	report.elsewhere = true;
	assert_int_equal(report_postfix(&report, &policy, &why), POSTFIX_TEMP);
	assert_null(policy);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_rows),
		cmocka_unit_test(test_never_looser),
		cmocka_unit_test(test_unknown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
