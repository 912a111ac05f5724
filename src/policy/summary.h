/* SPDX-License-Identifier: ISC */
/*
 * summary.h - the verdict in one sentence: what happens to mail, and which
 * host is to blame.
 *
 * Pure.
 */
#pragma once

#include "model/tree.h"

/* How many hosts are in each class, and how many there are. */
struct class_counts {
	size_t failing, skipped, authenticated, open, unexamined, all;
	/* Addresses of guarded hosts: this machine had not what it takes to
	   look at them, so nobody knows what they are. */
	size_t lacking;
};

/*
 * Reads all of the report but its summary; all hosts are counted. In the
 * arena; NULL: no memory.
 */
char *summary_for(
    struct tree *tree, const struct class_counts *counts, bool unable);
