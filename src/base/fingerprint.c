/* SPDX-License-Identifier: ISC */
#include "base/fingerprint.h"

#include <stdlib.h>
#include <string.h>

#define FEWEST_SLOTS 256
#define FEWEST_CHAINS 64

struct sip {
	uint64_t v0, v1, v2, v3;
};

static uint64_t
rotate(uint64_t x, unsigned bits)
{
	return x << bits | x >> (64 - bits);
}

static void
sip_rounds(struct sip *s, unsigned n)
{
	while (n-- > 0) {
		s->v0 += s->v1;
		s->v2 += s->v3;
		s->v1 = rotate(s->v1, 13) ^ s->v0;
		s->v3 = rotate(s->v3, 16) ^ s->v2;
		s->v0 = rotate(s->v0, 32) + s->v3;
		s->v2 += s->v1;
		s->v1 = rotate(s->v1, 17) ^ s->v2;
		s->v3 = rotate(s->v3, 21) ^ s->v0;
		s->v2 = rotate(s->v2, 32);
	}
}

static void
sip_word(struct sip *s, uint64_t word)
{
	s->v3 ^= word;
	sip_rounds(s, 2);
	s->v0 ^= word;
}

static uint64_t
read_word(const uint8_t *b)
{
	return (uint64_t)b[0] | (uint64_t)b[1] << 8 | (uint64_t)b[2] << 16 |
	    (uint64_t)b[3] << 24 | (uint64_t)b[4] << 32 | (uint64_t)b[5] << 40 |
	    (uint64_t)b[6] << 48 | (uint64_t)b[7] << 56;
}

static uint64_t
read_rest(const uint8_t *bytes, size_t len)
{
	uint64_t word = 0;

	for (size_t i = 0; i < len; i++)
		word |= (uint64_t)bytes[i] << (8 * i);
	return word;
}

static uint64_t
sip_end(struct sip *s)
{
	sip_rounds(s, 4);
	return s->v0 ^ s->v1 ^ s->v2 ^ s->v3;
}

struct fingerprint
fingerprint_of(
    const struct fingerprint_secret *secret, const void *bytes, size_t len)
{
	const uint8_t *at = bytes;
	uint64_t k0 = read_word(secret->bytes);
	uint64_t k1 = read_word(secret->bytes + 8);
	struct sip s = {
		.v0 = k0 ^ 0x736f6d6570736575,
		.v1 = k1 ^ 0x646f72616e646f6d ^ 0xee,
		.v2 = k0 ^ 0x6c7967656e657261,
		.v3 = k1 ^ 0x7465646279746573,
	};
	struct fingerprint print;
	size_t left = len;

	for (; left >= 8; left -= 8, at += 8)
		sip_word(&s, read_word(at));
	sip_word(&s, read_rest(at, left) | (uint64_t)len << 56);
	s.v2 ^= 0xee;
	print.a = sip_end(&s);
	s.v1 ^= 0xdd;
	print.b = sip_end(&s);
	return print;
}

void
table_finish(struct table *table)
{
	free(table->chains);
	*table = (struct table) { 0 };
}

static struct table_node **
chain_of(const struct table *table, struct fingerprint key)
{
	return &table->chains[(key.a ^ key.b) & (table->n_chains - 1)];
}

static bool
grow(struct table *table)
{
	struct table grown = { .n = table->n };

	grown.n_chains =
	    table->n_chains == 0 ? FEWEST_CHAINS : table->n_chains * 2;
	grown.chains = calloc(grown.n_chains, sizeof(struct table_node *));
	if (grown.chains == NULL)
		return false;
	for (size_t i = 0; i < table->n_chains; i++) {
		struct table_node *node, *next;

		for (node = table->chains[i]; node != NULL; node = next) {
			struct table_node **chain = chain_of(&grown, node->key);

			next = node->next;
			node->next = *chain;
			*chain = node;
		}
	}
	free(table->chains);
	*table = grown;
	return true;
}

void *
table_find(const struct table *table, struct fingerprint key)
{
	struct table_node *node;

	if (table->n == 0)
		return NULL;
	for (node = *chain_of(table, key); node != NULL; node = node->next) {
		if (node->key.a == key.a && node->key.b == key.b)
			return node;
	}
	return NULL;
}

bool
table_add(struct table *table, struct table_node *node)
{
	struct table_node **chain;

	/* Where it cannot grow any more its chains become longer. */
	if (table->n >= table->n_chains && !grow(table) &&
	    table->chains == NULL)
		return false;
	chain = chain_of(table, node->key);
	node->next = *chain;
	*chain = node;
	table->n++;
	return true;
}

void *
table_make(struct table *table, struct fingerprint key, size_t size)
{
	struct table_node *node = calloc(1, size);

	if (node == NULL)
		return NULL;
	node->key = key;
	if (table_add(table, node))
		return node;
	free(node);
	return NULL;
}

void
table_remove(struct table *table, struct table_node *node)
{
	struct table_node **at = chain_of(table, node->key);

	while (*at != node)
		at = &(*at)->next;
	*at = node->next;
	table->n--;
	/* What a peak took is given back. */
	if (table->n == 0)
		table_finish(table);
}

void *
table_any(const struct table *table)
{
	for (size_t i = 0; i < table->n_chains; i++) {
		if (table->chains[i] != NULL)
			return table->chains[i];
	}
	return NULL;
}

void
packed_finish(struct packed *packed)
{
	free(packed->slots);
	*packed = (struct packed) { .size = packed->size };
}

static bool
is_free(const struct fingerprint *slot)
{
	return slot->a == 0 && slot->b == 0;
}

/* Open addressing: the slot that holds the key, or the one where it belongs. */
static struct fingerprint *
slot_of(const struct packed *packed, struct fingerprint key)
{
	size_t stride = sizeof(key) + packed->size;

	for (size_t at = (size_t)key.a;; at++) {
		void *slot = packed->slots + (at & (packed->room - 1)) * stride;
		struct fingerprint *print = slot;

		if (is_free(print) || (print->a == key.a && print->b == key.b))
			return print;
	}
}

static bool
enlarge(struct packed *packed)
{
	size_t stride = sizeof(struct fingerprint) + packed->size;
	struct packed larger = *packed;

	larger.room = packed->room == 0 ? FEWEST_SLOTS : 2 * packed->room;
	larger.slots = calloc(larger.room, stride);
	if (larger.slots == NULL)
		return false;
	for (size_t i = 0; i < packed->room; i++) {
		const void *slot = packed->slots + i * stride;
		const struct fingerprint *print = slot;

		if (!is_free(print))
			memcpy(slot_of(&larger, *print), slot, stride);
	}
	free(packed->slots);
	*packed = larger;
	return true;
}

/* All zero is a free slot. */
static struct fingerprint
not_zero(struct fingerprint key)
{
	key.a += is_free(&key);
	return key;
}

void *
packed_find(const struct packed *packed, struct fingerprint key)
{
	struct fingerprint *slot;

	if (packed->room == 0)
		return NULL;
	slot = slot_of(packed, not_zero(key));
	return is_free(slot) ? NULL : slot + 1;
}

void *
packed_add(struct packed *packed, struct fingerprint key)
{
	void *found = packed_find(packed, key);
	struct fingerprint *slot;

	/* Full by seven eighths at most. */
	if (found != NULL ||
	    (packed->n >= packed->room / 8 * 7 && !enlarge(packed)))
		return found;
	key = not_zero(key);
	slot = slot_of(packed, key);
	*slot = key;
	packed->n++;
	return slot + 1;
}
