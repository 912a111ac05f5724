/* SPDX-License-Identifier: ISC */
/*
 * What is told of single facts, and then by brute force: schedules with
 * servers that lag, caches that hold any answer for its whole TTL, and an
 * observer who looks when he likes.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdlib.h>

#include "policy/plan.h"

#define NOW 1000000
#define SERVERS 3

static const struct row {
	const char *what;
	struct plan_server servers[SERVERS];
	size_t n;
	uint32_t stale_ttl, skew;
	bool equivalent;
	enum plan_answer answer;
	int64_t when; /* from NOW */
	bool lapses;
} rows[] = {
	{ "rule 92: all have had it for a TTL",
	    { { true, true, 300, NOW - 300, 0 } }, 1, 300, 0, false, PLAN_NOW,
	    0, false },
	{ "a second is missing", { { true, true, 300, NOW - 299, 0 } }, 1, 300,
	    0, false, PLAN_LATER, 1, false },
	{ "seen for the first time", { { true, true, 300, 0, 0 } }, 1, 0, 0,
	    false, PLAN_LATER, 300, false },
	{ "the TTL of before was longer", { { true, true, 60, NOW - 300, 0 } },
	    1, 3600, 0, false, PLAN_LATER, 3300, false },
	{ "the TTL of before was shorter",
	    { { true, true, 3600, NOW - 300, 0 } }, 1, 300, 0, false, PLAN_NOW,
	    0, false },
	{ "the last server counts",
	    { { true, true, 300, NOW - 900, 0 },
		{ true, true, 300, NOW - 100, 0 } },
	    2, 300, 0, false, PLAN_LATER, 200, false },
	{ "a server lags",
	    { { true, true, 300, NOW - 900, 0 }, { true, false, 300, 0, 0 } },
	    2, 300, 0, false, PLAN_LATER, 300, false },
	{ "a server is silent",
	    { { true, true, 300, NOW - 900, 0 }, { false, false, 0, 0, 0 } }, 2,
	    300, 0, false, PLAN_UNKNOWN, 0, false },
	{ "one lags, and another is silent",
	    { { true, true, 300, NOW - 900, 0 }, { true, false, 300, 0, 0 },
		{ false, false, 0, 0, 0 } },
	    3, 300, 0, false, PLAN_LATER, 300, false },
	{ "nobody has it", { { true, false, 300, 0, 0 } }, 1, 300, 0, false,
	    PLAN_BREAKS, 0, false },
	{ "nobody that answers has it",
	    { { true, false, 300, 0, 0 }, { false, false, 0, 0, 0 } }, 2, 300,
	    0, false, PLAN_BREAKS, 0, false },
	{ "nobody answers", { { false, false, 0, 0, 0 } }, 1, 300, 0, false,
	    PLAN_UNKNOWN, 0, false },
	{ "there are no servers", { { false, false, 0, 0, 0 } }, 0, 300, 0,
	    false, PLAN_UNKNOWN, 0, false },
	{ "the same key", { { true, false, 300, 0, 0 } }, 1, 300, 0, true,
	    PLAN_NOW, 0, false },
	{ "clocks that differ", { { true, true, 300, NOW - 300, 0 } }, 1, 300,
	    5, false, PLAN_LATER, 5, false },
	{ "a time to come proves nothing",
	    { { true, true, 300, NOW + 300, 0 } }, 1, 300, 0, false, PLAN_LATER,
	    300, false },
	{ "a signature ends before",
	    { { true, true, 300, NOW - 100, NOW + 199 } }, 1, 300, 0, false,
	    PLAN_LATER, 200, true },
	{ "a signature lasts", { { true, true, 300, NOW - 100, NOW + 200 } }, 1,
	    300, 0, false, PLAN_LATER, 200, false },
	{ "the longest of all TTLs", { { true, true, UINT32_MAX, 0, 0 } }, 1, 0,
	    5, false, PLAN_LATER, UINT32_MAX, false },
};

static void
test_rows(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const struct row *row = &rows[i];
		const struct plan_facts facts = { NOW, row->servers, row->n,
			row->stale_ttl, row->skew, row->equivalent };
		struct plan plan = plan_for(&facts);

		if (plan.answer != row->answer ||
		    (plan.answer == PLAN_LATER &&
			plan.when != NOW + row->when) ||
		    plan.lapses != row->lapses)
			fail_msg("%s: %d, %lld", row->what, (int)plan.answer,
			    (long long)plan.when - NOW);
	}
}

/* One change of a zone, second by second. */
struct schedule {
	size_t n_servers;
	int64_t changes[SERVERS]; /* when each server has the new records */
	uint32_t old_ttl, new_ttl;
	int64_t first_look; /* of the observer; he may come late */
};

static uint32_t
up_to(uint32_t n)
{
	return (uint32_t)rand() % n;
}

static struct schedule
make_schedule(void)
{
	struct schedule s = {
		.n_servers = 1 + up_to(SERVERS),
		.old_ttl = 1 + up_to(60),
		.first_look = NOW + up_to(200),
	};

	for (size_t i = 0; i < s.n_servers; i++)
		s.changes[i] = NOW + 50 + up_to(80);
	s.new_ttl = 1 + up_to(60);
	return s;
}

/* May some cache still give the old answer? It was fetched in the last second
 * of a server that had it, and is given for less than its TTL. */
static bool
is_held(const struct schedule *s, int64_t at)
{
	for (size_t i = 0; i < s->n_servers; i++) {
		int64_t fetched = s->changes[i] - 1;

		if (at <= fetched || at < fetched + s->old_ttl)
			return true;
	}
	return false;
}

static void
look(const struct schedule *s, int64_t at, struct plan_facts *facts,
    struct plan_server *servers)
{
	facts->now = at;
	for (size_t i = 0; i < s->n_servers; i++) {
		struct plan_server *server = &servers[i];

		server->answered = up_to(20) > 0;
		if (!server->answered)
			continue;
		server->passes = at >= s->changes[i];
		/* Who never saw an old answer cannot know that its TTL was
		   longer, so there it was not. */
		server->ttl = server->passes && facts->stale_ttl > 0
		    ? s->new_ttl
		    : s->old_ttl;
		if (server->passes && server->passes_since == 0)
			server->passes_since = at;
		if (!server->passes && server->ttl > facts->stale_ttl)
			facts->stale_ttl = server->ttl;
	}
}

/* True: in the end it was told that the chain may go live. */
static bool
play(const struct schedule *s)
{
	struct plan_server servers[SERVERS] = { 0 };
	struct plan_facts facts = { .servers = servers,
		.n_servers = s->n_servers };
	uint32_t most = s->old_ttl > s->new_ttl ? s->old_ttl : s->new_ttl;

	for (int64_t at = s->first_look; at < NOW + 600; at += 1 + up_to(10)) {
		struct plan plan;

		look(s, at, &facts, servers);
		plan = plan_for(&facts);
		/* No sender fails by what is called safe. */
		if (plan.answer == PLAN_NOW && is_held(s, at))
			fail_msg("safe, and held at %lld", (long long)at - NOW);
		/* Nobody waits for a TTL more than he must. */
		if (plan.answer == PLAN_LATER && plan.when > at + most)
			fail_msg("late by more than a TTL");
		if (plan.answer == PLAN_NOW)
			return true;
	}
	return false;
}

static void
test_schedules(void **state)
{
	enum { SCHEDULES = 20000 };
	size_t safe = 0;

	(void)state;
	srand(7671);
	for (int i = 0; i < SCHEDULES; i++) {
		struct schedule s = make_schedule();

		safe += play(&s);
	}
	/* It is no use to refuse for ever. */
	assert_int_equal(safe, SCHEDULES);
}

/* What one server says, and from when; the last ones pass. */
#define PHASES 4
#define LONGEST 300 /* TTL; longer than two phases */
struct history {
	struct plan_past phases[PHASES];
	struct plan_past seen[PHASES];
	size_t n_seen;
	bool silent; /* the last time it was asked */
};

static void
make_history(struct history *h)
{
	size_t old = 1 + up_to(PHASES - 1);

	*h = (struct history) { 0 };
	for (size_t i = 0; i < PHASES; i++) {
		h->phases[i].passes = i >= old;
		h->phases[i].ttl = 1 + up_to(LONGEST);
		h->phases[i].first =
		    i == 0 ? NOW : h->phases[i - 1].first + 100 + up_to(80);
	}
}

static size_t
phase_at(const struct history *h, int64_t at)
{
	size_t i = 0;

	while (i + 1 < PHASES && h->phases[i + 1].first <= at)
		i++;
	return i;
}

static bool
holds_old(const struct history *h, int64_t at)
{
	for (size_t i = 0; i < PHASES; i++) {
		int64_t end = i + 1 == PHASES ? at + 1 : h->phases[i + 1].first;

		if (!h->phases[i].passes && h->phases[i].first <= at &&
		    at < end - 1 + h->phases[i].ttl)
			return true;
	}
	return false;
}

/* True: in the end it was told that the chain may go live. */
static bool
live_through(struct history *all, size_t n)
{
	for (int64_t at = NOW; at < NOW + 2000; at += 1 + up_to(40)) {
		struct plan_server servers[SERVERS] = { 0 };
		struct plan_facts facts = {
			.now = at, .servers = servers, .n_servers = n
		};
		struct plan plan;
		bool held = false;

		for (size_t i = 0; i < n; i++) {
			struct history *h = &all[i];
			struct plan_past now = h->phases[phase_at(h, at)];
			struct plan_past *last =
			    h->n_seen == 0 ? NULL : &h->seen[h->n_seen - 1];

			held |= holds_old(h, at);
			h->silent = at > NOW && !h->silent && up_to(20) == 0;
			if (h->silent)
				continue;
			now.first = at;
			if (last == NULL || last->passes != now.passes ||
			    last->ttl != now.ttl)
				h->seen[h->n_seen++] = now;
			servers[i].answered = true;
			servers[i].passes = now.passes;
			servers[i].ttl = now.ttl;
			plan_recall(h->seen, h->n_seen, at, &servers[i],
			    &facts.stale_ttl);
		}
		plan = plan_for(&facts);
		if (plan.answer == PLAN_NOW && held)
			fail_msg("safe, and held at %lld", (long long)at - NOW);
		if (plan.answer == PLAN_LATER && plan.when > at + LONGEST)
			fail_msg("late by more than a TTL");
		if (plan.answer == PLAN_NOW)
			return true;
	}
	return false;
}

/* TTLs that change, records that change twice, an observer who comes by now
 * and then and remembers. What he never saw he cannot know: each phase lasts
 * longer than he is away. */
static void
test_memories(void **state)
{
	enum { SCHEDULES = 20000 };
	struct history all[SERVERS];

	(void)state;
	srand(7672);
	for (int i = 0; i < SCHEDULES; i++) {
		size_t n = 1 + up_to(SERVERS);

		for (size_t k = 0; k < n; k++)
			make_history(&all[k]);
		if (!live_through(all, n))
			fail_msg("refused for ever");
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_rows),
		cmocka_unit_test(test_schedules),
		cmocka_unit_test(test_memories),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
