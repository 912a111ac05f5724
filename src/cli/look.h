/* SPDX-License-Identifier: ISC */
/*
 * look.h - mail hosts as they are now, by an engine that lives for one call.
 */
#ifndef CLI_LOOK_H
#define CLI_LOOK_H

#include "cli/cli.h"

struct look {
	const char *host; /* a name */
	bool domain;      /* it is that of a mail domain: all its hosts */
	bool probe;       /* connect to it, for each key type */
	struct danelaw_report *report;
};

/*
 * Fills the reports, which are the caller's. EXIT_SUCCESS, or an exit status
 * and a complaint.
 */
int look_up(const struct settings *settings, struct look *looks, size_t n);

#endif
