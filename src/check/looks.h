/* SPDX-License-Identifier: ISC */
/*
 * looks.h - the addresses of one MX host, looked at as far as is granted.
 *
 * IPv4 and IPv6 take turns, so that a host with more addresses than anybody
 * may look at shows something of both.
 */
#pragma once

#include <danelaw_report.h>

#include "check/host.h"

struct looks;
typedef void looks_done_fn(void *arg);

struct looks_plan {
	struct danelaw_engine *engine;
	const struct host_spec *spec;
	const struct danelaw_host *host; /* its addresses are complete */
	const char *sni;
	/* Nothing that was granted is left to be looked at. */
	looks_done_fn *done;
	void *arg;
};

/* All that plan points to is borrowed. Lives in the arena; NULL: no memory. */
struct looks *looks_new(struct arena *arena, const struct looks_plan *plan);

/* Of one address, as another process has seen it. */
struct looks_told {
	struct evidence *evidence; /* NULL: none */
	struct danelaw_try *tries;
	size_t n_tries;
	bool granted;
};

/* The same without anybody to look; told has as many as the host addresses.
 * Takes the evidence, in any case. NULL: no memory. */
struct looks *looks_of(struct arena *arena, const struct danelaw_host *host,
    const struct looks_told *told);
/* Ends what runs. NULL is fine. */
void looks_finish(struct looks *looks);

/*
 * n addresses may be looked at, in all. False: they were all begun before, or
 * there are no more. done() follows each grant that changes something; it may
 * come before this returns.
 */
bool looks_grant(struct looks *looks, size_t n);
/* May more be looked at, with n in all? */
bool looks_would_grant(const struct looks *looks, size_t n);
/* NULL, or false, of all: nobody was granted anything. */
bool looks_is_granted(const struct looks *looks, size_t i);
/* Is a connection open, or about to be tried again? */
bool looks_is_active(const struct looks *looks);
/* NULL: it was not looked at, or that has not ended. */
struct evidence *looks_evidence(const struct looks *looks, size_t i);
/* All tries at it; NULL, and n 0: one was enough. */
const struct danelaw_try *looks_tries(
    const struct looks *looks, size_t i, size_t *n);
/* What was looked at was so to the end. */
bool looks_are_whole(const struct looks *looks);
void looks_waiting(const struct looks *looks,
    void (*fn)(const char *text, void *arg), void *arg);
