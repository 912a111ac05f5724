/* SPDX-License-Identifier: ISC */
/*
 * proof.h - does what a name server said hold, under the keys of its zone?
 *
 * Each signature is verified by ldns. No validator of ours: libunbound's word
 * is the verdict, and what is found here explains it. How many signatures and
 * keys are tried is bounded, as hostile zones make them collide.
 */
#ifndef DNS_PROOF_H
#define DNS_PROOF_H

#include "model/trace.h"

struct arena;
struct heard;    /* an answer, taken apart */
struct keychain; /* the DS and the keys of one zone */

/* NULL where it is malformed, or without memory. */
struct heard *heard_new(const uint8_t *bytes, size_t len);
void heard_free(struct heard *heard);
/* What it holds, as an answer of this zone; nothing is judged. */
void heard_describe(struct arena *arena, const struct heard *heard,
    const char *zone, const char *name, uint16_t type,
    struct trace_answer *answer);
/* The serial of its SOA; -1: there is none. */
int64_t heard_serial(const struct heard *heard);
/*
 * The name servers that it names for a zone, and what addresses it gives them
 * where these lie in the zone that answers or below.
 */
typedef void heard_server_fn(const char *server, const char *ip, void *arg);
void heard_each_server(const struct heard *heard, const char *answers,
    const char *zone, heard_server_fn *fn, void *arg);

struct keychain *keychain_new(const char *zone);
void keychain_free(struct keychain *keychain);
/* DS or DNSKEY records of the root, in zone format. */
bool keychain_add_anchor(struct keychain *keychain, const char *record);
/* The DS records in an answer, which was judged before. */
void keychain_add_ds(struct keychain *keychain, const struct heard *heard);
bool keychain_has_ds(const struct keychain *keychain);
/* Is any of its DS of an algorithm and a digest that is judged here? */
bool keychain_can_judge(const struct keychain *keychain);
/*
 * Judges the keys in an answer by the DS, and remembers them: they judge the
 * rest. Where the zone has no DS, nothing is judged.
 */
void keychain_take_keys(struct arena *arena, struct keychain *keychain,
    const struct heard *heard, int64_t at, struct trace_answer *answer);
/* Judges an answer of the zone by the keys of all its servers. */
void keychain_judge(struct arena *arena, const struct keychain *keychain,
    const struct heard *heard, const char *name, uint16_t type, int64_t at,
    struct trace_answer *answer);
/* Fills in ds and keys of the zone. */
void keychain_describe(struct arena *arena, const struct keychain *keychain,
    struct trace_zone *zone);

#endif
