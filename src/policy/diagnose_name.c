/* SPDX-License-Identifier: ISC */
/*
 * Group N: the names of a certificate against those it should have. Which
 * names fit is OpenSSL's to say; here it is only told what went wrong.
 */
#include <string.h>
#include <strings.h>

#include "base/name.h"
#include "policy/diagnose_kit.h"
#include "policy/references.h"

/* What the leaf presents: its dNSNames, or else its common name. */
static const char *
presented_words(const struct exam *exam, const struct danelaw_cert *leaf)
{
	if (leaf->n_names > 0)
		return kit_list(exam, leaf->names, leaf->n_names);
	if (leaf->cn != NULL && leaf->cn[0] != '\0')
		return kit_text(exam, leaf->cn);
	return "no name at all";
}

static const char *
wanted_words(const struct exam *exam, const struct danelaw_host *host)
{
	if (host->tlsa.n_references == 0)
		return host->name;
	return kit_list(exam, host->tlsa.references, host->tlsa.n_references);
}

static const char *
first_reference(const struct danelaw_host *host)
{
	if (host->tlsa.n_references > 0)
		return host->tlsa.references[0];
	return host->tlsa.base != NULL ? host->tlsa.base : host->name;
}

static bool
fits_some(const char *presented, const struct danelaw_host *host)
{
	for (size_t i = 0; i < host->tlsa.n_references; i++) {
		if (references_match(presented, host->tlsa.references[i]))
			return true;
	}
	return host->tlsa.n_references == 0 &&
	    references_match(presented, first_reference(host));
}

/* Would "m*.example" fit, if a part of a label could be left open? */
static bool
fits_partly(const char *presented, const char *reference)
{
	const char *star = strchr(presented, '*');
	const char *dot = strchr(presented, '.');
	const char *rest = strchr(reference, '.');
	size_t before, after, label;

	if (star == NULL || dot == NULL || rest == NULL || star > dot ||
	    (star == presented && dot == star + 1))
		return false;
	before = (size_t)(star - presented);
	after = (size_t)(dot - star) - 1;
	label = (size_t)(rest - reference);
	return label >= before + after &&
	    strncasecmp(presented, reference, before) == 0 &&
	    strncasecmp(star + 1, rest - after, after) == 0 &&
	    name_equal(dot + 1, rest + 1);
}

/* "*.example" for "example" or "a.mx.example". */
static bool
fits_at_other_depth(const char *presented, const char *reference)
{
	return strncmp(presented, "*.", 2) == 0 &&
	    name_is_below(reference, presented + 2);
}

/* Bytes beyond ASCII stand as \xNN in the tree. */
static bool
is_unicode(const char *name)
{
	return strstr(name, "\\x") != NULL;
}

static void
tell_name(struct exam *exam, const struct sighting *sighting,
    enum finding_id id, const char *presented, const char *reference)
{
	const struct danelaw_cert *leaf = &sighting->probe->chain[0];

	finding_add(exam->tree, id, sighting->subject, "where", sighting->where,
	    "host", sighting->host->name, "presented",
	    kit_text(exam, presented), "reference", reference, "cn",
	    kit_text(exam, leaf->cn), NULL);
}

/* The cause, where one of the names nearly fits. */
static void
diagnose_near_miss(struct exam *exam, const struct sighting *sighting)
{
	const struct danelaw_cert *leaf = &sighting->probe->chain[0];
	const char *reference = first_reference(sighting->host);

	if (leaf->n_names > 0 && leaf->cn != NULL &&
	    fits_some(leaf->cn, sighting->host)) {
		tell_name(exam, sighting, FINDING_NAME_CN_WITH_SAN, leaf->cn,
		    reference);
		return;
	}
	for (size_t i = 0; i < leaf->n_names; i++) {
		const char *name = leaf->names[i];
		enum finding_id id;

		if (name == NULL)
			continue;
		if (fits_partly(name, reference))
			id = FINDING_NAME_WILDCARD_PARTIAL;
		else if (fits_at_other_depth(name, reference))
			id = FINDING_NAME_WILDCARD_DEPTH;
		else if (is_unicode(name))
			id = FINDING_NAME_IDN;
		else
			continue;
		tell_name(exam, sighting, id, name, reference);
		return;
	}
}

static void
diagnose_mismatch_of(struct exam *exam, const struct sighting *sighting)
{
	const struct danelaw_host *host = sighting->host;
	const struct danelaw_cert *leaf = &sighting->probe->chain[0];

	kit_publish_311(exam,
	    finding_add(exam->tree, FINDING_NAME_MISMATCH_TA, sighting->subject,
		"where", sighting->where, "presented",
		presented_words(exam, leaf), "wanted", wanted_words(exam, host),
		"reference", first_reference(host), "name",
		kit_owner(exam, host), "new", kit_new(exam, host, true), NULL),
	    host, leaf);
	diagnose_near_miss(exam, sighting);
}

static bool
leaf_fits(const struct sighting *sighting)
{
	const struct danelaw_cert *leaf = &sighting->probe->chain[0];

	for (size_t i = 0; i < leaf->n_names; i++) {
		if (leaf->names[i] != NULL &&
		    fits_some(leaf->names[i], sighting->host))
			return true;
	}
	for (size_t i = 0; i < sighting->host->tlsa.n_references; i++) {
		if (references_common_name(
			leaf, sighting->host->tlsa.references[i]) != NULL)
			return true;
	}
	return sighting->host->tlsa.n_references == 0 &&
	    references_common_name(leaf, first_reference(sighting->host)) !=
	    NULL;
}

static void
diagnose_accepted(struct exam *exam, const struct sighting *sighting)
{
	const struct danelaw_host *host = sighting->host;
	const struct danelaw_record *record = kit_matched(sighting);
	const struct danelaw_cert *leaf = &sighting->probe->chain[0];
	const struct danelaw_name_check *name;

	if (record == NULL)
		return;
	name = &sighting->probe->match->name;
	if (record->usage == 3 && !leaf_fits(sighting))
		finding_add(exam->tree, FINDING_NAME_MISMATCH_EE,
		    sighting->subject, "where", sighting->where, "presented",
		    presented_words(exam, leaf), "wanted",
		    wanted_words(exam, host), NULL);
	if (record->usage == 3 || name->reference == NULL)
		return;
	if (name->source == DANELAW_NAME_CN)
		tell_name(exam, sighting, FINDING_NAME_CN_ONLY, name->presented,
		    name->reference);
	if (!name_equal(name->reference, host->name) &&
	    !name_equal(name->reference, host->tlsa.base))
		tell_name(exam, sighting, FINDING_NAME_NEXTHOP_OK,
		    name->presented, name->reference);
}

void
diagnose_name(struct exam *exam)
{
	const struct danelaw_report *report = exam->report;

	for (size_t i = 0; i < report->n_hosts; i++) {
		const struct danelaw_host *host = &report->hosts[i];

		if (host->tlsa.status == DANELAW_TLSA_USABLE &&
		    host->tlsa.base != NULL &&
		    !name_equal(host->tlsa.base, host->name))
			finding_add(exam->tree, FINDING_NAME_CNAME_BASE,
			    host->name, "host", host->name, "base",
			    host->tlsa.base, NULL);
	}
	for (size_t i = 0; i < exam->n_sightings; i++) {
		const struct sighting *sighting = &exam->sightings[i];

		if (sighting->host->policy != DANELAW_POLICY_DANE)
			continue;
		if (sighting->probe->outcome == DANELAW_OUTCOME_NAME_MISMATCH)
			diagnose_mismatch_of(exam, sighting);
		else if (sighting->probe->outcome ==
		    DANELAW_OUTCOME_AUTHENTICATED)
			diagnose_accepted(exam, sighting);
	}
}
