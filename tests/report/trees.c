/* SPDX-License-Identifier: ISC */
#include "trees.h"

static const struct {
	const char *name;
	const struct danelaw_report *report; /* NULL: trees_hostile() */
} trees[] = {
	{ "healthy", &trees_healthy },
	{ "seed", &trees_seed },
	{ "open", &trees_open },
	{ "stale", &trees_stale },
	{ "mixed", &trees_mixed },
	{ "name", &trees_name },
	{ "bogus", &trees_bogus },
	{ "null", &trees_null },
	{ "empty", &trees_empty },
	{ "hostile", NULL },
};
const size_t trees_count = COUNT(trees);

const struct danelaw_report *
trees_report(size_t i)
{
	return trees_is_hostile(i) ? trees_hostile() : trees[i].report;
}

const char *
trees_name_of(size_t i)
{
	return trees[i].name;
}

bool
trees_is_hostile(size_t i)
{
	return trees[i].report == NULL;
}
