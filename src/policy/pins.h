/* SPDX-License-Identifier: ISC */
/*
 * pins.h - which TLSA records a certificate or a key calls for.
 *
 * Pure. RFC 7671 sections 5.1, 5.2 and 10.1, RFC 7672 section 3.1.
 */
#ifndef POLICY_PINS_H
#define POLICY_PINS_H

#include "base/arena.h"
#include "model/pins.h"

struct pin_wish {
	uint8_t usage, selector, mtype;
	bool issuer; /* a record of usage 2 for the issuer as well */
};

/* Why there can be no such record for a mail server; NULL: there can. */
const char *pins_refuse(const struct pin_wish *wish);
/* What speaks against it all the same is added to the set's warnings. */
void pins_warn(
    struct arena *arena, const struct pin_wish *wish, struct pin_set *set);
/*
 * Adds the records for one source; one that is there already is not added
 * again. source is kept. False: *why is a sentence without full stop, or NULL:
 * no memory.
 */
bool pins_add(struct arena *arena, const struct pin_wish *wish,
    const struct pin_source *source, struct pin_set *set, const char **why);
/*
 * Are keys and chains given side by side pairs? Every key must be that of a
 * chain then, as one that is to follow is no part of what is served. NULL:
 * they are, or there is but one sort.
 */
const char *pins_misfit(
    struct arena *arena, const struct pin_source *sources, size_t n);

#endif
