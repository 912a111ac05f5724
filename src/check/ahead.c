/* SPDX-License-Identifier: ISC */
#include "check/ahead.h"

#include <string.h>

#include "base/name.h"
#include "check/domain.h"

/* Zones are rarely cut deeper. */
#define LEVELS_MAX 4

/* The name that is so many labels long at most, of its right ones. */
static const char *
right_labels(const char *name, unsigned n)
{
	const char *at = name + strlen(name);

	while (at > name && (at[-1] != '.' || --n > 0))
		at--;
	return at;
}

/* Of each name above this one that is not above the other, too. */
static void
ahead_keys(struct resolver *resolver, const char *name, const char *other)
{
	const char *last = NULL;

	for (unsigned n = 1; n <= LEVELS_MAX; n++) {
		const char *zone = right_labels(name, n);

		if (zone == last)
			break;
		last = zone;
		if (other != NULL &&
		    (name_equal(other, zone) || name_is_below(other, zone)))
			continue;
		resolver_ahead(resolver, zone, RRTYPE_DS);
		resolver_ahead(resolver, zone, RRTYPE_DNSKEY);
	}
}

static bool
is_ahead(const struct domain_job *job)
{
	return !job->engine->is_shared && !job->engine->is_gated;
}

void
ahead_domain(const struct domain_job *job)
{
	const char *domain = job->tree->report.domain;

	if (!is_ahead(job))
		return;
	resolver_ahead(job->engine->resolver, domain, RRTYPE_MX);
	ahead_keys(job->engine->resolver, domain, NULL);
}

/*
 * Where a zone is not signed nobody may ask for TLSA, as some servers choke
 * on it (RFC 7672 section 2.2.2). Of the zone of the MX records it is known
 * by now.
 */
static bool
is_signed(const struct danelaw_mx *mx, const char *host)
{
	const struct danelaw_lookup *lookup =
	    mx->n_lookups > 0 ? &mx->lookups[0] : NULL;
	bool found = false;

	if (lookup == NULL || lookup->dnssec != DANELAW_DNSSEC_SECURE)
		return false;
	for (size_t i = 0; i < lookup->n_signers; i++)
		found |= lookup->signers[i] != NULL &&
		    *lookup->signers[i] != '\0' &&
		    name_is_below(host, lookup->signers[i]);
	return found;
}

void
ahead_hosts(const struct domain_job *job)
{
	struct resolver *resolver = job->engine->resolver;

	for (size_t i = 0; is_ahead(job) && i < job->n_hosts; i++) {
		const char *host = job->hosts[i].name;
		const char *tlsa = NULL;

		if (host == NULL || name_is_address(host))
			continue;
		if (is_signed(&job->tree->report.mx, host))
			tlsa = name_tlsa(
			    job->tree->arena, job->request.port, host);
		if (tlsa != NULL)
			resolver_ahead(resolver, tlsa, RRTYPE_TLSA);
		ahead_keys(resolver, host, job->tree->report.domain);
	}
}
