/* SPDX-License-Identifier: ISC */
/*
 * head.h - the process that divides a run among its workers.
 *
 * Domains go in by head_add(), results come out by report(). In between the
 * head sends each domain to the worker that has least to do, rules over the
 * connections of all (manners.h), and knows which probe was made already and
 * where its evidence lies (registry.h), so that each MX host address is
 * probed once, whichever worker needs it.
 *
 * It reads no input and writes no output. A worker that dies is a loss of
 * speed, not of domains: what it had goes to the others, once; a domain that
 * takes a second worker along is reported as failed. So it is with one that
 * hangs.
 */
#pragma once

#include <danelaw_report.h>

#include "scan/manners.h"

struct event_base;
struct head;

struct head_result {
	uint64_t id;
	const char *domain; /* as it was added */
	enum danelaw_verdict verdict;
	enum danelaw_state state;
	bool lacking;      /* own_lack is all it says: to be done again */
	const char *error; /* no report, and why: no such name can exist */
	bool lost;         /* with error: our own failure, not the name's */
	const char *line;  /* what the worker's render() wrote; no newline */
	size_t len;
};

struct head_options {
	struct event_base *base;
	const int *fds; /* one for each worker; the head closes them */
	size_t n_fds;
	size_t concurrency; /* domains in flight, in all workers */
	struct manners_options manners;
	/* From the loop; all in result is borrowed for the call. */
	void (*report)(const struct head_result *result, void *arg);
	/* There is room for more domains. From the loop. */
	void (*hungry)(void *arg);
	/* A worker ended before its time; n_left go on. With none left all
	   that was in flight has been reported as lost. */
	void (*worker_lost)(size_t n_left, void *arg);
	/* A worker has not said for patience_ms (0: two minutes) that its loop
	   turns: it is to be killed. It is given up in any case, so that
	   worker_lost() follows. May be NULL. */
	void (*worker_hung)(size_t index, void *arg);
	unsigned patience_ms;
	void *arg;
};

struct head_counts {
	size_t in_flight;       /* domains */
	uint64_t probes;        /* addresses connected to */
	uint64_t probes_reused; /* asked for again and not connected to */
};

/* NULL: no memory. */
struct head *head_new(const struct head_options *options);
/* How many more it takes now. */
size_t head_room(const struct head *head);
/* text is copied; any bytes but NUL, at most HEAD_DOMAIN_MAX. False: no
 * memory, or no worker is left. */
#define HEAD_DOMAIN_MAX 1024
bool head_add(struct head *head, uint64_t id, const char *text);
struct head_counts head_counts(const struct head *head);
/* Closes the sockets, which ends the workers. Not from a callback. NULL is
 * fine. */
void head_free(struct head *head);
