/* SPDX-License-Identifier: ISC */
/*
 * Which versions there are, and what a server shows to each. What they make of
 * it is in senders_openssl.c, senders_exim.c and senders_go.c.
 */
#include <string.h>

#include "model/outcomes.h"
#include "policy/diagnose_kit.h"
#include "policy/senders.h"
#include "policy/uneven.h"
#include "policy/verdict.h"

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

bool
senders_is_insecure_mx(const struct danelaw_report *report)
{
	return report->mx.source == DANELAW_MX_MX &&
	    report->mx.dnssec != DANELAW_DNSSEC_SECURE;
}

bool
senders_has(const struct sender_facts *facts, unsigned trait)
{
	return (facts->version->traits & trait) != 0;
}

int
senders_alert(const struct danelaw_address *address)
{
	return address->n_trials == 0 ? -1 : address->trials[0].alert;
}

enum sender_failure
senders_failure(const struct sender_facts *facts)
{
	const char *reply = facts->address->smtp.starttls;

	if (!outcome_is(facts->address->outcome, OUTCOME_NO_STARTTLS))
		return SENDER_NO_HANDSHAKE;
	if (reply == NULL)
		return SENDER_NOT_OFFERED;
	return reply[0] == '4' ? SENDER_PUT_OFF : SENDER_REFUSED;
}

/*
 * Held against the real program are those of Debian 12 (Postfix 3.7, Exim
 * 4.96, Go 1.19), of Debian 13 (3.10, 4.98, Sendmail, 1.24) and of sid.
 */
#define GO                                                                     \
	SENDER_RSA_FIRST | SENDER_POSITIVE_SERIAL | SENDER_NIST_CURVES |       \
	    SENDER_NO_PSS_KEY | SENDER_LARGE_CERTS
#define GNUTLS SENDER_RSA_FIRST | SENDER_NIST_CURVES
#define HYBRID SENDER_HYBRID | SENDER_LONG_HELLO
#define OPENSSL_35 SENDER_MLDSA | SENDER_NO_OLD_TLS
static const struct sender_version versions[] = {
	{ "postfix", "3.7", senders_postfix, senders_postfix_without, 0, true },
	{ "postfix", "3.10", senders_postfix, senders_postfix_without,
	    OPENSSL_35, true },
	{ "postfix", "3.11", senders_postfix, senders_postfix_without,
	    OPENSSL_35 | HYBRID, true },
	{ "exim-gnutls", "4.96", senders_exim, senders_exim_without, GNUTLS,
	    true },
	{ "exim-gnutls", "4.98", senders_exim, senders_exim_without,
	    GNUTLS | SENDER_ALT_NAMES, true },
	{ "exim-gnutls", "4.100", senders_exim, senders_exim_without,
	    GNUTLS | SENDER_ALT_NAMES | SENDER_VAIN_MLDSA, true },
	{ "sendmail", "8.18", senders_sendmail, senders_sendmail_without,
	    OPENSSL_35 | HYBRID, true },
	{ "go", "1.19", senders_go, senders_go_without,
	    SENDER_RSA_FIRST | SENDER_NIST_CURVES | SENDER_NO_PSS_KEY, true },
	{ "go", "1.24", senders_go, senders_go_without,
	    GO | SENDER_NO_RSA_EXCHANGE | HYBRID, true },
	{ "go", "1.27", senders_go, senders_go_without,
	    GO | SENDER_NO_RSA_EXCHANGE | HYBRID | SENDER_MLDSA |
		SENDER_QUOTES_REPLY,
	    true },
};
#undef GO
#undef GNUTLS
#undef HYBRID
#undef OPENSSL_35

/* TLS stood, and only TLS and what came of it decides. */
static bool
is_telling(const struct danelaw_probe *probe)
{
	return probe->tls != NULL && probe->n_chain > 0 &&
	    (outcome_is(probe->outcome, OUTCOME_JUDGED) ||
		(probe->outcome == DANELAW_OUTCOME_TLS_FAILED &&
		    probe->tls->client_cert_requested));
}

/* "EC P-256", and nothing that is said of how it is written. */
static bool
is_nist_curve(const char *key)
{
	return strncmp(key + 3, "P-", 2) == 0 && strchr(key, '(') == NULL;
}

/* Can it take the certificate's key? */
static bool
takes_key(const struct sender_version *version, const char *key)
{
	if (key == NULL)
		return true;
	if ((version->traits & SENDER_NIST_CURVES) != 0 &&
	    strncmp(key, "EC ", 3) == 0 && !is_nist_curve(key))
		return false;
	if ((version->traits & SENDER_NO_PSS_KEY) != 0 &&
	    strncmp(key, "RSA-PSS", 7) == 0)
		return false;
	return (version->traits & SENDER_MLDSA) != 0
	    ? strncmp(key, "SLH-DSA", 7) != 0
	    : strstr(key, "-DSA-") == NULL;
}

/* Or at least ask for it? */
static bool
is_shown(const struct sender_version *version, const char *key)
{
	return takes_key(version, key) ||
	    ((version->traits & SENDER_VAIN_MLDSA) != 0 &&
		strncmp(key, "ML-DSA", 6) == 0);
}

bool
senders_takes_key(const struct sender_facts *facts, const char *key)
{
	return takes_key(facts->version, key);
}

/* Has the server hybrid groups only? */
static bool
is_hybrid_only(const struct danelaw_address *address)
{
	const struct danelaw_trial *brief = senders_trial(address, "no-hybrid");

	return brief != NULL && address->trials[0].ok && !brief->ok &&
	    !brief->timeout;
}

/*
 * Its hello is too long for the server, or for what is before it, has a
 * group in it that the server cannot bear, or none that it asks for.
 */
static bool
is_hello_bad(
    const struct sender_version *version, const struct danelaw_address *address)
{
	const struct danelaw_trial *big = senders_trial(address, "big-hello");
	const struct danelaw_trial *small = senders_trial(address, "no-hybrid");
	const struct danelaw_trial *again = senders_trial(address, "again");

	if ((version->traits & SENDER_HYBRID) == 0)
		return is_hybrid_only(address);
	if (big != NULL && !big->ok)
		return (version->traits & SENDER_LONG_HELLO) != 0;
	return small != NULL && small->ok && !address->trials[0].ok &&
	    (again == NULL || !again->ok);
}

static const struct danelaw_probe *
shown_to(
    const struct sender_version *version, const struct danelaw_address *address)
{
	const struct danelaw_probe *first = NULL;
	bool rsa_first = (version->traits & SENDER_RSA_FIRST) != 0;

	if (is_hello_bad(version, address))
		return NULL;
	for (size_t i = 0; i < address->n_probes; i++) {
		const struct danelaw_probe *probe = &address->probes[i];

		if (!is_telling(probe) || uneven_is_again(probe) ||
		    !is_shown(version, probe->chain[0].key))
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
		if (tlsa->records[i].usage != DANELAW_USAGE_DANE_TA)
			continue;
		for (size_t j = 1; j < probe->n_chain; j++) {
			if (kit_fits(&tlsa->records[i], &probe->chain[j]))
				return true;
		}
	}
	return false;
}

/* Has the talk come as far as to STARTTLS, or to an EHLO without it? */
static bool
has_come_to_tls(const struct danelaw_address *address)
{
	if (outcome_is(
		address->outcome, OUTCOME_NO_STARTTLS | OUTCOME_NO_HANDSHAKE))
		return true;
	for (size_t i = 0; i < address->n_probes; i++) {
		if (is_telling(&address->probes[i]))
			return true;
	}
	return false;
}

static struct sender_ruling
rule(const struct sender_facts *facts)
{
	if (facts->probe != NULL)
		return facts->version->with_tls(facts);
	/* Where TLS is no must, the next try is made in clear. */
	if (facts->host->policy == DANELAW_POLICY_MAY)
		return (struct sender_ruling) { .delivers = true };
	return facts->version->without(facts);
}

/* One connection, of those that do not go the same way. */
static struct sender_ruling
rule_one(const struct sender_facts *facts, const struct danelaw_probe *probe)
{
	struct danelaw_address address = *facts->address;
	struct sender_facts one = *facts;

	address.outcome = probe->outcome;
	if (probe->outcome == DANELAW_OUTCOME_STARTTLS_MISSING)
		address.smtp.starttls = NULL;
	one.address = &address;
	one.probe =
	    is_telling(probe) && is_shown(facts->version, probe->chain[0].key)
	    ? probe
	    : NULL;
	return rule(&one);
}

/* The type that it asks for first was not seen: the look was denied. */
static bool
is_shown_unseen(const struct sender_facts *facts)
{
	const struct danelaw_probe *denied = outcome_denied(facts->address);

	return denied != NULL && denied->offer != NULL &&
	    (facts->version->traits & SENDER_RSA_FIRST) != 0 &&
	    facts->probe != NULL && facts->probe->chain[0].key != NULL &&
	    strncmp(facts->probe->chain[0].key, "RSA", 3) != 0 &&
	    (strcmp(denied->offer, "rsa") == 0 ||
		strcmp(denied->offer, "big-hello") == 0);
}

static void
fill(struct danelaw_sender *sender, const struct sender_facts *facts,
    struct sender_ruling ruling)
{
	struct uneven uneven = uneven_of(facts->address);
	struct sender_ruling other;

	*sender = (struct danelaw_sender) {
		.name = facts->version->name,
		.version = facts->version->version,
		.outcome = ruling.delivers ? DANELAW_DELIVERY_DELIVER
					   : DANELAW_DELIVERY_REFUSE,
		.why = ruling.why,
		.held_against_real = facts->version->held_against_real,
	};
	if (ruling.delivers && is_shown_unseen(facts))
		sender->why = SENDERS_UNSEEN;
	if (uneven.kind == UNEVEN_NOT)
		return;
	ruling = rule_one(facts, uneven.first);
	other = rule_one(facts, uneven.other);
	if (ruling.unknown || other.unknown ||
	    ruling.delivers == other.delivers)
		return;
	sender->outcome = DANELAW_DELIVERY_VARIES;
	sender->why = ruling.delivers ? other.why : ruling.why;
}

bool
senders_predict(struct arena *arena, const struct danelaw_report *report,
    const struct danelaw_host *host, struct danelaw_address *address)
{
	if (host->policy == DANELAW_POLICY_SKIP || !has_come_to_tls(address))
		return true;
	for (size_t i = 0; i < address->n_probes; i++) {
		if (has_stray_anchor(&host->tlsa, &address->probes[i]))
			return true;
	}
	for (size_t i = 0; i < sizeof(versions) / sizeof(versions[0]); i++) {
		const struct sender_facts facts = {
			.arena = arena,
			.report = report,
			.host = host,
			.address = address,
			.version = &versions[i],
			.probe = shown_to(&versions[i], address),
		};
		struct sender_ruling ruling = rule(&facts);
		struct danelaw_sender *sender;

		if (ruling.unknown)
			continue;
		sender =
		    ARENA_PUSH(arena, address->senders, address->n_senders);
		if (sender == NULL)
			return false;
		fill(sender, &facts, ruling);
	}
	return true;
}
