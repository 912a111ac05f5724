/* SPDX-License-Identifier: ISC */
/*
 * Exim with GnuTLS, as read in Exim 4.96 and libgnutls-dane 3.7.9, and as
 * seen in tests/interop.
 *
 * GnuTLS itself looks at keyUsage in the handshake. Exim then takes DANE up
 * only where MX, address and TLSA answers are all secure and the records are
 * at the end of the host's aliases. libgnutls-dane knows no digest agility. It
 * asks two things for usage 2: is the record's certificate anywhere behind the
 * leaf, and has any certificate sent issued the leaf? It looks no higher up.
 */
#include <string.h>
#include <strings.h>

#include "base/name.h"
#include "policy/diagnose_kit.h"
#include "policy/references.h"
#include "policy/senders.h"

#define WHY_KEY_USAGE "Key usage violation in certificate has been detected."
#define WHY_DIFFERS "Verification failed. The certificate differs."
#define WHY_CONSTRAINS "Verification failed. CA constrains were violated."
#define WHY_NONE_USABLE "TLSA record problem: none usable"
#define WHY_SIGNATURE "Public key signature verification has failed."
#define WHY_NO_KEY "TLSA record problem: There was an error in the public key."
#define WHY_ADDRESS                                                            \
	"all relevant MX records point to non-existent hosts or (invalidly) "  \
	"to IP addresses"
#define WHY_NAME "certificate invalid"
#define WHY_NO_TLS                                                             \
	"a TLS session is required, but the server did not offer TLS support"
#define WHY_CLIENT_CERT                                                        \
	"A TLS fatal alert has been received: Certificate is required"
#define WHY_VERSION "Error in protocol version"

enum {
	ALERT_PROTOCOL_VERSION = 70,
	ERROR_CRITICAL = 34,
	ERROR_PERMITTED = 47,
	ERROR_EXCLUDED = 48,
	ERROR_HOSTNAME = 62,
};

static const struct sender_ruling delivers = { .delivers = true };

static struct sender_ruling
refuses(const char *why)
{
	return (struct sender_ruling) { .why = why };
}

static bool
has_prefix(const char *text, const char *prefix)
{
	return text != NULL && strncmp(text, prefix, strlen(prefix)) == 0;
}

/* A key exchange in which the server signs (RFC 5246 section 7.4.2). */
static bool
is_signed(const struct danelaw_tls *tls)
{
	return has_prefix(tls->version, "TLSv1.3") ||
	    has_prefix(tls->cipher, "ECDHE-") ||
	    has_prefix(tls->cipher, "DHE-");
}

/*
 * GnuTLS, lib/tls-sig.c and lib/auth/rsa.c: an absent extension forbids
 * nothing. Only a plain RSA exchange needs encryption.
 */
static bool
violates_key_usage(
    const struct danelaw_tls *tls, const struct danelaw_cert *leaf)
{
	unsigned needed = is_signed(tls) ? DANELAW_KU_DIGITAL_SIGNATURE
					 : DANELAW_KU_KEY_ENCIPHERMENT;

	return leaf->has_key_usage && (leaf->key_usage & needed) == 0;
}

/* Its own certificate, with which GnuTLS offers no TLS 1.3 (tls13_ok). */
static bool
has_unfit_cert(const struct danelaw_tls *tls)
{
	return tls->client_cert_sent && !tls->client_cert_may_sign;
}

/* It gets no further than to the server's alert where that has only 1.3. */
static struct sender_ruling
refuse_unfit(const struct danelaw_address *address)
{
	const struct danelaw_trial *old = senders_trial(address, "tls12");

	return refuses(
	    old != NULL && !old->ok && old->alert == ALERT_PROTOCOL_VERSION
		? WHY_VERSION
		: WHY_KEY_USAGE);
}

/* Exim's own sieve: lengths count, but not what is in a full certificate. */
static bool
is_loaded(const struct danelaw_record *record)
{
	if ((record->usage != DANELAW_USAGE_DANE_TA &&
		record->usage != DANELAW_USAGE_DANE_EE) ||
	    record->selector > 1)
		return false;
	switch (record->mtype) {
	case 0:
		return record->len > 0;
	case 1:
		return record->len == 32;
	case 2:
		return record->len == 64;
	}
	return false;
}

/* The name at the end of the aliases, which is the one Exim works with. */
static const char *
end_of(const struct danelaw_host *host)
{
	const struct danelaw_lookup *alias = kit_alias(host);

	return alias == NULL ? host->name : kit_end(alias);
}

/* Are MX, address and records signed, and the last at the end of aliases? */
static bool
is_signed_way(const struct sender_facts *facts)
{
	const struct danelaw_host *host = facts->host;
	const char *end = end_of(host);

	return !senders_is_insecure_mx(facts->report) &&
	    host->dnssec == DANELAW_DNSSEC_SECURE &&
	    host->tlsa.dnssec == DANELAW_DNSSEC_SECURE &&
	    host->tlsa.base != NULL && end != NULL &&
	    name_equal(host->tlsa.base, end);
}

static bool
takes_dane(const struct sender_facts *facts)
{
	const struct danelaw_tlsa *tlsa = &facts->host->tlsa;

	for (size_t i = 0; i < tlsa->n_records && is_signed_way(facts); i++) {
		if (is_loaded(&tlsa->records[i]))
			return true;
	}
	return false;
}

/* An anchor of version 1 has no extensions, and is taken as it is. */
static bool
may_issue(const struct danelaw_cert *issuer)
{
	return issuer->ca || issuer->version == 1;
}

/*
 * Did the leaf pass under its issuer? Signatures cannot be checked here: that
 * OpenSSL put the issuer at depth 1 says that it had tried, its errors what
 * came of that.
 */
static bool
issuer_passes(const struct sender_facts *facts, const struct danelaw_cert *leaf,
    const struct danelaw_cert *issuer)
{
	const struct danelaw_verify_error *error = facts->probe->verify_error;

	if (!senders_takes_key(facts, issuer->key) ||
	    !senders_in_time(facts->report, leaf) ||
	    kit_is_weakly_signed(leaf) ||
	    !senders_in_time(facts->report, issuer) || !may_issue(issuer) ||
	    (issuer->has_key_usage &&
		(issuer->key_usage & DANELAW_KU_KEY_CERT_SIGN) == 0))
		return false;
	return error == NULL || error->depth > 1 ||
	    (error->code != ERROR_CRITICAL && error->code != ERROR_PERMITTED &&
		error->code != ERROR_EXCLUDED);
}

/* The first issuer from behind is the one that is tried, and no other. */
static bool
leaf_passes(const struct sender_facts *facts)
{
	const struct danelaw_cert *chain = facts->probe->chain;

	for (size_t i = facts->probe->n_chain - 1; i > 0; i--) {
		if (chain[i].depth == 1 ||
		    (chain[0].issuer != NULL && chain[i].subject != NULL &&
			strcmp(chain[0].issuer, chain[i].subject) == 0))
			return issuer_passes(facts, &chain[0], &chain[i]);
	}
	return false;
}

static bool
fits_usage(const struct sender_facts *facts, uint8_t usage, size_t from,
    size_t to, bool *any)
{
	const struct danelaw_tlsa *tlsa = &facts->host->tlsa;
	bool fits = false;

	*any = false;
	for (size_t i = 0; i < tlsa->n_records; i++) {
		const struct danelaw_record *record = &tlsa->records[i];

		if (!is_loaded(record) || record->usage != usage)
			continue;
		*any = true;
		for (size_t j = from; j < to; j++)
			fits =
			    fits || kit_fits(record, &facts->probe->chain[j]);
	}
	return fits;
}

/* Any first label will do for GnuTLS, one with an underscore, too. */
static bool
fits_wildcard(const char *presented, const char *name)
{
	const char *rest = strchr(name, '.');

	return strncmp(presented, "*.", 2) == 0 && rest != NULL &&
	    rest != name && strchr(presented + 2, '.') != NULL &&
	    strcasecmp(presented + 2, rest + 1) == 0;
}

/*
 * Of its own name only: Exim asks for no other reference (4.96). GnuTLS goes
 * by a common name only where there is one alone, and no address beside it;
 * in 3.8, no URI or SRV name either.
 */
static bool
has_name(const struct sender_facts *facts, const struct danelaw_cert *leaf,
    const char *name)
{
	if (name == NULL)
		return false;
	for (size_t i = 0; i < leaf->n_names; i++) {
		if (references_match(leaf->names[i], name) ||
		    fits_wildcard(leaf->names[i], name))
			return true;
	}
	if (leaf->has_uri_names && senders_has(facts, SENDER_ALT_NAMES))
		return false;
	return leaf->n_cns <= 1 && !leaf->has_ip_names &&
	    references_common_name(leaf, name) != NULL;
}

/*
 * Exim 4.96 goes back to its CAs for a wrong name, and then asks for no name
 * at all. The system's are taken for its.
 */
static bool
has_public_trust(const struct danelaw_probe *probe)
{
	return probe->pkix != NULL &&
	    (probe->pkix->code == 0 || probe->pkix->code == ERROR_HOSTNAME);
}

/* Usage 3 first, then 2, which goes by the name as well. */
static struct sender_ruling
authenticate(const struct sender_facts *facts)
{
	const struct danelaw_probe *probe = facts->probe;
	bool any_ee, any_ta, ta;

	if (fits_usage(facts, 3, 0, 1, &any_ee))
		return delivers;
	ta = fits_usage(facts, 2, 1, probe->n_chain, &any_ta);
	if (!any_ta)
		return refuses(WHY_DIFFERS);
	if (probe->n_chain < 2)
		return refuses(WHY_NONE_USABLE);
	if (ta &&
	    (has_prefix(probe->chain[1].key, "SLH-DSA") ||
		(has_prefix(probe->chain[1].key, "EC ") &&
		    !senders_takes_key(facts, probe->chain[1].key))))
		return refuses(WHY_NO_KEY);
	if (!ta || !leaf_passes(facts))
		return refuses(WHY_CONSTRAINS);
	if (!has_name(facts, &probe->chain[0], end_of(facts->host)) &&
	    !has_public_trust(probe))
		return refuses(WHY_NAME);
	/* A security update of 3.7.9 brought it, too. */
	if (probe->chain[0].has_uri_names && probe->chain[0].n_names == 0 &&
	    !senders_has(facts, SENDER_ALT_NAMES))
		return (struct sender_ruling) { .unknown = true };
	return delivers;
}

bool
senders_miss_starttls(const struct danelaw_smtp *smtp)
{
	bool other_case = false;

	for (size_t i = 1; i < smtp->n_ehlo; i++) {
		if (smtp->ehlo[i] == NULL ||
		    strcasecmp(smtp->ehlo[i], "STARTTLS") != 0)
			continue;
		if (strcmp(smtp->ehlo[i], "STARTTLS") == 0)
			return false;
		other_case = true;
	}
	return other_case;
}

static bool
is_bad_exchange(const struct sender_facts *facts)
{
	return facts->report->mx.source == DANELAW_MX_MX &&
	    facts->host->name != NULL && name_is_address(facts->host->name);
}

struct sender_ruling
senders_exim(const struct sender_facts *facts)
{
	const struct danelaw_probe *probe = facts->probe;

	if (is_bad_exchange(facts))
		return refuses(WHY_ADDRESS);
	/* Without DANE a failed handshake is followed by one try in clear. */
	if (!takes_dane(facts))
		return delivers;
	if (senders_miss_starttls(&facts->address->smtp) ||
	    facts->address->smtp.mixed_codes)
		return refuses(WHY_NO_TLS);
	if (!senders_takes_key(facts, probe->chain[0].key))
		return refuses(WHY_SIGNATURE);
	if (has_unfit_cert(probe->tls))
		return refuse_unfit(facts->address);
	if (violates_key_usage(probe->tls, &probe->chain[0]))
		return refuses(WHY_KEY_USAGE);
	if (probe->outcome == DANELAW_OUTCOME_TLS_FAILED)
		return refuses(WHY_CLIENT_CERT);
	if (facts->host->tlsa.n_records > SENDERS_TLSA_MAX)
		return (struct sender_ruling) { .unknown = true };
	return authenticate(facts);
}

/* It takes TLS 1.0 of anybody; what it would be shown there is not known. */
static struct sender_ruling
without_handshake(const struct danelaw_address *address)
{
	struct sender_ruling ruling = { .why = "DANE attempt failed" };

	for (size_t i = 0; i < address->n_trials; i++) {
		const struct danelaw_trial *trial = &address->trials[i];

		if (trial->ok && trial->tls != NULL &&
		    senders_is_old(trial->tls))
			ruling.unknown = true;
	}
	return ruling;
}

/* TLS is a must as soon as there are records, whatever is in them. */
struct sender_ruling
senders_exim_without(const struct sender_facts *facts)
{
	if (is_bad_exchange(facts))
		return refuses(WHY_ADDRESS);
	if (!is_signed_way(facts) || facts->host->tlsa.n_records == 0)
		return delivers;
	switch (senders_failure(facts)) {
	case SENDER_NOT_OFFERED:
		return refuses(WHY_NO_TLS);
	case SENDER_PUT_OFF:
		return refuses(
		    "SMTP error from remote mail server after STARTTLS");
	case SENDER_REFUSED:
		return refuses(
		    "a TLS session is required, but an attempt to start TLS "
		    "failed");
	case SENDER_NO_HANDSHAKE:
		break;
	}
	return without_handshake(facts->address);
}
