/* SPDX-License-Identifier: ISC */
#include "check/simulate.h"

#include <string.h>

#include "base/name.h"
#include "check/judge.h"
#include "check/looks.h"
#include "policy/tlsa.h"
#include "policy/verdict.h"
#include "tls/match.h"

/* An address with more certificates than that has other troubles. */
enum { RECORDS_MAX = 64 };

/*
 * "OWNER. TTL IN TLSA RR": the RR; NULL: the line is about another owner, or
 * another type.
 */
static const char *
rr_of(const char *line, const char *owner)
{
	size_t len = strlen(owner);
	const char *type;

	if (strncmp(line, owner, len) != 0 || line[len] != '.')
		return NULL;
	type = strstr(line + len, " TLSA ");
	return type == NULL ? NULL : type + strlen(" TLSA ");
}

static bool
is_on(const char *rr, const char *const *lines, size_t n, const char *owner)
{
	for (size_t i = 0; rr != NULL && i < n; i++) {
		const char *other = rr_of(lines[i], owner);

		if (other != NULL && strcmp(other, rr) == 0)
			return true;
	}
	return false;
}

/* The RRset as it would be. False: no memory, or too much of it. */
static bool
apply(struct domain_job *job, const struct danelaw_finding *finding,
    const char *owner, const struct danelaw_tlsa *before,
    struct danelaw_tlsa *after)
{
	struct arena *arena = job->tree->arena;

	*after = *before;
	after->records = NULL;
	after->n_records = 0;
	for (size_t i = 0; i < before->n_records; i++) {
		struct danelaw_record *record;

		if (is_on(before->records[i].rr,
			(const char *const *)finding->fix_remove,
			finding->n_fix_remove, owner))
			continue;
		record = ARENA_PUSH(arena, after->records, after->n_records);
		if (record == NULL)
			return false;
		*record = before->records[i];
	}
	for (size_t i = 0; i < finding->n_fix_add; i++) {
		const char *rr = rr_of(finding->fix_add[i], owner), *why;
		struct danelaw_record *record;

		if (rr == NULL)
			continue;
		record = ARENA_PUSH(arena, after->records, after->n_records);
		if (record == NULL || !tlsa_from_text(arena, rr, record, &why))
			return false;
	}
	return after->n_records <= RECORDS_MAX &&
	    match_mark_unusable(
		job->engine->tls, after->records, after->n_records);
}

struct tally {
	size_t refused; /* handshakes that a sender would refuse */
	bool worse;     /* one of them was not refused before */
};

/* One handshake, judged anew. False: no memory. */
static bool
judge_one(struct domain_job *job, const struct danelaw_host *host,
    const struct danelaw_tlsa *after, enum danelaw_policy policy,
    struct evidence *evidence, size_t i, struct tally *tally)
{
	const struct judge_question question = {
		.policy = policy,
		.tlsa = after,
		.at = job->tree->report.at,
		.host = host->name,
		.domain = job->tree->report.domain,
	};
	struct danelaw_probe probe;

	if (!judge_shake(job->engine->tls, evidence, i, &question,
		job->tree->arena, &probe))
		return false;
	tally->refused += outcome_is_refused(policy, probe.outcome);
	return true;
}

/* What those senders would do that come to this address. */
static bool
judge_address(struct domain_job *job, const struct danelaw_host *host,
    const struct danelaw_address *address, const struct danelaw_tlsa *after,
    struct evidence *evidence, struct tally *tally)
{
	enum danelaw_policy policy = host->policy;
	size_t before = 0, probe = 0, then = tally->refused;

	if (tlsa_count_usable(after->records, after->n_records) > 0)
		policy = DANELAW_POLICY_DANE;
	for (size_t i = 0; i < evidence->n_shakes; i++) {
		if (strcmp(evidence->shakes[i].offer, "no-sni") == 0)
			continue;
		if (probe < address->n_probes)
			before += outcome_is_refused(
			    host->policy, address->probes[probe++].outcome);
		if (!judge_one(job, host, after, policy, evidence, i, tally))
			return false;
	}
	tally->worse = tally->worse || tally->refused - then > before;
	return true;
}

static struct evidence *
find_evidence(const struct domain_job *job, const struct danelaw_host *host,
    const struct danelaw_address *address)
{
	for (size_t i = 0; i < job->n_hosts; i++) {
		const struct host_job *found = job->hosts[i].job;
		const struct danelaw_host *facts;

		if (found == NULL ||
		    !name_equal(job->hosts[i].name, host->name))
			continue;
		facts = host_job_host(found);
		for (size_t j = 0; j < facts->n_addresses; j++) {
			if (strcmp(facts->addresses[j].ip, address->ip) == 0)
				return looks_evidence(host_job_looks(found), j);
		}
	}
	return NULL;
}

static size_t
count_refused(const struct danelaw_host *host)
{
	size_t n = 0;

	for (size_t i = 0; i < host->n_addresses; i++) {
		for (size_t j = 0; j < host->addresses[i].n_probes; j++)
			n += outcome_is_refused(
			    host->policy, host->addresses[i].probes[j].outcome);
	}
	return n;
}

/* Where the records of the host really are; NULL: nobody knows. */
static const char *
owner_of_records(const struct danelaw_host *host)
{
	for (size_t i = 0; host->tlsa.name != NULL && i < host->n_lookups;
	     i++) {
		const struct danelaw_lookup *lookup = &host->lookups[i];

		if (lookup->type != NULL && strcmp(lookup->type, "TLSA") == 0 &&
		    name_equal(lookup->name, host->tlsa.name))
			return lookup->zone_owner != NULL ? lookup->zone_owner
			    : lookup->n_aliases == 0
			    ? lookup->name
			    : lookup->aliases[lookup->n_aliases - 1];
	}
	return NULL;
}

static bool
touches(const struct danelaw_finding *finding, const char *owner)
{
	for (size_t i = 0; i < finding->n_fix_add; i++) {
		if (rr_of(finding->fix_add[i], owner) != NULL)
			return true;
	}
	for (size_t i = 0; i < finding->n_fix_remove; i++) {
		if (rr_of(finding->fix_remove[i], owner) != NULL)
			return true;
	}
	return false;
}

/* False: no memory. */
static bool
simulate(struct domain_job *job, const struct danelaw_finding *finding,
    const struct danelaw_host *host, bool *good)
{
	const char *owner = owner_of_records(host);
	size_t before = count_refused(host);
	struct tally tally = { 0 };
	struct danelaw_tlsa after;

	if (owner == NULL || !touches(finding, owner))
		return true;
	if (!apply(job, finding, owner, &host->tlsa, &after))
		return !arena_failed(job->tree->arena);
	for (size_t i = 0; i < host->n_addresses; i++) {
		struct evidence *evidence =
		    find_evidence(job, host, &host->addresses[i]);

		if (evidence != NULL &&
		    !judge_address(job, host, &host->addresses[i], &after,
			evidence, &tally))
			return false;
	}
	if (tally.worse ||
	    (finding->severity == DANELAW_SEVERITY_CRITICAL && before > 0 &&
		tally.refused >= before))
		*good = false;
	return true;
}

static void
take_back(struct domain_job *job, struct danelaw_finding *finding)
{
	const char *remedy = arena_printf(job->tree->arena,
	    "No zone line is given: beside the records that stand there it "
	    "would not help, or break what works. What is to be done: %s",
	    finding->remedy);

	finding->fix_add = finding->fix_remove = NULL;
	finding->n_fix_add = finding->n_fix_remove = 0;
	if (remedy != NULL)
		finding->remedy = remedy;
}

bool
simulate_fixes(struct domain_job *job)
{
	struct danelaw_report *report = &job->tree->report;

	for (size_t i = 0; i < report->n_findings; i++) {
		struct danelaw_finding *finding = &report->findings[i];
		bool good = true;

		for (size_t j = 0; good && j < report->n_hosts &&
		     finding->n_fix_add + finding->n_fix_remove > 0;
		     j++) {
			if (!simulate(job, finding, &report->hosts[j], &good))
				return false;
		}
		if (!good)
			take_back(job, finding);
	}
	return true;
}
