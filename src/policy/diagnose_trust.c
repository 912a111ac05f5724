/* SPDX-License-Identifier: ISC */
/*
 * Group D: why an answer that carries signatures counts as unsigned, told by
 * the DS records of its zone and of all above it; and what other validators
 * make of a zone that ours takes.
 */
#include <string.h>

#include "base/name.h"
#include "policy/diagnose_kit.h"

/*
 * Above it libunbound, and BIND before 9.20, take an answer for unsigned
 * (RFC 9276 section 3.2 lets them).
 */
#define ITERATIONS_MAX 150
#define ITERATIONS_BIND 50 /* from 9.20 on */

enum { SHA1 = 1, SHA256 = 2, SHA384 = 4 }; /* types of digests */

enum fault {
	FAULT_NONE = 0,
	FAULT_UNSEEN, /* the DS could not be looked up */
	FAULT_NO_DS,
	FAULT_UNSIGNED_ABOVE,
	FAULT_ALGORITHM,
	FAULT_DIGEST,
	FAULT_UNJUDGED, /* others can judge it */
};

struct broken {
	enum fault fault;
	const struct danelaw_zone *zone; /* NULL for the first two */
};

/* RFC 8624 section 3.1: what is worth having, as far as it is usual. */
static bool
is_known_algorithm(unsigned algorithm)
{
	switch (algorithm) {
	case 5:  /* RSASHA1 */
	case 7:  /* RSASHA1-NSEC3-SHA1 */
	case 8:  /* RSASHA256 */
	case 10: /* RSASHA512 */
	case 13: /* ECDSAP256SHA256 */
	case 14: /* ECDSAP384SHA384 */
	case 15: /* ED25519 */
	case 16: /* ED448 */
		return true;
	}
	return false;
}

static bool
is_sha1_algorithm(unsigned algorithm)
{
	return algorithm == 5 || algorithm == 7;
}

static const struct danelaw_zone *
find_zone(const struct danelaw_report *report, const char *name)
{
	for (size_t i = 0; i < report->n_zones; i++) {
		if (name_equal(report->zones[i].name, name))
			return &report->zones[i];
	}
	return NULL;
}

/* The zone above, which signed the DS or its absence; or NULL. */
static const char *
above(const struct danelaw_zone *zone)
{
	for (size_t i = 0; i < zone->ds.n_signers; i++) {
		const char *name = zone->ds.signers[i];

		if (name != NULL && !name_equal(name, zone->name) &&
		    (*name == '\0' || name_is_below(zone->name, name)))
			return name;
	}
	return NULL;
}

static bool
is_unjudged(const struct exam *exam, unsigned algorithm)
{
	return algorithm < 32 &&
	    (exam->options.unjudged & (UINT32_C(1) << algorithm)) != 0;
}

/* What is wrong with the DS records themselves (RFC 4035 section 5.2)? */
static enum fault
fault_of_ds(const struct exam *exam, const struct danelaw_zone *zone)
{
	bool algorithm = false, digest = false, unjudged = false;

	if (zone->ds.presence != DANELAW_PRESENCE_DATA)
		return above(zone) == NULL ? FAULT_UNSIGNED_ABOVE : FAULT_NO_DS;
	for (size_t i = 0; i < zone->n_ds_records; i++) {
		const struct danelaw_ds *ds = &zone->ds_records[i];
		bool usual = ds->digest_type == SHA1 ||
		    ds->digest_type == SHA256 || ds->digest_type == SHA384;

		if (is_known_algorithm(ds->algorithm) && usual) {
			if (!is_unjudged(exam, ds->algorithm))
				return FAULT_NONE;
			unjudged = true;
		}
		algorithm = algorithm || !is_known_algorithm(ds->algorithm);
		digest = digest || !usual;
	}
	if (unjudged)
		return FAULT_UNJUDGED;
	return algorithm ? FAULT_ALGORITHM : digest ? FAULT_DIGEST : FAULT_NONE;
}

/*
 * From the zone up to one that is secure. The break next to the root is the
 * one to mend first: below it nothing counts.
 */
static struct broken
find_break(const struct exam *exam, const char *name)
{
	const struct danelaw_report *report = exam->report;
	struct broken broken = { 0 };

	/* Each step is upwards; the root needs no DS. */
	for (size_t i = 0; i <= report->n_zones && *name != '\0'; i++) {
		const struct danelaw_zone *zone = find_zone(report, name);
		enum fault fault;

		if (zone == NULL || zone->ds.type == NULL ||
		    zone->ds.dnssec == DANELAW_DNSSEC_ERROR ||
		    zone->ds.dnssec == DANELAW_DNSSEC_BOGUS)
			return (struct broken) { .fault = FAULT_UNSEEN };
		fault = fault_of_ds(exam, zone);
		name = above(zone);
		if (fault == FAULT_NONE && name == NULL &&
		    zone->ds.dnssec == DANELAW_DNSSEC_INSECURE)
			fault = FAULT_UNSIGNED_ABOVE;
		if (fault != FAULT_NONE)
			broken =
			    (struct broken) { .fault = fault, .zone = zone };
		if (name == NULL || zone->ds.dnssec == DANELAW_DNSSEC_SECURE)
			break;
	}
	return broken;
}

/* "5 and 7", each once, in the order they come. */
static const char *
list_numbers(
    const struct exam *exam, const struct danelaw_zone *zone, bool digests)
{
	const char *words[6];
	size_t n = 0;

	for (size_t i = 0; i < zone->n_ds_records && n < 6; i++) {
		const struct danelaw_ds *ds = &zone->ds_records[i];
		const char *word =
		    kit_number(exam, digests ? ds->digest_type : ds->algorithm);
		bool known = false;

		for (size_t j = 0; j < n && !known; j++)
			known = strcmp(words[j], word) == 0;
		if (!known)
			words[n++] = word;
	}
	return kit_list(exam, words, n);
}

/* One cause is told once, whatever answers it spoils. */
static bool
is_told(struct exam *exam, const char *zone)
{
	for (size_t i = 0; i < exam->n_told_zones; i++) {
		if (name_equal(exam->told_zones[i], zone))
			return true;
	}
	arena_push_text(
	    exam->arena, &exam->told_zones, &exam->n_told_zones, zone);
	return false;
}

static void
add_no_ds(struct exam *exam, const char *subject,
    const struct danelaw_lookup *lookup, const struct broken *broken)
{
	const char *zone = broken->zone->name;
	bool orphan = broken->fault == FAULT_UNSIGNED_ABOVE;
	const char *how = arena_printf(exam->arena,
	    orphan ? "the zone above %s is not signed, so it vouches for nobody"
		   : "the zone above %s holds no DS record of it",
	    zone);
	const char *todo = arena_printf(exam->arena,
	    orphan ? "Have the zone above %s signed, or move to names below "
		     "one that is"
		   : "Publish the DS record of %s at the registrar; after a "
		     "transfer it is easily lost",
	    zone);

	finding_add(exam->tree, FINDING_DNS_DS_MISSING, subject, "type",
	    kit_text(exam, lookup->type), "name", kit_text(exam, lookup->name),
	    "how", kit_text(exam, how), "todo", kit_text(exam, todo), NULL);
}

static void
add_unknown(struct exam *exam, const char *subject, const struct broken *broken)
{
	const struct danelaw_zone *zone = broken->zone;
	bool digest = broken->fault == FAULT_DIGEST;
	const char *why = arena_printf(exam->arena,
	    digest ? "its DS records use digest type %s alone, so its answers "
		     "count as unsigned"
		   : "its DS records name algorithm %s alone, so its answers "
		     "count as unsigned",
	    list_numbers(exam, zone, digest));
	struct danelaw_finding *finding =
	    finding_add(exam->tree, FINDING_DNS_ALG_UNSUPPORTED, subject,
		"name", zone->name, "why", kit_text(exam, why), NULL);

	if (finding != NULL && digest)
		finding->remedy = "Publish a DS record with digest type 2 "
				  "(SHA-256) beside it or in its place.";
}

static const char *
limit_words(const struct exam *exam, const struct danelaw_lookup *lookup)
{
	const char *of = lookup->presence != DANELAW_PRESENCE_DATA
	    ? "the proof of a denial"
	    : "the proof that belongs to a wildcard answer";

	return kit_text(exam,
	    arena_printf(exam->arena,
		"it has %u, and most stop at 150, BIND from 9.20 at 50; %s "
		"then counts for nothing",
		lookup->nsec3_iterations, of));
}

/* RFC 5155 section 10.3, RFC 9276 section 3.2 */
static bool
tell_iterations(struct exam *exam, const char *subject,
    const struct danelaw_lookup *lookup, unsigned most)
{
	struct danelaw_finding *finding;
	bool data = lookup->presence == DANELAW_PRESENCE_DATA;

	if (lookup->nsec3_iterations <= most)
		return false;
	if (is_told(exam, kit_text(exam, lookup->signer)))
		return true;
	finding = finding_add(exam->tree, FINDING_DNS_NSEC3_ITERATIONS, subject,
	    "name", kit_text(exam, lookup->name), "why",
	    limit_words(exam, lookup), NULL);
	if (finding == NULL)
		return true;
	if (!data)
		finding->severity = DANELAW_SEVERITY_INFO;
	else
		finding->remedy = "Sign the zone again with 0 iterations and "
				  "an empty salt, or publish the records at "
				  "their own name and not by a wildcard.";
	return true;
}

bool
trust_explain(
    struct exam *exam, const char *subject, const struct danelaw_lookup *lookup)
{
	struct broken broken;

	if (lookup->dnssec == DANELAW_DNSSEC_SECURE && lookup->wildcard)
		tell_iterations(exam, subject, lookup, ITERATIONS_BIND);
	if (lookup->dnssec != DANELAW_DNSSEC_INSECURE)
		return false;
	for (size_t i = 0; i < lookup->n_signers; i++) {
		if (lookup->signers[i] == NULL)
			continue;
		broken = find_break(exam, lookup->signers[i]);
		if (broken.fault == FAULT_NONE || broken.fault == FAULT_UNSEEN)
			continue;
		if (is_told(exam, broken.zone->name))
			return true;
		if (broken.fault == FAULT_NO_DS ||
		    broken.fault == FAULT_UNSIGNED_ABOVE)
			add_no_ds(exam, subject, lookup, &broken);
		else if (broken.fault == FAULT_UNJUDGED)
			finding_add(exam->tree, FINDING_DNS_ALG_UNJUDGED,
			    subject, "zone", broken.zone->name, "algorithms",
			    list_numbers(exam, broken.zone, false), "name",
			    subject, NULL);
		else
			add_unknown(exam, subject, &broken);
		return true;
	}
	return tell_iterations(exam, subject, lookup, ITERATIONS_MAX);
}

bool
trust_is_unjudged(const struct exam *exam)
{
	return finding_present(exam->report, FINDING_DNS_ALG_UNJUDGED, NULL);
}

/* RFC 8624 sections 3.1 and 3.3: where every way to the keys is by SHA-1. */
static bool
rests_on_sha1(const struct danelaw_zone *zone, bool *keys)
{
	bool digests = true;

	*keys = true;
	for (size_t i = 0; i < zone->n_ds_records; i++) {
		const struct danelaw_ds *ds = &zone->ds_records[i];

		*keys = *keys && is_sha1_algorithm(ds->algorithm);
		digests = digests && ds->digest_type == SHA1;
	}
	return zone->n_ds_records > 0 && (*keys || digests);
}

void
trust_old_digests(struct exam *exam)
{
	const struct danelaw_report *report = exam->report;

	for (size_t i = 0; i < report->n_zones; i++) {
		const struct danelaw_zone *zone = &report->zones[i];
		bool keys;

		if (zone->ds.dnssec != DANELAW_DNSSEC_SECURE ||
		    !rests_on_sha1(zone, &keys))
			continue;
		finding_add(exam->tree, FINDING_DNS_ALG_SHA1, zone->name,
		    "zone", zone->name, "how",
		    keys ? "is signed with RSA and SHA-1, algorithm 5 or 7"
			 : "has DS records with SHA-1 digests alone",
		    "todo",
		    keys ? "Move the zone to algorithm 13 (ECDSAP256SHA256) "
			   "by an algorithm rollover"
			 : "Publish a DS record with digest type 2 (SHA-256) "
			   "at the registrar",
		    NULL);
	}
}
