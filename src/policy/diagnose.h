/* SPDX-License-Identifier: ISC */
/*
 * diagnose.h - findings, from the finished tree alone.
 *
 * Pure. One file per group of the catalogue: diagnose_dns.c, _tlsa.c,
 * _advice.c and _mismatch.c, _cert.c and _chain.c, _name.c, _smtp.c, _mail.c,
 * _tls.c, _ops.c.
 */
#pragma once

#include "model/tree.h"

/* What the tree cannot hold. */
struct diagnose_options {
	bool require_dane;
	const char *own_lack; /* we were not well: says so, and nothing else */
	bool resolver_dead;   /* no DNS at all: says so, and nothing else */
	bool offline;         /* nobody was talked to: nothing on SMTP */
	bool null_mx_mixed; /* a null MX stood next to others (RFC 7505 s. 3) */
	bool late;          /* the time for the domain ran out */
	bool other_time;    /* the time to judge by is days away from now */
	/* DNSSEC algorithms that our validator ought to know and does not: a
	   bit for each, by number. */
	uint32_t unjudged;
	uint32_t expiry_days;    /* of certificates; 0: by their life */
	uint32_t expiry_percent; /* of that; 0: 25 */
	uint32_t rrsig_hours;    /* signatures; 0: 48 */
};

/*
 * Adds all findings, the worst first; to be called once, before
 * verdict_fill(). options NULL: all false.
 */
void diagnose(struct tree *tree, const struct diagnose_options *options);
/* Says that the report could not be written whole; borrows from it. */
struct danelaw_finding diagnose_cut(const struct danelaw_report *report);
