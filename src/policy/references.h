/* SPDX-License-Identifier: ISC */
/*
 * references.h - reference identifiers for usage 2 (RFC 7672 s. 3.2.2) and
 * how a presented one is held against them (section 3.2.3, RFC 6125).
 *
 * Pure.
 */
#pragma once

#include <danelaw_report.h>

struct reference_facts {
	const char *base;         /* TLSA base domain */
	const char *next_hop;     /* as the sender has it */
	const char *next_hop_end; /* where its CNAMEs led, or the same */
	bool through_mx;          /* the host was found in an MX RRset */
	bool mx_secure;
};

#define REFERENCES_MAX 3
/* Borrowed names, no name twice, the base first. Returns how many. */
size_t references_for(
    const struct reference_facts *facts, const char *names[REFERENCES_MAX]);

/*
 * Does a dNSName or CN, perhaps with a wildcard label, fit the reference? Just
 * as X509_check_host() without partial wildcards says; but a dot at the end
 * of the reference does not matter, and one in front fits nothing.
 */
bool references_match(const char *presented, const char *reference);

/*
 * Which common name fits? OpenSSL takes any of them, the first that fits.
 * NULL: none, or the leaf has a dNSName, which rules them out.
 */
const char *references_common_name(
    const struct danelaw_cert *leaf, const char *reference);

/*
 * Finds the evidence for a name check that OpenSSL has passed: the first
 * reference that fits, by SAN or, where the leaf has no dNSName, by CN.
 * False: none fits, and check is as before.
 */
bool references_evidence(const struct danelaw_cert *leaf,
    const char *const *references, size_t n, struct danelaw_name_check *check);
