/* SPDX-License-Identifier: ISC */
/*
 * host.h - one MX host: its addresses, its TLSA records, and what its servers
 * had to say. Knows nothing of the domain that led here, so that one
 * examination can serve many domains.
 */
#ifndef CHECK_HOST_H
#define CHECK_HOST_H

#include <danelaw.h>
#include <danelaw_report.h>

#include "probe/probe.h"

struct danelaw_engine;

/* Strings are copied. */
struct host_spec {
	const char *name; /* host name, or an address */
	uint16_t port, connect_port;
	bool implicit_tls, all_certs;
	enum danelaw_family family;
	const char *helo;
	int64_t deadline; /* clock_monotonic_ms() */
	uint32_t dns_ms;  /* at most so long for one DNS question */
};

struct host_job;
typedef void host_done_fn(struct host_job *job, void *arg);

/* done() comes from the loop. NULL: no memory. */
struct host_job *host_job_start(struct danelaw_engine *engine,
    const struct host_spec *spec, host_done_fn *done, void *arg);
/* Ends it, finished or not; without done(). NULL is fine. */
void host_job_free(struct host_job *job);

/*
 * After done(): copies what was found out into *host, but for preference,
 * references and all that depends on them (probes, outcomes). The arena
 * holds what the copy points to. False: no memory.
 */
bool host_job_facts(
    struct host_job *job, struct arena *arena, struct danelaw_host *host);
/* After done(), borrowed. */
const struct danelaw_lookup *host_job_lookups(
    const struct host_job *job, size_t *n);
/* Evidence of the host's i-th address; NULL: it was not probed. */
struct evidence *host_job_evidence(const struct host_job *job, size_t i);

void host_job_waiting(const struct host_job *job,
    void (*fn)(const char *text, void *arg), void *arg);

#endif
