/* SPDX-License-Identifier: ISC */
/*
 * offer.h - what one handshake proposes to the server.
 *
 * The default proposes all that some sender proposes (TLS 1.0 and up, every
 * group in use) and no more, so that a failure is the server's. It takes what
 * Postfix takes when it authenticates, security level 1: no SHA-1 in TLS. The
 *others change one thing. There are those that look for more certificates
 *(tls_offer_all_certs), and those that ask why the default failed: the first
 *row that works names the cause.
 *
 *	no-sni		sends no server name
 *	no-cert		withholds our own certificate
 *	tls12		nothing newer than TLS 1.2
 *	no-dhe		ECDHE and RSA only, TLS 1.2
 *	tls10		nothing newer than TLS 1.0
 *	rare-groups	adds curves that no sender offers (secp256k1...)
 *	weak		any cipher, signature and length of parameters, and
 *			no secure renegotiation
 *	anon		only ciphers without a certificate
 *	implicit	TLS from the first byte
 *	small		a ClientHello as short as can be, TLS 1.2
 */
#ifndef TLS_OFFER_H
#define TLS_OFFER_H

#include <stddef.h>

struct tls_offer {
	const char *name;             /* "default", "rsa", "no-sni"... */
	int min_version, max_version; /* TLS1_VERSION...; 0: no limit */
	const char *sigalgs; /* OpenSSL lists; NULL: OpenSSL's default */
	const char *groups;
	const char *ciphers; /* TLS 1.2 and below */
	const char *suites;  /* TLS 1.3 */
	int no_sni;          /* leave the server name out */
	int no_cert;         /* leave our certificate out */
	int implicit;        /* do not wait for a greeting in clear */
	int level; /* OpenSSL security level; senders authenticate at 1 */
	int insecure_any; /* accept what even security level 0 does not */
};

/* Static; NULL: no such offer. */
const struct tls_offer *tls_offer_find(const char *name);
/*
 * Default first, then the three by key type, one without SNI, one for those
 * that get TLS 1.3 otherwise, and one for those that get DHE.
 */
extern const char *const tls_offer_all_certs[];
extern const size_t tls_offer_n_all_certs;

#endif
