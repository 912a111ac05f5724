/* SPDX-License-Identifier: ISC */
/*
 * schedule.h - when to look at which domain again.
 *
 * Pure: time comes in, and so does chance. Domains are numbers from 0 on.
 * They are never due all at once: the first round is spread over some time,
 * and each further one comes a little later than it could, by chance.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

#define SCHEDULE_NONE SIZE_MAX

struct schedule;

struct schedule_options {
	int64_t interval_ms;           /* no sooner again than this */
	int64_t spread_ms;             /* the first round takes so long */
	uint32_t (*random)(void *arg); /* any 32 bits */
	void *arg;
};

/* NULL: no memory. */
struct schedule *schedule_new(
    const struct schedule_options *options, size_t n, int64_t now);
void schedule_free(struct schedule *schedule); /* NULL is fine */

/* When the next is due; -1: none is. */
int64_t schedule_due(const struct schedule *schedule);
/* One that is due, the longest first; it is being looked at from now on. */
size_t schedule_take(struct schedule *schedule, int64_t now);
/* It has been looked at, and what was seen holds for life_ms. */
void schedule_put(
    struct schedule *schedule, size_t i, int64_t now, int64_t life_ms);
/* It could not be looked at: soon again. */
void schedule_retry(
    struct schedule *schedule, size_t i, int64_t now, int64_t wait_ms);
