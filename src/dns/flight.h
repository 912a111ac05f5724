/* SPDX-License-Identifier: ISC */
/*
 * flight.h - questions that libunbound works on, and the answers it gave.
 *
 * libunbound hands the answer out in a buffer that the next question
 * overwrites, and may do so before upstream_ask() returns: a flight keeps
 * a copy and wakes the loop. One whose passenger has left goes on to its
 * end, since libunbound goes on, too, and keeps its place in the count.
 */
#pragma once

#include <sys/queue.h>

#include "dns/answer.h"

struct event;
struct fleet;
struct upstream;

struct flight {
	TAILQ_ENTRY(flight) link;
	struct fleet *fleet;
	void *passenger;       /* whose question it is; NULL: nobody waits */
	struct answer_raw raw; /* what it points to is ours */
	bool landed, lost;     /* lost: no memory to copy the answer */
};
TAILQ_HEAD(flights, flight);

struct fleet {
	struct event *wake; /* made active when one lands; borrowed */
	struct flights flying, landed;
	size_t n; /* on both lists */
};

void fleet_init(struct fleet *fleet, struct event *wake);

/* NULL, or why there is none. *flight may have landed already. */
const char *flight_start(struct fleet *fleet, struct upstream *upstream,
    const char *name, enum rrtype type, void *passenger,
    struct flight **flight);
/* Reads the answer of one that has landed. */
void flight_read(const struct flight *flight, struct arena *arena,
    const char *name, enum rrtype type, struct answer *answer);
/* One that has landed, or whose upstream is no more. */
void flight_free(struct flight *flight);
