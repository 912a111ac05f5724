/* SPDX-License-Identifier: ISC */
#include "cli/counts.h"

#include <stdlib.h>
#include <string.h>

void
counts_finish(struct counts *counts)
{
	struct count *count;

	while ((count = table_any(&counts->table)) != NULL) {
		table_remove(&counts->table, &count->node);
		free(count);
	}
	table_finish(&counts->table);
}

bool
counts_add(struct counts *counts, const char *name, size_t len, size_t run)
{
	struct fingerprint key = fingerprint_of(counts->secret, name, len);
	struct count *count = table_find(&counts->table, key);

	if (count == NULL) {
		count =
		    table_make(&counts->table, key, sizeof(*count) + len + 1);
		if (count == NULL)
			return false;
		memcpy(count->name, name, len);
	}
	count->n[run]++;
	return true;
}

static int
compare(const void *a, const void *b)
{
	const struct count *one = *(struct count *const *)a,
			   *two = *(struct count *const *)b;

	for (size_t i = 0; i < COUNTS_RUNS; i++) {
		if (one->n[i] != two->n[i])
			return one->n[i] > two->n[i] ? -1 : 1;
	}
	return strcmp(one->name, two->name);
}

struct count **
counts_sorted(const struct counts *counts, size_t *n)
{
	const struct table *table = &counts->table;
	struct count **list = calloc(table->n, sizeof(struct count *));

	*n = 0;
	if (list == NULL)
		return NULL;
	for (size_t i = 0; i < table->n_chains; i++) {
		struct table_node *node = table->chains[i];

		for (; node != NULL; node = node->next)
			list[(*n)++] = (struct count *)node;
	}
	qsort(list, *n, sizeof(struct count *), compare);
	return list;
}
