/* SPDX-License-Identifier: ISC */
/*
 * asks.h - the questions of all hands: may I probe?
 *
 * Brings registry and manners together, and is as pure as these. A hand is
 * known by its index; questions and what becomes of them go in, answers come
 * out by asks_next(). Where no connection came about, nobody else connects to
 * the same endpoint for a while, whatever the key.
 */
#pragma once

#include "scan/manners.h"
#include "scan/registry.h"

struct asks;

struct asks_question {
	size_t hand;
	uint64_t id; /* of the hand's own */
	const char *key, *endpoint, *ip, *host;
};

enum asks_answer_type {
	ASKS_NONE,
	ASKS_GO,   /* probe, then asks_done() */
	ASKS_HAVE, /* it lies at place; asks_drop() or asks_redo() */
	ASKS_FAIL, /* no memory; no answer will come */
};

struct asks_answer {
	enum asks_answer_type type;
	size_t hand;
	uint64_t id;
	struct registry_place place;
};

struct asks_counts {
	uint64_t probes, reused;
};

/* NULL: no memory. */
struct asks *asks_new(const struct manners_options *options, size_t n_hands);
void asks_free(struct asks *asks); /* NULL is fine */

/* False: this id is in use, or no memory. */
bool asks_ask(struct asks *asks, const struct asks_question *question);
/* No longer wanted, or had and taken. Unknown ids do no harm, here and below:
 * the answer may have crossed the question's end. */
void asks_drop(struct asks *asks, size_t hand, uint64_t id, int64_t now);
/* False: nobody told it to go. len 0: nothing to share. unreached: what it
 * found is a matter of the endpoint. */
bool asks_done(struct asks *asks, size_t hand, uint64_t id,
    const struct registry_place *place, bool unreached, int64_t now);
/* What it was told to have is of no use. False: there was nothing to have. */
bool asks_redo(struct asks *asks, size_t hand, uint64_t id);
/* The hand is no more, and neither are its connections. */
void asks_leave(struct asks *asks, size_t hand, int64_t now);

struct asks_answer asks_next(struct asks *asks, int64_t now);
/* As manners_due(). */
int64_t asks_due(const struct asks *asks, int64_t now);
struct asks_counts asks_counts(const struct asks *asks);
/* Questions open; for tests. */
size_t asks_open(const struct asks *asks);
