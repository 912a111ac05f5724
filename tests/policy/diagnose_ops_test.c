/* SPDX-License-Identifier: ISC */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "table.h"
#include "treekit.h"

static struct danelaw_address *
second_address(struct grown *g, enum danelaw_outcome outcome)
{
	struct danelaw_address *address =
	    grow_address(g, g->host, "192.0.2.2", outcome);

	grow_chain(g, &address->probes[0], "ec inter");
	return address;
}

/* Every server has its own key, and every key its record. */
static void
balancer_in_order(struct grown *g)
{
	second_address(g, DANELAW_OUTCOME_AUTHENTICATED);
	grow_records(g, "3 1 1 " LEAF_KEY, "3 1 1 " EC_KEY, NULL);
	grow_match(g, &g->host->addresses[1].probes[0], 1, 0);
}

static void
balancer_without_dane(struct grown *g)
{
	second_address(g, DANELAW_OUTCOME_ENCRYPTED);
	grow_outcome(g, DANELAW_OUTCOME_ENCRYPTED);
	g->host->policy = DANELAW_POLICY_MAY;
	g->host->tlsa = (struct danelaw_tlsa) { 0 };
}

static void
same_everywhere(struct grown *g)
{
	grow_address(g, g->host, "2001:db8::2", DANELAW_OUTCOME_AUTHENTICATED);
}

/* The lookup of one host fails, the other host works. */
static void
one_skipped(struct grown *g)
{
	struct danelaw_host *host =
	    grow_host(g, "mx2.example", DANELAW_POLICY_SKIP);
	struct danelaw_lookup *lookup = grow_find(host, "TLSA");

	host->tlsa.status = DANELAW_TLSA_ERROR;
	lookup->dnssec = DANELAW_DNSSEC_ERROR;
	lookup->presence = DANELAW_PRESENCE_UNKNOWN;
	lookup->cause = DANELAW_DNS_TIMEOUT;
}

static void
all_skipped(struct grown *g)
{
	one_skipped(g);
	g->report->hosts[0] = g->report->hosts[1];
	g->report->n_hosts = 1;
}

static void
long_ttl(struct grown *g)
{
	grow_find(g->host, "TLSA")->ttl = 86401;
}

static void
day_ttl(struct grown *g)
{
	grow_find(g->host, "TLSA")->ttl = 86400;
}

static void
no_tlsrpt(struct grown *g)
{
	grow_lookup(g, NULL, "_smtp._tls.et.example", "TXT",
	    DANELAW_DNSSEC_SECURE, DANELAW_PRESENCE_NXDOMAIN);
}

static void
with_tlsrpt(struct grown *g)
{
	grow_lookup(g, NULL, "_smtp._tls.et.example", "TXT",
	    DANELAW_DNSSEC_SECURE, DANELAW_PRESENCE_DATA);
}

static void
address_left_out(struct grown *g)
{
	struct danelaw_address *other = grow_address(
	    g, g->host, "192.0.2.99", DANELAW_OUTCOME_NOT_EXAMINED);

	other->n_probes = 0;
	other->left_out = "the domain has more addresses than are looked at";
}

static void
hundreds_left_out(struct grown *g)
{
	g->host->n_left_out = 230;
	g->report->mx.n_left_out = 190;
	g->report->mx.left_out = "mx60.example";
}

/* A further look that came to nothing. */
static struct danelaw_probe *
further(struct grown *g, const char *offer, enum danelaw_outcome outcome)
{
	struct danelaw_probe *probe = grow_probe(g, g->address, offer, outcome);

	probe->tls = NULL;
	probe->chain = NULL;
	probe->n_chain = 0;
	probe->error = "421 too many connections";
	return probe;
}

static void
denied(struct grown *g)
{
	further(g, "ecdsa", DANELAW_OUTCOME_SMTP_TEMPFAIL);
}

static void
denied_without_dane(struct grown *g)
{
	balancer_without_dane(g);
	g->host->n_addresses = 1;
	denied(g);
}

static void
our_lack(struct grown *g)
{
	further(g, "ecdsa", DANELAW_OUTCOME_NOT_EXAMINED);
	g->address->our_lack = "Too many open files";
}

static void
other_denied(struct grown *g)
{
	struct danelaw_address *address = grow_address(
	    g, g->host, "192.0.2.2", DANELAW_OUTCOME_SMTP_TEMPFAIL);

	address->n_probes = 0;
	address->smtp = (struct danelaw_smtp) {
		.banner = "421 too many connections",
		.refusal = "421 too many connections",
		.fault = DANELAW_SMTP_REFUSED,
		.code = 421,
	};
}

static struct danelaw_probe *
again(struct grown *g, const char *chain, enum danelaw_outcome outcome)
{
	struct danelaw_probe *probe =
	    grow_probe(g, g->address, "again", outcome);

	grow_chain(g, probe, chain);
	if (outcome != DANELAW_OUTCOME_AUTHENTICATED)
		g->address->outcome = outcome;
	return probe;
}

static void
backend_is_old(struct grown *g)
{
	again(g, "ec inter", DANELAW_OUTCOME_TLSA_MISMATCH);
}

static void
backend_differs(struct grown *g)
{
	struct danelaw_probe *probe =
	    again(g, "ec inter", DANELAW_OUTCOME_AUTHENTICATED);

	grow_records(g, "3 1 1 " LEAF_KEY, "3 1 1 " EC_KEY, NULL);
	grow_match(g, probe, 1, 0);
}

static void
backend_fails(struct grown *g)
{
	struct danelaw_probe *probe =
	    further(g, "again", DANELAW_OUTCOME_TLS_FAILED);

	probe->error = "alert 70, protocol version";
	g->address->outcome = DANELAW_OUTCOME_TLS_FAILED;
}

static void
backend_without_starttls(struct grown *g)
{
	further(g, "again", DANELAW_OUTCOME_STARTTLS_MISSING);
	g->address->outcome = DANELAW_OUTCOME_STARTTLS_MISSING;
}

static void
cut_unseen(struct grown *g)
{
	grow_outcome(g, DANELAW_OUTCOME_NOT_EXAMINED);
	g->probe->tls->certs_cut = 6;
}

static void
cut_behind(struct grown *g)
{
	g->probe->tls->certs_cut = 6;
}

static const struct tree_row rows[] = {
	{ "more certificates than we keep", cut_unseen,
	    "warning ops-chain-cut mx1.example\n", "" },
	{ "and it passes without these", cut_behind,
	    "info ops-chain-cut mx1.example\n", "" },
	{ "a further look is denied", denied,
	    "warning ops-look-denied mx1.example [192.0.2.1]:25\n", "" },
	{ "denied, and no DANE", denied_without_dane, "", "" },
	{ "not theirs, but our lack", our_lack,
	    "warning ops-our-lack mx1.example [192.0.2.1]:25\n", "" },
	{ "the other address is denied", other_denied,
	    "warning smtp-banner-421 mx1.example [192.0.2.2]:25\n"
	    "warning ops-look-denied mx1.example [192.0.2.2]:25\n",
	    "" },
	/* The records are right, and no offer is to blame. */
	{ "one of two backends is old", backend_is_old,
	    "critical ops-lb-different-certs mx1.example [192.0.2.1]:25\n",
	    "" },
	{ "two backends, all in order", backend_differs,
	    "info tlsa-single-record mx1.example\n"
	    "info ops-lb-different-certs mx1.example [192.0.2.1]:25\n",
	    "" },
	{ "one of two backends cannot shake hands", backend_fails,
	    "critical ops-lb-different-certs mx1.example [192.0.2.1]:25\n",
	    "" },
	{ "one of two backends has no STARTTLS", backend_without_starttls,
	    "critical smtp-starttls-selective mx1.example [192.0.2.1]:25\n",
	    "" },
	{ "7671 8 a record for each server", balancer_in_order,
	    "info tlsa-single-record mx1.example\n"
	    "info ops-lb-different-certs mx1.example\n",
	    "" },
	{ "no DANE, no matter", balancer_without_dane, "", "" },
	{ "one certificate everywhere", same_everywhere, "", "" },
	{ "7672 2.2 one host is given up", one_skipped,
	    "critical dns-tlsa-timeout mx2.example\n"
	    "warning ops-one-mx-bad et.example\n",
	    "" },
	{ "7672 2.2 all are given up", all_skipped,
	    "critical dns-tlsa-timeout mx2.example\n", "" },
	{ "7671 13 more than a day", long_ttl,
	    "warning ops-ttl-too-long mx1.example\n",
	    "+_25._tcp.mx1.example. 3600 IN TLSA 3 1 1 " LEAF_KEY "\n"
	    "+_25._tcp.mx1.example. 3600 IN TLSA 2 1 1 " INTER_KEY "\n"
	    "-_25._tcp.mx1.example. IN TLSA 3 1 1 " LEAF_KEY "\n"
	    "-_25._tcp.mx1.example. IN TLSA 2 1 1 " INTER_KEY "\n" },
	{ "7671 13 a day", day_ttl, "", "" },
	{ "8460 3 no reports wanted", no_tlsrpt,
	    "info ops-tlsrpt-missing et.example\n",
	    "+_smtp._tls.et.example. 3600 IN TXT "
	    "\"v=TLSRPTv1; rua=mailto:tlsrpt@et.example\"\n" },
	{ "8460 3 reports wanted", with_tlsrpt, "", "" },
	{ "what was not looked at is told", address_left_out,
	    "warning ops-not-all-examined et.example\n", "" },
	{ "and counted", hundreds_left_out,
	    "warning ops-not-all-examined et.example\n", "" },
};

static void
strip(struct grown *g)
{
	for (size_t i = 0; i < g->probe->n_chain; i++) {
		struct danelaw_cert *cert = &g->probe->chain[i];
		int wire = cert->wire;

		*cert = (struct danelaw_cert) { .wire = wire, .depth = -1 };
	}
	for (size_t i = 0; i < g->host->n_lookups; i++)
		g->host->lookups[i].why = NULL;
	for (size_t i = 0; i < g->host->tlsa.n_records; i++)
		g->host->tlsa.records[i].rr = NULL;
	if (g->probe->tls != NULL)
		*g->probe->tls = (struct danelaw_tls) { 0 };
	g->host->tlsa.base = NULL;
	g->host->tlsa.n_references = 0;
}

/* Optional strings may be missing, whatever the outcome. */
static void
test_stripped(void **state)
{
	(void)state;

	for (int outcome = 0; outcome <= DANELAW_OUTCOME_NOT_EXAMINED;
	     outcome++) {
		for (int policy = 0; policy <= DANELAW_POLICY_DANE; policy++) {
			struct grown g = grow();

			if (policy == 0)
				grow_records(&g, "2 0 0 3000",
				    "3 1 2 " D128("beef"), NULL);
			g.host->policy = (enum danelaw_policy)policy;
			grow_outcome(&g, (enum danelaw_outcome)outcome);
			strip(&g);
			g.address->smtp = (struct danelaw_smtp) { 0 };
			diagnose(g.tree, NULL);
			for (size_t i = 0; i < g.report->n_findings; i++) {
				const struct danelaw_finding *finding =
				    &g.report->findings[i];

				assert_null(strchr(finding->text, '?'));
				assert_null(strchr(finding->remedy, '?'));
			}
			danelaw_report_free(g.report);
		}
	}
}

/* Where there is no room for more than that. */
static void
test_cut(void **state)
{
	const struct danelaw_report report = { .domain = "et.example" };
	struct danelaw_finding finding = diagnose_cut(&report);
	(void)state;

	assert_string_equal(finding.id, "ops-report-cut");
	assert_string_equal(finding.subject, "et.example");
	assert_null(strchr(finding.text, '{'));
	assert_null(strchr(finding.remedy, '{'));
}

/* A tree without anything. */
static void
test_empty(void **state)
{
	struct tree *tree = tree_new();
	(void)state;

	assert_non_null(tree);
	tree->report.domain = "et.example";
	diagnose(tree, NULL);
	/* An MX lookup that was never made has failed. */
	assert_int_equal(tree->report.n_findings, 1);
	assert_string_equal(tree->report.findings[0].id, "dns-mx-lookup-error");
	danelaw_report_free(&tree->report);
}

int
main(void)
{
	static struct table table;

	TABLE_ROWS(&table, rows, check_tree_row);
	TABLE_TEST(&table, test_cut);
	TABLE_TEST(&table, test_stripped);
	TABLE_TEST(&table, test_empty);
	return table_run(&table);
}
