/* SPDX-License-Identifier: ISC */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "model/tree.h"
#include "serve/cache.h"

#define LIFE 1000

struct waiting {
	struct cache_waiter waiter;
	int told;
	struct result *result;
	struct waiting *leaves; /* when this one is told */
};

static void
tell(struct cache_waiter *waiter, struct result *result)
{
	struct waiting *waiting = (struct waiting *)waiter;

	waiting->told++;
	waiting->result = result;
	if (waiting->leaves != NULL)
		cache_leave(&waiting->leaves->waiter);
}

static struct cache *
make(size_t entries, size_t bytes, size_t checks)
{
	const struct cache_limits limits = { entries, bytes, checks };
	struct cache *cache = cache_new(&limits);

	assert_non_null(cache);
	return cache;
}

/* As of a check that ended at this time. */
static struct result *
make_result(int64_t fetched, size_t size)
{
	struct tree *tree = tree_new();
	struct result *result;

	assert_non_null(tree);
	result = result_new(&tree->report);
	assert_non_null(result);
	result->fetched_ms = fetched;
	result->life_ms = LIFE;
	result->size = size;
	return result;
}

static enum cache_answer
ask(struct cache *cache, const char *domain, int64_t now,
    struct waiting *waiting)
{
	struct result *result = NULL;
	enum cache_answer said;

	waiting->waiter.done = tell;
	said = cache_ask(cache, domain, now, &waiting->waiter, &result);
	assert_int_equal(said == CACHE_FRESH, result != NULL);
	return said;
}

/* Begins a check and ends it at once. */
static void
know(struct cache *cache, const char *domain, int64_t now, size_t size)
{
	struct waiting waiting = { .told = 0 };

	assert_int_equal(ask(cache, domain, now, &waiting), CACHE_BEGIN);
	cache_finish(cache, domain, make_result(now, size));
	assert_int_equal(waiting.told, 1);
}

static void
test_one_check_for_all(void **state)
{
	struct waiting waiting[100] = { { .told = 0 } };
	struct cache *cache = make(10, 1000, 10);
	(void)state;

	assert_int_equal(ask(cache, "a", 0, &waiting[0]), CACHE_BEGIN);
	for (size_t i = 1; i < 100; i++)
		assert_int_equal(ask(cache, "a", 0, &waiting[i]), CACHE_JOINED);
	assert_int_equal(cache_counts(cache).checks, 1);
	cache_finish(cache, "a", make_result(5, 10));
	for (size_t i = 0; i < 100; i++) {
		assert_int_equal(waiting[i].told, 1);
		assert_non_null(waiting[i].result);
	}
	assert_int_equal(cache_counts(cache).checks, 0);
	cache_free(cache);
}

static void
test_life(void **state)
{
	struct waiting waiting = { .told = 0 };
	struct cache *cache = make(10, 1000, 10);
	(void)state;

	know(cache, "a", 100, 10);
	assert_int_equal(
	    ask(cache, "a", 100 + LIFE - 1, &waiting), CACHE_FRESH);
	assert_non_null(cache_peek(cache, "a", 100 + LIFE - 1));
	assert_null(cache_peek(cache, "a", 100 + LIFE));
	assert_null(cache_peek(cache, "b", 100));
	assert_int_equal(ask(cache, "a", 100 + LIFE, &waiting), CACHE_BEGIN);
	cache_finish(cache, "a", make_result(100 + LIFE, 20));
	assert_int_equal(cache_counts(cache).bytes, 20);
	assert_int_equal(ask(cache, "a", 100 + LIFE, &waiting), CACHE_FRESH);
	cache_free(cache);
}

/* A check that failed tells so, and leaves room. */
static void
test_failure(void **state)
{
	struct waiting waiting = { .told = 0 };
	struct cache *cache = make(10, 1000, 10);
	(void)state;

	assert_int_equal(ask(cache, "a", 0, &waiting), CACHE_BEGIN);
	cache_finish(cache, "a", NULL);
	assert_int_equal(waiting.told, 1);
	assert_null(waiting.result);
	assert_int_equal(cache_counts(cache).entries, 0);
	cache_finish(cache, "a", NULL);
	cache_finish(cache, "b", make_result(0, 10));
	assert_int_equal(cache_counts(cache).bytes, 0);
	cache_free(cache);
}

static void
test_leaving(void **state)
{
	struct waiting one = { .told = 0 }, two = { .told = 0 },
		       three = { .told = 0 };
	struct cache *cache = make(10, 1000, 10);
	(void)state;

	ask(cache, "a", 0, &one);
	ask(cache, "a", 0, &two);
	ask(cache, "a", 0, &three);
	cache_leave(&one.waiter);
	cache_leave(&one.waiter);
	assert_ptr_equal(cache_first_waiter(cache), &two.waiter);
	two.leaves = &three;
	cache_finish(cache, "a", make_result(0, 10));
	assert_int_equal(one.told, 0);
	assert_int_equal(two.told, 1);
	assert_int_equal(three.told, 0);
	assert_null(cache_first_waiter(cache));
	cache_free(cache);
}

static void
leave(struct cache_waiter *waiter)
{
	struct waiting *waiting = (struct waiting *)waiter;

	waiting->told++;
	if (waiting->leaves == waiting)
		cache_leave(waiter);
}

/* Who waits may be told of what was, and may go before the end. */
static void
test_before(void **state)
{
	struct waiting one = { .told = 0 }, two = { .told = 0 },
		       other = { .told = 0 };
	struct cache *cache = make(10, 1000, 10);
	(void)state;

	ask(cache, "a", 0, &one);
	assert_null(cache_before(&one.waiter));
	cache_finish(cache, "a", make_result(0, 10));
	assert_null(cache_before(&one.waiter));
	assert_int_equal(ask(cache, "a", LIFE, &one), CACHE_BEGIN);
	assert_int_equal(ask(cache, "a", LIFE, &two), CACHE_JOINED);
	ask(cache, "b", LIFE, &other);
	assert_non_null(cache_before(&one.waiter));
	assert_ptr_equal(cache_before(&one.waiter), cache_before(&two.waiter));
	one.told = 0;
	one.leaves = &one;
	cache_each_waiter(cache, "a", leave);
	assert_int_equal(one.told, 1);
	assert_int_equal(two.told, 1);
	assert_int_equal(other.told, 0);
	assert_null(cache_before(&one.waiter));
	cache_each_waiter(cache, "nobody", leave);
	cache_finish(cache, "a", NULL);
	assert_int_equal(one.told, 1);
	assert_int_equal(two.told, 2);
	cache_finish(cache, "b", NULL);
	cache_free(cache);
}

/* The one that was longest not asked for goes first. */
static void
test_entries(void **state)
{
	struct waiting waiting = { .told = 0 };
	struct cache *cache = make(3, 1000, 10);
	(void)state;

	know(cache, "a", 0, 10);
	know(cache, "b", 0, 10);
	know(cache, "c", 0, 10);
	ask(cache, "a", 1, &waiting);
	know(cache, "d", 2, 10);
	assert_non_null(cache_peek(cache, "a", 3));
	assert_null(cache_peek(cache, "b", 3));
	assert_int_equal(cache_counts(cache).entries, 3);
	assert_int_equal(cache_counts(cache).bytes, 30);
	cache_free(cache);
}

static void
test_bytes(void **state)
{
	struct cache *cache = make(100, 100, 10);
	(void)state;

	for (int i = 0; i < 50; i++) {
		char name[8];

		snprintf(name, sizeof(name), "%d", i);
		know(cache, name, i, 30);
		assert_true(cache_counts(cache).bytes <= 100);
	}
	assert_int_equal(cache_counts(cache).entries, 3);
	/* Too big for all others, and for itself. */
	know(cache, "big", 60, 200);
	assert_int_equal(cache_counts(cache).bytes, 0);
	assert_int_equal(cache_counts(cache).entries, 0);
	cache_free(cache);
}

static void
test_forget(void **state)
{
	struct waiting waiting = { .told = 0 };
	struct cache *cache = make(10, 1000, 10);
	(void)state;

	know(cache, "a", 0, 10);
	know(cache, "b", 0, 10);
	assert_int_equal(ask(cache, "b", LIFE, &waiting), CACHE_BEGIN);
	cache_forget(cache);
	assert_int_equal(cache_counts(cache).entries, 1);
	assert_int_equal(cache_counts(cache).bytes, 0);
	assert_int_equal(waiting.told, 0);
	cache_finish(cache, "b", make_result(LIFE, 10));
	assert_int_equal(waiting.told, 1);
	assert_non_null(cache_peek(cache, "b", LIFE));
	cache_free(cache);
}

static void
test_limits(void **state)
{
	struct waiting waiting[4] = { { .told = 0 } };
	struct cache *cache = make(2, 1000, 3);
	(void)state;

	assert_int_equal(ask(cache, "a", 0, &waiting[0]), CACHE_BEGIN);
	assert_int_equal(ask(cache, "b", 0, &waiting[1]), CACHE_BEGIN);
	/* What is being checked does not go. */
	assert_int_equal(ask(cache, "c", 0, &waiting[2]), CACHE_FULL);
	assert_null(waiting[2].waiter.entry);
	cache_finish(cache, "a", make_result(0, 10));
	cache_finish(cache, "b", make_result(0, 10));
	cache_free(cache);
	cache = make(10, 1000, 2);
	ask(cache, "a", 0, &waiting[0]);
	ask(cache, "b", 0, &waiting[1]);
	assert_int_equal(ask(cache, "c", 0, &waiting[2]), CACHE_BUSY);
	assert_int_equal(ask(cache, "b", 0, &waiting[3]), CACHE_JOINED);
	cache_finish(cache, "a", make_result(0, 10));
	assert_int_equal(ask(cache, "c", 0, &waiting[2]), CACHE_BEGIN);
	cache_finish(cache, "b", NULL);
	cache_finish(cache, "c", NULL);
	cache_free(cache);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_one_check_for_all),
		cmocka_unit_test(test_life),
		cmocka_unit_test(test_failure),
		cmocka_unit_test(test_leaving),
		cmocka_unit_test(test_before),
		cmocka_unit_test(test_entries),
		cmocka_unit_test(test_bytes),
		cmocka_unit_test(test_forget),
		cmocka_unit_test(test_limits),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
