/* SPDX-License-Identifier: ISC */
/*
 * match.h - a presented chain before the judge: would OpenSSL, set up as RFC
 * 7672 asks, accept it for these TLSA records?
 *
 * The RRset as a whole gives the verdict; then each record is judged alone.
 * No connection is needed. API: SSL_dane_*(3), X509_verify_cert(3).
 */
#pragma once

#include <danelaw_report.h>

#include "base/arena.h"
#include "tls/context.h"
#include "tls/peer.h"

struct match_question {
	const struct danelaw_record *records; /* all of the RRset */
	size_t n_records;
	const char *const *references; /* the base domain first */
	size_t n_references;
	int64_t at;    /* Unix time to judge by */
	bool ee_names; /* check names for usage 3, too */
	/* What OpenSSL found above a signature that does not verify is a
	   match to it, if a useless one; to us it is none. */
	bool unsigned_too;
};

struct match_answer {
	bool verified; /* what a DANE sender with OpenSSL would decide */
	bool date_failed, name_failed;
	/* An algorithm of today that this OpenSSL lacks, without which nobody
	   can tell whether what a record fits signed the rest; or NULL. */
	const char *unreadable;
	struct danelaw_match *match; /* by usable records; NULL: none */
	/* As OpenSSL left alone ends, by the first error; NULL: verified. */
	struct danelaw_verify_error *verify_error;
	struct danelaw_record_result *records;
	size_t n_records;
	int *depths; /* per certificate in wire order: depth, or -1 */
};

/*
 * Marks matching type 0 records whose data is not DER as unusable: only
 * OpenSSL can tell. To be called once per RRset, before the ruling.
 */
bool match_mark_unusable(
    struct tls_context *context, struct danelaw_record *records, size_t n);

/*
 * All in the arena. chain may be NULL (nothing presented): no match. Without
 * a usable record nothing is verified and verify_error is NULL. False: no
 * memory.
 */
bool match_judge(struct tls_context *context, const struct tls_chain *chain,
    const struct match_question *question, struct arena *arena,
    struct match_answer *answer);

/*
 * Whose key signed which, of the certificates sent, whatever OpenSSL took for
 * the issuer: certs are the facts of the chain, and signed_by is filled.
 */
void match_signers(const struct tls_chain *chain, struct danelaw_cert *certs);
