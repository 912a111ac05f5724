/* SPDX-License-Identifier: ISC */
/*
 * nagios.h - a report for Nagios, Icinga and Naemon.
 *
 *	DANELAW OK - example.org: one sentence | 'time'=0.421s;;;0;60 ...
 *	mx.example.org: authenticated ...
 *
 * Pure. Whatever a peer sent, no byte of it is a newline, a "|" or a control
 * byte here; "|" becomes \x7c.
 */
#pragma once

#include <danelaw_report.h>

#include "base/buf.h"
#include "report/range.h"

enum { NAGIOS_LINE_MAX = 200 }; /* characters before the "|" */

struct nagios_options {
	struct range cert_warning, cert_critical;   /* days left */
	struct range rrsig_warning, rrsig_critical; /* hours left */
	bool ee_expiry; /* let dates count under usage 3, too */
	long min_hosts; /* so many must authenticate; 0: any number */
	int verbosity;  /* 0 to 3 */
	int64_t elapsed_ms, budget_ms;
	/* Instead of unknown where time ran out or there is no DNS; all zero,
	   DANELAW_STATE_OK, stands for unknown. */
	enum danelaw_state timeout_state;
	/* The same where no address could be seen; DANELAW_STATE_OK: as it is
	   without. */
	enum danelaw_state unreachable_state;
};

/* *state: the report's, raised by what the options ask for; never lowered
   but by these two. Never ok unless a host was authenticated. */
void report_nagios(const struct danelaw_report *report,
    const struct nagios_options *options, struct buf *out,
    enum danelaw_state *state);
/* The one line for when there is no report. */
void report_nagios_line(
    enum danelaw_state state, const char *sentence, struct buf *out);
