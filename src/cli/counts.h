/* SPDX-License-Identifier: ISC */
/*
 * counts.h - how often each word occurs, in one run and in another.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/fingerprint.h"

#define COUNTS_RUNS 5 /* columns, at most */

struct count {
	struct table_node node;
	uint64_t n[COUNTS_RUNS];
	char name[];
};

/* All zero but for the secret it is empty. */
struct counts {
	const struct fingerprint_secret *secret;
	struct table table;
};

void counts_finish(struct counts *counts);
/* False: no memory. */
bool counts_add(
    struct counts *counts, const char *name, size_t len, size_t run);
/* The most frequent in the first run first, by name among equals; to be freed
 * by free(). NULL: no memory, or *n is 0. */
struct count **counts_sorted(const struct counts *counts, size_t *n);
