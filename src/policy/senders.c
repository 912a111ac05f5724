/* SPDX-License-Identifier: ISC */
/*
 * Senders that follow OpenSSL do what the probe saw, but for what is noted
 * with each. GnuTLS is in senders_exim.c, Go in senders_go.c.
 */
#include <string.h>

#include "base/text.h"
#include "policy/senders.h"

#define WHY_CLIENT_CERT "tlsv13 alert certificate required"

typedef struct sender_ruling sender_rule(const struct sender_facts *facts);

static const struct sender_ruling delivers = { .delivers = true };

static struct sender_ruling
refuses(const char *why)
{
	return (struct sender_ruling) { .why = why };
}

bool
senders_record_fits(
    const struct danelaw_record *record, const struct danelaw_cert *cert)
{
	bool key = record->selector == 1;
	const uint8_t *whole = key ? cert->spki : cert->der;
	size_t len = key ? cert->spki_len : cert->der_len;

	switch (record->mtype) {
	case 0:
		return whole != NULL && len > 0 && record->len == len &&
		    memcmp(record->data, whole, len) == 0;
	case 1:
		return record->len == 32 &&
		    text_is_hex_of(key ? cert->spki_sha256 : cert->cert_sha256,
			record->data, record->len);
	case 2:
		return record->len == 64 &&
		    text_is_hex_of(key ? cert->spki_sha512 : cert->cert_sha512,
			record->data, record->len);
	}
	return false;
}

bool
senders_in_time(
    const struct danelaw_report *report, const struct danelaw_cert *cert)
{
	return cert->not_before <= report->at && report->at <= cert->not_after;
}

const struct danelaw_trial *
senders_trial(const struct danelaw_address *address, const char *offer)
{
	for (size_t i = 0; i < address->n_trials; i++) {
		const struct danelaw_trial *trial = &address->trials[i];

		if (trial->offer != NULL && strcmp(trial->offer, offer) == 0)
			return trial;
	}
	return NULL;
}

bool
senders_is_old(const struct danelaw_tls *tls)
{
	return tls->version != NULL && strcmp(tls->version, "TLSv1.2") != 0 &&
	    strcmp(tls->version, "TLSv1.3") != 0;
}

/*
 * What OpenSSL 3 says at security levels 1 and 2 to a server that signs its
 * (EC)DHE parameters with MD5 and SHA-1, as all do before TLS 1.2.
 */
static bool
has_legacy_signature(const struct danelaw_tls *tls)
{
	return senders_is_old(tls) && tls->cipher != NULL &&
	    (strncmp(tls->cipher, "ECDHE-", 6) == 0 ||
		strncmp(tls->cipher, "DHE-", 4) == 0);
}

static bool
is_insecure_mx(const struct danelaw_report *report)
{
	return report->mx.source == DANELAW_MX_MX &&
	    report->mx.dnssec != DANELAW_DNSSEC_SECURE;
}

static struct sender_ruling
rule_openssl(const struct sender_facts *facts, const char *mismatch)
{
	const struct danelaw_probe *probe = facts->probe;
	bool dane = facts->host->policy == DANELAW_POLICY_DANE;

	/* Where TLS may fail, the next try is made in clear. */
	if (facts->host->policy == DANELAW_POLICY_MAY)
		return delivers;
	if (probe->outcome == DANELAW_OUTCOME_TLS_FAILED)
		return refuses(WHY_CLIENT_CERT);
	if (has_legacy_signature(probe->tls))
		return refuses("legacy sigalg disallowed or unsupported");
	if (!dane || probe->outcome == DANELAW_OUTCOME_AUTHENTICATED)
		return delivers;
	return refuses(mismatch);
}

/* The root among other exchanges (RFC 7505 section 3). */
static bool
has_null_exchange(const struct danelaw_mx *mx)
{
	for (size_t i = 0; i < mx->n_unusable; i++) {
		if (mx->unusable[i] != NULL && *mx->unusable[i] == '\0')
			return true;
	}
	return false;
}

/*
 * Behind an insecure MX RRset the records still guard the way to the host,
 * but Postfix ("half-dane") then does not insist on a name. A null MX among
 * others ends it all.
 */
static struct sender_ruling
rule_postfix(const struct sender_facts *facts)
{
	if (has_null_exchange(&facts->report->mx))
		return refuses("does not accept mail (nullMX)");
	if (is_insecure_mx(facts->report) &&
	    facts->probe->outcome == DANELAW_OUTCOME_NAME_MISMATCH)
		return delivers;
	return rule_openssl(facts,
	    is_insecure_mx(facts->report) ? "Server certificate not trusted"
					  : "Server certificate not verified");
}

/*
 * With "O DANE=true". Debian builds sendmail 8.17 without DANE, so that there
 * is no program to hold this against.
 */
static struct sender_ruling
rule_sendmail(const struct sender_facts *facts)
{
	return rule_openssl(facts, "DANE check failed");
}

/* GnuTLS and Go name RSA first where a server can choose, OpenSSL does not. */
static const struct {
	const char *name;
	sender_rule *rule;
	bool rsa_first, held_against_real;
} rules[] = {
	{ "postfix", rule_postfix, false, true },
	{ "exim-gnutls", senders_exim, true, true },
	{ "sendmail", rule_sendmail, false, false },
	{ "go", senders_go, true, true },
};

/* TLS stood, and only TLS and what came of it decides. */
static bool
is_telling(const struct danelaw_probe *probe)
{
	if (probe->tls == NULL || probe->n_chain == 0)
		return false;
	switch (probe->outcome) {
	case DANELAW_OUTCOME_AUTHENTICATED:
	case DANELAW_OUTCOME_ENCRYPTED:
	case DANELAW_OUTCOME_TLSA_MISMATCH:
	case DANELAW_OUTCOME_NAME_MISMATCH:
	case DANELAW_OUTCOME_CERT_EXPIRED:
	case DANELAW_OUTCOME_CHAIN_INVALID:
		return true;
	case DANELAW_OUTCOME_TLS_FAILED:
		return probe->tls->client_cert_requested;
	case DANELAW_OUTCOME_SKIPPED:
	case DANELAW_OUTCOME_CLEARTEXT:
	case DANELAW_OUTCOME_STARTTLS_MISSING:
	case DANELAW_OUTCOME_STARTTLS_REFUSED:
	case DANELAW_OUTCOME_SMTP_TEMPFAIL:
	case DANELAW_OUTCOME_SMTP_PERMFAIL:
	case DANELAW_OUTCOME_SMTP_TIMEOUT:
	case DANELAW_OUTCOME_NOT_SMTP:
	case DANELAW_OUTCOME_PLAINTEXT_INJECTED:
	case DANELAW_OUTCOME_TLS_TIMEOUT:
	case DANELAW_OUTCOME_CONNECT_REFUSED:
	case DANELAW_OUTCOME_CONNECT_TIMEOUT:
	case DANELAW_OUTCOME_NOT_EXAMINED:
		break;
	}
	return false;
}

static const struct danelaw_probe *
shown_to(const struct danelaw_address *address, bool rsa_first)
{
	const struct danelaw_probe *first = NULL;

	for (size_t i = 0; i < address->n_probes; i++) {
		const struct danelaw_probe *probe = &address->probes[i];

		if (!is_telling(probe))
			continue;
		if (first == NULL)
			first = probe;
		if (rsa_first && probe->chain[0].key != NULL &&
		    strncmp(probe->chain[0].key, "RSA", 3) == 0)
			return probe;
	}
	return first;
}

/* A published anchor that was sent, but did not sign (RFC 6698 s. 2.1.1). */
static bool
has_stray_anchor(
    const struct danelaw_tlsa *tlsa, const struct danelaw_probe *probe)
{
	if (probe->outcome != DANELAW_OUTCOME_TLSA_MISMATCH)
		return false;
	for (size_t i = 0; i < tlsa->n_records; i++) {
		if (tlsa->records[i].usage != 2)
			continue;
		for (size_t j = 1; j < probe->n_chain; j++) {
			if (senders_record_fits(
				&tlsa->records[i], &probe->chain[j]))
				return true;
		}
	}
	return false;
}

bool
senders_predict(struct arena *arena, const struct danelaw_report *report,
    const struct danelaw_host *host, struct danelaw_address *address)
{
	if (host->policy == DANELAW_POLICY_SKIP)
		return true;
	for (size_t i = 0; i < address->n_probes; i++) {
		if (has_stray_anchor(&host->tlsa, &address->probes[i]))
			return true;
	}
	for (size_t i = 0; i < sizeof(rules) / sizeof(rules[0]); i++) {
		const struct sender_facts facts = {
			.arena = arena,
			.report = report,
			.host = host,
			.address = address,
			.probe = shown_to(address, rules[i].rsa_first),
		};
		struct sender_ruling ruling;
		struct danelaw_sender *sender;

		if (facts.probe == NULL)
			return true;
		ruling = rules[i].rule(&facts);
		if (ruling.unknown)
			continue;
		sender =
		    ARENA_PUSH(arena, address->senders, address->n_senders);
		if (sender == NULL)
			return false;
		*sender = (struct danelaw_sender) {
			.name = rules[i].name,
			.delivers = ruling.delivers,
			.why = ruling.why,
			.held_against_real = rules[i].held_against_real,
		};
	}
	return true;
}
