/* SPDX-License-Identifier: ISC */
/*
 * loader.h - typed values out of JSON, with one sticky error.
 *
 * The first thing wrong is kept in why; from then on every call does
 * nothing. Readers need not look until the end. A null value counts as
 * absent: a call leaves *value as it was for both.
 */
#ifndef FAKE_LOADER_H
#define FAKE_LOADER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <jansson.h>

#include "base/arena.h"

struct loader {
	struct arena *arena;
	const char *dir;    /* file names are relative to this */
	const char *prefix; /* "server 3" */
	const char *why;    /* NULL: all is well */
};

void load_fail(struct loader *loader, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
/* known ends in NULL. */
void load_only(
    struct loader *loader, const json_t *object, const char *const *known);
/* NULL if absent, or if it is no object. */
const json_t *load_object(
    struct loader *loader, const json_t *object, const char *key);
void load_string(struct loader *loader, const json_t *object, const char *key,
    const char **value);
void load_bool(
    struct loader *loader, const json_t *object, const char *key, bool *value);
void load_number(struct loader *loader, const json_t *object, const char *key,
    uint64_t min, uint64_t max, uint64_t *value);
/* A string alone is a list of one. */
void load_strings(struct loader *loader, const json_t *object, const char *key,
    const char ***values, size_t *n_values);
/* Index into words, which end in NULL. */
void load_word(struct loader *loader, const json_t *object, const char *key,
    const char *const *words, int *value);
/* Path, made relative to the folder of the configuration. */
const char *load_path(struct loader *loader, const char *path);

#endif
