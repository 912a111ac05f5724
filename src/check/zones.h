/* SPDX-License-Identifier: ISC */
/*
 * zones.h - the keys that the answers of one domain rest on.
 *
 * An answer is as good as the signatures over DNSKEY and DS of its zone and
 * of all zones above it; they end, too. The validator has just asked for them,
 * so most of this comes from its cache. A question that fails is in the tree
 * and changes nothing else.
 */
#pragma once

#include <danelaw_report.h>

#include "dns/resolver.h"

#define ZONES_MAX 16 /* for one domain; more are left out */

struct zones;
typedef void zones_done_fn(void *arg);

/* done() comes from the loop, each time that nothing is left to ask. NULL: no
 * memory. */
struct zones *zones_new(struct resolver *resolver, struct arena *arena,
    int64_t deadline, zones_done_fn *done, void *arg);
/* Without done(). NULL is fine. */
void zones_free(struct zones *zones);

/*
 * Asks for the DNSKEY and DS of the zones behind the secure ones of these, if
 * keys; and for the DS of those that signed what counts as unsigned all the
 * same, to tell why.
 */
void zones_add(struct zones *zones, const struct danelaw_lookup *lookups,
    size_t n, bool keys);
bool zones_busy(const struct zones *zones);
/* False: no memory. NULL is fine. */
bool zones_fill(const struct zones *zones, struct danelaw_report *report);

void zones_waiting(const struct zones *zones,
    void (*fn)(const char *text, void *arg), void *arg);
