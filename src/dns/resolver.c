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
 * The first query sets off the self-test: a flight of its own, for ". DNSKEY".
 * Until it has landed all queries wait. When no root server answers it, the
 * upstream is replaced by one that forwards to what resolv.conf names, and
 * tested again. After a failure queries fail at once; one that comes
 * RETEST_MS later sets off a new test with a new upstream, since the old
 * one remembers for a while which servers did not answer.
 */
#include "dns/resolver.h"

#include <event2/event.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/lack.h"
#include "dns/flight.h"
#include "dns/selftest.h"
#include "dns/settings.h"
#include "dns/upstream.h"

#define WINDOW 1000 /* flights at a time, about 22 KB each */
#define TURN 32     /* of them begun and ended before others' events */
#define RETEST_MS 30000
/* So long libunbound keeps an answer that it took for bogus. */
#define LACK_MS 60000
#define TURN_MS 3600000 /* for those who are patient, until it is theirs */

/* For the root servers while there is a second choice; and for the last. */
static const struct timeval test_wait = { 4, 0 };
static const struct timeval test_wait_long = { 10, 0 };
/*
 * Between turns that sent something: a server's socket holds some 250
 * packets, and what it drops costs a second or the answer.
 */
static const struct timeval pace = { 0, 1000 };

enum phase {
	PHASE_IDLE = 0, /* nothing was asked yet */
	PHASE_TESTING,
	PHASE_GOOD,
	PHASE_FAILED,
};

TAILQ_HEAD(queries, resolver_query);

struct resolver {
	struct event_base *base;
	struct arena *arena;     /* the configuration */
	struct arena *run_arena; /* what this test and upstream say */
	struct event *pump, *test_timer;
	struct upstream *upstream;
	struct settings settings;
	int64_t failed_at, lacked_at;
	unsigned long lacks; /* until lacked_at */
	enum phase phase;
	enum resolver_health health;
	const char *reason, *words;
	struct flight *test;
	struct fleet fleet;
	struct queries waiting;
	unsigned window; /* flights that may be up */
	bool patient;
	bool *freed; /* set when we end inside a done() */
};

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
	char name[];
};

static void
wake(struct resolver *resolver)
{
	event_active(resolver->pump, EV_TIMEOUT, 0);
}

/* Queries. */

static void
query_free(struct resolver_query *query)
{
	if (query->timer != NULL)
		event_free(query->timer);
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

	(void)fd;
	(void)what;
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
		resolver->phase = PHASE_IDLE;
	wake(resolver);
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

/* The self-test. */

/* Ends the upstream and all its flights. Queries in flight wait again. */
static void
drop_upstream(struct resolver *resolver)
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

/* NULL, or why there is none. */
static const char *
make_upstream(struct resolver *resolver)
{
	const char *why = NULL;
	const struct settings *settings = &resolver->settings;
	const struct upstream_config config = settings_upstream(settings);

	resolver->upstream =
	    upstream_new(resolver->base, &config, resolver->run_arena, &why);
	/* What waits inside libunbound cannot be told from what was asked. */
	resolver->window = upstream_ports(settings->window);
	if (resolver->window > WINDOW)
		resolver->window = WINDOW;
	resolver->words = settings_words(resolver->run_arena, settings);
	return resolver->upstream != NULL ? NULL
	    : why == NULL                 ? "out of memory"
					  : why;
}

static void
test_failed(
    struct resolver *resolver, enum resolver_health health, const char *reason)
{
	resolver->phase = PHASE_FAILED;
	resolver->health = health;
	resolver->reason = reason == NULL ? "out of memory" : reason;
	resolver->failed_at = clock_monotonic_ms();
	wake(resolver);
}

/* Begins anew, long after the last test, with what was configured. */
static void
forget_test(struct resolver *resolver)
{
	struct arena *arena = arena_new();

	drop_upstream(resolver);
	settings_restore(&resolver->settings);
	if (arena == NULL)
		return;
	arena_unref(resolver->run_arena);
	resolver->run_arena = arena;
	resolver->reason = NULL;
	resolver->words = settings_words(arena, &resolver->settings);
}

static void
test_begin(struct resolver *resolver)
{
	const char *why = NULL;
	struct timeval wait;

	resolver->phase = PHASE_TESTING;
	if (resolver->upstream == NULL)
		why = make_upstream(resolver);
	if (why == NULL)
		why = flight_start(&resolver->fleet, resolver->upstream, "",
		    RRTYPE_DNSKEY, NULL, &resolver->test);
	if (why != NULL) {
		test_failed(resolver, RESOLVER_BROKEN, why);
		return;
	}
	wait = settings_can_fall_back(resolver->run_arena, &resolver->settings)
	    ? test_wait
	    : test_wait_long;
	evtimer_add(resolver->test_timer, &wait);
}

static void
test_judge(struct resolver *resolver, const struct answer *answer)
{
	enum resolver_health health = selftest_health(answer);
	struct settings *settings = &resolver->settings;
	const struct selftest_subject subject = {
		.own = settings->n_forwarders == 0,
		.servers = settings_servers(resolver->run_arena, settings),
		.anchor = settings->anchors.source,
		.at = settings->at != 0 ? settings->at : clock_unix(),
		.at_given = settings->at != 0,
	};
	const char *reason;

	evtimer_del(resolver->test_timer);
	if (health == RESOLVER_GOOD) {
		resolver->phase = PHASE_GOOD;
		resolver->health = health;
		resolver->reason = NULL;
		wake(resolver);
		return;
	}
	if (health == RESOLVER_NO_NETWORK &&
	    settings_fall_back(resolver->run_arena, settings)) {
		drop_upstream(resolver);
		test_begin(resolver);
		return;
	}
	reason = selftest_reason(resolver->run_arena, health, &subject, answer);
	if (settings->fell_back && reason != NULL)
		reason = arena_printf(resolver->run_arena,
		    "no root server answers, and %s", reason);
	test_failed(resolver, health, reason);
}

static void
test_landed(struct resolver *resolver, struct flight *flight)
{
	struct arena *arena = arena_new();
	struct answer answer;

	if (arena == NULL) {
		flight_free(flight);
		resolver->test = NULL;
		test_failed(resolver, RESOLVER_BROKEN, "out of memory");
		return;
	}
	flight_read(flight, arena, "", RRTYPE_DNSKEY, &answer);
	flight_free(flight);
	resolver->test = NULL;
	test_judge(resolver, &answer);
	arena_unref(arena);
}

static void
on_test_deadline(evutil_socket_t fd, short what, void *arg)
{
	struct resolver *resolver = arg;
	const struct answer answer = {
		.lookup = { .why = "no answer came in time" },
		.timed_out = true,
	};

	(void)fd;
	(void)what;
	/* It may have landed in this very turn of the loop. */
	if (resolver->phase != PHASE_TESTING || resolver->test == NULL ||
	    resolver->test->landed)
		return;
	/* The flight goes on for nobody; drop_upstream() would end it. */
	resolver->test = NULL;
	test_judge(resolver, &answer);
}

/* The pump. */

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
		test_landed(resolver, flight);
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
on_pump(evutil_socket_t fd, short what, void *arg)
{
	struct resolver *resolver = arg;

	(void)fd;
	(void)what;
	if (!deliver_some(resolver))
		return;
	if (resolver->phase == PHASE_IDLE && !TAILQ_EMPTY(&resolver->waiting)) {
		if (resolver->health != RESOLVER_UNTESTED)
			forget_test(resolver);
		test_begin(resolver);
	}
	for (int i = 0; i < TURN && can_take_up(resolver); i++) {
		if (!take_up(resolver, TAILQ_FIRST(&resolver->waiting)))
			return;
	}
	if (!TAILQ_EMPTY(&resolver->fleet.landed))
		wake(resolver);
	else if (can_take_up(resolver))
		evtimer_add(resolver->pump, &pace);
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
	new->test_timer = evtimer_new(base, on_test_deadline, new);
	if (new->arena == NULL || new->run_arena == NULL || new->pump == NULL ||
	    new->test_timer == NULL)
		goto done;
	err = settings_read(new->arena, config, &new->settings, &why);
	if (err != RESOLVER_OK)
		goto done;
	why = make_upstream(new);
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
	drop_upstream(resolver);
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

const char *
resolver_library(void)
{
	return upstream_version();
}
