/* SPDX-License-Identifier: ISC */
/*
 * registry.h - which probes were made, and who is making one.
 *
 * Pure. A probe is known by its key; the first who claims a key is at it, the
 * others wait until it is settled. What is settled takes some 40 bytes and
 * stays; what nobody is at takes nothing.
 */
#pragma once

#include <sys/queue.h>

#include "base/fingerprint.h"

/* Where evidence lies. */
struct registry_place {
	uint64_t offset;
	uint32_t store, len; /* len 0: nowhere */
};

enum registry_answer {
	REGISTRY_YOURS, /* probe, then registry_end() */
	REGISTRY_WAIT,  /* registry_next() will say */
	REGISTRY_KNOWN, /* see the place; the claim has ended */
	REGISTRY_NO_MEMORY,
};

struct registry_entry;

/* Part of something of the caller's; all in it is the registry's. */
struct registry_claim {
	TAILQ_ENTRY(registry_claim) link;
	struct registry_entry *entry; /* NULL: it has ended */
};

struct registry;

struct registry *registry_new(const struct fingerprint_secret *secret);
void registry_free(struct registry *registry); /* NULL is fine */

/* fresh: what is known shall not do. */
enum registry_answer registry_ask(struct registry *registry, const char *key,
    bool fresh, struct registry_claim *claim, struct registry_place *place);
/*
 * Ends a claim, for whatever reason; for one that has ended it does nothing.
 * place is where the evidence of a probe lies, or NULL: there is none, and
 * the next one in the line has to probe. Unless it is lasting only those in
 * the line hear of it, and the next who asks has to probe.
 */
void registry_end(struct registry *registry, struct registry_claim *claim,
    const struct registry_place *place, bool lasting);
/*
 * The next one whose waiting is over, with YOURS or KNOWN; WAIT: nobody.
 * To be asked until then after registry_end().
 */
enum registry_answer registry_next(struct registry *registry,
    struct registry_claim **claim, struct registry_place *place);
/* Probes settled, and being waited for; for tests. */
size_t registry_settled(const struct registry *registry);
size_t registry_busy(const struct registry *registry);
