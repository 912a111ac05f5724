/* SPDX-License-Identifier: ISC */
/*
 * health.h - is this machine fit to judge others?
 *
 * Pure: no clock, no socket; what happens and when comes in. Before a domain
 * is blamed for what failed, health_was_bad_since() says whether it may not.
 *
 *	untested	nothing is known yet
 *	well		the last test passed, and nothing speaks against it
 *	doubt		something does; a test is to tell
 *	unwell		the resolver failed its test twice, or no file is
 *			to be had: see health_why()
 *
 * By what happens, from each state:
 *
 *			untested	well		doubt		unwell
 *	test passed	well		well		well		well
 *	test failed	unwell		doubt		unwell		unwell
 *	a clock jumped	-		doubt		doubt		-
 *	upstreams are
 *	others now	renew		doubt, renew	renew		renew
 *	no file		unwell		unwell		unwell		unwell
 *	files again	-		-		-		doubt
 *
 * A test is due at once in untested and doubt, and where something failed and
 * somebody wants to know whose fault it is (health_want()); every IDLE_MS in
 * well, every SICK_MS in unwell; and where an answer has not come for KEPT_MS,
 * as a resolver may be back by the time that somebody wants to know. No two
 * begin within SPACE_MS of each other, and none while another runs. What is
 * learned while a clock jumps is not believed: a test that ran then counts as
 * none. A test that failed and a clock that jumped are remembered against what
 * went on meanwhile.
 *
 * Upstreams remember, too, for MEMORY_MS: what failed while we were not well
 * fails again later. So they are stale once we are well again, and are to be
 * replaced by fresh ones, which remember nothing: RENEW_MS after such others at
 * the soonest, and MEMORY_MS where a test was slow and no more, lest a resolver
 * that always is never comes to know anything. In unwell, what they are made
 *from is looked at each RENEW_MS.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#define HEALTH_IDLE_MS 30000
#define HEALTH_SICK_MS 2000
#define HEALTH_SPACE_MS 1000
#define HEALTH_RENEW_MS 10000
#define HEALTH_SLOW_MS 3000 /* for a test that passes */
#define HEALTH_KEPT_MS 2000 /* for any answer */
/* So long libunbound remembers what failed, and keys it could not get. */
#define HEALTH_MEMORY_MS 61000
/* So often the clocks are to be shown, and so late is a jump. */
#define HEALTH_TICK_MS 1000
#define HEALTH_LATE_MS 5000
/* The wall clock against the other one, within a tick. */
#define HEALTH_STEP_S 10
#define HEALTH_WHY_MAX 400

enum health_state {
	HEALTH_UNTESTED = 0,
	HEALTH_WELL,
	HEALTH_DOUBT,
	HEALTH_UNWELL,
};

/* What the clocks say. */
struct health_time {
	int64_t ms;   /* goes on while the machine sleeps */
	int64_t unix; /* seconds */
};

struct health {
	enum health_state state;
	struct health_time seen; /* the last time the clocks were shown */
	int64_t bad_until;       /* the last time all was not well */
	int64_t tested_at;       /* the last test began */
	int64_t renewed_at;
	int64_t fresh_at;          /* the upstreams were made */
	uint64_t n_begun, n_ended; /* tests; the last that told something */
	bool testing, wanted, void_test, no_files, renew, was_ill;
	char why[HEALTH_WHY_MAX]; /* of what was bad until then */
};

void health_init(struct health *health, const struct health_time *now);

/* The clocks, at least each HEALTH_TICK_MS, and before anything is judged. */
void health_tick(struct health *health, const struct health_time *now);
/* Can sockets and files be had? why where not. */
void health_files(struct health *health, int64_t ms, const char *why);
/* The upstreams that are configured are others now. */
void health_moved(struct health *health);
/* Somebody wants a test that begins no sooner than now. */
void health_want(struct health *health);

/* A question has waited so long. True: a test is wanted for that. */
bool health_kept(struct health *health, int64_t ms, int64_t waited_ms);

/* Is a test to begin? If so health_test_began() follows. */
bool health_is_due(const struct health *health, int64_t ms);
/* When it may be; no later than in HEALTH_TICK_MS. */
int64_t health_next(const struct health *health, int64_t ms);
void health_test_began(struct health *health, int64_t ms);
/* why: what failed; NULL: all is well. */
void health_test_ended(struct health *health, int64_t ms, const char *why);
/* Are the upstreams to be made anew? Says so once. */
bool health_take_renewal(struct health *health, int64_t ms);

/* Are fresh upstreams wanted? health_refreshed() says that there are. */
bool health_is_stale(const struct health *health, int64_t ms);
void health_refreshed(struct health *health, int64_t ms);

/* Was something wrong with us between ms and now, as far as is known? Then
 * what failed may have been our fault. */
bool health_was_bad_since(const struct health *health, int64_t ms);
/* Or may upstreams that were asked since ms have told of what was before? */
bool health_may_remember(const struct health *health, int64_t ms);
/* Has a test begun and ended since so many had begun? */
bool health_tested_since(const struct health *health, uint64_t n_begun);
/* What was last wrong, in words without full stop. Never NULL. */
const char *health_why(const struct health *health);
