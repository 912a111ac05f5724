/* SPDX-License-Identifier: ISC */
/*
 * plan_state.h - what each name server was seen to have, and when: one moment
 * does not tell how long an answer has been there.
 *
 * A file of JSON for one user, written whole or not at all, and locked while
 * it is read and written. What is not such a file, or is about other hosts,
 * is left alone.
 */
#ifndef CLI_PLAN_STATE_H
#define CLI_PLAN_STATE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct arena;
struct plan_job;
struct rollover_server;

/* Records that one server had without another seen between. */
struct plan_seen {
	const char **records; /* as in model/rollover.h */
	size_t n_records;
	uint32_t ttl; /* the largest */
	int64_t first, last;
};

/* One server of the records of one host. */
struct plan_memory {
	const char *host, *name, *ip;
	struct plan_seen *seen; /* the last one is that of now */
	size_t n_seen;
};

#define PLAN_SEEN_MAX 8

/* Locks and reads it; job->state stays NULL where there is no place for it.
 * EXIT_SUCCESS, or an exit status and a complaint. */
int plan_state_begin(struct plan_job *job);
/* What is known of this server, what it says now being added. NULL: nothing,
 * or no memory. */
const struct plan_memory *plan_state_note(struct plan_job *job,
    const char *host, const struct rollover_server *server);
/* Writes it, if save, and unlocks. */
int plan_state_end(struct plan_job *job, bool save);

#endif
