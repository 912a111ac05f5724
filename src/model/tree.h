/* SPDX-License-Identifier: ISC */
/*
 * tree.h - how the report tree of danelaw_report.h is built.
 *
 * Floors add to one tree in one arena; who builds it may write to any part.
 * Once the tree is handed out it is const for everybody.
 */
#pragma once

#include <danelaw_report.h>

#include "base/arena.h"

/* The report is the first object of its arena and owns the reference. */
struct tree {
	struct danelaw_report report;
	struct arena *arena;
	/* What one stage of a survey leaves to the next (check/facts.h). */
	const void *facts;
	size_t n_facts;
};

/* NULL: no memory. danelaw_report_free(&tree->report) ends it. */
struct tree *tree_new(void);
/* The arena that a report lives in; borrowed. */
struct arena *tree_arena(struct danelaw_report *report);

/* "mx.example [192.0.2.1]:25"; an IPv6 address stands in the brackets too. */
char *tree_place(struct arena *arena, const struct danelaw_host *host,
    const struct danelaw_address *address);
/* "3 1 1 8d02536c...fbcf286d", long data shortened. */
char *tree_short_rr(struct arena *arena, const struct danelaw_record *record);
