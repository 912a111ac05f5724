/* SPDX-License-Identifier: ISC */
/*
 * One question: what each server of its zone says, and what libunbound does.
 */
#include <string.h>

#include "base/name.h"
#include "policy/blame_inside.h"

static bool
same_records(const struct trace_answer *a, const struct trace_answer *b)
{
	if (a->content != b->content || a->n_records != b->n_records)
		return false;
	for (size_t i = 0; i < a->n_records; i++) {
		if (strcmp(a->records[i], b->records[i]) != 0)
			return false;
	}
	return true;
}

/* How many say the same as this one. */
static size_t
n_alike(const struct trace_answer *answers, size_t n, size_t which)
{
	size_t alike = 0;

	for (size_t i = 0; i < n; i++)
		alike += blame_is_fact(&answers[i]) &&
		    same_records(&answers[i], &answers[which]);
	return alike;
}

/* The odd ones out: who says other than the most, the first of them. */
static void
blame_difference(struct blame *blame, const struct trace_question *question,
    const char *record)
{
	const struct trace_answer *answers = question->answers[TRACE_UDP];
	const struct trace_zone *zone = question->zone;
	bool guilty[BLAME_SERVERS] = { false }, any = false;
	size_t best = 0, most = 0;
	struct charge charge = {
		.fault = TRACE_FAULT_ANSWERS_DIFFER,
		.zone = zone,
		.guilty = guilty,
		.record = record,
	};

	for (size_t i = 0; i < zone->n_servers; i++) {
		size_t alike = blame_is_fact(&answers[i])
		    ? n_alike(answers, zone->n_servers, i)
		    : 0;

		if (alike > most) {
			most = alike;
			best = i;
		}
		if (answers[i].ttl > charge.holds)
			charge.holds = answers[i].ttl;
	}
	for (size_t i = 0; i < zone->n_servers && i < BLAME_SERVERS; i++) {
		guilty[i] = blame_is_fact(&answers[i]) && most > 0 &&
		    !same_records(&answers[i], &answers[best]);
		any |= guilty[i];
	}
	if (any)
		blame_charge(blame, &charge);
}

/* Who denies a name above this one, though this one is there. */
static void
blame_hidden(struct blame *blame, struct trace_question *question)
{
	const struct trace_zone *zone = question->zone;
	enum trace_fault faults[BLAME_SERVERS];
	struct charge charge = { 0 };

	for (size_t k = 0; k < zone->n_forks; k++) {
		const struct trace_fork *fork = &zone->forks[k];
		bool any = false;

		if (fork->is_cut ||
		    !name_is_below(question->name, fork->name) ||
		    name_equal(question->name, fork->name))
			continue;
		for (size_t i = 0; i < zone->n_servers && i < BLAME_SERVERS;
		     i++) {
			enum trace_content content =
			    question->answers[TRACE_UDP][i].content;
			bool there = content == TRACE_DATA ||
			    content == TRACE_ALIAS || content == TRACE_NODATA;
			bool hidden =
			    there && fork->a[i].content == TRACE_NXDOMAIN;

			faults[i] =
			    hidden ? TRACE_FAULT_NAME_HIDDEN : TRACE_FAULT_NONE;
			any |= hidden;
		}
		charge.record = arena_printf(blame->arena, "%s A", fork->name);
		if (any)
			blame_each(blame, zone, faults, &charge);
		question->hidden |= any;
	}
}

static bool
is_charged(const struct trace *trace, const struct trace_zone *zone,
    enum trace_fault fault)
{
	for (size_t i = 0; i < trace->n_causes; i++) {
		if (trace->causes[i].fault == fault &&
		    name_equal(trace->causes[i].zone, zone->name) &&
		    trace->causes[i].n_servers == zone->n_servers)
			return true;
	}
	return false;
}

static enum trace_standing
worst(enum trace_standing a, enum trace_standing b)
{
	return a > b ? a : b;
}

void
blame_question(struct blame *blame, struct trace_question *question)
{
	const struct trace_zone *zone = question->zone;
	const struct trace_answer *answers = question->answers[TRACE_UDP];
	enum trace_fault faults[BLAME_SERVERS] = { TRACE_FAULT_NONE };
	struct charge charge = {
		.record = arena_printf(blame->arena, "%s %s",
		    blame_zone_name(question->name), question->type),
	};

	if (zone == NULL || answers == NULL)
		return;
	for (size_t i = 0; i < zone->n_servers && i < BLAME_SERVERS; i++) {
		const struct trace_answer *answer = &answers[i];

		question->standing =
		    worst(question->standing, answer->standing);
		if (answer->ttl > charge.holds)
			charge.holds = answer->ttl;
		if (blame_server(blame->trace, zone, i) != TRACE_FAULT_NONE)
			continue;
		faults[i] = blame_answer(answer, &zone->servers[i]);
		/* The zone as a whole was told of it. */
		if (faults[i] == zone->fault &&
		    is_charged(blame->trace, zone, faults[i]))
			faults[i] = TRACE_FAULT_NONE;
		if (faults[i] != TRACE_FAULT_NONE && answer->detail != NULL)
			charge.detail = answer->detail;
	}
	blame_each(blame, zone, faults, &charge);
	blame_hidden(blame, question);
	blame_difference(blame, question, charge.record);
}

/* Agreement. */

static const struct trace_question *
find_question(const struct trace *trace, const char *name, const char *type)
{
	for (size_t i = 0; i < trace->n_questions; i++) {
		if (name_equal(trace->questions[i]->name, name) &&
		    strcmp(trace->questions[i]->type, type) == 0)
			return trace->questions[i];
	}
	return NULL;
}

/* Of all aliases on the way, seen at every server; UNSEEN: it depends. */
static enum trace_standing
whole_standing(const struct trace *trace, const struct trace_question *question)
{
	enum trace_standing all = TRACE_SECURE;

	for (size_t hops = 0; question != NULL && hops <= trace->n_questions;
	     hops++) {
		const struct trace_zone *zone = question->zone;

		for (size_t i = 0; zone != NULL && i < zone->n_servers; i++) {
			enum trace_standing one =
			    question->answers[TRACE_UDP][i].standing;

			if (one != question->standing)
				return TRACE_UNSEEN;
		}
		/* Who asks label by label is told something else. */
		if (zone == NULL || question->standing == TRACE_UNSEEN ||
		    question->hidden)
			return TRACE_UNSEEN;
		all = worst(all, question->standing);
		if (question->alias == NULL)
			return all;
		question =
		    find_question(trace, question->alias, question->type);
	}
	return TRACE_UNSEEN;
}

static bool
agree(enum trace_standing ours, enum trace_standing theirs)
{
	if (ours == TRACE_UNSEEN)
		return true;
	if (ours == TRACE_BOGUS)
		return theirs == TRACE_BOGUS || theirs == TRACE_UNSEEN;
	return ours == theirs;
}

void
blame_agreement(struct blame *blame)
{
	const struct trace *trace = blame->trace;

	for (size_t i = 0; i < trace->n_questions; i++) {
		const struct trace_question *question = trace->questions[i];
		enum trace_standing ours = whole_standing(trace, question);
		struct charge charge = {
			.fault = TRACE_FAULT_DISAGREE,
			.zone = question->zone,
		};

		if (agree(ours, question->resolver))
			continue;
		charge.record = arena_printf(blame->arena, "%s %s",
		    blame_zone_name(question->name), question->type);
		charge.detail = arena_printf(blame->arena, "%s here, %s there",
		    trace_standing_word(ours),
		    question->resolver == TRACE_UNSEEN
			? "no answer"
			: trace_standing_word(question->resolver));
		blame_charge(blame, &charge);
	}
}
