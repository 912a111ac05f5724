/* SPDX-License-Identifier: ISC */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "table.h"
#include "treekit.h"

#define ZONE "_25._tcp.mx1.example. 3600 IN TLSA "
#define ADD_311 "+" ZONE "3 1 1 " LEAF_KEY "\n"

static struct danelaw_cert *
nth(struct grown *g, size_t n)
{
	assert_true(n < g->probe->n_chain);
	return &g->probe->chain[n];
}

/* By usage 2, with the intermediate as anchor; nothing else to tell. */
static void
by_issuer(struct grown *g)
{
	grow_records(g, "2 1 1 " INTER_KEY, "3 1 1 " LEAF_KEY, NULL);
	grow_match(g, g->probe, 0, 1);
	g->probe->match->name.checked = true;
	g->probe->match->name.reference = "mx1.example";
	g->probe->match->name.presented = "mx1.example";
	g->probe->match->name.source = DANELAW_NAME_SAN;
}

static void
refuse(struct grown *g, enum danelaw_outcome outcome, int code)
{
	struct danelaw_verify_error *error =
	    arena_alloc(g->tree->arena, sizeof(*error));

	assert_non_null(error);
	by_issuer(g);
	grow_records(g, "2 1 1 " INTER_KEY, "2 0 1 " INTER_CERT, NULL);
	error->code = code;
	error->name = "X509_V_ERR_SOMETHING";
	error->text = "something is wrong";
	g->probe->verify_error = error;
	grow_outcome(g, outcome);
}

static void
invalid(struct grown *g, int code)
{
	refuse(g, DANELAW_OUTCOME_CHAIN_INVALID, code);
}

static void
expired_ee(struct grown *g)
{
	g->leaf->not_after = AT - 1;
}

static void
expires_now(struct grown *g)
{
	g->leaf->not_after = AT;
}

static void
early_ee(struct grown *g)
{
	g->leaf->not_before = AT + 1;
}

static void
expired_ta(struct grown *g)
{
	refuse(g, DANELAW_OUTCOME_CERT_EXPIRED, 10);
	g->leaf->not_after = AT - DAYS;
}

static void
early_ta(struct grown *g)
{
	refuse(g, DANELAW_OUTCOME_CERT_EXPIRED, 9);
	g->leaf->not_before = AT + DAYS;
}

static void
expired_issuer(struct grown *g)
{
	by_issuer(g);
	grow_records(g, "2 1 1 " INTER_KEY, "2 0 1 " INTER_CERT, NULL);
	nth(g, 1)->not_after = AT - DAYS;
}

static void
expired_root(struct grown *g)
{
	refuse(g, DANELAW_OUTCOME_CERT_EXPIRED, 10);
	grow_chain(g, g->probe, "leaf inter root");
	nth(g, 2)->not_after = AT - DAYS;
}

static void
expired_above(struct grown *g)
{
	by_issuer(g);
	grow_chain(g, g->probe, "leaf inter root");
	nth(g, 2)->not_after = AT - DAYS;
	nth(g, 2)->depth = -1;
}

static void
expiring(struct grown *g)
{
	by_issuer(g);
	g->leaf->not_after = AT + 10 * DAYS - 1;
}

static void
expiring_issuer(struct grown *g)
{
	by_issuer(g);
	nth(g, 1)->not_after = AT + 3600;
}

static void
not_expiring(struct grown *g)
{
	by_issuer(g);
	g->leaf->not_after = AT + 10 * DAYS;
}

static void
six_days(struct grown *g)
{
	by_issuer(g);
	g->leaf->not_before = AT - DAYS;
	g->leaf->not_after = AT + 5 * DAYS;
}

static void
six_days_asked(struct grown *g)
{
	six_days(g);
	g->options.expiry_days = 6;
}

/* Five of six days are left: that is 83 percent. */
static void
six_days_share(struct grown *g)
{
	six_days(g);
	g->options.expiry_percent = 83;
}

static void
six_days_larger_share(struct grown *g)
{
	six_days(g);
	g->options.expiry_percent = 84;
}

/* Usage 3 does not mind, and renewal is a daily affair. */
static void
expiring_ee(struct grown *g)
{
	g->leaf->not_after = AT + DAYS;
}

static void
leaf_alone(struct grown *g)
{
	grow_records(g, "3 1 1 " LEAF_KEY, "3 0 1 " LEAF_CERT, NULL);
	grow_chain(g, g->probe, "leaf");
}

static void
missing_inter(struct grown *g)
{
	invalid(g, 20);
	grow_chain(g, g->probe, "leaf root");
}

static void
wrong_order(struct grown *g)
{
	grow_chain(g, g->probe, "leaf root inter");
}

static void
right_order(struct grown *g)
{
	grow_chain(g, g->probe, "leaf inter root");
}

static void
negative_serial(struct grown *g)
{
	g->leaf->negative_serial = true;
}

static void
duplicate(struct grown *g)
{
	grow_chain(g, g->probe, "leaf leaf inter");
}

/* The same chain, but the second talk ended before it was judged. */
static void
duplicate_early_end(struct grown *g)
{
	struct danelaw_address *address;

	address = grow_address(
	    g, g->host, "192.0.2.2", DANELAW_OUTCOME_SMTP_PERMFAIL);
	address->smtp.refusal = "554 No";
	address->smtp.stage = DANELAW_SMTP_AT_EHLO_TLS;
	address->smtp.fault = DANELAW_SMTP_REFUSED;
	grow_chain(g, &address->probes[0], "leaf leaf inter");
	duplicate(g);
}

static void
no_serverauth(struct grown *g)
{
	invalid(g, 26);
	g->leaf->has_ext_key_usage = true;
	grow_texts(g, &g->leaf->ext_key_usage, &g->leaf->n_ext_key_usage,
	    "clientAuth", NULL);
}

/* The error is the issuer's, and the leaf would be no better. */
static void
issuer_no_serverauth(struct grown *g)
{
	no_serverauth(g);
	g->probe->verify_error->depth = 1;
	nth(g, 1)->has_ext_key_usage = true;
	grow_texts(g, &nth(g, 1)->ext_key_usage, &nth(g, 1)->n_ext_key_usage,
	    "emailProtection", NULL);
}

/* 2 0 0, not sent: nothing is known but its name. */
static void
record_no_ca(struct grown *g)
{
	invalid(g, 79);
	grow_chain(g, g->probe, "leaf");
	g->probe->verify_error->depth = 1;
}

static void
second_no_ca(struct grown *g)
{
	invalid(g, 79);
	grow_chain(g, g->probe, "leaf inter root");
	nth(g, 1)->ca = nth(g, 2)->ca = false;
	g->probe->verify_error->depth = 2;
}

static void
issuer_weak(struct grown *g)
{
	invalid(g, 68);
	g->leaf->signature = "sha1WithRSAEncryption";
	nth(g, 1)->signature = "sha1WithRSAEncryption";
	g->probe->verify_error->depth = 1;
}

static void
expired_between(struct grown *g)
{
	refuse(g, DANELAW_OUTCOME_CERT_EXPIRED, 10);
	grow_chain(g, g->probe, "leaf inter root");
	nth(g, 1)->not_after = AT - DAYS;
	g->probe->verify_error->depth = 1;
}

static void
record_expired(struct grown *g)
{
	refuse(g, DANELAW_OUTCOME_CERT_EXPIRED, 10);
	grow_chain(g, g->probe, "leaf");
	g->probe->verify_error->depth = 1;
}

static void
unfit_key_usage(struct grown *g)
{
	invalid(g, 26);
	g->leaf->has_key_usage = true;
	g->leaf->key_usage = DANELAW_KU_DATA_ENCIPHERMENT;
	g->probe->tls = NULL; /* not about GnuTLS */
}

static void
no_keycertsign(struct grown *g)
{
	invalid(g, 32);
	nth(g, 1)->has_key_usage = true;
	nth(g, 1)->key_usage = DANELAW_KU_CRL_SIGN;
}

static void
no_ca(struct grown *g)
{
	invalid(g, 79);
	nth(g, 1)->ca = false;
}

static void
version_1_refused(struct grown *g)
{
	invalid(g, 79);
	nth(g, 1)->ca = false;
	nth(g, 1)->version = 1;
}

static void
version_1_accepted(struct grown *g)
{
	by_issuer(g);
	grow_records(g, "2 1 1 " INTER_KEY, "2 0 1 " INTER_CERT, NULL);
	nth(g, 1)->ca = false;
	nth(g, 1)->version = 1;
}

static void
pathlen(struct grown *g)
{
	invalid(g, 25);
	grow_chain(g, g->probe, "leaf inter root");
	nth(g, 2)->path_len = 0;
}

static void
constraints(struct grown *g)
{
	invalid(g, 47);
}

static void
weak_signature(struct grown *g)
{
	invalid(g, 68);
	g->leaf->signature = "sha1WithRSAEncryption";
}

static void
weak_signature_ee(struct grown *g)
{
	g->leaf->signature = "ecdsa-with-SHA1";
}

static void
short_key(struct grown *g)
{
	g->leaf->key = "RSA 1024";
}

static void
tiny_key(struct grown *g)
{
	invalid(g, 66);
	g->leaf->key = "RSA 512";
}

static void
critical_extension(struct grown *g)
{
	invalid(g, 34);
}

static void
leaf_is_ca(struct grown *g)
{
	g->leaf->ca = true;
}

static void
self_signed(struct grown *g)
{
	grow_records(g, "3 1 1 " LEAF_KEY, "3 0 1 " LEAF_CERT, NULL);
	grow_chain(g, g->probe, "self");
}

static void
opinion(struct grown *g, int code)
{
	struct danelaw_pkix *pkix = arena_alloc(g->tree->arena, sizeof(*pkix));

	assert_non_null(pkix);
	*pkix = (struct danelaw_pkix) { code == 0, code, "X509_V_SOMETHING",
		"something is missing", "it is not in the file" };
	g->probe->pkix = pkix;
}

static void
trusted(struct grown *g)
{
	opinion(g, 0);
}

static void
self_signed_trusted(struct grown *g)
{
	self_signed(g);
	opinion(g, 0);
}

static void
self_signed_untrusted(struct grown *g)
{
	self_signed(g);
	opinion(g, 18);
}

static void
untrusted_name(struct grown *g)
{
	opinion(g, 62);
}

static void
untrusted_2(struct grown *g)
{
	opinion(g, 2);
}

static void
untrusted_20(struct grown *g)
{
	by_issuer(g);
	opinion(g, 20);
}

static void
too_long(struct grown *g)
{
	invalid(g, 22);
}

static void
long_chain(struct grown *g)
{
	by_issuer(g);
	grow_records(g, "2 1 1 " INTER_KEY, "2 0 1 " INTER_CERT, NULL);
	g->probe->match->record = 0;
	g->probe->match->depth = 12;
}

static void
other_code(struct grown *g)
{
	invalid(g, 7);
}

static void
untrusted_and_invalid(struct grown *g)
{
	other_code(g);
	opinion(g, 20);
}

/* 2 0 0: the record holds another certificate for the key of one sent. */
static void
cross_signed(struct grown *g)
{
	static const uint8_t key[] = { 0x30, 0x03, 0x77, 0x88, 0x99 };

	grow_records(g, "3 1 1 " LEAF_KEY, "2 0 0 3010300377889900", NULL);
	nth(g, 1)->spki = key;
	nth(g, 1)->spki_len = sizeof(key);
}

static void
cross_signed_twin(struct grown *g)
{
	by_issuer(g);
	grow_records(g, "2 1 1 " INTER_KEY, "2 0 1 " ROOT_CERT, NULL);
	grow_chain(g, g->probe, "leaf inter root");
	nth(g, 2)->spki_sha256 = INTER_KEY;
	nth(g, 2)->subject = nth(g, 1)->subject;
}

static void
without_dane(struct grown *g)
{
	expired_ee(g);
	g->host->policy = DANELAW_POLICY_ENCRYPT;
	g->host->tlsa = (struct danelaw_tlsa) { 0 };
	grow_outcome(g, DANELAW_OUTCOME_ENCRYPTED);
	g->probe->match = NULL;
}

static const struct tree_row rows[] = {
	{ "7672 3.1.1 expired, usage 3", expired_ee,
	    "warning cert-expired-ee mx1.example\n", "" },
	{ "the last second counts", expires_now, "", "" },
	{ "7672 3.1.1 too early, usage 3", early_ee,
	    "info cert-not-yet-valid mx1.example\n", "" },
	{ "7671 5.1 expired, usage 2", expired_ta,
	    "critical cert-expired-ta-leaf mx1.example\n", "" },
	{ "too early, usage 2", early_ta,
	    "critical cert-not-yet-valid mx1.example\n", "" },
	{ "the anchor expired, OpenSSL passes", expired_issuer,
	    "warning cert-expired-ta-intermediate mx1.example\n"
	    "info tlsa-single-record mx1.example\n",
	    ADD_311 },
	{ "the anchor expired, OpenSSL refuses", expired_root,
	    "critical cert-expired-ta-root mx1.example\n", ADD_311 },
	{ "expired above the anchor", expired_above,
	    "info cert-expired-above-ta mx1.example\n", "" },
	{ "less than a quarter of 40 days left", expiring,
	    "warning ops-cert-expiring mx1.example\n", "" },
	{ "an issuer has an hour left", expiring_issuer,
	    "warning ops-cert-expiring mx1.example\n", "" },
	{ "a quarter left", not_expiring, "", "" },
	{ "five of six days left", six_days, "", "" },
	{ "five left where so many are asked for", six_days_asked,
	    "warning ops-cert-expiring mx1.example\n", "" },
	{ "83 of 100 parts are left, and so many asked for", six_days_share, "",
	    "" },
	{ "and less than asked for", six_days_larger_share,
	    "warning ops-cert-expiring mx1.example\n", "" },
	{ "one day left, usage 3", expiring_ee, "", "" },
	{ "7671 5.2.2 leaf alone, usage 3", leaf_alone,
	    "info tlsa-single-record mx1.example\n"
	    "info cert-missing-intermediate mx1.example\n",
	    "" },
	{ "7671 5.2.2 intermediate missing", missing_inter,
	    "critical cert-missing-intermediate mx1.example\n", "" },
	{ "5246 7.4.2 wrong order", wrong_order,
	    "warning cert-wrong-order mx1.example\n", "" },
	{ "5246 7.4.2 right order", right_order, "", "" },
	{ "5280 4.1.2.2 negative serial number", negative_serial,
	    "warning cert-negative-serial mx1.example\n", "" },
	{ "5246 7.4.2 leaf twice", duplicate,
	    "warning cert-duplicate mx1.example\n", "" },
	{ "told once, though one talk ended early", duplicate_early_end,
	    "warning smtp-ehlo-after-tls mx1.example [192.0.2.2]:25\n"
	    "warning cert-duplicate mx1.example\n",
	    "" },
	{ "5280 4.2.1.12 no serverAuth", no_serverauth,
	    "critical cert-eku-no-serverauth mx1.example\n", ADD_311 },
	{ "5280 4.2.1.12 an issuer without it", issuer_no_serverauth,
	    "critical cert-eku-no-serverauth mx1.example\n", ADD_311 },
	{ "5280 4.2.1.9 no CA, in the record alone", record_no_ca,
	    "critical cert-ta-not-ca mx1.example\n", ADD_311 },
	{ "5280 4.2.1.9 the second is no CA", second_no_ca,
	    "critical cert-ta-not-ca mx1.example\n", ADD_311 },
	{ "7671 9 the issuer is signed weakly", issuer_weak,
	    "critical cert-sha1 mx1.example\n", ADD_311 },
	{ "an intermediate expired", expired_between,
	    "critical cert-expired-ta-intermediate mx1.example\n", ADD_311 },
	{ "expired, in the record alone", record_expired,
	    "critical cert-expired-ta-root mx1.example\n", ADD_311 },
	{ "5280 4.2.1.3 unfit leaf", unfit_key_usage,
	    "critical cert-ku-leaf-ta mx1.example\n", ADD_311 },
	{ "5280 4.2.1.3 no keyCertSign", no_keycertsign,
	    "critical cert-ta-no-keycertsign mx1.example\n", ADD_311 },
	{ "5280 4.2.1.9 no CA", no_ca, "critical cert-ta-not-ca mx1.example\n",
	    ADD_311 },
	{ "5280 4.1.2.1 version 1 refused", version_1_refused,
	    "critical cert-v1-ca mx1.example\n", ADD_311 },
	{ "5280 4.1.2.1 version 1 accepted", version_1_accepted,
	    "warning cert-v1-ca mx1.example\n"
	    "info tlsa-single-record mx1.example\n",
	    ADD_311 },
	{ "7672 3.1.2 path length", pathlen,
	    "critical cert-pathlen mx1.example\n", ADD_311 },
	{ "7672 3.1.2 name constraints", constraints,
	    "critical cert-name-constraints mx1.example\n", ADD_311 },
	{ "SHA-1 under usage 2", weak_signature,
	    "critical cert-sha1 mx1.example\n", ADD_311 },
	{ "SHA-1 under usage 3", weak_signature_ee,
	    "info cert-sha1 mx1.example\n", "" },
	{ "RSA 1024", short_key, "warning cert-rsa-1024 mx1.example\n", "" },
	{ "RSA 512", tiny_key, "critical cert-rsa-1024 mx1.example\n",
	    ADD_311 },
	{ "5280 4.2 critical extension", critical_extension,
	    "critical cert-critical-ext mx1.example\n", ADD_311 },
	{ "usage 3 for a CA", leaf_is_ca, "info cert-leaf-is-ca mx1.example\n",
	    "" },
	{ "7672 3.1.3 self-signed", self_signed,
	    "info tlsa-single-record mx1.example\n"
	    "info cert-pkix-untrusted mx1.example\n",
	    "" },
	{ "public CAs are content", trusted, "", "" },
	{ "somebody trusts the self-signed", self_signed_trusted,
	    "info tlsa-single-record mx1.example\n", "" },
	{ "nobody trusts the self-signed", self_signed_untrusted,
	    "info tlsa-single-record mx1.example\n"
	    "info cert-pkix-untrusted mx1.example\n",
	    "" },
	{ "a CA, but another name", untrusted_name,
	    "info cert-pkix-untrusted mx1.example\n", "" },
	{ "the store has a gap", untrusted_2,
	    "info cert-pkix-untrusted mx1.example\n"
	    "info cert-error-2-vs-20 mx1.example\n",
	    "" },
	{ "the issuer is unknown", untrusted_20,
	    "info cert-pkix-untrusted mx1.example\n"
	    "info cert-error-2-vs-20 mx1.example\n",
	    "" },
	{ "no news where DANE refuses", untrusted_and_invalid,
	    "critical cert-chain-invalid mx1.example\n", ADD_311 },
	{ "more certificates than OpenSSL follows", too_long,
	    "critical cert-chain-too-long mx1.example\n", ADD_311 },
	{ "more certificates than Postfix follows", long_chain,
	    "warning cert-chain-too-long mx1.example\n"
	    "info tlsa-single-record mx1.example\n",
	    ADD_311 },
	{ "a code without a cause of its own", other_code,
	    "critical cert-chain-invalid mx1.example\n", ADD_311 },
	{ "6698 A.1.1 full certificate of a known key", cross_signed,
	    "warning tlsa-combination-stale mx1.example\n"
	    "warning cert-cross-sign-200 mx1.example\n"
	    "info tlsa-single-record mx1.example\n",
	    NULL },
	{ "6698 A.1.1 two certificates for one key", cross_signed_twin,
	    "warning tlsa-combination-stale mx1.example\n"
	    "warning cert-cross-sign-200 mx1.example\n"
	    "info tlsa-single-record mx1.example\n"
	    "info tlsa-ta-key-only mx1.example\n",
	    NULL },
	{ "nobody looks without DANE", without_dane, "", "" },
};

/* Which certificate is to blame. */
static void
test_blamed(void **state)
{
	static const struct {
		void (*spoil)(struct grown *g);
		const char *text;
	} told[] = {
		{ no_serverauth, "The certificate CN=mx1.example of mx1" },
		{ issuer_no_serverauth,
		    "The CA certificate CN=Inter, O=Lab in the chain of mx1" },
		{ record_no_ca, "CN=Inter, O=Lab issued a certificate" },
		{ second_no_ca, "CN=Root, O=Lab issued a certificate" },
		{ issuer_weak, "The certificate CN=Inter, O=Lab in" },
		{ expired_between,
		    "CN=Inter, O=Lab that the TLSA record of mx1.example "
		    "names expired on 2025-06-14" },
		{ record_expired,
		    "CN=Inter, O=Lab in the chain of mx1.example expired on a "
		    "day that the TLSA record alone shows" },
	};
	(void)state;

	for (size_t i = 0; i < sizeof(told) / sizeof(told[0]); i++) {
		struct grown g = grow();

		told[i].spoil(&g);
		grow_results(&g);
		diagnose(g.tree, &g.options);
		if (strstr(g.report->findings[0].text, told[i].text) == NULL)
			fail_msg("row %zu: %s", i, g.report->findings[0].text);
		check_sentences("blamed", g.report);
		danelaw_report_free(g.report);
	}
}

int
main(void)
{
	static struct table table;

	TABLE_ROWS(&table, rows, check_tree_row);
	TABLE_TEST(&table, test_blamed);
	return table_run(&table);
}
