/* SPDX-License-Identifier: ISC */
/*
 * Group T: handshakes that failed, told by trials and faults; and those that
 * stood, but would not with every sender.
 */
#include <stdlib.h>
#include <string.h>

#include "policy/cause.h"
#include "policy/diagnose_kit.h"
#include "policy/uneven.h"

/* What by itself is no cause is a failed handshake, and no more. */
static const enum finding_id by_fault[] = {
	[DANELAW_TLS_NO_FAULT] = FINDING_TLS_HANDSHAKE_FAILED,
	[DANELAW_TLS_UNROUTED] = FINDING_TLS_HANDSHAKE_FAILED,
	[DANELAW_TLS_MUTE] = FINDING_TLS_HANDSHAKE_FAILED,
	[DANELAW_TLS_DROPPED] = FINDING_SMTP_STARTTLS_DROPPED,
	[DANELAW_TLS_CLOSED] = FINDING_TLS_UNEXPECTED_EOF,
	[DANELAW_TLS_RESET] = FINDING_TLS_UNEXPECTED_EOF,
	[DANELAW_TLS_NOT_TLS] = FINDING_SMTP_NOT_TLS_AFTER_220,
	[DANELAW_TLS_REFUSED] = FINDING_TLS_HANDSHAKE_FAILURE_40,
	[DANELAW_TLS_ALERT] = FINDING_TLS_HANDSHAKE_FAILED,
	[DANELAW_TLS_VERSION] = FINDING_TLS_PROTOCOL_VERSION_70,
	[DANELAW_TLS_CIPHER] = FINDING_TLS_NO_SHARED_CIPHER,
	[DANELAW_TLS_NAME] = FINDING_TLS_SNI_UNRECOGNIZED_112,
	[DANELAW_TLS_CERT_REQUIRED] = FINDING_TLS_CLIENT_CERT_REQUIRED_13,
	[DANELAW_TLS_OLD_SIGALG] = FINDING_TLS_OLD_ONLY,
	[DANELAW_TLS_SHORT_DH] = FINDING_TLS_DH_TOO_SMALL,
	[DANELAW_TLS_RENEGOTIATION] = FINDING_TLS_LEGACY_RENEGOTIATION,
	[DANELAW_TLS_GROUP] = FINDING_TLS_NO_COMMON_GROUP,
	[DANELAW_TLS_CURVE] = FINDING_TLS_NO_COMMON_GROUP,
	[DANELAW_TLS_SIGNATURE] = FINDING_CERT_FIRST_NOT_LEAF,
	[DANELAW_TLS_TOO_LARGE] = FINDING_TLS_CHAIN_TOO_LARGE,
};

static bool
is_version(const struct danelaw_tls *tls, const char *version)
{
	return tls->version != NULL && strcmp(tls->version, version) == 0;
}

static bool
is_old(const struct danelaw_tls *tls)
{
	return is_version(tls, "TLSv1") || is_version(tls, "TLSv1.0") ||
	    is_version(tls, "TLSv1.1") || is_version(tls, "SSLv3");
}

/* By what trials showed; FINDING_COUNT: the fault has to do. */
static const enum finding_id by_cause[N_CAUSES] = {
	[CAUSE_NONE] = FINDING_COUNT,
	[CAUSE_SNI] = FINDING_TLS_SNI_UNRECOGNIZED_112,
	[CAUSE_CERT_REQUIRED_12] = FINDING_TLS_CLIENT_CERT_REQUIRED_12,
	[CAUSE_CERT_REQUIRED_13] = FINDING_TLS_CLIENT_CERT_REQUIRED_13,
	[CAUSE_OWN_CERT] = FINDING_TLS_HANDSHAKE_FAILED,
	[CAUSE_VERSION] = FINDING_TLS_PROTOCOL_VERSION_70,
	[CAUSE_OLD_ONLY] = FINDING_TLS_OLD_ONLY,
	[CAUSE_CERT_CURVE] = FINDING_TLS_EC_CERT_CURVE,
	[CAUSE_CURVE_FIXED] = FINDING_TLS_SERVER_CURVE_FIXED,
	[CAUSE_GROUP] = FINDING_TLS_NO_COMMON_GROUP,
	[CAUSE_DH] = FINDING_TLS_DH_TOO_SMALL,
	[CAUSE_CIPHER] = FINDING_TLS_NO_SHARED_CIPHER,
	[CAUSE_SIGALG] = FINDING_TLS_SIGALG_UNSUPPORTED,
	[CAUSE_SHORT_KEY] = FINDING_CERT_RSA_512,
	[CAUSE_ANON] = FINDING_TLS_ANON_ONLY,
	[CAUSE_RENEGOTIATION] = FINDING_TLS_LEGACY_RENEGOTIATION,
	[CAUSE_IMPLICIT] = FINDING_SMTP_IMPLICIT_TLS,
	[CAUSE_BIG_HELLO] = FINDING_TLS_BIG_CLIENTHELLO,
	[CAUSE_HYBRID] = FINDING_TLS_HYBRID_REFUSED,
	[CAUSE_UNSTEADY] = FINDING_TLS_HANDSHAKE_FAILED,
	[CAUSE_LIBRARY] = FINDING_OPS_LIB_TOO_OLD,
	[CAUSE_TIMEOUT] = FINDING_TLS_TIMEOUT,
	[CAUSE_EOF] = FINDING_TLS_UNEXPECTED_EOF,
	[CAUSE_ALERT_40] = FINDING_TLS_HANDSHAKE_FAILURE_40,
};

static enum finding_id
finding_by_fault(const struct danelaw_probe *probe)
{
	/* It had asked for a certificate, got none, and hung up. */
	if (probe->tls != NULL && probe->tls->client_cert_requested)
		return is_version(probe->tls, "TLSv1.3")
		    ? FINDING_TLS_CLIENT_CERT_REQUIRED_13
		    : FINDING_TLS_CLIENT_CERT_REQUIRED_12;
	return by_fault[probe->fault];
}

/* The key of the certificate, which a trial may have seen. */
static const char *
key_seen(const struct danelaw_address *address)
{
	for (size_t i = 0; i < address->n_trials; i++) {
		if (address->trials[i].key != NULL)
			return address->trials[i].key;
	}
	return NULL;
}

static const char *
why_of(const struct exam *exam, const struct danelaw_probe *probe,
    const char *cause)
{
	if (cause == NULL)
		return kit_text(exam, probe->error);
	if (probe->error == NULL)
		return cause;
	return kit_text(
	    exam, arena_printf(exam->arena, "%s (%s)", cause, probe->error));
}

static struct danelaw_finding *
tell(struct exam *exam, const struct danelaw_host *host,
    const struct danelaw_address *address, const struct danelaw_probe *probe,
    enum finding_id id, const char *cause)
{
	const char *where = tree_place(exam->arena, host, address);
	const char *sni =
	    host->tlsa.base == NULL ? host->name : host->tlsa.base;

	if (where == NULL)
		where = host->name;
	return finding_add(exam->tree, id, where, "where", where, "host",
	    host->name, "name", kit_owner(exam, host), "why",
	    why_of(exam, probe, cause), "sni", sni, "version", "TLS 1.0 or 1.1",
	    "key", kit_text(exam, key_seen(address)), NULL);
}

/* The default offer failed, so a sender fails. */
static void
tell_failure(struct exam *exam, const struct danelaw_host *host,
    const struct danelaw_address *address, const struct danelaw_probe *probe)
{
	struct cause_answer answer =
	    cause_judge(exam->arena, address->trials, address->n_trials);
	enum finding_id id = by_cause[answer.cause];
	struct danelaw_finding *finding;

	if (id == FINDING_COUNT)
		id = probe->outcome == DANELAW_OUTCOME_TLS_TIMEOUT
		    ? FINDING_TLS_TIMEOUT
		    : finding_by_fault(probe);
	finding = tell(exam, host, address, probe, id, answer.words);
	if (finding == NULL)
		return;
	if (probe->outcome != DANELAW_OUTCOME_TLS_TIMEOUT)
		finding->severity = DANELAW_SEVERITY_CRITICAL;
	else if (finding->severity == DANELAW_SEVERITY_CRITICAL)
		finding->severity = DANELAW_SEVERITY_WARNING;
	kit_soften(finding, host, address->outcome);
}

static void
tell_anonymous(struct exam *exam, const struct danelaw_host *host,
    const struct danelaw_address *address, const struct danelaw_probe *probe)
{
	struct danelaw_finding *finding =
	    tell(exam, host, address, probe, FINDING_TLS_ANON_ONLY, NULL);

	if (finding == NULL)
		return;
	finding->severity = DANELAW_SEVERITY_CRITICAL;
	kit_soften(finding, host, address->outcome);
}

static void
diagnose_failure(struct exam *exam, const struct danelaw_host *host,
    const struct danelaw_address *address)
{
	/* Then no offer is to blame (diagnose_looks()). */
	if (kit_binding(host) && uneven_of(address).kind == UNEVEN_SHAKE)
		return;
	for (size_t i = 0; i < address->n_probes; i++) {
		const struct danelaw_probe *probe = &address->probes[i];

		if (probe->outcome != address->outcome)
			continue;
		if (probe->outcome == DANELAW_OUTCOME_TLS_FAILED ||
		    probe->outcome == DANELAW_OUTCOME_TLS_TIMEOUT) {
			tell_failure(exam, host, address, probe);
		} else if (probe->tls != NULL && probe->n_chain == 0 &&
		    probe->outcome != DANELAW_OUTCOME_NOT_EXAMINED) {
			tell_anonymous(exam, host, address, probe);
		} else {
			continue;
		}
		return;
	}
}

/* A handshake stands, but would not with every sender. */
static void
diagnose_success(struct exam *exam, const struct danelaw_host *host,
    const struct danelaw_address *address)
{
	struct cause_answer answer =
	    cause_judge(exam->arena, address->trials, address->n_trials);
	struct danelaw_finding *finding = NULL;

	if (address->n_probes == 0 || address->probes[0].tls == NULL)
		return;
	if (answer.cause == CAUSE_CURVE_FIXED ||
	    answer.cause == CAUSE_BIG_HELLO || answer.cause == CAUSE_HYBRID ||
	    answer.cause == CAUSE_UNSTEADY)
		finding = tell(exam, host, address, &address->probes[0],
		    by_cause[answer.cause], answer.words);
	if (finding != NULL)
		finding->severity = DANELAW_SEVERITY_WARNING;
}

/* What the server has, and this build cannot offer or read. */
static void
diagnose_unread(struct exam *exam, const struct danelaw_host *host,
    const struct danelaw_address *address)
{
	const char *cause =
	    cause_judge(exam->arena, address->trials, address->n_trials).words;

	for (size_t i = 0; i < address->n_probes; i++) {
		const struct danelaw_probe *probe = &address->probes[i];

		if (probe->outcome != DANELAW_OUTCOME_NOT_EXAMINED ||
		    address->untried != NULL || address->our_lack != NULL ||
		    (probe->tls != NULL && probe->tls->certs_cut > 0))
			continue;
		tell(exam, host, address, probe, FINDING_OPS_LIB_TOO_OLD,
		    i == 0 ? cause : NULL);
		return;
	}
}

/* As diagnose_mismatch(), for the names in a certificate that matches. */
static void
diagnose_no_sni(struct exam *exam, const struct danelaw_host *host,
    const struct danelaw_address *address)
{
	if (address->no_sni == NULL ||
	    address->no_sni->outcome != DANELAW_OUTCOME_AUTHENTICATED)
		return;
	for (size_t i = 0; i < address->n_probes; i++) {
		if (address->probes[i].outcome != DANELAW_OUTCOME_NAME_MISMATCH)
			continue;
		tell(exam, host, address, &address->probes[i],
		    FINDING_TLS_SNI_WRONG_CERT, NULL);
		return;
	}
}

/* Does the server sign in this handshake, or decrypt (static RSA)? */
static bool
is_static_rsa(const struct danelaw_tls *tls, const struct danelaw_cert *leaf)
{
	static const char *const signing[] = { "TLS_", "ECDHE-", "DHE-", "ADH-",
		"AECDH-" };

	if (tls->cipher == NULL || is_version(tls, "TLSv1.3") ||
	    leaf->key == NULL || strncmp(leaf->key, "RSA", 3) != 0)
		return false;
	for (size_t i = 0; i < sizeof(signing) / sizeof(signing[0]); i++) {
		if (strncmp(tls->cipher, signing[i], strlen(signing[i])) == 0)
			return false;
	}
	return true;
}

/* All templates for handshakes that stood draw on these keys. */
static struct danelaw_finding *
note(struct exam *exam, const struct sighting *sighting, enum finding_id id,
    const char *why)
{
	const struct danelaw_tls *tls = sighting->probe->tls;
	const struct danelaw_cert *leaf = &sighting->probe->chain[0];

	return finding_add(exam->tree, id, sighting->subject, "where",
	    sighting->where, "host", sighting->host->name, "version",
	    kit_text(exam, tls->version), "cipher", kit_text(exam, tls->cipher),
	    "key", kit_text(exam, leaf->key), "usage",
	    kit_key_usage(exam, leaf), "why", kit_text(exam, why), NULL);
}

/* GnuTLS clients look at the leaf's keyUsage, with error -48. */
static void
diagnose_key_usage(struct exam *exam, const struct sighting *sighting)
{
	const struct danelaw_tls *tls = sighting->probe->tls;
	const struct danelaw_cert *leaf = &sighting->probe->chain[0];
	bool signs = (leaf->key_usage & DANELAW_KU_DIGITAL_SIGNATURE) != 0;

	if (!leaf->has_key_usage)
		return;
	if (is_static_rsa(tls, leaf)) {
		if ((leaf->key_usage & DANELAW_KU_KEY_ENCIPHERMENT) == 0)
			note(exam, sighting, FINDING_TLS_GNUTLS_KUV_ENC, NULL);
		return;
	}
	if (signs)
		return;
	note(exam, sighting, FINDING_TLS_GNUTLS_KUV_SIGN, NULL);
	if (leaf->key != NULL && strncmp(leaf->key, "EC ", 3) == 0)
		note(exam, sighting, FINDING_TLS_ECDSA_CERT_KU, NULL);
}

static bool
is_rare_key(const struct danelaw_cert *leaf)
{
	return kit_says(leaf->key, "ED25519") || kit_says(leaf->key, "ED448") ||
	    kit_says(leaf->key, "RSA-PSS") || kit_says(leaf->key, "ML-DSA");
}

/* Has the address another certificate, with a key that everybody knows? */
static bool
has_common_key(const struct danelaw_address *address)
{
	for (size_t i = 0; i < address->n_probes; i++) {
		if (address->probes[i].n_chain > 0 &&
		    !is_rare_key(&address->probes[i].chain[0]))
			return true;
	}
	return false;
}

static void
diagnose_key(struct exam *exam, const struct sighting *sighting)
{
	const struct danelaw_cert *leaf = &sighting->probe->chain[0];

	if (is_rare_key(leaf) && !has_common_key(sighting->address))
		note(exam, sighting, FINDING_TLS_SIGALG_UNSUPPORTED, NULL);
	if (leaf->key != NULL && strncmp(leaf->key, "EC ", 3) == 0 &&
	    strcmp(leaf->key, "EC P-256") != 0 &&
	    is_version(sighting->probe->tls, "TLSv1.2"))
		note(exam, sighting, FINDING_TLS_EC_CERT_CURVE,
		    "the common ones do");
}

static bool
is_abandoned(const char *cipher)
{
	return kit_says(cipher, "RC4") || kit_says(cipher, "DES-CBC") ||
	    kit_says(cipher, "EXP-") || kit_says(cipher, "NULL-") ||
	    kit_says(cipher, "IDEA") || kit_says(cipher, "SEED");
}

static int
dh_bits(const char *group)
{
	return group != NULL && strncmp(group, "DH ", 3) == 0
	    ? (int)strtol(group + 3, NULL, 10)
	    : 0;
}

static void
diagnose_parameters(struct exam *exam, const struct sighting *sighting)
{
	const struct danelaw_tls *tls = sighting->probe->tls;
	int bits = dh_bits(tls->group);
	struct danelaw_finding *finding;

	if (is_old(tls))
		note(exam, sighting, FINDING_TLS_OLD_ONLY, NULL);
	if (is_abandoned(tls->cipher)) {
		finding = note(
		    exam, sighting, FINDING_TLS_NO_SHARED_CIPHER, tls->cipher);
		if (finding != NULL)
			finding->severity = DANELAW_SEVERITY_WARNING;
	}
	if (is_version(tls, "TLSv1.2") && !tls->ems)
		note(exam, sighting, FINDING_TLS_NO_EMS, NULL);
	if (bits > 0 && bits < 2048)
		note(exam, sighting, FINDING_TLS_DH_TOO_SMALL,
		    arena_printf(exam->arena,
			"%d-bit Diffie-Hellman parameters are too short",
			bits));
}

/* Whether one is needed is seen only by those who have none. */
static void
diagnose_client_cert(struct exam *exam, const struct sighting *sighting)
{
	const struct danelaw_tls *tls = sighting->probe->tls;
	const char *name = sighting->host->name;

	if (!tls->client_cert_requested ||
	    sighting->probe->outcome == DANELAW_OUTCOME_TLS_FAILED)
		return;
	if (tls->client_cert_sent && !tls->client_cert_may_sign)
		note(exam, sighting, FINDING_TLS_GNUTLS_KUV_LOCAL, NULL);
	if (!finding_present(
		exam->report, FINDING_TLS_CLIENT_CERT_REQUESTED, name))
		finding_add(exam->tree, FINDING_TLS_CLIENT_CERT_REQUESTED, name,
		    "where", name, "host", name, "need",
		    tls->client_cert_sent
			? " and got one; check without --cert to see "
			  "whether it needs one"
			: ", but does not need one",
		    NULL);
}

void
diagnose_tls(struct exam *exam)
{
	const struct danelaw_report *report = exam->report;

	for (size_t i = 0; i < report->n_hosts; i++) {
		const struct danelaw_host *host = &report->hosts[i];

		for (size_t j = 0; j < host->n_addresses; j++) {
			diagnose_failure(exam, host, &host->addresses[j]);
			diagnose_success(exam, host, &host->addresses[j]);
			diagnose_unread(exam, host, &host->addresses[j]);
			diagnose_no_sni(exam, host, &host->addresses[j]);
		}
	}
	for (size_t i = 0; i < exam->n_sightings; i++) {
		const struct sighting *sighting = &exam->sightings[i];

		if (sighting->probe->tls == NULL)
			continue;
		diagnose_key_usage(exam, sighting);
		diagnose_key(exam, sighting);
		diagnose_parameters(exam, sighting);
		diagnose_client_cert(exam, sighting);
	}
}
