/* SPDX-License-Identifier: ISC */
#include "check/trace.h"

#include <event2/event.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/lack.h"
#include "base/name.h"
#include "base/text.h"
#include "check/trace_inside.h"
#include "policy/blame.h"

#define BUDGET_MS 60000
#define PATIENCE_MS 4000 /* for one question */

static void
ask_done(const struct asker_result *result, void *arg)
{
	struct ask *ask = arg;
	struct trace_answer room = { 0 };
	struct trace_answer *answer = ask->answer == NULL ? &room : ask->answer;
	struct heard *heard = NULL;

	answer->end = result->end;
	answer->tcp_end = result->tcp_end;
	answer->cut = result->cut;
	answer->ms = result->ms;
	if (result->end == TRACE_ANSWERED) {
		heard = heard_new(result->bytes, result->len);
		if (heard == NULL)
			answer->end = TRACE_GARBLED;
		else
			heard_describe(ask->tracer->arena, heard,
			    ask->zone->fact->name, ask->name, ask->type,
			    answer);
	}
	ask->tracer->pending--;
	ask->done(ask, answer, heard);
	heard_free(heard);
	tracer_wake(ask->tracer);
}

bool
tracer_ask(const struct ask *ask)
{
	struct tracer *tracer = ask->tracer;
	struct ask *copy = arena_memdup(tracer->arena, ask, sizeof(*ask));

	if (copy == NULL ||
	    !asker_ask(tracer->asker, ask->zone->fact->servers[ask->server].ip,
		ask->name, ask->type, ask->way, ask_done, copy))
		return false;
	tracer->pending++;
	return true;
}

/* All that may go on now, as often as something did. */
void
tracer_wake(struct tracer *tracer)
{
	bool moved = true;

	while (moved && !arena_failed(tracer->arena)) {
		moved = false;
		for (size_t i = 0; i < tracer->n_zones; i++)
			zone_go_on(tracer->zones[i]);
		for (size_t i = 0; i < tracer->n_walks; i++)
			moved |= walk_go_on(tracer, tracer->walks[i]);
	}
	if (tracer->pending == 0)
		event_base_loopbreak(tracer->base);
}

static enum trace_standing
standing_of(enum danelaw_dnssec dnssec)
{
	switch (dnssec) {
	case DANELAW_DNSSEC_SECURE:
		return TRACE_SECURE;
	case DANELAW_DNSSEC_INSECURE:
		return TRACE_INSECURE;
	case DANELAW_DNSSEC_BOGUS:
		return TRACE_BOGUS;
	case DANELAW_DNSSEC_ERROR:
		break;
	}
	return TRACE_UNSEEN;
}

struct resolving {
	struct tracer *tracer;
	struct walk *walk;
};

static void
resolver_said(const struct answer *answer, void *arg)
{
	struct resolving *resolving = arg;
	struct tracer *tracer = resolving->tracer;
	struct trace_question *fact = resolving->walk->fact;

	fact->resolver = standing_of(answer->lookup.dnssec);
	fact->resolver_why = arena_strdup(tracer->arena, answer->lookup.why);
	tracer->pending--;
	tracer_wake(tracer);
}

struct walk *
tracer_add_question(
    struct tracer *tracer, const char *name, enum rrtype type, unsigned aliases)
{
	struct resolving *resolving;
	struct walk *walk;

	for (size_t i = 0; i < tracer->n_walks; i++) {
		walk = tracer->walks[i];
		if (walk->type == type && name_equal(walk->fact->name, name))
			return walk;
	}
	if (tracer->n_walks == TRACE_MAX_QUESTIONS ||
	    aliases > TRACE_MAX_ALIASES || !answer_can_ask(name)) {
		tracer->limited = true;
		return NULL;
	}
	walk = arena_alloc(tracer->arena, sizeof(*walk));
	resolving = arena_alloc(tracer->arena, sizeof(*resolving));
	if (walk == NULL || resolving == NULL)
		return NULL;
	walk->fact = arena_alloc(tracer->arena, sizeof(*walk->fact));
	if (walk->fact == NULL)
		return NULL;
	walk->fact->name = arena_strdup(tracer->arena, name);
	walk->fact->type = rrtype_word(type);
	walk->type = type;
	walk->aliases = aliases;
	walk->zone = tracer->zones[0];
	tracer->walks[tracer->n_walks++] = walk;
	*resolving = (struct resolving) { tracer, walk };
	if (resolver_ask(tracer->resolver, walk->fact->name, type,
		tracer->deadline, resolver_said, resolving) != NULL)
		tracer->pending++;
	return walk;
}

static bool
set_up(struct tracer *tracer, char **why)
{
	struct trace_request *request = &tracer->request;
	struct asker_config asking = {
		.port = request->dns_port,
		.deadline = tracer->deadline,
		.patience_ms = tracer->patience_ms,
		.allow_special = request->allow_private,
	};
	const char *wrong = NULL;

	request->resolver.public_only = !request->allow_private;
	if (!roots_read(
		tracer->arena, &request->resolver, &tracer->roots, &wrong)) {
		*why = wrong == NULL ? NULL : strdup(wrong);
		return false;
	}
	if (tracer->roots.given) {
		asking.spared = tracer->roots.addresses;
		asking.n_spared = tracer->roots.n_addresses;
	}
	if (resolver_new(tracer->base, &request->resolver, &tracer->resolver,
		why) != RESOLVER_OK)
		return false;
	tracer->asker = asker_new(tracer->base, &asking);
	return tracer->asker != NULL;
}

struct tracer *
tracer_new(
    struct event_base *base, const struct trace_request *request, char **why)
{
	struct tracer *tracer = calloc(1, sizeof(*tracer));
	uint32_t budget =
	    request->budget_ms == 0 ? BUDGET_MS : request->budget_ms;

	*why = NULL;
	if (tracer == NULL)
		return NULL;
	tracer->base = base;
	tracer->request = *request;
	tracer->arena = arena_new();
	tracer->deadline = clock_monotonic_ms() + budget;
	/* So that some questions may go unanswered, one after the other. */
	tracer->patience_ms =
	    budget / 12 < PATIENCE_MS ? budget / 12 + 1 : PATIENCE_MS;
	tracer->lacked = lack_count();
	tracer->at =
	    request->resolver.at != 0 ? request->resolver.at : clock_unix();
	if (tracer->arena == NULL || !set_up(tracer, why)) {
		tracer_free(tracer);
		return NULL;
	}
	tracer->trace = arena_alloc(tracer->arena, sizeof(*tracer->trace));
	return tracer;
}

/* Then it is this machine that cannot ask: a firewall, or no network. */
static bool
is_cut_off(const struct tracer *tracer)
{
	const struct trace_zone *root = tracer->zones[0]->fact;

	for (size_t i = 0; i < root->n_servers; i++) {
		if (root->servers[i].answered)
			return false;
	}
	return true;
}

static void
gather(struct tracer *tracer)
{
	struct trace *trace = tracer->trace;

	for (size_t i = 0; i < tracer->n_zones; i++) {
		struct trace_zone *zone = tracer->zones[i]->fact;
		struct trace_zone **slot =
		    ARENA_PUSH(tracer->arena, trace->zones, trace->n_zones);

		if (slot != NULL)
			*slot = zone;
		for (size_t k = 0; k < tracer->n_forks; k++) {
			struct trace_fork *fork;

			if (tracer->forks[k]->zone != tracer->zones[i])
				continue;
			fork = ARENA_PUSH(
			    tracer->arena, zone->forks, zone->n_forks);
			if (fork != NULL)
				*fork = *tracer->forks[k]->fact;
		}
	}
	for (size_t i = 0; i < tracer->n_walks; i++) {
		struct trace_question **slot = ARENA_PUSH(
		    tracer->arena, trace->questions, trace->n_questions);

		if (slot != NULL)
			*slot = tracer->walks[i]->fact;
	}
	trace->ended_early = tracer->limited || asker_limited(tracer->asker);
	if (resolver_health(tracer->resolver) != RESOLVER_GOOD)
		trace->own_lack = arena_strdup(
		    tracer->arena, resolver_reason(tracer->resolver));
	else if (is_cut_off(tracer))
		trace->own_lack =
		    "no root server answers this machine: its port 53 to the "
		    "outside is shut, or the root hints are wrong";
	else if (lack_count() != tracer->lacked)
		trace->own_lack = "this machine lacked memory or files";
}

const struct trace *
tracer_run(struct tracer *tracer)
{
	const struct trace_request *request = &tracer->request;
	struct trace *trace = tracer->trace;
	struct walk *walk;

	if (trace == NULL)
		return NULL;
	trace->name = arena_strdup(tracer->arena, request->name);
	trace->type = request->type == 0 ? NULL : rrtype_word(request->type);
	trace->at = tracer->at;
	tracer->zones[0] = zone_root(tracer);
	if (tracer->zones[0] == NULL)
		return NULL;
	tracer->n_zones = 1;
	walk = tracer_add_question(tracer, trace->name,
	    request->type == 0 ? RRTYPE_MX : request->type, 0);
	if (walk == NULL)
		return NULL;
	walk->mail = request->type == 0;
	tracer_wake(tracer);
	while (tracer->pending > 0 && !arena_failed(tracer->arena))
		event_base_loop(tracer->base, EVLOOP_ONCE);
	gather(tracer);
	blame(tracer->arena, trace);
	return arena_failed(tracer->arena) ? NULL : trace;
}

void
tracer_free(struct tracer *tracer)
{
	if (tracer == NULL)
		return;
	asker_free(tracer->asker);
	resolver_free(tracer->resolver);
	for (size_t i = 0; i < tracer->n_zones; i++)
		keychain_free(tracer->zones[i]->keychain);
	for (size_t i = 0; i < tracer->n_forks; i++) {
		/* Those at a cut are on the list above. */
		if (tracer->forks[i]->child != NULL &&
		    !tracer->forks[i]->fact->is_cut)
			keychain_free(tracer->forks[i]->child->keychain);
	}
	arena_unref(tracer->arena);
	free(tracer);
}
