/* SPDX-License-Identifier: ISC */
/*
 * Why no record fits a chain. The causes are tried from the one that the
 * bytes prove to the one that is left over:
 *
 *	1. a record fits, but a stronger digest goes before it
 *	2. a record holds the digest that belongs to the other selector
 *	3. a usage 2 record holds the server's own certificate
 *	4. a usage 2 record fits a certificate sent, but no path leads there
 *	5. the other certificate of the same address fits
 *	6. usage 3: by selector, what must have changed
 *	7. usage 2: by what was not sent
 */
#include <string.h>

#include "policy/diagnose_ca.h"
#include "policy/tlsa.h"
#include "policy/twin.h"
#include "policy/uneven.h"

#define HINT_CHAIN                                                             \
	"; by default Let's Encrypt sends Root YR for RSA keys, Root YE and "  \
	"ISRG Root X2 for ECDSA keys, and never ISRG Root X1"

struct mismatch {
	struct exam *exam;
	const struct sighting *sighting;
	const struct danelaw_host *host;
	const struct danelaw_probe *probe;
	const struct danelaw_cert *leaf;
	const struct danelaw_record *record; /* the one to blame */
	const char *name;
};

/*
 * All causes draw on the same keys; each template takes those it names.
 * A missing value must not be NULL, for it would show.
 */
static struct danelaw_finding *
blame(const struct mismatch *m, enum finding_id id, const char *key1,
    const char *value1, const char *key2, const char *value2)
{
	struct exam *exam = m->exam;

	return finding_add(exam->tree, id, m->sighting->subject, "where",
	    m->sighting->where, "place", m->sighting->subject, "host",
	    m->host->name, "name", m->name, "new", "the record below", "record",
	    kit_rr(exam, m->record), "cert", kit_cert(exam, m->leaf), "since",
	    kit_date(exam, m->leaf->not_before), "issuer",
	    kit_text(exam, m->leaf->issuer), key1, value1, key2, value2, NULL);
}

static void
replace(
    const struct mismatch *m, struct danelaw_finding *finding, uint8_t usage)
{
	const struct danelaw_tlsa *tlsa = &m->host->tlsa;

	for (size_t i = 0; i < tlsa->n_records; i++) {
		const struct danelaw_record *record = &tlsa->records[i];

		/* Another address may still need it. */
		if (record->usable && record->usage == usage &&
		    !kit_fits_host(m->exam, m->host, record))
			kit_withdraw(m->exam, finding, m->host, record->rr);
	}
	kit_publish_311(m->exam, finding, m->host, m->leaf);
}

/* 1: RFC 7671 section 9, digest agility. */
static bool
blame_agility(struct mismatch *m)
{
	const struct danelaw_tlsa *tlsa = &m->host->tlsa;
	const struct danelaw_record *stale = NULL;
	struct danelaw_finding *finding;

	for (size_t i = 0; i < tlsa->n_records && m->record == NULL; i++) {
		if (tlsa->records[i].usable &&
		    tlsa_is_superseded(tlsa->records, tlsa->n_records, i) &&
		    kit_fitting(&tlsa->records[i], m->probe) != NULL)
			m->record = &tlsa->records[i];
	}
	if (m->record == NULL)
		return false;
	for (size_t i = 0; i < tlsa->n_records && stale == NULL; i++) {
		const struct danelaw_record *other = &tlsa->records[i];

		if (other->usable && other->usage == m->record->usage &&
		    other->selector == m->record->selector &&
		    other->mtype > m->record->mtype)
			stale = other;
	}
	if (stale == NULL) {
		m->record = NULL;
		return false;
	}
	finding = blame(m, FINDING_TLSA_AGILITY_MISMATCH, "stale",
	    kit_rr(m->exam, stale), NULL, NULL);
	for (size_t i = 0; i < tlsa->n_records; i++) {
		const struct danelaw_record *other = &tlsa->records[i];

		if (other->usable && other->usage == stale->usage &&
		    other->selector == stale->selector &&
		    other->mtype == stale->mtype)
			kit_withdraw(m->exam, finding, m->host, other->rr);
	}
	return true;
}

/* 2: the digest was made for the other selector. */
static bool
blame_selector(struct mismatch *m)
{
	const struct danelaw_tlsa *tlsa = &m->host->tlsa;

	for (size_t i = 0; i < tlsa->n_records; i++) {
		const struct danelaw_record *record = &tlsa->records[i];
		uint8_t other =
		    record->selector == DANELAW_SELECTOR_CERT ? 1 : 0;
		size_t from = record->usage == DANELAW_USAGE_DANE_EE ? 0 : 1;
		size_t end = record->usage == DANELAW_USAGE_DANE_EE
		    ? 1
		    : m->probe->n_chain;

		for (size_t j = from; record->usable && j < end; j++) {
			const struct danelaw_cert *cert = &m->probe->chain[j];
			struct danelaw_finding *finding;
			char *right;

			if (!kit_fits_as(record, other, cert) ||
			    record->rr == NULL)
				continue;
			/* The same data after "U S ". */
			right = arena_printf(m->exam->arena, "%u %u %s",
			    record->usage, other, record->rr + 4);
			m->record = record;
			m->leaf = cert;
			finding = blame(m, FINDING_TLSA_SWAPPED_SELECTOR, "is",
			    other == 0 ? "whole certificate" : "key", "says",
			    other == 0 ? "key" : "whole certificate");
			kit_withdraw(m->exam, finding, m->host, record->rr);
			kit_publish(m->exam, finding, m->host, right);
			return true;
		}
	}
	return false;
}

/* 3: usage 2 for what is usage 3. */
static bool
blame_usage(struct mismatch *m)
{
	const struct danelaw_tlsa *tlsa = &m->host->tlsa;

	for (size_t i = 0; i < tlsa->n_records; i++) {
		const struct danelaw_record *record = &tlsa->records[i];
		struct danelaw_finding *finding;
		char *right;

		if (!record->usable || record->usage != DANELAW_USAGE_DANE_TA ||
		    record->rr == NULL || !kit_fits(record, m->leaf))
			continue;
		right = arena_printf(m->exam->arena, "3%s", record->rr + 1);
		m->record = record;
		finding = blame(
		    m, FINDING_TLSA_TA_MATCHES_LEAF, NULL, NULL, NULL, NULL);
		kit_withdraw(m->exam, finding, m->host, record->rr);
		kit_publish(m->exam, finding, m->host, right);
		return true;
	}
	return false;
}

/* Do the names lead from the leaf to this certificate? */
static bool
is_on_path(const struct danelaw_probe *probe, const struct danelaw_cert *wanted)
{
	const struct danelaw_cert *cert = &probe->chain[0];

	for (size_t i = 0; i < probe->n_chain && cert != NULL; i++) {
		if (cert == wanted)
			return true;
		cert = kit_issuer(probe, cert);
	}
	return false;
}

/* The anchor is there, and no way leads to it. */
static void
blame_unrelated(const struct mismatch *m, const struct danelaw_cert *ta)
{
	const struct danelaw_cert *signer = twin_signer(m->probe, m->leaf);
	const char *how = "was not issued below it";
	struct danelaw_finding *finding;

	if (signer != NULL)
		how = kit_text(m->exam,
		    arena_printf(m->exam->arena,
			"was issued by another that it sends, %s",
			kit_cert(m->exam, signer)));
	finding = blame(m, FINDING_CERT_UNRELATED_TA_APPENDED, "ta",
	    kit_cert(m->exam, ta), "how", how);
	/* Nobody's key that was sent made the signature: it may be forged. */
	if (finding != NULL && signer == NULL)
		finding->remedy = "Load the certificate that this CA issued; "
				  "if you did not set this up, treat it as an "
				  "attack.";
}

static void
blame_twin(const struct mismatch *m, const struct twin *twin)
{
	const struct danelaw_cert *chain = m->probe->chain;

	blame(m, FINDING_CERT_TWIN_FIRST, "twin",
	    kit_cert(m->exam, twin->first), "places",
	    kit_text(m->exam,
		arena_printf(m->exam->arena,
		    "certificate %zu of its chain did, and certificate %zu "
		    "stands before it",
		    (size_t)(twin->signer - chain) + 1,
		    (size_t)(twin->first - chain) + 1)));
}

/* 4: the anchor was sent, but is it above the leaf? */
static bool
blame_path(struct mismatch *m)
{
	const struct danelaw_tlsa *tlsa = &m->host->tlsa;
	const struct danelaw_cert *end = kit_path_end(m->probe), *ta = NULL;
	struct twin twin;

	for (size_t i = 0; i < tlsa->n_records && ta == NULL; i++) {
		if (!tlsa->records[i].usable ||
		    tlsa->records[i].usage != DANELAW_USAGE_DANE_TA)
			continue;
		m->record = &tlsa->records[i];
		ta = kit_fitting(m->record, m->probe);
	}
	if (ta == NULL) {
		m->record = NULL;
		return false;
	}
	/* Where the names fit, the signatures do not. */
	if (twin_find(m->probe, ta, &twin))
		blame_twin(m, &twin);
	else if (end->self_issued || is_on_path(m->probe, ta))
		blame_unrelated(m, ta);
	else
		kit_publish_311(m->exam,
		    finding_add(m->exam->tree,
			FINDING_CERT_MISSING_INTERMEDIATE, m->sighting->subject,
			"where", m->sighting->where, "host", m->host->name,
			"missing", kit_text(m->exam, end->issuer), "cert",
			kit_cert(m->exam, end), "effect",
			", so no path leads to the one in its TLSA record",
			NULL),
		    m->host, m->leaf);
	return true;
}

/* 5: another certificate at the same address is covered. */
static bool
blame_second_certificate(struct mismatch *m)
{
	const struct danelaw_address *address = m->sighting->address;

	for (size_t i = 0; i < address->n_probes; i++) {
		const struct danelaw_probe *probe = &address->probes[i];

		if (probe->outcome != DANELAW_OUTCOME_AUTHENTICATED ||
		    probe->n_chain == 0 || probe->chain[0].key == NULL ||
		    m->leaf->key == NULL ||
		    strcmp(probe->chain[0].key, m->leaf->key) == 0)
			continue;
		kit_publish_311(m->exam,
		    blame(m, FINDING_TLSA_MULTI_CERT_PARTIAL, "key",
			m->leaf->key, "other", probe->chain[0].key),
		    m->host, m->leaf);
		return true;
	}
	return false;
}

/* What the server should show is in the zone already: no line is to change. */
static void
blame_server(const struct mismatch *m)
{
	struct exam *exam = m->exam;
	bool over = m->leaf->not_after < exam->report->at;

	blame(m, FINDING_TLSA_SERVER_NOT_RELOADED, "dates",
	    kit_text(exam,
		arena_printf(exam->arena, "valid since %s and %s %s",
		    kit_date(exam, m->leaf->not_before),
		    over ? "expired since" : "until",
		    kit_date(exam, m->leaf->not_after))),
	    NULL, NULL);
}

/* 6: only the server's own certificate was promised. */
static bool
blame_end_entity(struct mismatch *m)
{
	const struct danelaw_tlsa *tlsa = &m->host->tlsa;
	const struct danelaw_cert *ca = NULL;
	enum finding_id id;
	const char *detail, *more;
	bool full = false, key = false;
	size_t n = 0;

	for (size_t i = 0; i < tlsa->n_records; i++) {
		const struct danelaw_record *record = &tlsa->records[i];

		if (!record->usable || record->usage != DANELAW_USAGE_DANE_EE)
			continue;
		if (m->record == NULL)
			m->record = record;
		n++;
		full = full || record->selector == DANELAW_SELECTOR_CERT;
		key = key || record->selector == DANELAW_SELECTOR_SPKI;
		for (size_t j = 1; j < m->probe->n_chain; j++) {
			if (kit_fits(record, &m->probe->chain[j]))
				ca = &m->probe->chain[j];
		}
	}
	if (m->record == NULL)
		return false;
	if (ca == NULL && kit_is_left_over(m->exam, m->sighting)) {
		blame_server(m);
		return true;
	}
	if (ca != NULL || (full && key))
		id = FINDING_TLSA_NO_MATCH_EE;
	else
		id = full ? FINDING_TLSA_STALE_301_AFTER_RENEWAL
			  : FINDING_TLSA_STALE_311_NEW_KEY;
	detail = ca == NULL
	    ? "neither the certificate nor its key is the one they name"
	    : arena_printf(m->exam->arena,
		  "one holds the digest of %s, which is an issuer and needs "
		  "usage 2",
		  kit_cert(m->exam, ca));
	more = n == 1
	    ? ""
	    : arena_printf(m->exam->arena, " (all %zu usage 3 records are)", n);
	replace(m,
	    blame(m, id, "detail", detail == NULL ? "" : detail, "more",
		more == NULL ? "" : more),
	    3);
	return true;
}

static bool
is_root(const struct known_ca *ca)
{
	return ca->state == KNOWN_CA_ROOT;
}

/* What is known of the issuers that the records name. */
struct named {
	const struct danelaw_record *retired, *current, *root;
	bool same_key; /* some issue for the key of the leaf */
};

static struct named
find_named(const struct mismatch *m)
{
	const struct danelaw_tlsa *tlsa = &m->host->tlsa;
	struct named named = { .retired = NULL };

	for (size_t i = 0; i < tlsa->n_records; i++) {
		const struct danelaw_record *record = &tlsa->records[i];
		const struct known_ca *ca = known_ca_find(record);

		if (ca == NULL)
			continue;
		if (known_ca_is_retired(ca)) {
			named.retired = record;
		} else if (is_root(ca)) {
			named.root = record;
		} else {
			named.current = record;
			named.same_key = named.same_key ||
			    ca->key == known_ca_key_of(m->leaf);
		}
	}
	return named;
}

/* Records for issuers of Let's Encrypt, of whom none issued the leaf. */
static bool
blame_known_issuer(struct mismatch *m)
{
	struct named named = find_named(m);
	struct danelaw_finding *finding;
	const char *kind = "";

	m->record = named.current != NULL ? named.current : named.retired;
	if (m->record == NULL)
		return false;
	if (named.current == NULL) {
		finding = blame(m, FINDING_TLSA_TA_LE_RETIRED, "ca",
		    ca_named(m->exam, m->host, known_ca_is_retired), "offer",
		    ca_offer(m->exam, m->leaf));
	} else {
		if (!named.same_key)
			kind = ", who issue for another type of key";
		finding = blame(m, FINDING_TLSA_TA_LE_OTHER_ISSUER, "ca",
		    arena_printf(m->exam->arena, "%s%s",
			ca_named(m->exam, m->host, known_ca_issues), kind),
		    "offer", ca_offer(m->exam, m->leaf));
	}
	replace(m, finding, 2);
	ca_publish(m->exam, finding, m->host, m->leaf);
	return true;
}

/* A root that everybody knows, and no server sends. */
static bool
blame_known_root(struct mismatch *m)
{
	struct named named = find_named(m);

	if (named.root == NULL)
		return false;
	m->record = named.root;
	replace(m,
	    blame(m, FINDING_TLSA_TA_ROOT_NOT_SENT, "root",
		ca_named(m->exam, m->host, is_root), "hint",
		known_ca_issued(m->leaf) ? HINT_CHAIN : ""),
	    2);
	return true;
}

/* 7: an issuer was promised, and it is not there. */
static void
blame_issuer(struct mismatch *m)
{
	const struct danelaw_tlsa *tlsa = &m->host->tlsa;
	const struct danelaw_cert *end = kit_path_end(m->probe);
	const char *missing = kit_text(m->exam, end->issuer);
	const struct danelaw_record *anchor = NULL;
	const char *sends;

	for (size_t i = 0; i < tlsa->n_records; i++) {
		const struct danelaw_record *record = &tlsa->records[i];

		if (!record->usable || record->usage != DANELAW_USAGE_DANE_TA)
			continue;
		if (anchor == NULL)
			anchor = record;
		if (record->selector == DANELAW_SELECTOR_CERT &&
		    record->mtype == DANELAW_MTYPE_FULL && !end->self_issued) {
			m->record = record;
			kit_publish_311(m->exam,
			    blame(m, FINDING_TLSA_200_MISSING_INTER, "missing",
				missing, NULL, NULL),
			    m->host, m->leaf);
			return;
		}
	}
	if (anchor != NULL && m->leaf->not_after < m->exam->report->at) {
		m->record = anchor;
		blame_server(m);
		return;
	}
	if (anchor == NULL || blame_known_issuer(m) ||
	    (!end->self_issued && blame_known_root(m)))
		return;
	m->record = anchor;
	if (m->probe->n_chain > 1 && !end->self_issued) {
		kit_publish_311(m->exam,
		    blame(m, FINDING_TLSA_TA_ROOT_NOT_SENT, "root", missing,
			"hint", ""),
		    m->host, m->leaf);
		return;
	}
	if (m->probe->n_chain == 1)
		sends = "it sends its own certificate alone";
	else
		sends = arena_printf(m->exam->arena,
		    "its %zu certificates are others", m->probe->n_chain);
	kit_publish_311(m->exam,
	    blame(m, FINDING_TLSA_TA_NOT_IN_CHAIN, "sends",
		kit_text(m->exam, sends), NULL, NULL),
	    m->host, m->leaf);
}

static void
diagnose_sighting(struct exam *exam, const struct sighting *sighting)
{
	struct mismatch m = { .exam = exam,
		.sighting = sighting,
		.host = sighting->host,
		.probe = sighting->probe,
		.leaf = &sighting->probe->chain[0],
		.name = kit_owner(exam, sighting->host) };

	if (blame_agility(&m) || blame_selector(&m) || blame_usage(&m) ||
	    blame_path(&m) || blame_second_certificate(&m))
		return;
	/* Issuers beside it were meant to help out, and cannot. */
	if (blame_end_entity(&m))
		blame_known_issuer(&m);
	else
		blame_issuer(&m);
}

/* The certificate that depends on the server name (RFC 7672 section 8.1). */
static bool
is_sni_fault(const struct sighting *sighting)
{
	const struct danelaw_tls *tls = sighting->probe->tls;
	const struct danelaw_probe *bare = sighting->address->no_sni;

	return tls != NULL && tls->sni != NULL && bare != NULL &&
	    bare->match != NULL;
}

/* The same offer meets a certificate that passes, and one that does not. */
static bool
is_by_chance(const struct danelaw_address *address)
{
	struct uneven uneven = uneven_of(address);

	return uneven.kind == UNEVEN_CERTS &&
	    (uneven.first->outcome == DANELAW_OUTCOME_AUTHENTICATED ||
		uneven.other->outcome == DANELAW_OUTCOME_AUTHENTICATED);
}

void
diagnose_mismatch(struct exam *exam)
{
	for (size_t i = 0; i < exam->n_sightings; i++) {
		const struct sighting *sighting = &exam->sightings[i];

		if (sighting->probe->outcome != DANELAW_OUTCOME_TLSA_MISMATCH)
			continue;
		/* That no record fits is a consequence. */
		if (bytes_are_cause(exam, sighting->host) ||
		    is_by_chance(sighting->address))
			continue;
		if (is_sni_fault(sighting))
			finding_add(exam->tree, FINDING_TLS_SNI_WRONG_CERT,
			    sighting->subject, "where", sighting->where, "host",
			    sighting->host->name, "sni",
			    sighting->probe->tls->sni, NULL);
		else
			diagnose_sighting(exam, sighting);
	}
}
