/* SPDX-License-Identifier: ISC */
/*
 * ruling.h - what RFC 7672 tells a sender to do with one MX host.
 *
 * Pure: no I/O, no clock, no allocation, no way to fail. Equal facts give
 * equal rulings. A fact nobody filled in reads as an error, so a forgotten
 * one can make the ruling stricter but never weaker.
 */
#pragma once

#include <danelaw_report.h>

struct host_facts {
	enum danelaw_dnssec mx;    /* the MX RRset naming this host (2.2.1);
				      secure where no MX was needed, so
				      for a literal next hop, too */
	enum danelaw_dnssec addr;  /* A/AAAA after all CNAMEs (2.2.2) */
	enum danelaw_dnssec alias; /* first CNAME; same as addr if none */
	enum danelaw_dnssec tlsa;  /* the TLSA answer in force (2.2.3) */
	bool is_literal;           /* an address, not a name (2.2) */
	bool asked;                /* was TLSA asked at all? */
	size_t n_tlsa;             /* records in it */
	size_t n_usable;           /* fit to authenticate with (3.1) */
	bool is_nowhere;           /* the name has no address */
};

/* Is this a lookup error in the sense of section 2.1.1? */
bool ruling_is_failure(enum danelaw_dnssec dnssec);
/*
 * The standing of the address answers together: the weaker of those that
 * have addresses. Where one failed and the other has some a sender goes on
 * with these (2.1.2 is about errors that leave no server).
 */
enum danelaw_dnssec ruling_of_addresses(
    const struct danelaw_lookup *lookups, size_t n);
/* Ask for TLSA only if this holds: in unsigned zones it breaks mail (2.2.2). */
bool ruling_wants_tlsa(const struct host_facts *facts);
/* *why becomes a static sentence for people, without the full stop. */
enum danelaw_policy ruling_for(
    const struct host_facts *facts, const char **why);
