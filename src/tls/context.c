/* SPDX-License-Identifier: ISC */
#include "tls/context.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/pem.h>

#include "tls/known.h"
#include "tls/lack.h"
#include "tls/library.h"
#include "tls/offer.h"
#include "tls/openssl.h"
#include "tls/trust.h"

static bool
explain(char **error, const char *what)
{
	unsigned long code = ERR_peek_error();
	const char *reason =
	    code == 0 ? "out of memory" : ERR_reason_error_string(code);

	if (asprintf(error, "%s: %s", what,
		reason == NULL ? "unknown error" : reason) < 0)
		*error = NULL;
	ERR_clear_error();
	return false;
}

/* A key with a passphrase is refused: nobody is there to ask. */
static int
no_passphrase(char *text, int size, int writing, void *arg)
{
	return -1;
}

/* The handshake goes on whatever the chain is: match.c judges it later. */
static int
accept_chain(X509_STORE_CTX *store, void *arg)
{
	return 1;
}

/*
 * An offer that asks for one type of key still takes any signature on the
 * certificates (RFC 8446 section 4.2.3): an ECDSA certificate from an RSA
 * authority shall be seen. All schemes, each in two octets.
 */
static int
add_cert_sigalgs(SSL *ssl, unsigned type, unsigned where,
    const unsigned char **bytes, size_t *len, X509 *cert, size_t i, int *alert,
    void *arg)
{
	static const unsigned char list[] = { 0x00, 0x2a, 0x09, 0x05, 0x09,
		0x06, 0x09, 0x04, 0x04, 0x03, 0x05, 0x03, 0x06, 0x03, 0x08,
		0x07, 0x08, 0x08, 0x08, 0x09, 0x08, 0x0a, 0x08, 0x0b, 0x08,
		0x04, 0x08, 0x05, 0x08, 0x06, 0x04, 0x01, 0x05, 0x01, 0x06,
		0x01, 0x03, 0x03, 0x02, 0x03, 0x03, 0x01, 0x02, 0x01 };
	const struct tls_offer *offer = SSL_get_app_data(ssl);

	if (offer == NULL || offer->sigalgs == NULL ||
	    offer->sigalgs == tls_offer_find("default")->sigalgs)
		return 0;
	*bytes = list;
	*len = sizeof(list);
	return 1;
}

/* One of the types that a server has to pass over (RFC 8701). */
#define EXT_PADDING 0xdada

static int
add_padding(SSL *ssl, unsigned type, unsigned where,
    const unsigned char **bytes, size_t *len, X509 *cert, size_t i, int *alert,
    void *arg)
{
	static const unsigned char padding[TLS_HELLO_PAD];
	const struct tls_offer *offer = SSL_get_app_data(ssl);

	if (offer == NULL || !offer->padded)
		return 0;
	*bytes = padding;
	*len = sizeof(padding);
	return 1;
}

/*
 * All that openssl.cnf could have set is set again, in case the program
 * around us has read one. Security level 0 and TLS 1.0: a weak server shall
 * be seen and reported, not hidden behind our own refusal. One without secure
 * renegotiation (RFC 5746) is refused, as OpenSSL senders do.
 */
static bool
prepare_shake(SSL_CTX *ctx)
{
	const struct tls_offer *offer = tls_offer_find_short("default");

	SSL_CTX_clear_options(ctx, ~UINT64_C(0));
	SSL_CTX_set_options(ctx,
	    SSL_OP_ALL | SSL_OP_NO_SSLv3 | SSL_OP_NO_TICKET |
		SSL_OP_NO_COMPRESSION | SSL_OP_NO_RENEGOTIATION);
	SSL_CTX_set_mode(ctx,
	    SSL_MODE_RELEASE_BUFFERS | SSL_MODE_ENABLE_PARTIAL_WRITE |
		SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
	/* A call of the kernel for what has come, not two for each record. */
	SSL_CTX_set_read_ahead(ctx, 1);
	SSL_CTX_set_session_cache_mode(ctx, SSL_SESS_CACHE_OFF);
	SSL_CTX_set_security_level(ctx, 0);
	SSL_CTX_set_verify(ctx, SSL_VERIFY_NONE, NULL);
	SSL_CTX_set_cert_verify_callback(ctx, accept_chain, NULL);
	SSL_CTX_set_default_passwd_cb(ctx, no_passphrase);
	return SSL_CTX_add_custom_ext(ctx,
		   TLSEXT_TYPE_signature_algorithms_cert, SSL_EXT_CLIENT_HELLO,
		   add_cert_sigalgs, NULL, NULL, NULL, NULL) == 1 &&
	    SSL_CTX_add_custom_ext(ctx, EXT_PADDING, SSL_EXT_CLIENT_HELLO,
		add_padding, NULL, NULL, NULL, NULL) == 1 &&
	    SSL_CTX_set_min_proto_version(ctx, TLS1_VERSION) == 1 &&
	    SSL_CTX_set_max_proto_version(ctx, 0) == 1 &&
	    SSL_CTX_set_cipher_list(ctx, offer->ciphers) == 1 &&
	    SSL_CTX_set_ciphersuites(ctx, offer->suites) == 1 &&
	    SSL_CTX_set1_groups_list(ctx, offer->groups) == 1 &&
	    SSL_CTX_set1_sigalgs_list(ctx, offer->sigalgs) == 1 &&
	    SSL_CTX_set1_client_sigalgs_list(ctx, offer->sigalgs) == 1;
}

/* Matching types and their strength as OpenSSL has them (RFC 7671 9). */
static bool
prepare_dane(SSL_CTX *ctx)
{
	return SSL_CTX_dane_enable(ctx) == 1 &&
	    SSL_CTX_dane_mtype_set(ctx, library_sha256(), 1, 1) == 1 &&
	    SSL_CTX_dane_mtype_set(ctx, library_sha512(), 2, 2) == 1;
}

/* Why a PEM file was not taken: the system's reason, or OpenSSL's. */
static bool
blame_file(char **error, const char *what, const char *path)
{
	const char *reason = ERR_reason_error_string(ERR_peek_last_error());
	int system = access(path, R_OK) == 0 ? 0 : errno;

	if (system != 0)
		reason = strerror(system);
	ERR_clear_error();
	if (asprintf(error, "%s \"%s\" cannot be used: %s", what, path,
		reason == NULL ? "it is no PEM of this kind" : reason) < 0)
		*error = NULL;
	return false;
}

/* By the whole library, as library.h has it. */
static bool
load_key(SSL_CTX *ctx, const char *path)
{
	BIO *file = BIO_new_file(path, "r");
	EVP_PKEY *key = file == NULL
	    ? NULL
	    : PEM_read_bio_PrivateKey(file, NULL, no_passphrase, NULL);
	bool done = key != NULL && SSL_CTX_use_PrivateKey(ctx, key) == 1 &&
	    SSL_CTX_check_private_key(ctx) == 1;

	EVP_PKEY_free(key);
	BIO_free(file);
	return done;
}

static bool
load_own(SSL_CTX *ctx, const char *cert, const char *key, char **error)
{
	if (cert == NULL && key == NULL)
		return true;
	if (cert == NULL) {
		if (asprintf(error, "%s: a key without a certificate", key) < 0)
			*error = NULL;
		return false;
	}
	if (SSL_CTX_use_certificate_chain_file(ctx, cert) != 1)
		return blame_file(error, "the client certificate", cert);
	/* One file may hold both. */
	if (key == NULL)
		key = cert;
	if (!load_key(ctx, key))
		return blame_file(error, "the client key", key);
	return true;
}

struct tls_context *
tls_context_new(const char *cert_file, const char *key_file, char **error)
{
	struct tls_context *context = calloc(1, sizeof(*context));
	unsigned long lacks = lack_count();
	bool done = false;

	if (context == NULL) {
		*error = strdup("out of memory");
		return NULL;
	}
	tls_lack_watch();
	/* Before any other call: the first one settles what is done at exit. */
	OPENSSL_init_ssl(
	    OPENSSL_INIT_NO_LOAD_CONFIG | OPENSSL_INIT_NO_ATEXIT, NULL);
	ERR_clear_error();
	context->shake =
	    SSL_CTX_new_ex(library_own(), NULL, TLS_client_method());
	context->wire = wire_method_new();
	if (context->shake == NULL || context->wire == NULL ||
	    !prepare_shake(context->shake) || !prepare_dane(context->shake)) {
		explain(error, "OpenSSL cannot be set up");
		goto done;
	}
	/* What it has no memory for, it would just not offer. */
	if (lack_count() != lacks) {
		ERR_clear_error();
		explain(error, "OpenSSL cannot be set up");
		goto done;
	}
	done = load_own(context->shake, cert_file, key_file, error);
done:
	if (!done) {
		tls_context_free(context);
		context = NULL;
	}
	return context;
}

bool
tls_context_trust(struct tls_context *context, const char *ca_file,
    const char *ca_path, char **error)
{
	struct trust *trust = trust_new(ca_file, ca_path, error);

	if (trust == NULL) {
		if (*error == NULL)
			*error = strdup("out of memory");
		return false;
	}
	trust_free(context->trust);
	context->trust = trust;
	return true;
}

void
tls_context_free(struct tls_context *context)
{
	if (context == NULL)
		return;
	known_free(context->known);
	SSL_CTX_free(context->shake);
	BIO_meth_free(context->wire);
	trust_free(context->trust);
	free(context);
}

const char *
tls_library(void)
{
	return OpenSSL_version(OPENSSL_VERSION);
}

const char *
tls_library_version(void)
{
	return OpenSSL_version(OPENSSL_VERSION_STRING);
}
