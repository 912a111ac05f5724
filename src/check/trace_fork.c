/* SPDX-License-Identifier: ISC */
/*
 * One name below a zone: is there a delegation, and what does each server say
 * of it? NS tells, whether the same server has the zone below or not; DS goes
 * with it, and A is what resolvers that ask label by label use (RFC 9156).
 */
#include "base/name.h"
#include "check/trace_inside.h"

static void
on_server(const char *server, const char *ip, void *arg)
{
	struct fork_job *fork = arg;

	zone_name_server(fork->child, server, ip, false);
}

static void
take_ds(struct fork_job *fork, struct trace_answer *answer,
    const struct heard *heard)
{
	struct zone_job *zone = fork->zone;

	if (heard == NULL || answer->rcode != 0)
		return;
	if (zone->fact->standing == TRACE_SECURE ||
	    zone->fact->standing == TRACE_BOGUS)
		keychain_judge(zone->tracer->arena, zone->keychain, heard,
		    fork->fact->name, RRTYPE_DS, zone->tracer->at, answer);
	else
		answer->standing = zone->fact->standing;
	if (answer->standing == TRACE_BOGUS) {
		fork->ds_bad = true;
		fork->child->ds_detail = answer->detail;
	} else if (answer->standing != TRACE_UNSEEN) {
		fork->ds_good = true;
	}
	if (answer->content == TRACE_DATA &&
	    (answer->standing == TRACE_SECURE ||
		zone->fact->standing == TRACE_BOGUS))
		keychain_add_ds(fork->child->keychain, heard);
}

static void
settle(struct fork_job *fork)
{
	struct tracer *tracer = fork->zone->tracer;
	struct zone_job *child = fork->child;

	if (!fork->fact->is_cut) {
		fork->fact->is_missing = false;
		for (size_t i = 0; i < fork->zone->fact->n_servers; i++) {
			enum trace_content content = fork->fact->ns[i].content;

			if (content == TRACE_NODATA || content == TRACE_ALIAS)
				return;
			fork->fact->is_missing |= content == TRACE_NXDOMAIN;
		}
		return;
	}
	child->ds_seen = fork->ds_good || fork->ds_bad;
	child->ds_bogus = fork->ds_bad && !fork->ds_good;
	if (tracer->n_zones == TRACE_MAX_ZONES) {
		tracer->limited = true;
		fork->fact->is_cut = false;
		return;
	}
	tracer->zones[tracer->n_zones++] = child;
	zone_go_on(child);
}

static void
fork_done(
    struct ask *ask, struct trace_answer *answer, const struct heard *heard)
{
	struct fork_job *fork = ask->fork;

	if (ask->type == RRTYPE_DS) {
		take_ds(fork, answer, heard);
	} else if (ask->type == TRACE_TYPE_NS && heard != NULL &&
	    (answer->content == TRACE_DATA ||
		answer->content == TRACE_REFERRAL)) {
		heard_each_server(heard, fork->zone->fact->name,
		    fork->fact->name, on_server, fork);
		fork->fact->is_cut |= fork->child->n_names > 0;
	}
	if (ask->type != RRTYPE_A && --fork->pending == 0)
		settle(fork);
}

static void
ask_fork(struct fork_job *fork, size_t server, uint16_t type,
    struct trace_answer *answer)
{
	const struct ask ask = {
		.tracer = fork->zone->tracer,
		.zone = fork->zone,
		.fork = fork,
		.server = server,
		.name = fork->fact->name,
		.type = type,
		.answer = answer,
		.done = fork_done,
	};

	if (tracer_ask(&ask) && type != RRTYPE_A)
		fork->pending++;
}

struct fork_job *
fork_at(struct zone_job *zone, const char *name)
{
	struct tracer *tracer = zone->tracer;
	size_t n = zone->fact->n_servers;
	struct fork_job *fork;

	for (size_t i = 0; i < tracer->n_forks; i++) {
		fork = tracer->forks[i];
		if (fork->zone == zone && name_equal(fork->fact->name, name))
			return fork;
	}
	if (tracer->n_forks == TRACE_MAX_FORKS) {
		tracer->limited = true;
		return NULL;
	}
	fork = arena_alloc(tracer->arena, sizeof(*fork));
	if (fork == NULL)
		return NULL;
	fork->zone = zone;
	fork->fact = arena_alloc(tracer->arena, sizeof(*fork->fact));
	fork->child = zone_new(zone, name);
	if (fork->fact == NULL || fork->child == NULL)
		return NULL;
	fork->fact->name = arena_strdup(tracer->arena, name);
	fork->fact->ns =
	    arena_alloc(tracer->arena, n * sizeof(*fork->fact->ns));
	fork->fact->ds =
	    arena_alloc(tracer->arena, n * sizeof(*fork->fact->ds));
	fork->fact->a = arena_alloc(tracer->arena, n * sizeof(*fork->fact->a));
	tracer->forks[tracer->n_forks++] = fork;
	if (arena_failed(tracer->arena))
		return fork;
	for (size_t i = 0; i < n; i++) {
		ask_fork(fork, i, TRACE_TYPE_NS, &fork->fact->ns[i]);
		ask_fork(fork, i, RRTYPE_DS, &fork->fact->ds[i]);
	}
	return fork;
}

void
fork_pass(struct fork_job *fork)
{
	if (fork->passed || arena_failed(fork->zone->tracer->arena))
		return;
	fork->passed = true;
	for (size_t i = 0; i < fork->zone->fact->n_servers; i++)
		ask_fork(fork, i, RRTYPE_A, &fork->fact->a[i]);
}
