/* SPDX-License-Identifier: ISC */
/*
 * cache.h - what is known of each domain, and who waits to know it.
 *
 * One check at a time for a domain, whatever the number of those who ask.
 * No clock and no check in here: the time comes in, and who is told
 * CACHE_BEGIN starts a check and brings its result by cache_finish().
 */
#pragma once

#include <stdbool.h>
#include <sys/queue.h>

#include "serve/result.h"

struct cache;
struct cache_entry;

struct cache_limits {
	size_t entries; /* domains known or being checked */
	size_t bytes;   /* of results */
	size_t checks;  /* at once */
};

/* Lives in the object that waits; all zero: it waits for nothing. */
struct cache_waiter {
	TAILQ_ENTRY(cache_waiter) link;
	struct cache_entry *entry;
	/* From cache_finish(); the waiter waits no more then, and must not ask
	   for the same domain. result is borrowed for the call; NULL: the
	   check failed. */
	void (*done)(struct cache_waiter *waiter, struct result *result);
};

enum cache_answer {
	CACHE_FRESH,  /* *result is it, borrowed until the next call */
	CACHE_JOINED, /* a check runs; the waiter waits */
	CACHE_BEGIN,  /* the same, and the check is to be started */
	CACHE_FULL,   /* no room for a further domain: ask later */
	CACHE_BUSY,   /* too many checks run: ask later */
	CACHE_ENOMEM,
};

struct cache *cache_new(const struct cache_limits *limits); /* or NULL */
/* No waiter may be left. NULL is fine. */
void cache_free(struct cache *cache);

/* waiter may be NULL: nobody waits, but the check is wanted. */
enum cache_answer cache_ask(struct cache *cache, const char *domain,
    int64_t now, struct cache_waiter *waiter, struct result **result);
/* What is known and fresh; NULL: nothing. Borrowed until the next call. The
 * second one leaves no trace: it does not count as being asked for. */
struct result *cache_show(struct cache *cache, const char *domain, int64_t now);
struct result *cache_peek(
    const struct cache *cache, const char *domain, int64_t now);
/* The check has ended. The reference to result is taken; NULL: it failed, and
 * what was known before stays. */
void cache_finish(
    struct cache *cache, const char *domain, struct result *result);
/* Waits no more; the check goes on. A waiter that does not wait is fine. */
void cache_leave(struct cache_waiter *waiter);
/* Does anybody wait for it? */
bool cache_is_awaited(const struct cache_entry *entry);
/* What was known before the check that is waited for; NULL: nothing. */
struct result *cache_before(const struct cache_waiter *waiter);
/* Calls fn for each that waits for the domain; it may leave in there. */
void cache_each_waiter(const struct cache *cache, const char *domain,
    void (*fn)(struct cache_waiter *waiter));

/* Nothing is known any more; what is being checked goes on. */
void cache_forget(struct cache *cache);

/* One that waits, or NULL. */
struct cache_waiter *cache_first_waiter(const struct cache *cache);

struct cache_counts {
	size_t entries, bytes, checks;
};
struct cache_counts cache_counts(const struct cache *cache);
