/* SPDX-License-Identifier: ISC */
#include "base/arena.h"

#include <assert.h>
#include <stdalign.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/*
 * Thousands of small arenas live side by side, and few big ones. Each begins
 * with room of its own and goes on in small steps, all of one size, which
 * malloc() keeps at hand; what has grown goes on in larger ones.
 */
#define SMALL_SIZE 992 /* with what comes before the bytes */
#define LARGE_SIZE 8192
#define LARGE_FROM 4096

/* What fits into the room that is left still fits when it is rounded up. */
static_assert(SMALL_SIZE % alignof(max_align_t) == 0 &&
	LARGE_SIZE % alignof(max_align_t) == 0,
    "room comes in whole units");

struct chunk {
	struct chunk *next;
	size_t size, used;
	alignas(max_align_t) unsigned char bytes[];
};

struct held {
	struct held *next;
	struct arena *arena;
};

struct arena {
	/* The first one is being filled. */
	alignas(max_align_t) struct chunk *chunks;
	struct held *held;
	size_t used;
	unsigned refs;
	bool failed;
};

/* The one that begins where the arena ends. */
static struct chunk *
own_chunk(struct arena *arena)
{
	return (struct chunk *)(arena + 1);
}

struct arena *
arena_new(void)
{
	struct arena *arena = malloc(SMALL_SIZE);
	struct chunk *own;

	if (arena == NULL)
		return NULL;
	own = own_chunk(arena);
	*arena = (struct arena) { .refs = 1, .chunks = own };
	*own = (struct chunk) {
		.size = SMALL_SIZE - sizeof(*arena) - sizeof(*own),
	};
	return arena;
}

struct arena *
arena_ref(struct arena *arena)
{
	arena->refs++;
	return arena;
}

void
arena_unref(struct arena *arena)
{
	struct chunk *chunk, *next;

	if (arena == NULL || --arena->refs > 0)
		return;
	for (struct held *held = arena->held; held != NULL; held = held->next)
		arena_unref(held->arena);
	for (chunk = arena->chunks; chunk != NULL; chunk = next) {
		next = chunk->next;
		if (chunk != own_chunk(arena))
			free(chunk);
	}
	free(arena);
}

bool
arena_hold(struct arena *parent, struct arena *child)
{
	struct held *held = arena_alloc(parent, sizeof(*held));

	if (held == NULL)
		return false;
	held->arena = child;
	held->next = parent->held;
	parent->held = held;
	return true;
}

void
arena_fail(struct arena *arena)
{
	arena->failed = true;
}

bool
arena_failed(const struct arena *arena)
{
	return arena->failed;
}

size_t
arena_used(const struct arena *arena)
{
	return arena->used;
}

static struct chunk *
chunk_new(struct arena *arena, size_t need)
{
	struct chunk *chunk;
	size_t usual =
	    arena->used < LARGE_FROM ? SMALL_SIZE - sizeof(*chunk) : LARGE_SIZE;
	size_t size = need > usual / 4 ? need : usual;

	if (size > SIZE_MAX - sizeof(*chunk))
		return NULL;
	chunk = malloc(sizeof(*chunk) + size);
	if (chunk == NULL)
		return NULL;
	chunk->size = size;
	chunk->used = 0;
	if (size == need) {
		/* A big one stands behind, the first goes on being filled. */
		chunk->next = arena->chunks->next;
		arena->chunks->next = chunk;
	} else {
		chunk->next = arena->chunks;
		arena->chunks = chunk;
	}
	return chunk;
}

/* Aligned, and with whatever is in it. */
static void *
take(struct arena *arena, size_t size)
{
	const size_t align = alignof(max_align_t);
	struct chunk *chunk = arena->chunks;
	void *memory;

	if (size > SIZE_MAX - align) {
		arena->failed = true;
		return NULL;
	}
	size = (size + align - 1) / align * align;
	if (size == 0)
		size = align;
	if (chunk->size - chunk->used < size)
		chunk = chunk_new(arena, size);
	if (chunk == NULL) {
		arena->failed = true;
		return NULL;
	}
	memory = chunk->bytes + chunk->used;
	chunk->used += size;
	arena->used += size;
	return memory;
}

void *
arena_alloc(struct arena *arena, size_t size)
{
	void *memory = take(arena, size);

	return memory == NULL ? NULL : memset(memory, 0, size);
}

void *
arena_memdup(struct arena *arena, const void *data, size_t len)
{
	void *copy = take(arena, len);

	if (copy != NULL && len > 0)
		memcpy(copy, data, len);
	return copy;
}

char *
arena_strdup(struct arena *arena, const char *text)
{
	return text == NULL ? NULL
			    : arena_memdup(arena, text, strlen(text) + 1);
}

char *
arena_vprintf(struct arena *arena, const char *format, va_list args)
{
	struct chunk *chunk = arena->chunks;
	size_t room = chunk->size - chunk->used;
	char *text = (char *)chunk->bytes + chunk->used;
	va_list again;
	int len;

	/* Mostly it fits where it will stand. */
	va_copy(again, args);
	len = vsnprintf(text, room, format, again);
	va_end(again);
	if (len < 0) {
		arena->failed = true;
		return NULL;
	}
	text = take(arena, (size_t)len + 1);
	if (text != NULL && (size_t)len >= room)
		vsnprintf(text, (size_t)len + 1, format, args);
	return text;
}

char *
arena_printf(struct arena *arena, const char *format, ...)
{
	va_list args;
	char *text;

	va_start(args, format);
	text = arena_vprintf(arena, format, args);
	va_end(args);
	return text;
}

/*
 * An array has room for the next power of two of its count, so whether it is
 * full can be told from the count alone: at 0 and at each power of two.
 */
void *
arena_push(struct arena *arena, void **array, size_t *count, size_t size)
{
	size_t n = *count;
	unsigned char *bytes = *array;

	if ((n & (n - 1)) == 0) {
		size_t room = n == 0 ? 1 : 2 * n;

		if (n > SIZE_MAX / 2 || room > SIZE_MAX / size) {
			arena->failed = true;
			return NULL;
		}
		bytes = take(arena, room * size);
		if (bytes == NULL)
			return NULL;
		if (n > 0)
			memcpy(bytes, *array, n * size);
		*array = bytes;
	}
	*count = n + 1;
	return memset(bytes + n * size, 0, size);
}

bool
arena_push_text(
    struct arena *arena, const char ***array, size_t *count, const char *text)
{
	const char **slot = ARENA_PUSH(arena, *array, *count);

	if (slot == NULL)
		return false;
	*slot = text;
	return true;
}
