/* SPDX-License-Identifier: ISC */
/*
 * How a question travels:
 *
 *	resolver_ask()	puts a query on the waiting list and wakes the pump
 *	pump		a loop event; starts a flight for a waiting query, as
 *			long as the window has room
 *	on_landed()	libunbound's callback, which may come while the pump
 *			is still in upstream_ask(): copies the packet, whose
 *			buffer is shared, and wakes the pump
 *	pump		reads the copy and calls done()
 *
 * So nothing is ever asked from inside a callback of libunbound, and done()
 * is never called from inside resolver_ask(). A query that is cancelled or
 * out of time leaves its flight, which goes on to its end: libunbound works
 * on it in any case, and so it keeps its place in the window.
 *
 * The first query sets off the self-test (testing.c). Until it is over all
 * queries wait; after a failure they fail at once.
 */
#include "dns/resolver.h"

#include <event2/event.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/lack.h"
#include "dns/testing.h"

#define TURN 32 /* of them begun and ended before others' events */
/* So long libunbound keeps an answer that it took for bogus. */
#define LACK_MS 60000
#define TURN_MS 3600000 /* for those who are patient, until it is theirs */

/*
 * Between turns that sent something: a server's socket holds some 250
 * packets, and what it drops costs a second or the answer.
 */
static const struct timeval pace = { 0, 1000 };

struct resolver_query {
	TAILQ_ENTRY(resolver_query) link; /* waiting */
	struct resolver *resolver;
	struct flight *flight; /* NULL: waiting */
	struct event *timer;
	int64_t begun, ms; /* so long from then on */
	enum rrtype type;
	resolver_done_fn *done;
	void *arg;
	bool finished;
	char *failed; /* why it did the first time; NULL: it is the first */
	enum danelaw_dnssec standing; /* and how it stood then */
	enum danelaw_dns_cause cause;
	char name[];
};

void
resolver_wake(struct resolver *resolver)
{
	event_active(resolver->pump, EV_TIMEOUT, 0);
}

/* Queries. */

static void
query_free(struct resolver_query *query)
{
	if (query->timer != NULL)
		event_free(query->timer);
	free(query->failed);
	free(query);
}

/* Takes it off its list or flight. */
static void
query_detach(struct resolver_query *query)
{
	if (query->flight != NULL)
		query->flight->passenger = NULL;
	else
		TAILQ_REMOVE(&query->resolver->waiting, query, link);
	query->flight = NULL;
}

/*
 * Was something lacking while this answer, or one that it rests on, was looked
 * for? Then a failure says nothing.
 */
static bool
has_lacked(struct resolver *resolver)
{
	int64_t now = clock_monotonic_ms();

	if (lack_count() != resolver->lacks) {
		resolver->lacks = lack_count();
		resolver->lacked_at = now;
	}
	return resolver->lacked_at != 0 && now - resolver->lacked_at < LACK_MS;
}

/* Hands the answer out. False: the resolver is no more. */
static bool
query_done(struct resolver_query *query, struct answer *answer)
{
	struct resolver *resolver = query->resolver;
	bool *outer = resolver->freed, freed = false;

	answer->lacked = has_lacked(resolver) &&
	    (answer->lookup.dnssec == DANELAW_DNSSEC_ERROR ||
		answer->lookup.dnssec == DANELAW_DNSSEC_BOGUS);
	resolver->freed = &freed;
	query->finished = true;
	query->done(answer, query->arg);
	query_free(query);
	if (!freed)
		resolver->freed = outer;
	else if (outer != NULL)
		*outer = true;
	return !freed;
}

/* Ends a query that is on no list with an error. */
static bool
query_fail(struct resolver_query *query, const char *why, bool timed_out)
{
	struct answer answer = {
		.lookup = { .name = query->name,
		    .type = rrtype_word(query->type),
		    .why = "out of memory" },
		.final = query->name,
	};
	struct arena *arena = arena_new();
	bool alive;

	if (arena != NULL)
		answer_fail(arena, query->name, query->type, why, &answer);
	else
		lack_note();
	answer.timed_out = timed_out;
	alive = query_done(query, &answer);
	arena_unref(arena);
	return alive;
}

static void
on_deadline(evutil_socket_t fd, short what, void *arg)
{
	struct resolver_query *query = arg;
	int64_t waited = clock_monotonic_ms() - query->begun;
	const char *cause = query->flight != NULL ? "no answer came"
	    : query->resolver->phase == PHASE_TESTING
	    ? "the resolver did not pass its self-test"
	    : "too many other questions came before";
	char why[80];

	/* It came while we were kept from looking. */
	if (query->flight != NULL && query->flight->landed)
		return;
	snprintf(why, sizeof(why), "%s within %lld.%lld s", cause,
	    (long long)(waited / 1000), (long long)(waited % 1000 / 100));
	query_detach(query);
	query_fail(query, why, true);
}

/* A time begins. */
static bool
query_arm(struct resolver_query *query, int64_t ms)
{
	const struct timeval wait = { .tv_sec = (time_t)(ms / 1000),
		.tv_usec = (suseconds_t)(ms % 1000 * 1000) };

	query->begun = clock_monotonic_ms();
	return evtimer_add(query->timer, &wait) == 0;
}

struct resolver_query *
resolver_ask(struct resolver *resolver, const char *name, enum rrtype type,
    int64_t deadline, resolver_done_fn *done, void *arg)
{
	size_t len = strlen(name);
	int64_t now = clock_monotonic_ms();
	struct resolver_query *query = calloc(1, sizeof(*query) + len + 1);

	if (query == NULL)
		return NULL;
	query->resolver = resolver;
	query->ms = deadline > now ? deadline - now : 0;
	query->type = type;
	query->done = done;
	query->arg = arg;
	memcpy(query->name, name, len + 1);
	query->timer = evtimer_new(resolver->base, on_deadline, query);
	if (query->timer == NULL ||
	    !query_arm(query, resolver->patient ? TURN_MS : query->ms)) {
		query_free(query);
		return NULL;
	}
	TAILQ_INSERT_TAIL(&resolver->waiting, query, link);
	if (resolver->phase == PHASE_FAILED &&
	    now - resolver->failed_at >= RETEST_MS)
		resolver_retest(resolver);
	resolver_wake(resolver);
	return query;
}

void
resolver_cancel(struct resolver_query *query)
{
	if (query == NULL || query->finished)
		return;
	query_detach(query);
	query_free(query);
}

int64_t
resolver_kept_ms(const struct resolver *resolver)
{
	const struct flight *flight;

	/* The oldest is in front; nobody waits for one that was cancelled. */
	TAILQ_FOREACH (flight, &resolver->fleet.flying, link) {
		const struct resolver_query *query = flight->passenger;

		if (query != NULL)
			return clock_monotonic_ms() - query->begun;
	}
	return 0;
}

/* The self-test. */

/* Ends the upstream and all its flights. Queries in flight wait again. */
void
resolver_drop_upstream(struct resolver *resolver)
{
	struct flight *flight;

	upstream_free(resolver->upstream);
	resolver->upstream = NULL;
	resolver->test = NULL;
	while ((flight = TAILQ_FIRST(&resolver->fleet.flying)) != NULL) {
		struct resolver_query *query = flight->passenger;

		if (query != NULL) {
			query->flight = NULL;
			TAILQ_INSERT_HEAD(&resolver->waiting, query, link);
		}
		flight_free(flight);
	}
}

/* The pump. */

/*
 * What failed is asked once more, as every stub does: where servers deny a
 * name between the host and its records, it is the second try that comes to
 * them. False: the answer stands.
 */
static bool
ask_again(struct resolver_query *query, const struct answer *answer)
{
	struct resolver *resolver = query->resolver;
	const char *why = answer->lookup.why;

	if (query->failed != NULL || answer->lacked ||
	    (answer->lookup.dnssec != DANELAW_DNSSEC_ERROR &&
		answer->lookup.dnssec != DANELAW_DNSSEC_BOGUS))
		return false;
	query->failed = strdup(why == NULL ? "no reason given" : why);
	if (query->failed == NULL)
		return false;
	query->standing = answer->lookup.dnssec;
	query->cause = answer->lookup.cause;
	TAILQ_INSERT_TAIL(&resolver->waiting, query, link);
	resolver_wake(resolver);
	return true;
}

/* The first failure is the one that was looked into; the next may be out of
   the cache. */
static void
note_first(
    struct arena *arena, struct resolver_query *query, struct answer *answer)
{
	struct danelaw_lookup *lookup = &answer->lookup;

	if (query->failed == NULL)
		return;
	lookup->failed_first = arena_strdup(arena, query->failed);
	lookup->first_cause = query->cause;
	if (query->standing == lookup->dnssec && lookup->failed_first != NULL) {
		lookup->why = lookup->failed_first;
		lookup->cause = query->cause;
	}
}

/* False: the resolver is no more. */
static bool
deliver(struct resolver *resolver, struct flight *flight)
{
	struct resolver_query *query = flight->passenger;
	struct answer answer;
	struct arena *arena;
	unsigned long lacks;
	bool alive;

	if (flight == resolver->test) {
		testing_landed(resolver, flight);
		return true;
	}
	if (query == NULL) {
		flight_free(flight);
		return true;
	}
	query_detach(query);
	arena = arena_new();
	if (arena == NULL) {
		lack_note();
		flight_free(flight);
		return query_fail(query, "out of memory", false);
	}
	lacks = lack_count();
	flight_read(flight, arena, query->name, query->type, &answer);
	flight_free(flight);
	/* Of an answer that is half read nothing is believed. */
	if (arena_failed(arena) || lack_count() != lacks) {
		lack_note();
		arena_unref(arena);
		return query_fail(query, "out of memory", false);
	}
	if (ask_again(query, &answer)) {
		arena_unref(arena);
		return true;
	}
	note_first(arena, query, &answer);
	alive = query_done(query, &answer);
	arena_unref(arena);
	return alive;
}

/* Begins one query, or ends it. False: the resolver is no more. */
static bool
take_up(struct resolver *resolver, struct resolver_query *query)
{
	const char *why = resolver->reason;

	TAILQ_REMOVE(&resolver->waiting, query, link);
	if (resolver->phase == PHASE_GOOD)
		why = flight_start(&resolver->fleet, resolver->upstream,
		    query->name, query->type, query, &query->flight);
	if (why == NULL && resolver->patient && !query_arm(query, query->ms)) {
		lack_note();
		query_detach(query);
		why = "out of memory";
	}
	return why == NULL ? true : query_fail(query, why, false);
}

/* False: the resolver is no more. */
static bool
deliver_some(struct resolver *resolver)
{
	struct flight *flight;

	for (int i = 0; i < TURN; i++) {
		flight = TAILQ_FIRST(&resolver->fleet.landed);
		if (flight == NULL)
			break;
		if (!deliver(resolver, flight))
			return false;
	}
	return true;
}

static bool
can_take_up(const struct resolver *resolver)
{
	return !TAILQ_EMPTY(&resolver->waiting) &&
	    (resolver->phase == PHASE_FAILED ||
		(resolver->phase == PHASE_GOOD &&
		    resolver->fleet.n < resolver->window));
}

static void
begin_test(struct resolver *resolver)
{
	if (resolver->health != RESOLVER_UNTESTED)
		testing_forget(resolver);
	testing_begin(resolver);
}

static void
on_pump(evutil_socket_t fd, short what, void *arg)
{
	struct resolver *resolver = arg;

	if (!deliver_some(resolver))
		return;
	if (resolver->phase == PHASE_IDLE && !TAILQ_EMPTY(&resolver->waiting))
		begin_test(resolver);
	for (int i = 0; i < TURN && can_take_up(resolver); i++) {
		if (!take_up(resolver, TAILQ_FIRST(&resolver->waiting)))
			return;
	}
	if (!TAILQ_EMPTY(&resolver->fleet.landed))
		resolver_wake(resolver);
	else if (can_take_up(resolver))
		evtimer_add(resolver->pump, &pace);
}

void
resolver_ahead(struct resolver *resolver, const char *name, enum rrtype type)
{
	struct flight *flight;

	if (resolver->phase == PHASE_IDLE)
		begin_test(resolver);
	if (resolver->phase != PHASE_FAILED &&
	    resolver->fleet.n < resolver->window / 2)
		(void)flight_start(&resolver->fleet, resolver->upstream, name,
		    type, NULL, &flight);
}

/* Beginning and end. */

enum resolver_err
resolver_new(struct event_base *base, const struct resolver_config *config,
    struct resolver **resolver, char **error)
{
	struct resolver *new = calloc(1, sizeof(*new));
	enum resolver_err err = RESOLVER_ENOMEM;
	const char *why = NULL;

	if (new == NULL)
		goto done;
	new->base = base;
	new->lacks = lack_count();
	new->patient = config->patient;
	TAILQ_INIT(&new->waiting);
	new->arena = arena_new();
	new->run_arena = arena_new();
	new->pump = event_new(base, -1, 0, on_pump, new);
	fleet_init(&new->fleet, new->pump);
	new->test_timer = evtimer_new(base, testing_deadline, new);
	if (new->arena == NULL || new->run_arena == NULL || new->pump == NULL ||
	    new->test_timer == NULL)
		goto done;
	err = settings_read(new->arena, config, &new->settings, &why);
	if (err != RESOLVER_OK)
		goto done;
	why = testing_upstream(new);
	if (why != NULL)
		err = RESOLVER_ELIBRARY;
done:
	if (error != NULL && err != RESOLVER_OK)
		*error = strdup(why == NULL ? "out of memory" : why);
	if (err == RESOLVER_OK)
		*resolver = new;
	else
		resolver_free(new);
	return err;
}

void
resolver_free(struct resolver *resolver)
{
	struct resolver_query *query;
	struct flight *flight;

	if (resolver == NULL)
		return;
	if (resolver->freed != NULL)
		*resolver->freed = true;
	resolver_drop_upstream(resolver);
	while ((flight = TAILQ_FIRST(&resolver->fleet.landed)) != NULL) {
		if (flight->passenger != NULL)
			query_free(flight->passenger);
		flight_free(flight);
	}
	while ((query = TAILQ_FIRST(&resolver->waiting)) != NULL) {
		TAILQ_REMOVE(&resolver->waiting, query, link);
		query_free(query);
	}
	if (resolver->pump != NULL)
		event_free(resolver->pump);
	if (resolver->test_timer != NULL)
		event_free(resolver->test_timer);
	arena_unref(resolver->run_arena);
	arena_unref(resolver->arena);
	free(resolver);
}

enum resolver_health
resolver_health(const struct resolver *resolver)
{
	return resolver->health;
}

const char *
resolver_reason(const struct resolver *resolver)
{
	return resolver->reason;
}

const char *
resolver_words(const struct resolver *resolver)
{
	return resolver->words;
}

bool
resolver_fell_back(const struct resolver *resolver)
{
	return resolver->settings.fell_back;
}

uint32_t
resolver_unjudged(const struct resolver *resolver)
{
	return resolver->unjudged;
}

const char *
resolver_library(void)
{
	return upstream_version();
}
