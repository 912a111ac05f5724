/* SPDX-License-Identifier: ISC */
/*
 * tally.h - how many of what a report tells of: for graphs.
 *
 * The classes are those that policy/verdict.h wrote into the tree; a host that
 * DNS forbids counts as failed, and one with both an authenticated and a
 * failing address as both.
 */
#pragma once

#include <danelaw_report.h>

struct tally {
	size_t all, authenticated, failed, unreachable;
};

struct report_tally {
	struct tally hosts, addresses;
	size_t silent;           /* addresses that ended in a timeout */
	size_t records, matched; /* TLSA records of all hosts */
};

struct report_tally tally_report(const struct danelaw_report *report);
/* Does this record match at any address of the host? */
bool tally_is_matched(const struct danelaw_host *host, size_t record);
