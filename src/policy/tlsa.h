/* SPDX-License-Identifier: ISC */
/*
 * tlsa.h - TLSA records: read, written, and found usable or not.
 *
 * Pure. RFC 6698 sections 2.1 and 2.2, RFC 7671 section 9, RFC 7672 s. 3.1.
 */
#pragma once

#include <danelaw_report.h>

#include "base/arena.h"

#define TLSA_MAX_RECORDS 1500 /* as many as a DNS message holds */
#define TLSA_MAX_DATA 65535

/*
 * Fills usage, selector, mtype, data, len, rr, usable and reason from RDATA.
 * Usable are usages 2 and 3, selectors 0 and 1, types 0 to 2, and data of the
 * right length; RDATA shorter than its three leading octets gives an unusable
 * record whose missing fields are 255. Data of matching type 0 is only known
 * to be DER by whoever can parse it: tlsa_set_unusable() is for them. False:
 * no memory.
 */
bool tlsa_from_rdata(struct arena *arena, const uint8_t *rdata, size_t len,
    struct danelaw_record *record);
/*
 * Reads presentation form: "3 1 1 <hex>", the numbers also as the words of RFC
 * 7218, all of it also as "\# 35 <hex>" of RFC 3597, and before it what a line
 * of a zone has there, up to TLSA or TYPE52; white space of any kind and in the
 * hex too (RFC 6698 section 2.2), and one pair of the brackets that fold a
 * record in a zone file. *why: static sentence when false.
 */
bool tlsa_from_text(struct arena *arena, const char *text,
    struct danelaw_record *record, const char **why);
/* reason is kept, not copied. */
void tlsa_set_unusable(struct danelaw_record *record, const char *reason);
size_t tlsa_count_usable(const struct danelaw_record *records, size_t n);
/* "none", "unusable" or "usable" for an answer that did not fail. */
enum danelaw_tlsa_status tlsa_status(
    const struct danelaw_record *records, size_t n);
/*
 * Is records[i] put aside because a stronger digest of the same usage and
 * selector is among the usable ones (RFC 7671 section 9)?
 */
bool tlsa_is_superseded(
    const struct danelaw_record *records, size_t n, size_t i);
