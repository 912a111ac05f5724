/* SPDX-License-Identifier: ISC */
/*
 * Group C where a record fits the chain, but OpenSSL does not pass it; and
 * how the chain as a whole was put together.
 */
#include <string.h>

#include "policy/diagnose_kit.h"
#include "policy/senders.h"

/* The codes of X509_V_ERR_*, OpenSSL 3; this floor does not see OpenSSL. */
enum {
	UNABLE_TO_GET_ISSUER = 2,
	SELF_SIGNED = 18,
	SELF_SIGNED_IN_CHAIN = 19,
	UNABLE_TO_GET_LOCAL_ISSUER = 20,
	UNABLE_TO_VERIFY_LEAF = 21,
	CHAIN_TOO_LONG = 22,
	PATH_LENGTH = 25,
	INVALID_PURPOSE = 26,
	NO_KEYCERTSIGN = 32,
	UNHANDLED_EXTENSION = 34,
	PERMITTED_VIOLATION = 47,
	EXCLUDED_VIOLATION = 48,
	EE_KEY_TOO_SMALL = 66,
	CA_KEY_TOO_SMALL = 67,
	CA_MD_TOO_WEAK = 68,
	INVALID_CA = 79,
};

/* With its depth of 9 Postfix takes anchors up to here. */
enum { DEPTH_MAX = SENDERS_POSTFIX_DEPTH };

#define SERVER_USES                                                            \
	(DANELAW_KU_DIGITAL_SIGNATURE | DANELAW_KU_KEY_ENCIPHERMENT |          \
	    DANELAW_KU_KEY_AGREEMENT)

static const char *
effect_of(bool harmless)
{
	return harmless ? "; its usage 3 record does not depend on that" : "";
}

/* All templates here draw on these keys. */
static struct danelaw_finding *
blame(struct exam *exam, const struct sighting *sighting, enum finding_id id,
    const struct danelaw_cert *cert, const char *key, const char *value)
{
	const struct danelaw_host *host = sighting->host;
	const struct danelaw_record *record = kit_matched(sighting);
	/* A record for the leaf helps where an issuer is in the way. */
	bool below =
	    sighting->probe->outcome == DANELAW_OUTCOME_CHAIN_INVALID ||
	    (record != NULL && record->usage == DANELAW_USAGE_DANE_TA &&
		(id == FINDING_CERT_V1_CA ||
		    id == FINDING_CERT_CHAIN_TOO_LONG));
	bool leaf = cert == &sighting->probe->chain[0];
	struct danelaw_finding *finding = finding_add(exam->tree, id,
	    sighting->subject, "where", sighting->where, "host", host->name,
	    "kind", leaf ? "certificate" : "CA certificate", "of",
	    leaf ? "of" : "in the chain of", "todo",
	    leaf ? "Get a certificate with serverAuth"
		 : "Have the CA certificate issued again with serverAuth or "
		   "without extendedKeyUsage",
	    "name", kit_owner(exam, host), "new", kit_new(exam, host, below),
	    "cert", kit_cert(exam, cert), "key", kit_text(exam, cert->key),
	    "signature", kit_text(exam, cert->signature), key, value, NULL);

	if (below)
		kit_publish_311(
		    exam, finding, host, &sighting->probe->chain[0]);
	return finding;
}

/* The issuers of the leaf, from below, as far as they were sent. */
static const struct danelaw_cert *
next_issuer(const struct danelaw_probe *probe, const struct danelaw_cert *cert,
    size_t *steps)
{
	/* Names may go round in circles. */
	if (++*steps > probe->n_chain)
		return NULL;
	return kit_issuer(probe, cert);
}

/* Which certificate of the path is at fault? NULL: none that we can see. */
static const struct danelaw_cert *
find_issuer(const struct danelaw_probe *probe,
    bool (*is_faulty)(const struct danelaw_cert *cert))
{
	const struct danelaw_cert *cert = &probe->chain[0];
	size_t steps = 0;

	while ((cert = next_issuer(probe, cert, &steps)) != NULL) {
		if (is_faulty(cert))
			return cert;
	}
	return NULL;
}

static bool
lacks_keycertsign(const struct danelaw_cert *cert)
{
	return cert->has_key_usage &&
	    (cert->key_usage & DANELAW_KU_KEY_CERT_SIGN) == 0;
}

static bool
is_no_ca(const struct danelaw_cert *cert)
{
	return cert->version == 3 && !cert->ca;
}

static bool
is_version_1(const struct danelaw_cert *cert)
{
	return cert->version == 1;
}

static bool
limits_path(const struct danelaw_cert *cert)
{
	return cert->path_len >= 0 && cert->ca;
}

static int
rsa_bits(const struct danelaw_cert *cert)
{
	int bits = 0;

	if (cert->key == NULL || strncmp(cert->key, "RSA", 3) != 0)
		return 0;
	for (const char *at = cert->key; *at != '\0'; at++) {
		if (*at >= '0' && *at <= '9' && bits < 100000)
			bits = 10 * bits + (*at - '0');
	}
	return bits;
}

static bool
is_short_key(const struct danelaw_cert *cert)
{
	int bits = rsa_bits(cert);

	return bits > 0 && bits < 2048;
}

static bool
lacks_serverauth(const struct danelaw_cert *cert)
{
	for (size_t i = 0; i < cert->n_ext_key_usage; i++) {
		/* OpenSSL does not take "any" for it, others do. */
		if (kit_says(cert->ext_key_usage[i], "serverAuth"))
			return false;
	}
	return cert->has_ext_key_usage;
}

/* The issuer at fault if it is so faulty; else, if none is known, any. */
static const struct danelaw_cert *
find_faulty(const struct danelaw_probe *probe, const struct danelaw_cert *known,
    bool (*is_faulty)(const struct danelaw_cert *cert))
{
	if (known != NULL)
		return is_faulty(known) ? known : NULL;
	return find_issuer(probe, is_faulty);
}

/* A CA that is none, in one of three ways. */
static bool
blame_ca(struct exam *exam, const struct sighting *sighting)
{
	const struct danelaw_probe *probe = sighting->probe;
	struct danelaw_cert outside;
	const struct danelaw_cert *known = kit_faulty_issuer(probe, &outside);
	const struct danelaw_cert *cert;
	struct danelaw_finding *finding;

	if (known == &outside) {
		blame(
		    exam, sighting, FINDING_CERT_TA_NOT_CA, known, NULL, NULL);
		return true;
	}
	if ((cert = find_faulty(probe, known, is_version_1)) != NULL) {
		finding =
		    blame(exam, sighting, FINDING_CERT_V1_CA, cert, NULL, NULL);
		if (finding != NULL)
			finding->severity = DANELAW_SEVERITY_CRITICAL;
		return true;
	}
	if ((cert = find_faulty(probe, known, is_no_ca)) != NULL) {
		blame(exam, sighting, FINDING_CERT_TA_NOT_CA, cert, NULL, NULL);
		return true;
	}
	if ((cert = find_faulty(probe, known, lacks_keycertsign)) != NULL) {
		blame(exam, sighting, FINDING_CERT_TA_NO_KEYCERTSIGN, cert,
		    NULL, NULL);
		return true;
	}
	return false;
}

static bool
blame_purpose(struct exam *exam, const struct sighting *sighting)
{
	const struct danelaw_cert *leaf = &sighting->probe->chain[0];
	struct danelaw_cert outside;
	const struct danelaw_cert *issuer =
	    kit_faulty_issuer(sighting->probe, &outside);
	const struct danelaw_cert *cert = issuer == NULL ? leaf : issuer;

	if (lacks_serverauth(cert)) {
		blame(exam, sighting, FINDING_CERT_EKU_NO_SERVERAUTH, cert,
		    "usage",
		    kit_list(exam, cert->ext_key_usage, cert->n_ext_key_usage));
		return true;
	}
	/* What is wrong with it stands in the record. */
	if (issuer == &outside)
		return false;
	if (issuer == NULL && leaf->has_key_usage &&
	    (leaf->key_usage & SERVER_USES) == 0) {
		blame(exam, sighting, FINDING_CERT_KU_LEAF_TA, leaf, "usage",
		    kit_key_usage(exam, leaf));
		return true;
	}
	return blame_ca(exam, sighting);
}

static bool
blame_weak(struct exam *exam, const struct sighting *sighting,
    enum finding_id id, bool (*is_weak)(const struct danelaw_cert *cert))
{
	const struct danelaw_cert *leaf = &sighting->probe->chain[0];
	struct danelaw_cert outside;
	const struct danelaw_cert *known =
	    kit_faulty_issuer(sighting->probe, &outside);
	const struct danelaw_cert *cert = known == NULL && is_weak(leaf)
	    ? leaf
	    : find_faulty(sighting->probe, known, is_weak);
	struct danelaw_finding *finding;

	if (cert == NULL)
		return false;
	finding = blame(exam, sighting, id, cert, "effect", "");
	if (finding != NULL)
		finding->severity = DANELAW_SEVERITY_CRITICAL;
	return true;
}

static void
blame_missing(struct exam *exam, const struct sighting *sighting, bool harmless)
{
	const struct danelaw_cert *end = kit_path_end(sighting->probe);
	struct danelaw_finding *finding = finding_add(exam->tree,
	    FINDING_CERT_MISSING_INTERMEDIATE, sighting->subject, "where",
	    sighting->where, "host", sighting->host->name, "missing",
	    kit_text(exam, end->issuer), "cert", kit_cert(exam, end), "effect",
	    effect_of(harmless), NULL);

	if (finding != NULL && harmless)
		finding->severity = DANELAW_SEVERITY_INFO;
}

/* True: the code and the certificates tell the cause together. */
static bool
blame_code(struct exam *exam, const struct sighting *sighting, int code)
{
	const struct danelaw_probe *probe = sighting->probe;
	const struct danelaw_cert *leaf = &probe->chain[0], *cert;
	struct danelaw_cert outside;
	const struct danelaw_cert *known = kit_faulty_issuer(probe, &outside);

	switch (code) {
	case INVALID_PURPOSE:
		return blame_purpose(exam, sighting);
	case NO_KEYCERTSIGN:
	case INVALID_CA:
		return blame_ca(exam, sighting);
	case PATH_LENGTH:
		cert = find_faulty(probe, known, limits_path);
		if (cert == NULL)
			return false;
		blame(exam, sighting, FINDING_CERT_PATHLEN, cert, "pathlen",
		    kit_number(exam, cert->path_len));
		return true;
	case PERMITTED_VIOLATION:
	case EXCLUDED_VIOLATION:
		blame(exam, sighting, FINDING_CERT_NAME_CONSTRAINTS,
		    known == NULL ? leaf : known, NULL, NULL);
		return true;
	case CA_MD_TOO_WEAK:
		return blame_weak(
		    exam, sighting, FINDING_CERT_SHA1, kit_is_weakly_signed);
	case EE_KEY_TOO_SMALL:
	case CA_KEY_TOO_SMALL:
		return blame_weak(
		    exam, sighting, FINDING_CERT_RSA_1024, is_short_key);
	case UNHANDLED_EXTENSION:
		blame(exam, sighting, FINDING_CERT_CRITICAL_EXT,
		    known == NULL ? leaf : known, NULL, NULL);
		return true;
	case CHAIN_TOO_LONG:
		blame(exam, sighting, FINDING_CERT_CHAIN_TOO_LONG, leaf,
		    "depth", kit_number(exam, (long)probe->n_chain - 1));
		return true;
	case UNABLE_TO_GET_ISSUER:
	case UNABLE_TO_GET_LOCAL_ISSUER:
	case UNABLE_TO_VERIFY_LEAF:
		if (kit_path_end(probe)->self_issued)
			return false;
		blame_missing(exam, sighting, false);
		return true;
	}
	return false;
}

static void
diagnose_invalid(struct exam *exam, const struct sighting *sighting)
{
	const struct danelaw_verify_error *error =
	    sighting->probe->verify_error;
	int code = error == NULL ? 0 : error->code;
	const char *number = kit_number(exam, code);
	struct danelaw_cert outside;
	const struct danelaw_cert *known =
	    kit_faulty_issuer(sighting->probe, &outside);
	struct danelaw_finding *finding;

	if (blame_code(exam, sighting, code))
		return;
	if (known == NULL)
		known = &sighting->probe->chain[0];
	finding = finding_add(exam->tree, FINDING_CERT_CHAIN_INVALID,
	    sighting->subject, "where", sighting->where, "host",
	    sighting->host->name, "name", kit_owner(exam, sighting->host),
	    "new", kit_new(exam, sighting->host, true), "cert",
	    kit_cert(exam, known), "why",
	    kit_text(exam, error == NULL ? NULL : error->text), "code", number,
	    NULL);
	kit_publish_311(
	    exam, finding, sighting->host, &sighting->probe->chain[0]);
}

/* What works with our judge, and not everywhere. */
static void
diagnose_accepted(struct exam *exam, const struct sighting *sighting)
{
	const struct danelaw_probe *probe = sighting->probe;
	const struct danelaw_record *record = kit_matched(sighting);
	const struct danelaw_cert *leaf = &probe->chain[0], *cert;
	bool ee = record != NULL && record->usage == DANELAW_USAGE_DANE_EE;
	struct danelaw_finding *finding;

	if (record == NULL)
		return;
	if (ee && !leaf->self_issued && kit_issuer(probe, leaf) == NULL)
		blame_missing(exam, sighting, true);
	if (!ee && (cert = find_issuer(probe, is_version_1)) != NULL)
		blame(exam, sighting, FINDING_CERT_V1_CA, cert, NULL, NULL);
	if (is_short_key(leaf))
		blame(exam, sighting, FINDING_CERT_RSA_1024, leaf, NULL, NULL);
	if (ee && !leaf->self_issued && kit_is_weakly_signed(leaf)) {
		finding = blame(exam, sighting, FINDING_CERT_SHA1, leaf,
		    "effect", effect_of(true));
		if (finding != NULL)
			finding->severity = DANELAW_SEVERITY_INFO;
	}
	if (!ee && probe->match->depth > DEPTH_MAX) {
		finding = blame(exam, sighting, FINDING_CERT_CHAIN_TOO_LONG,
		    leaf, "depth", kit_number(exam, probe->match->depth));
		if (finding != NULL)
			finding->severity = DANELAW_SEVERITY_WARNING;
	}
	if (ee && leaf->ca)
		blame(
		    exam, sighting, FINDING_CERT_LEAF_IS_CA, leaf, NULL, NULL);
}

/*
 * What public CAs say, where they were asked; else what is plain to see. It
 * is never more than news, as DANE does without them (RFC 7672 section 3.1.3).
 */
static void
diagnose_trust(struct exam *exam, const struct sighting *sighting)
{
	const struct danelaw_pkix *pkix = sighting->probe->pkix;
	const struct danelaw_record *record = kit_matched(sighting);
	const struct danelaw_cert *leaf = &sighting->probe->chain[0];
	const char *trouble = "is self-signed";

	if (pkix != NULL
		? pkix->trusted
		: record == NULL || record->usage != DANELAW_USAGE_DANE_EE ||
		    !leaf->self_issued)
		return;
	if (pkix != NULL && pkix->code != SELF_SIGNED)
		trouble = arena_printf(exam->arena,
		    "does not pass with public CAs (OpenSSL %d, %s)",
		    pkix->code, kit_text(exam, pkix->text));
	blame(exam, sighting, FINDING_CERT_PKIX_UNTRUSTED, leaf, "trouble",
	    trouble == NULL ? "" : trouble);
	if (pkix == NULL ||
	    (pkix->code != UNABLE_TO_GET_ISSUER &&
		pkix->code != UNABLE_TO_GET_LOCAL_ISSUER))
		return;
	trouble = arena_printf(exam->arena, "OpenSSL %d, \"%s\": %s",
	    pkix->code, kit_text(exam, pkix->text),
	    pkix->explain == NULL ? "no reason given" : pkix->explain);
	blame(exam, sighting, FINDING_CERT_ERROR_2_VS_20, leaf, "trouble",
	    trouble == NULL ? "" : trouble);
}

static bool
is_repeated(const struct danelaw_probe *probe, size_t at)
{
	for (size_t i = 0; i < at; i++) {
		if (probe->chain[i].cert_sha256 != NULL &&
		    probe->chain[at].cert_sha256 != NULL &&
		    strcmp(probe->chain[i].cert_sha256,
			probe->chain[at].cert_sha256) == 0)
			return true;
	}
	return false;
}

static void
diagnose_order(struct exam *exam, const struct sighting *sighting)
{
	const struct danelaw_probe *probe = sighting->probe;
	const struct danelaw_cert *last = NULL;
	/* Of an order that matters it is told already. */
	bool misplaced = finding_present(
	    exam->report, FINDING_CERT_TWIN_FIRST, sighting->subject);
	bool repeated = false;

	for (size_t i = 0; i < probe->n_chain; i++) {
		const struct danelaw_cert *cert = &probe->chain[i];

		if (is_repeated(probe, i)) {
			if (!repeated)
				blame(exam, sighting, FINDING_CERT_DUPLICATE,
				    cert, NULL, NULL);
			repeated = true;
			continue;
		}
		if (last != NULL && !misplaced && cert->subject != NULL &&
		    kit_issuer(probe, last) != NULL &&
		    strcmp(cert->subject, last->issuer) != 0) {
			blame(exam, sighting, FINDING_CERT_WRONG_ORDER, last,
			    NULL, NULL);
			misplaced = true;
		}
		last = cert;
	}
}

/* Is the key of this CA in the record, in another certificate? */
static bool
holds_key(const struct danelaw_record *record, const struct danelaw_cert *cert)
{
	return cert->spki != NULL && cert->spki_len > 0 &&
	    record->mtype == DANELAW_MTYPE_FULL && record->data != NULL &&
	    !kit_fits(record, cert) &&
	    memmem(record->data, record->len, cert->spki, cert->spki_len) !=
	    NULL;
}

/* Is one of two certificates for the same key named, and the other not? */
static bool
has_twin(const struct danelaw_record *record, const struct danelaw_probe *probe,
    const struct danelaw_cert *cert)
{
	for (size_t i = 1; i < probe->n_chain; i++) {
		const struct danelaw_cert *other = &probe->chain[i];

		if (other != cert && other->spki_sha256 != NULL &&
		    cert->spki_sha256 != NULL &&
		    strcmp(other->spki_sha256, cert->spki_sha256) == 0 &&
		    kit_fits(record, other) && !kit_fits(record, cert))
			return true;
	}
	return false;
}

static void
tell_twin(struct exam *exam, const struct sighting *sighting,
    const struct danelaw_record *record, const struct danelaw_cert *cert)
{
	struct danelaw_finding *finding = finding_add(exam->tree,
	    FINDING_CERT_CROSS_SIGN_200, sighting->subject, "where",
	    sighting->where, "name", kit_owner(exam, sighting->host), "record",
	    kit_rr(exam, record), "ta", kit_cert(exam, cert), NULL);

	if (cert->spki_sha256 == NULL)
		return;
	kit_withdraw(exam, finding, sighting->host, record->rr);
	kit_publish(exam, finding, sighting->host,
	    arena_printf(exam->arena, "2 1 1 %s", cert->spki_sha256));
}

static void
diagnose_cross_signing(struct exam *exam, const struct sighting *sighting)
{
	const struct danelaw_tlsa *tlsa = &sighting->host->tlsa;
	const struct danelaw_probe *probe = sighting->probe;

	for (size_t i = 0; i < tlsa->n_records; i++) {
		const struct danelaw_record *record = &tlsa->records[i];

		if (!record->usable || record->usage != DANELAW_USAGE_DANE_TA ||
		    record->selector != DANELAW_SELECTOR_CERT)
			continue;
		for (size_t j = 1; j < probe->n_chain; j++) {
			const struct danelaw_cert *cert = &probe->chain[j];

			if (!holds_key(record, cert) &&
			    !has_twin(record, probe, cert))
				continue;
			tell_twin(exam, sighting, record, cert);
			return;
		}
	}
}

static void
diagnose_serial(struct exam *exam, const struct sighting *sighting)
{
	const struct danelaw_probe *probe = sighting->probe;

	for (size_t i = 0; i < probe->n_chain; i++) {
		if (!probe->chain[i].negative_serial)
			continue;
		blame(exam, sighting, FINDING_CERT_NEGATIVE_SERIAL,
		    &probe->chain[i], NULL, NULL);
		return;
	}
}

void
diagnose_chain(struct exam *exam)
{
	for (size_t i = 0; i < exam->n_sightings; i++) {
		const struct sighting *sighting = &exam->sightings[i];
		enum danelaw_outcome outcome = sighting->probe->outcome;

		/* Nobody looks at the certificates of other hosts. */
		if (sighting->host->policy != DANELAW_POLICY_DANE)
			continue;
		if (outcome == DANELAW_OUTCOME_CHAIN_INVALID)
			diagnose_invalid(exam, sighting);
		else if (outcome == DANELAW_OUTCOME_AUTHENTICATED)
			diagnose_accepted(exam, sighting);
		if (outcome == DANELAW_OUTCOME_AUTHENTICATED)
			diagnose_trust(exam, sighting);
		diagnose_order(exam, sighting);
		diagnose_serial(exam, sighting);
		diagnose_cross_signing(exam, sighting);
	}
}
