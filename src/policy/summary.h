/* SPDX-License-Identifier: ISC */
/*
 * summary.h - the verdict in one sentence: what happens to mail, and which
 * host is to blame.
 *
 * Pure.
 */
#ifndef POLICY_SUMMARY_H
#define POLICY_SUMMARY_H

#include "model/tree.h"

/* Reads all of the report but its summary. In the arena; NULL: no memory. */
char *summary_for(struct tree *tree, bool unable);

#endif
