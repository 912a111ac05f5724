/* SPDX-License-Identifier: ISC */
/*
 * domain.h - one next-hop domain, from the name to the finished report.
 */
#pragma once

#include <event2/event_struct.h>

#include "check/engine.h"
#include "check/hosts.h"
#include "check/zones.h"
#include "model/tree.h"
#include "policy/budget.h"

struct domain_job;

/* A host named by the MX RRset, or the one that stands for it. */
struct domain_host {
	struct domain_job *domain;
	const char *name;
	uint16_t preference;
	struct host_use *use;
	struct host_job *job; /* the use's */
	bool known, pending;
};

/* Of our own part in it: the resolver, and how well we were. */
struct domain_told {
	const char *resolver, *resolver_error, *own_lack;
	bool fell_back;
	bool pkix;       /* see engine.h */
	bool other_time; /* not judged by the time it is */
	uint32_t unjudged;
};

struct domain_job {
	TAILQ_ENTRY(domain_job) link;
	struct danelaw_engine *engine;
	struct danelaw_request request; /* strings in the tree's arena */
	danelaw_done_fn *done;
	void *arg;
	struct tree *tree; /* NULL once it is handed out */
	bool complete;     /* the tree holds all it should */
	bool over;         /* nothing changes it any more */
	bool late;         /* its time ran out before it was done */
	int64_t deadline;  /* where others are waited for: see the timer */
	struct event timer;
	unsigned ticks, active_ticks;
	uint64_t serial;
	struct resolver_query *mx_query;
	enum own_scope here;
	const char *next_hop_end; /* where the CNAMEs of the domain led */
	struct domain_host *hosts;
	size_t n_hosts, n_unknown, n_pending;
	struct budget budget;
	struct extras *extras;
	struct zones *zones;
	struct pulse_waiter pulse; /* at the end: whose fault is it? */
	int64_t begun;             /* by clock_boot_ms() */
	bool holds;                /* the pulse */
	/* Of a run that is over; NULL: the engine tells. */
	const struct domain_told *told;
};

/*
 * Begins the check and puts it among the engine's running ones. Fails with
 * DANELAW_EINVAL and a static sentence in *why where no such name can exist.
 */
enum danelaw_err domain_job_start(struct danelaw_engine *engine,
    const struct danelaw_request *request, danelaw_done_fn *done, void *arg,
    const char **why);
/* Hands the finished report over; NULL: memory ran out. Not from a callback
 * of one of its parts. */
struct danelaw_report *domain_job_report(struct domain_job *job);
void domain_job_free(struct domain_job *job);
void domain_job_waiting(const struct domain_job *job,
    void (*fn)(const char *text, void *arg), void *arg);

/* Its time is over: what is known makes the report. */
void domain_job_late(struct domain_job *job);

/* timer.c: calls that. False: it cannot. */
void domain_timer_init(struct domain_job *job);
bool domain_timer_start(struct domain_job *job);

/* ours.c: may what failed be our own fault? */
bool domain_is_in_doubt(const struct domain_job *job);
/* Known to be, and why; or NULL. */
const char *domain_own_lack(const struct domain_job *job);

/* assemble.c: hosts, outcomes, findings and verdict into the tree. */
bool domain_assemble(struct domain_job *job);
struct domain_told domain_told(struct domain_job *job);
