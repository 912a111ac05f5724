/* SPDX-License-Identifier: ISC */
/*
 * verdict.h - from the evidence to outcome, class, verdict and state.
 *
 * Pure. doc/interface.md 4 in code; reads the finished tree.
 */
#ifndef POLICY_VERDICT_H
#define POLICY_VERDICT_H

#include "model/tree.h"

/* What the probe saw, before the policy of the host is brought in. */
struct outcome_facts {
	enum danelaw_outcome reached; /* ENCRYPTED: TLS stands */
	bool verified;                /* OpenSSL passed the whole RRset */
	bool matched;                 /* some usable record matched the chain */
	int verify_code;  /* X509_V_ERR_ of the whole RRset, 0: OK */
	bool date_failed; /* notBefore or notAfter is to blame */
	bool name_failed;
	bool unreadable; /* this build cannot tell, but others could */
};
/*
 * The outcome of one handshake under a policy (doc/interface.md 5).
 * AUTHENTICATED only of policy dane with verified, matched and code 0.
 */
enum danelaw_outcome outcome_for(
    enum danelaw_policy policy, const struct outcome_facts *facts);
/*
 * The worse of two outcomes of one address. One where nothing could be seen
 * (a timeout, a 4xx) yields to one where something was, good or bad.
 */
enum danelaw_outcome outcome_worse(
    enum danelaw_outcome a, enum danelaw_outcome b);

/*
 * What one address counts as: its outcome, but a 4xx to STARTTLS is no
 * refusal for good and counts as SMTP_TEMPFAIL, or as what another
 * connection to the address saw.
 */
enum danelaw_outcome outcome_counted(const struct danelaw_address *address);
/*
 * The further look at an address that was denied (421, limits), so that the
 * rest of it is unknown; NULL: none was.
 */
const struct danelaw_probe *outcome_denied(
    const struct danelaw_address *address);
/* Was nothing to be seen, for good or bad: refused, timed out, 4xx? */
bool outcome_is_unseen(enum danelaw_outcome outcome);
/* Would a sender with DANE refuse the address for this outcome? */
bool outcome_is_refused(
    enum danelaw_policy policy, enum danelaw_outcome outcome);

/* What one address counts as under the policy of its host. */
struct danelaw_class verdict_class_of(
    enum danelaw_policy policy, const struct danelaw_address *address);
/* The classes of one host; more than one may hold. */
struct danelaw_class verdict_class(const struct danelaw_host *host);

/* How many hosts are in each class, and how many there are. */
struct class_counts {
	size_t failing, skipped, authenticated, open, unexamined, all;
	/* Addresses of guarded hosts: this machine had not what it takes to
	   look at them, so nobody knows what they are. */
	size_t lacking;
};
struct class_counts verdict_count(const struct danelaw_report *report);

/*
 * Fills classes, verdict, state and summary from hosts, mx and findings. The
 * findings must be complete. unable: we could not judge, for want of DNS or
 * what else own_lack says; that is "unknown".
 */
void verdict_fill(struct tree *tree, bool require_dane, bool unable);

/* Are unsigned MX records what DANE fails for? */
bool verdict_mx_is_open(const struct danelaw_report *report);

#endif
