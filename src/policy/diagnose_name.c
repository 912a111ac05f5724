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
	if (leaf->n_cns > 0)
		return kit_list(exam, leaf->cns, leaf->n_cns);
	if (leaf->cn != NULL && leaf->cn[0] != '\0')
		return kit_list(exam, &leaf->cn, 1);
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

/*
 * "*.example" for "mx_1.example": OpenSSL lets a wildcard stand for letters,
 * digits and hyphens alone.
 */
static bool
fits_but_for_underscore(const char *presented, const char *reference)
{
	const char *rest = strchr(reference, '.');

	return strncmp(presented, "*.", 2) == 0 && rest != NULL &&
	    name_equal(presented + 2, rest + 1) &&
	    memchr(reference, '_', (size_t)(rest - reference)) != NULL;
}

/* "*.example" right below the top, which OpenSSL never takes. */
static bool
fits_below_top(const char *presented, const char *reference)
{
	const char *rest = strchr(reference, '.');

	return strncmp(presented, "*.", 2) == 0 && rest != NULL &&
	    strchr(presented + 2, '.') == NULL &&
	    name_equal(presented + 2, rest + 1);
}

static bool
fits_but_for_dot(const char *presented, const char *reference)
{
	size_t len = strlen(reference);

	return strncasecmp(presented, reference, len) == 0 &&
	    strcmp(presented + len, ".") == 0;
}

/* "*.example" for "example" or "a.mx.example". */
static bool
fits_at_other_depth(const char *presented, const char *reference)
{
	return strncmp(presented, "*.", 2) == 0 &&
	    name_is_below(reference, presented + 2);
}

/* Other bytes than printable ASCII stand as \xNN in the tree. */
static bool
is_unicode(const char *name)
{
	while ((name = strstr(name, "\\x")) != NULL) {
		name += 2;
		if (strchr("89abcdef", *name) != NULL && *name != '\0')
			return true;
	}
	return false;
}

static bool
has_nul(const char *name)
{
	return strstr(name, "\\x00") != NULL;
}

/* Of all its common names, the one that would do. */
static const char *
fitting_cn(const struct danelaw_cert *leaf, const struct danelaw_host *host)
{
	for (size_t i = 0; i < leaf->n_cns; i++) {
		if (fits_some(leaf->cns[i], host))
			return leaf->cns[i];
	}
	return leaf->cn != NULL && fits_some(leaf->cn, host) ? leaf->cn : NULL;
}

static struct danelaw_finding *
tell_name(struct exam *exam, const struct sighting *sighting,
    enum finding_id id, const char *presented, const char *reference)
{
	return finding_add(exam->tree, id, sighting->subject, "where",
	    sighting->where, "host", sighting->host->name, "presented",
	    kit_list(exam, &presented, 1), "reference", reference, "cn",
	    kit_text(exam, presented), "name", kit_owner(exam, sighting->host),
	    "new", kit_new(exam, sighting->host, true), NULL);
}

/* How a name that is no fit comes near to one; FINDING_COUNT: it does not. */
static enum finding_id
near_miss(const char *name, const char *reference)
{
	if (has_nul(name))
		return FINDING_NAME_NUL;
	if (fits_but_for_dot(name, reference))
		return FINDING_NAME_SAN_TRAILING_DOT;
	if (fits_below_top(name, reference))
		return FINDING_NAME_WILDCARD_TOP;
	if (fits_but_for_underscore(name, reference))
		return FINDING_NAME_WILDCARD_UNDERSCORE;
	if (fits_partly(name, reference))
		return FINDING_NAME_WILDCARD_PARTIAL;
	if (fits_at_other_depth(name, reference))
		return FINDING_NAME_WILDCARD_DEPTH;
	return is_unicode(name) ? FINDING_NAME_IDN : FINDING_COUNT;
}

/* The name that was meant to fit, and why it does not; or FINDING_COUNT. */
static enum finding_id
find_near_miss(const struct sighting *sighting, const char **name)
{
	const struct danelaw_cert *leaf = &sighting->probe->chain[0];
	const char *reference = first_reference(sighting->host);
	enum finding_id id = FINDING_COUNT;

	if (leaf->n_names > 0 && fitting_cn(leaf, sighting->host) != NULL) {
		*name = fitting_cn(leaf, sighting->host);
		return FINDING_NAME_CN_WITH_SAN;
	}
	for (size_t i = 0; i < leaf->n_names && id == FINDING_COUNT; i++) {
		*name = leaf->names[i];
		if (*name != NULL)
			id = near_miss(*name, reference);
	}
	for (size_t i = 0;
	     i < leaf->n_cns && leaf->n_names == 0 && id == FINDING_COUNT;
	     i++) {
		*name = leaf->cns[i];
		id = near_miss(*name, reference);
	}
	return id;
}

/* That no name fits then only follows. */
static void
diagnose_mismatch_of(struct exam *exam, const struct sighting *sighting)
{
	const struct danelaw_host *host = sighting->host;
	const struct danelaw_cert *leaf = &sighting->probe->chain[0];
	const char *name = NULL;
	enum finding_id id = find_near_miss(sighting, &name);
	struct danelaw_finding *finding;

	finding = finding_add(exam->tree, FINDING_NAME_MISMATCH_TA,
	    sighting->subject, "where", sighting->where, "presented",
	    presented_words(exam, leaf), "wanted", wanted_words(exam, host),
	    "reference", first_reference(host), "name", kit_owner(exam, host),
	    "new", kit_new(exam, host, true), NULL);
	if (id != FINDING_COUNT) {
		kit_follow(exam, finding, id);
		finding =
		    tell_name(exam, sighting, id, name, first_reference(host));
		if (finding != NULL)
			finding->severity = DANELAW_SEVERITY_CRITICAL;
	}
	kit_publish_311(exam, finding, host, leaf);
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

/* Where there are several, that is why some senders refuse. */
static void
tell_common_name(struct exam *exam, const struct sighting *sighting,
    const struct danelaw_name_check *name)
{
	const struct danelaw_cert *leaf = &sighting->probe->chain[0];
	bool several = leaf->n_cns > 1;
	struct danelaw_finding *finding;

	if (several)
		finding_add(exam->tree, FINDING_NAME_TWO_CNS, sighting->subject,
		    "where", sighting->where, "presented",
		    presented_words(exam, leaf), "cn",
		    kit_text(exam, name->presented), "reference",
		    name->reference, NULL);
	finding = tell_name(exam, sighting, FINDING_NAME_CN_ONLY,
	    name->presented, name->reference);
	if (several)
		kit_follow(exam, finding, FINDING_NAME_TWO_CNS);
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
	if (record->usage == DANELAW_USAGE_DANE_EE && !leaf_fits(sighting))
		finding_add(exam->tree, FINDING_NAME_MISMATCH_EE,
		    sighting->subject, "where", sighting->where, "presented",
		    presented_words(exam, leaf), "wanted",
		    wanted_words(exam, host), NULL);
	if (record->usage == DANELAW_USAGE_DANE_EE || name->reference == NULL)
		return;
	if (name->source == DANELAW_NAME_CN)
		tell_common_name(exam, sighting, name);
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
