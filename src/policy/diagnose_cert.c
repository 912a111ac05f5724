/* SPDX-License-Identifier: ISC */
/* Dates: of the certificates that are in the way, and of those that are not. */
#include <string.h>

#include "policy/clocks.h"
#include "policy/diagnose_kit.h"

enum { DAY = 24 * 3600 };

static bool
is_over(const struct exam *exam, const struct danelaw_cert *cert)
{
	return cert->not_after != 0 && cert->not_after < exam->report->at;
}

static bool
is_early(const struct exam *exam, const struct danelaw_cert *cert)
{
	return cert->not_before != 0 && cert->not_before > exam->report->at;
}

static struct danelaw_finding *
tell(struct exam *exam, const struct sighting *sighting, enum finding_id id,
    const struct danelaw_cert *cert)
{
	const struct danelaw_host *host = sighting->host;
	const char *when = kit_date(exam,
	    id == FINDING_CERT_NOT_YET_VALID ? cert->not_before
					     : cert->not_after);
	int64_t left = cert->not_after - exam->report->at;
	const struct danelaw_record *record = kit_matched(sighting);
	const char *that = arena_printf(exam->arena,
	    record != NULL && kit_fits(record, cert)
		? "that the TLSA record of %s names"
		: "in the chain of %s",
	    sighting->where);

	if (cert->wire < 0)
		when = "a day that the TLSA record alone shows";
	return finding_add(exam->tree, id, sighting->subject, "where",
	    sighting->where, "host", host->name, "name", kit_owner(exam, host),
	    "new", kit_new(exam, host, true), "cert", kit_cert(exam, cert),
	    "when", when, "that", kit_text(exam, that), "left",
	    left < DAY
		? "less than a day"
		: kit_text(exam,
		      arena_printf(exam->arena, "%ld day%s", (long)(left / DAY),
			  left < 2 * DAY ? "" : "s")),
	    NULL);
}

/* The first from below whose date is no good; NULL: none of those sent. */
static const struct danelaw_cert *
find_undated(const struct exam *exam, const struct danelaw_probe *probe)
{
	const struct danelaw_cert *cert = &probe->chain[0];

	for (size_t i = 0; i < probe->n_chain && cert != NULL; i++) {
		if (is_early(exam, cert) || is_over(exam, cert))
			return cert;
		cert = kit_issuer(probe, cert);
	}
	return NULL;
}

/* The date of some certificate made OpenSSL refuse: whose? */
static void
diagnose_refused(struct exam *exam, const struct sighting *sighting)
{
	const struct danelaw_probe *probe = sighting->probe;
	const struct danelaw_cert *leaf = &probe->chain[0];
	struct danelaw_cert outside = { .wire = -1, .subject = leaf->issuer };
	const struct danelaw_cert *cert = kit_faulty_issuer(probe, &outside);
	enum finding_id id = FINDING_CERT_EXPIRED_TA_ROOT;
	struct danelaw_finding *finding;

	if (cert == NULL)
		cert = find_undated(exam, probe);
	/* It is in the record alone (2 0 0), or behind a second path. */
	if (cert == NULL)
		cert = &outside;
	if (cert != &outside && is_early(exam, cert))
		id = FINDING_CERT_NOT_YET_VALID;
	else if (cert == leaf)
		id = FINDING_CERT_EXPIRED_TA_LEAF;
	else if (cert != &outside && !cert->self_issued)
		id = FINDING_CERT_EXPIRED_TA_INTERMEDIATE;
	finding = tell(exam, sighting, id, cert);
	if (finding != NULL)
		finding->severity = DANELAW_SEVERITY_CRITICAL;
	if (cert != leaf)
		kit_publish_311(exam, finding, sighting->host, leaf);
}

static void
diagnose_end_entity(struct exam *exam, const struct sighting *sighting)
{
	const struct danelaw_cert *leaf = &sighting->probe->chain[0];
	struct danelaw_finding *finding;

	if (is_over(exam, leaf))
		tell(exam, sighting, FINDING_CERT_EXPIRED_EE, leaf);
	if (!is_early(exam, leaf))
		return;
	finding = tell(exam, sighting, FINDING_CERT_NOT_YET_VALID, leaf);
	if (finding != NULL)
		finding->severity = DANELAW_SEVERITY_INFO;
}

/*
 * By what was asked for, else by a quarter of its life: a
 * certificate for six days is young with five of them left.
 */
static bool
is_late(const struct exam *exam, const struct danelaw_cert *cert)
{
	int64_t left = cert->not_after - exam->report->at;
	int64_t life = cert->not_after - cert->not_before;
	int64_t days = exam->options.expiry_days;
	int64_t percent = exam->options.expiry_percent;

	if (days > 0)
		return left < days * DAY;
	return percent > 0 ? left < life / 100 * percent
			   : CLOCKS_LATE * left < life;
}

/* What is in the way of the path will end some day. */
static void
diagnose_expiring(struct exam *exam, const struct sighting *sighting)
{
	const struct danelaw_cert *first =
	    clocks_first_cert(&sighting->host->tlsa, sighting->probe);

	if (first != NULL && !is_over(exam, first) && is_late(exam, first))
		tell(exam, sighting, FINDING_OPS_CERT_EXPIRING, first);
}

static void
diagnose_issuers(struct exam *exam, const struct sighting *sighting,
    const struct danelaw_record *record)
{
	const struct danelaw_probe *probe = sighting->probe;
	const struct danelaw_cert *anchor = kit_fitting(record, probe);

	if (anchor != NULL && is_over(exam, anchor))
		kit_publish_311(exam,
		    tell(exam, sighting, FINDING_CERT_EXPIRED_TA_INTERMEDIATE,
			anchor),
		    sighting->host, &probe->chain[0]);
	diagnose_expiring(exam, sighting);
	for (size_t i = 1; i < probe->n_chain; i++) {
		const struct danelaw_cert *cert = &probe->chain[i];

		if (cert == anchor || !is_over(exam, cert) ||
		    (cert->depth >= 0 && cert->depth <= probe->match->depth))
			continue;
		tell(exam, sighting, FINDING_CERT_EXPIRED_ABOVE_TA, cert);
		return;
	}
}

void
diagnose_cert(struct exam *exam)
{
	for (size_t i = 0; i < exam->n_sightings; i++) {
		const struct sighting *sighting = &exam->sightings[i];
		const struct danelaw_record *record = kit_matched(sighting);
		enum danelaw_outcome outcome = sighting->probe->outcome;

		if (sighting->host->policy != DANELAW_POLICY_DANE)
			continue;
		if (outcome == DANELAW_OUTCOME_CERT_EXPIRED)
			diagnose_refused(exam, sighting);
		if (outcome != DANELAW_OUTCOME_AUTHENTICATED || record == NULL)
			continue;
		if (record->usage == DANELAW_USAGE_DANE_EE)
			diagnose_end_entity(exam, sighting);
		else
			diagnose_issuers(exam, sighting, record);
	}
}
