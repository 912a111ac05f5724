/* SPDX-License-Identifier: ISC */
/*
 * An entry is being checked, or has a result, or both: while what is known
 * is renewed it goes on to be shown until it is stale. A failed check leaves
 * an entry with neither, which goes at once. Entries that are not being
 * checked stand in a list, the one that was longest not asked for in front;
 * it is the first to go where entries or bytes run out. One being checked
 * never goes, so its waiters need no care.
 */
#include "serve/cache.h"

#include <stdlib.h>
#include <string.h>

#include "base/fingerprint.h"

TAILQ_HEAD(waiter_list, cache_waiter);
TAILQ_HEAD(entry_list, cache_entry);

struct cache_entry {
	struct table_node node;        /* comes first */
	TAILQ_ENTRY(cache_entry) link; /* in idle or checked */
	struct waiter_list waiters;
	struct result *result; /* NULL: nothing is known */
	bool checking;
};

struct cache {
	struct cache_limits limits;
	struct cache_counts counts;
	struct fingerprint_secret secret; /* strangers choose the names */
	struct table table;
	struct entry_list idle, checked;
};

struct cache *
cache_new(const struct cache_limits *limits)
{
	struct cache *cache = calloc(1, sizeof(*cache));

	if (cache == NULL)
		return NULL;
	if (!fingerprint_secret_make(&cache->secret)) {
		free(cache);
		return NULL;
	}
	cache->limits = *limits;
	TAILQ_INIT(&cache->idle);
	TAILQ_INIT(&cache->checked);
	return cache;
}

static struct entry_list *
list_of(struct cache *cache, const struct cache_entry *entry)
{
	return entry->checking ? &cache->checked : &cache->idle;
}

static void
set_result(
    struct cache *cache, struct cache_entry *entry, struct result *result)
{
	if (entry->result != NULL)
		cache->counts.bytes -= entry->result->size;
	result_unref(entry->result);
	entry->result = result;
	if (result != NULL)
		cache->counts.bytes += result->size;
}

static void
drop(struct cache *cache, struct cache_entry *entry)
{
	set_result(cache, entry, NULL);
	TAILQ_REMOVE(list_of(cache, entry), entry, link);
	table_remove(&cache->table, &entry->node);
	cache->counts.entries--;
	free(entry);
}

void
cache_forget(struct cache *cache)
{
	struct cache_entry *entry;

	while ((entry = TAILQ_FIRST(&cache->idle)) != NULL)
		drop(cache, entry);
	TAILQ_FOREACH (entry, &cache->checked, link)
		set_result(cache, entry, NULL);
}

void
cache_free(struct cache *cache)
{
	struct cache_entry *entry;

	if (cache == NULL)
		return;
	while ((entry = TAILQ_FIRST(&cache->idle)) != NULL)
		drop(cache, entry);
	while ((entry = TAILQ_FIRST(&cache->checked)) != NULL)
		drop(cache, entry);
	table_finish(&cache->table);
	free(cache);
}

static void
set_checking(struct cache *cache, struct cache_entry *entry, bool checking)
{
	TAILQ_REMOVE(list_of(cache, entry), entry, link);
	if (checking != entry->checking)
		cache->counts.checks += checking ? 1 : (size_t)-1;
	entry->checking = checking;
	TAILQ_INSERT_TAIL(list_of(cache, entry), entry, link);
}

/* Makes room for n entries more; false: too much is being checked. */
static bool
make_room(struct cache *cache, size_t n)
{
	struct cache_entry *oldest;

	while (cache->counts.entries + n > cache->limits.entries ||
	    cache->counts.bytes > cache->limits.bytes) {
		oldest = TAILQ_FIRST(&cache->idle);
		if (oldest == NULL)
			break;
		drop(cache, oldest);
	}
	return cache->counts.entries + n <= cache->limits.entries;
}

static struct fingerprint
key_of(const struct cache *cache, const char *domain)
{
	return fingerprint_of(&cache->secret, domain, strlen(domain));
}

static struct cache_entry *
find(const struct cache *cache, const char *domain)
{
	return table_find(&cache->table, key_of(cache, domain));
}

static struct cache_entry *
add(struct cache *cache, const char *domain)
{
	struct cache_entry *entry =
	    table_make(&cache->table, key_of(cache, domain), sizeof(*entry));

	if (entry == NULL)
		return NULL;
	TAILQ_INIT(&entry->waiters);
	TAILQ_INSERT_TAIL(&cache->idle, entry, link);
	cache->counts.entries++;
	return entry;
}

static void
wait_for(struct cache_entry *entry, struct cache_waiter *waiter)
{
	if (waiter == NULL)
		return;
	waiter->entry = entry;
	TAILQ_INSERT_TAIL(&entry->waiters, waiter, link);
}

/* entry: what find() found, as it is not fresh enough. */
static enum cache_answer
join(struct cache *cache, struct cache_entry *entry, const char *domain,
    struct cache_waiter *waiter)
{
	if (entry != NULL && entry->checking) {
		wait_for(entry, waiter);
		return CACHE_JOINED;
	}
	if (cache->counts.checks >= cache->limits.checks)
		return CACHE_BUSY;
	if (entry == NULL) {
		if (!make_room(cache, 1))
			return CACHE_FULL;
		entry = add(cache, domain);
		if (entry == NULL)
			return CACHE_ENOMEM;
	}
	set_checking(cache, entry, true);
	wait_for(entry, waiter);
	return CACHE_BEGIN;
}

static bool
is_fresh(const struct cache_entry *entry, int64_t now)
{
	return entry != NULL && entry->result != NULL &&
	    now < entry->result->fetched_ms + entry->result->life_ms;
}

/* What is known and fresh, if so; it moves to the end of its list. */
static struct result *
show(struct cache *cache, struct cache_entry *entry, int64_t now)
{
	if (!is_fresh(entry, now))
		return NULL;
	set_checking(cache, entry, entry->checking);
	return entry->result;
}

enum cache_answer
cache_ask(struct cache *cache, const char *domain, int64_t now,
    struct cache_waiter *waiter, struct result **result)
{
	struct cache_entry *entry = find(cache, domain);
	struct result *known = show(cache, entry, now);

	if (known == NULL)
		return join(cache, entry, domain, waiter);
	*result = known;
	return CACHE_FRESH;
}

struct result *
cache_show(struct cache *cache, const char *domain, int64_t now)
{
	return show(cache, find(cache, domain), now);
}

struct result *
cache_peek(const struct cache *cache, const char *domain, int64_t now)
{
	const struct cache_entry *entry = find(cache, domain);

	return is_fresh(entry, now) ? entry->result : NULL;
}

/*
 * As long as waiters are being told, who may ask for other domains or leave,
 * the entry counts as being checked, so that it cannot go.
 */
void
cache_finish(struct cache *cache, const char *domain, struct result *result)
{
	struct cache_entry *entry = find(cache, domain);
	struct cache_waiter *waiter;

	if (entry == NULL || !entry->checking) {
		result_unref(result);
		return;
	}
	if (result != NULL)
		set_result(cache, entry, result);
	while ((waiter = TAILQ_FIRST(&entry->waiters)) != NULL) {
		cache_leave(waiter);
		waiter->done(waiter, result);
	}
	set_checking(cache, entry, false);
	if (entry->result == NULL)
		drop(cache, entry);
	make_room(cache, 0);
}

void
cache_leave(struct cache_waiter *waiter)
{
	if (waiter->entry == NULL)
		return;
	TAILQ_REMOVE(&waiter->entry->waiters, waiter, link);
	waiter->entry = NULL;
}

bool
cache_is_awaited(const struct cache_entry *entry)
{
	return !TAILQ_EMPTY(&entry->waiters);
}

struct result *
cache_before(const struct cache_waiter *waiter)
{
	return waiter->entry == NULL ? NULL : waiter->entry->result;
}

void
cache_each_waiter(const struct cache *cache, const char *domain,
    void (*fn)(struct cache_waiter *waiter))
{
	const struct cache_entry *entry = find(cache, domain);
	struct cache_waiter *waiter, *next;

	if (entry == NULL)
		return;
	for (waiter = TAILQ_FIRST(&entry->waiters); waiter != NULL;
	     waiter = next) {
		next = TAILQ_NEXT(waiter, link);
		fn(waiter);
	}
}

struct cache_waiter *
cache_first_waiter(const struct cache *cache)
{
	const struct cache_entry *entry;

	TAILQ_FOREACH (entry, &cache->checked, link) {
		if (!TAILQ_EMPTY(&entry->waiters))
			return TAILQ_FIRST(&entry->waiters);
	}
	return NULL;
}

struct cache_counts
cache_counts(const struct cache *cache)
{
	return cache->counts;
}
