/* SPDX-License-Identifier: ISC */
/*
 * tree.h - report trees out of bytes, for the drivers of what renders them.
 *
 * Any tree that danelaw_report.h allows may come, and most that come make no
 * sense: an ok with nothing looked at, a match without a chain. When the bytes
 * are used up, all that is left is 0, NULL and empty.
 */
#ifndef FUZZ_TREE_H
#define FUZZ_TREE_H

#include <stddef.h>
#include <stdint.h>

#include "model/tree.h"

struct fuzz_bytes {
	const uint8_t *at;
	size_t left;
};

/* 0 to n - 1; 0 where nothing is left. */
unsigned fuzz_take(struct fuzz_bytes *in, unsigned n);
/* danelaw_report_free() ends it. */
struct danelaw_report *fuzz_tree(struct fuzz_bytes *in);

#endif
