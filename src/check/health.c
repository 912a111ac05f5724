/* SPDX-License-Identifier: ISC */
#include "check/health.h"

#include <stdio.h>

void
health_init(struct health *health, const struct health_time *now)
{
	*health = (struct health) {
		.seen = *now,
		.bad_until = INT64_MIN,
		.tested_at = now->ms - HEALTH_SPACE_MS,
		.renewed_at = now->ms,
		/* So the first of these are never too soon. */
		.fresh_at = now->ms - HEALTH_MEMORY_MS,
	};
	snprintf(health->why, sizeof(health->why),
	    "the resolver has not been tested yet");
}

/* From here on it is bad, for this reason. */
static void
blame(struct health *health, int64_t ms, const char *why)
{
	snprintf(health->why, sizeof(health->why), "%s", why);
	health->bad_until = ms;
}

/* Something speaks against us, or may do so: a test will tell. */
static void
doubt(struct health *health)
{
	if (health->state == HEALTH_WELL)
		health->state = HEALTH_DOUBT;
}

static void
jumped(struct health *health, int64_t ms, const char *why)
{
	if (health->state != HEALTH_UNWELL)
		blame(health, ms, why);
	doubt(health);
	health->was_ill = true;
	health->void_test = health->testing;
	health->wanted = true;
}

void
health_tick(struct health *health, const struct health_time *now)
{
	int64_t passed = now->ms - health->seen.ms;
	int64_t step = now->unix - health->seen.unix - passed / 1000;
	char why[80];

	if (health->state == HEALTH_UNWELL)
		health->bad_until = now->ms;
	health->seen = *now;
	if (passed > HEALTH_TICK_MS + HEALTH_LATE_MS) {
		snprintf(why, sizeof(why),
		    "this program stood still for %lld s",
		    (long long)(passed / 1000));
		jumped(health, now->ms, why);
	} else if (step > HEALTH_STEP_S || step < -HEALTH_STEP_S) {
		snprintf(why, sizeof(why), "the clock was put %s by %lld s",
		    step > 0 ? "on" : "back",
		    (long long)(step > 0 ? step : -step));
		jumped(health, now->ms, why);
	}
}

void
health_files(struct health *health, int64_t ms, const char *why)
{
	if (why != NULL) {
		health->no_files = true;
		health->was_ill = true;
		health->state = HEALTH_UNWELL;
		blame(health, ms, why);
	} else if (health->no_files) {
		health->no_files = false;
		health->bad_until = ms;
		health->state = HEALTH_DOUBT;
	}
}

void
health_moved(struct health *health)
{
	health->renew = true;
	health->wanted = true;
	health->void_test = health->testing;
	doubt(health);
}

void
health_want(struct health *health)
{
	health->wanted = true;
}

bool
health_kept(struct health *health, int64_t ms, int64_t waited_ms)
{
	if (waited_ms < HEALTH_KEPT_MS ||
	    ms - health->tested_at < HEALTH_KEPT_MS)
		return false;
	health->wanted = true;
	return true;
}

static int64_t
due_at(const struct health *health)
{
	int64_t wait = HEALTH_IDLE_MS;

	switch (health->state) {
	case HEALTH_WELL:
		break;
	case HEALTH_UNTESTED:
	case HEALTH_DOUBT:
		wait = HEALTH_SPACE_MS;
		break;
	case HEALTH_UNWELL:
		wait = HEALTH_SICK_MS;
		break;
	}
	if (health->wanted && health->state != HEALTH_UNWELL)
		wait = HEALTH_SPACE_MS;
	return health->tested_at + wait;
}

bool
health_is_due(const struct health *health, int64_t ms)
{
	return !health->testing && !health->no_files && ms >= due_at(health);
}

int64_t
health_next(const struct health *health, int64_t ms)
{
	int64_t last = ms + HEALTH_TICK_MS, due = due_at(health);

	if (health->testing || health->no_files || due > last)
		return last;
	return due > ms ? due : ms;
}

void
health_test_began(struct health *health, int64_t ms)
{
	health->testing = true;
	health->n_begun++;
	health->wanted = false;
	health->void_test = false;
	health->tested_at = ms;
}

static void
failed(struct health *health, int64_t ms, const char *why)
{
	blame(health, ms, why);
	health->was_ill = true;
	switch (health->state) {
	case HEALTH_WELL:
		health->state = HEALTH_DOUBT;
		break;
	case HEALTH_UNTESTED:
	case HEALTH_DOUBT:
		health->state = HEALTH_UNWELL;
		health->renewed_at = ms;
		break;
	case HEALTH_UNWELL:
		break;
	}
}

void
health_test_ended(struct health *health, int64_t ms, const char *why)
{
	health->testing = false;
	if (health->void_test || health->no_files)
		return;
	health->n_ended = health->n_begun;
	if (why != NULL) {
		failed(health, ms, why);
		return;
	}
	if (health->state == HEALTH_UNWELL)
		health->bad_until = ms;
	/* It came back in time for the test, but not for others. */
	if (health->state == HEALTH_WELL &&
	    ms - health->tested_at >= HEALTH_SLOW_MS)
		blame(health, ms, "the resolver was silent for some seconds");
	health->state = HEALTH_WELL;
}

bool
health_take_renewal(struct health *health, int64_t ms)
{
	bool renew = health->renew;

	if (health->state == HEALTH_UNWELL && !health->no_files &&
	    ms - health->renewed_at >= HEALTH_RENEW_MS)
		renew = true;
	if (renew) {
		health->renew = false;
		health->renewed_at = ms;
	}
	return renew;
}

bool
health_is_stale(const struct health *health, int64_t ms)
{
	int64_t space = health->was_ill ? HEALTH_RENEW_MS : HEALTH_MEMORY_MS;

	return health->state == HEALTH_WELL &&
	    health->bad_until >= health->fresh_at &&
	    ms - health->fresh_at >= space;
}

void
health_refreshed(struct health *health, int64_t ms)
{
	health->fresh_at = ms;
	health->was_ill = false;
}

bool
health_was_bad_since(const struct health *health, int64_t ms)
{
	return health->state == HEALTH_UNWELL || health->bad_until >= ms;
}

bool
health_may_remember(const struct health *health, int64_t ms)
{
	int64_t since = ms - HEALTH_MEMORY_MS;

	/* What was bad was so before these were made. */
	if (health->fresh_at <= ms && health->fresh_at >= since)
		since = health->fresh_at + 1;
	return health_was_bad_since(health, since);
}

bool
health_tested_since(const struct health *health, uint64_t n_begun)
{
	return health->n_ended > n_begun;
}

const char *
health_why(const struct health *health)
{
	return health->why;
}
