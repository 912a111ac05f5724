/* SPDX-License-Identifier: ISC */
#include "tls/narrow.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/core_dispatch.h>
#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/params.h>
#include <openssl/provider.h>
#include <openssl/rand.h>

#define NAMES(...) ((const char *const[]) { __VA_ARGS__, NULL })

/* Of some operations only these are kept; the others remain whole. */
struct kept {
	int operation;
	const char *const *names; /* the first name of each; NULL: any */
	const char *property;     /* part of its properties; NULL: any */
	OSSL_ALGORITHM *list;     /* ends with one without a name */
};

static const char *const nothing[] = { NULL };

/*
 * Signatures and digests are not in the table: whatever signs a certificate
 * is to be verified. Ciphers and what they rest on: all that OpenSSL knows a
 * cipher suite for.
 */
static struct kept table[] = {
	{ .operation = OSSL_OP_CIPHER,
	    .names = NAMES("NULL", "AES-256-GCM", "AES-128-GCM", "AES-256-CCM",
		"AES-128-CCM", "ChaCha20-Poly1305", "AES-256-CBC",
		"AES-128-CBC", "AES-128-CBC-HMAC-SHA1", "AES-256-CBC-HMAC-SHA1",
		"AES-128-CBC-HMAC-SHA256", "AES-256-CBC-HMAC-SHA256",
		"ARIA-256-GCM", "ARIA-128-GCM", "CAMELLIA-256-CBC",
		"CAMELLIA-128-CBC", "DES-EDE3-CBC") },
	{ .operation = OSSL_OP_MAC, .names = NAMES("HMAC") },
	{ .operation = OSSL_OP_KDF,
	    .names = NAMES("HKDF", "TLS13-KDF", "TLS1-PRF") },
	{ .operation = OSSL_OP_KEYMGMT,
	    .names = NAMES("DH", "DHX", "DSA", "RSA", "RSA-PSS", "EC", "X25519",
		"X448", "ED25519", "ED448", "SM2", "HMAC") },
	{ .operation = OSSL_OP_DECODER,
	    .property = "structure=SubjectPublicKeyInfo" },
	{ .operation = OSSL_OP_ENCODER, .names = nothing },
	{ .operation = OSSL_OP_STORE, .names = nothing },
};

static OSSL_PROVIDER *whole;

/* names: "SHA2-256:SHA-256:..." */
static bool
is_called(const char *names, const char *name)
{
	size_t len = strlen(name);

	return strncmp(names, name, len) == 0 &&
	    (names[len] == '\0' || names[len] == ':');
}

static bool
is_kept(const struct kept *kept, const OSSL_ALGORITHM *algorithm)
{
	const char *const *name = kept->names;

	if (kept->property != NULL &&
	    strstr(algorithm->property_definition, kept->property) == NULL)
		return false;
	while (name != NULL && *name != NULL &&
	    !is_called(algorithm->algorithm_names, *name))
		name++;
	return name == NULL || *name != NULL;
}

/* False: no memory. */
static bool
fill(struct kept *kept)
{
	int no_cache;
	size_t n = 0;
	const OSSL_ALGORITHM *from =
	    OSSL_PROVIDER_query_operation(whole, kept->operation, &no_cache);

	while (from != NULL && from[n].algorithm_names != NULL)
		n++;
	free(kept->list);
	kept->list = calloc(n + 1, sizeof(*kept->list));
	if (kept->list == NULL)
		return false;
	for (size_t i = 0, kept_n = 0; i < n; i++) {
		if (is_kept(kept, &from[i]))
			kept->list[kept_n++] = from[i];
	}
	return true;
}

/* Our provider: what OpenSSL asks it, the default one answers. */

static const OSSL_ALGORITHM *
query(void *context, int operation, int *no_cache)
{
	const OSSL_ALGORITHM *all =
	    OSSL_PROVIDER_query_operation(whole, operation, no_cache);

	for (size_t i = 0; i < sizeof(table) / sizeof(*table); i++) {
		if (table[i].operation == operation)
			return table[i].list;
	}
	return all;
}

static int
get_capabilities(
    void *context, const char *capability, OSSL_CALLBACK *each, void *arg)
{
	return OSSL_PROVIDER_get_capabilities(whole, capability, each, arg);
}

static int
get_params(void *context, OSSL_PARAM params[])
{
	OSSL_PARAM *status = OSSL_PARAM_locate(params, OSSL_PROV_PARAM_STATUS);

	return status == NULL || OSSL_PARAM_set_int(status, 1);
}

static int
start(const OSSL_CORE_HANDLE *handle, const OSSL_DISPATCH *in,
    const OSSL_DISPATCH **out, void **context)
{
	static const OSSL_DISPATCH functions[] = {
		{ OSSL_FUNC_PROVIDER_QUERY_OPERATION, (void (*)(void))query },
		{ OSSL_FUNC_PROVIDER_GET_CAPABILITIES,
		    (void (*)(void))get_capabilities },
		{ OSSL_FUNC_PROVIDER_GET_PARAMS, (void (*)(void))get_params },
		{ 0, NULL },
	};

	*out = functions;
	/* The algorithms shall find what they know it by. */
	*context = OSSL_PROVIDER_get0_provider_ctx(whole);
	return 1;
}

bool
narrow_is_due(void)
{
	return OpenSSL_version_num() < 0x30200000UL;
}

/*
 * The default provider stands in a library of its own, where it loads what
 * its algorithms need: digests for a generator of random numbers by them,
 * and not the ciphers that the usual generator would want.
 */
OSSL_LIB_CTX *
narrow_new(void)
{
	OSSL_LIB_CTX *base = OSSL_LIB_CTX_new(), *made = OSSL_LIB_CTX_new();

	if (base == NULL || made == NULL ||
	    RAND_set_DRBG_type(base, "HASH-DRBG", NULL, NULL, "SHA2-256") !=
		1 ||
	    RAND_set_DRBG_type(made, "HASH-DRBG", NULL, NULL, "SHA2-256") !=
		1 ||
	    (whole = OSSL_PROVIDER_load(base, "default")) == NULL)
		goto failed;
	for (size_t i = 0; i < sizeof(table) / sizeof(*table); i++) {
		if (!fill(&table[i]))
			goto failed;
	}
	if (OSSL_PROVIDER_add_builtin(made, "danelaw", start) != 1 ||
	    OSSL_PROVIDER_load(made, "danelaw") == NULL)
		goto failed;
	return made;
failed:
	OSSL_LIB_CTX_free(made);
	if (whole != NULL)
		OSSL_PROVIDER_unload(whole);
	OSSL_LIB_CTX_free(base);
	return NULL;
}
