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

/* A new reference; NULL: it is not known. */
static struct tls_chain *
recall(struct known *known, uint64_t mark, const struct tls_written *written)
{
	for (size_t i = 0; i < known->n; i++) {
		struct entry *entry = &known->entries[i];

		/* One that had no memory for its facts will not get it. */
		if (entry->mark == mark && is_same(entry->chain, written) &&
		    !entry->chain->notes->lacked &&
		    !arena_failed(entry->chain->bytes)) {
			entry->used = ++known->clock;
			return tls_chain_ref(entry->chain);
		}
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

/*
 * The chain that was written like this: the known one, or a new one out of
 * stack, or of list where stack is NULL.
 */
static struct tls_chain *
look_up(struct known *known, const struct tls_written *written,
    const STACK_OF(X509) * stack, const struct tls_der *list)
{
	bool small =
	    known != NULL && written->at[written->n] <= KNOWN_BYTES_MAX;
	uint64_t mark = small ? mark_of(written) : 0;
	struct tls_chain *chain = small ? recall(known, mark, written) : NULL;

	if (chain != NULL)
		return chain;
	chain = stack != NULL ? tls_chain_make(stack, written)
			      : tls_chain_from_der(list, written->n);
	/* DER that is not quite DER is not written again as it was read. */
	if (chain != NULL && small && is_same(chain, written))
		*make_room(known) = (struct entry) {
			mark,
			++known->clock,
			tls_chain_ref(chain),
		};
	return chain;
}

struct tls_chain *
known_chain(struct known *known, const STACK_OF(X509) * stack)
{
	struct tls_written written;
	struct tls_chain *chain;

	if (!tls_chain_write(stack, &written))
		return NULL;
	chain = look_up(known, &written, stack, NULL);
	tls_written_finish(&written);
	return chain;
}

static bool
gather(const struct tls_der *list, size_t n, struct tls_written *written)
{
	struct tls_written out = { .n = n };

	if (n == 0 || n > TLS_CHAIN_MAX)
		return false;
	for (size_t i = 0; i < n; i++)
		out.at[i + 1] = out.at[i] + list[i].len;
	out.bytes = malloc(out.at[n] + 1);
	if (out.bytes == NULL)
		return false;
	for (size_t i = 0; i < n; i++) {
		if (list[i].len > 0)
			memcpy(
			    out.bytes + out.at[i], list[i].bytes, list[i].len);
	}
	*written = out;
	return true;
}

struct tls_chain *
known_chain_read(struct known *known, const struct tls_der *list, size_t n)
{
	struct tls_written written;
	struct tls_chain *chain;

	if (!gather(list, n, &written))
		return NULL;
	chain = look_up(known, &written, NULL, list);
	tls_written_finish(&written);
	return chain;
}

struct known *
known_of(struct tls_context *context)
{
	if (context->known == NULL)
		context->known = known_new();
	return context->known;
}

struct tls_chain *
tls_context_read_chain(
    struct tls_context *context, const struct tls_der *list, size_t n)
{
	return known_chain_read(
	    context == NULL ? NULL : known_of(context), list, n);
}
