/* SPDX-License-Identifier: ISC */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/crypto.h>

#include "tls/forge.h"

/* The facts of one certificate; the arena is the caller's to end. */
static struct danelaw_cert
facts_of(const struct forge *how, struct arena *arena)
{
	struct forged made = forge_cert(how);
	struct tls_chain *chain = forge_chain(made.cert, NULL);
	struct danelaw_cert *certs = NULL;
	size_t n = 0;

	assert_true(tls_chain_facts(chain, arena, &certs, &n));
	assert_int_equal(n, 1);
	tls_chain_unref(chain);
	forge_free(&made);
	return certs[0];
}

static void
test_subject(void **state)
{
	static const struct {
		struct forge how;
		const char *subject, *cn;
	} rows[] = {
		{ { .cn = "et.example" }, "CN=et.example", "et.example" },
		{ { .o = "Org", .cn = "et.example" }, "CN=et.example, O=Org",
		    "et.example" },
		{ { .cn = "one", .cn2 = "two" }, "CN=two, CN=one", "two" },
		{ { .o = NULL }, "", NULL },
		{ { .o = "Foo, Inc.", .cn = "a+b" }, "CN=a\\+b, O=Foo\\, Inc.",
		    "a+b" },
		{ { .cn = "b\xc3\xbc" }, "CN=b\\xc3\\xbc", "b\\xc3\\xbc" },
		{ { .cn_raw = "a\0b", .cn_raw_len = 3 }, "CN=a\\x00b",
		    "a\\x00b" },
		{ { .cn_raw = "\x1b[31m", .cn_raw_len = 5 }, "CN=\\x1b[31m",
		    "\\x1b[31m" },
	};
	(void)state;

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct arena *arena = arena_new();
		struct danelaw_cert cert = facts_of(&rows[i].how, arena);

		assert_string_equal(cert.subject, rows[i].subject);
		assert_string_equal(cert.issuer, rows[i].subject);
		assert_true(cert.self_issued);
		if (rows[i].cn == NULL)
			assert_null(cert.cn);
		else
			assert_string_equal(cert.cn, rows[i].cn);
		arena_unref(arena);
	}
}

static void
test_names(void **state)
{
	static const struct {
		struct forge how;
		size_t n;
		const char *names[3];
	} rows[] = {
		{ { .cn = "a" }, 0, { NULL } },
		{ { .san = "DNS:a.example,DNS:*.B.example" }, 2,
		    { "a.example", "*.B.example" } },
		{ { .san = "email:a@b.example,IP:192.0.2.1" }, 0, { NULL } },
		{ { .san = "email:a@b.example,DNS:c.example" }, 1,
		    { "c.example" } },
		{ { .dns_raw = "mx.example\0.evil", .dns_raw_len = 16 }, 1,
		    { "mx.example\\x00.evil" } },
		{ { .dns_raw = "\x1b]0;x\a", .dns_raw_len = 6 }, 1,
		    { "\\x1b]0;x\\x07" } },
		{ { .dns_raw = "a\\b", .dns_raw_len = 3 }, 1, { "a\\\\b" } },
	};
	(void)state;

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct arena *arena = arena_new();
		struct danelaw_cert cert = facts_of(&rows[i].how, arena);

		assert_int_equal(cert.n_names, rows[i].n);
		for (size_t j = 0; j < cert.n_names; j++)
			assert_string_equal(cert.names[j], rows[i].names[j]);
		arena_unref(arena);
	}
}

static void
test_keys(void **state)
{
	static const struct {
		const char *kind, *key, *signature;
	} rows[] = {
		{ "P-256", "EC P-256", "ecdsa-with-SHA256" },
		{ "P-384", "EC P-384", "ecdsa-with-SHA256" },
		{ "P-521", "EC P-521", "ecdsa-with-SHA256" },
		{ "secp256k1", "EC secp256k1", "ecdsa-with-SHA256" },
		{ "RSA 2048", "RSA 2048", "sha256WithRSAEncryption" },
		{ "RSA 1024", "RSA 1024", "sha256WithRSAEncryption" },
		{ "RSA-PSS 2048", "RSA-PSS 2048", "rsassaPss" },
		{ "ED25519", "ED25519", "ED25519" },
		{ "ED448", "ED448", "ED448" },
	};
	(void)state;

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct arena *arena = arena_new();
		struct danelaw_cert cert =
		    facts_of(&(struct forge) { .kind = rows[i].kind }, arena);

		assert_string_equal(cert.key, rows[i].key);
		assert_string_equal(cert.signature, rows[i].signature);
		arena_unref(arena);
	}
}

static void
test_extensions(void **state)
{
	struct arena *arena = arena_new();
	struct danelaw_cert cert;
	(void)state;

	cert = facts_of(&(struct forge) { .cn = "plain" }, arena);
	assert_false(cert.has_key_usage);
	assert_false(cert.has_ext_key_usage);
	assert_false(cert.ca);
	assert_int_equal(cert.path_len, -1);
	assert_int_equal(cert.version, 3);
	assert_int_equal(cert.wire, 0);
	assert_int_equal(cert.depth, -1);
	assert_int_equal(cert.not_before, FORGE_NOW - 30 * FORGE_DAY);
	assert_int_equal(cert.not_after, FORGE_NOW + 30 * FORGE_DAY);

	cert = facts_of(&(struct forge) { .basic = "CA:TRUE,pathlen:2",
			    .usage = "keyCertSign,cRLSign",
			    .ext_usage = "serverAuth,1.2.3.4.5" },
	    arena);
	assert_true(cert.has_key_usage && cert.ca);
	assert_int_equal(
	    cert.key_usage, DANELAW_KU_KEY_CERT_SIGN | DANELAW_KU_CRL_SIGN);
	assert_int_equal(cert.path_len, 2);
	assert_int_equal(cert.n_ext_key_usage, 2);
	assert_string_equal(cert.ext_key_usage[0], "serverAuth");
	assert_string_equal(cert.ext_key_usage[1], "1.2.3.4.5");

	cert = facts_of(
	    &(struct forge) { .usage = "keyAgreement,decipherOnly" }, arena);
	assert_int_equal(cert.key_usage,
	    DANELAW_KU_KEY_AGREEMENT | DANELAW_KU_DECIPHER_ONLY);

	cert = facts_of(&(struct forge) { .version = 1 }, arena);
	assert_int_equal(cert.version, 1);
	cert =
	    facts_of(&(struct forge) { .from = -40000, .to = 2000000 }, arena);
	assert_int_equal(cert.not_before, FORGE_NOW - 40000 * FORGE_DAY);
	assert_int_equal(cert.not_after, FORGE_NOW + 2000000 * FORGE_DAY);
	arena_unref(arena);
}

static void
test_pem(void **state)
{
	struct forged ca = forge_cert(&(struct forge) { .cn = "CA" });
	struct forged leaf =
	    forge_cert(&(struct forge) { .cn = "leaf", .issuer = &ca });
	X509 *certs[TLS_CHAIN_MAX + 1] = { leaf.cert, ca.cert };
	char *pem = forge_pem(certs, 2), *broken, *many, *error = NULL;
	struct tls_chain *chain, *other;
	(void)state;

	chain = tls_chain_from_pem(pem, strlen(pem), &error);
	assert_non_null(chain);
	assert_int_equal(tls_chain_count(chain), 2);
	other = forge_chain(leaf.cert, NULL);
	assert_true(tls_chain_same_leaf(chain, other));
	tls_chain_unref(other);
	other = forge_chain(ca.cert, leaf.cert, NULL);
	assert_false(tls_chain_same_leaf(chain, other));
	assert_false(tls_chain_same_leaf(chain, NULL));
	tls_chain_unref(other);
	tls_chain_unref(tls_chain_ref(chain));
	tls_chain_unref(chain);

	assert_null(tls_chain_from_pem("", 0, &error));
	assert_string_equal(error, "no certificate in PEM form is in it");
	free(error);
	broken = strstr(pem + 1, "-----BEGIN");
	broken[60] = '!';
	assert_null(tls_chain_from_pem(pem, strlen(pem), &error));
	assert_non_null(strstr(error, "certificate 2 cannot be read"));
	free(error);
	for (size_t i = 0; i <= TLS_CHAIN_MAX; i++)
		certs[i] = ca.cert;
	many = forge_pem(certs, TLS_CHAIN_MAX + 1);
	assert_null(tls_chain_from_pem(many, strlen(many), &error));
	assert_string_equal(error, "more than 64 certificates");
	free(error);
	OPENSSL_free(many);
	OPENSSL_free(pem);
	forge_free(&leaf);
	forge_free(&ca);
}

static void
assert_printable(const char *text)
{
	for (; text != NULL && *text != '\0'; text++)
		assert_true(*text >= ' ' && *text <= '~');
}

static void
assert_cert_printable(const struct danelaw_cert *cert)
{
	assert_non_null(cert->subject);
	assert_non_null(cert->issuer);
	assert_non_null(cert->key);
	assert_non_null(cert->signature);
	assert_printable(cert->subject);
	assert_printable(cert->issuer);
	assert_printable(cert->cn);
	assert_printable(cert->key);
	assert_printable(cert->signature);
	for (size_t i = 0; i < cert->n_names; i++)
		assert_printable(cert->names[i]);
	for (size_t i = 0; i < cert->n_ext_key_usage; i++)
		assert_printable(cert->ext_key_usage[i]);
	assert_int_equal(strlen(cert->cert_sha256), 64);
	assert_int_equal(strlen(cert->spki_sha512), 128);
}

/* Every byte of a certificate spoiled in turn: told is what can be read. */
static void
test_spoiled(void **state)
{
	static const struct forge how = { .o = "Org",
		.cn = "et.example",
		.san = "DNS:mx.example,DNS:*.example.org,email:a@b.example",
		.basic = "critical,CA:TRUE,pathlen:1",
		.usage = "digitalSignature,keyCertSign",
		.ext_usage = "serverAuth,1.2.3.4",
		.constraints = "permitted;DNS:example.org" };
	static const unsigned char flips[] = { 0x01, 0x20, 0x80, 0xff };
	struct forged made = forge_cert(&how);
	unsigned char *der = NULL;
	int len = i2d_X509(made.cert, &der), readable = 0;
	(void)state;

	assert_true(len > 300);
	for (int i = 0; i < len * (int)sizeof(flips); i++) {
		unsigned char *byte = &der[i / (int)sizeof(flips)];
		const unsigned char *at = der;
		unsigned char flip = flips[i % (int)sizeof(flips)];
		struct arena *arena = arena_new();
		struct danelaw_cert *certs;
		struct tls_chain *chain;
		X509 *cert;
		size_t n;

		*byte ^= flip;
		cert = d2i_X509(NULL, &at, len);
		chain = cert == NULL ? NULL : forge_chain(cert, NULL);
		if (chain != NULL) {
			readable++;
			assert_true(tls_chain_facts(chain, arena, &certs, &n));
			assert_cert_printable(&certs[0]);
		}
		tls_chain_unref(chain);
		X509_free(cert);
		arena_unref(arena);
		*byte ^= flip;
	}
	assert_true(readable > len);
	OPENSSL_free(der);
	forge_free(&made);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_subject),
		cmocka_unit_test(test_names),
		cmocka_unit_test(test_keys),
		cmocka_unit_test(test_extensions),
		cmocka_unit_test(test_pem),
		cmocka_unit_test(test_spoiled),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
