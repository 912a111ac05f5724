/* SPDX-License-Identifier: ISC */
/*
 * Whose fault is it? What failed may be due to us: a resolver that is silent,
 * a program that stood still while its timers ran out. What was proven or
 * seen is not: an answer that validates, a certificate that was shown.
 */
#include "check/domain.h"
#include "check/looks.h"
#include "policy/ruling.h"

static bool
has_failed(const struct danelaw_lookup *lookups, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		if (ruling_is_failure(lookups[i].dnssec))
			return true;
	}
	return false;
}

static bool
was_reached(const struct evidence *evidence)
{
	return evidence == NULL || evidence->untried != NULL ||
	    evidence->n_shakes == 0 ||
	    evidence->shakes[0].reached == DANELAW_OUTCOME_ENCRYPTED;
}

static bool
host_was_missed(const struct host_job *job)
{
	const struct danelaw_host *host = host_job_host(job);

	for (size_t i = 0; i < host->n_addresses; i++) {
		if (!was_reached(looks_evidence(host_job_looks(job), i)))
			return true;
	}
	return false;
}

static bool
host_lookup_failed(const struct host_job *job)
{
	const struct danelaw_host *host = host_job_host(job);

	return has_failed(host->lookups, host->n_lookups);
}

static bool
something_failed(const struct domain_job *job)
{
	const struct danelaw_mx *mx = &job->tree->report.mx;

	if (job->late || has_failed(mx->lookups, mx->n_lookups))
		return true;
	for (size_t i = 0; i < job->n_hosts; i++) {
		const struct host_job *host = job->hosts[i].job;

		if (host != NULL &&
		    (host_lookup_failed(host) || host_was_missed(host)))
			return true;
	}
	return false;
}

/* A resolver that has not passed its self-test says so itself. */
bool
domain_is_in_doubt(const struct domain_job *job)
{
	return resolver_health(job->engine->resolver) == RESOLVER_GOOD &&
	    something_failed(job);
}

bool
host_job_is_excused(
    const struct host_job *job, const struct health *health, int64_t begun)
{
	return (host_lookup_failed(job) &&
		   health_may_remember(health, begun)) ||
	    (host_was_missed(job) && health_was_bad_since(health, begun));
}

/* Did something fail while we were not well? */
static bool
is_excused(const struct domain_job *job, const struct health *health)
{
	const struct danelaw_mx *mx = &job->tree->report.mx;

	if ((job->late && health_was_bad_since(health, job->begun)) ||
	    (has_failed(mx->lookups, mx->n_lookups) &&
		health_may_remember(health, job->begun)))
		return true;
	for (size_t i = 0; i < job->n_hosts; i++) {
		const struct domain_host *host = &job->hosts[i];

		/* It may have been examined long before, for another one. */
		if (host->job != NULL &&
		    host_job_is_excused(
			host->job, health, host_use_begun(host->use)))
			return true;
	}
	return false;
}

/* What a probe lacked of files, ports or memory; NULL: nothing. */
static const char *
probe_lack(const struct domain_job *job)
{
	for (size_t i = 0; i < job->n_hosts; i++) {
		const struct host_job *host = job->hosts[i].job;
		size_t n = host == NULL ? 0 : host_job_host(host)->n_addresses;

		for (size_t j = 0; j < n; j++) {
			const struct evidence *evidence =
			    looks_evidence(host_job_looks(host), j);

			if (evidence != NULL && evidence->our_lack != NULL)
				return evidence->our_lack;
		}
	}
	return NULL;
}

const char *
domain_own_lack(const struct domain_job *job)
{
	const struct health *health = pulse_health(job->engine->pulse);

	if (is_excused(job, health))
		return health_why(health);
	return probe_lack(job);
}
