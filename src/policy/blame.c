/* SPDX-License-Identifier: ISC */
#include "policy/blame.h"

#include <string.h>

#include <danelaw_report.h>

#include "base/name.h"
#include "policy/blame_inside.h"

const char *
blame_zone_name(const char *zone)
{
	return *zone == '\0' ? "." : zone;
}

/* Where a fault lies, in words. */
static const char *
place_of(struct blame *blame, const struct charge *charge)
{
	const struct trace_zone *zone = charge->zone;
	const char *name = blame_zone_name(zone->name);

	if (charge->fault >= TRACE_FAULT_DS_DIGEST &&
	    charge->fault <= TRACE_FAULT_DS_BOGUS && zone->parent != NULL)
		return arena_printf(blame->arena, "the delegation %s -> %s",
		    blame_zone_name(zone->parent->name), name);
	if (charge->fault >= TRACE_FAULT_KEYS_MISSING &&
	    charge->fault <= TRACE_FAULT_KEYS_DIFFER)
		return arena_printf(blame->arena, "the keys of %s", name);
	if (charge->record != NULL)
		return charge->record;
	return arena_printf(blame->arena, "the zone %s", name);
}

static const char *
server_words(struct blame *blame, const struct trace_server *server)
{
	return arena_printf(blame->arena, "%s [%s]", server->name, server->ip);
}

static bool
same_servers(const struct trace_cause *cause, const struct charge *charge)
{
	size_t n = 0;

	for (size_t i = 0; i < charge->zone->n_servers; i++) {
		const char *ip = charge->zone->servers[i].ip;
		bool named = false;

		if (charge->guilty != NULL && !charge->guilty[i])
			continue;
		n++;
		for (size_t k = 0; k < cause->n_servers; k++) {
			const char *at = strrchr(cause->servers[k], '[');

			named |= at != NULL &&
			    strncmp(at + 1, ip, strlen(ip)) == 0 &&
			    at[1 + strlen(ip)] == ']';
		}
		if (!named)
			return false;
	}
	return n == cause->n_servers;
}

static void
raise_holds(struct trace_cause *cause, uint32_t holds)
{
	if (holds > cause->holds)
		cause->holds = holds;
}

/* Of a zone that other servers have as it should be, nothing is to be made
 * anew. */
static const char *
remedy_of(struct blame *blame, const struct trace_cause *cause)
{
	const char *usual = trace_fault_remedy(cause->fault);
	bool of_data = (cause->fault >= TRACE_FAULT_KEYS_MISSING &&
			   cause->fault <= TRACE_FAULT_DENIAL_OPT_OUT) ||
	    cause->fault == TRACE_FAULT_DS_NO_KEY ||
	    cause->fault == TRACE_FAULT_DS_DIGEST;

	if (!of_data || cause->n_servers == 0 ||
	    cause->n_servers == cause->n_all)
		return usual;
	return arena_printf(blame->arena,
	    "The others have it right: have %s%s load the zone anew, or take "
	    "it out of the NS records until it does. If they cannot: %s",
	    cause->servers[0],
	    cause->n_servers == 1 ? "" : " and the others named here", usual);
}

/* Whether a server that fails is made good for by the others. */
static bool
is_passed_over(enum trace_fault fault)
{
	switch (fault) {
	case TRACE_FAULT_SERVER_MUTE:
	case TRACE_FAULT_SERVER_DROPS:
	case TRACE_FAULT_SERVER_ERROR:
	case TRACE_FAULT_SERVER_LAME:
	case TRACE_FAULT_SERVER_GARBLED:
	case TRACE_FAULT_TCP_NEEDED:
	case TRACE_FAULT_EDNS_BROKEN:
	case TRACE_FAULT_NOT_REACHED:
	case TRACE_FAULT_NO_SERVERS:
		return true;
	default:
		return false;
	}
}

void
blame_charge(struct blame *blame, const struct charge *charge)
{
	struct trace *trace = blame->trace;
	struct trace_cause *cause;

	for (size_t i = 0; i < trace->n_causes; i++) {
		cause = &trace->causes[i];
		if (cause->fault != charge->fault ||
		    !name_equal(cause->zone, charge->zone->name) ||
		    !same_servers(cause, charge))
			continue;
		if (charge->record != NULL)
			arena_push_text(blame->arena, &cause->records,
			    &cause->n_records, charge->record);
		raise_holds(cause, charge->holds);
		return;
	}
	cause = ARENA_PUSH(blame->arena, trace->causes, trace->n_causes);
	if (cause == NULL)
		return;
	*cause = (struct trace_cause) {
		.fault = charge->fault,
		.severity = trace_fault_severity(charge->fault),
		.zone = charge->zone->name,
		.place = place_of(blame, charge),
		.n_all = charge->zone->n_servers,
		.detail = charge->detail,
		.paste = charge->paste,
		.holds = charge->holds,
	};
	if (charge->mild && cause->severity == TRACE_BROKEN)
		cause->severity = TRACE_WARNING;
	/* Where this machine could not look, silence is nobody's fault. */
	if (trace->own_lack != NULL && is_passed_over(charge->fault))
		cause->severity = TRACE_INFO;
	if (charge->record != NULL)
		arena_push_text(blame->arena, &cause->records,
		    &cause->n_records, charge->record);
	for (size_t i = 0; i < charge->zone->n_servers; i++) {
		if (charge->guilty == NULL || charge->guilty[i])
			arena_push_text(blame->arena, &cause->servers,
			    &cause->n_servers,
			    server_words(blame, &charge->zone->servers[i]));
	}
	cause->remedy = remedy_of(blame, cause);
}

void
blame_each(struct blame *blame, const struct trace_zone *zone,
    const enum trace_fault *faults, const struct charge *like)
{
	bool done[TRACE_N_FAULTS] = { false };
	bool any_good = false;

	for (size_t i = 0; i < zone->n_servers; i++)
		any_good |= !is_passed_over(faults[i]);
	for (size_t i = 0; i < zone->n_servers && i < BLAME_SERVERS; i++) {
		bool guilty[BLAME_SERVERS] = { false };
		struct charge charge = *like;

		if (faults[i] == TRACE_FAULT_NONE || done[faults[i]])
			continue;
		done[faults[i]] = true;
		for (size_t k = i; k < zone->n_servers && k < BLAME_SERVERS;
		     k++)
			guilty[k] = faults[k] == faults[i];
		charge.fault = faults[i];
		charge.zone = zone;
		charge.guilty = guilty;
		charge.mild |= any_good && is_passed_over(faults[i]);
		blame_charge(blame, &charge);
	}
}

bool
blame_is_fact(const struct trace_answer *answer)
{
	return answer->end == TRACE_ANSWERED &&
	    answer->content != TRACE_NOTHING && answer->content != TRACE_LAME &&
	    answer->content != TRACE_REFERRAL;
}

enum trace_fault
blame_answer(
    const struct trace_answer *answer, const struct trace_server *server)
{
	switch (answer->end) {
	case TRACE_NOT_ASKED:
		return TRACE_FAULT_NONE;
	case TRACE_UNREACHABLE:
	case TRACE_SPECIAL:
		return TRACE_FAULT_NOT_REACHED;
	case TRACE_GARBLED:
		return TRACE_FAULT_SERVER_GARBLED;
	case TRACE_TIMEOUT:
	case TRACE_REFUSED:
		if (answer->cut)
			return TRACE_FAULT_TCP_NEEDED;
		return server->answered ? TRACE_FAULT_SERVER_DROPS
					: TRACE_FAULT_SERVER_MUTE;
	case TRACE_ANSWERED:
		break;
	}
	if (answer->content == TRACE_NOTHING)
		return TRACE_FAULT_SERVER_ERROR;
	if (answer->content == TRACE_LAME || answer->content == TRACE_REFERRAL)
		return TRACE_FAULT_SERVER_LAME;
	if (!answer->edns && !server->soa.edns &&
	    (answer->fault == TRACE_FAULT_SIG_MISSING ||
		answer->fault == TRACE_FAULT_DENIAL_MISSING))
		return TRACE_FAULT_SERVER_SHORN;
	return answer->fault;
}

/* The words. */

static const char *
plain_state(const struct trace *trace)
{
	switch (trace->state) {
	case DANELAW_STATE_CRITICAL:
		return "BROKEN";
	case DANELAW_STATE_UNKNOWN:
		return "NOT EXAMINED";
	default:
		return "WARNING";
	}
}

static const struct trace_cause *
first_of(const struct trace *trace, enum trace_severity severity)
{
	for (size_t i = 0; i < trace->n_causes; i++) {
		if (trace->causes[i].severity == severity)
			return &trace->causes[i];
	}
	return NULL;
}

static const char *
who(struct blame *blame, const struct trace_cause *cause)
{
	if (cause->n_servers == 0 || cause->n_all < 2)
		return "";
	if (cause->n_servers == cause->n_all)
		return ", on all servers";
	if (cause->n_servers == 1)
		return arena_printf(blame->arena, ", on %s alone of %zu",
		    cause->servers[0], cause->n_all);
	return arena_printf(blame->arena, ", on %s and %zu more of %zu",
	    cause->servers[0], cause->n_servers - 1, cause->n_all);
}

static void
summarize(struct blame *blame)
{
	struct trace *trace = blame->trace;
	const struct trace_cause *cause = first_of(trace, TRACE_BROKEN);
	bool insecure = false;

	for (size_t i = 0; i < trace->n_questions; i++)
		insecure |= trace->questions[i]->standing == TRACE_INSECURE;
	if (cause != NULL)
		trace->state = DANELAW_STATE_CRITICAL;
	else if (trace->own_lack != NULL)
		trace->state = DANELAW_STATE_UNKNOWN;
	else if ((cause = first_of(trace, TRACE_WARNING)) != NULL || insecure)
		trace->state = DANELAW_STATE_WARNING;
	else
		trace->state = DANELAW_STATE_OK;
	if (cause != NULL)
		trace->summary = arena_printf(blame->arena,
		    "%s at %s - %s%s%s%s%s", plain_state(trace), cause->place,
		    trace_fault_text(cause->fault),
		    cause->detail == NULL ? "" : " (",
		    cause->detail == NULL ? "" : cause->detail,
		    cause->detail == NULL ? "" : ")", who(blame, cause));
	else if (trace->own_lack != NULL)
		trace->summary = arena_printf(
		    blame->arena, "NOT EXAMINED - %s", trace->own_lack);
	else if (insecure)
		trace->summary = "INSECURE - nothing is wrong, and nothing is "
				 "signed all the way from the root";
	else
		trace->summary = "SECURE - every server gives answers that "
				 "validate from the root";
}

void
blame(struct arena *arena, struct trace *trace)
{
	struct blame job = { arena, trace };

	for (size_t i = 0; i < trace->n_zones; i++)
		blame_zone(&job, trace->zones[i]);
	for (size_t i = 0; i < trace->n_questions; i++)
		blame_question(&job, trace->questions[i]);
	if (trace->own_lack == NULL)
		blame_agreement(&job);
	if (trace->ended_early && trace->n_zones > 0)
		blame_charge(&job,
		    &(struct charge) {
			.fault = TRACE_FAULT_LIMIT, .zone = trace->zones[0] });
	summarize(&job);
}
