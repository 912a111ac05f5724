/* SPDX-License-Identifier: ISC */
/*
 * plan.h - may another chain go live now?
 *
 * Pure. Some sender may hold any answer that some server of the zone gave,
 * for as long as that answer's TTL. So a chain may go live once every answer
 * that does not let it pass has run out everywhere: when all servers give one
 * that does, and then the largest TTL of those that did not has passed (RFC
 * 7671 section 8.1, RFC 7672 section 4). One view of the DNS does not tell,
 * nor does one moment: when each server was first seen so is remembered.
 */
#ifndef POLICY_PLAN_H
#define POLICY_PLAN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* What one server of the zone says of the TLSA records now. The zero value is
 * one that did not answer. */
struct plan_server {
	bool answered; /* and what it says is validated */
	/* Would a sender with this answer deliver to the new chain? Also where
	   there are no records, as then it asks for nothing. */
	bool passes;
	uint32_t ttl;         /* of the records, or of their denial */
	int64_t passes_since; /* first seen so; 0: only now */
	int64_t signed_until; /* 0: nothing is known */
};

struct plan_facts {
	int64_t now;
	const struct plan_server *servers;
	size_t n_servers;
	/* The largest TTL that was seen of answers that do not pass; 0: none
	   was seen, and the TTL is taken for what it is now. */
	uint32_t stale_ttl;
	uint32_t skew; /* clocks may differ so much, in seconds */
	/* Whatever lets the live chain pass lets the new one: the same key,
	   and records of keys. */
	bool equivalent;
};

/* The values are exit statuses. */
enum plan_answer {
	PLAN_NOW = 0,
	PLAN_LATER = 1,   /* only time is lacking: see when */
	PLAN_BREAKS = 2,  /* no server has a record that lets it pass */
	PLAN_UNKNOWN = 3, /* some server could not be asked */
};

struct plan {
	enum plan_answer answer;
	/* PLAN_LATER: not before this, nor, where a server lags, before so
	   long after it has caught up. 0: no time can be told. */
	int64_t when;
	uint32_t wait;  /* the seconds from when all servers have it */
	size_t lagging; /* servers that do not have it yet */
	size_t silent;  /* servers that could not be asked */
	bool lapses;    /* some signature ends before that */
};

struct plan plan_for(const struct plan_facts *facts);

/* What one server was seen to say, from first until that of the next one: of
 * an answer that was gone by then nobody knows since when. */
struct plan_past {
	bool passes;
	uint32_t ttl;
	int64_t first;
};

/*
 * Takes what is remembered of one server, the last of n being what it says
 * now, into passes_since and stale_ttl. Returns until when some cache may hold
 * an answer that does not pass and is said no more; 0: none that is known.
 */
int64_t plan_recall(const struct plan_past *past, size_t n, int64_t now,
    struct plan_server *server, uint32_t *stale_ttl);

#endif
