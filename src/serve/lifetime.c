/* SPDX-License-Identifier: ISC */
#include "serve/result.h"

static void
at_most(int64_t *life, int64_t ms)
{
	if (ms < *life)
		*life = ms;
}

/* Is it short-lived, as the answer could not be had? */
static bool
bound_by_lookup(const struct danelaw_lookup *lookup, int64_t at, int64_t *life)
{
	if (lookup->type == NULL)
		return false;
	if (lookup->dnssec == DANELAW_DNSSEC_ERROR ||
	    lookup->dnssec == DANELAW_DNSSEC_BOGUS ||
	    lookup->presence == DANELAW_PRESENCE_UNKNOWN)
		return true;
	at_most(life, (int64_t)lookup->ttl * 1000);
	if (lookup->rrsig_expires != 0)
		at_most(life, (lookup->rrsig_expires - at) * 1000);
	return false;
}

static bool
bound_by_lookups(
    const struct danelaw_lookup *lookups, size_t n, int64_t at, int64_t *life)
{
	bool failed = false;

	for (size_t i = 0; i < n; i++)
		failed |= bound_by_lookup(&lookups[i], at, life);
	return failed;
}

/* Did nobody at this host say what there is to know? */
static bool
unexamined(const struct danelaw_host *host)
{
	return host->counted.unexamined && !host->counted.authenticated &&
	    !host->counted.failing && !host->counted.open;
}

int64_t
lifetime(
    const struct danelaw_report *report, const struct lifetime_bounds *bounds)
{
	int64_t life = bounds->most;
	bool failed = report->resolver_error != NULL ||
	    report->verdict == DANELAW_VERDICT_DEFER ||
	    report->state == DANELAW_STATE_UNKNOWN;

	failed |= bound_by_lookups(
	    report->mx.lookups, report->mx.n_lookups, report->at, &life);
	for (size_t i = 0; i < report->n_hosts; i++) {
		const struct danelaw_host *host = &report->hosts[i];

		failed |= bound_by_lookups(
		    host->lookups, host->n_lookups, report->at, &life);
		failed |= unexamined(host);
	}
	if (life < bounds->least)
		life = bounds->least;
	if (failed)
		at_most(&life, bounds->failed);
	return life;
}
