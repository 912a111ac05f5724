/* SPDX-License-Identifier: ISC */
#include "tls/public.h"

#include <string.h>

#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509.h>

#include "base/text.h"
#include "tls/lack.h"
#include "tls/library.h"
#include "tls/openssl.h"

#define DIGEST_MAX 64

static const char *
digest_hex(
    struct arena *arena, const EVP_MD *md, const uint8_t *bytes, size_t len)
{
	uint8_t digest[DIGEST_MAX];
	unsigned size = 0;

	if (EVP_Digest(bytes, len, digest, &size, md, NULL) != 1) {
		arena_fail(arena);
		return NULL;
	}
	return text_hex(arena, digest, size);
}

/* A key that this OpenSSL cannot read has the same bytes in a certificate. */
static const char *
key_words(struct arena *arena, const X509_PUBKEY *public)
{
	EVP_PKEY *key = X509_PUBKEY_get0(public);

	return key == NULL ? "unreadable" : tls_key_words(arena, key);
}

static void
fill(struct arena *arena, const X509_PUBKEY *public, struct danelaw_cert *cert)
{
	uint8_t *der = NULL;
	int len = i2d_X509_PUBKEY(public, &der);

	*cert = (struct danelaw_cert) { .depth = -1, .path_len = -1 };
	if (len <= 0) {
		arena_fail(arena);
		return;
	}
	cert->spki = arena_memdup(arena, der, (size_t)len);
	cert->spki_len = (size_t)len;
	cert->key = key_words(arena, public);
	cert->spki_sha256 =
	    digest_hex(arena, library_sha256(), der, (size_t)len);
	cert->spki_sha512 =
	    digest_hex(arena, library_sha512(), der, (size_t)len);
	OPENSSL_free(der);
}

static X509_PUBKEY *
public_of_private(const uint8_t *der, size_t len)
{
	X509_PUBKEY *public = NULL;
	EVP_PKEY *key = d2i_AutoPrivateKey(NULL, &der, (long)len);

	if (key != NULL && X509_PUBKEY_set(&public, key) != 1)
	public = NULL;
	EVP_PKEY_free(key);
	return public;
}

static X509_PUBKEY *
public_of(const uint8_t *der, size_t len)
{
	const uint8_t *at = der;
	X509_PUBKEY *public = d2i_X509_PUBKEY(NULL, &at, (long)len);

	if (public != NULL && at == der + len)
		return public;
	X509_PUBKEY_free(public);
	return NULL;
}

static bool
ends_in(const char *name, const char *end)
{
	size_t n = strlen(name), n_end = strlen(end);

	return n >= n_end && strcmp(name + n - n_end, end) == 0;
}

/* One block of PEM; NULL and no *error: it is no key, look further. */
static X509_PUBKEY *
read_block(const char *name, const char *header, const uint8_t *der, size_t len,
    const char **error)
{
	X509_PUBKEY *public = NULL;

	if (strcmp(name, "ENCRYPTED PRIVATE KEY") == 0 ||
	    strstr(header, "ENCRYPTED") != NULL) {
		*error = "the key in it is encrypted; give its public part, "
			 "which openssl pkey -pubout -in FILE writes";
		return NULL;
	}
	if (strcmp(name, "PUBLIC KEY") == 0)
	public = public_of(der, len);
	else if (ends_in(name, "PRIVATE KEY")) public =
	    public_of_private(der, len);
	else return NULL;
	if (public == NULL)
		*error = "the key in it cannot be read";
	return public;
}

/* The only key in it. NULL: *error, or NULL where memory ran out. */
static X509_PUBKEY *
read_pem(BIO *bio, const char **error)
{
	X509_PUBKEY *found = NULL;
	char *name, *header;
	bool certificate = false;
	uint8_t *der;
	long len;

	*error = NULL;
	while (*error == NULL &&
	    PEM_read_bio(bio, &name, &header, &der, &len) == 1) {
		X509_PUBKEY *public =
		    read_block(name, header, der, (size_t)len, error);

		certificate |= strcmp(name, PEM_STRING_X509) == 0;
		OPENSSL_free(name);
		OPENSSL_free(header);
		OPENSSL_clear_free(der, (size_t)len);
		if (public != NULL && found != NULL) {
			*error = "there is more than one key in it";
			X509_PUBKEY_free(public);
		} else if (public != NULL) {
			found = public;
		}
	}
	if (*error == NULL && found == NULL)
		*error = certificate ? "there is no key in it, but a "
				       "certificate: that is for --chain"
				     : "no key in PEM form is in it";
	if (*error != NULL) {
		X509_PUBKEY_free(found);
		found = NULL;
	}
	return found;
}

/* Takes the last word on whether it worked, and clears OpenSSL's notes. */
static bool
finish(struct arena *arena, unsigned long lacks, const char **error)
{
	if (tls_lack_look() || lack_count() != lacks || arena_failed(arena))
		*error = NULL;
	else if (*error == NULL) {
		ERR_clear_error();
		return true;
	}
	ERR_clear_error();
	return false;
}

bool
tls_key_read(struct arena *arena, const char *pem, size_t len,
    struct danelaw_cert *cert, const char **error)
{
	unsigned long lacks = lack_count();
	X509_PUBKEY *public = NULL;
	BIO *bio = NULL;

	ERR_clear_error();
	*error = "more than can be read";
	if (len <= TLS_PEM_MAX)
		bio = BIO_new_mem_buf(pem, (int)len);
	if (bio != NULL)
	public = read_pem(bio, error);
	if (public != NULL)
		fill(arena, public, cert);
	X509_PUBKEY_free(public);
	BIO_free(bio);
	return finish(arena, lacks, error);
}

static X509_REQ *
read_request(const char *pem, size_t len)
{
	BIO *bio = BIO_new_mem_buf(pem, (int)len);
	const uint8_t *at = (const uint8_t *)pem;
	X509_REQ *request = NULL;

	if (bio != NULL)
		request = PEM_read_bio_X509_REQ(bio, NULL, NULL, NULL);
	if (request == NULL && len > 0) {
		request = d2i_X509_REQ(NULL, &at, (long)len);
		if (request != NULL && at != (const uint8_t *)pem + len) {
			X509_REQ_free(request);
			request = NULL;
		}
	}
	BIO_free(bio);
	return request;
}

bool
tls_request_read(struct arena *arena, const char *pem, size_t len,
    struct danelaw_cert *cert, const char **error)
{
	unsigned long lacks = lack_count();
	X509_REQ *request = NULL;
	EVP_PKEY *key;

	ERR_clear_error();
	*error = NULL;
	if (len <= TLS_PEM_MAX)
		request = read_request(pem, len);
	if (request == NULL) {
		*error = "no certificate request is in it";
		return finish(arena, lacks, error);
	}
	/* Of a key unknown to this OpenSSL the signature is, too. */
	key = X509_REQ_get0_pubkey(request);
	if (key != NULL && X509_REQ_verify(request, key) != 1)
		*error = "the request in it is damaged: its signature is not "
			 "that of its key";
	else {
		ERR_clear_error();
		fill(arena, X509_REQ_get_X509_PUBKEY(request), cert);
		cert->subject =
		    tls_name_words(arena, X509_REQ_get_subject_name(request));
	}
	X509_REQ_free(request);
	return finish(arena, lacks, error);
}
