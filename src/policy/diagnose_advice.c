/* SPDX-License-Identifier: ISC */
/*
 * What publishers are told to do (RFC 7671 and 7672), where they did not and
 * mail flows all the same: how records are made, where they stand, and how
 * long they are believed. Malformed and stale ones: diagnose_tlsa.c.
 */
#include <string.h>

#include "base/name.h"
#include "policy/diagnose_kit.h"

enum {
	LARGE = 512,     /* above this it is tlsa-full0-large */
	UDP_SIZE = 1232, /* what travels unfragmented (DNS flag day 2020) */
	SIGNATURE = 330, /* an RRSIG of RSA 2048, with a name in it */
	OVERHEAD = 27,   /* header and EDNS */
	RR_HEAD = 15,    /* a compressed name to the three TLSA bytes */
	LONG_DAYS = 31,
	DAY = 24 * 3600,
};

/* The digest for a record of full data; NULL: nothing like it was sent. */
static const char *
digest_rr(const struct exam *exam, const struct danelaw_host *host,
    const struct danelaw_record *record)
{
	for (size_t i = 0; i < exam->n_sightings; i++) {
		const struct danelaw_cert *cert =
		    exam->sightings[i].host == host
		    ? kit_fitting(record, exam->sightings[i].probe)
		    : NULL;
		const char *hex = cert == NULL ? NULL
		    : record->selector == DANELAW_SELECTOR_CERT
		    ? cert->cert_sha256
		    : cert->spki_sha256;

		if (hex != NULL)
			return arena_printf(exam->arena, "%u %u 1 %s",
			    record->usage, record->selector, hex);
	}
	return NULL;
}

/*
 * RFC 7671 section 10.1.2. An anchor that is not sent is needed in full
 * (section 5.2.2); of that only the size is told.
 */
static void
advise_full(struct exam *exam, const struct danelaw_host *host)
{
	const struct danelaw_tlsa *tlsa = &host->tlsa;
	const struct danelaw_record *first = NULL;
	struct danelaw_finding *finding;

	for (size_t i = 0; i < tlsa->n_records; i++) {
		const struct danelaw_record *record = &tlsa->records[i];

		if (!record->usable || record->mtype != DANELAW_MTYPE_FULL)
			continue;
		/* Where it fails today, style is no matter. */
		if (record->len <= LARGE &&
		    (!kit_is_authenticated(exam, host) ||
			digest_rr(exam, host, record) == NULL))
			continue;
		if (first == NULL || first->len <= LARGE)
			first = record;
	}
	if (first == NULL)
		return;
	finding = finding_add(exam->tree,
	    first->len > LARGE ? FINDING_TLSA_FULL0_LARGE : FINDING_TLSA_FULL0,
	    host->name, "record", kit_rr(exam, first), "name",
	    kit_owner(exam, host), "length", kit_number(exam, (long)first->len),
	    NULL);
	for (size_t i = 0; i < tlsa->n_records; i++) {
		const struct danelaw_record *record = &tlsa->records[i];
		const char *rr =
		    record->usable && record->mtype == DANELAW_MTYPE_FULL
		    ? digest_rr(exam, host, record)
		    : NULL;

		kit_publish(exam, finding, host, rr);
		kit_withdraw(
		    exam, finding, host, rr == NULL ? NULL : record->rr);
	}
}

/* RFC 7671 section 10.1.1: a guess, for the signature is not in the tree. */
static void
advise_size(struct exam *exam, const struct danelaw_host *host)
{
	const struct danelaw_tlsa *tlsa = &host->tlsa;
	size_t size = OVERHEAD + SIGNATURE + strlen(kit_owner(exam, host)) + 6;

	for (size_t i = 0; i < tlsa->n_records; i++)
		size += RR_HEAD + tlsa->records[i].len;
	if (size <= UDP_SIZE ||
	    finding_present(exam->report, FINDING_TLSA_FULL0_LARGE, host->name))
		return;
	finding_add(exam->tree, FINDING_TLSA_RRSET_LARGE, host->name, "name",
	    kit_owner(exam, host), "count",
	    kit_number(exam, (long)tlsa->n_records), "size",
	    kit_number(exam, (long)size), NULL);
}

/* How many usable records of a usage and a selector (-1: any) fit? */
static size_t
count_fitting(const struct exam *exam, const struct danelaw_host *host,
    int usage, int selector)
{
	size_t n = 0;

	for (size_t i = 0; i < host->tlsa.n_records; i++) {
		const struct danelaw_record *record = &host->tlsa.records[i];

		n += record->usable && record->usage == usage &&
		    (selector < 0 || record->selector == selector) &&
		    kit_fits_host(exam, host, record);
	}
	return n;
}

/* RFC 7672 section 3.1: 3 1 1 first, then 2 0 1. */
static void
advise_kind(struct exam *exam, const struct danelaw_host *host)
{
	const char *name = kit_owner(exam, host);
	size_t ee_key = count_fitting(exam, host, 3, 1);
	size_t ee = ee_key + count_fitting(exam, host, 3, 0);
	size_t ta = count_fitting(exam, host, 2, -1);

	if (ee > 0 && ee_key == 0 && ta == 0)
		kit_publish_all_311(exam,
		    finding_add(exam->tree, FINDING_TLSA_EE_FULL_CERT,
			host->name, "name", name, "host", host->name, NULL),
		    host);
	/* Stale records of usage 3 beside it: tlsa-mixed-2-and-3. */
	if (ee == 0 && ta > 0 && count_fitting(exam, host, 2, 0) == 0 &&
	    !finding_present(
		exam->report, FINDING_TLSA_MIXED_2_AND_3, host->name))
		finding_add(exam->tree, FINDING_TLSA_TA_KEY_ONLY, host->name,
		    "name", name, "host", host->name, NULL);
}

static size_t
count_kind(const struct danelaw_tlsa *tlsa, const struct danelaw_record *kind,
    uint8_t mtype)
{
	size_t n = 0;

	for (size_t i = 0; i < tlsa->n_records; i++) {
		const struct danelaw_record *record = &tlsa->records[i];

		n += record->usable && record->usage == kind->usage &&
		    record->selector == kind->selector &&
		    record->mtype == mtype;
	}
	return n;
}

static void
tell_uneven(struct exam *exam, const struct danelaw_host *host,
    const struct danelaw_record *kind, size_t n_256, size_t n_512)
{
	const struct danelaw_tlsa *tlsa = &host->tlsa;
	const char *word =
	    arena_printf(exam->arena, "%u %u", kind->usage, kind->selector);
	struct danelaw_finding *finding =
	    finding_add(exam->tree, FINDING_TLSA_DIGESTS_UNEVEN, host->name,
		"name", kit_owner(exam, host), "kind", kit_text(exam, word),
		"n256", kit_number(exam, (long)n_256), "n512",
		kit_number(exam, (long)n_512), NULL);
	bool safe = false;

	for (size_t i = 0; i < tlsa->n_records; i++) {
		const struct danelaw_record *record = &tlsa->records[i];

		safe = safe ||
		    (record->usable && record->usage == kind->usage &&
			record->selector == kind->selector &&
			record->mtype == DANELAW_MTYPE_SHA256 &&
			kit_fits_host(exam, host, record));
	}
	for (size_t i = 0; safe && i < tlsa->n_records; i++) {
		const struct danelaw_record *record = &tlsa->records[i];

		if (record->usable && record->usage == kind->usage &&
		    record->selector == kind->selector &&
		    record->mtype == DANELAW_MTYPE_SHA512)
			kit_withdraw(exam, finding, host, record->rr);
	}
}

/* RFC 7671 section 8.3: a key in the weaker digest alone does not count. */
static void
advise_digests(struct exam *exam, const struct danelaw_host *host)
{
	const struct danelaw_tlsa *tlsa = &host->tlsa;

	for (uint8_t usage = 2; usage <= 3; usage++) {
		for (uint8_t selector = 0; selector <= 1; selector++) {
			const struct danelaw_record kind = { .usage = usage,
				.selector = selector };
			size_t n_256 = count_kind(tlsa, &kind, 1);
			size_t n_512 = count_kind(tlsa, &kind, 2);

			if (n_256 > 0 && n_512 > 0 && n_256 != n_512)
				tell_uneven(exam, host, &kind, n_256, n_512);
		}
	}
}

static void
advise_wildcard(struct exam *exam, const struct danelaw_host *host)
{
	const struct danelaw_lookup *lookup = kit_tlsa_lookup(host);

	if (lookup != NULL && lookup->wildcard)
		finding_add(exam->tree, FINDING_TLSA_WILDCARD_OWNER, host->name,
		    "name", kit_owner(exam, host), "host", host->name, NULL);
}

/* RFC 7671 section 13: what an attacker may play back for so long. */
static void
advise_signature(struct exam *exam, const struct danelaw_host *host)
{
	const struct danelaw_lookup *lookup = kit_tlsa_lookup(host);
	int64_t left;

	if (lookup == NULL || lookup->dnssec != DANELAW_DNSSEC_SECURE ||
	    lookup->rrsig_expires == 0)
		return;
	left = (lookup->rrsig_expires - exam->report->at) / DAY;
	if (left > LONG_DAYS)
		finding_add(exam->tree, FINDING_OPS_RRSIG_TOO_LONG, host->name,
		    "name", kit_owner(exam, host), "days",
		    kit_number(exam, (long)left), NULL);
}

/* A usage 3 record of both hosts that fits the one and not the other. */
static const struct danelaw_record *
find_shared(const struct exam *exam, const struct danelaw_host *one,
    const struct danelaw_host *other)
{
	for (size_t i = 0; i < one->tlsa.n_records; i++) {
		const struct danelaw_record *record = &one->tlsa.records[i];

		if (!record->usable || record->usage != DANELAW_USAGE_DANE_EE ||
		    record->rr == NULL || !kit_fits_host(exam, one, record))
			continue;
		for (size_t j = 0; j < other->tlsa.n_records; j++) {
			const struct danelaw_record *twin =
			    &other->tlsa.records[j];

			if (twin->rr != NULL &&
			    strcmp(record->rr, twin->rr) == 0 &&
			    !kit_fits_host(exam, other, twin))
				return record;
		}
	}
	return NULL;
}

/* RFC 7672 section 2.2.3. True: told. */
static bool
advise_pair(struct exam *exam, const struct danelaw_host *one,
    const struct danelaw_host *other)
{
	const struct danelaw_record *record;
	struct danelaw_finding *finding;

	if (one == other || !kit_is_authenticated(exam, one) ||
	    !kit_is_authenticated(exam, other))
		return false;
	record = find_shared(exam, one, other);
	if (record == NULL)
		return false;
	finding = finding_add(exam->tree, FINDING_TLSA_SHARED_EE,
	    exam->report->domain, "first", one->name, "second", other->name,
	    "record", kit_rr(exam, record), NULL);
	/* With names of their own it may be a key change on its way. */
	if (finding != NULL &&
	    !name_equal(kit_owner(exam, one), kit_owner(exam, other)))
		finding->severity = DANELAW_SEVERITY_INFO;
	return true;
}

static void
advise_shared(struct exam *exam)
{
	const struct danelaw_report *report = exam->report;

	for (size_t i = 0; i < report->n_hosts; i++) {
		for (size_t j = 0; j < report->n_hosts; j++) {
			if (advise_pair(
				exam, &report->hosts[i], &report->hosts[j]))
				return;
		}
	}
}

void
diagnose_advice(struct exam *exam)
{
	const struct danelaw_report *report = exam->report;

	advise_shared(exam);
	for (size_t i = 0; i < report->n_hosts; i++) {
		const struct danelaw_host *host = &report->hosts[i];

		if (host->tlsa.status != DANELAW_TLSA_UNUSABLE &&
		    host->tlsa.status != DANELAW_TLSA_USABLE)
			continue;
		advise_full(exam, host);
		advise_size(exam, host);
		advise_wildcard(exam, host);
		advise_signature(exam, host);
		/* Where it fails today, style is no matter. */
		if (!kit_is_authenticated(exam, host))
			continue;
		advise_kind(exam, host);
		advise_digests(exam, host);
	}
}
