/* SPDX-License-Identifier: ISC */
/*
 * forge.h - certificates for tests, made when they are needed.
 *
 * Whatever fails ends the program: a test without its certificate says
 * nothing.
 */
#ifndef TESTS_TLS_FORGE_H
#define TESTS_TLS_FORGE_H

#include <stdint.h>

#include <openssl/evp.h>
#include <openssl/x509.h>

#include "tls/peer.h"

#define FORGE_NOW INT64_C(1790000000) /* September 2026 */
#define FORGE_DAY INT64_C(86400)

/* A certificate with its key. */
struct forged {
	X509 *cert;
	EVP_PKEY *key;
};

/* The zero value: P-256, self-signed, version 3, no extension, FORGE_NOW
   30 days behind it and 30 before its end. */
struct forge {
	const char *kind; /* "P-256", "RSA 2048", "ED25519", "short P-256"... */
	EVP_PKEY *key;    /* instead of a new one */
	const struct forged *issuer;
	EVP_PKEY *signer; /* signs in the issuer's place */
	const char *cn, *o;
	const char *cn2;    /* a second common name behind the first */
	const char *cn_raw; /* cn_raw_len bytes as UTF8String */
	int cn_raw_len;
	/* Values as in x509v3_config(5); NULL: no such extension. */
	const char *san, *basic, *usage, *ext_usage, *constraints;
	const char *dns_raw; /* dns_raw_len bytes as the only dNSName */
	int dns_raw_len;
	const char *critical; /* OID of an unknown critical extension */
	int from, to;         /* days from FORGE_NOW; 0 0: -30 to 30 */
	int version;          /* 1 or 3; 0: 3 */
	const char *digest;   /* "SHA256" */
};

EVP_PKEY *forge_key(const char *kind);
struct forged forge_cert(const struct forge *how);
void forge_free(struct forged *forged);

/* A chain of these certificates, NULL-terminated, in this order. */
struct tls_chain *forge_chain(X509 *leaf, ...);
/* The same as PEM; freed by OPENSSL_free(). */
char *forge_pem(X509 *const *certs, size_t n);

#endif
