/* SPDX-License-Identifier: ISC */
/*
 * pulse.h - asks the resolver, the clocks and the system how we are, for
 * check/health.h.
 *
 * A test is a question for a name that nobody can have, right below the root:
 * it is in no cache, so the resolver has to ask, and to prove the denial.
 */
#pragma once

#include <sys/queue.h>

#include "check/health.h"

struct event_base;
struct pulse;
struct resolver;

/* steady: test again and again, and not only for those who ask. */
struct pulse *pulse_new(
    struct event_base *base, struct resolver *resolver, bool steady);
void pulse_free(struct pulse *pulse); /* before the resolver; NULL is fine */

/* As many pulse_release() follow: meanwhile the clocks are looked at. */
void pulse_hold(struct pulse *pulse);
void pulse_release(struct pulse *pulse);

/* How we are by now. Borrowed; it changes with each turn of the loop. */
const struct health *pulse_health(struct pulse *pulse);

/* Lives in the object that waits; all zero: it does not. */
struct pulse_waiter {
	TAILQ_ENTRY(pulse_waiter) link;
	struct pulse *pulse; /* NULL: it does not wait */
	uint64_t since;      /* so many tests had begun */
	void (*told)(void *arg);
	void *arg;
};
/*
 * told() comes from the loop, when it is known whether we are well: by a test
 * that begins now or later, or because we are not. It always comes, within
 * two tests of PULSE_TEST_MS.
 */
#define PULSE_TEST_MS 6000
void pulse_await(struct pulse *pulse, struct pulse_waiter *waiter,
    void (*told)(void *arg), void *arg);
void pulse_forget(struct pulse_waiter *waiter); /* not waiting is fine */
