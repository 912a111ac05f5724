/* SPDX-License-Identifier: ISC */
/*
 * rollover.h - the steps of a planned change at one host, and their times.
 *
 * Pure. When it may be is said by plan.h; here that becomes what a person is
 * to do (RFC 7671 sections 8.1 and 8.4).
 */
#ifndef POLICY_ROLLOVER_H
#define POLICY_ROLLOVER_H

#include "base/arena.h"
#include "model/rollover.h"

struct rollover_facts {
	int64_t now;
	uint32_t skew, stale_ttl; /* as in plan.h */
	bool no_dane;             /* senders take no notice of records */
	bool is_live;             /* every address has just this chain */
	bool same_key;            /* every address has this key */
	/* To publish, where it is enough; and what nothing needs once the new
	   chain is live. */
	const struct danelaw_record *publish;
	size_t n_publish;
	bool is_fresh; /* of what it needs nothing is published yet */
	const char **remove;
	size_t n_remove;
};

/*
 * Does a record of usage 3 for this key count among these, for a chain of
 * which nothing but the key is known? Also true where nothing usable is there,
 * unless named, which asks for the record itself.
 */
bool rollover_key_passes(struct arena *arena, const char *const *records,
    size_t n, const struct pin_source *source, bool named);
/*
 * Which kind of record goes with those that are published: 2 1 1 where all
 * name issuers, and the digest that rules among them.
 */
struct pin_wish;
struct pin_wish rollover_wish(struct arena *arena,
    const struct rollover_server *servers, size_t n, bool issuer);
/* Fills answer, headline, times, steps. False: no memory. */
bool rollover_fill(struct arena *arena, const struct rollover_facts *facts,
    struct rollover_host *host);
/* When to look again, where it may not be yet, but not after deadline. */
int64_t rollover_next_look(const struct rollover *rollover, int64_t deadline);
/* The worse of two: 2, 3, 1, 0. */
enum rollover_answer rollover_worse(
    enum rollover_answer a, enum rollover_answer b);

#endif
