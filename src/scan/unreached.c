/* SPDX-License-Identifier: ISC */
#include "scan/unreached.h"

#include <stdlib.h>
#include <string.h>

/* All live equally long: the first of the list is the first to go. */
struct fact {
	struct table_node node; /* comes first */
	TAILQ_ENTRY(fact) link;
	struct registry_place place;
	int64_t until;
};

struct unreached {
	struct fingerprint_secret secret;
	int64_t life_ms;
	struct table table;
	TAILQ_HEAD(, fact) facts;
};

struct unreached *
unreached_new(const struct fingerprint_secret *secret, int64_t life_ms)
{
	struct unreached *unreached = calloc(1, sizeof(*unreached));

	if (unreached == NULL)
		return NULL;
	unreached->secret = *secret;
	unreached->life_ms = life_ms;
	TAILQ_INIT(&unreached->facts);
	return unreached;
}

static void
drop(struct unreached *unreached, struct fact *fact)
{
	TAILQ_REMOVE(&unreached->facts, fact, link);
	table_remove(&unreached->table, &fact->node);
	free(fact);
}

void
unreached_free(struct unreached *unreached)
{
	struct fact *fact;

	if (unreached == NULL)
		return;
	while ((fact = TAILQ_FIRST(&unreached->facts)) != NULL)
		drop(unreached, fact);
	table_finish(&unreached->table);
	free(unreached);
}

static void
drop_old(struct unreached *unreached, int64_t now)
{
	struct fact *fact;

	while ((fact = TAILQ_FIRST(&unreached->facts)) != NULL &&
	    fact->until <= now)
		drop(unreached, fact);
}

static struct fingerprint
key_of(const struct unreached *unreached, const char *endpoint)
{
	return fingerprint_of(&unreached->secret, endpoint, strlen(endpoint));
}

void
unreached_note(struct unreached *unreached, const char *endpoint,
    const struct registry_place *place, int64_t now)
{
	struct fingerprint key = key_of(unreached, endpoint);
	struct fact *fact = table_find(&unreached->table, key);

	if (fact != NULL)
		drop(unreached, fact);
	drop_old(unreached, now);
	fact = table_make(&unreached->table, key, sizeof(*fact));
	if (fact == NULL)
		return;
	fact->place = *place;
	fact->until = now + unreached->life_ms;
	TAILQ_INSERT_TAIL(&unreached->facts, fact, link);
}

bool
unreached_find(struct unreached *unreached, const char *endpoint, int64_t now,
    struct registry_place *place)
{
	const struct fact *fact;

	drop_old(unreached, now);
	fact = table_find(&unreached->table, key_of(unreached, endpoint));
	if (fact == NULL)
		return false;
	*place = fact->place;
	return true;
}

void
unreached_forget(struct unreached *unreached, const char *endpoint,
    const struct registry_place *place)
{
	struct fact *fact =
	    table_find(&unreached->table, key_of(unreached, endpoint));

	if (fact != NULL && fact->place.store == place->store &&
	    fact->place.offset == place->offset)
		drop(unreached, fact);
}

size_t
unreached_size(const struct unreached *unreached)
{
	return unreached->table.n;
}
