/* SPDX-License-Identifier: ISC */
/*
 * An entry lives while somebody is at a key. What is settled is packed, as
 * there may be millions. When a claim that was at work ends without evidence,
 * its entry goes to the first who waits; with evidence all of them are moved
 * to a list from which registry_next() takes them.
 */
#include "scan/registry.h"

#include <stdlib.h>
#include <string.h>

TAILQ_HEAD(claims, registry_claim);

struct registry_entry {
	struct table_node node; /* comes first */
	TAILQ_ENTRY(registry_entry) link;
	struct registry_claim *holder; /* NULL: the probe has ended */
	struct claims waiting;
	struct registry_place place;
	bool answering; /* in registry->answering */
};

TAILQ_HEAD(entries, registry_entry);

struct registry {
	struct fingerprint_secret secret;
	struct table busy;
	struct entries answering; /* have something for registry_next() */
	struct packed settled;    /* places */
};

struct registry *
registry_new(const struct fingerprint_secret *secret)
{
	struct registry *registry = calloc(1, sizeof(*registry));

	if (registry == NULL)
		return NULL;
	registry->secret = *secret;
	registry->settled.size = sizeof(struct registry_place);
	TAILQ_INIT(&registry->answering);
	return registry;
}

static void
entry_free(struct registry *registry, struct registry_entry *entry)
{
	if (entry->answering)
		TAILQ_REMOVE(&registry->answering, entry, link);
	table_remove(&registry->busy, &entry->node);
	free(entry);
}

void
registry_free(struct registry *registry)
{
	struct registry_entry *entry;

	if (registry == NULL)
		return;
	while ((entry = table_any(&registry->busy)) != NULL)
		entry_free(registry, entry);
	table_finish(&registry->busy);
	packed_finish(&registry->settled);
	free(registry);
}

/* Without memory it is not remembered, and others will probe again. */
static void
settle(struct registry *registry, struct fingerprint key,
    const struct registry_place *place)
{
	struct registry_place *settled = packed_add(&registry->settled, key);

	if (settled != NULL)
		*settled = *place;
}

enum registry_answer
registry_ask(struct registry *registry, const char *key, bool fresh,
    struct registry_claim *claim, struct registry_place *place)
{
	struct fingerprint print =
	    fingerprint_of(&registry->secret, key, strlen(key));
	struct registry_entry *entry = table_find(&registry->busy, print);
	const struct registry_place *settled;

	claim->entry = NULL;
	if (entry != NULL) {
		claim->entry = entry;
		TAILQ_INSERT_TAIL(&entry->waiting, claim, link);
		return REGISTRY_WAIT;
	}
	settled = fresh ? NULL : packed_find(&registry->settled, print);
	if (settled != NULL) {
		*place = *settled;
		return REGISTRY_KNOWN;
	}
	entry = table_make(&registry->busy, print, sizeof(*entry));
	if (entry == NULL)
		return REGISTRY_NO_MEMORY;
	TAILQ_INIT(&entry->waiting);
	entry->holder = claim;
	claim->entry = entry;
	return REGISTRY_YOURS;
}

void
registry_end(struct registry *registry, struct registry_claim *claim,
    const struct registry_place *place, bool lasting)
{
	struct registry_entry *entry = claim->entry;

	if (entry == NULL)
		return;
	claim->entry = NULL;
	if (entry->holder == claim) {
		entry->holder = NULL;
		if (place != NULL && place->len != 0) {
			if (lasting)
				settle(registry, entry->node.key, place);
			entry->place = *place;
		}
	} else {
		TAILQ_REMOVE(&entry->waiting, claim, link);
	}
	if (entry->holder != NULL)
		return;
	if (TAILQ_EMPTY(&entry->waiting)) {
		entry_free(registry, entry);
	} else if (!entry->answering) {
		entry->answering = true;
		TAILQ_INSERT_TAIL(&registry->answering, entry, link);
	}
}

enum registry_answer
registry_next(struct registry *registry, struct registry_claim **claim,
    struct registry_place *place)
{
	struct registry_entry *entry = TAILQ_FIRST(&registry->answering);
	struct registry_claim *first;

	if (entry == NULL)
		return REGISTRY_WAIT;
	first = TAILQ_FIRST(&entry->waiting);
	TAILQ_REMOVE(&entry->waiting, first, link);
	*claim = first;
	if (entry->place.len == 0) {
		entry->holder = first;
		entry->answering = false;
		TAILQ_REMOVE(&registry->answering, entry, link);
		return REGISTRY_YOURS;
	}
	first->entry = NULL;
	*place = entry->place;
	if (TAILQ_EMPTY(&entry->waiting))
		entry_free(registry, entry);
	return REGISTRY_KNOWN;
}

size_t
registry_settled(const struct registry *registry)
{
	return registry->settled.n;
}

size_t
registry_busy(const struct registry *registry)
{
	return registry->busy.n;
}
