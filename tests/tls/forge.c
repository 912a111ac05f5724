/* SPDX-License-Identifier: ISC */
#include "tls/forge.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/bio.h>
#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>
#include <openssl/x509v3.h>

#include "tls/openssl.h"

#define MUST(what)                                                             \
	do {                                                                   \
		if (!(what))                                                   \
			die(#what);                                            \
	} while (0)

static void
die(const char *what)
{
	fprintf(stderr, "forge: %s\n", what);
	ERR_print_errors_fp(stderr);
	abort();
}

static EVP_PKEY *
pss_key(int bits)
{
	EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_from_name(NULL, "RSA-PSS", NULL);
	EVP_PKEY *key = NULL;

	MUST(ctx != NULL && EVP_PKEY_keygen_init(ctx) == 1);
	MUST(EVP_PKEY_CTX_set_rsa_keygen_bits(ctx, bits) == 1);
	MUST(EVP_PKEY_generate(ctx, &key) == 1);
	EVP_PKEY_CTX_free(ctx);
	return key;
}

EVP_PKEY *
forge_key(const char *kind)
{
	EVP_PKEY *key;

	if (kind == NULL)
		kind = "P-256";
	if (strncmp(kind, "RSA ", 4) == 0)
		key = EVP_RSA_gen((unsigned)atoi(kind + 4));
	else if (strncmp(kind, "RSA-PSS ", 8) == 0)
		key = pss_key(atoi(kind + 8));
	else if (strncmp(kind, "ED", 2) == 0)
		key = EVP_PKEY_Q_keygen(NULL, NULL, kind);
	else if (strncmp(kind, "short ", 6) == 0) {
		key = EVP_EC_gen(kind + 6);
		MUST(EVP_PKEY_set_utf8_string_param(key,
			 OSSL_PKEY_PARAM_EC_POINT_CONVERSION_FORMAT,
			 "compressed") == 1);
	} else
		key = EVP_EC_gen(kind);
	MUST(key != NULL);
	return key;
}

static void
extend(X509 *cert, X509 *issuer, int nid, const char *value)
{
	X509V3_CTX ctx;
	X509_EXTENSION *ext;

	if (value == NULL)
		return;
	X509V3_set_ctx(&ctx, issuer, cert, NULL, NULL, 0);
	ext = X509V3_EXT_conf_nid(NULL, &ctx, nid, value);
	MUST(ext != NULL && X509_add_ext(cert, ext, -1) == 1);
	X509_EXTENSION_free(ext);
}

static void
extend_dns_raw(X509 *cert, const char *bytes, int len)
{
	GENERAL_NAMES *names = GENERAL_NAMES_new();
	GENERAL_NAME *name = GENERAL_NAME_new();
	ASN1_IA5STRING *text = ASN1_IA5STRING_new();

	MUST(names != NULL && name != NULL && text != NULL);
	MUST(ASN1_STRING_set(text, bytes, len) == 1);
	GENERAL_NAME_set0_value(name, GEN_DNS, text);
	sk_GENERAL_NAME_push(names, name);
	MUST(X509_add1_ext_i2d(cert, NID_subject_alt_name, names, 0, 0) == 1);
	GENERAL_NAMES_free(names);
}

static void
extend_unknown(X509 *cert, const char *oid)
{
	ASN1_OBJECT *object = OBJ_txt2obj(oid, 1);
	ASN1_OCTET_STRING *value = ASN1_OCTET_STRING_new();
	X509_EXTENSION *ext;

	ASN1_OCTET_STRING_set(value, (const unsigned char *)"\5\0", 2);
	ext = X509_EXTENSION_create_by_OBJ(NULL, object, 1, value);
	MUST(ext != NULL && X509_add_ext(cert, ext, -1) == 1);
	X509_EXTENSION_free(ext);
	ASN1_OCTET_STRING_free(value);
	ASN1_OBJECT_free(object);
}

static void
name_add(X509_NAME *name, const char *key, const char *value, int len)
{
	if (value != NULL)
		MUST(X509_NAME_add_entry_by_txt(name, key, MBSTRING_UTF8,
			 (const unsigned char *)value, len, -1, 0) == 1);
}

static void
fill(X509 *cert, const struct forge *how)
{
	static long serial = 1000;
	X509_NAME *name = X509_NAME_new();
	bool usual = how->from == 0 && how->to == 0;
	X509 *issuer = how->issuer == NULL ? cert : how->issuer->cert;

	MUST(X509_set_version(cert, how->version == 1 ? 0 : 2) == 1);
	ASN1_INTEGER_set(X509_get_serialNumber(cert), ++serial);
	name_add(name, "O", how->o, -1);
	name_add(name, "CN", how->cn, -1);
	name_add(name, "CN", how->cn2, -1);
	name_add(name, "CN", how->cn_raw, how->cn_raw_len);
	MUST(X509_set_subject_name(cert, name) == 1);
	X509_NAME_free(name);
	MUST(X509_set_issuer_name(cert, X509_get_subject_name(issuer)) == 1);
	ASN1_TIME_set(X509_getm_notBefore(cert),
	    FORGE_NOW + FORGE_DAY * (usual ? -30 : how->from));
	ASN1_TIME_set(X509_getm_notAfter(cert),
	    FORGE_NOW + FORGE_DAY * (usual ? 30 : how->to));
	extend(cert, issuer, NID_basic_constraints, how->basic);
	extend(cert, issuer, NID_key_usage, how->usage);
	extend(cert, issuer, NID_ext_key_usage, how->ext_usage);
	extend(cert, issuer, NID_name_constraints, how->constraints);
	extend(cert, issuer, NID_subject_alt_name, how->san);
	if (how->dns_raw != NULL)
		extend_dns_raw(cert, how->dns_raw, how->dns_raw_len);
	if (how->critical != NULL)
		extend_unknown(cert, how->critical);
}

struct forged
forge_cert(const struct forge *how)
{
	struct forged made = { X509_new(), how->key };
	const EVP_MD *digest =
	    EVP_get_digestbyname(how->digest == NULL ? "SHA256" : how->digest);
	EVP_PKEY *signer;

	MUST(made.cert != NULL);
	if (made.key == NULL)
		made.key = forge_key(how->kind);
	else
		EVP_PKEY_up_ref(made.key);
	MUST(X509_set_pubkey(made.cert, made.key) == 1);
	fill(made.cert, how);
	signer = how->issuer == NULL ? made.key : how->issuer->key;
	if (how->signer != NULL)
		signer = how->signer;
	if (EVP_PKEY_is_a(signer, "ED25519") || EVP_PKEY_is_a(signer, "ED448"))
		digest = NULL;
	MUST(X509_sign(made.cert, signer, digest) > 0);
	return made;
}

void
forge_free(struct forged *forged)
{
	X509_free(forged->cert);
	EVP_PKEY_free(forged->key);
	*forged = (struct forged) { NULL, NULL };
}

struct tls_chain *
forge_chain(X509 *leaf, ...)
{
	STACK_OF(X509) *stack = sk_X509_new_null();
	struct tls_chain *chain;
	va_list args;

	va_start(args, leaf);
	for (X509 *cert = leaf; cert != NULL; cert = va_arg(args, X509 *))
		sk_X509_push(stack, cert);
	va_end(args);
	chain = tls_chain_new(stack);
	MUST(chain != NULL);
	sk_X509_free(stack);
	return chain;
}

char *
forge_pem(X509 *const *certs, size_t n)
{
	BIO *bio = BIO_new(BIO_s_mem());
	char *bytes, *text;
	long len;

	for (size_t i = 0; i < n; i++)
		MUST(PEM_write_bio_X509(bio, certs[i]) == 1);
	len = BIO_get_mem_data(bio, &bytes);
	text = OPENSSL_strndup(bytes, (size_t)len);
	MUST(text != NULL);
	BIO_free(bio);
	return text;
}
