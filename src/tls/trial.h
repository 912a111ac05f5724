/* SPDX-License-Identifier: ISC */
/*
 * trial.h - one run of OpenSSL over a chain for some TLSA records, set up as
 * Postfix and RFC 7672 have it. For match.c alone.
 *
 * The verify callback goes on after every error, so that all of them are
 * seen and a record that matched a chain with other faults is known. Told to
 * stop at the first it leaves OpenSSL alone, and the result is OpenSSL's.
 */
#pragma once

#include <danelaw_report.h>

#include "tls/match.h"
#include "tls/openssl.h"

struct complaint {
	int code, depth; /* code 0: there is none */
};

struct trial {
	SSL *ssl;
	X509_STORE_CTX *store;
	struct complaint first, date, name;
	/* The lowest certificate that the one above it did not sign, and the
	   one that was complained of last. */
	struct complaint signature;
	int unsigned_depth;
	const struct tls_chain *chain; /* in trial_run() */
	bool stop_at_first;            /* to be set before trial_run() */
	struct complaint result;       /* what X509_verify_cert() left behind */
	bool passed;         /* matched, and nothing to complain about */
	int depth;           /* of what the record matched, -1: no match */
	bool by_key;         /* a bare key signed the certificate there */
	uint8_t parts[3];    /* usage, selector, matching type that matched */
	const uint8_t *data; /* and its data, borrowed from the trial */
	size_t len;
};

/* False: no memory. trial_finish() is due in any case. */
bool trial_init(struct trial *trial, const struct tls_context *context,
    const struct match_question *question);
void trial_finish(struct trial *trial);
/* 1: taken, 0: OpenSSL cannot use it, -1: no memory. */
int trial_add(struct trial *trial, const struct danelaw_record *record);
/* False: no memory. Once only, and with at least one record taken. */
bool trial_run(struct trial *trial, const struct tls_chain *chain,
    const struct match_question *question);
/* The chain that was built, borrowed. */
const STACK_OF(X509) * trial_chain(const struct trial *trial);

/* Is it a name that OpenSSL takes for what it says? */
bool trial_is_reference(const char *name);

/*
 * Fills depths: for each certificate in wire order its place in built (NULL:
 * nothing was), or -1. What was built ends with the certificate that matched,
 * and usage 3 builds nothing; where those sent lead on from there, they are
 * counted on. False: no memory.
 */
bool path_depths(const struct tls_context *context,
    const struct tls_chain *chain, int64_t at, const STACK_OF(X509) * built,
    int *depths);

/*
 * OpenSSL builds a chain by names and key identifiers. A CA certificate of
 * the right name whose key did not sign what is below is on nobody's path,
 * nor is anything above it: their depths become -1.
 */
void path_cut_unsigned(
    const struct tls_chain *chain, const STACK_OF(X509) * built, int *depths);

/* OpenSSL has just found out that above signed below; either may be NULL. */
void path_note_signed(
    const struct tls_chain *chain, const X509 *below, const X509 *above);

/* "X509_V_ERR_DANE_NO_MATCH"; NULL for a code this build does not know. */
const char *verify_error_name(int code);
