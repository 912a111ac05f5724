/* SPDX-License-Identifier: ISC */
#include "base/wire.h"

#include <string.h>

#define NO_TEXT UINT32_MAX
#define TEXT_MAX 65536

const unsigned char *
wire_take(struct wire *wire, size_t len)
{
	const unsigned char *at = wire->at;

	if (wire->bad || len > wire->left) {
		wire->bad = true;
		return NULL;
	}
	wire->at += len;
	wire->left -= len;
	return at;
}

uint32_t
wire_number(struct wire *wire, uint32_t value, uint32_t max)
{
	const unsigned char bytes[4] = {
		(unsigned char)(value >> 24),
		(unsigned char)(value >> 16),
		(unsigned char)(value >> 8),
		(unsigned char)value,
	}, *at;

	if (wire->out != NULL) {
		buf_add(wire->out, bytes, sizeof(bytes));
		return value;
	}
	at = wire_take(wire, sizeof(bytes));
	if (at == NULL)
		return 0;
	value = (uint32_t)at[0] << 24 | (uint32_t)at[1] << 16 |
	    (uint32_t)at[2] << 8 | at[3];
	if (value <= max)
		return value;
	wire->bad = true;
	return 0;
}

int64_t
wire_time(struct wire *wire, int64_t value)
{
	uint64_t high =
	    wire_number(wire, (uint32_t)((uint64_t)value >> 32), UINT32_MAX);

	return (int64_t)(high << 32 |
	    wire_number(wire, (uint32_t)value, UINT32_MAX));
}

bool
wire_flag(struct wire *wire, bool value)
{
	return wire_number(wire, value, 1) == 1;
}

int
wire_or_none(struct wire *wire, int value, uint32_t max)
{
	return (int)wire_number(wire, (uint32_t)value + 1, max + 1) - 1;
}

size_t
wire_count(struct wire *wire, size_t n, size_t max)
{
	n = wire_number(wire, (uint32_t)n, UINT32_MAX);
	if (wire->out != NULL || (n <= max && n <= wire->left / 4))
		return n;
	wire->bad = true;
	return 0;
}

/* The report tree holds printable ASCII and nothing else. */
static const char *
read_text(struct wire *wire, uint32_t len)
{
	const unsigned char *at = len > TEXT_MAX ? NULL : wire_take(wire, len);
	char *copy;

	for (size_t i = 0; at != NULL && i < len; i++) {
		if (at[i] < ' ' || at[i] > '~')
			at = NULL;
	}
	copy = at == NULL ? NULL : arena_alloc(wire->arena, len + 1);
	if (copy == NULL)
		wire->bad = true;
	else if (len > 0)
		memcpy(copy, at, len);
	return copy;
}

const char *
wire_text(struct wire *wire, const char *value)
{
	size_t len = value == NULL ? NO_TEXT : strlen(value);
	uint32_t sent = wire_number(
	    wire, len < NO_TEXT ? (uint32_t)len : NO_TEXT, UINT32_MAX);

	if (wire->bad || sent == NO_TEXT)
		return NULL;
	if (wire->out == NULL)
		return read_text(wire, sent);
	buf_add(wire->out, value, len);
	return value;
}

void
wire_texts(struct wire *wire, const char ***texts, size_t *n)
{
	size_t all = wire_count(wire, *n, SIZE_MAX);

	for (size_t i = 0; i < all && !wire->bad; i++) {
		const char *one = wire_text(wire, i < *n ? (*texts)[i] : NULL);

		if (wire->out == NULL &&
		    (one == NULL ||
			!arena_push_text(wire->arena, texts, n, one)))
			wire->bad = true;
	}
}

void *
wire_part(struct wire *wire, void *value, size_t size)
{
	if (!wire_flag(wire, value != NULL))
		return NULL;
	if (wire->out != NULL)
		return value;
	value = arena_alloc(wire->arena, size);
	if (value == NULL)
		wire->bad = true;
	return value;
}

const void *
wire_bytes(struct wire *wire, const void *bytes, size_t *len)
{
	*len = wire_number(wire, (uint32_t)*len, UINT32_MAX);
	if (wire->out == NULL)
		return wire_take(wire, *len);
	buf_add(wire->out, bytes, *len);
	return bytes;
}
