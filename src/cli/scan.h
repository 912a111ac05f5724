/* SPDX-License-Identifier: ISC */
/*
 * scan.h - a list on its way through the head: what goes in when, what comes
 * out where, and how it ends.
 */
#pragma once

#include <danelaw_report.h>

#include "check/facts.h"
#include "cli/meter.h"
#include "cli/workers.h"
#include "scan/manners.h"
#include "scan/seen.h"

struct scan_options {
	const char *name; /* of the list, for messages */
	int in, out;
	struct seen *done, *seen; /* by an earlier run; in this list */
	struct seen *hosts;       /* with --split: those that have a row */
	struct workers *workers;
	struct manners_options manners;
	size_t concurrency;
	long drain_seconds;
	enum stage stage;
	uint32_t shard, n_shards; /* 1 to n_shards; 0: all is ours */
	bool order, quiet;
	bool tells_run; /* the status does, and not of the domains */
};

/*
 * Runs to the end of the list, a signal or a failure, tells what was done on
 * stderr, and returns the exit status. The workers have ended then.
 */
int scan_run(const struct scan_options *options);
