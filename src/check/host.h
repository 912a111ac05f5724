/* SPDX-License-Identifier: ISC */
/*
 * host.h - one MX host: its addresses, its TLSA records, and what its servers
 * had to say. Knows nothing of the domain that led here, so that one
 * examination can serve many domains.
 */
#pragma once

#include <danelaw.h>
#include <danelaw_report.h>

#include "check/own.h"
#include "check/retry.h"

struct danelaw_engine;

/* Strings are copied. */
struct host_spec {
	const char *name; /* host name, or an address */
	uint16_t port, connect_port;
	bool implicit_tls, all_certs;
	bool no_probe;       /* lookups only; not for an address */
	bool public_only;    /* connect to public addresses alone */
	bool others_only;    /* connect to other machines alone */
	enum own_scope here; /* what is this machine, and left alone */
	enum danelaw_family family;
	const char *helo;
	const char *mail_from, *mail_to; /* both or neither */
	struct retry_plan retry;
	int64_t deadline; /* clock_monotonic_ms() */
	/* Instead: so long for each address, from when it may be connected
	   to, and dns_ms for each question; 0: the deadline rules. */
	uint32_t budget_ms;
	uint32_t dns_ms;      /* at most so long for one DNS question */
	size_t max_addresses; /* more are not even listed, of each family */
	uint64_t owner;       /* who began it; no part of what it finds out */
};

struct host_job;
struct looks;
typedef void host_done_fn(struct host_job *job, void *arg);

/*
 * known(): all is looked up, and its servers are probed when that is granted;
 * not called where none is to be. done(): that is over, too, after each grant.
 * Both come from the loop, or, where there is nothing to wait for, before this
 * returns. NULL: no memory.
 */
struct host_job *host_job_start(struct danelaw_engine *engine,
    const struct host_spec *spec, host_done_fn *known, host_done_fn *done,
    void *arg);
struct looks_told;
/*
 * One that is over: what another process found out, and has seen of the host's
 * addresses. The arena, which all of it lives in, is held. Takes what was
 * seen, in any case. NULL: no memory.
 */
struct host_job *host_job_told(struct arena *arena,
    const struct danelaw_host *host, const struct looks_told *told);
/* Ends it, finished or not; without done(). NULL is fine. */
void host_job_free(struct host_job *job);

/*
 * At any time: copies what was found out into *host, but for preference,
 * sharing, references and all that depends on them (probes, outcomes). The
 * arena holds what the copy points to. False: no memory.
 */
bool host_job_facts(
    struct host_job *job, struct arena *arena, struct danelaw_host *host);
/*
 * After known() or done(): what was found out so far, as host_job_facts()
 * gives it. Borrowed.
 */
const struct danelaw_host *host_job_host(const struct host_job *job);
/* What was seen of its addresses. Borrowed; NULL: nobody may connect. */
const struct looks *host_job_looks(const struct host_job *job);
/* After known(): see looks_grant(). */
bool host_job_grant(struct host_job *job, size_t n);
/* Or does all that is left of it wait for its turn? */
bool host_job_is_active(const struct host_job *job);

/* After done(): it was not cut short for want of memory, files, ports. */
bool host_job_is_whole(const struct host_job *job);
/* After done(): one of its addresses at least cannot be connected to. */
bool host_job_is_unreached(const struct host_job *job);

/*
 * ours.c, after done(): what failed, of what was begun at begun, while we were
 * not well.
 */
struct health;
bool host_job_is_excused(
    const struct host_job *job, const struct health *health, int64_t begun);

void host_job_waiting(const struct host_job *job,
    void (*fn)(const char *text, void *arg), void *arg);
