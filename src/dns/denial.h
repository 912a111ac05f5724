/* SPDX-License-Identifier: ISC */
/*
 * denial.h - do these NSEC or NSEC3 records prove that there is nothing?
 *
 * RFC 4035 section 5.4, RFC 5155 section 8, RFC 9824. Only records whose
 * signatures were verified may be given. How many there are, and how often a
 * name is hashed, is bounded; more is "not complete".
 */
#ifndef DNS_DENIAL_H
#define DNS_DENIAL_H

#include <stdbool.h>
#include <stdint.h>

#include <ldns/ldns.h>

#include "model/trace.h"

/* libunbound's val-nsec3-keysize-iterations; RFC 9276 wants 0. */
#define DENIAL_MAX_ITERATIONS 150

struct denial {
	const ldns_rr_list *nsecs; /* NSEC and NSEC3, borrowed */
	const ldns_rdf *zone;
	/* What was found; set by the calls below. */
	const char *kind; /* as in struct trace_answer */
	unsigned iterations;
	bool opt_out;
};

/*
 * NONE: it is proven. NXDOMAIN is also taken to be proven where only "no such
 * type" is, as libunbound does. opt_out says that what lies there may be
 * unsigned, so that nothing is promised.
 */
enum trace_fault denial_of(struct denial *denial, const ldns_rdf *name,
    ldns_rr_type type, bool no_such_name);
/* The name itself is not there: what a wildcard made may be believed. */
enum trace_fault denial_of_expanded(
    struct denial *denial, const ldns_rdf *name, unsigned wildcard_labels);

#endif
