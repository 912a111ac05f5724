/* SPDX-License-Identifier: ISC */
/*
 * An entry lives while somebody is at a key. What is settled stands in one
 * array, by fingerprint, in the first free place from where it should stand:
 * there may be millions. When a claim that was at work ends without evidence,
 * its entry goes to the first who waits; with evidence all of them are moved
 * to a list from which registry_next() takes them.
 */
#include "scan/registry.h"

#include <stdlib.h>
#include <string.h>

#define FEWEST_SLOTS 256

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

struct slot {
	struct fingerprint key;
	struct registry_place place; /* len 0: empty */
};

struct registry {
	struct fingerprint_secret secret;
	struct table busy;
	struct entries answering; /* have something for registry_next() */
	struct slot *slots;
	size_t n_slots, n_settled;
};

struct registry *
registry_new(const struct fingerprint_secret *secret)
{
	struct registry *registry = calloc(1, sizeof(*registry));

	if (registry == NULL)
		return NULL;
	registry->secret = *secret;
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
	free(registry->slots);
	free(registry);
}

/* Where key stands, or would. There is always an empty slot. */
static struct slot *
slot_of(struct slot *slots, size_t n, struct fingerprint key)
{
	size_t i = (size_t)key.a & (n - 1);

	while (slots[i].place.len != 0 &&
	    (slots[i].key.a != key.a || slots[i].key.b != key.b))
		i = (i + 1) & (n - 1);
	return &slots[i];
}

static bool
grow(struct registry *registry)
{
	size_t n =
	    registry->n_slots == 0 ? FEWEST_SLOTS : registry->n_slots * 2;
	struct slot *slots = calloc(n, sizeof(*slots));

	if (slots == NULL)
		return false;
	for (size_t i = 0; i < registry->n_slots; i++) {
		const struct slot *slot = &registry->slots[i];

		if (slot->place.len != 0)
			*slot_of(slots, n, slot->key) = *slot;
	}
	free(registry->slots);
	registry->slots = slots;
	registry->n_slots = n;
	return true;
}

/* Without memory it is not remembered, and others will probe again. */
static void
settle(struct registry *registry, struct fingerprint key,
    const struct registry_place *place)
{
	struct slot *slot;

	/* Full by seven eighths at most. */
	if (registry->n_settled >= registry->n_slots / 8 * 7 && !grow(registry))
		return;
	slot = slot_of(registry->slots, registry->n_slots, key);
	if (slot->place.len == 0)
		registry->n_settled++;
	*slot = (struct slot) { .key = key, .place = *place };
}

static bool
find_settled(const struct registry *registry, struct fingerprint key,
    struct registry_place *place)
{
	const struct slot *slot;

	if (registry->n_slots == 0)
		return false;
	slot = slot_of(registry->slots, registry->n_slots, key);
	if (slot->place.len == 0)
		return false;
	*place = slot->place;
	return true;
}

enum registry_answer
registry_ask(struct registry *registry, const char *key, bool fresh,
    struct registry_claim *claim, struct registry_place *place)
{
	struct fingerprint print =
	    fingerprint_of(&registry->secret, key, strlen(key));
	struct registry_entry *entry = table_find(&registry->busy, print);

	claim->entry = NULL;
	if (entry != NULL) {
		claim->entry = entry;
		TAILQ_INSERT_TAIL(&entry->waiting, claim, link);
		return REGISTRY_WAIT;
	}
	if (!fresh && find_settled(registry, print, place))
		return REGISTRY_KNOWN;
	entry = calloc(1, sizeof(*entry));
	if (entry == NULL)
		return REGISTRY_NO_MEMORY;
	entry->node.key = print;
	if (!table_add(&registry->busy, &entry->node)) {
		free(entry);
		return REGISTRY_NO_MEMORY;
	}
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
	return registry->n_settled;
}

size_t
registry_busy(const struct registry *registry)
{
	return registry->busy.n;
}
