/* SPDX-License-Identifier: ISC */
/*
 * bases.h - which TLSA base domains to try for one host, and in which order.
 *
 * Pure. RFC 7672 sections 2.1.3, 2.2.2 and 2.2.3.
 */
#pragma once

#include <danelaw_report.h>

struct address_facts {
	const char *host;  /* the name that was asked for */
	const char *final; /* where the CNAMEs led; same as host if none */
	enum danelaw_dnssec dnssec; /* of the whole answer */
	enum danelaw_dnssec alias;  /* of the first CNAME alone, see below */
};

/*
 * Must the CNAME of the host be asked for by itself? True for an alias whose
 * answer is insecure: the alias itself may lie in a signed zone (2.1.3).
 */
bool bases_need_alias(const struct address_facts *facts);

/*
 * How the alias stands by the answer to that question. It was there a moment
 * ago; gone, it proves nothing.
 */
enum danelaw_dnssec bases_alias(
    enum danelaw_dnssec dnssec, enum danelaw_presence presence);

#define BASES_MAX 2
/* Fills bases with borrowed names, returns how many: 0, 1 or 2. */
size_t bases_for(
    const struct address_facts *facts, const char *bases[BASES_MAX]);

enum bases_next {
	BASES_STOP_ERROR = 0, /* the lookup failed: so does the host (2.1.2) */
	BASES_USE,            /* secure records: this is the base domain */
	BASES_TRY_NEXT,       /* absent or insecure: the next candidate */
};
/* What an answer to the TLSA question at one candidate means. */
enum bases_next bases_judge(
    enum danelaw_dnssec dnssec, enum danelaw_presence presence);
