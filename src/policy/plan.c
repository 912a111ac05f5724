/* SPDX-License-Identifier: ISC */
#include "policy/plan.h"

static uint32_t
larger(uint32_t a, uint32_t b)
{
	return a > b ? a : b;
}

/* An answer of before lives for no longer than this. */
static uint32_t
longest_wait(const struct plan_facts *facts)
{
	uint32_t ttl = facts->stale_ttl;

	for (size_t i = 0; i < facts->n_servers; i++) {
		const struct plan_server *server = &facts->servers[i];

		/* What passes tells of what was before only if nothing else
		   does. */
		if (server->answered &&
		    (!server->passes || facts->stale_ttl == 0))
			ttl = larger(ttl, server->ttl);
	}
	return ttl > UINT32_MAX - facts->skew ? UINT32_MAX : ttl + facts->skew;
}

/* When the last of them was seen to have it; none may be lagging. */
static int64_t
all_since(const struct plan_facts *facts)
{
	int64_t since = 0;

	for (size_t i = 0; i < facts->n_servers; i++) {
		int64_t at = facts->servers[i].passes_since;

		/* A time to come is of another clock, and proves nothing. */
		if (at == 0 || at > facts->now)
			at = facts->now;
		if (at > since)
			since = at;
	}
	return since;
}

static bool
lapses_before(const struct plan_facts *facts, int64_t when)
{
	for (size_t i = 0; i < facts->n_servers; i++) {
		int64_t until = facts->servers[i].signed_until;

		if (facts->servers[i].answered && until != 0 && until < when)
			return true;
	}
	return false;
}

struct plan
plan_for(const struct plan_facts *facts)
{
	struct plan plan = { .answer = PLAN_UNKNOWN };
	size_t passing = 0;

	for (size_t i = 0; i < facts->n_servers; i++) {
		const struct plan_server *server = &facts->servers[i];

		plan.silent += !server->answered;
		plan.lagging += server->answered && !server->passes;
		passing += server->answered && server->passes;
	}
	if (facts->equivalent) {
		plan.answer = PLAN_NOW;
		return plan;
	}
	plan.wait = longest_wait(facts);
	if (plan.lagging > 0 && passing == 0) {
		plan.answer = PLAN_BREAKS;
		return plan;
	}
	/* Where one lags it is not yet time, whatever the silent ones have. */
	if (plan.lagging > 0) {
		plan.answer = PLAN_LATER;
		plan.when = facts->now + plan.wait;
	} else if (plan.silent == 0 && passing > 0) {
		plan.when = all_since(facts) + plan.wait;
		plan.answer = plan.when <= facts->now ? PLAN_NOW : PLAN_LATER;
	}
	plan.lapses = lapses_before(facts, plan.when);
	return plan;
}

int64_t
plan_recall(const struct plan_past *past, size_t n, int64_t now,
    struct plan_server *server, uint32_t *stale_ttl)
{
	int64_t since = now, held = 0;
	size_t run = n; /* where it begins to pass, and does since */

	for (; run > 0 && past[run - 1].passes; run--)
		since = past[run - 1].first;
	server->passes_since = run < n ? since : 0;
	for (size_t i = 0; i < run && i + 1 < n; i++) {
		/* It may have been fetched up to the moment when the next one
		   was seen, not only when it was seen last. */
		int64_t until = past[i + 1].first + past[i].ttl;

		if (past[i].passes || (i + 1 != run && until <= since))
			continue;
		*stale_ttl = larger(*stale_ttl, past[i].ttl);
		held = until > held ? until : held;
	}
	/* What was before all that is known had the TTL of the first. */
	if (run == 0 && n > 0)
		*stale_ttl = larger(*stale_ttl, past[0].ttl);
	return held;
}
