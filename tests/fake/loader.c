/* SPDX-License-Identifier: ISC */
#include "loader.h"

#include <string.h>

void
load_fail(struct loader *loader, const char *format, ...)
{
	va_list args;
	const char *what;

	if (loader->why != NULL)
		return;
	va_start(args, format);
	what = arena_vprintf(loader->arena, format, args);
	va_end(args);
	loader->why = arena_printf(loader->arena, "%s: %s", loader->prefix,
	    what == NULL ? "no memory" : what);
	if (loader->why == NULL)
		loader->why = "no memory";
}

static const json_t *
get(struct loader *loader, const json_t *object, const char *key)
{
	const json_t *value = json_object_get(object, key);

	return loader->why != NULL || json_is_null(value) ? NULL : value;
}

void
load_only(struct loader *loader, const json_t *object, const char *const *known)
{
	const char *key;
	json_t *value;
	size_t i;

	/* jansson's loop wants to write, though nothing is written. */
	json_object_foreach((json_t *)(uintptr_t)object, key, value)
	{
		for (i = 0; known[i] != NULL && strcmp(known[i], key) != 0;)
			i++;
		if (known[i] == NULL)
			load_fail(loader, "unknown key: %s", key);
	}
}

const json_t *
load_object(struct loader *loader, const json_t *object, const char *key)
{
	const json_t *value = get(loader, object, key);

	if (value == NULL || json_is_object(value))
		return value;
	load_fail(loader, "%s: need an object", key);
	return NULL;
}

void
load_string(struct loader *loader, const json_t *object, const char *key,
    const char **value)
{
	const json_t *found = get(loader, object, key);

	if (found == NULL)
		return;
	if (!json_is_string(found)) {
		load_fail(loader, "%s: need a string", key);
		return;
	}
	*value = arena_strdup(loader->arena, json_string_value(found));
	if (*value == NULL)
		load_fail(loader, "%s: no memory", key);
}

void
load_bool(
    struct loader *loader, const json_t *object, const char *key, bool *value)
{
	const json_t *found = get(loader, object, key);

	if (found == NULL)
		return;
	if (!json_is_boolean(found))
		load_fail(loader, "%s: need true or false", key);
	*value = json_is_true(found);
}

void
load_number(struct loader *loader, const json_t *object, const char *key,
    uint64_t min, uint64_t max, uint64_t *value)
{
	const json_t *found = get(loader, object, key);
	json_int_t number;

	if (found == NULL)
		return;
	number = json_integer_value(found);
	if (!json_is_integer(found) || number < 0 || (uint64_t)number < min ||
	    (uint64_t)number > max) {
		load_fail(loader, "%s: need a number from %llu to %llu", key,
		    (unsigned long long)min, (unsigned long long)max);
		return;
	}
	*value = (uint64_t)number;
}

void
load_strings(struct loader *loader, const json_t *object, const char *key,
    const char ***values, size_t *n_values)
{
	const json_t *item, *found = get(loader, object, key);
	const char **made;
	size_t n;

	if (found == NULL)
		return;
	n = json_is_array(found) ? json_array_size(found) : 1;
	made = arena_alloc(loader->arena, n * sizeof(*made));
	for (size_t i = 0; made != NULL && i < n; i++) {
		item = json_is_array(found) ? json_array_get(found, i) : found;
		if (!json_is_string(item)) {
			load_fail(loader, "%s: need strings", key);
			return;
		}
		made[i] = arena_strdup(loader->arena, json_string_value(item));
		if (made[i] == NULL)
			made = NULL;
	}
	if (made == NULL) {
		load_fail(loader, "%s: no memory", key);
		return;
	}
	*values = made;
	*n_values = n;
}

void
load_word(struct loader *loader, const json_t *object, const char *key,
    const char *const *words, int *value)
{
	const char *word = NULL;

	load_string(loader, object, key, &word);
	if (word == NULL)
		return;
	for (int i = 0; words[i] != NULL; i++) {
		if (strcmp(words[i], word) == 0) {
			*value = i;
			return;
		}
	}
	load_fail(loader, "%s: unknown word: %s", key, word);
}

const char *
load_path(struct loader *loader, const char *path)
{
	const char *full = path[0] == '/'
	    ? path
	    : arena_printf(loader->arena, "%s/%s", loader->dir, path);

	if (full == NULL)
		load_fail(loader, "%s: no memory", path);
	return full == NULL ? path : full;
}
