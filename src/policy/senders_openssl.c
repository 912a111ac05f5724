/* SPDX-License-Identifier: ISC */
/*
 * Postfix and Sendmail: both follow OpenSSL, and do what the probe saw but
 * for what is noted with each.
 */
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "policy/senders.h"

#define WHY_CLIENT_CERT "tlsv13 alert certificate required"
#define WHY_CHECK "454 4.7.0 DANE check failed."

enum {
	LEVEL_2_BITS = 2048, /* of RSA and DH */
	POSTFIX_REPLY_MAX = 2048,
};

static const struct sender_ruling delivers = { .delivers = true };

static struct sender_ruling
refuses(const char *why)
{
	return (struct sender_ruling) { .why = why };
}

/*
 * What OpenSSL 3.0 says at security levels 1 and 2 to a server that signs its
 * (EC)DHE parameters with MD5 and SHA-1, as all do before TLS 1.2.
 */
static bool
has_legacy_signature(const struct danelaw_tls *tls)
{
	return senders_is_old(tls) && tls->cipher != NULL &&
	    (strncmp(tls->cipher, "ECDHE-", 6) == 0 ||
		strncmp(tls->cipher, "DHE-", 4) == 0);
}

/* Does the handshake fail that the probe brought to an end? */
static const char *
handshake_fault(const struct sender_facts *facts)
{
	const struct danelaw_probe *probe = facts->probe;

	if (probe->outcome == DANELAW_OUTCOME_TLS_FAILED)
		return WHY_CLIENT_CERT;
	/* Postfix raises its level from 0 to 1 where it will verify. */
	if (facts->version->with_tls == senders_postfix &&
	    facts->host->policy != DANELAW_POLICY_DANE)
		return NULL;
	if (senders_has(facts, SENDER_NO_OLD_TLS) && senders_is_old(probe->tls))
		return "alert protocol version";
	return has_legacy_signature(probe->tls)
	    ? "legacy sigalg disallowed or unsupported"
	    : NULL;
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

/* smtp(8) leaves off a reply behind line_length_limit octets. */
static bool
has_late_starttls(const struct danelaw_smtp *smtp)
{
	size_t before = 0;

	for (size_t i = 0; i < smtp->n_ehlo && smtp->ehlo[i] != NULL; i++) {
		if (strcasecmp(smtp->ehlo[i], "STARTTLS") == 0)
			return before > POSTFIX_REPLY_MAX;
		before += strlen("250-") + strlen(smtp->ehlo[i]) + 1;
	}
	return false;
}

/* Some records are dropped, and others would still do. */
static bool
half_known(const struct sender_facts *facts)
{
	return facts->host->tlsa.n_records > SENDERS_TLSA_MAX &&
	    facts->probe->outcome == DANELAW_OUTCOME_AUTHENTICATED;
}

/*
 * Behind an insecure MX RRset the records still guard the way to the host,
 * but Postfix ("half-dane") then does not insist on a name. A null MX among
 * others ends it all.
 */
struct sender_ruling
senders_postfix(const struct sender_facts *facts)
{
	enum danelaw_outcome outcome = facts->probe->outcome;
	bool half = senders_is_insecure_mx(facts->report);
	const char *fault = handshake_fault(facts);

	if (has_null_exchange(&facts->report->mx))
		return refuses("does not accept mail (nullMX)");
	/* Where TLS may fail, the next try is made in clear. */
	if (facts->host->policy == DANELAW_POLICY_MAY)
		return delivers;
	if (has_late_starttls(&facts->address->smtp))
		return refuses("TLS is required, but was not offered by host");
	if (fault != NULL)
		return refuses(fault);
	if (facts->host->policy == DANELAW_POLICY_DANE && half_known(facts))
		return (struct sender_ruling) { .unknown = true };
	if (facts->host->policy == DANELAW_POLICY_DANE &&
	    facts->probe->match != NULL &&
	    facts->probe->match->depth > SENDERS_POSTFIX_DEPTH)
		outcome = DANELAW_OUTCOME_CHAIN_INVALID;
	if (facts->host->policy != DANELAW_POLICY_DANE ||
	    outcome == DANELAW_OUTCOME_AUTHENTICATED ||
	    (half && outcome == DANELAW_OUTCOME_NAME_MISMATCH))
		return delivers;
	return refuses(half ? "Server certificate not trusted"
			    : "Server certificate not verified");
}

/*
 * Our handshakes failed, but for one that asked for what OpenSSL calls weak.
 * Where Postfix verifies nothing it asks for that, too; where it does,
 * OpenSSL 3.0 still took old TLS without a signature by SHA-1.
 */
static struct sender_ruling
postfix_by_weak(const struct sender_facts *facts)
{
	const struct danelaw_trial *weak =
	    senders_trial(facts->address, "weak");
	bool verifies = facts->host->policy == DANELAW_POLICY_DANE;

	if (weak != NULL && weak->ok && weak->tls != NULL) {
		bool old = senders_is_old(weak->tls);

		if (old && !verifies)
			return delivers;
		if (!verifies ||
		    (old && !senders_has(facts, SENDER_NO_OLD_TLS) &&
			!has_legacy_signature(weak->tls)))
			return (struct sender_ruling) { .unknown = true };
	}
	return refuses("Cannot start TLS: handshake failure");
}

struct sender_ruling
senders_postfix_without(const struct sender_facts *facts)
{
	switch (senders_failure(facts)) {
	case SENDER_NOT_OFFERED:
		return refuses("TLS is required, but was not offered by host");
	case SENDER_PUT_OFF:
	case SENDER_REFUSED:
		return refuses("refused to start TLS");
	case SENDER_NO_HANDSHAKE:
		break;
	}
	return postfix_by_weak(facts);
}

/* A number behind a word: "RSA 1024", "DH 1024"; 0: it is no such thing. */
static long
bits_of(const char *text, const char *word)
{
	size_t len = strlen(word);

	return text == NULL || strncmp(text, word, len) != 0
	    ? 0
	    : strtol(text + len, NULL, 10);
}

/* Too weak for security level 2, which is Debian's for all but Postfix. */
static bool
is_weak(long bits)
{
	return bits > 0 && bits < LEVEL_2_BITS;
}

static bool
has_weak_key(const struct danelaw_probe *probe)
{
	int top = probe->match == NULL ? 0 : probe->match->depth;

	for (size_t i = 0; i < probe->n_chain; i++) {
		const struct danelaw_cert *cert = &probe->chain[i];

		if (cert->depth >= 0 && cert->depth <= top &&
		    is_weak(bits_of(cert->key, "RSA ")))
			return true;
	}
	return false;
}

/*
 * Only records without a meaning for mail turn DANE off; malformed ones are
 * records that match nothing.
 */
static bool
has_malformed(const struct danelaw_tlsa *tlsa)
{
	for (size_t i = 0; i < tlsa->n_records; i++) {
		const struct danelaw_record *record = &tlsa->records[i];

		if (!record->usable &&
		    (record->usage == DANELAW_USAGE_DANE_TA ||
			record->usage == DANELAW_USAGE_DANE_EE) &&
		    record->selector <= 1 && record->mtype <= 2)
			return true;
	}
	return false;
}

/* "m*.example" for "mx.example": OpenSSL takes it where it is not told off. */
static bool
fits_partly(const char *pattern, const char *name)
{
	size_t before = strcspn(pattern, "*"), after, label;

	if (pattern[before] == '\0')
		return strcasecmp(pattern, name) == 0;
	after = strcspn(pattern + before + 1, ".");
	label = strcspn(name, ".");
	/* Nothing right below the top, and no underscore. */
	if ((pattern[0] == '*' &&
		strchr(pattern, '.') == strrchr(pattern, '.')) ||
	    memchr(name, '_', label) != NULL)
		return false;
	return before < strcspn(pattern, ".") && label >= before + after &&
	    label > 0 && strncasecmp(pattern, name, before) == 0 &&
	    strcasecmp(pattern + before + 1, name + label - after) == 0;
}

/* The MX host alone is its reference, not the next hop. */
static bool
has_host_name(const struct sender_facts *facts)
{
	const struct danelaw_cert *leaf = &facts->probe->chain[0];
	const char *names[] = { facts->host->name, facts->host->tlsa.base };

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		if (names[i] == NULL)
			continue;
		for (size_t j = 0; j < leaf->n_names; j++) {
			if (fits_partly(leaf->names[j], names[i]))
				return true;
		}
		if (leaf->n_names > 0)
			continue;
		if (leaf->n_cns == 0 && leaf->cn != NULL &&
		    fits_partly(leaf->cn, names[i]))
			return true;
		for (size_t j = 0; j < leaf->n_cns; j++) {
			if (fits_partly(leaf->cns[j], names[i]))
				return true;
		}
	}
	return false;
}

static bool
passes_dane(const struct sender_facts *facts)
{
	const struct danelaw_probe *probe = facts->probe;
	const struct danelaw_match *match = probe->match;

	if (facts->host->policy == DANELAW_POLICY_ENCRYPT)
		return !has_malformed(&facts->host->tlsa);
	if (match == NULL || has_weak_key(probe))
		return false;
	if (probe->outcome == DANELAW_OUTCOME_NAME_MISMATCH)
		return has_host_name(facts);
	return probe->outcome == DANELAW_OUTCOME_AUTHENTICATED &&
	    (!match->name.checked || has_host_name(facts));
}

/* With "O DANE=true". Where the MX RRset is not signed there is no DANE. */
struct sender_ruling
senders_sendmail(const struct sender_facts *facts)
{
	const struct danelaw_probe *probe = facts->probe;
	const char *fault = handshake_fault(facts);

	if (facts->host->policy == DANELAW_POLICY_MAY ||
	    senders_is_insecure_mx(facts->report))
		return delivers;
	if (probe->outcome == DANELAW_OUTCOME_TLS_FAILED)
		return refuses(fault);
	if (fault != NULL || is_weak(bits_of(probe->tls->group, "DH ")))
		return refuses("454 4.7.0 TLS handshake failed.");
	if (facts->host->policy == DANELAW_POLICY_DANE && half_known(facts))
		return (struct sender_ruling) { .unknown = true };
	return passes_dane(facts) ? delivers : refuses(WHY_CHECK);
}

struct sender_ruling
senders_sendmail_without(const struct sender_facts *facts)
{
	if (senders_is_insecure_mx(facts->report))
		return delivers;
	switch (senders_failure(facts)) {
	case SENDER_NOT_OFFERED:
		return refuses("454 4.7.0 DANE: missing STARTTLS.");
	case SENDER_PUT_OFF:
	case SENDER_REFUSED:
		return refuses("454 4.7.0 DANE check failed temporarily.");
	case SENDER_NO_HANDSHAKE:
		break;
	}
	return refuses("454 4.7.0 TLS handshake failed.");
}
