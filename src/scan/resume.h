/* SPDX-License-Identifier: ISC */
/*
 * resume.h - which domains are done already: reads what an earlier run has
 * written.
 *
 * Pure, and in constant memory but for the names: bytes of any number of
 * reports or summaries, one a line, go in; their domains are added to a set,
 * as input.h writes them, but for those that we could not judge for a reason
 * of ours. The bytes behind the last end of a line are a torn
 * line, whatever they are. Any other line that does not begin as ours do, or
 * has not their end, ends it.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "scan/seen.h"

struct resume;

struct resume_state {
	uint64_t lines; /* whole ones */
	uint64_t whole; /* bytes of these: the torn line begins here */
	uint64_t torn;  /* bytes behind them */
	/* These begin as a line of ours does: they may be cut off. */
	bool torn_is_ours;
	/* What is wrong with the line behind these, or NULL; static. */
	const char *why;
};

/* hosts: those with a row of --split; may be NULL. NULL: no memory. */
struct resume *resume_new(struct seen *seen, struct seen *hosts);
void resume_free(struct resume *resume);
/* False: see why. */
bool resume_feed(struct resume *resume, const void *bytes, size_t len);
struct resume_state resume_state(const struct resume *resume);
