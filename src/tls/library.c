/* SPDX-License-Identifier: ISC */
#include "tls/library.h"

#include <pthread.h>
#include <stddef.h>

#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/provider.h>

#include "tls/narrow.h"

static pthread_once_t once = PTHREAD_ONCE_INIT;
static OSSL_LIB_CTX *library;
static const EVP_MD *sha256, *sha512;

static OSSL_LIB_CTX *
new_whole(void)
{
	OSSL_LIB_CTX *whole = OSSL_LIB_CTX_new();

	if (whole == NULL || OSSL_PROVIDER_load(whole, "default") == NULL) {
		OSSL_LIB_CTX_free(whole);
		return NULL;
	}
	return whole;
}

static void
make(void)
{
	if (narrow_is_due())
		library = narrow_new();
	if (library == NULL)
		library = new_whole();
	if (library != NULL) {
		sha256 = EVP_MD_fetch(library, "SHA2-256", NULL);
		sha512 = EVP_MD_fetch(library, "SHA2-512", NULL);
	}
	ERR_clear_error();
}

OSSL_LIB_CTX *
library_own(void)
{
	pthread_once(&once, make);
	return library;
}

void
library_start_small(void)
{
	OPENSSL_init_crypto(OPENSSL_INIT_NO_LOAD_CONFIG |
		OPENSSL_INIT_NO_ADD_ALL_CIPHERS |
		OPENSSL_INIT_NO_ADD_ALL_DIGESTS,
	    NULL);
}

const EVP_MD *
library_sha256(void)
{
	pthread_once(&once, make);
	return sha256 == NULL ? EVP_sha256() : sha256;
}

const EVP_MD *
library_sha512(void)
{
	pthread_once(&once, make);
	return sha512 == NULL ? EVP_sha512() : sha512;
}
