/* SPDX-License-Identifier: ISC */
/*
 * arena.h - memory that ends all at once.
 *
 * An arena is counted: arena_new() gives the first reference, arena_unref()
 * of the last one frees everything. arena_hold() makes one arena keep
 * another alive, so that a tree may point into it.
 *
 * When memory runs out the calls return NULL and arena_failed() stays true:
 * whoever builds a tree may let NULL strings pass and ask once at the end.
 */
#pragma once

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>

struct arena;

struct arena *arena_new(void);
struct arena *arena_ref(struct arena *arena);
void arena_unref(struct arena *arena); /* NULL is fine */
/* The reference is taken; parent drops it at its end. */
bool arena_hold(struct arena *parent, struct arena *child);
bool arena_failed(const struct arena *arena);
/* What was to be built here lacked something elsewhere. */
void arena_fail(struct arena *arena);
/* Bytes handed out, for tests and limits. */
size_t arena_used(const struct arena *arena);

/* Zeroed and aligned for any object. size 0 gives a valid pointer. */
void *arena_alloc(struct arena *arena, size_t size);
/* NULL in, NULL out. */
char *arena_strdup(struct arena *arena, const char *text);
void *arena_memdup(struct arena *arena, const void *data, size_t len);
char *arena_printf(struct arena *arena, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
char *arena_vprintf(struct arena *arena, const char *format, va_list args)
    __attribute__((format(printf, 2, 0)));

/*
 * Appends one zeroed element to an array that lives in the arena, and
 * returns it (NULL: no memory, the array is as before). Pointers into the
 * array are valid until the next push.
 *
 *	host = ARENA_PUSH(arena, report->hosts, report->n_hosts);
 */
#define ARENA_PUSH(arena, array, count)                                        \
	((__typeof__(array))arena_push(                                        \
	    (arena), (void **)&(array), &(count), sizeof(*(array))))
void *arena_push(struct arena *arena, void **array, size_t *count, size_t size);
/* Appends a string to an array of strings; it is not copied. */
bool arena_push_text(
    struct arena *arena, const char ***array, size_t *count, const char *text);
