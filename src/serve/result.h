/* SPDX-License-Identifier: ISC */
/*
 * result.h - a finished check as serve keeps it: counted, rendered once.
 *
 * Whoever answers from it takes a reference until the bytes are sent.
 */
#pragma once

#include <danelaw_report.h>

#include "policy/postfix.h"

struct result {
	unsigned refs;
	struct danelaw_report *report;
	struct postfix_facts facts; /* what it comes to for Postfix */
	char *json, *probe;         /* the report; metrics of this domain */
	size_t json_len, probe_len;
	size_t size;        /* bytes of all it holds, about */
	int64_t fetched_ms; /* clock_monotonic_ms() when the check ended */
	int64_t life_ms;    /* how long it may be shown; see lifetime() */
	int64_t fetched;    /* Unix time when the check ended */
	int64_t took_ms;
};

/*
 * The report is taken, in any case. NULL: no memory. The times are for the
 * caller to fill in, and then result_render() for the bytes.
 */
struct result *result_new(struct danelaw_report *report);
/* target is how it was asked for. False: no memory. */
bool result_render(struct result *result, const char *target);
struct result *result_ref(struct result *result);
void result_unref(struct result *result); /* NULL is fine */

/* Bounds, in milliseconds. */
struct lifetime_bounds {
	int64_t least, most;
	int64_t failed; /* where it was not possible to look */
};

/*
 * How long a report holds: as long as the records do that it rests on, by
 * TTL and by the end of their signatures, within bounds. Pure.
 */
int64_t lifetime(
    const struct danelaw_report *report, const struct lifetime_bounds *bounds);
