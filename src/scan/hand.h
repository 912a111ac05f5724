/* SPDX-License-Identifier: ISC */
/*
 * hand.h - a worker: one engine, fed by the head over a socket.
 *
 * Runs in a process of its own, forked before any engine was made. Evidence
 * of its probes goes to a file that all workers can read, so that the head
 * only has to say where it lies. While the engine is not well, as when the
 * resolver is silent, domains are held, and then examined again; what cannot
 * wait any longer has a report that says so.
 */
#pragma once

#include <danelaw.h>

#include "check/facts.h"

struct buf;

struct hand_options {
	int fd;            /* to the head; closed at the end */
	const int *stores; /* files, open for reading and writing, one for
			      each worker; -1: none, nothing is shared */
	size_t n_stores, own_store;
	const struct danelaw_config *config;   /* base is set by the hand */
	const struct danelaw_request *request; /* for each domain */
	enum stage stage;                      /* a row of one is never cut */
	/* One line, without its end; false: no memory. */
	bool (*render)(const struct danelaw_report *report, struct buf *out);
};

/*
 * Until the head hangs up, which ends all that runs. DANELAW_OK then; else
 * *why says what is wrong, to be freed by free(), and may be NULL.
 */
enum danelaw_err hand_run(const struct hand_options *options, char **why);
