/* SPDX-License-Identifier: ISC */
/*
 * fingerprint.h - 128 bits that stand for a text, and tables by them.
 *
 * SipHash-2-4 with a secret (Aumasson and Bernstein, 2012): names come from
 * strangers, and nobody who does not know the secret can make two of them
 * meet, so equal fingerprints are taken for equal texts.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct fingerprint {
	uint64_t a, b;
};

struct fingerprint_secret {
	uint8_t bytes[16];
};

/* From the system's randomness. False: there is none. */
bool fingerprint_secret_make(struct fingerprint_secret *secret);
struct fingerprint fingerprint_of(
    const struct fingerprint_secret *secret, const void *bytes, size_t len);

/*
 * A table of objects that begin with a node, each key once. The all-zero
 * object is an empty table; nothing in it is the table's own.
 */
struct table_node {
	struct table_node *next;
	struct fingerprint key;
};

struct table {
	struct table_node **chains;
	size_t n_chains, n;
};

void table_finish(struct table *table);
/* NULL: not there. */
void *table_find(const struct table *table, struct fingerprint key);
/* node->key is set. False: no memory. */
bool table_add(struct table *table, struct table_node *node);
/* A new object of this size, zeroed, in the table. NULL: no memory. */
void *table_make(struct table *table, struct fingerprint key, size_t size);
void table_remove(struct table *table, struct table_node *node);
/* Any one; NULL: the table is empty. Not for a walk. */
void *table_any(const struct table *table);

/*
 * For millions of keys, which stay: each takes its own size and that of what
 * is kept for it, and a third more on average. All zero but for .size it is
 * empty.
 */
struct packed {
	size_t size; /* of what is kept: a multiple of 8, or 0 */
	size_t room, n;
	unsigned char *slots;
};

void packed_finish(struct packed *packed);
/* What is kept for the key, which moves when another is added. NULL: none. */
void *packed_find(const struct packed *packed, struct fingerprint key);
/* The same; zeroed, if it is new. NULL: no memory. */
void *packed_add(struct packed *packed, struct fingerprint key);
