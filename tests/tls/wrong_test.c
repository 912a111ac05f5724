/* SPDX-License-Identifier: ISC */
/* What recipes hash by mistake, made anew here as openssl(1) would print it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/pem.h>

#include "tls/forge.h"
#include "tls/match.h"

typedef void print_fn(BIO *out, const struct forged *forged);

static void
print_nothing(BIO *out, const struct forged *forged)
{
	(void)out, (void)forged;
}

static void
print_newline(BIO *out, const struct forged *forged)
{
	(void)forged;
	BIO_puts(out, "\n");
}

static void
print_pem(BIO *out, const struct forged *forged)
{
	PEM_write_bio_X509(out, forged->cert);
}

static void
print_key_pem(BIO *out, const struct forged *forged)
{
	PEM_write_bio_PUBKEY(out, forged->key);
}

static void
print_bare_key(BIO *out, const struct forged *forged)
{
	unsigned char *der = NULL;
	int len = i2d_PublicKey(forged->key, &der);

	assert_true(len > 0);
	BIO_write(out, der, len);
	OPENSSL_free(der);
}

static void
print_bare_pem(BIO *out, const struct forged *forged)
{
	unsigned char *der = NULL;
	int len = i2d_PublicKey(forged->key, &der);

	PEM_write_bio(out, "RSA PUBLIC KEY", "", der, len);
	OPENSSL_free(der);
}

static void
print_modulus(BIO *out, const struct forged *forged)
{
	BIGNUM *n = NULL;
	char *hex;

	assert_int_equal(EVP_PKEY_get_bn_param(forged->key, "n", &n), 1);
	hex = BN_bn2hex(n);
	BIO_printf(out, "Modulus=%s\n", hex);
	OPENSSL_free(hex);
	BN_free(n);
}

static void
print_no_modulus(BIO *out, const struct forged *forged)
{
	(void)forged;
	BIO_puts(out, "Modulus=No modulus for this public key type\n");
}

/* As python3-cryptography 49 writes it, which knows only a kind of RSA. */
static void
print_rsa_anew(BIO *out, const struct forged *forged)
{
	X509_PUBKEY *key = X509_PUBKEY_new();
	const unsigned char *bare;
	int len;

	X509_PUBKEY_get0_param(
	    NULL, &bare, &len, NULL, X509_get_X509_PUBKEY(forged->cert));
	assert_int_equal(
	    X509_PUBKEY_set0_param(key, OBJ_nid2obj(NID_rsaEncryption),
		V_ASN1_NULL, NULL, OPENSSL_memdup(bare, (size_t)len), len),
	    1);
	assert_true(
	    ASN1_i2d_bio_of(X509_PUBKEY, i2d_X509_PUBKEY, out, key) == 1);
	X509_PUBKEY_free(key);
}

/* The same of a point, which it writes in full. */
static void
print_point_anew(BIO *out, const struct forged *forged)
{
	EVP_PKEY *key = EVP_PKEY_dup(forged->key);

	assert_int_equal(
	    EVP_PKEY_set_utf8_string_param(key,
		OSSL_PKEY_PARAM_EC_POINT_CONVERSION_FORMAT, "uncompressed"),
	    1);
	i2d_PUBKEY_bio(out, key);
	EVP_PKEY_free(key);
}

static void
print_der(BIO *out, const struct forged *forged)
{
	i2d_X509_bio(out, forged->cert);
}

static const struct {
	const char *kind;
	print_fn *print;
	int cut; /* bytes at the end */
	const char *words;
} rows[] = {
	{ "P-256", print_nothing, 0, "nothing (zero bytes)" },
	{ "P-256", print_newline, 0, "a lone newline" },
	{ "P-256", print_pem, 0, "the certificate in PEM form, which is text" },
	{ "P-256", print_pem, 1, "the certificate in PEM form, which is text" },
	{ "ED25519", print_key_pem, 0, "its key in PEM form, which is text" },
	{ "RSA 2048", print_key_pem, 1, "its key in PEM form, which is text" },
	{ "RSA 2048", print_bare_pem, 0, "its key in PEM form, which is text" },
	{ "RSA 2048", print_bare_key, 0,
	    "its bare key, without the algorithm before it" },
	{ "P-256", print_bare_key, 0,
	    "its bare key, without the algorithm before it" },
	{ "RSA 2048", print_modulus, 0, "the text \"Modulus=...\" of its key" },
	{ "RSA 2048", print_modulus, 1, "the text \"Modulus=...\" of its key" },
	{ "P-256", print_no_modulus, 0, "an error message of openssl" },
	{ "RSA-PSS 2048", print_rsa_anew, 0,
	    "its key as a library writes it anew" },
	{ "short P-256", print_point_anew, 0,
	    "its key as a library writes it anew" },
	/* What is right, and what is another's. */
	{ "P-256", print_der, 0, NULL },
	{ "P-256", print_der, 1, NULL },
	{ "short P-256", print_der, 0, NULL },
};

static struct danelaw_record
record_of(struct arena *arena, BIO *out, int cut, uint8_t mtype)
{
	uint8_t digest[EVP_MAX_MD_SIZE];
	char *text = NULL;
	long len = BIO_get_mem_data(out, &text);
	unsigned n = 0;

	assert_int_equal(EVP_Digest(text, (size_t)(len - cut), digest, &n,
			     mtype == 1 ? EVP_sha256() : EVP_sha512(), NULL),
	    1);
	return (struct danelaw_record) { .usage = 3,
		.selector = mtype == 1 ? 0 : 1,
		.mtype = mtype,
		.data = arena_memdup(arena, digest, n),
		.len = n,
		.usable = true };
}

static void
check(struct tls_context *context, size_t i)
{
	struct arena *arena = arena_new();
	struct forge how = { .kind = rows[i].kind, .cn = "mx.example" };
	struct forged forged = forge_cert(&how);
	struct tls_chain *chain = forge_chain(forged.cert, NULL);
	BIO *out = BIO_new(BIO_s_mem());
	struct danelaw_record records[2];
	struct match_question question = {
		.records = records, .n_records = 2, .at = FORGE_NOW
	};
	struct match_answer answer;

	rows[i].print(out, &forged);
	records[0] = record_of(arena, out, rows[i].cut, 1);
	records[1] = record_of(arena, out, rows[i].cut, 2);
	assert_true(match_judge(context, chain, &question, arena, &answer));
	for (size_t j = 0; j < 2; j++) {
		const char *hashed = answer.records[j].hashed;

		if ((hashed == NULL) != (rows[i].words == NULL) ||
		    (hashed != NULL && strcmp(hashed, rows[i].words) != 0))
			fail_msg("row %zu, %zu: %s", i, j,
			    hashed == NULL ? "none" : hashed);
	}
	BIO_free(out);
	tls_chain_unref(chain);
	forge_free(&forged);
	arena_unref(arena);
}

static void
test_rows(void **state)
{
	char *error = NULL;
	struct tls_context *context = tls_context_new(NULL, NULL, &error);

	(void)state;
	assert_non_null(context);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		check(context, i);
	tls_context_free(context);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_rows),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
