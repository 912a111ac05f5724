/* SPDX-License-Identifier: ISC */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "table.h"
#include "treekit.h"

#define PLACE "mx1.example [192.0.2.1]:25\n"
#define HOST "mx1.example\n"

static void
test_failures(void **state)
{
	static const struct {
		enum danelaw_tls_fault fault;
		const char *found;
	} rows[] = {
		{ DANELAW_TLS_REFUSED, "tls-handshake-failure-40" },
		{ DANELAW_TLS_VERSION, "tls-protocol-version-70" },
		{ DANELAW_TLS_CIPHER, "tls-no-shared-cipher" },
		{ DANELAW_TLS_NAME, "tls-sni-unrecognized-112" },
		{ DANELAW_TLS_CERT_REQUIRED, "tls-client-cert-required-13" },
		{ DANELAW_TLS_ALERT, "tls-handshake-failed" },
		{ DANELAW_TLS_OLD_SIGALG, "tls-old-only" },
		{ DANELAW_TLS_SHORT_DH, "tls-dh-too-small" },
		{ DANELAW_TLS_RENEGOTIATION, "tls-legacy-renegotiation" },
		{ DANELAW_TLS_GROUP, "tls-no-common-group" },
		{ DANELAW_TLS_CURVE, "tls-no-common-group" },
		{ DANELAW_TLS_SIGNATURE, "cert-first-not-leaf" },
		{ DANELAW_TLS_TOO_LARGE, "tls-chain-too-large" },
		{ DANELAW_TLS_NOT_TLS, "smtp-not-tls-after-220" },
		{ DANELAW_TLS_DROPPED, "smtp-starttls-dropped" },
		{ DANELAW_TLS_CLOSED, "tls-unexpected-eof" },
		{ DANELAW_TLS_RESET, "tls-unexpected-eof" },
		{ DANELAW_TLS_NO_FAULT, "tls-handshake-failed" },
	};
	(void)state;

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		for (int may = 0; may < 2; may++) {
			struct grown g = grow();

			/* The words are for people alone. */
			grow_no_tls(&g, DANELAW_OUTCOME_TLS_FAILED,
			    "alert 70, not TLS, wrong curve");
			g.probe->fault = rows[i].fault;
			if (may)
				g.host->policy = DANELAW_POLICY_MAY;
			diagnose(g.tree, NULL);
			assert_int_equal(g.report->n_findings, 1);
			assert_string_equal(
			    g.report->findings[0].id, rows[i].found);
			assert_int_equal(g.report->findings[0].severity,
			    may ? DANELAW_SEVERITY_WARNING
				: DANELAW_SEVERITY_CRITICAL);
			check_sentences(rows[i].found, g.report);
			danelaw_report_free(g.report);
		}
	}
}

static void
stalled(struct grown *g)
{
	grow_no_tls(g, DANELAW_OUTCOME_TLS_TIMEOUT,
	    "no end of the TLS handshake within 30 seconds");
}

static void
hung_up_13(struct grown *g)
{
	grow_outcome(g, DANELAW_OUTCOME_TLS_FAILED);
	g->probe->tls->client_cert_requested = true;
	g->probe->fault = DANELAW_TLS_REFUSED;
}

static void
hung_up_12(struct grown *g)
{
	hung_up_13(g);
	g->probe->tls->version = "TLSv1.2";
}

static void
asks_for_certificate(struct grown *g)
{
	g->probe->tls->client_cert_requested = true;
}

static void
gets_certificate(struct grown *g)
{
	asks_for_certificate(g);
	g->probe->tls->client_cert_sent = true;
	g->probe->tls->client_cert_may_sign = true;
}

static void
gets_unfit_13(struct grown *g)
{
	gets_certificate(g);
	g->probe->tls->client_cert_may_sign = false;
}

static void
gets_unfit_12(struct grown *g)
{
	gets_unfit_13(g);
	g->probe->tls->version = "TLSv1.2";
	g->probe->tls->cipher = "ECDHE-RSA-AES256-GCM-SHA384";
}

static void
anonymous(struct grown *g)
{
	grow_outcome(g, DANELAW_OUTCOME_TLSA_MISMATCH);
	g->probe->n_chain = 0;
	g->probe->tls->version = "TLSv1.2";
	g->probe->tls->cipher = "AECDH-AES256-SHA";
}

static void
old(struct grown *g)
{
	g->probe->tls->version = "TLSv1";
	g->probe->tls->cipher = "ECDHE-RSA-AES256-SHA";
}

static void
rc4(struct grown *g)
{
	g->probe->tls->version = "TLSv1.2";
	g->probe->tls->cipher = "RC4-SHA";
}

static void
dhe(struct grown *g)
{
	g->probe->tls->version = "TLSv1.2";
	g->probe->tls->cipher = "DHE-RSA-AES256-GCM-SHA384";
	g->probe->tls->group = "DH 1024";
}

static void
dhe_2048(struct grown *g)
{
	dhe(g);
	g->probe->tls->group = "DH 2048";
}

static void
key_usage(struct grown *g, unsigned bits)
{
	g->leaf->has_key_usage = true;
	g->leaf->key_usage = bits;
}

/* What GnuTLS says, "GnuTLS Key usage violation: exact truth". */
static void
kuv_13_encipherment(struct grown *g)
{
	key_usage(g, DANELAW_KU_KEY_ENCIPHERMENT);
}

static void
kuv_13_signature(struct grown *g)
{
	key_usage(g, DANELAW_KU_DIGITAL_SIGNATURE);
}

static void
tls_12(struct grown *g, const char *cipher)
{
	g->probe->tls->version = "TLSv1.2";
	g->probe->tls->cipher = cipher;
}

static void
kuv_ecdhe_encipherment(struct grown *g)
{
	key_usage(g, DANELAW_KU_KEY_ENCIPHERMENT);
	tls_12(g, "ECDHE-RSA-AES256-GCM-SHA384");
}

static void
kuv_ecdhe_both(struct grown *g)
{
	key_usage(
	    g, DANELAW_KU_DIGITAL_SIGNATURE | DANELAW_KU_KEY_ENCIPHERMENT);
	tls_12(g, "ECDHE-RSA-AES256-GCM-SHA384");
}

static void
kuv_rsa_signature(struct grown *g)
{
	key_usage(g, DANELAW_KU_DIGITAL_SIGNATURE);
	tls_12(g, "AES256-GCM-SHA384");
}

static void
kuv_rsa_agreement(struct grown *g)
{
	key_usage(g, DANELAW_KU_KEY_AGREEMENT);
	tls_12(g, "AES256-GCM-SHA384");
}

static void
kuv_rsa_encipherment(struct grown *g)
{
	key_usage(g, DANELAW_KU_KEY_ENCIPHERMENT);
	tls_12(g, "AES256-GCM-SHA384");
}

static void
kuv_none(struct grown *g)
{
	key_usage(g, 0);
}

static void
kuv_ec_agreement(struct grown *g)
{
	g->leaf->key = "EC P-256";
	key_usage(g, DANELAW_KU_KEY_AGREEMENT);
}

static void
ec_384(struct grown *g)
{
	g->leaf->key = "EC P-384";
	tls_12(g, "ECDHE-ECDSA-AES256-GCM-SHA384");
}

static void
ec_384_new(struct grown *g)
{
	g->leaf->key = "EC P-384";
}

static void
ec_256(struct grown *g)
{
	ec_384(g);
	g->leaf->key = "EC P-256";
}

static void
ed25519(struct grown *g)
{
	g->leaf->key = "ED25519";
}

static void
ed25519_and_rsa(struct grown *g)
{
	grow_probe(g, g->address, "rsa", DANELAW_OUTCOME_AUTHENTICATED);
	g->leaf->key = "ED25519";
	g->leaf->cert_sha256 = D64("edce");
	g->leaf->spki_sha256 = D64("ede5");
	grow_records(g, "3 1 1 " LEAF_KEY, "3 1 1 " D64("ede5"), NULL);
}

/* doc/interface.md 7: nine issuers listed, one fits; one warning. */
static void
nine_issuers(struct grown *g)
{
	key_usage(g, DANELAW_KU_KEY_ENCIPHERMENT);
	g->probe->chain[1].subject = "CN=R3, O=Let's Encrypt, C=US";
	g->leaf->issuer = g->probe->chain[1].subject;
	grow_records(g, "2 1 1 " D64("0001"), "2 1 1 " D64("0002"),
	    "2 1 1 " D64("0003"), "2 1 1 " D64("0004"), "2 1 1 " INTER_KEY,
	    "2 1 1 " D64("0006"), "2 1 1 " D64("0007"), "2 1 1 " D64("0008"),
	    "2 1 1 " D64("0009"), NULL);
	grow_match(g, g->probe, 4, 1);
	g->probe->match->name.checked = true;
	g->probe->match->name.reference = "mx1.example";
	g->probe->match->name.presented = "mx1.example";
	g->probe->match->name.source = DANELAW_NAME_SAN;
}

/* What trials showed: the default failed, and then this offer worked. */
static void
tried(struct grown *g, const char *offer, const char *key, const char *group)
{
	static struct danelaw_trial trials[2];
	static struct danelaw_tls tls;

	grow_no_tls(
	    g, DANELAW_OUTCOME_TLS_FAILED, "alert 40, handshake failure");
	tls = (struct danelaw_tls) { .version = "TLSv1.2", .group = group };
	trials[0] = (struct danelaw_trial) {
		.offer = "default", .alert = 40, .fault = DANELAW_TLS_REFUSED
	};
	trials[1] = (struct danelaw_trial) {
		.offer = offer, .ok = true, .alert = -1, .tls = &tls, .key = key
	};
	g->address->trials = trials;
	g->address->n_trials = 2;
}

static void
rare_key(struct grown *g)
{
	tried(g, "rare-groups", "EC secp256k1", "X25519");
}

static void
rare_group(struct grown *g)
{
	tried(g, "rare-groups", "RSA 2048", "secp256k1");
}

static void
short_dh(struct grown *g)
{
	tried(g, "weak", "RSA 2048", "DH 512");
}

static void
no_cert_at_all(struct grown *g)
{
	tried(g, "anon", NULL, "P-256");
}

static void
short_hello(struct grown *g)
{
	tried(g, "small", "EC P-256", "P-256");
}

static void
refuses_name(struct grown *g)
{
	tried(g, "no-sni", "EC P-256", "X25519");
}

static void
short_key(struct grown *g)
{
	tried(g, "tls12", "RSA 512", "X25519");
}

static void
wanted_cert_12(struct grown *g)
{
	tried(g, "small", NULL, NULL);
	g->address->n_trials = 1;
	g->address->trials[0].client_cert_requested = true;
}

static void
may_with_rare_key(struct grown *g)
{
	rare_key(g);
	g->host->policy = DANELAW_POLICY_MAY;
}

static void
fixed_curve(struct grown *g)
{
	static struct danelaw_trial trials[2];

	g->leaf->key = "EC P-384";
	trials[0] = (struct danelaw_trial) { .offer = "default",
		.ok = true,
		.alert = -1,
		.tls = g->probe->tls,
		.key = "EC P-384" };
	trials[1] = (struct danelaw_trial) { .offer = "tls12", .alert = 40 };
	g->address->trials = trials;
	g->address->n_trials = 2;
}

/* The default failed; without a hybrid group it works, and is what counts. */
static void
not_hybrid(struct grown *g, bool padded, bool again)
{
	static struct danelaw_trial trials[4];

	trials[0] = (struct danelaw_trial) { .offer = "default",
		.alert = -1,
		.fault = DANELAW_TLS_CLOSED,
		.hello_octets = 1551 };
	trials[1] = (struct danelaw_trial) { .offer = "no-hybrid",
		.ok = true,
		.alert = -1,
		.tls = g->probe->tls,
		.hello_octets = 310 };
	trials[2] = (struct danelaw_trial) {
		.offer = "big-hello", .ok = padded, .hello_octets = 1551
	};
	trials[3] = (struct danelaw_trial) { .offer = "again", .ok = again };
	g->probe->offer = "no-hybrid";
	g->address->trials = trials;
	g->address->n_trials = padded ? 4 : 3;
}

static void
too_long(struct grown *g)
{
	not_hybrid(g, false, false);
}

static void
hybrid_refused(struct grown *g)
{
	not_hybrid(g, true, false);
}

static void
unsteady(struct grown *g)
{
	not_hybrid(g, true, true);
}

static void
long_one_fails(struct grown *g)
{
	fixed_curve(g);
	g->address->trials[0].hello_octets = 320;
	g->address->trials[1].offer = "big-hello";
	g->address->trials[1].hello_octets = 1554;
}

/* What the OpenSSL at hand cannot offer. */
static void
needs_hybrid(struct grown *g)
{
	tried(g, "today", NULL, "X25519MLKEM768");
	g->address->trials[1].ok = false;
	g->probe->outcome = g->address->outcome = DANELAW_OUTCOME_NOT_EXAMINED;
}

static void
other_certificate_unread(struct grown *g)
{
	struct danelaw_probe *probe = ARENA_PUSH(
	    g->tree->arena, g->address->probes, g->address->n_probes);

	probe->offer = "mldsa";
	probe->outcome = DANELAW_OUTCOME_NOT_EXAMINED;
	probe->error = "the server can sign with ML-DSA";
	g->probe = &g->address->probes[0];
}

static void
no_ems(struct grown *g)
{
	g->probe->tls->version = "TLSv1.2";
	g->probe->tls->ems = false;
}

static const struct tree_row rows[] = {
	{ "8446 4.2.3 a key too short for RSA-PSS", short_key,
	    "critical cert-rsa-512 " PLACE, "" },
	{ "8422 5.1 a key that nobody offers", rare_key,
	    "critical tls-ec-cert-curve " PLACE, "" },
	{ "8422 5.1 the same, and nothing is promised", may_with_rare_key,
	    "warning tls-ec-cert-curve " PLACE, "" },
	{ "8422 5.1 a group that nobody offers", rare_group,
	    "critical tls-no-common-group " PLACE, "" },
	{ "DH 512", short_dh, "critical tls-dh-too-small " PLACE, "" },
	{ "7672 8.2 anonymous ciphers only", no_cert_at_all,
	    "critical tls-anon-only " PLACE, "" },
	{ "8446 4.1.2 a long ClientHello", short_hello,
	    "critical tls-big-clienthello " PLACE, "" },
	{ "7672 8.1 alert 40 for a name", refuses_name,
	    "critical tls-sni-unrecognized-112 " PLACE, "" },
	{ "5246 7.4.4 alert 40 for want of a certificate", wanted_cert_12,
	    "critical tls-client-cert-required-12 " PLACE, "" },
	{ "8422 5.1 a pinned curve", fixed_curve,
	    "warning tls-server-curve-fixed " PLACE, "" },
	{ "8446 4.1.2 a hello of today is too long", too_long,
	    "warning tls-big-clienthello " PLACE, "" },
	{ "8446 4.1.2 the same, where ours is short", long_one_fails,
	    "warning tls-big-clienthello " PLACE, "" },
	{ "8446 4.2.7 a hybrid group is not borne", hybrid_refused,
	    "warning tls-hybrid-refused " PLACE, "" },
	{ "a handshake that fails now and then", unsteady,
	    "warning tls-handshake-failed " PLACE, "" },
	{ "ours is too old for the server", needs_hybrid,
	    "warning ops-lib-too-old " PLACE, "" },
	{ "ours is too old for one of its certificates",
	    other_certificate_unread, "warning ops-lib-too-old " PLACE, "" },
	{ "7627 5.3 no extended master secret", no_ems, "info tls-no-ems " HOST,
	    "" },
	{ "nine issuers and keyEncipherment", nine_issuers,
	    "warning tls-gnutls-kuv-sign " HOST
	    "info tlsa-stale-extra mx1.example\n"
	    "info tlsa-ta-public-ca mx1.example\n"
	    "info tlsa-ta-key-only mx1.example\n",
	    "" },
	{ "8460 4.3.4 stalled", stalled, "warning tls-timeout " PLACE, "" },
	{ "8446 4.4.2.4 client certificate", hung_up_13,
	    "critical tls-client-cert-required-13 " PLACE, "" },
	{ "5246 7.4.4 client certificate", hung_up_12,
	    "critical tls-client-cert-required-12 " PLACE, "" },
	{ "8446 4.3.2 asks, and goes on", asks_for_certificate,
	    "info tls-client-cert-requested " HOST, "" },
	{ "8446 4.3.2 asks, and gets one", gets_certificate,
	    "info tls-client-cert-requested " HOST, "" },
	{ "5280 4.2.1.3 gets one that may not sign", gets_unfit_12,
	    "warning tls-gnutls-kuv-local " HOST
	    "info tls-client-cert-requested " HOST,
	    "" },
	{ "GnuTLS would go back to TLS 1.2 with that", gets_unfit_13,
	    "warning tls-gnutls-kuv-local " HOST
	    "info tls-client-cert-requested " HOST,
	    "" },
	{ "7672 8.2 no certificate", anonymous, "critical tls-anon-only " PLACE,
	    "" },
	{ "7671 3 TLS 1.0", old, "warning tls-old-only " HOST, "" },
	{ "RC4", rc4, "warning tls-no-shared-cipher " HOST, "" },
	{ "DH 1024", dhe, "warning tls-dh-too-small " HOST, "" },
	{ "DH 2048", dhe_2048, "", "" },
	{ "TLS 1.3, keyEncipherment", kuv_13_encipherment,
	    "warning tls-gnutls-kuv-sign " HOST, "" },
	{ "TLS 1.3, digitalSignature", kuv_13_signature, "", "" },
	{ "ECDHE, keyEncipherment", kuv_ecdhe_encipherment,
	    "warning tls-gnutls-kuv-sign " HOST, "" },
	{ "ECDHE, both", kuv_ecdhe_both, "", "" },
	{ "static RSA, digitalSignature", kuv_rsa_signature,
	    "warning tls-gnutls-kuv-enc " HOST, "" },
	{ "static RSA, keyAgreement", kuv_rsa_agreement,
	    "warning tls-gnutls-kuv-enc " HOST, "" },
	{ "static RSA, keyEncipherment", kuv_rsa_encipherment, "", "" },
	{ "TLS 1.3, keyUsage without any", kuv_none,
	    "warning tls-gnutls-kuv-sign " HOST, "" },
	{ "EC, keyAgreement", kuv_ec_agreement,
	    "warning tls-gnutls-kuv-sign " HOST
	    "warning tls-ecdsa-cert-ku " HOST,
	    "" },
	{ "8422 5.1 P-384, TLS 1.2", ec_384, "info tls-ec-cert-curve " HOST,
	    "" },
	{ "8422 5.1 P-256, TLS 1.2", ec_256, "", "" },
	{ "8446 P-384, TLS 1.3", ec_384_new, "", "" },
	{ "8446 4.2.3 Ed25519 alone", ed25519,
	    "warning tls-sigalg-unsupported " HOST, "" },
	{ "8446 4.2.3 Ed25519 and RSA", ed25519_and_rsa,
	    "info tlsa-single-record mx1.example\n", "" },
};

int
main(void)
{
	static struct table table;

	TABLE_TEST(&table, test_failures);
	TABLE_ROWS(&table, rows, check_tree_row);
	return table_run(&table);
}
