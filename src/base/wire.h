/* SPDX-License-Identifier: ISC */
/*
 * wire.h - structs as bytes, for another process of ours.
 *
 * One walk over all fields writes them or reads them: what a call is given it
 * writes and gives back, or it gives what it reads, so that neither can know
 * of a field that the other does not. Nothing is taken on trust: a length, a
 * count, a text or a value that cannot be makes all that follows zero.
 *
 * Numbers are big-endian. A text is its length in four octets and its bytes,
 * an absent one a length that no text has. A list is its count and its parts.
 */
#pragma once

#include <stdint.h>

#include "base/arena.h"
#include "base/buf.h"

struct wire {
	struct buf *out; /* NULL: it is read, from at */
	const unsigned char *at;
	size_t left;
	struct arena *arena; /* what is read lives there */
	bool bad;
};

/* Bytes to be read; NULL: there are not so many. */
const unsigned char *wire_take(struct wire *wire, size_t len);
uint32_t wire_number(struct wire *wire, uint32_t value, uint32_t max);
int64_t wire_time(struct wire *wire, int64_t value);
bool wire_flag(struct wire *wire, bool value);
/* -1, for none, goes as 0. */
int wire_or_none(struct wire *wire, int value, uint32_t max);
/* How many parts follow, each of four octets at least. */
size_t wire_count(struct wire *wire, size_t n, size_t max);
/* Printable ASCII, as all that the report tree holds. */
const char *wire_text(struct wire *wire, const char *value);
void wire_texts(struct wire *wire, const char ***texts, size_t *n);
/* What may be missing as a whole. NULL: it is. */
void *wire_part(struct wire *wire, void *value, size_t size);
/* Any bytes. */
const void *wire_bytes(struct wire *wire, const void *bytes, size_t *len);
