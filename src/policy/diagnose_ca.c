/* SPDX-License-Identifier: ISC */
/*
 * Let's Encrypt issues from one set of issuers for RSA keys and from another
 * for ECDSA keys, and draws one of the set at each renewal. So records for
 * issuers must name the whole set, backups included; the record of the root
 * that signed the set does as well, where the server sends it.
 */
#include "policy/diagnose_ca.h"

#include <string.h>

#include "policy/senders.h"

enum {
	/* Above this Exchange Online was seen to fail (July 2024). */
	MANY_RECORDS = 12,
	YEAR = 365 * 24 * 3600,
	NAMES_MAX = 64,
};

/* Adds a name that is not there yet. */
static void
add_name(const char **names, size_t *n, const char *name)
{
	for (size_t i = 0; i < *n; i++) {
		if (strcmp(names[i], name) == 0)
			return;
	}
	if (*n < NAMES_MAX)
		names[(*n)++] = name;
}

const char *
ca_named(const struct exam *exam, const struct danelaw_host *host,
    bool (*is)(const struct known_ca *ca))
{
	const char *names[NAMES_MAX];
	size_t n = 0;

	for (size_t i = 0; i < host->tlsa.n_records; i++) {
		const struct known_ca *ca =
		    known_ca_find(&host->tlsa.records[i]);

		if (ca != NULL && is(ca))
			add_name(names, &n, ca->name);
	}
	return kit_list(exam, names, n);
}

/* The next one that issues for this key; NULL: no more. */
static const struct known_ca *
next_issuer(size_t *at, enum known_ca_key key)
{
	const struct known_ca *ca;

	while ((ca = known_ca_at((*at)++)) != NULL) {
		if (ca->key == key && known_ca_issues(ca))
			return ca;
	}
	return NULL;
}

void
ca_publish(const struct exam *exam, struct danelaw_finding *finding,
    const struct danelaw_host *host, const struct danelaw_cert *leaf)
{
	enum known_ca_key key = known_ca_key_of(leaf);
	const struct known_ca *ca;
	size_t at = 0;

	while (known_ca_issued(leaf) && (ca = next_issuer(&at, key)) != NULL)
		kit_publish(exam, finding, host,
		    arena_printf(exam->arena, "2 1 1 %s", ca->spki_sha256));
}

const char *
ca_offer(const struct exam *exam, const struct danelaw_cert *leaf)
{
	enum known_ca_key key = known_ca_key_of(leaf);
	const char *names[NAMES_MAX], *text;
	const struct known_ca *ca;
	size_t n = 0, at = 0;

	while (known_ca_issued(leaf) && (ca = next_issuer(&at, key)) != NULL)
		add_name(names, &n, ca->name);
	if (n == 0)
		return "";
	text = arena_printf(exam->arena,
	    ", or 2 1 1 of all issuers for %s keys (%s, backup included), or "
	    "both",
	    known_ca_key_word(key), kit_list(exam, names, n));
	return text == NULL ? "" : text;
}

/* Does a record name this issuer, by the table or by what was sent? */
static bool
is_covered(const struct sighting *sighting, const struct known_ca *wanted)
{
	const struct danelaw_tlsa *tlsa = &sighting->host->tlsa;

	for (size_t i = 0; i < tlsa->n_records; i++) {
		const struct danelaw_record *record = &tlsa->records[i];
		const struct known_ca *ca = known_ca_find(record);
		const struct danelaw_cert *cert =
		    record->usage == DANELAW_USAGE_DANE_TA && record->usable
		    ? kit_fitting(record, sighting->probe)
		    : NULL;

		if (ca != NULL && strcmp(ca->name, wanted->name) == 0)
			return true;
		if (cert != NULL && known_ca_has_cn(cert->subject, wanted->cn))
			return true;
	}
	return false;
}

/* Is some issuer of the leaf's issuer, and so of the whole set, named? */
static bool
has_root(const struct sighting *sighting)
{
	const struct danelaw_probe *probe = sighting->probe;
	const struct danelaw_tlsa *tlsa = &sighting->host->tlsa;

	for (size_t i = 0; i < probe->n_records; i++) {
		const struct danelaw_record_result *result = &probe->records[i];

		if (result->depth > 1 && result->record < tlsa->n_records &&
		    tlsa->records[result->record].usage ==
			DANELAW_USAGE_DANE_TA)
			return true;
	}
	return false;
}

/* It may be for an issuer that is younger than the table. */
static bool
has_unknown(const struct sighting *sighting)
{
	const struct danelaw_tlsa *tlsa = &sighting->host->tlsa;

	for (size_t i = 0; i < tlsa->n_records; i++) {
		const struct danelaw_record *record = &tlsa->records[i];

		if (record->usable && record->usage == DANELAW_USAGE_DANE_TA &&
		    known_ca_find(record) == NULL &&
		    kit_fitting(record, sighting->probe) == NULL)
			return true;
	}
	return false;
}

static bool
has_fitting_ee(const struct exam *exam, const struct danelaw_host *host)
{
	for (size_t i = 0; i < host->tlsa.n_records; i++) {
		const struct danelaw_record *record = &host->tlsa.records[i];

		if (record->usable && record->usage == DANELAW_USAGE_DANE_EE &&
		    kit_fits_host(exam, host, record))
			return true;
	}
	return false;
}

static void
diagnose_incomplete(struct exam *exam, const struct sighting *sighting)
{
	const struct danelaw_host *host = sighting->host;
	const struct danelaw_cert *leaf = &sighting->probe->chain[0];
	enum known_ca_key key = known_ca_key_of(leaf);
	const struct known_ca *ca;
	const char *missing[NAMES_MAX];
	struct danelaw_finding *finding;
	size_t n = 0, at = 0;

	if (sighting->probe->outcome != DANELAW_OUTCOME_AUTHENTICATED ||
	    !known_ca_issued(leaf) || has_root(sighting) ||
	    has_unknown(sighting) || has_fitting_ee(exam, host) ||
	    finding_present(
		exam->report, FINDING_TLSA_TA_LE_INCOMPLETE, host->name))
		return;
	while ((ca = next_issuer(&at, key)) != NULL) {
		if (!is_covered(sighting, ca))
			add_name(missing, &n, ca->name);
	}
	if (n == 0)
		return;
	finding = finding_add(exam->tree, FINDING_TLSA_TA_LE_INCOMPLETE,
	    host->name, "name", kit_owner(exam, host), "host", host->name,
	    "key", known_ca_key_word(key), "missing",
	    kit_list(exam, missing, n), "issuer", kit_text(exam, leaf->issuer),
	    "offer", ca_offer(exam, leaf), NULL);
	kit_publish_311(exam, finding, host, leaf);
	ca_publish(exam, finding, host, leaf);
}

/* A note; lines are for what helps nobody, and only where mail flows. */
static void
diagnose_many(struct exam *exam, const struct danelaw_host *host)
{
	const struct danelaw_tlsa *tlsa = &host->tlsa;
	const char *retired = ca_named(exam, host, known_ca_is_retired);
	const struct known_ca *ca;
	struct danelaw_finding *finding;
	const char *more;
	size_t n = 0;

	if (tlsa->n_records <= MANY_RECORDS)
		return;
	for (size_t i = 0; i < tlsa->n_records; i++) {
		ca = known_ca_find(&tlsa->records[i]);
		n += ca != NULL && known_ca_is_retired(ca);
	}
	more = n == 0
	    ? ""
	    : arena_printf(exam->arena,
		  "; %zu of them name retired issuers of Let's Encrypt (%s)", n,
		  retired);
	if (tlsa->n_records > SENDERS_TLSA_MAX)
		more = arena_printf(exam->arena,
		    "%s; Postfix drops what is beyond %d, in the order of the "
		    "answer, Exim misses some, and BIND may not answer",
		    more == NULL ? "" : more, SENDERS_TLSA_MAX);
	finding = finding_add(exam->tree, FINDING_TLSA_MANY_RECORDS, host->name,
	    "name", kit_owner(exam, host), "count",
	    kit_number(exam, (long)tlsa->n_records), "more",
	    more == NULL ? "" : more, NULL);
	if (finding != NULL && tlsa->n_records > SENDERS_TLSA_MAX)
		finding->severity = DANELAW_SEVERITY_WARNING;
	for (size_t i = 0; i < tlsa->n_records; i++) {
		ca = known_ca_find(&tlsa->records[i]);
		if (ca != NULL && known_ca_is_retired(ca) &&
		    kit_is_authenticated(exam, host) &&
		    !kit_fits_host(exam, host, &tlsa->records[i]))
			kit_withdraw(exam, finding, host, tlsa->records[i].rr);
	}
}

/* The table ages with the program; what it says of others is then a guess. */
static void
diagnose_table(struct exam *exam, const struct danelaw_host *host)
{
	bool touched = false;

	if (exam->options.other_time ||
	    exam->report->at - known_ca_time() <= YEAR)
		return;
	for (size_t i = 0; i < host->tlsa.n_records; i++)
		touched =
		    touched || known_ca_find(&host->tlsa.records[i]) != NULL;
	if (touched ||
	    finding_present(
		exam->report, FINDING_TLSA_TA_LE_INCOMPLETE, host->name))
		finding_add(exam->tree, FINDING_OPS_CA_TABLE_OLD, host->name,
		    "date", known_ca_date(), "name", kit_owner(exam, host),
		    NULL);
}

void
diagnose_ca(struct exam *exam)
{
	for (size_t i = 0; i < exam->n_sightings; i++)
		diagnose_incomplete(exam, &exam->sightings[i]);
	for (size_t i = 0; i < exam->report->n_hosts; i++) {
		const struct danelaw_host *host = &exam->report->hosts[i];

		if (host->tlsa.status == DANELAW_TLSA_NOT_ASKED ||
		    host->tlsa.status == DANELAW_TLSA_ERROR)
			continue;
		diagnose_many(exam, host);
		diagnose_table(exam, host);
	}
}
