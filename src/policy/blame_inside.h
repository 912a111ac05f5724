/* SPDX-License-Identifier: ISC */
/*
 * blame_inside.h - what the parts of blame.h share.
 */
#ifndef POLICY_BLAME_INSIDE_H
#define POLICY_BLAME_INSIDE_H

#include "base/arena.h"
#include "policy/blame.h"

#define BLAME_SERVERS 32

struct blame {
	struct arena *arena;
	struct trace *trace;
};

/*
 * A cause at a zone. The same fault at the same servers of it becomes one,
 * with all its records. guilty: by server; NULL: all of them.
 */
struct charge {
	enum trace_fault fault;
	const struct trace_zone *zone;
	const bool *guilty;
	const char *record, *detail, *paste;
	uint32_t holds;
	bool mild; /* a warning, though its fault is a break elsewhere */
};
void blame_charge(struct blame *blame, const struct charge *charge);
/* The servers of the zone with this fault, by one charge. */
void blame_each(struct blame *blame, const struct trace_zone *zone,
    const enum trace_fault *faults, const struct charge *like);

/* What an answer comes to, apart from what it says; server: whose it is. */
enum trace_fault blame_answer(
    const struct trace_answer *answer, const struct trace_server *server);
/* Does it hold a fact that can be compared? */
bool blame_is_fact(const struct trace_answer *answer);
/* "example", and "." for the root */
const char *blame_zone_name(const char *zone);

/* blame_zone.c */
void blame_zone(struct blame *blame, const struct trace_zone *zone);
/* What is amiss with a server as such: NONE where it may answer. */
enum trace_fault blame_server(
    const struct trace *trace, const struct trace_zone *zone, size_t server);
/* blame_question.c */
void blame_question(struct blame *blame, struct trace_question *question);
void blame_agreement(struct blame *blame);

#endif
