/* SPDX-License-Identifier: ISC */
#include "tls.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include <openssl/core_names.h>
#include <openssl/err.h>
#include <openssl/param_build.h>
#include <openssl/pem.h>
#include <openssl/x509.h>

struct named_ctx {
	const char *name;
	SSL_CTX *ctx;
};

struct tls {
	SSL_CTX *ctx;
	struct named_ctx *sni;
	size_t n_sni;
	bool unknown_fails, missing_fails;
};

static bool
refuse(
    struct arena *arena, const char **why, const char *what, const char *value)
{
	const char *reason = ERR_reason_error_string(ERR_peek_last_error());

	*why = arena_printf(arena, "%s: %s: %s", what, value,
	    reason == NULL ? "refused by OpenSSL" : reason);
	ERR_clear_error();
	return false;
}

static X509 *
read_cert(const char *path)
{
	FILE *in = fopen(path, "r");
	X509 *cert = NULL;

	if (in != NULL) {
		cert = PEM_read_X509(in, NULL, NULL, NULL);
		fclose(in);
	}
	return cert;
}

static EVP_PKEY *
read_key(const char *path)
{
	FILE *in = fopen(path, "r");
	EVP_PKEY *key = NULL;

	if (in != NULL) {
		key =
		    PEM_read_PrivateKey(in, NULL, NULL, (void *)(uintptr_t) "");
		fclose(in);
	}
	return key;
}

static bool
use_cert(struct arena *arena, SSL_CTX *ctx, const struct tls_cert *cert,
    const char **why)
{
	STACK_OF(X509) *chain = sk_X509_new_null();
	EVP_PKEY *key = read_key(cert->key);
	X509 *leaf = NULL, *next;
	bool used = false;

	if (chain == NULL || key == NULL) {
		refuse(arena, why, "key", cert->key);
		goto done;
	}
	for (size_t i = 0; i < cert->n_chain; i++) {
		next = read_cert(cert->chain[i]);
		if (next == NULL) {
			refuse(arena, why, "chain", cert->chain[i]);
			goto done;
		}
		if (i == 0) {
			leaf = next;
		} else if (sk_X509_push(chain, next) <= 0) {
			X509_free(next);
			goto done;
		}
	}
	/* 0: a second one of the same kind would replace the first. */
	used = SSL_CTX_use_cert_and_key(ctx, leaf, key, chain, 0) == 1;
	if (!used)
		refuse(arena, why, "certificate", cert->chain[0]);
done:
	sk_X509_pop_free(chain, X509_free);
	X509_free(leaf);
	EVP_PKEY_free(key);
	return used;
}

static BIGNUM *
dh_prime(int bits)
{
	BIGNUM *prime;

	switch (bits) {
	case 768:
		return BN_get_rfc2409_prime_768(NULL);
	case 1024:
		return BN_get_rfc2409_prime_1024(NULL);
	case 1536:
		return BN_get_rfc3526_prime_1536(NULL);
	case 2048:
		return BN_get_rfc3526_prime_2048(NULL);
	case 3072:
		return BN_get_rfc3526_prime_3072(NULL);
	case 4096:
		return BN_get_rfc3526_prime_4096(NULL);
	}
	if (bits != 512)
		return NULL;
	prime = BN_new();
	if (prime != NULL &&
	    BN_generate_prime_ex(prime, bits, 1, NULL, NULL, NULL) != 1) {
		BN_free(prime);
		prime = NULL;
	}
	return prime;
}

static EVP_PKEY *
dh_params(int bits)
{
	EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_from_name(NULL, "DH", NULL);
	OSSL_PARAM_BLD *build = OSSL_PARAM_BLD_new();
	BIGNUM *prime = dh_prime(bits), *generator = BN_new();
	OSSL_PARAM *params = NULL;
	EVP_PKEY *key = NULL;

	if (ctx == NULL || build == NULL || prime == NULL ||
	    generator == NULL || BN_set_word(generator, 2) != 1 ||
	    OSSL_PARAM_BLD_push_BN(build, OSSL_PKEY_PARAM_FFC_P, prime) != 1 ||
	    OSSL_PARAM_BLD_push_BN(build, OSSL_PKEY_PARAM_FFC_G, generator) !=
		1)
		goto done;
	params = OSSL_PARAM_BLD_to_param(build);
	if (params == NULL || EVP_PKEY_fromdata_init(ctx) != 1 ||
	    EVP_PKEY_fromdata(ctx, &key, EVP_PKEY_KEY_PARAMETERS, params) != 1)
		key = NULL;
done:
	OSSL_PARAM_free(params);
	OSSL_PARAM_BLD_free(build);
	BN_free(prime);
	BN_free(generator);
	EVP_PKEY_CTX_free(ctx);
	return key;
}

static bool
set_dh(SSL_CTX *ctx, int bits)
{
	EVP_PKEY *key;

	if (bits == 0)
		return SSL_CTX_set_dh_auto(ctx, 1) == 1;
	key = dh_params(bits);
	if (key == NULL || SSL_CTX_set0_tmp_dh_pkey(ctx, key) != 1) {
		EVP_PKEY_free(key);
		return false;
	}
	return true;
}

/* Whatever certificate a client shows will do. */
static int
accept_client(X509_STORE_CTX *store, void *arg)
{
	(void)arg;
	X509_STORE_CTX_set_error(store, X509_V_OK);
	return 1;
}

static int
sni_chosen(SSL *ssl, int *alert, void *arg)
{
	const char *name = SSL_get_servername(ssl, TLSEXT_NAMETYPE_host_name);
	const struct tls *tls = arg;

	for (size_t i = 0; name != NULL && i < tls->n_sni; i++) {
		if (strcasecmp(name, tls->sni[i].name) != 0)
			continue;
		SSL_set_SSL_CTX(ssl, tls->sni[i].ctx);
		return SSL_TLSEXT_ERR_OK;
	}
	if (name == NULL ? tls->missing_fails : tls->unknown_fails) {
		*alert = SSL_AD_UNRECOGNIZED_NAME;
		return SSL_TLSEXT_ERR_ALERT_FATAL;
	}
	return SSL_TLSEXT_ERR_OK;
}

/* OpenSSL has limits even at level 0 (DH below 1024 bits). */
static int
allow_anything(const SSL *ssl, const SSL_CTX *ctx, int op, int bits, int nid,
    void *other, void *ex)
{
	(void)ssl;
	(void)ctx;
	(void)op;
	(void)bits;
	(void)nid;
	(void)other;
	(void)ex;
	return 1;
}

/*
 * What is asked for is what is served: security level 0 unless said, no
 * reordering or completing of chains, no resumption behind our back.
 */
static void
set_basics(SSL_CTX *ctx, const struct tls_setup *setup)
{
	SSL_CTX_set_security_level(ctx, setup->seclevel);
	if (setup->seclevel == 0)
		SSL_CTX_set_security_callback(ctx, allow_anything);
	SSL_CTX_set_mode(ctx,
	    SSL_MODE_RELEASE_BUFFERS | SSL_MODE_NO_AUTO_CHAIN |
		SSL_MODE_ENABLE_PARTIAL_WRITE |
		SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
	SSL_CTX_set_options(
	    ctx, SSL_OP_NO_RENEGOTIATION | SSL_OP_IGNORE_UNEXPECTED_EOF);
	if (setup->no_ems)
		SSL_CTX_set_options(ctx, SSL_OP_NO_EXTENDED_MASTER_SECRET);
	if (setup->server_order)
		SSL_CTX_set_options(ctx, SSL_OP_CIPHER_SERVER_PREFERENCE);
	SSL_CTX_set_session_cache_mode(ctx, SSL_SESS_CACHE_OFF);
	SSL_CTX_set_session_id_context(ctx, (const unsigned char *)"fake", 4);
	SSL_CTX_set_num_tickets(ctx, (size_t)setup->tickets);
	if (setup->tickets == 0)
		SSL_CTX_set_options(ctx, SSL_OP_NO_TICKET);
	SSL_CTX_set_cert_verify_callback(ctx, accept_client, NULL);
	if (setup->client_cert_require)
		SSL_CTX_set_verify(ctx,
		    SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, NULL);
	else if (setup->client_cert_request)
		SSL_CTX_set_verify(ctx, SSL_VERIFY_PEER, NULL);
}

static bool
set_versions(SSL_CTX *ctx, const struct tls_setup *setup)
{
	int max = setup->max == 0 ? TLS1_3_VERSION : setup->max;
	int min = setup->min;

	if (min == 0)
		min = max < TLS1_2_VERSION ? max : TLS1_2_VERSION;
	return min <= max && SSL_CTX_set_min_proto_version(ctx, min) == 1 &&
	    SSL_CTX_set_max_proto_version(ctx, max) == 1;
}

static bool
set_lists(struct arena *arena, SSL_CTX *ctx, const struct tls_setup *setup,
    const char **why)
{
	const char *ciphers =
	    setup->ciphers == NULL ? "DEFAULT" : setup->ciphers;

	if (SSL_CTX_set_cipher_list(ctx, ciphers) != 1)
		return refuse(arena, why, "ciphers", ciphers);
	if (setup->suites != NULL &&
	    SSL_CTX_set_ciphersuites(ctx, setup->suites) != 1)
		return refuse(arena, why, "suites", setup->suites);
	if (setup->groups != NULL &&
	    SSL_CTX_set1_groups_list(ctx, setup->groups) != 1)
		return refuse(arena, why, "groups", setup->groups);
	if (setup->sigalgs != NULL &&
	    SSL_CTX_set1_sigalgs_list(ctx, setup->sigalgs) != 1)
		return refuse(arena, why, "sigalgs", setup->sigalgs);
	return true;
}

static SSL_CTX *
make_ctx(struct arena *arena, const struct tls_setup *setup,
    const struct tls_certs *certs, const char **why)
{
	SSL_CTX *ctx = SSL_CTX_new(TLS_server_method());

	if (ctx == NULL) {
		*why = "no memory";
		return NULL;
	}
	set_basics(ctx, setup);
	if (!set_versions(ctx, setup)) {
		refuse(arena, why, "min, max", "no version is left");
		goto fail;
	}
	if (!set_lists(arena, ctx, setup, why))
		goto fail;
	if (!set_dh(ctx, setup->dh_bits)) {
		refuse(arena, why, "dh_bits",
		    "512, 768, 1024, 1536, 2048, 3072 or 4096");
		goto fail;
	}
	for (size_t i = 0; i < certs->n_certs; i++) {
		if (!use_cert(arena, ctx, &certs->certs[i], why))
			goto fail;
	}
	return ctx;
fail:
	SSL_CTX_free(ctx);
	return NULL;
}

struct tls *
tls_new(struct arena *arena, const struct tls_setup *setup, const char **why)
{
	struct tls *tls = arena_alloc(arena, sizeof(*tls));

	*why = "no memory";
	if (tls == NULL)
		return NULL;
	tls->sni = arena_alloc(arena, setup->n_sni * sizeof(*tls->sni));
	tls->ctx = make_ctx(arena, setup, &setup->certs, why);
	tls->unknown_fails = setup->sni_unknown_fails;
	tls->missing_fails = setup->sni_missing_fails;
	if (tls->sni == NULL || tls->ctx == NULL)
		goto fail;
	SSL_CTX_set_tlsext_servername_callback(tls->ctx, sni_chosen);
	SSL_CTX_set_tlsext_servername_arg(tls->ctx, tls);
	for (; tls->n_sni < setup->n_sni; tls->n_sni++) {
		const struct tls_certs *certs = &setup->sni[tls->n_sni];
		struct named_ctx *named = &tls->sni[tls->n_sni];

		named->name = certs->name;
		named->ctx = make_ctx(arena, setup, certs, why);
		if (named->ctx == NULL)
			goto fail;
	}
	return tls;
fail:
	tls_free(tls);
	return NULL;
}

void
tls_free(struct tls *tls)
{
	if (tls == NULL)
		return;
	for (size_t i = 0; i < tls->n_sni; i++)
		SSL_CTX_free(tls->sni[i].ctx);
	SSL_CTX_free(tls->ctx);
	tls->ctx = NULL;
	tls->n_sni = 0;
}

SSL *
tls_accept(const struct tls *tls, int fd)
{
	SSL *ssl = SSL_new(tls->ctx);

	if (ssl != NULL && SSL_set_fd(ssl, fd) != 1) {
		SSL_free(ssl);
		return NULL;
	}
	if (ssl != NULL)
		SSL_set_accept_state(ssl);
	return ssl;
}
