/* SPDX-License-Identifier: ISC */
/*
 * A target waits in the schedule or is being checked. One timer stands at
 * the time when the next is due, but not while as many are being checked as
 * may be: then the end of one sets it again. A check that the server does
 * not take now is tried again soon.
 */
#include "serve/watch.h"

#include <event2/event.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/clock.h"
#include "report/prometheus.h"
#include "serve/schedule.h"

#define CLIENT "watch"
#define RETRY_MS 5000
/* In the first round. */
#define BETWEEN_MS 100

struct watched {
	struct server_ask ask; /* first, so that one gives the other */
	struct watch *watch;
	struct server_target target;
	const char *label;
	struct result *last; /* NULL: none yet */
};

struct watch {
	struct watch_options options;
	struct arena *arena; /* for the names */
	struct schedule *schedule;
	struct watched *items;
	size_t n, n_running;
	uint32_t seed;
	struct event *timer;
};

/* xorshift32 (Marsaglia 2003): good enough to be apart from others. */
static uint32_t
next_random(void *arg)
{
	uint32_t *seed = arg;

	*seed ^= *seed << 13;
	*seed ^= *seed >> 17;
	*seed ^= *seed << 5;
	return *seed;
}

static void
set_timer(struct watch *watch)
{
	int64_t due = schedule_due(watch->schedule);
	int64_t wait = due - clock_monotonic_ms();
	struct timeval limit;

	evtimer_del(watch->timer);
	if (due < 0 || watch->n_running >= watch->options.at_once)
		return;
	if (wait < 0)
		wait = 0;
	limit.tv_sec = wait / 1000;
	limit.tv_usec = wait % 1000 * 1000;
	evtimer_add(watch->timer, &limit);
}

static void
take_result(struct watched *item, struct result *result)
{
	result_ref(result);
	result_unref(item->last);
	item->last = result;
}

static void
put_back(struct watched *item, const struct server_reply *reply)
{
	struct watch *watch = item->watch;
	size_t i = (size_t)(item - watch->items);
	int64_t now = clock_monotonic_ms();

	if (reply->status == SERVER_READY) {
		take_result(item, reply->result);
		schedule_put(watch->schedule, i, now,
		    reply->result->fetched_ms + reply->result->life_ms - now);
	} else if (reply->status == SERVER_REFUSED) {
		schedule_put(watch->schedule, i, now, 0);
	} else {
		schedule_retry(watch->schedule, i, now, RETRY_MS);
	}
}

static void
checked(struct server_ask *ask, const struct server_reply *reply)
{
	struct watched *item = (struct watched *)ask;

	item->watch->n_running--;
	put_back(item, reply);
	set_timer(item->watch);
}

static void
begin(evutil_socket_t fd, short what, void *arg)
{
	struct watch *watch = arg;

	while (watch->n_running < watch->options.at_once) {
		size_t i = schedule_take(watch->schedule, clock_monotonic_ms());
		struct server_reply reply;

		if (i == SCHEDULE_NONE)
			break;
		reply = server_check(watch->options.server,
		    &watch->items[i].target, CLIENT, &watch->items[i].ask);
		if (reply.status == SERVER_WAITING)
			watch->n_running++;
		else
			put_back(&watch->items[i], &reply);
	}
	set_timer(watch);
}

static bool
take_target(struct watch *watch, size_t i, const struct server_target *target)
{
	struct watched *item = &watch->items[i];

	item->watch = watch;
	item->ask.done = checked;
	item->ask.class = CLIENT_WATCH;
	item->target = *target;
	item->target.domain = arena_strdup(watch->arena, target->domain);
	item->label = target->port == 0
	    ? item->target.domain
	    : arena_printf(watch->arena, "%s:%u", target->domain, target->port);
	return item->target.domain != NULL && item->label != NULL;
}

/* After a reload most is known already. */
static void
take_known(struct watch *watch)
{
	for (size_t i = 0; i < watch->n; i++) {
		struct result *known =
		    server_peek(watch->options.server, &watch->items[i].target);

		if (known != NULL)
			take_result(&watch->items[i], known);
	}
}

struct watch *
watch_new(const struct watch_options *options,
    const struct server_target *targets, size_t n)
{
	struct watch *watch = calloc(1, sizeof(*watch));
	int64_t round = (int64_t)n * BETWEEN_MS;
	const struct schedule_options schedule = {
		.interval_ms = options->interval_ms,
		.spread_ms =
		    round < options->interval_ms ? round : options->interval_ms,
		.random = next_random,
		.arg = watch == NULL ? NULL : &watch->seed,
	};

	if (watch == NULL)
		return NULL;
	watch->options = *options;
	if (getrandom(&watch->seed, sizeof(watch->seed), GRND_NONBLOCK) < 0 ||
	    watch->seed == 0)
		watch->seed = (uint32_t)clock_monotonic_ms() | 1;
	watch->arena = arena_new();
	watch->items = calloc(n == 0 ? 1 : n, sizeof(*watch->items));
	watch->timer = evtimer_new(options->base, begin, watch);
	watch->schedule = schedule_new(&schedule, n, clock_monotonic_ms());
	if (watch->arena == NULL || watch->items == NULL ||
	    watch->timer == NULL || watch->schedule == NULL)
		goto fail;
	for (; watch->n < n; watch->n++) {
		if (!take_target(watch, watch->n, &targets[watch->n]))
			goto fail;
	}
	take_known(watch);
	set_timer(watch);
	return watch;
fail:
	watch_free(watch);
	return NULL;
}

void
watch_free(struct watch *watch)
{
	if (watch == NULL)
		return;
	for (size_t i = 0; i < watch->n; i++) {
		server_forget(&watch->items[i].ask);
		result_unref(watch->items[i].last);
	}
	free(watch->items);
	schedule_free(watch->schedule);
	if (watch->timer != NULL)
		event_free(watch->timer);
	arena_unref(watch->arena);
	free(watch);
}

void
watch_metrics(const struct watch *watch, struct buf *out)
{
	struct prometheus_item *items =
	    calloc(watch->n == 0 ? 1 : watch->n, sizeof(*items));

	if (items == NULL) {
		out->failed = true;
		return;
	}
	for (size_t i = 0; i < watch->n; i++) {
		const struct result *last = watch->items[i].last;

		items[i] = (struct prometheus_item) {
			.target = watch->items[i].label,
			.report = last == NULL ? NULL : last->report,
			.checked_at = last == NULL ? 0 : last->fetched,
			.duration_ms = last == NULL ? -1 : last->took_ms,
		};
	}
	report_prometheus(items, watch->n, out);
	free(items);
}
