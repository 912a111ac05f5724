/* SPDX-License-Identifier: ISC */
/*
 * testing.h - a resolver from the inside, and its self-test.
 */
#pragma once

#include <event2/util.h>

#include "dns/flight.h"
#include "dns/settings.h"
#include "dns/upstream.h"

#define RETEST_MS 30000

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
	unsigned window;   /* flights that may be up */
	uint32_t unjudged; /* algorithms; see upstream.h */
	bool patient;
	bool *freed; /* set when we end inside a done() */
};

/* resolver.c */
void resolver_wake(struct resolver *resolver);
/* Ends the upstream and all its flights. Queries in flight wait again. */
void resolver_drop_upstream(struct resolver *resolver);

/* NULL, or why there is none. */
const char *testing_upstream(struct resolver *resolver);
/* Begins anew, long after the last test, with what was configured. */
void testing_forget(struct resolver *resolver);
void testing_begin(struct resolver *resolver);
void testing_landed(struct resolver *resolver, struct flight *flight);
void testing_deadline(evutil_socket_t fd, short what, void *arg);
