/* SPDX-License-Identifier: ISC */
/*
 * clocks.h - what ends when.
 *
 * Pure. Signatures over MX, addresses, aliases and TLSA count, and those over
 * the DNSKEY and DS of the zones; certificates where a usage 2 record makes
 * their dates count (RFC 7671 sections 5.1 and 5.2).
 */
#pragma once

#include "model/tree.h"

#define CLOCKS_LATE 4 /* late with less than one in so many left */
#define CLOCKS_RRSIG_HOURS 48

/* report->clocks, from the rest of the finished tree. */
void clocks_fill(struct tree *tree);

/* Does it have a signature whose end matters? */
bool clocks_is_signed(const struct danelaw_lookup *lookup);
/*
 * Less than so many hours left, and less than a quarter of the signature's
 * life: zones that sign anew every day with short lives are in good health.
 */
bool clocks_is_near_end(
    const struct danelaw_lookup *lookup, int64_t at, uint32_t hours);
/*
 * The certificate that ends first of those whose dates count; NULL: none
 * does.
 */
const struct danelaw_cert *clocks_first_cert(
    const struct danelaw_tlsa *tlsa, const struct danelaw_probe *probe);
