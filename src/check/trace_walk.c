/* SPDX-License-Identifier: ISC */
/*
 * One question on its way from the root to the servers that have the answer.
 */
#include <stdlib.h>
#include <string.h>

#include "base/name.h"
#include "check/trace_inside.h"

/* The part of a name that has one label more than the zone. */
static const char *
next_below(const char *name, const char *zone)
{
	size_t len = strlen(name), zone_len = strlen(zone);
	const char *at;

	if (len <= zone_len)
		return NULL;
	at = name + len - zone_len - (zone_len > 0);
	while (at > name && at[-1] != '.')
		at--;
	return at;
}

static bool
is_tried(const struct walk *walk, const struct fork_job *fork)
{
	return fork->pending == 0 &&
	    (!fork->fact->is_cut || fork->child->phase == ZONE_READY ||
		walk->zone == fork->child);
}

/*
 * The names from the zone down, until one is a cut. True: the walk went on to
 * the zone below, or waits for something; *waits tells.
 */
static bool
descend(struct walk *walk, bool *waits)
{
	struct zone_job *zone = walk->zone;
	const char *above = zone->fact->name, *name;

	*waits = false;
	while ((name = next_below(walk->fact->name, above)) != NULL) {
		struct fork_job *fork;

		/* The DS of a zone is its parent's. */
		if (walk->type == RRTYPE_DS &&
		    strcmp(name, walk->fact->name) == 0)
			return false;
		fork = fork_at(zone, name);
		if (fork == NULL)
			return false;
		if (!is_tried(walk, fork)) {
			*waits = true;
			return true;
		}
		if (fork->fact->is_cut) {
			walk->zone = fork->child;
			return true;
		}
		if (strcmp(name, walk->fact->name) != 0)
			fork_pass(fork);
		above = name;
	}
	return false;
}

static void
question_done(
    struct ask *ask, struct trace_answer *answer, const struct heard *heard)
{
	struct zone_job *zone = ask->zone;
	struct walk *walk = ask->walk;
	enum trace_standing standing = zone->fact->standing;

	walk->pending--;
	if (heard == NULL || answer->content == TRACE_NOTHING ||
	    answer->content == TRACE_LAME || answer->content == TRACE_REFERRAL)
		return;
	if (ask->way == TRACE_PLAIN || standing == TRACE_INSECURE ||
	    standing == TRACE_UNSEEN) {
		answer->standing = standing;
		return;
	}
	keychain_judge(zone->tracer->arena, zone->keychain, heard, ask->name,
	    ask->type, zone->tracer->at, answer);
	if (standing == TRACE_BOGUS && answer->standing != TRACE_UNSEEN)
		answer->standing = TRACE_BOGUS;
}

static void
put_question(struct tracer *tracer, struct walk *walk)
{
	size_t n = walk->zone->fact->n_servers;

	walk->asking = true;
	walk->fact->zone = walk->zone->fact;
	for (int way = 0; way < TRACE_WAYS; way++) {
		struct trace_answer *answers =
		    arena_alloc(tracer->arena, n * sizeof(*answers));

		walk->fact->answers[way] = answers;
		for (size_t i = 0; i < n && answers != NULL; i++) {
			const struct ask ask = {
				.tracer = tracer,
				.zone = walk->zone,
				.walk = walk,
				.server = i,
				.name = walk->fact->name,
				.type = (uint16_t)walk->type,
				.way = (enum trace_way)way,
				.answer = &answers[i],
				.done = question_done,
			};

			if (tracer_ask(&ask))
				walk->pending++;
		}
	}
}

/* A and AAAA of a mail host, and its TLSA records. */
static void
add_host(struct tracer *tracer, const char *host)
{
	uint16_t port = tracer->request.port == 0 ? 25 : tracer->request.port;
	const char *tlsa = name_tlsa(tracer->arena, port, host);

	if (*host == '\0' || tracer->n_hosts == TRACE_MAX_HOSTS) {
		tracer->limited |= *host != '\0';
		return;
	}
	tracer->n_hosts++;
	tracer_add_question(tracer, host, RRTYPE_A, 0);
	tracer_add_question(tracer, host, RRTYPE_AAAA, 0);
	if (tlsa != NULL)
		tracer_add_question(tracer, tlsa, RRTYPE_TLSA, 0);
}

/* "10 mx.example." */
static void
add_hosts(struct tracer *tracer, const struct trace_answer *answer)
{
	for (size_t i = 0; i < answer->n_records; i++) {
		const char *space = strchr(answer->records[i], ' ');
		char *host = space == NULL
		    ? NULL
		    : name_from_dns(tracer->arena, space + 1);

		if (host != NULL)
			add_host(tracer, host);
	}
}

/* Where the answers lead: the same for all servers, where all is well. */
static void
follow(struct tracer *tracer, struct walk *walk)
{
	size_t n = walk->fact->zone == NULL ? 0 : walk->fact->zone->n_servers;
	bool nothing = false;

	for (size_t i = 0; i < n; i++) {
		const struct trace_answer *answer =
		    &walk->fact->answers[TRACE_UDP][i];

		if (answer->content == TRACE_ALIAS && answer->alias != NULL) {
			struct walk *next = tracer_add_question(tracer,
			    answer->alias, walk->type, walk->aliases + 1);

			if (walk->fact->alias == NULL)
				walk->fact->alias = answer->alias;
			if (next != NULL)
				next->mail |= walk->mail;
		}
		if (walk->mail && answer->content == TRACE_DATA)
			add_hosts(tracer, answer);
		nothing |= answer->content == TRACE_NODATA;
	}
	/* RFC 5321 section 5.1: without MX the domain is its own host. */
	if (walk->mail && nothing && tracer->n_hosts == 0)
		add_host(tracer, walk->fact->name);
}

bool
walk_go_on(struct tracer *tracer, struct walk *walk)
{
	bool waits;

	if (walk->done || walk->pending > 0)
		return false;
	if (walk->asking) {
		walk->done = true;
		follow(tracer, walk);
		return true;
	}
	if (walk->zone->phase != ZONE_READY)
		return false;
	if (descend(walk, &waits))
		return !waits;
	put_question(tracer, walk);
	return true;
}
