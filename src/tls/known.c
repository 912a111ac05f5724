/* SPDX-License-Identifier: ISC */
/*
 * A chain is looked for by a mark made of how its first and last certificate
 * end, which is in their signatures, and then compared as a whole: that two
 * have the same mark costs time alone, and the list is short.
 */
#include "tls/known.h"

#include <stdlib.h>
#include <string.h>

#define TAIL 32 /* bytes */

struct entry {
	uint64_t mark;
	uint64_t used; /* the clock when it was presented */
	struct tls_chain *chain;
};

struct known {
	uint64_t clock; /* one tick each time something is presented */
	size_t n;
	struct entry entries[KNOWN_MAX];
};

struct known *
known_new(void)
{
	return calloc(1, sizeof(struct known));
}

void
known_free(struct known *known)
{
	if (known == NULL)
		return;
	for (size_t i = 0; i < known->n; i++)
		tls_chain_unref(known->entries[i].chain);
	free(known);
}

/* FNV-1a */
static uint64_t
mix(uint64_t mark, const struct tls_written *written, size_t end)
{
	for (size_t i = end < TAIL ? 0 : end - TAIL; i < end; i++)
		mark = (mark ^ written->bytes[i]) * UINT64_C(1099511628211);
	return mark;
}

static uint64_t
mark_of(const struct tls_written *written)
{
	uint64_t mark =
	    UINT64_C(14695981039346656037) ^ written->at[written->n];

	mark = mix(mark, written, written->at[1]);
	return mix(mark, written, written->at[written->n]);
}

static bool
is_same(const struct tls_chain *chain, const struct tls_written *written)
{
	if (chain->n != written->n)
		return false;
	for (size_t i = 0; i < chain->n; i++) {
		const uint8_t *der = chain->certs[i].part[0].der;
		size_t len = chain->certs[i].part[0].len;

		if (len != written->at[i + 1] - written->at[i] ||
		    memcmp(der, written->bytes + written->at[i], len) != 0)
			return false;
	}
	return true;
}

static struct entry *
find(struct known *known, uint64_t mark, const struct tls_written *written)
{
	for (size_t i = 0; i < known->n; i++) {
		struct entry *entry = &known->entries[i];

		if (entry->mark == mark && is_same(entry->chain, written))
			return entry;
	}
	return NULL;
}

/* A free place, or that of what was presented longest ago. */
static struct entry *
make_room(struct known *known)
{
	struct entry *oldest = known->entries;

	if (known->n < KNOWN_MAX)
		return &known->entries[known->n++];
	for (size_t i = 1; i < known->n; i++) {
		if (known->entries[i].used < oldest->used)
			oldest = &known->entries[i];
	}
	tls_chain_unref(oldest->chain);
	return oldest;
}

static struct tls_chain *
look_up(struct known *known, const STACK_OF(X509) * stack,
    const struct tls_written *written)
{
	uint64_t mark = mark_of(written);
	struct entry *entry = find(known, mark, written);
	struct tls_chain *chain;

	/* One that had no memory for its facts shall not stay that way. */
	if (entry != NULL && !arena_failed(entry->chain->bytes)) {
		entry->used = ++known->clock;
		return tls_chain_ref(entry->chain);
	}
	chain = tls_chain_make(stack, written);
	if (chain == NULL)
		return NULL;
	if (entry != NULL)
		tls_chain_unref(entry->chain);
	else
		entry = make_room(known);
	*entry = (struct entry) { mark, ++known->clock, tls_chain_ref(chain) };
	return chain;
}

struct tls_chain *
known_chain(struct known *known, const STACK_OF(X509) * stack)
{
	struct tls_written written;
	struct tls_chain *chain;

	if (!tls_chain_write(stack, &written))
		return NULL;
	chain = known != NULL && written.at[written.n] <= KNOWN_BYTES_MAX
	    ? look_up(known, stack, &written)
	    : tls_chain_make(stack, &written);
	tls_written_finish(&written);
	return chain;
}
