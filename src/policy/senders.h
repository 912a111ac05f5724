/* SPDX-License-Identifier: ISC */
/*
 * senders.h - what the common senders of mail would do with one address.
 *
 * Pure: no handshake of its own, only rules over the evidence in the tree.
 * tests/interop holds them against the real programs. The verdict is not
 * touched by any of it: that is what RFC 7672 and OpenSSL say.
 */
#ifndef POLICY_SENDERS_H
#define POLICY_SENDERS_H

#include "base/arena.h"

#include <danelaw_report.h>

/*
 * Fills address->senders once its probes are judged. It stays empty where
 * no TLS stood, and where a published trust anchor is among the certificates
 * sent without having issued the leaf: programs that look for the anchor only
 * would pass there what others refuse, and nobody should lean on that.
 * False: out of memory.
 */
bool senders_predict(struct arena *arena, const struct danelaw_report *report,
    const struct danelaw_host *host, struct danelaw_address *address);

/* What a rule looks at; all of it but the handshake is the same for all. */
struct sender_facts {
	struct arena *arena; /* for words */
	const struct danelaw_report *report;
	const struct danelaw_host *host;
	const struct danelaw_address *address;
	const struct danelaw_probe *probe;
};

struct sender_ruling {
	bool unknown; /* no prediction */
	bool delivers;
	const char *why; /* NULL where it delivers */
};

/* Does the record describe this certificate or its key, digests and all? */
bool senders_record_fits(
    const struct danelaw_record *record, const struct danelaw_cert *cert);
/* Is the certificate valid at the time the report is about? */
bool senders_in_time(
    const struct danelaw_report *report, const struct danelaw_cert *cert);

/* The result of an offer other than the default; NULL: there is none. */
const struct danelaw_trial *senders_trial(
    const struct danelaw_address *address, const char *offer);

/*
 * Is STARTTLS offered, but not in capitals? Keywords are for any case (RFC
 * 5321 section 2.4), but not for Exim.
 */
bool senders_miss_starttls(const struct danelaw_smtp *smtp);

/* Older than TLS 1.2? */
bool senders_is_old(const struct danelaw_tls *tls);

/* Exim with GnuTLS, a world of its own. The probe has TLS and a chain. */
struct sender_ruling senders_exim(const struct sender_facts *facts);

/* A sender in Go, likewise. */
struct sender_ruling senders_go(const struct sender_facts *facts);

#endif
