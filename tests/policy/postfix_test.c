/* SPDX-License-Identifier: ISC */
/*
 * What Postfix is told, a row for each verdict and each way to get to it, in
 * the place of "may" and of "encrypt"; "-" is that level itself. The letters
 * of a host: policy, what its TLSA answer says, how it counts.
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

#include "policy/postfix.h"

#include "table.h"

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
	const char *may, *encrypt;
};

#define MX DANELAW_MX_MX
#define NONE DANELAW_MX_NONE
#define V(word) DANELAW_VERDICT_##word

static const struct row rows[] = {
	/* dane-ok */
	{ "dane-ok: one host", MX, SEC, V(OK), "Dua", "dane-only",
	    "dane-only" },
	{ "dane-ok: two hosts", MX, SEC, V(OK), "Dua Dua", "dane-only",
	    "dane-only" },
	{ "dane-ok: one could not be reached", MX, SEC, V(OK), "Dua Du-",
	    "dane-only", "dane-only" },
	{ "dane-ok: no MX records, validly so", DANELAW_MX_IMPLICIT, SEC, V(OK),
	    "Dua", "dane-only", "dane-only" },
	{ "dane-ok: a host in brackets", DANELAW_MX_LITERAL, ERR, V(OK), "Dua",
	    "dane-only", "dane-only" },
	{ "dane-ok: another has unusable records, unreached", MX, SEC, V(OK),
	    "Dua Ex-", "dane", "-" },
	{ "dane-ok: another has none and no address", MX, SEC, V(OK), "Dua Mn-",
	    "dane", "-" },
	/* dane-degraded */
	{ "dane-degraded: another host fails", MX, SEC, V(DEGRADED), "Dua Duf",
	    "dane", "dane-only" },
	{ "dane-degraded: another address fails", MX, SEC, V(DEGRADED), "Dub",
	    "dane", "dane-only" },
	{ "dane-degraded: another host is skipped", MX, SEC, V(DEGRADED),
	    "Dua Se-", "dane", "dane-only" },
	{ "dane-degraded: fails, skipped, open", MX, SEC, V(DEGRADED),
	    "Dua Duf Se- Mno", "dane", "-" },
	/* dane-fail */
	{ "dane-fail: all fail", MX, SEC, V(FAIL), "Duf Duf", "dane",
	    "dane-only" },
	{ "dane-fail: another is open", MX, SEC, V(FAIL), "Duf Mno", "dane",
	    "-" },
	{ "dane-fail: unusable records and no TLS", MX, SEC, V(FAIL), "Exf",
	    "dane", "-" },
	{ "dane-fail: another is skipped", MX, SEC, V(FAIL), "Duf Se-", "dane",
	    "dane-only" },
	/* dane-partial */
	{ "dane-partial: another is open", MX, SEC, V(PARTIAL), "Dua Mno",
	    "dane", "-" },
	{ "dane-partial: another has unusable records", MX, SEC, V(PARTIAL),
	    "Dua Exo", "dane", "-" },
	/* no-dane */
	{ "no-dane: no records", MX, SEC, V(NO_DANE), "Mno", "-", "-" },
	{ "no-dane: two hosts", MX, SEC, V(NO_DANE), "Mno Mno", "-", "-" },
	{ "no-dane: unusable records: TLS is a must", MX, SEC, V(NO_DANE),
	    "Exo", "dane", "-" },
	{ "no-dane: another has records and is unreached", MX, SEC, V(NO_DANE),
	    "Mno Du-", "dane", "-" },
	{ "no-dane: records that are not signed", MX, SEC, V(NO_DANE), "MUo",
	    "-", "-" },
	/* insecure */
	{ "insecure: no records", MX, INS, V(INSECURE), "Mno", "-", "-" },
	{ "insecure: the host lies in a signed zone", MX, INS, V(INSECURE),
	    "Dua", "dane", "-" },
	{ "insecure: and fails", MX, INS, V(INSECURE), "Duf", "dane", "-" },
	{ "insecure: unusable records in a signed zone", MX, INS, V(INSECURE),
	    "Exo", "dane", "-" },
	{ "insecure: one host is skipped", MX, INS, V(INSECURE), "Mno Se-",
	    "dane", "-" },
	{ "insecure: all hosts are skipped", MX, INS, V(INSECURE), "Se-",
	    "TEMP", "-" },
	{ "insecure: no MX records, unsigned", DANELAW_MX_IMPLICIT, INS,
	    V(INSECURE), "Mno", "-", "-" },
	/* no-mail */
	{ "no-mail: null MX", DANELAW_MX_NULL, SEC, V(NO_MAIL), "", "-", "-" },
	{ "no-mail: null MX, unsigned", DANELAW_MX_NULL, INS, V(NO_MAIL), "",
	    "-", "-" },
	{ "no-mail: no such domain", NONE, SEC, V(NO_MAIL), "", "-", "-" },
	/* defer */
	{ "defer: bogus MX", NONE, BOG, V(DEFER), "", "TEMP", "TEMP" },
	{ "defer: MX lookup fails", NONE, ERR, V(DEFER), "", "TEMP", "TEMP" },
	{ "defer: MX fails, and a host was heard of", MX, BOG, V(DEFER), "Dua",
	    "TEMP", "TEMP" },
	{ "defer: null MX that is bogus", DANELAW_MX_NULL, BOG, V(DEFER), "",
	    "TEMP", "TEMP" },
	{ "defer: a value that is none", MX, (enum danelaw_dnssec)9, V(DEFER),
	    "Dua", "TEMP", "TEMP" },
	{ "defer: all skipped", MX, SEC, V(DEFER), "Se- Se-", "TEMP", "TEMP" },
	{ "defer: the only host in brackets is skipped", DANELAW_MX_LITERAL,
	    ERR, V(DEFER), "Se-", "TEMP", "TEMP" },
	{ "defer: one skipped, one open", MX, SEC, V(DEFER), "Se- Mno", "dane",
	    "-" },
	{ "defer: one skipped, one unreached", MX, SEC, V(DEFER), "Se- Du-",
	    "dane", "dane-only" },
	{ "defer: nothing could be reached", MX, SEC, V(DEFER), "Du- Du-",
	    "dane", "dane-only" },
	{ "defer: no records and no address", MX, SEC, V(DEFER), "Mn-", "-",
	    "-" },
	{ "defer: the MX records name no host", MX, SEC, V(DEFER), "", "TEMP",
	    "TEMP" },
	/* A tree that contradicts itself must not make it stricter or looser
	   than its parts. */
	{ "the verdict alone says dane-ok", MX, SEC, V(OK), "Duf", "dane",
	    "dane-only" },
	{ "the policy alone says dane", MX, SEC, V(OK), "Dea", "dane", "-" },
	{ "usable records that are not signed", MX, SEC, V(OK), "DUa", "dane",
	    "-" },
	{ "the verdict alone says no-mail", MX, SEC, V(NO_MAIL), "Dua",
	    "dane-only", "dane-only" },
	{ "all zero", NONE, ERR, V(DEFER), "", "TEMP", "TEMP" },
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

static size_t
read_hosts(const char *letters, struct danelaw_host hosts[static HOSTS_MAX])
{
	size_t n = 0;

	for (const char *c = letters; *c != '\0'; c += c[3] != '\0' ? 4 : 3)
		fill_host(c, &hosts[n++]);
	return n;
}

static const char *
word(struct postfix_answer answer)
{
	assert_non_null(answer.why);
	switch (answer.status) {
	case POSTFIX_OK:
		assert_non_null(answer.policy);
		return answer.policy;
	case POSTFIX_NOTFOUND:
		assert_null(answer.policy);
		return "-";
	case POSTFIX_TEMP:
		break;
	}
	assert_null(answer.policy);
	return "TEMP";
}

static void
expect(const char *name, const char *level_word,
    const struct postfix_facts *now, const struct postfix_facts *before,
    const char *expected)
{
	enum postfix_level level = POSTFIX_LEVEL_MAY;
	const char *got;

	assert_true(postfix_level(level_word, &level));
	got = word(postfix_answer(now, before, level));
	if (strcmp(got, expected) != 0)
		fail_msg("%s, at %s: %s", name, level_word, got);
}

/* "dane" and "dane-only" as levels differ from these in nothing but words. */
static void
check_row(void **state)
{
	const struct row *row = *state;
	struct danelaw_host hosts[HOSTS_MAX] = { 0 };
	struct danelaw_report report = { .domain = "example",
		.verdict = row->verdict,
		.hosts = hosts,
		.mx = { .source = row->source, .dnssec = row->mx } };
	struct postfix_facts facts;

	report.n_hosts = read_hosts(row->hosts, hosts);
	facts = postfix_facts_of(&report);
	expect(row->name, "may", &facts, NULL, row->may);
	expect(row->name, "dane", &facts, NULL, row->may);
	expect(row->name, "encrypt", &facts, NULL, row->encrypt);
	expect(row->name, "dane-only", &facts, NULL, row->encrypt);
	expect(row->name, "verify", &facts, NULL, "-");
	expect(row->name, "secure", &facts, NULL, "-");
}

/* Before the check has ended: hosts as above, and how many are to come. */
struct early {
	const char *name;
	enum danelaw_dnssec mx;
	const char *hosts;
	size_t pending;
	const char *before; /* hosts of an earlier result, NULL: none */
	const char *may, *encrypt, *only;
	bool may_change; /* at "may" */
};

static const struct early early[] = {
	{ "nothing is known", ERR, "", 0, NULL, "dane", "TEMP", "dane-only",
	    true },
	{ "all is in: guarded", SEC, "Du-", 0, NULL, "dane", "dane-only",
	    "dane-only", true },
	{ "all is in: one is skipped", SEC, "Du- Se-", 0, NULL, "dane",
	    "dane-only", "dane-only", false },
	{ "all is in: one is open", SEC, "Du- Mn-", 0, NULL, "dane", "-", "-",
	    false },
	{ "all is in: none has records", SEC, "Mn-", 0, NULL, "-", "-", "-",
	    false },
	{ "all is in: all are skipped", SEC, "Se-", 0, NULL, "TEMP", "TEMP",
	    "TEMP", false },
	{ "all is in: MX unsigned", INS, "Du-", 0, NULL, "dane", "-", "-",
	    false },
	{ "one of two, guarded", SEC, "Du-", 1, NULL, "dane", "dane-only",
	    "dane-only", true },
	{ "one of two, open", SEC, "Mn-", 1, NULL, "dane", "-", "-", true },
	{ "one of two, skipped", SEC, "Se-", 1, NULL, "dane", "TEMP",
	    "dane-only", true },
	{ "one of two, MX unsigned", INS, "Mn-", 1, NULL, "dane", "-", "-",
	    true },
	/* What an earlier check came to. */
	{ "all is in, the probe passed before", SEC, "Du-", 0, "Dua",
	    "dane-only", "dane-only", "dane-only", false },
	{ "all is in, the probe failed before", SEC, "Du-", 0, "Duf", "dane",
	    "dane-only", "dane-only", true },
	{ "records are gone since", SEC, "Mn-", 0, "Dua", "-", "-", "-",
	    false },
	{ "one host has lost them", SEC, "Du- Mn-", 0, "Dua Dua", "dane", "-",
	    "-", false },
	{ "nothing is known but what was", ERR, "", 0, "Dua", "dane",
	    "dane-only", "dane-only", true },
	{ "nothing is known but an open host", ERR, "", 0, "Mno", "dane", "-",
	    "dane-only", true },
	{ "slow again, skipped before", SEC, "Se-", 1, "Se- Se-", "dane",
	    "TEMP", "dane-only", true },
	{ "slow again, guarded before", SEC, "Se-", 1, "Dua Se-", "dane",
	    "dane-only", "dane-only", true },
	{ "what is known now goes first", SEC, "Mn-", 1, "Dua", "dane", "-",
	    "-", true },
};

static void
check_early(void **state)
{
	const struct early *row = *state;
	struct danelaw_host hosts[HOSTS_MAX] = { 0 }, old[HOSTS_MAX] = { 0 };
	const struct danelaw_mx mx = { .source = MX, .dnssec = row->mx };
	struct danelaw_report report = { .hosts = old,
		.mx = { .source = MX, .dnssec = SEC } };
	struct postfix_facts now = { 0 }, earlier, *before = NULL;
	size_t n = read_hosts(row->hosts, hosts);

	for (size_t k = 0; k < n; k++)
		postfix_add_host(
		    &now, &mx, &hosts[k], row->pending + n - k - 1);
	if (row->before != NULL) {
		report.n_hosts = read_hosts(row->before, old);
		earlier = postfix_facts_of(&report);
		before = &earlier;
	}
	expect(row->name, "may", &now, before, row->may);
	expect(row->name, "dane", &now, before, row->may);
	expect(row->name, "encrypt", &now, before, row->encrypt);
	expect(row->name, "dane-only", &now, before, row->only);
	expect(row->name, "verify", &now, before, "-");
	if (postfix_may_change(&now, before, POSTFIX_LEVEL_MAY) !=
	    row->may_change)
		fail_msg("%s: is it worth waiting?", row->name);
	assert_false(postfix_may_change(&now, before, POSTFIX_LEVEL_SECURE));
}

/* At "encrypt" nobody waits for a probe, as it changes nothing. */
static void
test_encrypt_needs_no_probe(void **state)
{
	const struct danelaw_mx mx = { .source = MX, .dnssec = SEC };
	struct danelaw_host host = { 0 };
	struct postfix_facts facts = { 0 };
	(void)state;

	fill_host("Du-", &host);
	assert_true(postfix_may_change(&facts, NULL, POSTFIX_LEVEL_ENCRYPT));
	postfix_add_host(&facts, &mx, &host, 0);
	assert_true(postfix_may_change(&facts, NULL, POSTFIX_LEVEL_DANE));
	assert_false(postfix_may_change(&facts, NULL, POSTFIX_LEVEL_ENCRYPT));
}

/*
 * Whatever the hosts are: NOTFOUND is said only where "dane" would come down
 * to the level at each of them, "dane-only" only where none is in the open,
 * and "dane" never in the place of what is stricter. More known hosts, or an
 * earlier result, change nothing in that.
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
		struct postfix_facts facts;
		bool guarded = true, called_for = false;

		for (size_t k = 0, rest = i / 2; k < 2; k++) {
			pair[4 * k] = policies[rest % 4];
			pair[4 * k + 1] = answers[rest / 4 % 5];
			pair[4 * k + 2] = classes[rest / 20 % 5];
			rest /= n;
			fill_host(pair + 4 * k, &hosts[k]);
			called_for |= hosts[k].policy != DANELAW_POLICY_MAY;
			guarded &= hosts[k].policy == DANELAW_POLICY_DANE ||
			    hosts[k].policy == DANELAW_POLICY_SKIP;
		}
		facts = postfix_facts_of(&report);
		for (int level = 0; level <= POSTFIX_LEVEL_SECURE; level++) {
			const char *said = word(postfix_answer(
			    &facts, NULL, (enum postfix_level)level));
			bool strict = level != POSTFIX_LEVEL_MAY &&
			    level != POSTFIX_LEVEL_DANE;

			if (strcmp(said, "dane") == 0)
				assert_false(strict);
			if (strcmp(said, "-") == 0)
				assert_true(strict || !called_for);
			if (strcmp(said, "dane-only") == 0) {
				assert_true(guarded);
				assert_int_equal(report.mx.dnssec, SEC);
			}
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
	struct postfix_facts facts;
	(void)state;

	fill_host("Dua", &host);
	facts = postfix_facts_of(&report);
	expect("all is well", "may", &facts, NULL, "dane-only");
	report.resolver_error = "no root server answers";
	facts = postfix_facts_of(&report);
	expect("no DNS", "may", &facts, NULL, "TEMP");
	expect("no DNS", "dane-only", &facts, NULL, "TEMP");
	expect("no DNS", "verify", &facts, NULL, "-");
	report.resolver_error = NULL;
	report.own_lack = "no socket is to be had";
	facts = postfix_facts_of(&report);
	expect("our own lack", "may", &facts, NULL, "TEMP");
	assert_string_equal(postfix_answer(&facts, NULL, POSTFIX_LEVEL_MAY).why,
	    report.own_lack);
}

/* Another resolver may know the algorithm. */
static void
test_unjudged(void **state)
{
	struct danelaw_host host = { 0 };
	struct danelaw_lookup lookup = { .dnssec = INS, .n_signers = 1 };
	struct danelaw_finding finding = { .id = "dns-alg-unjudged" };
	struct danelaw_report report = { .hosts = &host,
		.n_hosts = 1,
		.findings = &finding,
		.mx = { .source = MX, .dnssec = INS } };
	struct postfix_facts facts, so_far = { 0 };
	(void)state;

	fill_host("Mno", &host);
	facts = postfix_facts_of(&report);
	expect("open", "may", &facts, NULL, "-");
	report.n_findings = 1;
	facts = postfix_facts_of(&report);
	expect("not judged", "may", &facts, NULL, "dane");
	expect("not judged", "encrypt", &facts, NULL, "-");
	host.lookups = &lookup;
	host.n_lookups = 1;
	postfix_add_host(&so_far, &report.mx, &host, 0);
	expect("why is to be told", "may", &so_far, NULL, "dane");
	expect("why is to be told", "encrypt", &so_far, NULL, "-");
	assert_true(postfix_may_change(&so_far, NULL, POSTFIX_LEVEL_MAY));
	lookup.n_signers = 0;
	so_far = (struct postfix_facts) { 0 };
	postfix_add_host(&so_far, &report.mx, &host, 0);
	expect("not signed", "may", &so_far, NULL, "-");
	assert_false(postfix_may_change(&so_far, NULL, POSTFIX_LEVEL_MAY));
}

/* Hosts beyond the budget may have records, or none. */
static void
test_left_out(void **state)
{
	struct danelaw_host host = { 0 };
	struct danelaw_report report = { .hosts = &host,
		.n_hosts = 1,
		.mx = { .source = MX, .dnssec = SEC, .n_left_out = 3 } };
	struct postfix_facts facts, so_far = { 0 };
	(void)state;

	fill_host("Mno", &host);
	facts = postfix_facts_of(&report);
	postfix_add_host(&so_far, &report.mx, &host, 0);
	expect("open, and more", "may", &facts, NULL, "dane");
	expect("open, and more", "may", &so_far, NULL, "dane");
	fill_host("Dua", &host);
	facts = postfix_facts_of(&report);
	expect("guarded, and more", "may", &facts, NULL, "dane");
	expect("guarded, and more", "encrypt", &facts, NULL, "-");
}

static void
test_levels(void **state)
{
	enum postfix_level level = POSTFIX_LEVEL_DANE;
	(void)state;

	assert_false(postfix_level("none", &level));
	assert_false(postfix_level("Dane", &level));
	assert_false(postfix_level("", &level));
	assert_int_equal(level, POSTFIX_LEVEL_DANE);
	assert_true(postfix_level("secure", &level));
	assert_int_equal(level, POSTFIX_LEVEL_SECURE);
}

int
main(void)
{
	static struct table table;

	TABLE_ROWS(&table, rows, check_row);
	TABLE_ROWS(&table, early, check_early);
	TABLE_TEST(&table, test_encrypt_needs_no_probe);
	TABLE_TEST(&table, test_never_looser);
	TABLE_TEST(&table, test_unknown);
	TABLE_TEST(&table, test_unjudged);
	TABLE_TEST(&table, test_left_out);
	TABLE_TEST(&table, test_levels);
	return table_run(&table);
}
