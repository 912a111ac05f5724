/* SPDX-License-Identifier: ISC */
/*
 * A key by itself, private or public, and a request for it give the bytes
 * that its certificate has.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>

#include "tls/public.h"

#define PASSWORD "geheim"

static const struct kind {
	const char *name, *algorithm, *group;
	unsigned bits;
	bool compressed;
	const char *words;
} kinds[] = {
	{ "RSA", "RSA", NULL, 2048, false, "RSA 2048" },
	{ "RSA-PSS", "RSA-PSS", NULL, 2048, false, "RSA-PSS 2048" },
	{ "P-256", "EC", "P-256", 0, false, "EC P-256" },
	{ "P-384", "EC", "P-384", 0, false, "EC P-384" },
	{ "P-256, its point compressed", "EC", "P-256", 0, true, "EC P-256" },
	{ "Ed25519", "ED25519", NULL, 0, false, "ED25519" },
};

static EVP_PKEY *
make_key(const struct kind *kind)
{
	EVP_PKEY_CTX *ctx =
	    EVP_PKEY_CTX_new_from_name(NULL, kind->algorithm, NULL);
	EVP_PKEY *key = NULL;

	assert_non_null(ctx);
	assert_int_equal(EVP_PKEY_keygen_init(ctx), 1);
	if (kind->group != NULL)
		assert_int_equal(
		    EVP_PKEY_CTX_set_group_name(ctx, kind->group), 1);
	if (kind->bits != 0)
		assert_int_equal(
		    EVP_PKEY_CTX_set_rsa_keygen_bits(ctx, (int)kind->bits), 1);
	assert_int_equal(EVP_PKEY_generate(ctx, &key), 1);
	EVP_PKEY_CTX_free(ctx);
	if (kind->compressed)
		assert_int_equal(EVP_PKEY_set_utf8_string_param(key,
				     OSSL_PKEY_PARAM_EC_POINT_CONVERSION_FORMAT,
				     "compressed"),
		    1);
	return key;
}

static void
sign(const struct kind *kind, EVP_PKEY *key, X509 *cert, X509_REQ *request)
{
	const EVP_MD *md =
	    strcmp(kind->algorithm, "ED25519") == 0 ? NULL : EVP_sha256();
	X509_NAME *name = X509_NAME_new();

	assert_int_equal(X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC,
			     (const unsigned char *)"mx.example", -1, -1, 0),
	    1);
	assert_int_equal(X509_set_pubkey(cert, key), 1);
	assert_int_equal(X509_set_subject_name(cert, name), 1);
	assert_true(X509_sign(cert, key, md) > 0);
	assert_int_equal(X509_REQ_set_pubkey(request, key), 1);
	assert_int_equal(X509_REQ_set_subject_name(request, name), 1);
	assert_true(X509_REQ_sign(request, key, md) > 0);
	X509_NAME_free(name);
}

/* Of exactly this size, so that a sanitizer sees a step too far. */
static char *
take(BIO *bio, size_t *len)
{
	char *from, *text;

	*len = (size_t)BIO_get_mem_data(bio, &from);
	text = malloc(*len);
	assert_non_null(text);
	if (*len > 0)
		memcpy(text, from, *len);
	BIO_free(bio);
	return text;
}

static void
assert_key(const struct kind *kind, BIO *bio, bool request, const X509 *cert)
{
	struct arena *arena = arena_new();
	struct danelaw_cert have = { 0 };
	const char *error = NULL;
	uint8_t *der = NULL;
	int want = i2d_X509_PUBKEY(X509_get_X509_PUBKEY(cert), &der);
	size_t len;
	char *text = take(bio, &len);
	bool read = request ? tls_request_read(arena, text, len, &have, &error)
			    : tls_key_read(arena, text, len, &have, &error);

	if (!read)
		fail_msg("%s: %s", kind->name, error);
	assert_int_equal(have.spki_len, want);
	assert_memory_equal(have.spki, der, have.spki_len);
	assert_string_equal(have.key, kind->words);
	assert_null(have.der);
	assert_int_equal(strlen(have.spki_sha256), 64);
	assert_int_equal(strlen(have.spki_sha512), 128);
	if (request)
		assert_string_equal(have.subject, "CN=mx.example");
	else
		assert_null(have.subject);
	OPENSSL_free(der);
	arena_unref(arena);
	free(text);
}

static BIO *
memory(void)
{
	BIO *bio = BIO_new(BIO_s_mem());

	assert_non_null(bio);
	return bio;
}

static void
test_kinds(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		const struct kind *kind = &kinds[i];
		EVP_PKEY *key = make_key(kind);
		X509 *cert = X509_new();
		X509_REQ *request = X509_REQ_new();
		BIO *bio;

		sign(kind, key, cert, request);
		bio = memory();
		PEM_write_bio_PrivateKey(bio, key, NULL, NULL, 0, NULL, NULL);
		assert_key(kind, bio, false, cert);
		bio = memory();
		PEM_write_bio_PrivateKey_traditional(
		    bio, key, NULL, NULL, 0, NULL, NULL);
		/* There is none for some. */
		if (BIO_pending(bio) > 0)
			assert_key(kind, bio, false, cert);
		else
			BIO_free(bio);
		bio = memory();
		BIO_puts(bio, "text before\n");
		PEM_write_bio_X509(bio, cert);
		PEM_write_bio_PUBKEY(bio, key);
		assert_key(kind, bio, false, cert);
		bio = memory();
		PEM_write_bio_X509_REQ(bio, request);
		assert_key(kind, bio, true, cert);
		bio = memory();
		i2d_X509_REQ_bio(bio, request);
		assert_key(kind, bio, true, cert);
		X509_REQ_free(request);
		X509_free(cert);
		EVP_PKEY_free(key);
	}
}

enum content {
	NOTHING,
	GARBAGE,
	ENCRYPTED,
	ENCRYPTED_OF_OLD,
	TWO,
	ONLY_CERT,
	BROKEN,
	NO_REQUEST,
	BAD_REQUEST,
	TRAILED,
};

static const struct {
	enum content content;
	bool request;
	const char *error; /* how it begins */
} wrong[] = {
	{ NOTHING, false, "no key in PEM form is in it" },
	{ GARBAGE, false, "no key in PEM form is in it" },
	{ ENCRYPTED, false, "the key in it is encrypted; give its public" },
	{ ENCRYPTED_OF_OLD, false, "the key in it is encrypted; give" },
	{ TWO, false, "there is more than one key in it" },
	{ ONLY_CERT, false, "there is no key in it, but a certificate" },
	{ BROKEN, false, "the key in it cannot be read" },
	{ NOTHING, true, "no certificate request is in it" },
	{ NO_REQUEST, true, "no certificate request is in it" },
	{ BAD_REQUEST, true, "the request in it is damaged" },
	{ TRAILED, true, "no certificate request is in it" },
};

static void
put_request(BIO *bio, const X509_REQ *request, int spoil, bool trailed)
{
	uint8_t *der = NULL;
	int len = i2d_X509_REQ(request, &der);

	assert_true(len > 0);
	der[len - 1] ^= (uint8_t)spoil;
	BIO_write(bio, der, len);
	if (trailed)
		BIO_write(bio, der, 1);
	OPENSSL_free(der);
}

static void
put(BIO *bio, enum content content, EVP_PKEY *key, const X509 *cert,
    const X509_REQ *request)
{
	char pass[] = PASSWORD;

	switch (content) {
	case NOTHING:
		break;
	case GARBAGE:
		BIO_puts(bio, "\x80\x01-----BEGIN\n\n-----END PRIVATE KEY");
		break;
	case ENCRYPTED:
		PEM_write_bio_PKCS8PrivateKey(bio, key, EVP_aes_128_cbc(), pass,
		    (int)strlen(pass), NULL, NULL);
		break;
	case ENCRYPTED_OF_OLD:
		PEM_write_bio_PrivateKey_traditional(bio, key,
		    EVP_aes_128_cbc(), (unsigned char *)pass, (int)strlen(pass),
		    NULL, NULL);
		break;
	case TWO:
		PEM_write_bio_PUBKEY(bio, key);
		PEM_write_bio_PUBKEY(bio, key);
		break;
	case ONLY_CERT:
	case NO_REQUEST:
		PEM_write_bio_X509(bio, cert);
		break;
	case BROKEN:
		BIO_puts(bio,
		    "-----BEGIN PUBLIC KEY-----\nMDAwMA==\n"
		    "-----END PUBLIC KEY-----\n");
		break;
	case BAD_REQUEST:
		put_request(bio, request, 1, false);
		break;
	case TRAILED:
		put_request(bio, request, 0, true);
		break;
	}
}

static void
test_wrong(void **state)
{
	EVP_PKEY *key = make_key(&kinds[2]);
	X509 *cert = X509_new();
	X509_REQ *request = X509_REQ_new();

	(void)state;
	sign(&kinds[2], key, cert, request);
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		struct arena *arena = arena_new();
		struct danelaw_cert have = { 0 };
		const char *error = NULL;
		BIO *bio = memory();
		size_t len;
		char *text;
		bool read;

		put(bio, wrong[i].content, key, cert, request);
		text = take(bio, &len);
		read = wrong[i].request
		    ? tls_request_read(arena, text, len, &have, &error)
		    : tls_key_read(arena, text, len, &have, &error);
		assert_false(read);
		assert_non_null(error);
		if (strncmp(error, wrong[i].error, strlen(wrong[i].error)) != 0)
			fail_msg("row %zu: %s", i, error);
		free(text);
		arena_unref(arena);
	}
	X509_REQ_free(request);
	X509_free(cert);
	EVP_PKEY_free(key);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_kinds),
		cmocka_unit_test(test_wrong),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
