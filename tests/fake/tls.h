/* SPDX-License-Identifier: ISC */
/*
 * tls.h - the TLS side of one script: an SSL_CTX for each set of
 * certificates, made once.
 */
#ifndef FAKE_TLS_H
#define FAKE_TLS_H

#include <stdbool.h>
#include <stddef.h>

#include <openssl/ssl.h>

#include "base/arena.h"

struct tls_cert {
	const char *key;
	const char **chain; /* leaf first; sent in this order */
	size_t n_chain;
};

struct tls_certs {
	const char *name; /* SNI; NULL for the default */
	const struct tls_cert *certs;
	size_t n_certs;
};

/* NULL and 0 mean OpenSSL's own choice, unless said otherwise. */
struct tls_setup {
	struct tls_certs certs;
	const struct tls_certs *sni;
	size_t n_sni;
	bool sni_unknown_fails, sni_missing_fails;
	int min, max; /* TLS1_VERSION...; 0: 1.2 and 1.3 */
	const char *ciphers, *suites, *groups, *sigalgs;
	int seclevel;
	bool server_order, no_ems; /* of ciphers, not the client's */
	bool client_cert_request, client_cert_require;
	int dh_bits;
	int tickets;
};

struct tls;

/* The strings of setup must outlive it. NULL: *why is in the arena. */
struct tls *tls_new(
    struct arena *arena, const struct tls_setup *setup, const char **why);
void tls_free(struct tls *tls);
/* Ready for SSL_accept() on fd; NULL without memory. */
SSL *tls_accept(const struct tls *tls, int fd);

#endif
