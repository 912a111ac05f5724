/* SPDX-License-Identifier: ISC */
/*
 * blame.h - which link of the chain is to blame, out of the facts of a trace.
 *
 * Pure. Causes come in the order of the chain: the first one is the first link
 * that breaks, and those that only follow from it are left out.
 */
#ifndef POLICY_BLAME_H
#define POLICY_BLAME_H

#include "model/trace.h"

struct arena;

/* Fills in causes, standing of the questions, state and summary. */
void blame(struct arena *arena, struct trace *trace);

#endif
