/* SPDX-License-Identifier: ISC */
/*
 * trace.h - where DNSSEC breaks: asks every server of every zone on the way
 * from the root, and libunbound beside them.
 *
 * All is bounded: zones, servers, questions and time.
 */
#ifndef CHECK_TRACE_H
#define CHECK_TRACE_H

#include "dns/resolver.h"
#include "model/trace.h"

struct event_base;
struct tracer;

struct trace_request {
	const char *name;   /* as name_parse() gives it */
	enum rrtype type;   /* 0: a mail domain */
	uint16_t port;      /* of _N._tcp; 0: 25 */
	uint16_t dns_port;  /* name servers listen there; 0: 53 */
	uint32_t budget_ms; /* 0: 60000 */
	bool ipv4, ipv6;    /* only these */
	bool allow_private;
	struct resolver_config resolver; /* public_only is set here */
};

/*
 * The trace lives until tracer_free(). NULL: *why says so, in a sentence that
 * the caller frees; NULL there, too: no memory.
 */
struct tracer *tracer_new(
    struct event_base *base, const struct trace_request *request, char **why);
/* Runs the loop until all is said. NULL: no memory. */
const struct trace *tracer_run(struct tracer *tracer);
void tracer_free(struct tracer *tracer);

#endif
