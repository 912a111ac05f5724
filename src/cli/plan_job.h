/* SPDX-License-Identifier: ISC */
/*
 * plan_job.h - what danelaw plan finds out before it can say anything.
 */
#ifndef CLI_PLAN_JOB_H
#define CLI_PLAN_JOB_H

#include "cli/tlsa_job.h"
#include "model/rollover.h"

struct plan_state;

struct plan_job {
	struct tlsa_job files; /* its arena is that of all */
	const struct pin_source *olds;
	size_t n_olds;
	struct rollover rollover;
	/* Beside each host of rollover what was looked up of it; NULL: all is
	   said of that one. */
	struct danelaw_host **founds;
	size_t n_founds;
	struct plan_state *state; /* NULL: nothing is remembered */
};

/* Each returns EXIT_SUCCESS, or an exit status after a complaint. */
int plan_read(struct plan_job *job);
/* Looks at everything once, and fills job->rollover. */
int plan_look(struct plan_job *job);

/* What every server of the zone says, and where (plan_servers.c). */
int plan_ask_servers(struct plan_job *job, const struct danelaw_tlsa *tlsa,
    struct rollover_host *host);
/* The rest of what is said of one host, the state being locked
 * (plan_judge.c). */
int plan_judge(struct plan_job *job, struct danelaw_host *found,
    struct rollover_host *host);

#endif
