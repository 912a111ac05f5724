/* SPDX-License-Identifier: ISC */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "plant.h"
#include "policy/verdict.h"

static void
expect_summary(struct tree *tree, bool resolver_dead, const char *want)
{
	verdict_fill(tree, false, resolver_dead);
	assert_string_equal(tree->report.summary, want);
	danelaw_report_free(&tree->report);
}

/* Hosts alone decide. */
static void
test_hosts(void **state)
{
	static const struct {
		const char *hosts, *summary;
	} rows[] = {
		{ "dane authenticated", "mail is delivered under DANE" },
		{ "dane authenticated | dane connect-timeout",
		    "mail is delivered under DANE; 1 of 2 MX hosts "
		    "authenticates, the rest could not be examined: the "
		    "connection to mx2.example [192.0.2.1]:25 times out" },
		{ "dane authenticated | dane",
		    "mail is delivered under DANE; 1 of 2 MX hosts "
		    "authenticates, the rest could not be examined: "
		    "mx2.example has no address" },
		{ "dane tlsa-mismatch",
		    "mail is deferred: no TLSA record matches the certificate "
		    "of mx1.example [192.0.2.1]:25" },
		{ "dane connect-refused name-mismatch",
		    "mail is deferred: the certificate of mx1.example "
		    "[192.0.2.2]:25 is for another name" },
		{ "dane starttls-missing | dane tls-failed | skip",
		    "mail is deferred: mx1.example [192.0.2.1]:25 does not "
		    "offer STARTTLS (and 2 more hosts)" },
		{ "dane chain-invalid | dane plaintext-injected",
		    "mail is deferred: the certificate chain of mx1.example "
		    "[192.0.2.1]:25 is not valid (and 1 more host)" },
		{ "dane tls-failed | may cleartext",
		    "mail is delivered without authentication only: the TLS "
		    "handshake with mx1.example [192.0.2.1]:25 fails" },
		{ "dane authenticated | dane authenticated | dane cert-expired",
		    "2 of 3 MX hosts authenticate; mx3.example "
		    "[192.0.2.1]:25 does not: a certificate in its chain "
		    "expired or is not yet valid" },
		{ "dane starttls-refused | dane authenticated",
		    "1 of 2 MX hosts authenticates; mx1.example "
		    "[192.0.2.1]:25 does not: it refuses STARTTLS" },
		{ "dane authenticated tlsa-mismatch",
		    "mail is delivered by some addresses only; mx1.example "
		    "[192.0.2.2]:25 does not authenticate: no TLSA record "
		    "matches its certificate" },
		{ "dane authenticated | may encrypted",
		    "1 of 2 MX hosts authenticates, but mail can go to "
		    "mx2.example without authentication: it has no TLSA "
		    "records" },
		{ "dane authenticated | encrypt encrypted",
		    "1 of 2 MX hosts authenticates, but mail can go to "
		    "mx2.example without authentication: none of its TLSA "
		    "records is usable" },
		{ "may cleartext",
		    "mail is delivered without DANE: mx1.example has no TLSA "
		    "records" },
		{ "may encrypted | may encrypted",
		    "mail is delivered without DANE: mx1.example has no TLSA "
		    "records (and 1 more host)" },
		{ "may connect-refused",
		    "DANE does not protect the mail: mx1.example has no TLSA "
		    "records; besides, mx1.example [192.0.2.1]:25 refuses "
		    "the connection" },
		{ "dane smtp-tempfail",
		    "nothing could be examined: mx1.example [192.0.2.1]:25 "
		    "answers with a temporary error" },
		{ "dane starttls-refused=454",
		    "nothing could be examined: mx1.example [192.0.2.1]:25 "
		    "answers with a temporary error" },
		{ "may",
		    "nothing could be examined: mx1.example has no address" },
		{ "",
		    "nothing could be examined: no host is known for "
		    "example.org" },
	};
	(void)state;

	for (size_t i = 0; i < COUNT(rows); i++)
		expect_summary(plant_tree(DANELAW_MX_MX, DANELAW_DNSSEC_SECURE,
				   rows[i].hosts),
		    false, rows[i].summary);
}

static void
test_mx(void **state)
{
	struct tree *tree;
	(void)state;

	tree = plant_tree(DANELAW_MX_NULL, DANELAW_DNSSEC_SECURE, "");
	expect_summary(tree, false,
	    "the domain takes no mail: it publishes a null MX record");
	tree = plant_tree(DANELAW_MX_NONE, DANELAW_DNSSEC_SECURE, "");
	plant_mx_lookup(tree, DANELAW_DNSSEC_SECURE, DANELAW_PRESENCE_NXDOMAIN);
	expect_summary(
	    tree, false, "the domain takes no mail: it does not exist");
	tree = plant_tree(DANELAW_MX_NONE, DANELAW_DNSSEC_ERROR, "");
	expect_summary(tree, false,
	    "mail is deferred: the MX lookup of example.org fails");
	tree = plant_tree(DANELAW_MX_NONE, DANELAW_DNSSEC_BOGUS, "");
	tree->report.mx.why = "signature expired";
	expect_summary(tree, false,
	    "mail is deferred: the MX records of example.org fail DNSSEC "
	    "validation: signature expired");
	tree = plant_tree(
	    DANELAW_MX_MX, DANELAW_DNSSEC_INSECURE, "dane authenticated");
	expect_summary(tree, false,
	    "DANE cannot protect the mail: the MX records of example.org are "
	    "not signed with DNSSEC");
	tree = plant_tree(
	    DANELAW_MX_MX, DANELAW_DNSSEC_INSECURE, "dane tlsa-mismatch");
	expect_summary(tree, false,
	    "DANE cannot protect the mail: the MX records of example.org are "
	    "not signed with DNSSEC; besides, no TLSA record matches the "
	    "certificate of mx1.example [192.0.2.1]:25");
	tree = plant_tree(DANELAW_MX_NONE, DANELAW_DNSSEC_ERROR, "");
	tree->report.mx.why = "no root server answers";
	expect_summary(tree, true,
	    "nothing can be said about example.org: the DNS resolver cannot "
	    "be used: no root server answers");
	tree = plant_tree(DANELAW_MX_NONE, DANELAW_DNSSEC_ERROR, "");
	tree->report.domain = NULL;
	expect_summary(
	    tree, false, "mail is deferred: the MX lookup of ? fails");
}

/* Which lookup forbids the host. */
static void
test_skipped(void **state)
{
	static const struct {
		enum danelaw_dnssec addr, tlsa;
		enum danelaw_tlsa_status status;
		const char *summary;
	} rows[] = {
		{ DANELAW_DNSSEC_ERROR, DANELAW_DNSSEC_ERROR,
		    DANELAW_TLSA_NOT_ASKED,
		    "mail is deferred: the address lookup of mx1.example "
		    "fails" },
		{ DANELAW_DNSSEC_BOGUS, DANELAW_DNSSEC_ERROR,
		    DANELAW_TLSA_NOT_ASKED,
		    "mail is deferred: the addresses of mx1.example fail "
		    "DNSSEC validation" },
		{ DANELAW_DNSSEC_SECURE, DANELAW_DNSSEC_ERROR,
		    DANELAW_TLSA_ERROR,
		    "mail is deferred: the TLSA lookup for mx1.example "
		    "fails" },
		{ DANELAW_DNSSEC_SECURE, DANELAW_DNSSEC_BOGUS,
		    DANELAW_TLSA_ERROR,
		    "mail is deferred: the TLSA answer for mx1.example fails "
		    "DNSSEC validation" },
		{ DANELAW_DNSSEC_INSECURE, DANELAW_DNSSEC_ERROR,
		    DANELAW_TLSA_NOT_ASKED,
		    "mail is deferred: a DNS lookup for mx1.example fails" },
	};
	(void)state;

	for (size_t i = 0; i < COUNT(rows); i++) {
		struct tree *tree =
		    plant_tree(DANELAW_MX_MX, DANELAW_DNSSEC_SECURE, "skip");
		struct danelaw_host *host = &tree->report.hosts[0];

		host->dnssec = rows[i].addr;
		host->tlsa.dnssec = rows[i].tlsa;
		host->tlsa.status = rows[i].status;
		expect_summary(tree, false, rows[i].summary);
	}
}

/* Why nothing guards the host. */
static void
test_open(void **state)
{
	struct danelaw_lookup lookup = { .name = "_25._tcp.mx1.example",
		.type = "TLSA",
		.dnssec = DANELAW_DNSSEC_INSECURE,
		.presence = DANELAW_PRESENCE_DATA };
	struct tree *tree;
	(void)state;

	tree =
	    plant_tree(DANELAW_MX_MX, DANELAW_DNSSEC_SECURE, "may encrypted");
	tree->report.hosts[0].tlsa.status = DANELAW_TLSA_NOT_ASKED;
	expect_summary(tree, false,
	    "mail is delivered without DANE: the addresses of mx1.example are "
	    "not signed with DNSSEC");
	tree =
	    plant_tree(DANELAW_MX_MX, DANELAW_DNSSEC_SECURE, "may encrypted");
	/* As it is in fact: there is no record, but the lookup had some. */
	tree->report.hosts[0].tlsa.name = "_25._tcp.mx1.example";
	tree->report.hosts[0].lookups = &lookup;
	tree->report.hosts[0].n_lookups = 1;
	expect_summary(tree, false,
	    "mail is delivered without DANE: the TLSA records of mx1.example "
	    "are not signed with DNSSEC");
	tree = plant_tree(
	    DANELAW_MX_LITERAL, DANELAW_DNSSEC_SECURE, "may encrypted");
	tree->report.hosts[0].name = "192.0.2.1";
	expect_summary(tree, false,
	    "mail is delivered without DANE: 192.0.2.1 is an address and can "
	    "have no TLSA records");
}

static void
test_dates(void **state)
{
	static const struct {
		int64_t not_before, not_after;
		const char *summary;
	} rows[] = {
		{ 100, 999,
		    "mail is deferred: the certificate of mx1.example "
		    "[192.0.2.1]:25 expired" },
		{ 1001, 2000,
		    "mail is deferred: the certificate of mx1.example "
		    "[192.0.2.1]:25 is not yet valid" },
		{ 100, 2000,
		    "mail is deferred: a certificate of mx1.example "
		    "[192.0.2.1]:25 expired or is not yet valid" },
	};
	(void)state;

	for (size_t i = 0; i < COUNT(rows); i++) {
		struct danelaw_cert leaf = { .not_before = rows[i].not_before,
			.not_after = rows[i].not_after };
		struct danelaw_probe probes[] = {
			{ .outcome = DANELAW_OUTCOME_AUTHENTICATED },
			{ .outcome = DANELAW_OUTCOME_CERT_EXPIRED,
			    .chain = &leaf,
			    .n_chain = 1 },
		};
		struct tree *tree = plant_tree(
		    DANELAW_MX_MX, DANELAW_DNSSEC_SECURE, "dane cert-expired");

		tree->report.at = 1000;
		tree->report.hosts[0].addresses[0].probes = probes;
		tree->report.hosts[0].addresses[0].n_probes = COUNT(probes);
		expect_summary(tree, false, rows[i].summary);
	}
}

#define DELIVER DANELAW_DELIVERY_DELIVER
#define REFUSE DANELAW_DELIVERY_REFUSE
#define VARIES DANELAW_DELIVERY_VARIES

/* What is so for some senders only is not told as if it were for all. */
static void
test_senders(void **state)
{
	static const struct {
		const char *host;
		enum danelaw_delivery outcomes[5]; /* as in versions */
		const char *summary;
	} rows[] = {
		{ "dane authenticated",
		    { DELIVER, DELIVER, DELIVER, REFUSE, DELIVER },
		    "mail is delivered under DANE; exim-gnutls will refuse" },
		{ "dane authenticated",
		    { DELIVER, REFUSE, REFUSE, DELIVER, REFUSE },
		    "mail is delivered under DANE; postfix 3.10 3.11, go will "
		    "refuse" },
		{ "dane authenticated",
		    { VARIES, DELIVER, DELIVER, REFUSE, DELIVER },
		    "mail is delivered under DANE; exim-gnutls will refuse; "
		    "postfix 3.7 will refuse at times" },
		{ "dane authenticated",
		    { DELIVER, DELIVER, DELIVER, DELIVER, DELIVER },
		    "mail is delivered under DANE" },
		{ "dane tlsa-mismatch", { REFUSE },
		    "mail is deferred: no TLSA record matches the certificate "
		    "of mx1.example [192.0.2.1]:25" },
		{ "dane tlsa-mismatch",
		    { DELIVER, REFUSE, REFUSE, DELIVER, REFUSE },
		    "senders differ, and mail is delivered by postfix 3.7, "
		    "exim-gnutls, not by others: no TLSA record matches the "
		    "certificate of mx1.example [192.0.2.1]:25" },
		{ "dane tlsa-mismatch",
		    { DELIVER, VARIES, REFUSE, REFUSE, REFUSE },
		    "senders differ, and mail is delivered by postfix 3.7, at "
		    "times by postfix 3.10, not by others: no TLSA record "
		    "matches the certificate of mx1.example [192.0.2.1]:25" },
	};
	static const char *const versions[][2] = { { "postfix", "3.7" },
		{ "postfix", "3.10" }, { "postfix", "3.11" },
		{ "exim-gnutls", "4.96" }, { "go", "1.24" } };
	(void)state;

	for (size_t i = 0; i < COUNT(rows); i++) {
		struct danelaw_sender senders[COUNT(versions)];
		struct tree *tree = plant_tree(
		    DANELAW_MX_MX, DANELAW_DNSSEC_SECURE, rows[i].host);

		for (size_t j = 0; j < COUNT(versions); j++)
			senders[j] = (struct danelaw_sender) {
				.name = versions[j][0],
				.version = versions[j][1],
				.outcome = rows[i].outcomes[j],
			};
		/* Findings are counted by who prints them. */
		plant_finding(tree, DANELAW_SEVERITY_INFO);
		plant_finding(tree, DANELAW_SEVERITY_WARNING);
		tree->report.hosts[0].addresses[0].senders = senders;
		tree->report.hosts[0].addresses[0].n_senders = COUNT(senders);
		expect_summary(tree, false, rows[i].summary);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_hosts),
		cmocka_unit_test(test_mx),
		cmocka_unit_test(test_skipped),
		cmocka_unit_test(test_open),
		cmocka_unit_test(test_dates),
		cmocka_unit_test(test_senders),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
