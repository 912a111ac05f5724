/* SPDX-License-Identifier: ISC */
/*
 * offer.h - what one handshake proposes to the server.
 *
 * The default proposes all that some sender proposes (TLS 1.0 and up, every
 * group in use) and no more, so that a failure is the server's. With OpenSSL
 * 3.5 that is a hybrid group first, with a key share that makes the hello
 * 1,500 octets long, and ML-DSA. It takes what Postfix takes when it
 * authenticates, security level 1: no SHA-1 in TLS. The others change one
 * thing. There are those that look for more certificates
 * (tls_offer_all_certs), and those that ask why the default failed: the first
 * one that works names the cause.
 *
 *	no-sni		sends no server name
 *	no-cert		withholds our own certificate
 *	no-hybrid	leaves out hybrid groups, so that the hello is short
 *	big-hello	the same, but filled up to the length of the default
 *	again		the default
 *	tls12		nothing newer than TLS 1.2
 *	no-dhe		ECDHE and RSA only, TLS 1.2
 *	ecdhe		ECDHE only, TLS 1.2
 *	tls10		nothing newer than TLS 1.0
 *	rare-groups	adds groups that no sender offers (secp256k1...)
 *	weak		any cipher, signature and length of parameters, and
 *			no secure renegotiation
 *	anon		only ciphers without a certificate
 *	implicit	TLS from the first byte
 *	small		a ClientHello as short as can be, TLS 1.2
 *	today		what OpenSSL 3.5 offers, where ours is older: a hello
 *			alone, without a handshake (bare.h)
 *
 * Lists hold only what the OpenSSL at hand knows (list.h). Where it knows no
 * ML-DSA, mldsa is a hello alone as well.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

/* Which hello stands alone (bare.h). */
enum tls_bare { TLS_BARE_NONE = 0, TLS_BARE_TODAY, TLS_BARE_MLDSA };

struct tls_offer {
	const char *name;             /* "default", "rsa", "no-sni"... */
	int min_version, max_version; /* TLS1_VERSION...; 0: no limit */
	const char *sigalgs; /* OpenSSL lists; NULL: as the default has them */
	const char *groups;  /* never NULL */
	const char *ciphers; /* TLS 1.2 and below */
	const char *suites;  /* TLS 1.3 */
	int no_sni;          /* leave the server name out */
	int no_cert;         /* leave our certificate out */
	int implicit;        /* do not wait for a greeting in clear */
	int level; /* OpenSSL security level; senders authenticate at 1 */
	int insecure_any; /* accept what even security level 0 does not */
	int padded;       /* fill the hello up to TLS_HELLO_PAD octets more */
	enum tls_bare bare;
};

/* What a hybrid group and ML-DSA make a hello longer by. */
#define TLS_HELLO_PAD 1230

/* Static; NULL: no such offer. */
const struct tls_offer *tls_offer_find(const char *name);
/*
 * The same without hybrid groups: for a server that cannot bear them, and as a
 * first look that is cheap, since a key for ML-KEM costs as much as all the
 * rest of the hello.
 */
const struct tls_offer *tls_offer_find_short(const char *name);
/* Does the default have hybrid groups? */
bool tls_offer_has_hybrid(void);
/*
 * Default first, then one as long as those of today, four by key type, one
 * without SNI, one for those that get TLS 1.3 otherwise, two for those
 * that get DHE or RSA as key exchange, and one for those that get a hybrid.
 */
extern const char *const tls_offer_all_certs[];
extern const size_t tls_offer_n_all_certs;
