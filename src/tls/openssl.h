/* SPDX-License-Identifier: ISC */
/*
 * openssl.h - what the files of this floor share among themselves. No other
 * floor may include it: nobody else sees OpenSSL.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <openssl/bio.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>

#include "tls/context.h"
#include "tls/peer.h"

struct tls_context {
	/* For handshakes; has the default offer, short. Application data,
	   if any, of an SSL is the offer that it makes.
	   For match.c, too: DANE is on, and its store is empty. */
	SSL_CTX *shake;
	BIO_METHOD *wire;
	struct trust *trust; /* NULL: PKIX is not asked for */
	/* Chains that were presented lately; made with the first one. */
	struct known *known;
};

/* A certificate and its parts by TLSA selector (RFC 6698 section 2.1.2). */
struct tls_cert {
	X509 *x509;
	struct {
		const uint8_t *der; /* in the chain's bytes */
		size_t len;
		uint8_t sha256[32], sha512[64];
	} part[2];
};

/* What a certificate's signature was held against, as that does not change. */
struct tls_memo {
	uint8_t issuer; /* 1 + its index in the chain; 0: nothing yet */
	bool fits;
};

#define TLS_NOTES_MEMOS 4

/* What was found out about a chain, and is so whoever presents it. */
struct tls_notes {
	struct danelaw_cert *certs; /* in the chain's bytes; NULL: not yet */
	bool judged;                /* where no names count */
	bool lacked;                /* OpenSSL may think ill of it for ever */
	struct match_memo *memos[TLS_NOTES_MEMOS]; /* of that (memo.c) */
};

/*
 * The X509 objects are kept: reading one again costs OpenSSL 3.0 200 us.
 */
struct tls_chain {
	unsigned refs;
	struct tls_notes *notes;
	struct tls_memo *memos; /* one for each certificate */
	STACK_OF(X509) * stack; /* in wire order, owns the certificates */
	/* Facts share them: chains may be long, and servers mean no good. */
	struct arena *bytes;
	size_t n;
	struct tls_cert certs[];
};

/*
 * Takes references to the certificates. NULL: none or more than
 * TLS_CHAIN_MAX in it, or no memory.
 */
struct tls_chain *tls_chain_new(const STACK_OF(X509) * stack);

/* Certificates as they travel, one behind the other. */
struct tls_written {
	size_t n;
	size_t at[TLS_CHAIN_MAX + 1]; /* where each begins; all end at [n] */
	uint8_t *bytes;               /* freed by tls_written_finish() */
};

/* tls_chain_new() in two parts. False: as there. */
bool tls_chain_write(const STACK_OF(X509) * stack, struct tls_written *written);
void tls_written_finish(struct tls_written *written);
struct tls_chain *tls_chain_make(
    const STACK_OF(X509) * stack, const struct tls_written *written);

/* "CN=E7, O=Let's Encrypt, C=US" */
char *tls_name_words(struct arena *arena, const X509_NAME *name);
/* "RSA 2048", "EC P-256", "ED25519"; a group without the "EC ". */
char *tls_key_words(struct arena *arena, EVP_PKEY *key);
char *tls_group_words(struct arena *arena, EVP_PKEY *key);

/* What a handshake agreed on: "X25519", "ecdsa_secp256r1_sha256"; or NULL. */
char *tls_shaken_group(struct arena *arena, SSL *ssl);
const char *tls_shaken_signature(struct arena *arena, SSL *ssl);

/*
 * A socket for OpenSSL that raises no SIGPIPE and remembers how the peer's
 * answer began.
 */
struct wire {
	int fd;
	bool eof;
	/* In a call of the handshake; wrote in it, so that nobody can have
	   answered yet and the next call will be the time to read. */
	bool shaking, wrote;
	/* What is written now may wait in the kernel for what follows. */
	bool more;
	const SSL *speaker; /* is not silent after TLS 1.3; NULL: it may be */
	int error;          /* errno of the last call that failed for good */
	size_t n_first;
	unsigned char first[64];
};
BIO_METHOD *wire_method_new(void);
/* wire is the caller's and must outlive the BIO. */
BIO *wire_bio_new(const BIO_METHOD *method, struct wire *wire);
/* Takes more of an answer in that OpenSSL left after its first bytes. */
void wire_listen(struct wire *wire);
