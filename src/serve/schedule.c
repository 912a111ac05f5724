/* SPDX-License-Identifier: ISC */
/*
 * A binary heap of those that wait, the next one first. Each number is in it
 * once or not at all, so there is always room.
 */
#include "serve/schedule.h"

#include <stdlib.h>

/* At most a tenth of the time is added. */
#define JITTER 10

struct slot {
	int64_t due;
	size_t i;
};

struct schedule {
	struct schedule_options options;
	size_t n;
	struct slot slots[];
};

static void
swap(struct schedule *schedule, size_t a, size_t b)
{
	struct slot kept = schedule->slots[a];

	schedule->slots[a] = schedule->slots[b];
	schedule->slots[b] = kept;
}

static void
push(struct schedule *schedule, size_t i, int64_t due)
{
	struct slot *slots = schedule->slots;
	size_t at = schedule->n++;

	slots[at] = (struct slot) { .due = due, .i = i };
	while (at > 0 && slots[at].due < slots[(at - 1) / 2].due) {
		swap(schedule, at, (at - 1) / 2);
		at = (at - 1) / 2;
	}
}

static void
pop(struct schedule *schedule)
{
	struct slot *slots = schedule->slots;
	size_t at = 0;

	slots[0] = slots[--schedule->n];
	for (;;) {
		size_t least = at;

		for (size_t child = 2 * at + 1;
		     child <= 2 * at + 2 && child < schedule->n; child++) {
			if (slots[child].due < slots[least].due)
				least = child;
		}
		if (least == at)
			return;
		swap(schedule, at, least);
		at = least;
	}
}

/* From 0 up to most, without it. */
static int64_t
chance(struct schedule *schedule, int64_t most)
{
	uint64_t random = schedule->options.random(schedule->options.arg);

	return (int64_t)((uint64_t)most * random >> 32);
}

struct schedule *
schedule_new(const struct schedule_options *options, size_t n, int64_t now)
{
	struct schedule *schedule =
	    calloc(1, sizeof(*schedule) + n * sizeof(schedule->slots[0]));
	int64_t share;

	if (schedule == NULL)
		return NULL;
	schedule->options = *options;
	for (size_t i = 0; i < n; i++) {
		share = options->spread_ms / (int64_t)n;
		push(schedule, i,
		    now + share * (int64_t)i + chance(schedule, share));
	}
	return schedule;
}

void
schedule_free(struct schedule *schedule)
{
	free(schedule);
}

int64_t
schedule_due(const struct schedule *schedule)
{
	return schedule->n == 0 ? -1 : schedule->slots[0].due;
}

size_t
schedule_take(struct schedule *schedule, int64_t now)
{
	size_t i;

	if (schedule->n == 0 || schedule->slots[0].due > now)
		return SCHEDULE_NONE;
	i = schedule->slots[0].i;
	pop(schedule);
	return i;
}

void
schedule_put(struct schedule *schedule, size_t i, int64_t now, int64_t life_ms)
{
	int64_t wait = schedule->options.interval_ms;

	if (life_ms > wait)
		wait = life_ms;
	push(schedule, i, now + wait + chance(schedule, wait / JITTER));
}

void
schedule_retry(
    struct schedule *schedule, size_t i, int64_t now, int64_t wait_ms)
{
	push(schedule, i, now + wait_ms + chance(schedule, wait_ms));
}
