/* SPDX-License-Identifier: ISC */
/*
 * A record below a name makes that name exist, and what a wildcard gave to it
 * ends (RFC 4592 section 2.2.2). So with a line to publish below a host, or a
 * domain, that lives by a wildcard go the records that it would lose.
 */
#include <string.h>

#include "base/name.h"
#include "policy/diagnose_kit.h"

#define NOTE                                                                   \
	" The other lines keep what a wildcard gives to that name now, and "   \
	"the first record below it would end (RFC 4592 2.2.2)."

enum { OWNER_MAX = 256 };

/* The owner of a zone line, without the dot. False: it is none. */
static bool
owner_of(const char *line, char owner[static OWNER_MAX])
{
	size_t len = strcspn(line, " ");

	if (len < 2 || len > OWNER_MAX - 1 || line[len - 1] != '.')
		return false;
	memcpy(owner, line, len - 1);
	owner[len - 1] = '\0';
	return true;
}

/* Is a line to be published below the name? */
static bool
adds_below(const struct danelaw_finding *finding, const char *name)
{
	char owner[OWNER_MAX];

	for (size_t i = 0; name != NULL && i < finding->n_fix_add; i++) {
		if (owner_of(finding->fix_add[i], owner) &&
		    !name_equal(owner, name) && name_is_below(owner, name))
			return true;
	}
	return false;
}

/* Then nobody can tell what would be lost: no line is given at all. */
static void
give_up(struct exam *exam, struct danelaw_finding *finding, const char *name)
{
	const char *remedy = arena_printf(exam->arena,
	    "%s lives by a wildcard, which ends there with the first record "
	    "below it (RFC 4592 2.2.2): first publish the records of %s at its "
	    "own name, or change the wildcard. Then: %s",
	    name, name, finding->remedy);

	finding->fix_add = finding->fix_remove = NULL;
	finding->n_fix_add = finding->n_fix_remove = 0;
	if (remedy != NULL)
		finding->remedy = remedy;
}

/* Would it give records to the name, if that did not exist? */
static bool
is_above(const struct danelaw_lookup *lookup, const char *name)
{
	return lookup->presence == DANELAW_PRESENCE_DATA &&
	    lookup->name != NULL && strncmp(lookup->name, "*.", 2) == 0 &&
	    name_is_below(name, lookup->name + 2) &&
	    !name_equal(name, lookup->name + 2);
}

bool
wildcards_explain(struct exam *exam, const struct danelaw_host *host)
{
	const struct danelaw_mx *mx = &exam->report->mx;
	const char **types = NULL, *wildcard = NULL;
	size_t n = 0;

	for (size_t i = 0; i < mx->n_lookups; i++) {
		const struct danelaw_lookup *lookup = &mx->lookups[i];

		if (!is_above(lookup, host->name) ||
		    (wildcard != NULL && !name_equal(wildcard, lookup->name)))
			continue;
		wildcard = lookup->name;
		arena_push_text(exam->arena, &types, &n, lookup->type);
	}
	return wildcard != NULL &&
	    finding_add(exam->tree, FINDING_DNS_WILDCARD_ENDED, host->name,
		"wildcard", wildcard, "name", host->name, "types",
		kit_list(exam, types, n), NULL) != NULL;
}

static bool
is_by_wildcard(const struct danelaw_lookup *lookup, const char *type)
{
	return lookup->wildcard && kit_is_type(lookup, type) &&
	    lookup->presence == DANELAW_PRESENCE_DATA;
}

static void
keep_addresses(struct exam *exam, struct danelaw_finding *finding,
    const struct danelaw_host *host, const struct danelaw_lookup *lookup)
{
	bool ipv6 = kit_is_type(lookup, "AAAA");

	for (size_t i = 0; i < host->n_addresses; i++) {
		const char *ip = host->addresses[i].ip;

		if ((strchr(ip, ':') != NULL) == ipv6)
			kit_add_line(exam, finding,
			    arena_printf(exam->arena, "%s. %u IN %s %s",
				host->name, kit_ttl(lookup), lookup->type, ip));
	}
}

/* True: there is something to be kept. */
static bool
keep_host(struct exam *exam, struct danelaw_finding *finding,
    const struct danelaw_host *host)
{
	bool kept = false;

	if (!adds_below(finding, host->name))
		return false;
	for (size_t i = 0; i < host->n_lookups; i++) {
		const struct danelaw_lookup *lookup = &host->lookups[i];

		if (!is_by_wildcard(lookup, "A") &&
		    !is_by_wildcard(lookup, "AAAA"))
			continue;
		if (lookup->n_aliases > 0 || host->n_left_out > 0 ||
		    lookup->n_records == 0) {
			give_up(exam, finding, host->name);
			return false;
		}
		keep_addresses(exam, finding, host, lookup);
		kept = true;
	}
	return kept;
}

static bool
keep_domain(struct exam *exam, struct danelaw_finding *finding)
{
	const struct danelaw_report *report = exam->report;
	const struct danelaw_mx *mx = &report->mx;
	const struct danelaw_lookup *lookup =
	    mx->n_lookups > 0 ? &mx->lookups[0] : NULL;

	if (lookup == NULL || !is_by_wildcard(lookup, "MX") ||
	    !adds_below(finding, report->domain))
		return false;
	if (lookup->n_aliases > 0 || mx->n_left_out > 0 || mx->n_unusable > 0 ||
	    report->n_hosts == 0) {
		give_up(exam, finding, report->domain);
		return false;
	}
	for (size_t i = 0; i < report->n_hosts; i++)
		kit_add_line(exam, finding,
		    arena_printf(exam->arena, "%s. %u IN MX %u %s.",
			report->domain, kit_ttl(lookup),
			report->hosts[i].preference, report->hosts[i].name));
	return true;
}

void
diagnose_wildcards(struct exam *exam)
{
	const struct danelaw_report *report = exam->report;

	for (size_t i = 0; i < report->n_findings; i++) {
		struct danelaw_finding *finding = &exam->report->findings[i];
		bool kept = keep_domain(exam, finding);
		const char *remedy;

		for (size_t j = 0; j < report->n_hosts; j++)
			kept |= keep_host(exam, finding, &report->hosts[j]);
		if (!kept || finding->n_fix_add == 0)
			continue;
		remedy = arena_printf(exam->arena, "%s" NOTE, finding->remedy);
		if (remedy != NULL)
			finding->remedy = remedy;
	}
}
