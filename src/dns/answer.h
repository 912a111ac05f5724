/* SPDX-License-Identifier: ISC */
/*
 * answer.h - a DNS packet as plain facts.
 *
 * Only this file and anchor.c see ldns. RFC 7672 section 2.1.1 for the
 * standing: insecure or absent is believed only of a packet without any error.
 */
#pragma once

#include <danelaw_report.h>

#include "base/arena.h"

/* More than a message holds (64 KiB, of 12 octets at least). */
#define ANSWER_MAX_RECORDS 6000

enum rrtype {
	RRTYPE_A = 1,
	RRTYPE_CNAME = 5,
	RRTYPE_SOA = 6,
	RRTYPE_MX = 15,
	RRTYPE_TXT = 16,
	RRTYPE_AAAA = 28,
	RRTYPE_DS = 43,
	RRTYPE_DNSKEY = 48,
	RRTYPE_TLSA = 52,
};

/* One record of the type asked for. */
struct answer_record {
	const uint8_t *rdata; /* as on the wire, without name */
	size_t len;
	uint16_t preference; /* MX */
	/* MX, CNAME: the target; SOA: the primary server; name_from_dns() */
	const char *name;
};

struct answer {
	/* name, type, dnssec, presence, why, aliases, ttl, rrsig_expires,
	   wildcard */
	struct danelaw_lookup lookup;
	const char *final; /* where the CNAMEs led; the name itself if none */
	struct answer_record *records;
	size_t n_records;
	size_t n_dropped;
	bool timed_out; /* the error is our deadline */
	/* This machine lacked something: an error may well be no error. */
	bool lacked;
};

/* What libunbound said of it. */
struct answer_raw {
	int rcode;             /* of the call */
	const uint8_t *packet; /* may be NULL */
	size_t len;
	int security; /* 0 insecure, 1 bogus, 2 secure */
	const char *why_bogus;
	const char *servfail; /* text of the log for this question, or NULL */
	bool local;           /* libunbound answered of itself, as for "test" */
	int64_t at;           /* the time now; 0: the clock */
};

/*
 * Fills answer, all in the arena. Never fails but by arena_failed(); an
 * answer made without memory is an error, too. raw is only read.
 *
 * A bogus answer has no records, and nothing is known to be there or not;
 * its aliases and times are kept to explain it by. why is set for an error, a
 * bogus answer and a local one.
 */
void answer_read(struct arena *arena, const char *name, enum rrtype type,
    const struct answer_raw *raw, struct answer *answer);
/* An answer that never came: error, with these words. */
void answer_fail(struct arena *arena, const char *name, enum rrtype type,
    const char *why, struct answer *answer);

/*
 * A copy of its lookup that lives in another arena; of one that lacked
 * something there is none, and the arena has failed.
 */
void answer_copy_lookup(struct arena *arena, const struct answer *answer,
    struct danelaw_lookup *lookup);

const char *rrtype_word(enum rrtype type);
/* Can there be such a question? name as for resolver_ask(). */
bool answer_can_ask(const char *name);
