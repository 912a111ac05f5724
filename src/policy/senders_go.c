/* SPDX-License-Identifier: ISC */
/*
 * A sender in Go, which takes chain and names from crypto/x509 and the
 * records as RFC 7672 has them; as seen with Go 1.19 in tests/interop.
 *
 * Where OpenSSL passes a chain, Go looks at two things more: the date of the
 * anchor, and names only in the SAN. Where OpenSSL refuses one for its key
 * usage, Go does not look. It has no DHE.
 */
#include <string.h>
#include <strings.h>

#include "policy/references.h"
#include "policy/senders.h"

#define WHY_AUTHORITY "x509: certificate signed by unknown authority"
#define WHY_TIME "x509: certificate has expired or is not yet valid"
#define WHY_PURPOSE "x509: certificate specifies an incompatible key usage"
#define WHY_HANDSHAKE "remote error: tls: handshake failure"
#define WHY_LEGACY                                                             \
	"x509: certificate relies on legacy Common Name field, use SANs "      \
	"instead"

enum {
	ALERT_HANDSHAKE_FAILURE = 40,
	ALERT_PROTOCOL_VERSION = 70,
	ERROR_PATH_LENGTH = 25,
	ERROR_PURPOSE = 26,
	ERROR_CRITICAL = 34,
	ERROR_PERMITTED = 47,
	ERROR_EXCLUDED = 48,
};

static const struct sender_ruling delivers = { .delivers = true };

static struct sender_ruling
refuses(const char *why)
{
	return (struct sender_ruling) { .why = why };
}

static bool
may_serve(const struct danelaw_cert *leaf)
{
	for (size_t i = 0; i < leaf->n_ext_key_usage; i++) {
		const char *usage = leaf->ext_key_usage[i];

		if (usage != NULL &&
		    (strcmp(usage, "serverAuth") == 0 ||
			strcmp(usage, "anyExtendedKeyUsage") == 0))
			return true;
	}
	return !leaf->has_ext_key_usage;
}

/* What Go says to a chain that OpenSSL refuses; NULL: it does not mind. */
static const char *
chain_fault(const struct danelaw_probe *probe)
{
	const struct danelaw_verify_error *error = probe->verify_error;

	if (error == NULL)
		return WHY_AUTHORITY;
	switch (error->code) {
	case ERROR_PATH_LENGTH:
		return "x509: too many intermediates for path length "
		       "constraint";
	case ERROR_PURPOSE:
		return error->depth == 0 && may_serve(&probe->chain[0])
		    ? NULL
		    : WHY_PURPOSE;
	case ERROR_CRITICAL:
		return "x509: unhandled critical extension";
	case ERROR_PERMITTED:
	case ERROR_EXCLUDED:
		return "x509: a root or intermediate certificate is not "
		       "authorized to sign for this name";
	}
	return WHY_AUTHORITY;
}

static const char *
joined(struct arena *arena, const char *const *names, size_t n)
{
	const char *text = n == 0 ? "" : names[0];

	for (size_t i = 1; i < n && text != NULL; i++)
		text = arena_printf(arena, "%s, %s", text, names[i]);
	return text;
}

/*
 * To Go a wildcard is any first label, with an underscore, too, and right
 * below the top-level domain.
 */
static bool
fits_label(const struct danelaw_cert *leaf, const struct danelaw_tlsa *tlsa)
{
	for (size_t i = 0; i < leaf->n_names; i++) {
		for (size_t j = 0; j < tlsa->n_references; j++) {
			const char *name = leaf->names[i];
			const char *rest = strchr(tlsa->references[j], '.');

			if (name != NULL && strncmp(name, "*.", 2) == 0 &&
			    rest != NULL && rest != tlsa->references[j] &&
			    strcasecmp(name + 2, rest + 1) == 0)
				return true;
		}
	}
	return false;
}

static const char *
name_fault(const struct sender_facts *facts)
{
	const struct danelaw_cert *leaf = &facts->probe->chain[0];
	const struct danelaw_tlsa *tlsa = &facts->host->tlsa;
	struct danelaw_name_check check = { 0 };
	const char *name = facts->host->name;

	if (tlsa->n_references > 0)
		name = tlsa->references[0];
	if (fits_label(leaf, tlsa))
		return NULL;
	if (references_evidence(
		leaf, tlsa->references, tlsa->n_references, &check) &&
	    check.source == DANELAW_NAME_SAN)
		return NULL;
	/* Of several the last one is its common name. */
	if (check.source == DANELAW_NAME_CN && !leaf->has_alt_names &&
	    (leaf->cn == NULL || references_match(leaf->cn, check.reference)))
		return WHY_LEGACY;
	if (leaf->n_names == 0)
		return arena_printf(facts->arena,
		    "x509: certificate is not valid for any names, but wanted "
		    "to match %s",
		    name);
	return arena_printf(facts->arena,
	    "x509: certificate is valid for %s, not %s",
	    joined(facts->arena, leaf->names, leaf->n_names), name);
}

/* crypto/x509 asks the date of every certificate, the anchor included. */
static bool
path_in_time(const struct sender_facts *facts)
{
	const struct danelaw_probe *probe = facts->probe;

	for (size_t i = 0; i < probe->n_chain; i++) {
		const struct danelaw_cert *cert = &probe->chain[i];

		if (cert->depth >= 0 && cert->depth <= probe->match->depth &&
		    !senders_in_time(facts->report, cert))
			return false;
	}
	return true;
}

static bool
path_has_keys(const struct sender_facts *facts)
{
	const struct danelaw_probe *probe = facts->probe;

	for (size_t i = 0; i < probe->n_chain; i++) {
		const struct danelaw_cert *cert = &probe->chain[i];

		if (cert->depth > 0 && cert->depth <= probe->match->depth &&
		    !senders_takes_key(facts, cert->key))
			return false;
	}
	return true;
}

static struct sender_ruling
authenticate(const struct sender_facts *facts)
{
	const struct danelaw_probe *probe = facts->probe;
	const struct danelaw_match *match = probe->match;
	const char *why = NULL;

	switch (probe->outcome) {
	case DANELAW_OUTCOME_AUTHENTICATED:
	case DANELAW_OUTCOME_NAME_MISMATCH:
		break;
	case DANELAW_OUTCOME_CERT_EXPIRED:
		return refuses(WHY_TIME);
	case DANELAW_OUTCOME_CHAIN_INVALID:
		why = chain_fault(probe);
		break;
	default:
		return refuses(WHY_AUTHORITY);
	}
	if (why != NULL || match == NULL)
		return (struct sender_ruling) {
			.delivers = why == NULL,
			.why = why,
		};
	if (probe->outcome == DANELAW_OUTCOME_AUTHENTICATED &&
	    !match->name.checked)
		return delivers;
	why = name_fault(facts);
	if (why == NULL && match->how == DANELAW_HOW_SIGNED_BY)
		why = WHY_AUTHORITY;
	/* 1.27 names what it takes in certificates, and is sent away. */
	if (why == NULL && !path_has_keys(facts))
		why = senders_has(facts, SENDER_MLDSA) ? WHY_HANDSHAKE
						       : WHY_AUTHORITY;
	if (why == NULL && !path_in_time(facts))
		why = WHY_TIME;
	return (struct sender_ruling) {
		.delivers = why == NULL,
		.why = why,
	};
}

/* Can it not so much as read what the server sends? Why, or NULL. */
static const char *
unreadable(const struct sender_facts *facts)
{
	const struct danelaw_probe *probe = facts->probe;

	for (size_t i = 0; i < probe->n_chain; i++) {
		const struct danelaw_cert *cert = &probe->chain[i];

		if (senders_has(facts, SENDER_POSITIVE_SERIAL) &&
		    cert->negative_serial)
			return "tls: failed to parse certificate from server: "
			       "x509: negative serial number";
		if (cert->key != NULL && strncmp(cert->key, "EC ", 3) == 0 &&
		    !senders_takes_key(facts, cert->key))
			return "tls: failed to parse certificate from server: "
			       "x509: unsupported elliptic curve";
	}
	return NULL;
}

static bool
has_exchange(const struct danelaw_tls *tls, const char *prefix)
{
	return tls != NULL && tls->cipher != NULL &&
	    strncmp(tls->cipher, prefix, strlen(prefix)) == 0;
}

/* RSA as key exchange, which it gave up; no word in the cipher's name. */
static bool
is_missing_exchange(
    const struct sender_facts *facts, const struct danelaw_tls *tls)
{
	return senders_has(facts, SENDER_NO_RSA_EXCHANGE) && tls != NULL &&
	    tls->cipher != NULL && !has_exchange(tls, "TLS_") &&
	    !has_exchange(tls, "ECDHE-") && !has_exchange(tls, "DHE-");
}

/* What tells how it is without the key exchange seen; NULL: it has that. */
static const char *
offer_without(const struct sender_facts *facts)
{
	if (has_exchange(facts->probe->tls, "DHE-"))
		return "no-dhe";
	return is_missing_exchange(facts, facts->probe->tls) ? "ecdhe" : NULL;
}

/* The server's reply, as net/textproto writes it down. */
static struct sender_ruling
refuses_with(const struct sender_facts *facts, const char *reply)
{
	if (reply == NULL || strlen(reply) < 4 ||
	    !senders_has(facts, SENDER_QUOTES_REPLY))
		return refuses(reply);
	return refuses(
	    arena_printf(facts->arena, "%.3s \"%s\"", reply, reply + 4));
}

struct sender_ruling
senders_go(const struct sender_facts *facts)
{
	const struct danelaw_smtp *smtp = &facts->address->smtp;
	const struct danelaw_tls *tls = facts->probe->tls;
	const char *without;

	/* What comes behind the first code it takes for the next reply. */
	if (smtp->mixed_codes)
		return refuses(NULL);
	if (facts->host->policy == DANELAW_POLICY_MAY)
		return delivers;
	/* It says who ends it: a server that reads supported_versions (RFC 8446
	   section 4.2.1) sends an alert, an older one chooses what Go refuses;
	   these words stand in both lines. */
	if (senders_is_old(tls))
		return refuses("protocol version");
	without = offer_without(facts);
	if (without != NULL) {
		const struct danelaw_trial *trial =
		    senders_trial(facts->address, without);

		/* A server may prefer it, and have more than that. */
		if (trial == NULL || trial->timeout)
			return (struct sender_ruling) { .unknown = true };
		if (!trial->ok)
			return refuses(WHY_HANDSHAKE);
		if (is_missing_exchange(facts, trial->tls))
			return (struct sender_ruling) { .unknown = true };
	}
	if (unreadable(facts) != NULL)
		return refuses(unreadable(facts));
	if (facts->probe->outcome == DANELAW_OUTCOME_TLS_FAILED)
		return refuses("remote error: tls: certificate required");
	/* Inside TLS net/smtp does not go on with HELO. */
	if (smtp->ehlo_refusal != NULL && smtp->stage > DANELAW_SMTP_AT_TLS)
		return refuses_with(facts, smtp->ehlo_refusal);
	if (facts->host->policy == DANELAW_POLICY_ENCRYPT)
		return delivers;
	return authenticate(facts);
}

/* What it makes of the alert that danelaw got; others are rare. */
static const char *
handshake_fault(const struct danelaw_address *address)
{
	const struct danelaw_trial *first = address->trials;

	switch (senders_alert(address)) {
	case ALERT_HANDSHAKE_FAILURE:
		return WHY_HANDSHAKE;
	case ALERT_PROTOCOL_VERSION:
		return "remote error: tls: protocol version not supported";
	}
	/* We were shown what it cannot ask for. */
	if (address->n_probes > 0 && address->probes[0].n_chain > 0 &&
	    (address->n_trials == 0 || first->ok))
		return WHY_HANDSHAKE;
	return address->n_trials > 0 &&
		(first->fault == DANELAW_TLS_CLOSED ||
		    first->fault == DANELAW_TLS_DROPPED)
	    ? "EOF"
	    : NULL;
}

/* The words for a missing STARTTLS are the program's own, not Go's. */
struct sender_ruling
senders_go_without(const struct sender_facts *facts)
{
	const struct danelaw_address *address = facts->address;
	const char *reply = address->smtp.starttls;

	/* What we could not read for its length it can. */
	if (senders_has(facts, SENDER_LARGE_CERTS) && address->n_trials > 0 &&
	    address->trials[0].fault == DANELAW_TLS_TOO_LARGE)
		return (struct sender_ruling) { .unknown = true };
	if (senders_failure(facts) == SENDER_NO_HANDSHAKE)
		return refuses(handshake_fault(address));
	return refuses_with(facts, reply);
}
