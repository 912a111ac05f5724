/* SPDX-License-Identifier: ISC */
/*
 * What the narrow library leaves out must be missed by nobody: it is held
 * against the whole of OpenSSL, suite by suite and key by key.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>

#include "tls/library.h"

#define ALL "ALL:COMPLEMENTOFALL:@SECLEVEL=0"
#define SUITES                                                                 \
	"TLS_AES_256_GCM_SHA384:TLS_CHACHA20_POLY1305_SHA256:"                 \
	"TLS_AES_128_GCM_SHA256:TLS_AES_128_CCM_SHA256:"                       \
	"TLS_AES_128_CCM_8_SHA256"

static SSL_CTX *
new_context(OSSL_LIB_CTX *library, const SSL_METHOD *method)
{
	SSL_CTX *ctx = SSL_CTX_new_ex(library, NULL, method);

	assert_non_null(ctx);
	SSL_CTX_set_security_level(ctx, 0);
	assert_int_equal(SSL_CTX_set_min_proto_version(ctx, TLS1_VERSION), 1);
	assert_int_equal(SSL_CTX_set_cipher_list(ctx, ALL), 1);
	assert_int_equal(SSL_CTX_set_ciphersuites(ctx, SUITES), 1);
	return ctx;
}

static void
test_is_narrow(void **state)
{
	EVP_CIPHER *needless = NULL;

	(void)state;
	assert_non_null(library_own());
	needless = EVP_CIPHER_fetch(library_own(), "AES-256-XTS", NULL);
	/* Newer ones gain nothing by leaving things out. */
	assert_int_equal(
	    needless == NULL, OpenSSL_version_num() < 0x30200000UL);
	EVP_CIPHER_free(needless);
	ERR_clear_error();
	assert_ptr_equal(library_own(), library_own());
}

static void
test_same_suites(void **state)
{
	SSL_CTX *whole = new_context(NULL, TLS_client_method());
	SSL_CTX *narrow = new_context(library_own(), TLS_client_method());
	const STACK_OF(SSL_CIPHER) *a = SSL_CTX_get_ciphers(whole);
	const STACK_OF(SSL_CIPHER) *b = SSL_CTX_get_ciphers(narrow);

	(void)state;
	assert_true(sk_SSL_CIPHER_num(a) > 100);
	assert_int_equal(sk_SSL_CIPHER_num(a), sk_SSL_CIPHER_num(b));
	for (int i = 0; i < sk_SSL_CIPHER_num(a); i++)
		assert_string_equal(
		    SSL_CIPHER_get_name(sk_SSL_CIPHER_value(a, i)),
		    SSL_CIPHER_get_name(sk_SSL_CIPHER_value(b, i)));
	SSL_CTX_free(whole);
	SSL_CTX_free(narrow);
}

/* All groups that OpenSSL 3.0 can take part in TLS with. */
static void
test_same_groups(void **state)
{
	static const char *const groups[] = { "X25519", "X448", "P-256",
		"P-384", "P-521", "secp256k1", "secp224r1", "secp192r1",
		"sect571k1", "brainpoolP256r1", "brainpoolP384r1",
		"brainpoolP512r1", "ffdhe2048", "ffdhe3072", "ffdhe4096",
		"ffdhe6144", "ffdhe8192" };
	SSL_CTX *whole = new_context(NULL, TLS_client_method());
	SSL_CTX *narrow = new_context(library_own(), TLS_client_method());

	(void)state;
	for (size_t i = 0; i < sizeof(groups) / sizeof(*groups); i++) {
		if (SSL_CTX_set1_groups_list(narrow, groups[i]) !=
		    SSL_CTX_set1_groups_list(whole, groups[i]))
			fail_msg("%s: known to one alone", groups[i]);
	}
	ERR_clear_error();
	SSL_CTX_free(whole);
	SSL_CTX_free(narrow);
}

/* Names that only newer ones know: known to one, known to the other. */
static void
test_new_names(void **state)
{
	static const char *const groups[] = { "X25519MLKEM768",
		"SecP256r1MLKEM768", "SecP384r1MLKEM1024", "MLKEM768",
		"brainpoolP256r1tls13" };
	static const char *const keys[] = { "ML-DSA-44", "ML-DSA-65",
		"ML-DSA-87", "SLH-DSA-SHA2-128s", "SLH-DSA-SHAKE-256f" };
	SSL_CTX *whole = new_context(NULL, TLS_client_method());
	SSL_CTX *own = new_context(library_own(), TLS_client_method());

	(void)state;
	for (size_t i = 0; i < sizeof(groups) / sizeof(*groups); i++)
		assert_int_equal(SSL_CTX_set1_groups_list(own, groups[i]),
		    SSL_CTX_set1_groups_list(whole, groups[i]));
	for (size_t i = 0; i < sizeof(keys) / sizeof(*keys); i++) {
		EVP_PKEY_CTX *a =
		    EVP_PKEY_CTX_new_from_name(library_own(), keys[i], NULL);
		EVP_PKEY_CTX *b =
		    EVP_PKEY_CTX_new_from_name(NULL, keys[i], NULL);

		assert_int_equal(a == NULL, b == NULL);
		EVP_PKEY_CTX_free(a);
		EVP_PKEY_CTX_free(b);
	}
	ERR_clear_error();
	SSL_CTX_free(own);
	SSL_CTX_free(whole);
}

/* Keys. */

static EVP_PKEY *
new_key(const char *type, const char *group)
{
	if (strcmp(type, "RSA") == 0)
		return EVP_PKEY_Q_keygen(NULL, NULL, type, (size_t)2048);
	if (strcmp(type, "EC") == 0)
		return EVP_PKEY_Q_keygen(NULL, NULL, type, group);
	return EVP_PKEY_Q_keygen(NULL, NULL, type);
}

/* RSA-PSS and DSA want a context for their keys. */
static EVP_PKEY *
new_odd_key(const char *type)
{
	EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_from_name(NULL, type, NULL);
	EVP_PKEY *params = NULL, *key = NULL;

	assert_non_null(ctx);
	if (strcmp(type, "DSA") == 0) {
		assert_int_equal(EVP_PKEY_paramgen_init(ctx), 1);
		assert_int_equal(EVP_PKEY_generate(ctx, &params), 1);
		EVP_PKEY_CTX_free(ctx);
		ctx = EVP_PKEY_CTX_new_from_pkey(NULL, params, NULL);
	}
	assert_int_equal(EVP_PKEY_keygen_init(ctx), 1);
	assert_int_equal(EVP_PKEY_generate(ctx, &key), 1);
	EVP_PKEY_CTX_free(ctx);
	EVP_PKEY_free(params);
	return key;
}

/* A certificate for the key, signed by the signer with the digest. */
static X509 *
new_cert(EVP_PKEY *key, EVP_PKEY *signer, const char *digest)
{
	X509 *cert = X509_new();
	const EVP_MD *md = digest == NULL ? NULL : EVP_get_digestbyname(digest);

	assert_non_null(cert);
	assert_true(digest == NULL || md != NULL);
	assert_int_equal(X509_set_version(cert, X509_VERSION_3), 1);
	ASN1_INTEGER_set(X509_get_serialNumber(cert), 1);
	X509_gmtime_adj(X509_getm_notBefore(cert), -3600);
	X509_gmtime_adj(X509_getm_notAfter(cert), 3600);
	assert_int_equal(X509_set_pubkey(cert, key), 1);
	assert_true(X509_sign(cert, signer, md) > 0);
	return cert;
}

static X509 *
read_again(X509 *cert, OSSL_LIB_CTX *library)
{
	unsigned char *der = NULL;
	const unsigned char *at;
	int len = i2d_X509(cert, &der);
	X509 *copy = X509_new_ex(library, NULL);

	assert_true(len > 0);
	at = der;
	assert_non_null(copy);
	assert_non_null(d2i_X509(&copy, &at, len));
	OPENSSL_free(der);
	return copy;
}

struct key_row {
	const char *type, *group;
	const char *digests[12]; /* that sign with it; none: by itself */
};

#define SHA2 "SHA224", "SHA256", "SHA384", "SHA512"
#define SHA3 "SHA3-224", "SHA3-256", "SHA3-384", "SHA3-512"

static const struct key_row keys[] = {
	{ "RSA", NULL, { "MD5", "SHA1", "RIPEMD160", SHA2, SHA3 } },
	{ "RSA-PSS", NULL, { "SHA1", SHA2 } },
	{ "EC", "P-256", { "SHA1", SHA2, SHA3 } },
	{ "EC", "P-384", { "SHA384" } },
	{ "EC", "P-521", { "SHA512" } },
	{ "EC", "P-224", { "SHA224" } },
	{ "EC", "secp256k1", { "SHA256" } },
	{ "EC", "brainpoolP256r1", { "SHA256" } },
	{ "EC", "sect283r1", { "SHA256" } },
	{ "DSA", NULL, { "SHA1", "SHA224", "SHA256" } },
	{ "ED25519", NULL, { NULL } },
	{ "ED448", NULL, { NULL } },
	{ "SM2", NULL, { "SM3" } },
};

static void
compare_keys(X509 *cert, const char *what)
{
	X509 *narrow = read_again(cert, library_own());
	X509 *whole = read_again(cert, NULL);
	EVP_PKEY *a = X509_get0_pubkey(narrow), *b = X509_get0_pubkey(whole);

	if (a == NULL || b == NULL)
		fail_msg("%s: a key is not read", what);
	assert_string_equal(
	    EVP_PKEY_get0_type_name(a), EVP_PKEY_get0_type_name(b));
	assert_int_equal(EVP_PKEY_get_bits(a), EVP_PKEY_get_bits(b));
	assert_int_equal(
	    EVP_PKEY_get_security_bits(a), EVP_PKEY_get_security_bits(b));
	assert_int_equal(EVP_PKEY_eq(a, b), 1);
	X509_free(narrow);
	X509_free(whole);
}

/*
 * Signed by its own key: verified by the narrow library where it is by the
 * whole one (which cannot do ECDSA with SHA-3), and refused with another's.
 */
static bool
compare_signature(X509 *cert, EVP_PKEY *other, const char *what)
{
	X509 *narrow = read_again(cert, library_own());
	X509 *whole = read_again(cert, NULL);

	bool verified = X509_verify(whole, X509_get0_pubkey(whole)) == 1;

	if ((X509_verify(narrow, X509_get0_pubkey(narrow)) == 1) != verified ||
	    (X509_verify(narrow, X509_get0_pubkey(whole)) == 1) != verified ||
	    (X509_verify(whole, X509_get0_pubkey(narrow)) == 1) != verified)
		fail_msg("%s: verified by one alone", what);
	assert_true(X509_verify(narrow, other) <= 0);
	ERR_clear_error();
	X509_free(narrow);
	X509_free(whole);
	return verified;
}

static void
test_keys_and_signatures(void **state)
{
	EVP_PKEY *other = new_key("EC", "P-256");
	size_t verified = 0;

	(void)state;
	for (size_t i = 0; i < sizeof(keys) / sizeof(*keys); i++) {
		const struct key_row *row = &keys[i];
		bool odd = strcmp(row->type, "DSA") == 0 ||
		    strcmp(row->type, "RSA-PSS") == 0;
		EVP_PKEY *key = odd ? new_odd_key(row->type)
				    : new_key(row->type, row->group);
		size_t j = 0;

		assert_non_null(key);
		do {
			X509 *cert = new_cert(key, key, row->digests[j]);

			compare_keys(cert, row->type);
			/* Its identifier is not the default one. */
			if (strcmp(row->type, "SM2") != 0)
				verified +=
				    compare_signature(cert, other, row->type);
			X509_free(cert);
		} while (row->digests[j] != NULL && row->digests[++j] != NULL);
		EVP_PKEY_free(key);
	}
	assert_true(verified >= 31);
	EVP_PKEY_free(other);
}

/* Keys that sign nothing, in a certificate that another key signed. */
static void
test_keys_of_exchange(void **state)
{
	static const char *const types[] = { "X25519", "X448" };
	EVP_PKEY *signer = new_key("EC", "P-256");

	(void)state;
	for (size_t i = 0; i < sizeof(types) / sizeof(*types); i++) {
		EVP_PKEY *key = new_key(types[i], NULL);
		X509 *cert = new_cert(key, signer, "SHA256");

		compare_keys(cert, types[i]);
		X509_free(cert);
		EVP_PKEY_free(key);
	}
	EVP_PKEY_free(signer);
}

/* Handshakes. */

static int
step(SSL *ssl)
{
	int rc = SSL_do_handshake(ssl);

	if (rc == 1 || SSL_get_error(ssl, rc) == SSL_ERROR_WANT_READ)
		return rc == 1;
	return -1;
}

/* And a few bytes each way, so that the cipher is used. */
static bool
talk(SSL *client, SSL *server)
{
	char bytes[5];
	int near = 0, far = 0;

	for (int i = 0; i < 20 && (near != 1 || far != 1); i++) {
		near = step(client);
		far = step(server);
		if (near < 0 || far < 0)
			return false;
	}
	return near == 1 && far == 1 && SSL_write(client, "hello", 5) == 5 &&
	    SSL_read(server, bytes, 5) == 5 &&
	    SSL_write(server, bytes, 5) == 5 &&
	    SSL_read(client, bytes, 5) == 5 && memcmp(bytes, "hello", 5) == 0;
}

static bool
shake(SSL_CTX *near, SSL_CTX *far, const char *suite, int version)
{
	SSL *client = SSL_new(near), *server = SSL_new(far);
	BIO *a = NULL, *b = NULL;
	bool done;

	assert_non_null(client);
	assert_non_null(server);
	assert_int_equal(BIO_new_bio_pair(&a, 0, &b, 0), 1);
	SSL_set_bio(client, a, a);
	SSL_set_bio(server, b, b);
	SSL_set_connect_state(client);
	SSL_set_accept_state(server);
	if (version == TLS1_3_VERSION)
		assert_int_equal(SSL_set_ciphersuites(client, suite), 1);
	else
		assert_int_equal(SSL_set_cipher_list(client, suite), 1);
	SSL_set_security_level(client, 0);
	assert_int_equal(SSL_set_max_proto_version(client, version), 1);
	assert_int_equal(SSL_set_min_proto_version(client, version), 1);
	done = talk(client, server) &&
	    strcmp(SSL_get_cipher_name(client), suite) == 0;
	ERR_clear_error();
	SSL_free(client);
	SSL_free(server);
	return done;
}

static SSL_CTX *
new_server(void)
{
	SSL_CTX *ctx = new_context(NULL, TLS_server_method());
	EVP_PKEY *rsa = new_key("RSA", NULL), *ec = new_key("EC", "P-256");
	X509 *certs[] = { new_cert(rsa, rsa, "SHA256"),
		new_cert(ec, ec, "SHA256") };

	assert_int_equal(SSL_CTX_use_certificate(ctx, certs[0]), 1);
	assert_int_equal(SSL_CTX_use_PrivateKey(ctx, rsa), 1);
	assert_int_equal(SSL_CTX_use_certificate(ctx, certs[1]), 1);
	assert_int_equal(SSL_CTX_use_PrivateKey(ctx, ec), 1);
	SSL_CTX_set_dh_auto(ctx, 1);
	X509_free(certs[0]);
	X509_free(certs[1]);
	EVP_PKEY_free(rsa);
	EVP_PKEY_free(ec);
	return ctx;
}

/* Whatever suite the whole library talks, the narrow one talks too. */
static void
test_handshakes(void **state)
{
	static const int versions[] = { TLS1_VERSION, TLS1_1_VERSION,
		TLS1_2_VERSION, TLS1_3_VERSION };
	SSL_CTX *server = new_server();
	SSL_CTX *whole = new_context(NULL, TLS_client_method());
	SSL_CTX *narrow = new_context(library_own(), TLS_client_method());
	const STACK_OF(SSL_CIPHER) *all = SSL_CTX_get_ciphers(whole);
	int n = 0;

	(void)state;
	for (int i = 0; i < sk_SSL_CIPHER_num(all); i++) {
		const SSL_CIPHER *suite = sk_SSL_CIPHER_value(all, i);
		const char *name = SSL_CIPHER_get_name(suite);
		bool new = SSL_CIPHER_get_protocol_id(suite) >> 8 == 0x13;

		for (size_t j = 0; j < 4; j++) {
			if (new != (versions[j] == TLS1_3_VERSION) ||
			    !shake(whole, server, name, versions[j]))
				continue;
			n++;
			if (!shake(narrow, server, name, versions[j]))
				fail_msg("%s fails", name);
		}
	}
	/* RSA, DHE and ECDHE with each cipher and version: plenty. */
	assert_true(n > 80);
	SSL_CTX_free(server);
	SSL_CTX_free(whole);
	SSL_CTX_free(narrow);
}

static void
test_digests(void **state)
{
	static const unsigned char abc[32] = { 0xba, 0x78, 0x16, 0xbf, 0x8f,
		0x01, 0xcf, 0xea, 0x41, 0x41, 0x40, 0xde, 0x5d, 0xae, 0x22,
		0x23, 0xb0, 0x03, 0x61, 0xa3, 0x96, 0x17, 0x7a, 0x9c, 0xb4,
		0x10, 0xff, 0x61, 0xf2, 0x00, 0x15, 0xad };
	unsigned char out[64], reference[64];

	(void)state;
	assert_int_equal(
	    EVP_Digest("abc", 3, out, NULL, library_sha256(), NULL), 1);
	assert_memory_equal(out, abc, sizeof(abc));
	assert_int_equal(
	    EVP_Digest("abc", 3, out, NULL, library_sha512(), NULL), 1);
	assert_int_equal(
	    EVP_Digest("abc", 3, reference, NULL, EVP_sha512(), NULL), 1);
	assert_memory_equal(out, reference, sizeof(out));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_is_narrow),
		cmocka_unit_test(test_same_suites),
		cmocka_unit_test(test_same_groups),
		cmocka_unit_test(test_new_names),
		cmocka_unit_test(test_keys_and_signatures),
		cmocka_unit_test(test_keys_of_exchange),
		cmocka_unit_test(test_handshakes),
		cmocka_unit_test(test_digests),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
