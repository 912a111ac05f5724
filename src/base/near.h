/* SPDX-License-Identifier: ISC */
/*
 * near.h - what somebody may have meant to write.
 *
 *	near_begin(&near, word);
 *	near_try(&near, candidate), for each
 *	near_found(&near), or NULL
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

enum { NEAR_MAX = 80 }; /* nothing is near to longer words */

struct near {
	const char *word, *found;
	size_t best;
};

void near_begin(struct near *near, const char *word);
/* Copies no pointer but the candidate, which must live on. */
void near_try(struct near *near, const char *candidate);
/* slack: letters that may be wrong beside one of three. */
const char *near_found(const struct near *near, size_t slack);
