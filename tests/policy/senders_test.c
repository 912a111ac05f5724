/* SPDX-License-Identifier: ISC */
/*
 * A row is a difference between senders that tests/interop has seen. The
 * letters are Postfix, Exim, Sendmail, Go: those that deliver, then why
 * another does not.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "policy/senders.h"
#include "table.h"
#include "treekit.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))
#define KEY_USAGE "exim-gnutls: Key usage violation in certificate has been "

static void
as_it_is(struct grown *g)
{
	(void)g;
}

/* A TLS 1.3 handshake by leaf, inter and a record of this usage only. */
static void
ta_only(struct grown *g)
{
	grow_records(g, "2 1 1 " INTER_KEY, NULL);
	g->probe->match->depth = 1;
	g->probe->match->name.checked = true;
	g->probe->match->name.source = DANELAW_NAME_SAN;
}

static void
ta_issuer_expired(struct grown *g)
{
	ta_only(g);
	g->probe->chain[1].not_after = AT - 1;
}

static void
ta_version_1(struct grown *g)
{
	ta_only(g);
	g->probe->chain[1].ca = false;
	g->probe->chain[1].version = 1;
}

static void
ta_sha1(struct grown *g)
{
	ta_only(g);
	grow_outcome(g, DANELAW_OUTCOME_CHAIN_INVALID);
	g->leaf->signature = "sha1WithRSAEncryption";
}

static void
key_usage(
    struct grown *g, unsigned bits, const char *version, const char *cipher)
{
	g->leaf->has_key_usage = true;
	g->leaf->key_usage = bits;
	g->probe->tls->version = version;
	g->probe->tls->cipher = cipher;
}

static void
chain_error(struct grown *g, int code, int depth)
{
	ta_only(g);
	grow_outcome(g, DANELAW_OUTCOME_CHAIN_INVALID);
	g->probe->verify_error =
	    arena_alloc(g->tree->arena, sizeof(*g->probe->verify_error));
	assert_non_null(g->probe->verify_error);
	g->probe->verify_error->code = code;
	g->probe->verify_error->depth = depth;
}

static void
ta_path_length(struct grown *g)
{
	chain_error(g, 25, 1);
}

static void
ta_key_usage(struct grown *g)
{
	chain_error(g, 26, 0);
	key_usage(g, DANELAW_KU_DIGITAL_SIGNATURE, "TLSv1.3", NULL);
}

static void
ta_client_only(struct grown *g)
{
	ta_key_usage(g);
	g->leaf->has_ext_key_usage = true;
	grow_texts(g, &g->leaf->ext_key_usage, &g->leaf->n_ext_key_usage,
	    "clientAuth", NULL);
}

static void
ta_issuer_purpose(struct grown *g)
{
	chain_error(g, 26, 1);
}

static void
ta_critical(struct grown *g)
{
	chain_error(g, 34, 0);
}

static void
ta_constraints(struct grown *g)
{
	chain_error(g, 47, 1);
}

static void
dhe(struct grown *g)
{
	g->probe->tls->version = "TLSv1.2";
	g->probe->tls->cipher = "DHE-RSA-AES256-GCM-SHA384";
}

/* What came of the offer; alert -1: it went well. */
static void
tried(struct grown *g, const char *offer, int alert)
{
	struct danelaw_trial *trial = ARENA_PUSH(
	    g->tree->arena, g->address->trials, g->address->n_trials);

	assert_non_null(trial);
	*trial = (struct danelaw_trial) {
		.offer = offer, .alert = alert, .ok = alert < 0
	};
}

static void
dhe_only(struct grown *g)
{
	dhe(g);
	tried(g, "default", -1);
	tried(g, "no-dhe", 40);
}

static void
dhe_preferred(struct grown *g)
{
	dhe(g);
	tried(g, "default", -1);
	tried(g, "no-dhe", -1);
}

static void
dhe_late(struct grown *g)
{
	dhe_only(g);
	g->address->trials[1].timeout = true;
}

static void
rsa_exchange(struct grown *g)
{
	key_usage(g, DANELAW_KU_KEY_ENCIPHERMENT, "TLSv1.2", "AES256-SHA");
	tried(g, "default", -1);
	tried(g, "ecdhe", 40);
}

static void
rsa_preferred(struct grown *g)
{
	key_usage(g, DANELAW_KU_KEY_ENCIPHERMENT, "TLSv1.2", "AES256-SHA");
	tried(g, "default", -1);
	tried(g, "ecdhe", -1);
}

static void
negative_serial(struct grown *g)
{
	g->leaf->negative_serial = true;
}

/* Nothing but these common names, NULL for no second one. */
static void
common_names(struct grown *g, const char *one, const char *two)
{
	ta_only(g);
	g->leaf->n_names = 0;
	grow_texts(g, &g->leaf->cns, &g->leaf->n_cns, one, two, NULL);
	g->leaf->cn = two == NULL ? one : two;
}

static void
two_common_names(struct grown *g)
{
	common_names(g, "other.example", "mx1.example");
}

static void
first_of_two_names(struct grown *g)
{
	common_names(g, "mx1.example", "other.example");
}

static void
address_beside_name(struct grown *g)
{
	common_names(g, "mx1.example", NULL);
	g->leaf->has_alt_names = g->leaf->has_ip_names = true;
}

static void
uri_beside_name(struct grown *g)
{
	common_names(g, "mx1.example", NULL);
	g->leaf->has_alt_names = g->leaf->has_uri_names = true;
}

static void
mail_beside_name(struct grown *g)
{
	common_names(g, "mx1.example", NULL);
	g->leaf->has_alt_names = true;
}

static void
wildcard(struct grown *g, const char *host, const char *name)
{
	ta_only(g);
	grow_outcome(g, DANELAW_OUTCOME_NAME_MISMATCH);
	g->host->name = g->host->tlsa.base = host;
	grow_texts(g, &g->host->tlsa.references, &g->host->tlsa.n_references,
	    host, NULL);
	grow_texts(g, &g->leaf->names, &g->leaf->n_names, name, NULL);
	for (size_t i = 0; i < g->host->n_lookups; i++)
		g->host->lookups[i].n_aliases = 0;
}

static void
wildcard_underscore(struct grown *g)
{
	wildcard(g, "mx_1.et.example", "*.et.example");
}

static void
wildcard_top(struct grown *g)
{
	wildcard(g, "mx.lab", "*.lab");
}

static void
anchor_key(struct grown *g, const char *key)
{
	ta_only(g);
	g->probe->chain[1].key = key;
}

static void
anchor_brainpool(struct grown *g)
{
	anchor_key(g, "EC brainpoolP256r1");
}

static void
anchor_compressed(struct grown *g)
{
	anchor_key(g, "EC P-256 (compressed point)");
}

static void
leaf_explicit(struct grown *g)
{
	g->leaf->key = "EC P-256 (explicit parameters)";
}

static void
leaf_rsa_pss(struct grown *g)
{
	g->leaf->key = "RSA-PSS 2048";
}

/* One fits, and it may be among those that are dropped. */
static void
many_records(struct grown *g)
{
	struct danelaw_tlsa *tlsa = &g->host->tlsa;
	const struct danelaw_record last = tlsa->records[tlsa->n_records - 1];

	while (tlsa->n_records <= 100) {
		struct danelaw_record *record =
		    ARENA_PUSH(g->tree->arena, tlsa->records, tlsa->n_records);

		assert_non_null(record);
		*record = last;
	}
}

static void
deep_anchor(struct grown *g)
{
	ta_only(g);
	g->probe->match->depth = 12;
}

static void
not_so_deep_anchor(struct grown *g)
{
	ta_only(g);
	g->probe->match->depth = 11;
}

static void
ta_not_sent(struct grown *g)
{
	ta_only(g);
	grow_chain(g, g->probe, "leaf");
}

static void
ta_from_above(struct grown *g)
{
	ta_only(g);
	grow_chain(g, g->probe, "leaf inter root");
	grow_outcome(g, DANELAW_OUTCOME_CERT_EXPIRED);
	grow_records(g, "2 1 1 " ROOT_KEY, NULL);
	g->probe->chain[2].not_after = AT - 1;
	g->probe->match->depth = 2;
}

static void
ta_cn_only(struct grown *g)
{
	ta_only(g);
	g->leaf->n_names = 0;
	g->leaf->cn = "mx1.example";
	g->probe->match->name.source = DANELAW_NAME_CN;
}

static void
ta_other_name(struct grown *g)
{
	ta_only(g);
	g->leaf->n_names = 0;
	grow_texts(g, &g->leaf->names, &g->leaf->n_names, "et.example", NULL);
}

static void
ta_next_hop_name(struct grown *g)
{
	ta_other_name(g);
	grow_texts(g, &g->host->tlsa.references, &g->host->tlsa.n_references,
	    "mx1.example", "et.example", NULL);
}

static void
ta_wrong_name(struct grown *g)
{
	ta_other_name(g);
	grow_outcome(g, DANELAW_OUTCOME_NAME_MISMATCH);
}

static void
vouch(struct grown *g, int code)
{
	g->probe->pkix = arena_alloc(g->tree->arena, sizeof(*g->probe->pkix));
	assert_non_null(g->probe->pkix);
	g->probe->pkix->code = code;
}

static void
ta_wrong_name_public(struct grown *g)
{
	ta_wrong_name(g);
	vouch(g, 62);
}

static void
ta_wrong_name_own_ca(struct grown *g)
{
	ta_wrong_name(g);
	vouch(g, 20);
}

static void
ta_no_name(struct grown *g)
{
	ta_wrong_name(g);
	g->leaf->n_names = 0;
}

static void
ta_wrong_name_insecure(struct grown *g)
{
	ta_wrong_name(g);
	g->report->mx.dnssec = DANELAW_DNSSEC_INSECURE;
}

static void
ta_stray(struct grown *g)
{
	ta_only(g);
	grow_chain(g, g->probe, "leaf stranger inter");
	grow_outcome(g, DANELAW_OUTCOME_TLSA_MISMATCH);
}

static void
ku_enc_13(struct grown *g)
{
	key_usage(g, DANELAW_KU_KEY_ENCIPHERMENT, "TLSv1.3",
	    "TLS_AES_256_GCM_SHA384");
}

static void
ku_agree_12(struct grown *g)
{
	key_usage(g, DANELAW_KU_KEY_AGREEMENT, "TLSv1.2",
	    "ECDHE-RSA-AES256-GCM-SHA384");
}

static void
ku_enc_dhe(struct grown *g)
{
	key_usage(g, DANELAW_KU_KEY_ENCIPHERMENT, "TLSv1.2",
	    "DHE-RSA-AES256-GCM-SHA384");
}

static void
ku_enc_rsa(struct grown *g)
{
	key_usage(
	    g, DANELAW_KU_KEY_ENCIPHERMENT, "TLSv1.2", "AES256-GCM-SHA384");
}

static void
ku_sign_rsa(struct grown *g)
{
	key_usage(
	    g, DANELAW_KU_DIGITAL_SIGNATURE, "TLSv1.2", "AES256-GCM-SHA384");
}

static void
ku_sign_13(struct grown *g)
{
	key_usage(g, DANELAW_KU_DIGITAL_SIGNATURE, "TLSv1.3",
	    "TLS_AES_256_GCM_SHA384");
}

static void
ku_both_rsa(struct grown *g)
{
	key_usage(g, DANELAW_KU_DIGITAL_SIGNATURE | DANELAW_KU_KEY_ENCIPHERMENT,
	    "TLSv1.2", "AES256-GCM-SHA384");
}

static void
ku_enc_open(struct grown *g)
{
	ku_enc_13(g);
	g->host->policy = DANELAW_POLICY_MAY;
	g->host->tlsa.n_records = 0;
	grow_outcome(g, DANELAW_OUTCOME_ENCRYPTED);
}

static void
agility(struct grown *g)
{
	grow_records(g, "3 1 2 " D128("dead"), "3 1 1 " LEAF_KEY, NULL);
	grow_outcome(g, DANELAW_OUTCOME_TLSA_MISMATCH);
}

static void
stale(struct grown *g)
{
	grow_records(g, "3 1 1 " OTHER, NULL);
	grow_outcome(g, DANELAW_OUTCOME_TLSA_MISMATCH);
}

static void
stale_insecure(struct grown *g)
{
	stale(g);
	g->report->mx.dnssec = DANELAW_DNSSEC_INSECURE;
}

static void
garbage(struct grown *g)
{
	grow_records(g, "3 1 0 " OTHER, NULL);
	g->host->tlsa.records[0].usable = false;
	g->host->policy = DANELAW_POLICY_ENCRYPT;
	grow_outcome(g, DANELAW_OUTCOME_ENCRYPTED);
}

static void
pkix(struct grown *g)
{
	grow_records(g, "1 1 1 " LEAF_KEY, NULL);
	g->host->policy = DANELAW_POLICY_ENCRYPT;
	grow_outcome(g, DANELAW_OUTCOME_ENCRYPTED);
}

static void
own_alias(struct grown *g)
{
	stale(g);
	grow_alias(g, grow_find(g->host, "A"), "other.example");
}

static void
client_cert(struct grown *g)
{
	grow_outcome(g, DANELAW_OUTCOME_TLS_FAILED);
	g->probe->tls->client_cert_requested = true;
}

static void
client_cert_asked(struct grown *g)
{
	g->probe->tls->client_cert_requested = true;
}

static void
own_cert_unfit_13(struct grown *g)
{
	client_cert_asked(g);
	g->probe->tls->client_cert_sent = true;
}

static void
own_cert_unfit_13_only(struct grown *g)
{
	own_cert_unfit_13(g);
	tried(g, "tls12", 70);
}

static void
own_cert_unfit_13_busy(struct grown *g)
{
	own_cert_unfit_13(g);
	tried(g, "tls12", 80);
}

static void
own_cert_unfit_12(struct grown *g)
{
	own_cert_unfit_13(g);
	g->probe->tls->version = "TLSv1.2";
	g->probe->tls->cipher = "ECDHE-RSA-AES256-GCM-SHA384";
}

static void
own_cert_fit(struct grown *g)
{
	own_cert_unfit_12(g);
	g->probe->tls->client_cert_may_sign = true;
}

static void
tls10(struct grown *g)
{
	g->probe->tls->version = "TLSv1";
	g->probe->tls->cipher = "ECDHE-RSA-AES256-SHA";
}

static void
two_keys(struct grown *g)
{
	struct danelaw_probe *rsa;

	grow_records(g, "3 1 1 " EC_KEY, NULL);
	grow_chain(g, g->probe, "ec inter");
	rsa = grow_probe(g, g->address, "rsa", DANELAW_OUTCOME_TLSA_MISMATCH);
	grow_chain(g, rsa, "leaf inter");
	g->address->outcome = DANELAW_OUTCOME_TLSA_MISMATCH;
}

static void
starttls_lower(struct grown *g)
{
	grow_texts(g, &g->address->smtp.ehlo, &g->address->smtp.n_ehlo,
	    "mx1.example", "starttls", NULL);
}

static void
null_among(struct grown *g)
{
	grow_texts(
	    g, &g->report->mx.unusable, &g->report->mx.n_unusable, "", NULL);
}

static void
mx_is_address(struct grown *g)
{
	g->host->name = "192.0.2.1";
}

static void
no_tls(struct grown *g)
{
	grow_no_tls(g, DANELAW_OUTCOME_TLS_FAILED, "it was not to be");
}

static void
no_tls_may(struct grown *g)
{
	no_tls(g);
	g->host->policy = DANELAW_POLICY_MAY;
	g->host->tlsa.n_records = 0;
}

/* What the server made of STARTTLS; NULL: it had none. */
static void
starttls(struct grown *g, enum danelaw_outcome outcome, const char *reply)
{
	grow_no_tls(g, outcome, "it was not to be");
	g->address->smtp.starttls = reply;
}

static void
no_starttls(struct grown *g)
{
	starttls(g, DANELAW_OUTCOME_STARTTLS_MISSING, NULL);
}

static void
no_starttls_insecure(struct grown *g)
{
	no_starttls(g);
	g->report->mx.dnssec = DANELAW_DNSSEC_INSECURE;
}

static void
put_off(struct grown *g)
{
	starttls(g, DANELAW_OUTCOME_STARTTLS_REFUSED, "454 4.7.0 later");
}

static void
helo_inside(struct grown *g)
{
	g->address->smtp.ehlo_refusal = "502 5.5.1 no";
}

static void
mixed_codes(struct grown *g)
{
	ta_only(g);
	g->address->smtp.mixed_codes = true;
}

static void
late_starttls(struct grown *g)
{
	static char longest[2100];

	ta_only(g);
	memset(longest, 'X', sizeof(longest) - 1);
	grow_texts(g, &g->address->smtp.ehlo, &g->address->smtp.n_ehlo, longest,
	    "STARTTLS", NULL);
}

static void
refused(struct grown *g)
{
	starttls(g, DANELAW_OUTCOME_STARTTLS_REFUSED, "554 no");
}

static void
pkix_no_starttls(struct grown *g)
{
	pkix(g);
	no_starttls(g);
}

static void
alert_40(struct grown *g)
{
	no_tls(g);
	tried(g, "default", 40);
}

static void
old_tried(struct grown *g)
{
	static struct danelaw_tls old;

	old = (struct danelaw_tls) { .version = "TLSv1" };
	no_tls(g);
	tried(g, "default", 70);
	tried(g, "tls10", -1);
	g->address->trials[1].tls = &old;
}

/* ...by OpenSSL at security level 0. */
static void
old_weak(struct grown *g)
{
	old_tried(g);
	g->address->trials[1].offer = "weak";
	g->address->trials[1].tls->cipher = "AES128-SHA";
}

static void
old_weak_ecdhe(struct grown *g)
{
	old_weak(g);
	g->address->trials[1].tls->cipher = "ECDHE-RSA-AES128-SHA";
}

static void
old_weak_pkix(struct grown *g)
{
	old_weak(g);
	g->host->policy = DANELAW_POLICY_ENCRYPT;
	grow_records(g, "1 1 1 " LEAF_KEY, NULL);
}

static void
weak_pkix(struct grown *g)
{
	old_weak_pkix(g);
	g->address->trials[1].tls->version = "TLSv1.2";
}

static void
old_pkix(struct grown *g)
{
	pkix(g);
	g->probe->tls->version = "TLSv1";
	g->probe->tls->cipher = "ECDHE-RSA-AES128-SHA";
}

/* The default fails without an alert. */
static void
cut(struct grown *g)
{
	tried(g, "default", 0);
	g->address->trials[0].alert = -1;
	g->address->trials[0].fault = DANELAW_TLS_CLOSED;
}

static void
hung_up(struct grown *g)
{
	no_tls(g);
	cut(g);
}

static void
too_large(struct grown *g)
{
	hung_up(g);
	g->address->trials[0].fault = DANELAW_TLS_TOO_LARGE;
}

static void
big_hello(struct grown *g)
{
	tried(g, "default", -1);
	tried(g, "big-hello", 40);
}

static void
no_hybrid(struct grown *g)
{
	cut(g);
	tried(g, "no-hybrid", -1);
	tried(g, "big-hello", 40);
}

static void
hybrid_refused(struct grown *g)
{
	cut(g);
	tried(g, "no-hybrid", -1);
	tried(g, "big-hello", -1);
	tried(g, "again", 40);
}

static void
no_hybrid_again(struct grown *g)
{
	cut(g);
	tried(g, "no-hybrid", -1);
	tried(g, "big-hello", -1);
	tried(g, "again", -1);
}

static void
mldsa(struct grown *g)
{
	g->leaf->key = "ML-DSA-65";
}

/* By the default; who knows no ML-DSA gets the other. */
static void
mldsa_stray(struct grown *g)
{
	struct danelaw_probe *ecdsa;

	grow_records(g, "3 1 1 " LEAF_KEY, NULL);
	ecdsa =
	    grow_probe(g, g->address, "ecdsa", DANELAW_OUTCOME_AUTHENTICATED);
	grow_chain(g, ecdsa, "leaf inter");
	ecdsa->tls = g->address->probes[0].tls;
	ecdsa->match = g->address->probes[0].match;
	ecdsa->chain[0].key = "EC P-256";
	g->probe = &g->address->probes[0];
	g->probe->chain[0].key = "ML-DSA-65";
	g->probe->match = NULL;
	grow_outcome(g, DANELAW_OUTCOME_TLSA_MISMATCH);
}

static void
hybrid(struct grown *g)
{
	g->probe->tls->group = "X25519MLKEM768";
}

static void
hybrid_only(struct grown *g)
{
	hybrid(g);
	tried(g, "default", -1);
	tried(g, "tls12", 40);
	tried(g, "no-hybrid", 40);
}

static void
hybrid_no_12(struct grown *g)
{
	hybrid(g);
	tried(g, "default", -1);
	tried(g, "tls12", 40);
	tried(g, "no-hybrid", -1);
}

static void
ta_mldsa(struct grown *g)
{
	ta_only(g);
	g->probe->chain[1].key = "ML-DSA-65";
}

static void
ta_slhdsa(struct grown *g)
{
	ta_only(g);
	g->probe->chain[1].key = "SLH-DSA-SHA2-128s";
}

static void
rsa_1024(struct grown *g)
{
	g->leaf->key = "RSA 1024";
}

static void
dh_1024(struct grown *g)
{
	dhe_only(g);
	g->probe->tls->group = "DH 1024";
}

static void
partial(struct grown *g, const char *pattern)
{
	ta_wrong_name(g);
	grow_texts(g, &g->leaf->names, &g->leaf->n_names, pattern, NULL);
}

static void
partial_wildcard(struct grown *g)
{
	partial(g, "m*1.example");
}

static void
partial_wildcard_long(struct grown *g)
{
	partial(g, "mx1*1.example");
}

static void
permfail(struct grown *g)
{
	grow_outcome(g, DANELAW_OUTCOME_SMTP_PERMFAIL);
}

static void
skipped(struct grown *g)
{
	g->host->policy = DANELAW_POLICY_SKIP;
	grow_outcome(g, DANELAW_OUTCOME_SKIPPED);
}

static const struct sender_row {
	const char *name;
	void (*spoil)(struct grown *g);
	const char *letters; /* NULL: no prediction; "-": none of Go */
	const char *why;     /* one refusal, "name: words" */
} rows[] = {
	{ "all is well", as_it_is, "PESG", NULL },
	{ "usage 2, all is well", ta_only, "PESG", NULL },
	{ "5280 4.2.1.3 no digitalSignature, TLS 1.3", ku_enc_13, "PSG",
	    KEY_USAGE "detected." },
	{ "keyAgreement only, ECDHE", ku_agree_12, "PSG",
	    KEY_USAGE "detected." },
	{ "keyEncipherment only, DHE", ku_enc_dhe, "PS-",
	    KEY_USAGE "detected." },
	{ "keyEncipherment only, RSA exchange", ku_enc_rsa, "PES-", NULL },
	{ "digitalSignature only, RSA exchange", ku_sign_rsa, "PS-",
	    KEY_USAGE "detected." },
	{ "digitalSignature only, TLS 1.3", ku_sign_13, "PESG", NULL },
	{ "both, RSA exchange", ku_both_rsa, "PES-", NULL },
	{ "RSA exchange preferred to ECDHE", rsa_preferred, "PESG", NULL },
	{ "Go 1.24 has no RSA exchange", rsa_exchange, "PESg",
	    "go: remote error: tls: handshake failure" },
	{ "a negative serial number", negative_serial, "PESg",
	    "go: tls: failed to parse certificate from server: x509: negative "
	    "serial number" },
	{ "key usage without DANE: next in clear", ku_enc_open, "PESG", NULL },
	{ "7671 9 GnuTLS has no digest agility", agility, "E",
	    "postfix: Server certificate not verified" },
	{ "nothing fits", stale, "",
	    "exim-gnutls: Verification failed. The certificate differs." },
	{ "insecure MX: Exim leaves DANE alone", stale_insecure, "ES",
	    "postfix: Server certificate not trusted" },
	{ "records at an alias that leads on", own_alias, "E", NULL },
	{ "Exim and Sendmail take any 3 1 0 for usable", garbage, "PG",
	    "exim-gnutls: Verification failed. The certificate differs." },
	{ "usage 1 is unusable for all", pkix, "PESG", NULL },
	{ "2 x x and nothing but the leaf sent", ta_not_sent, "PSG",
	    "exim-gnutls: TLSA record problem: none usable" },
	{ "the anchor itself is expired", ta_issuer_expired, "PS",
	    "exim-gnutls: Verification failed. CA constrains were violated." },
	{ "the same for Go", ta_issuer_expired, "PS",
	    "go: x509: certificate has expired or is not yet valid" },
	{ "GnuTLS looks no higher than the issuer", ta_from_above, "E",
	    "go: x509: certificate has expired or is not yet valid" },
	{ "two codes in the reply to EHLO", mixed_codes, "PS",
	    "exim-gnutls: a TLS session is required, but the server did not "
	    "offer TLS support" },
	{ "STARTTLS behind 2,048 octets", late_starttls, "ESG",
	    "postfix: TLS is required, but was not offered by host" },
	{ "an anchor of version 1", ta_version_1, "PESG", NULL },
	{ "signed with SHA-1", ta_sha1, "",
	    "exim-gnutls: Verification failed. CA constrains were violated." },
	{ "an anchor at depth 12 is too far for Postfix", deep_anchor, "ESG",
	    "postfix: Server certificate not verified" },
	{ "at depth 11 it is not", not_so_deep_anchor, "PESG", NULL },
	{ "two common names", two_common_names, "PS",
	    "exim-gnutls: certificate invalid" },
	{ "two, of which the last one is Go's", two_common_names, "PS",
	    "go: x509: certificate relies on legacy Common Name field, use "
	    "SANs instead" },
	{ "the first of two common names", first_of_two_names, "PS",
	    "go: x509: certificate is not valid for any names, but wanted to "
	    "match mx1.example" },
	{ "an address beside the common name", address_beside_name, "PS",
	    "exim-gnutls: certificate invalid" },
	{ "a mail address beside the common name", mail_beside_name, "PES",
	    "go: x509: certificate is not valid for any names, but wanted to "
	    "match mx1.example" },
	{ "a URI beside the common name", uri_beside_name, "P-S",
	    "go: x509: certificate is not valid for any names, but wanted to "
	    "match mx1.example" },
	{ "an underscore under a wildcard", wildcard_underscore, "EG",
	    "postfix: Server certificate not verified" },
	{ "a wildcard right below the top", wildcard_top, "G",
	    "exim-gnutls: certificate invalid" },
	{ "an anchor on a Brainpool curve", anchor_brainpool, "PS",
	    "exim-gnutls: TLSA record problem: There was an error in the "
	    "public key." },
	{ "the same and Go", anchor_brainpool, "PS",
	    "go: tls: failed to parse certificate from server: x509: "
	    "unsupported elliptic curve" },
	{ "an anchor with a compressed point", anchor_compressed, "PS",
	    "exim-gnutls: TLSA record problem: There was an error in the "
	    "public key." },
	{ "a leaf with explicit parameters", leaf_explicit, "PS",
	    "exim-gnutls: DANE attempt failed" },
	{ "Go has no RSA-PSS keys", leaf_rsa_pss, "PES",
	    "go: remote error: tls: handshake failure" },
	{ "no SAN", ta_cn_only, "PES",
	    "go: x509: certificate relies on legacy Common Name field, use "
	    "SANs instead" },
	{ "only the next hop's name: Exim knows only the host's",
	    ta_next_hop_name, "PG", "exim-gnutls: certificate invalid" },
	{ "no name fits", ta_wrong_name, "",
	    "exim-gnutls: certificate invalid" },
	{ "no name fits: Go lists those there are", ta_wrong_name, "",
	    "go: x509: certificate is valid for et.example, not "
	    "mx1.example" },
	{ "no name fits: Exim goes back to public CAs", ta_wrong_name_public,
	    "E", "postfix: Server certificate not verified" },
	{ "and finds none", ta_wrong_name_own_ca, "",
	    "exim-gnutls: certificate invalid" },
	{ "no name at all", ta_no_name, "",
	    "go: x509: certificate is not valid for any names, but wanted to "
	    "match mx1.example" },
	{ "pathlen: GnuTLS does not look", ta_path_length, "E",
	    "go: x509: too many intermediates for path length constraint" },
	{ "5280 4.2.1.3 keyUsage of the leaf: Go does not look", ta_key_usage,
	    "EG", "postfix: Server certificate not verified" },
	{ "for clients only", ta_client_only, "E",
	    "go: x509: certificate specifies an incompatible key usage" },
	{ "the issuer is for clients only", ta_issuer_purpose, "E",
	    "go: x509: certificate specifies an incompatible key usage" },
	{ "an unknown critical extension", ta_critical, "",
	    "go: x509: unhandled critical extension" },
	{ "name constraints", ta_constraints, "",
	    "go: x509: a root or intermediate certificate is not authorized "
	    "to sign for this name" },
	{ "Go has no DHE", dhe_only, "PES",
	    "go: remote error: tls: handshake failure" },
	{ "DHE preferred to ECDHE", dhe_preferred, "PESG", NULL },
	{ "DHE, and nothing else was tried: no word of Go", dhe, "PES-", NULL },
	{ "DHE, and the server was too slow without", dhe_late, "PES-", NULL },
	{ "no name fits, but the MX is insecure", ta_wrong_name_insecure, "PES",
	    NULL },
	{ "6698 2.1.1 the anchor is there, but has not signed", ta_stray, NULL,
	    NULL },
	{ "a client certificate is a must", client_cert, "",
	    "postfix: tlsv13 alert certificate required" },
	{ "a client certificate is asked for", client_cert_asked, "PESG",
	    NULL },
	{ "an own certificate that may not sign", own_cert_unfit_12, "PSG",
	    KEY_USAGE "detected." },
	{ "GnuTLS would go back to TLS 1.2 with it", own_cert_unfit_13, "PSG",
	    KEY_USAGE "detected." },
	{ "and to nothing where there is only 1.3", own_cert_unfit_13_only,
	    "PSG", "exim-gnutls: Error in protocol version" },
	{ "1.2 failed for another reason", own_cert_unfit_13_busy, "PSG",
	    KEY_USAGE "detected." },
	{ "an own certificate that may", own_cert_fit, "PESG", NULL },
	{ "TLS 1.0 with ECDHE", tls10, "E",
	    "postfix: legacy sigalg disallowed or unsupported" },
	{ "TLS 1.0 and Go", tls10, "E", "go: protocol version" },
	{ "two certificates: GnuTLS and Go get RSA", two_keys, "PS",
	    "exim-gnutls: Verification failed. The certificate differs." },
	{ "5321 2.4 STARTTLS in lower case", starttls_lower, "PSG",
	    "exim-gnutls: a TLS session is required, but the server did not "
	    "offer TLS support" },
	{ "7505 3 a null MX among others", null_among, "ESG",
	    "postfix: does not accept mail (nullMX)" },
	{ "the MX is an address", mx_is_address, "PSG", NULL },
	{ "no TLS", no_tls, "",
	    "postfix: Cannot start TLS: handshake failure" },
	{ "no TLS, and none promised", no_tls_may, "PESG", NULL },
	{ "no STARTTLS", no_starttls, "",
	    "postfix: TLS is required, but was not offered by host" },
	{ "no STARTTLS: Sendmail", no_starttls, "",
	    "sendmail: 454 4.7.0 DANE: missing STARTTLS." },
	{ "no STARTTLS, the MX is insecure", no_starttls_insecure, "ES",
	    "postfix: TLS is required, but was not offered by host" },
	{ "STARTTLS put off", put_off, "",
	    "exim-gnutls: SMTP error from remote mail server after STARTTLS" },
	{ "STARTTLS put off: Sendmail", put_off, "",
	    "sendmail: 454 4.7.0 DANE check failed temporarily." },
	{ "STARTTLS put off: Go", put_off, "", "go: 454 4.7.0 later" },
	{ "HELO alone inside TLS", helo_inside, "PES", "go: 502 5.5.1 no" },
	{ "STARTTLS refused", refused, "", "postfix: refused to start TLS" },
	{ "STARTTLS refused: Exim", refused, "",
	    "exim-gnutls: a TLS session is required, but an attempt to start "
	    "TLS failed" },
	{ "none usable, no STARTTLS", pkix_no_starttls, "",
	    "exim-gnutls: a TLS session is required, but the server did not "
	    "offer TLS support" },
	{ "alert 40", alert_40, "",
	    "go: remote error: tls: handshake failure" },
	{ "alert 70, and TLS 1.0 works: no word of Exim", old_tried, "-",
	    "go: remote error: tls: protocol version not supported" },
	{ "alert 70: OpenSSL 3.0 takes TLS 1.0 with RSA", old_weak, "--",
	    "postfix: Cannot start TLS: handshake failure" },
	{ "alert 70: no OpenSSL takes SHA-1", old_weak_ecdhe, "-",
	    "postfix: Cannot start TLS: handshake failure" },
	{ "TLS 1.0, nothing to verify: Postfix, level 0", old_weak_pkix, "P-",
	    "sendmail: 454 4.7.0 TLS handshake failed." },
	{ "weak, nothing to verify: no word of Postfix", weak_pkix, "-", NULL },
	{ "TLS 1.0 by default, nothing to verify: Postfix, level 0", old_pkix,
	    "PE", NULL },
	{ "hung up", hung_up, "", "go: EOF" },
	{ "more certificates than OpenSSL takes, but not Go", too_large, "-",
	    "postfix: Cannot start TLS: handshake failure" },
	{ "a hello of 1,500 octets is too long", big_hello, "pEg",
	    "sendmail: 454 4.7.0 TLS handshake failed." },
	{ "the default was too long", no_hybrid, "pEg", "go: EOF" },
	{ "a hybrid group is too much", hybrid_refused, "pEg",
	    "postfix: Cannot start TLS: handshake failure" },
	{ "the default works now", no_hybrid_again, "PESG", NULL },
	{ "ML-DSA alone", mldsa, "pSg", "exim-gnutls: DANE attempt failed" },
	{ "ML-DSA shown, but not recorded", mldsa_stray, "peg",
	    "sendmail: 454 4.7.0 DANE check failed." },
	{ "a hybrid group", hybrid, "PESG", NULL },
	{ "hybrid groups only", hybrid_only, "pSg",
	    "postfix: Cannot start TLS: handshake failure" },
	{ "no TLS 1.2 tells nothing of groups", hybrid_no_12, "PESG", NULL },
	{ "an anchor with ML-DSA", ta_mldsa, "PSg",
	    "exim-gnutls: Verification failed. CA constrains were violated." },
	{ "an anchor with SLH-DSA", ta_slhdsa, "PS",
	    "exim-gnutls: TLSA record problem: There was an error in the "
	    "public key." },
	{ "level 2: RSA 1024", rsa_1024, "PEG",
	    "sendmail: 454 4.7.0 DANE check failed." },
	{ "level 2: DH 1024", dh_1024, "PE",
	    "sendmail: 454 4.7.0 TLS handshake failed." },
	{ "6125 6.4.3 m*.x", partial_wildcard, "S",
	    "postfix: Server certificate not verified" },
	{ "6125 6.4.3 m*.x, too short", partial_wildcard_long, "",
	    "sendmail: 454 4.7.0 DANE check failed." },
	{ "refused after TLS", permfail, NULL, NULL },
	{ "skipped", skipped, NULL, NULL },
};

static bool
has_why(const struct danelaw_address *address, const char *wanted)
{
	char text[200];

	for (size_t i = 0; i < address->n_senders; i++) {
		const struct danelaw_sender *sender = &address->senders[i];

		snprintf(text, sizeof(text), "%s: %s", sender->name,
		    sender->why == NULL ? "" : sender->why);
		if (sender->outcome == DANELAW_DELIVERY_REFUSE &&
		    strcmp(text, wanted) == 0)
			return true;
	}
	return false;
}

/*
 * The letter of each program that delivers by all its versions; in lower case
 * where they differ, "-" where one has no row.
 */
static void
letters_of(const struct danelaw_address *address, char *letters)
{
	static const struct {
		const char *name;
		size_t versions;
		char letter;
	} all[] = { { "postfix", 3, 'P' }, { "exim-gnutls", 3, 'E' },
		{ "sendmail", 1, 'S' }, { "go", 3, 'G' } };

	for (size_t i = 0; i < COUNT(all); i++) {
		size_t n = 0, delivers = 0;

		for (size_t j = 0; j < address->n_senders; j++) {
			const struct danelaw_sender *sender =
			    &address->senders[j];

			if (strcmp(sender->name, all[i].name) != 0)
				continue;
			n++;
			delivers += sender->outcome == DANELAW_DELIVERY_DELIVER;
		}
		if (n < all[i].versions)
			*letters++ = '-';
		else if (delivers > 0)
			*letters++ = delivers == n
			    ? all[i].letter
			    : (char)tolower((unsigned char)all[i].letter);
	}
	*letters = '\0';
}

static void
test_row(void **state)
{
	const struct sender_row *row = *state;
	struct grown g = grow();
	char letters[6];

	row->spoil(&g);
	assert_true(
	    senders_predict(g.tree->arena, g.report, g.host, g.address));
	letters_of(g.address, letters);
	if (g.address->n_senders == 0
		? row->letters != NULL
		: row->letters == NULL || strcmp(letters, row->letters) != 0)
		fail_msg("%s: %zu senders, %s deliver", row->name,
		    g.address->n_senders, letters);
	if (row->why != NULL && !has_why(g.address, row->why))
		fail_msg("%s: not so: %s", row->name, row->why);
	danelaw_report_free(g.report);
}

/* All that tests/interop runs in some release, the oldest first. */
/* Nothing is foretold of who sees but a part of them. */
static void
test_many(void **state)
{
	struct grown g = grow();

	(void)state;
	many_records(&g);
	assert_true(
	    senders_predict(g.tree->arena, g.report, g.host, g.address));
	assert_true(g.address->n_senders > 0);
	for (size_t i = 0; i < g.address->n_senders; i++) {
		const char *name = g.address->senders[i].name;

		assert_string_not_equal(name, "postfix");
		assert_string_not_equal(name, "exim-gnutls");
	}
	danelaw_report_free(g.report);
}

static void
test_held(void **state)
{
	static const char *const held[][2] = {
		{ "postfix", "3.7" },
		{ "postfix", "3.10" },
		{ "postfix", "3.11" },
		{ "exim-gnutls", "4.96" },
		{ "exim-gnutls", "4.98" },
		{ "exim-gnutls", "4.100" },
		{ "sendmail", "8.18" },
		{ "go", "1.19" },
		{ "go", "1.24" },
		{ "go", "1.27" },
	};
	struct grown g = grow();

	(void)state;
	assert_true(
	    senders_predict(g.tree->arena, g.report, g.host, g.address));
	assert_int_equal(g.address->n_senders, COUNT(held));
	for (size_t i = 0; i < COUNT(held); i++) {
		const struct danelaw_sender *sender = &g.address->senders[i];

		assert_string_equal(sender->name, held[i][0]);
		assert_string_equal(sender->version, held[i][1]);
		assert_true(sender->held_against_real);
	}
	danelaw_report_free(g.report);
}

int
main(void)
{
	static struct table table;

	TABLE_ROWS(&table, rows, test_row);
	TABLE_TEST(&table, test_many);
	TABLE_TEST(&table, test_held);
	return table_run(&table);
}
