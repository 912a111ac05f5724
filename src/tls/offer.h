/* SPDX-License-Identifier: ISC */
/*
 * offer.h - what one handshake proposes to the server.
 *
 * The default proposes all that is not plainly broken (TLS 1.0 and up, every
 * group, security level 0), so that a failure is the server's. The others
 * change one thing: the signature algorithms, to see each key type's
 * certificate (RSA, ECDSA, EdDSA).
 */
#ifndef TLS_OFFER_H
#define TLS_OFFER_H

#include <stddef.h>

struct tls_offer {
	const char *name;             /* "default", "rsa", "ecdsa", "eddsa" */
	int min_version, max_version; /* TLS1_VERSION...; 0: no limit */
	const char *sigalgs; /* OpenSSL lists; NULL: OpenSSL's default */
	const char *groups;
	const char *ciphers; /* TLS 1.2 and below */
	const char *suites;  /* TLS 1.3 */
	int no_sni;          /* leave the server name out */
};

/* Static; NULL: no such offer. */
const struct tls_offer *tls_offer_find(const char *name);
/* Default first, then the three by key type. */
extern const char *const tls_offer_all_certs[];
extern const size_t tls_offer_n_all_certs;

#endif
