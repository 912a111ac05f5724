/* SPDX-License-Identifier: ISC */
/*
 * The TLSA records as every server of their zone has them, by danelaw's trace
 * from the root. A server counts only where what it says is validated, and
 * whole.
 */
#include <event2/event.h>
#include <stdlib.h>

#include "base/arena.h"
#include "base/name.h"
#include "check/trace.h"
#include "cli/plan_job.h"
#include "policy/tlsa.h"

#define TRACE_SHOWS 64 /* records of one answer; more are left out */

/* "3 1 1 hex" as everywhere else; NULL: it was too long to be shown. */
static const char *
normal(struct arena *arena, const char *text)
{
	struct danelaw_record *record = arena_alloc(arena, sizeof(*record));
	const char *why;

	return record != NULL && tlsa_from_text(arena, text, record, &why)
	    ? record->rr
	    : NULL;
}

static const char *
lack_of(const struct trace_answer *answer)
{
	if (answer->end != TRACE_ANSWERED)
		return trace_end_word(answer->end);
	switch (answer->content) {
	case TRACE_NOTHING:
		return "it answers with an error";
	case TRACE_ALIAS:
		return "it has an alias there, others do not";
	case TRACE_REFERRAL:
	case TRACE_LAME:
		return "it is not responsible for the name";
	case TRACE_DATA:
	case TRACE_NODATA:
	case TRACE_NXDOMAIN:
		break;
	}
	switch (answer->standing) {
	case TRACE_UNSEEN:
		return "what it says could not be validated";
	case TRACE_BOGUS:
		return trace_fault_text(answer->fault);
	case TRACE_SECURE:
	case TRACE_INSECURE:
		break;
	}
	return answer->n_records >= TRACE_SHOWS
	    ? "it has more records than can be compared"
	    : NULL;
}

static void
take_answer(struct plan_job *job, const struct trace_answer *answer,
    uint32_t alias_ttl, struct rollover_server *server)
{
	struct arena *arena = job->files.arena;

	server->lack = lack_of(answer);
	server->ttl = answer->ttl > alias_ttl ? answer->ttl : alias_ttl;
	for (size_t i = 0; server->lack == NULL && i < answer->n_records; i++) {
		const char *rr = normal(arena, answer->records[i]);

		if (rr == NULL)
			server->lack = "it has a record that is too long to be "
				       "compared";
		else
			arena_push_text(
			    arena, &server->records, &server->n_records, rr);
	}
	for (size_t i = 0; i < answer->n_sigs; i++) {
		const struct trace_sig *sig = &answer->sigs[i];

		if (sig->fault == TRACE_FAULT_NONE &&
		    sig->expires > server->signed_until)
			server->signed_until = sig->expires;
	}
}

static struct rollover_server *
add_server(struct plan_job *job, struct rollover_host *host,
    const struct trace_server *from)
{
	struct arena *arena = job->files.arena;
	struct rollover_server *server =
	    ARENA_PUSH(arena, host->servers, host->n_servers);

	if (server == NULL)
		return NULL;
	server->name = arena_strdup(arena, from->name);
	server->ip = arena_strdup(arena, from->ip);
	server->serial = from->serial;
	return server;
}

/* Over UDP; what did not come that way may have come over TCP. */
static const struct trace_answer *
answer_of(const struct trace_question *question, size_t i)
{
	const struct trace_answer *udp = &question->answers[TRACE_UDP][i];

	return udp->end == TRACE_ANSWERED ? udp
					  : &question->answers[TRACE_TCP][i];
}

static const struct trace_question *
find_question(const struct trace *trace, const char *name)
{
	for (size_t i = 0; name != NULL && i < trace->n_questions; i++) {
		if (name_equal(trace->questions[i]->name, name))
			return trace->questions[i];
	}
	return NULL;
}

static bool
was_asked(const struct trace_question *question)
{
	return question != NULL && question->zone != NULL &&
	    question->answers[TRACE_UDP] != NULL &&
	    question->answers[TRACE_TCP] != NULL;
}

/* Those on the way that do not lead where the others do; the TTL of an alias
 * is one more for which an answer may be held. */
static uint32_t
take_alias(struct plan_job *job, const struct trace_question *question,
    struct rollover_host *host)
{
	uint32_t ttl = 0;

	for (size_t i = 0; i < question->zone->n_servers; i++) {
		const struct trace_answer *answer = answer_of(question, i);
		bool leads = answer->end == TRACE_ANSWERED &&
		    answer->content == TRACE_ALIAS &&
		    answer->standing == TRACE_SECURE &&
		    name_equal(answer->alias, question->alias);
		struct rollover_server *server;

		if (leads) {
			ttl = answer->ttl > ttl ? answer->ttl : ttl;
			continue;
		}
		server = add_server(job, host, &question->zone->servers[i]);
		if (server != NULL)
			server->lack = answer->end == TRACE_ANSWERED
			    ? "it does not have the alias that others have"
			    : trace_end_word(answer->end);
	}
	return ttl;
}

static void
take_trace(
    struct plan_job *job, const struct trace *trace, struct rollover_host *host)
{
	struct arena *arena = job->files.arena;
	const struct trace_question *question =
	    find_question(trace, trace->name);
	uint32_t ttl = 0;

	/* The trace bounds the length. */
	for (size_t n = 0; n < trace->n_questions && was_asked(question) &&
	     question->alias != NULL;
	     n++) {
		uint32_t more = take_alias(job, question, host);

		ttl = more > ttl ? more : ttl;
		question = find_question(trace, question->alias);
	}
	if (!was_asked(question))
		return;
	host->owner = arena_strdup(arena, question->name);
	host->zone = arena_strdup(arena, question->zone->name);
	for (size_t i = 0; i < question->zone->n_servers; i++) {
		struct rollover_server *server =
		    add_server(job, host, &question->zone->servers[i]);

		if (server != NULL)
			take_answer(job, answer_of(question, i), ttl, server);
	}
	for (size_t i = 0; i < question->zone->n_nameless; i++) {
		struct rollover_server *server =
		    ARENA_PUSH(arena, host->servers, host->n_servers);

		if (server == NULL)
			return;
		server->name = arena_strdup(arena, question->zone->nameless[i]);
		server->ip = "no address";
		server->serial = -1;
		server->lack = "its name has no address";
	}
}

int
plan_ask_servers(struct plan_job *job, const struct danelaw_tlsa *tlsa,
    struct rollover_host *host)
{
	const struct trace_request request =
	    cli_trace_request(job->files.settings, tlsa->name, RRTYPE_TLSA);
	struct event_base *base = event_base_new();
	const struct trace *trace = NULL;
	struct tracer *tracer = NULL;
	int status = EXIT_OWN_FAILURE;
	char *why = NULL;

	if (base != NULL)
		tracer = tracer_new(base, &request, &why);
	if (tracer != NULL)
		trace = tracer_run(tracer);
	if (trace != NULL) {
		take_trace(job, trace, host);
		status = EXIT_SUCCESS;
	} else {
		cli_complain("%s", why == NULL ? "out of memory" : why);
	}
	tracer_free(tracer);
	free(why);
	cli_base_free(base, tracer == NULL ? DANELAW_EINTERNAL : DANELAW_OK);
	return status;
}
