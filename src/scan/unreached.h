/* SPDX-License-Identifier: ISC */
/*
 * unreached.h - where nobody answered, and since when.
 *
 * Pure. Thousands of MX hosts may have one address at which nothing listens.
 * To find that out once is enough, but only for so long: an outage may be a
 * short one, or our own.
 */
#pragma once

#include "scan/registry.h"

struct unreached;

/* NULL: no memory. */
struct unreached *unreached_new(
    const struct fingerprint_secret *secret, int64_t life_ms);
void unreached_free(struct unreached *unreached); /* NULL is fine */

/* Where the evidence lies. Without memory it is not remembered. */
void unreached_note(struct unreached *unreached, const char *endpoint,
    const struct registry_place *place, int64_t now);
bool unreached_find(struct unreached *unreached, const char *endpoint,
    int64_t now, struct registry_place *place);
/* What lies at place is of no use; what is newer stays. */
void unreached_forget(struct unreached *unreached, const char *endpoint,
    const struct registry_place *place);
/* How many are remembered; for tests. */
size_t unreached_size(const struct unreached *unreached);
