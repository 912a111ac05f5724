/* SPDX-License-Identifier: ISC */
#include "tls/wrong.h"

#include <string.h>

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>

#include "tls/library.h"
#include "tls/openssl.h"

struct hunt {
	const struct match_question *question;
	struct match_answer *answer;
};

static bool
is_open(const struct hunt *hunt, size_t i)
{
	const struct danelaw_record *record = &hunt->question->records[i];

	return record->usable && record->mtype != DANELAW_MTYPE_FULL &&
	    hunt->answer->records[i].depth < 0 &&
	    hunt->answer->records[i].hashed == NULL;
}

static bool
some_open(const struct hunt *hunt)
{
	for (size_t i = 0; i < hunt->question->n_records; i++) {
		if (is_open(hunt, i))
			return true;
	}
	return false;
}

/* Is one of them the digest of these bytes? */
static bool
try_bytes(
    const struct hunt *hunt, const void *bytes, size_t len, const char *words)
{
	uint8_t digests[2][64];

	if (EVP_Digest(bytes, len, digests[0], NULL, library_sha256(), NULL) !=
		1 ||
	    EVP_Digest(bytes, len, digests[1], NULL, library_sha512(), NULL) !=
		1)
		return false;
	for (size_t i = 0; i < hunt->question->n_records; i++) {
		const struct danelaw_record *record =
		    &hunt->question->records[i];

		if (is_open(hunt, i) &&
		    memcmp(record->data, digests[record->mtype - 1],
			record->len) == 0)
			hunt->answer->records[i].hashed = words;
	}
	return true;
}

/* As a line is printed, and as "$(...)" and printf leave it. */
static bool
try_text(const struct hunt *hunt, BIO *bio, const char *words)
{
	char *text = NULL;
	long len = BIO_get_mem_data(bio, &text);

	return len > 0 && try_bytes(hunt, text, (size_t)len, words) &&
	    try_bytes(hunt, text, (size_t)len - 1, words);
}

static bool
try_pem(const struct hunt *hunt, const char *label, const uint8_t *der,
    size_t len, const char *words)
{
	BIO *bio = BIO_new(BIO_s_mem());
	bool done = bio != NULL &&
	    PEM_write_bio(bio, label, "", der, (long)len) > 0 &&
	    try_text(hunt, bio, words);

	BIO_free(bio);
	return done;
}

/* "openssl x509 -modulus"; of a key without one nothing is tried. */
static bool
try_modulus(const struct hunt *hunt, EVP_PKEY *key)
{
	BIGNUM *modulus = NULL;
	BIO *bio;
	bool done;

	if (key == NULL ||
	    EVP_PKEY_get_bn_param(key, OSSL_PKEY_PARAM_RSA_N, &modulus) != 1) {
		ERR_clear_error();
		return true;
	}
	bio = BIO_new(BIO_s_mem());
	done = bio != NULL && BIO_puts(bio, "Modulus=") > 0 &&
	    BN_print(bio, modulus) == 1 && BIO_puts(bio, "\n") > 0 &&
	    try_text(hunt, bio, "the text \"Modulus=...\" of its key");
	BIO_free(bio);
	BN_free(modulus);
	return done;
}

/*
 * A tool that takes the digest not of the octets in the certificate, but of
 * what its library makes of the key: one of RSASSA-PSS is a plain one of RSA
 * then, and a compressed point has both coordinates (hash-slinger 3.5).
 */
static bool
try_anew(
    const struct hunt *hunt, EVP_PKEY *key, const uint8_t *bare, size_t len)
{
	X509_PUBKEY *anew = NULL;
	EVP_PKEY *full = NULL;
	unsigned char *der = NULL, *own;
	int size = -1;
	bool done;

	if (EVP_PKEY_get_base_id(key) == EVP_PKEY_RSA_PSS) {
		anew = X509_PUBKEY_new();
		own = OPENSSL_memdup(bare, len);
		if (anew != NULL && own != NULL &&
		    X509_PUBKEY_set0_param(anew, OBJ_nid2obj(NID_rsaEncryption),
			V_ASN1_NULL, NULL, own, (int)len) == 1)
			size = i2d_X509_PUBKEY(anew, &der);
		else
			OPENSSL_free(own);
		X509_PUBKEY_free(anew);
	} else if (EVP_PKEY_get_base_id(key) == EVP_PKEY_EC && len > 0 &&
	    (bare[0] == POINT_CONVERSION_COMPRESSED ||
		bare[0] == POINT_CONVERSION_COMPRESSED + 1)) {
		full = EVP_PKEY_dup(key);
		if (full != NULL &&
		    EVP_PKEY_set_utf8_string_param(full,
			OSSL_PKEY_PARAM_EC_POINT_CONVERSION_FORMAT,
			"uncompressed") == 1)
			size = i2d_PUBKEY(full, &der);
		EVP_PKEY_free(full);
	} else {
		return true;
	}
	done = size > 0 &&
	    try_bytes(
		hunt, der, (size_t)size, "its key as a library writes it anew");
	OPENSSL_free(der);
	return done;
}

static bool
try_cert(const struct hunt *hunt, const struct tls_cert *cert)
{
	const unsigned char *bare = NULL;
	int len = 0;
	EVP_PKEY *key = X509_get0_pubkey(cert->x509);
	bool rsa = key != NULL && EVP_PKEY_get_base_id(key) == EVP_PKEY_RSA;

	X509_PUBKEY_get0_param(
	    NULL, &bare, &len, NULL, X509_get_X509_PUBKEY(cert->x509));
	return try_pem(hunt, PEM_STRING_X509, cert->part[0].der,
		   cert->part[0].len,
		   "the certificate in PEM form, which is text") &&
	    try_pem(hunt, PEM_STRING_PUBLIC, cert->part[1].der,
		cert->part[1].len, "its key in PEM form, which is text") &&
	    (!rsa ||
		try_pem(hunt, PEM_STRING_RSA_PUBLIC, bare, (size_t)len,
		    "its key in PEM form, which is text")) &&
	    try_bytes(hunt, bare, (size_t)len,
		"its bare key, without the algorithm before it") &&
	    try_modulus(hunt, key) &&
	    (key == NULL || try_anew(hunt, key, bare, (size_t)len));
}

bool
wrong_fill(const struct tls_chain *chain, const struct match_question *question,
    struct match_answer *answer)
{
	/* What openssl says of "-modulus" where a key has none. */
	static const struct {
		const char *text, *words;
	} fixed[] = {
		{ "", "nothing (zero bytes)" },
		{ "\n", "a lone newline" },
		{ "Modulus=No modulus for this public key type\n",
		    "an error message of openssl" },
		{ "Modulus=Wrong Algorithm type\n",
		    "an error message of openssl" },
	};
	struct hunt hunt = { question, answer };

	if (!some_open(&hunt))
		return true;
	for (size_t i = 0; i < sizeof(fixed) / sizeof(fixed[0]); i++) {
		if (!try_bytes(&hunt, fixed[i].text, strlen(fixed[i].text),
			fixed[i].words))
			return false;
	}
	for (size_t i = 0; chain != NULL && i < chain->n; i++) {
		if (!try_cert(&hunt, &chain->certs[i]))
			return false;
	}
	ERR_clear_error();
	return true;
}
