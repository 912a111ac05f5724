/* SPDX-License-Identifier: ISC */
/*
 * Records whose data is the digest of something else than a certificate or a
 * key (tls/wrong.h). They stand for no key of today, yesterday or tomorrow.
 */
#include "policy/diagnose_kit.h"

const char *
kit_hashed(const struct exam *exam, const struct danelaw_host *host,
    const struct danelaw_record *record)
{
	size_t at = (size_t)(record - host->tlsa.records);

	for (size_t i = 0; i < exam->n_sightings; i++) {
		const struct sighting *sighting = &exam->sightings[i];
		const struct danelaw_probe *probe = sighting->probe;

		if (sighting->host == host && at < probe->n_records &&
		    probe->records[at].hashed != NULL)
			return probe->records[at].hashed;
	}
	return NULL;
}

static bool
some_hashed(const struct exam *exam, const struct danelaw_host *host)
{
	for (size_t i = 0; i < host->tlsa.n_records; i++) {
		if (kit_hashed(exam, host, &host->tlsa.records[i]) != NULL)
			return true;
	}
	return false;
}

bool
bytes_are_cause(const struct exam *exam, const struct danelaw_host *host)
{
	bool failed = false;

	for (size_t i = 0; i < exam->n_sightings; i++) {
		const struct sighting *sighting = &exam->sightings[i];
		enum danelaw_outcome outcome = sighting->probe->outcome;

		if (sighting->host != host)
			continue;
		if (outcome == DANELAW_OUTCOME_AUTHENTICATED)
			return false;
		failed = failed || outcome == DANELAW_OUTCOME_TLSA_MISMATCH;
	}
	return failed && some_hashed(exam, host);
}

static struct danelaw_finding *
tell(struct exam *exam, const struct danelaw_host *host,
    const struct danelaw_record *record, const char *hashed)
{
	return finding_add(exam->tree, FINDING_TLSA_HASH_OF_WRONG_BYTES,
	    host->name, "record", kit_rr(exam, record), "name",
	    kit_owner(exam, host), "digest",
	    record->mtype == DANELAW_MTYPE_SHA256 ? "SHA-256" : "SHA-512",
	    "hashed", hashed, "part",
	    record->selector == DANELAW_SELECTOR_CERT ? "the certificate in DER"
						      : "its key in DER",
	    NULL);
}

static void
diagnose_host(struct exam *exam, const struct danelaw_host *host)
{
	const struct danelaw_tlsa *tlsa = &host->tlsa;
	struct danelaw_finding *finding = NULL;

	for (size_t i = 0; i < tlsa->n_records; i++) {
		const struct danelaw_record *record = &tlsa->records[i];
		const char *hashed = kit_hashed(exam, host, record);

		if (hashed == NULL)
			continue;
		if (finding == NULL)
			finding = tell(exam, host, record, hashed);
		kit_withdraw(exam, finding, host, record->rr);
	}
	if (finding == NULL)
		return;
	if (bytes_are_cause(exam, host)) {
		kit_publish_all_311(exam, finding, host);
	} else {
		finding->severity = DANELAW_SEVERITY_WARNING;
		finding->tlsrpt = NULL;
	}
}

void
diagnose_bytes(struct exam *exam)
{
	const struct danelaw_report *report = exam->report;

	for (size_t i = 0; i < report->n_hosts; i++)
		diagnose_host(exam, &report->hosts[i]);
}
