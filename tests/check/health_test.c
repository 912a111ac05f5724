/* SPDX-License-Identifier: ISC */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#include "check/health.h"

#define BEGIN 1000000 /* ms, when it is made */
#define UNIX 1795385340
#define STEPS_MAX 24

enum event {
	END = 0,
	TICKS,   /* one a second up to here */
	TICK,    /* one alone */
	STEP_ON, /* the wall clock, by an hour, and a tick */
	STEP_BACK,
	BEGINS,  /* a test; it must be due */
	NOT_DUE, /* none may begin */
	PASSES,
	FAILS,
	WANT,
	KEPT, /* a question waits too long: a test begins */
	NOT_KEPT,
	MOVED,
	NO_FILES,
	FILES,
	RENEWS, /* upstreams are to be made anew, once */
	KEEPS,  /* they are not */
	STALE,  /* fresh ones are wanted, and made */
	FRESH,  /* none are wanted */
};

struct step {
	int64_t at; /* ms from the beginning */
	enum event event;
	enum health_state state; /* after it */
};

struct row {
	const char *what;
	struct step steps[STEPS_MAX];
	int64_t since; /* ms: a check that began then, and ends now */
	bool good;     /* may it blame others? */
	const char *why;
};

#define U HEALTH_UNTESTED
#define W HEALTH_WELL
#define D HEALTH_DOUBT
#define I HEALTH_UNWELL
static const struct row rows[] = {
	{ "untested: a test is due at once, and only one",
	    { { 0, BEGINS, U }, { 1, NOT_DUE, U } }, 0, true, "not been" },
	{ "well after a good one; a check may begin with the engine",
	    { { 0, BEGINS, U }, { 50, PASSES, W } }, 0, true, "" },
	{ "unwell after a bad first one",
	    { { 0, BEGINS, U }, { 50, FAILS, I } }, 0, false, "it fails" },
	{ "well: the next test after half a minute",
	    { { 0, BEGINS, U }, { 50, PASSES, W }, { 29999, NOT_DUE, W },
		{ 30000, BEGINS, W } },
	    29000, true, "" },
	{ "wanted sooner: not at once after another",
	    { { 0, BEGINS, U }, { 50, PASSES, W }, { 60, WANT, W },
		{ 999, NOT_DUE, W }, { 1000, BEGINS, W }, { 1010, PASSES, W },
		{ 20000, NOT_DUE, W } },
	    990, true, "" },
	{ "silence: it is back before anybody wants to know",
	    { { 0, BEGINS, U }, { 50, PASSES, W }, { 1999, NOT_KEPT, W },
		{ 12000, KEPT, W }, { 13999, NOT_KEPT, W }, { 18000, FAILS, D },
		{ 18000, BEGINS, D }, { 19000, PASSES, W }, { 19400, WANT, W },
		{ 19400, BEGINS, W }, { 19410, PASSES, W } },
	    11500, false, "it fails" },
	{ "a slow answer alone: the test says that we are well",
	    { { 0, BEGINS, U }, { 50, PASSES, W }, { 12000, KEPT, W },
		{ 12030, PASSES, W }, { 13000, NOT_KEPT, W },
		{ 14000, KEPT, W }, { 14030, PASSES, W } },
	    11500, true, "" },
	{ "one failed test is a doubt, two are an illness",
	    { { 0, BEGINS, U }, { 50, PASSES, W }, { 30000, BEGINS, W },
		{ 35000, FAILS, D }, { 35000, BEGINS, D },
		{ 40000, FAILS, I } },
	    39000, false, "it fails" },
	{ "a doubt that is over is held against what went on meanwhile",
	    { { 0, BEGINS, U }, { 50, PASSES, W }, { 30000, BEGINS, W },
		{ 35000, FAILS, D }, { 35000, BEGINS, D },
		{ 35020, PASSES, W } },
	    34000, false, "it fails" },
	{ "and not against what began later",
	    { { 0, BEGINS, U }, { 50, PASSES, W }, { 30000, BEGINS, W },
		{ 35000, FAILS, D }, { 35000, BEGINS, D },
		{ 35020, PASSES, W } },
	    35010, true, "" },
	{ "a good one that took long is held against what went on meanwhile",
	    { { 0, BEGINS, U }, { 50, PASSES, W }, { 30000, BEGINS, W },
		{ 33000, PASSES, W } },
	    29000, false, "silent for some seconds" },
	{ "one that took no longer than servers may is not",
	    { { 0, BEGINS, U }, { 50, PASSES, W }, { 30000, BEGINS, W },
		{ 32900, PASSES, W } },
	    29000, true, "" },
	{ "unwell: tested again and again, and it recovers alone",
	    { { 0, BEGINS, U }, { 50, FAILS, I }, { 1999, NOT_DUE, I },
		{ 2000, BEGINS, I }, { 2050, FAILS, I }, { 4000, BEGINS, I },
		{ 4050, PASSES, W } },
	    4049, false, "it fails" },
	{ "what begins after that is others' affair",
	    { { 0, BEGINS, U }, { 50, FAILS, I }, { 2000, BEGINS, I },
		{ 2050, PASSES, W } },
	    2051, true, "" },
	{ "unwell: new upstreams now and then",
	    { { 0, BEGINS, U }, { 50, FAILS, I }, { 10049, KEEPS, I },
		{ 10050, RENEWS, I }, { 10051, KEEPS, I },
		{ 20050, RENEWS, I } },
	    0, false, "it fails" },
	{ "well: none",
	    { { 0, BEGINS, U }, { 50, PASSES, W }, { 90000, KEEPS, W } }, 0,
	    true, "" },
	{ "ticks in time are no jump",
	    { { 0, BEGINS, U }, { 50, PASSES, W }, { 60000, TICKS, W } }, 0,
	    true, "" },
	{ "a late tick: the program or the machine stood still",
	    { { 0, BEGINS, U }, { 50, PASSES, W }, { 1000, TICKS, W },
		{ 41000, TICK, D }, { 41000, BEGINS, D },
		{ 41020, PASSES, W } },
	    40000, false, "stood still for 40 s" },
	{ "what begins after it is well",
	    { { 0, BEGINS, U }, { 50, PASSES, W }, { 1000, TICKS, W },
		{ 41000, TICK, D }, { 41000, BEGINS, D },
		{ 41020, PASSES, W } },
	    41001, true, "" },
	{ "a test that ran meanwhile says nothing, though it failed",
	    { { 0, BEGINS, U }, { 50, PASSES, W }, { 29000, TICKS, W },
		{ 30000, BEGINS, W }, { 70000, TICK, D }, { 70000, FAILS, D },
		{ 70000, BEGINS, D }, { 70020, PASSES, W } },
	    70001, true, "" },
	{ "the clock was put on",
	    { { 0, BEGINS, U }, { 50, PASSES, W }, { 1000, STEP_ON, D } }, 500,
	    false, "put on by 3600 s" },
	{ "the clock was put back; then all is well again",
	    { { 0, BEGINS, U }, { 50, PASSES, W }, { 1000, STEP_BACK, D },
		{ 1002, BEGINS, D }, { 1010, PASSES, W }, { 60000, TICKS, W } },
	    500, false, "put back by 3600 s" },
	{ "other resolvers: made anew and tested",
	    { { 0, BEGINS, U }, { 50, PASSES, W }, { 9000, MOVED, D },
		{ 9000, RENEWS, D }, { 9000, BEGINS, D }, { 9020, PASSES, W },
		{ 9020, KEEPS, W } },
	    0, true, "" },
	{ "unwell and other resolvers: at once",
	    { { 0, BEGINS, U }, { 50, FAILS, I }, { 300, MOVED, I },
		{ 300, RENEWS, I } },
	    0, false, "it fails" },
	{ "no file is to be had, whatever a test says",
	    { { 0, BEGINS, U }, { 50, PASSES, W }, { 1000, WANT, W },
		{ 1000, BEGINS, W }, { 1100, NO_FILES, I }, { 1101, PASSES, I },
		{ 5000, NOT_DUE, I }, { 5000, FILES, D }, { 5000, BEGINS, D },
		{ 5020, PASSES, W } },
	    4999, false, "no files" },
	{ "and later there are",
	    { { 0, BEGINS, U }, { 50, PASSES, W }, { 1000, NO_FILES, I },
		{ 5000, FILES, D }, { 5000, BEGINS, D }, { 5020, PASSES, W } },
	    5001, true, "" },
};

/* Of what upstreams remember: good: may they be believed? */
static const struct row memories[] = {
	{ "well from the beginning: nothing is remembered",
	    { { 0, BEGINS, U }, { 50, PASSES, W }, { 60000, FRESH, W } }, 0,
	    true, "" },
	{ "well again: what failed is remembered",
	    { { 0, BEGINS, U }, { 50, FAILS, I }, { 2000, BEGINS, I },
		{ 2050, PASSES, W } },
	    63000, false, "it fails" },
	{ "but not for ever",
	    { { 0, BEGINS, U }, { 50, FAILS, I }, { 2000, BEGINS, I },
		{ 2050, PASSES, W } },
	    63051, true, "" },
	{ "fresh upstreams remember nothing",
	    { { 0, BEGINS, U }, { 50, FAILS, I }, { 10000, FRESH, I },
		{ 12000, BEGINS, I }, { 12050, PASSES, W },
		{ 12050, STALE, W } },
	    12050, true, "" },
	{ "who asked before they were there may have asked the others",
	    { { 0, BEGINS, U }, { 50, FAILS, I }, { 12000, BEGINS, I },
		{ 12050, PASSES, W }, { 12060, STALE, W } },
	    12055, false, "it fails" },
	{ "none so soon after others",
	    { { 0, BEGINS, U }, { 50, FAILS, I }, { 2000, BEGINS, I },
		{ 2050, PASSES, W }, { 2050, STALE, W }, { 3000, WANT, W },
		{ 3000, BEGINS, W }, { 9000, FAILS, D }, { 9000, BEGINS, D },
		{ 9020, PASSES, W }, { 12049, FRESH, W }, { 12050, STALE, W },
		{ 90000, FRESH, W } },
	    12050, true, "" },
	{ "unwell once more: once more",
	    { { 0, BEGINS, U }, { 50, FAILS, I }, { 12000, BEGINS, I },
		{ 12050, PASSES, W }, { 12050, STALE, W }, { 20000, WANT, W },
		{ 20000, BEGINS, W }, { 26000, FAILS, D }, { 26000, BEGINS, D },
		{ 27000, FAILS, I }, { 30000, FRESH, I }, { 30000, BEGINS, I },
		{ 30010, PASSES, W }, { 30010, STALE, W } },
	    30010, true, "" },
	{ "slow once more: after a minute, or a slow one gets nowhere",
	    { { 0, BEGINS, U }, { 50, PASSES, W }, { 30000, BEGINS, W },
		{ 34000, PASSES, W }, { 34000, STALE, W }, { 60000, BEGINS, W },
		{ 64000, PASSES, W }, { 94999, FRESH, W },
		{ 95000, STALE, W } },
	    95000, true, "" },
	{ "we stood still: soon",
	    { { 0, BEGINS, U }, { 50, PASSES, W }, { 1000, TICKS, W },
		{ 41000, TICK, D }, { 41000, FRESH, D }, { 41000, BEGINS, D },
		{ 41020, PASSES, W }, { 41020, STALE, W } },
	    41021, true, "" },
	{ "no files: soon",
	    { { 0, BEGINS, U }, { 50, PASSES, W }, { 11000, NO_FILES, I },
		{ 15000, FILES, D }, { 15000, BEGINS, D }, { 15020, PASSES, W },
		{ 15020, STALE, W } },
	    15020, true, "" },
	{ "what was bad after they were made is remembered",
	    { { 0, BEGINS, U }, { 50, FAILS, I }, { 12000, BEGINS, I },
		{ 12050, PASSES, W }, { 12050, STALE, W }, { 20000, WANT, W },
		{ 20000, BEGINS, W }, { 26000, FAILS, D }, { 26000, BEGINS, D },
		{ 26010, PASSES, W } },
	    30000, false, "it fails" },
};

static void
show_clocks(struct health *health, int64_t ms, int64_t unix)
{
	const struct health_time now = { .ms = ms, .unix = unix };

	health_tick(health, &now);
}

/* The clock on the wall, which goes with the other one but for its steps. */
static int64_t
wall(int64_t ms, int64_t off)
{
	return UNIX + (ms - BEGIN) / 1000 + off;
}

/* What may happen only if it is time for it. */
static bool
take(struct health *health, const struct step *step, int64_t *off)
{
	int64_t ms = BEGIN + step->at;

	switch (step->event) {
	case END:
		break;
	case TICKS:
		while (health->seen.ms + HEALTH_TICK_MS <= ms)
			show_clocks(health, health->seen.ms + HEALTH_TICK_MS,
			    wall(health->seen.ms + HEALTH_TICK_MS, *off));
		break;
	case STEP_ON:
	case STEP_BACK:
		*off += step->event == STEP_ON ? 3600 : -3600;
		show_clocks(health, ms, wall(ms, *off));
		break;
	case TICK:
		show_clocks(health, ms, wall(ms, *off));
		break;
	case BEGINS:
		if (!health_is_due(health, ms) || health_next(health, ms) != ms)
			return false;
		health_test_began(health, ms);
		break;
	case NOT_DUE:
		return !health_is_due(health, ms) &&
		    health_next(health, ms) > ms;
	case PASSES:
		health_test_ended(health, ms, NULL);
		break;
	case FAILS:
		health_test_ended(health, ms, "it fails");
		break;
	case KEPT:
		if (health_kept(health, ms, HEALTH_KEPT_MS - 1) ||
		    !health_kept(health, ms, HEALTH_KEPT_MS) ||
		    !health_is_due(health, ms))
			return false;
		health_test_began(health, ms);
		break;
	case NOT_KEPT:
		return !health_kept(health, ms, 60000);
	case WANT:
		health_want(health);
		break;
	case MOVED:
		health_moved(health);
		break;
	case NO_FILES:
		health_files(health, ms, "no files");
		break;
	case FILES:
		health_files(health, ms, NULL);
		break;
	case RENEWS:
		return health_take_renewal(health, ms) &&
		    !health_take_renewal(health, ms);
	case KEEPS:
		return !health_take_renewal(health, ms);
	case STALE:
		if (!health_is_stale(health, ms))
			return false;
		health_refreshed(health, ms);
		return !health_is_stale(health, ms);
	case FRESH:
		return !health_is_stale(health, ms);
	}
	return true;
}

static void
try_row(const struct row *row,
    bool (*is_bad)(const struct health *health, int64_t ms))
{
	const struct health_time begin = { .ms = BEGIN, .unix = UNIX };
	struct health health;
	int64_t off = 0;

	health_init(&health, &begin);
	for (const struct step *step = row->steps; step->event != END; step++) {
		if (!take(&health, step, &off) || health.state != step->state)
			fail_msg("%s: step %zu leaves state %u", row->what,
			    (size_t)(step - row->steps), health.state);
	}
	if (is_bad(&health, BEGIN + row->since) == row->good ||
	    strstr(health_why(&health), row->why) == NULL)
		fail_msg("%s: %s", row->what, health_why(&health));
}

static void
test_rows(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		try_row(&rows[i], health_was_bad_since);
	for (size_t i = 0; i < sizeof(memories) / sizeof(memories[0]); i++)
		try_row(&memories[i], health_may_remember);
}

/* Whoever waits for a test must not be told of one that began before. */
static void
test_since(void **state)
{
	const struct health_time begin = { .ms = BEGIN, .unix = UNIX };
	struct health health;
	(void)state;

	health_init(&health, &begin);
	assert_false(health_tested_since(&health, 0));
	health_test_began(&health, BEGIN);
	assert_false(health_tested_since(&health, 0));
	/* Who asks in the same millisecond asks for the next one. */
	assert_int_equal(health.n_begun, 1);
	health_test_ended(&health, BEGIN, NULL);
	assert_true(health_tested_since(&health, 0));
	assert_false(health_tested_since(&health, 1));
	health_want(&health);
	health_test_began(&health, BEGIN + 1000);
	show_clocks(&health, BEGIN + 60000, wall(BEGIN + 60000, 0));
	health_test_ended(&health, BEGIN + 60000, NULL);
	assert_false(health_tested_since(&health, 1));
	health_test_began(&health, BEGIN + 61000);
	health_test_ended(&health, BEGIN + 61000, NULL);
	assert_true(health_tested_since(&health, 1));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_rows),
		cmocka_unit_test(test_since),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
