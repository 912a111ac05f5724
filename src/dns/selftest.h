/* SPDX-License-Identifier: ISC */
/*
 * selftest.h - what the first answer, to ". DNSKEY", says of the resolver.
 *
 * Pure. Without a trust anchor in effect everything would be insecure, which
 * to RFC 7672 is as good as "no DANE here": so nothing but SECURE will do.
 */
#pragma once

#include "dns/resolver.h"

/* What was tested, in words. */
struct selftest_subject {
	bool own;            /* the root servers, not forwarders */
	const char *servers; /* "127.0.0.1@5300 and 192.0.2.1" */
	const char *anchor;  /* where the trust anchor is from */
	int64_t at;          /* the time signatures are judged by */
	bool at_given;       /* that is not the clock's */
};

enum resolver_health selftest_health(const struct answer *answer);
/* The cause and the remedy, in the arena. NULL if it is good. */
const char *selftest_reason(struct arena *arena, enum resolver_health health,
    const struct selftest_subject *subject, const struct answer *answer);
