/* SPDX-License-Identifier: ISC */
/*
 * peer.h - the certificates of a peer, and what they say as plain facts.
 */
#pragma once

#include <danelaw_report.h>

#include "base/arena.h"

struct tls_chain;

/*
 * Certificates. More in a file are an error; what a server sends beyond them,
 * or beyond so many octets, is left out. One of P-256 takes 6 KiB as OpenSSL
 * keeps it, so that 448 KiB are the most that one server may make us hold (512
 * with OpenSSL 3.5 and later). GnuTLS takes 16 certificates, and Postfix
 * follows 9; but an anchor may come behind others that nobody needs.
 */
#define TLS_CHAIN_MAX 64
#define TLS_CHAIN_BYTES (40 * 1024)
#define TLS_PEM_MAX (1024 * 1024)

struct tls_chain *tls_chain_ref(struct tls_chain *chain);
void tls_chain_unref(struct tls_chain *chain); /* NULL is fine */
size_t tls_chain_count(const struct tls_chain *chain);
/* Are the leaves the same certificate, byte for byte? */
bool tls_chain_same_leaf(const struct tls_chain *a, const struct tls_chain *b);

/*
 * PEM, the leaf first, anything between the certificates ignored; or DER,
 * one certificate behind the other. NULL: *error is a sentence the caller
 * frees.
 */
struct tls_chain *tls_chain_from_pem(const char *pem, size_t len, char **error);

/* One certificate as it travels; borrowed from the chain, or for the call. */
struct tls_der {
	const uint8_t *bytes;
	size_t len;
};
struct tls_der tls_chain_der(const struct tls_chain *chain, size_t i);
/* NULL: there are none or too many, not all are certificates to the last byte,
 * or no memory. */
struct tls_chain *tls_chain_from_der(const struct tls_der *list, size_t n);
/* The same, but nothing is read that context (NULL is fine) knows already. */
struct tls_context;
struct tls_chain *tls_context_read_chain(
    struct tls_context *context, const struct tls_der *list, size_t n);

/*
 * One danelaw_cert per certificate in wire order; depth is -1 throughout
 * (match.h fills it in). False: no memory.
 */
bool tls_chain_facts(const struct tls_chain *chain, struct arena *arena,
    struct danelaw_cert **certs, size_t *n);
