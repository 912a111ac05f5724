/* SPDX-License-Identifier: ISC */
/*
 * outcome.h - from the evidence to the outcome of a handshake, an address.
 *
 * Pure. doc/interface.md 5 in code.
 */
#pragma once

#include <danelaw_report.h>

/* What the probe saw, before the policy of the host is brought in. */
struct outcome_facts {
	enum danelaw_outcome reached; /* ENCRYPTED: TLS stands */
	bool verified;                /* OpenSSL passed the whole RRset */
	bool matched;                 /* some usable record matched the chain */
	int verify_code;  /* X509_V_ERR_ of the whole RRset, 0: OK */
	bool date_failed; /* notBefore or notAfter is to blame */
	bool name_failed;
	bool unreadable; /* this build cannot tell, but others could */
	bool cut;        /* what a record may be for was not looked at */
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
/* Would a sender with DANE refuse the address for this outcome? */
bool outcome_is_refused(
    enum danelaw_policy policy, enum danelaw_outcome outcome);
