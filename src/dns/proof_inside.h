/* SPDX-License-Identifier: ISC */
/*
 * proof_inside.h - what the parts of proof.h share.
 */
#ifndef DNS_PROOF_INSIDE_H
#define DNS_PROOF_INSIDE_H

#include "base/arena.h"
#include "dns/message.h"
#include "dns/proof.h"

#define KEYCHAIN_SETS 4  /* of keys that differ, in one zone */
#define KEYCHAIN_KEYS 64 /* in one set; the rest is left out */

struct heard {
	struct message message;
};

struct keyset {
	ldns_rr_list *keys;
	bool proven; /* by the DS */
};

struct keychain {
	ldns_rdf *zone;
	ldns_rr_list *ds;      /* owned */
	ldns_rr_list *anchors; /* DNSKEY, owned */
	struct keyset sets[KEYCHAIN_SETS];
	size_t n_sets;
	bool several; /* proven ones; then a signature must pass by all */
};

/* As base/name.h keeps names. NULL: no memory. */
char *proof_name(struct arena *arena, const ldns_rdf *name);
/* The RDATA as in a zone file, printable. */
const char *proof_rdata(struct arena *arena, const ldns_rr *rr);
bool proof_knows_algorithm(uint8_t algorithm);
bool proof_knows_digest(uint8_t digest);
uint16_t proof_tag(const ldns_rr *key);

/*
 * Verifies the signatures of an RRset by these keys, and tells of each in
 * answer->sigs where arena is not NULL. NONE: one of them is good.
 * *algorithms: bits of those that are good, by number.
 */
struct proof_rrset {
	const ldns_rr_list *rrset, *sigs;
	const ldns_rdf *zone;
	const ldns_rr_list *keys;
	int64_t at;
	struct arena *arena;
	struct trace_answer *answer;
	/* found */
	uint32_t algorithms;
	int64_t inception, expires; /* of the good one that lasts longest */
	unsigned labels;            /* of it */
	const char *detail;
};
enum trace_fault proof_verify(struct proof_rrset *job);

/* What is to be said of an RRset that is signed well. */
void keychain_judge_life(const struct keychain *keychain,
    const struct proof_rrset *job, struct trace_answer *answer);

#endif
