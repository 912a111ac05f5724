/* SPDX-License-Identifier: ISC */
#include "model/tree.h"

#include <string.h>

struct tree *
tree_new(void)
{
	struct arena *arena = arena_new();
	struct tree *tree;

	if (arena == NULL)
		return NULL;
	tree = arena_alloc(arena, sizeof(*tree));
	if (tree == NULL) {
		arena_unref(arena);
		return NULL;
	}
	tree->arena = arena;
	return tree;
}

struct arena *
tree_arena(struct danelaw_report *report)
{
	/* The report is the first member. */
	return ((struct tree *)(void *)report)->arena;
}

void
danelaw_report_free(struct danelaw_report *report)
{
	if (report != NULL)
		arena_unref(tree_arena(report));
}

char *
tree_place(struct arena *arena, const struct danelaw_host *host,
    const struct danelaw_address *address)
{
	return arena_printf(
	    arena, "%s [%s]:%u", host->name, address->ip, address->port);
}

char *
tree_short_rr(struct arena *arena, const struct danelaw_record *record)
{
	enum { HEAD = 8, TAIL = 8 };
	const char *data = record->rr;
	size_t len;

	/* Past the three numbers. */
	for (int i = 0; i < 3 && data != NULL; i++) {
		data = strchr(data, ' ');
		if (data != NULL)
			data++;
	}
	if (data == NULL)
		return arena_strdup(arena, record->rr);
	len = strlen(data);
	if (len <= HEAD + TAIL + 3)
		return arena_strdup(arena, record->rr);
	return arena_printf(arena, "%.*s%.*s...%s", (int)(data - record->rr),
	    record->rr, HEAD, data, data + len - TAIL);
}
