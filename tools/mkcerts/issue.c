/* SPDX-License-Identifier: ISC */
#include "issue.h"

#include <stdlib.h>
#include <string.h>

#include <openssl/err.h>
#include <openssl/objects.h>
#include <openssl/sha.h>
#include <openssl/x509v3.h>

/* Our word, OpenSSL's type, and its group if it is a curve. */
static const struct kind {
	const char *word, *type, *group;
} kinds[] = {
	{ "p256", "EC", "prime256v1" },
	{ "p384", "EC", "secp384r1" },
	{ "p521", "EC", "secp521r1" },
	{ "secp256k1", "EC", "secp256k1" },
	{ "secp224r1", "EC", "secp224r1" },
	{ "bp256", "EC", "brainpoolP256r1" },
	{ "rsapss", "RSA-PSS", NULL },
	{ "ed25519", "ED25519", NULL },
	{ "ed448", "ED448", NULL },
	{ "mldsa44", "ML-DSA-44", NULL },
	{ "mldsa65", "ML-DSA-65", NULL },
	{ "mldsa87", "ML-DSA-87", NULL },
	{ "slhdsa", "SLH-DSA-SHA2-128s", NULL },
};

static const struct kind *
find_kind(const char *word)
{
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		if (strcmp(kinds[i].word, word) == 0)
			return &kinds[i];
	}
	return NULL; /* rsaNNNN */
}

bool
issue_can(const char *word)
{
	const struct kind *kind = find_kind(word);
	EVP_PKEY_CTX *ctx = kind == NULL
	    ? NULL
	    : EVP_PKEY_CTX_new_from_name(NULL, kind->type, NULL);
	bool can = kind == NULL || ctx != NULL;

	EVP_PKEY_CTX_free(ctx);
	ERR_clear_error();
	return can;
}

/* EVP_PKEY_Q_keygen() has no word for it. */
static EVP_PKEY *
pss_key(const char *type)
{
	EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_from_name(NULL, type, NULL);
	EVP_PKEY *key = NULL;

	if (ctx != NULL && EVP_PKEY_keygen_init(ctx) == 1)
		EVP_PKEY_generate(ctx, &key);
	EVP_PKEY_CTX_free(ctx);
	return key;
}

EVP_PKEY *
issue_key(const char *word)
{
	const struct kind *kind = find_kind(word);

	if (kind == NULL)
		return EVP_PKEY_Q_keygen(
		    NULL, NULL, "RSA", (size_t)strtoul(word + 3, NULL, 10));
	if (kind->group != NULL)
		return EVP_PKEY_Q_keygen(NULL, NULL, "EC", kind->group);
	if (strcmp(kind->type, "RSA-PSS") == 0)
		return pss_key(kind->type);
	return EVP_PKEY_Q_keygen(NULL, NULL, kind->type);
}

bool
issue_key_is(const EVP_PKEY *key, const char *word)
{
	const struct kind *kind = find_kind(word);
	char group[80];
	size_t len;

	if (kind == NULL)
		return EVP_PKEY_is_a(key, "RSA") &&
		    EVP_PKEY_get_bits(key) == atoi(word + 3);
	if (!EVP_PKEY_is_a(key, kind->type))
		return false;
	if (kind->group == NULL)
		return true;
	return EVP_PKEY_get_group_name(key, group, sizeof(group), &len) == 1 &&
	    OBJ_txt2nid(group) == OBJ_txt2nid(kind->group);
}

static bool
is_utf8(const unsigned char *text, int len)
{
	while (len > 0) {
		unsigned long character;
		int used = UTF8_getc(text, len, &character);

		if (used <= 0)
			return false;
		text += used;
		len -= used;
	}
	return true;
}

/* OpenSSL takes any byte as a TeletexString (Latin 1, to its mind). */
static bool
add_rdn(X509_NAME *name, int nid, const struct bytes *value)
{
	int type, len = (int)value->len;

	if (value->bytes == NULL)
		return true;
	type =
	    is_utf8(value->bytes, len) ? V_ASN1_UTF8STRING : V_ASN1_T61STRING;
	return X509_NAME_add_entry_by_NID(
		   name, nid, type, value->bytes, len, -1, 0) == 1;
}

static bool
set_names(X509 *cert, const struct entry *entry)
{
	X509_NAME *name = X509_NAME_new();
	bool done = false;

	if (name == NULL || !add_rdn(name, NID_organizationName, &entry->o) ||
	    !add_rdn(name, NID_commonName, &entry->cn) ||
	    !add_rdn(name, NID_commonName, &entry->cn2) ||
	    X509_set_subject_name(cert, name) != 1)
		goto done;
	X509_NAME_free(name);
	name = X509_NAME_new();
	if (name == NULL ||
	    !add_rdn(name, NID_organizationName, &entry->issuer->o) ||
	    !add_rdn(name, NID_commonName, &entry->issuer->cn) ||
	    !add_rdn(name, NID_commonName, &entry->issuer->cn2) ||
	    X509_set_issuer_name(cert, name) != 1)
		goto done;
	done = true;
done:
	X509_NAME_free(name);
	return done;
}

/* Without serial= it follows from the name: the same in every run. */
static bool
set_serial(X509 *cert, const struct entry *entry)
{
	unsigned char digest[SHA256_DIGEST_LENGTH];
	uint64_t serial = entry->serial;

	if (!entry->has_serial) {
		SHA256((const unsigned char *)entry->name, strlen(entry->name),
		    digest);
		serial = 1;
		for (int i = 0; i < 7; i++)
			serial = serial << 8 | digest[i];
	}
	if (entry->negative_serial)
		return ASN1_INTEGER_set_int64(X509_get_serialNumber(cert),
			   -(int64_t)(serial & INT64_MAX)) == 1;
	return ASN1_INTEGER_set_uint64(X509_get_serialNumber(cert), serial) ==
	    1;
}

static bool
set_dates(X509 *cert, const struct entry *entry)
{
	return ASN1_TIME_set(X509_getm_notBefore(cert), (time_t)entry->from) !=
	    NULL &&
	    ASN1_TIME_set(X509_getm_notAfter(cert), (time_t)entry->to) != NULL;
}

/* Takes the extension. */
static bool
add_ext(X509 *cert, X509_EXTENSION *ext)
{
	bool added = ext != NULL && X509_add_ext(cert, ext, -1) == 1;

	X509_EXTENSION_free(ext);
	return added;
}

/* An extension in the words of OpenSSL's configuration files. */
static bool
add_worded(X509 *cert, X509V3_CTX *ctx, int nid, const char *words)
{
	return add_ext(cert, X509V3_EXT_nconf_nid(NULL, ctx, nid, words));
}

static bool
add_basic(X509 *cert, const struct entry *entry)
{
	BASIC_CONSTRAINTS *basic;
	bool added = false;

	if (entry->ca == BASIC_ABSENT || (entry->version == 1 && !entry->ca))
		return true;
	basic = BASIC_CONSTRAINTS_new();
	if (basic == NULL)
		return false;
	basic->ca = entry->ca == BASIC_YES ? 0xff : 0;
	if (entry->pathlen >= 0) {
		basic->pathlen = ASN1_INTEGER_new();
		if (basic->pathlen == NULL ||
		    ASN1_INTEGER_set(basic->pathlen, entry->pathlen) != 1)
			goto done;
	}
	added = X509_add1_ext_i2d(cert, NID_basic_constraints, basic, 1,
		    X509V3_ADD_APPEND) == 1;
done:
	BASIC_CONSTRAINTS_free(basic);
	return added;
}

static GENERAL_NAME *
make_san(const struct san *san)
{
	static const int types[] = { [SAN_DNS] = GEN_DNS,
		[SAN_EMAIL] = GEN_EMAIL,
		[SAN_URI] = GEN_URI,
		[SAN_IP] = GEN_IPADD };
	GENERAL_NAME *name = GENERAL_NAME_new();
	ASN1_STRING *value = san->type == SAN_IP ? ASN1_OCTET_STRING_new()
						 : ASN1_IA5STRING_new();

	if (name == NULL || value == NULL || san->value.bytes == NULL ||
	    ASN1_STRING_set(value, san->value.bytes, (int)san->value.len) !=
		1) {
		GENERAL_NAME_free(name);
		ASN1_STRING_free(value);
		return NULL;
	}
	GENERAL_NAME_set0_value(name, types[san->type], value);
	return name;
}

static bool
add_san(X509 *cert, const struct entry *entry)
{
	GENERAL_NAMES *names;
	bool added = false;

	if (entry->n_san == 0)
		return true;
	names = GENERAL_NAMES_new();
	for (size_t i = 0; names != NULL && i < entry->n_san; i++) {
		GENERAL_NAME *name = make_san(&entry->san[i]);

		if (name == NULL)
			goto done;
		if (sk_GENERAL_NAME_push(names, name) <= 0) {
			GENERAL_NAME_free(name);
			goto done;
		}
	}
	added = names != NULL &&
	    X509_add1_ext_i2d(
		cert, NID_subject_alt_name, names, 0, X509V3_ADD_APPEND) == 1;
done:
	GENERAL_NAMES_free(names);
	return added;
}

/* "empty" is the extension with no bit set. */
static bool
add_ku(X509 *cert, X509V3_CTX *ctx, const struct entry *entry)
{
	ASN1_BIT_STRING *bits;
	char words[512];
	bool added;

	if (entry->ku == NULL)
		return true;
	if (strcmp(entry->ku, "empty") != 0) {
		snprintf(words, sizeof(words), "critical,%s", entry->ku);
		return add_worded(cert, ctx, NID_key_usage, words);
	}
	bits = ASN1_BIT_STRING_new();
	added = bits != NULL &&
	    X509_add1_ext_i2d(
		cert, NID_key_usage, bits, 1, X509V3_ADD_APPEND) == 1;
	ASN1_BIT_STRING_free(bits);
	return added;
}

/* "permit:a,exclude:b" becomes OpenSSL's "permitted;DNS:a,excluded;DNS:b". */
static bool
add_nc(X509 *cert, X509V3_CTX *ctx, const struct entry *entry)
{
	char words[2048] = "critical", *item, *rest, *copy;
	size_t used = strlen(words);
	bool added = false;

	if (entry->nc == NULL)
		return true;
	copy = rest = strdup(entry->nc);
	while (rest != NULL && (item = strsep(&rest, ",")) != NULL) {
		char *name = strchr(item, ':');
		int n;

		if (name == NULL)
			goto done;
		*name++ = '\0';
		if (strcmp(item, "permit") != 0 && strcmp(item, "exclude") != 0)
			goto done;
		n = snprintf(words + used, sizeof(words) - used, ",%s;DNS:%s",
		    *item == 'p' ? "permitted" : "excluded", name);
		if (n < 0 || (size_t)n >= sizeof(words) - used)
			goto done;
		used += (size_t)n;
	}
	added =
	    copy != NULL && add_worded(cert, ctx, NID_name_constraints, words);
done:
	free(copy);
	return added;
}

static bool
add_critical(X509 *cert, const struct entry *entry)
{
	static const unsigned char null_der[] = { 5, 0 };
	ASN1_OCTET_STRING *value = NULL;
	ASN1_OBJECT *oid = NULL;
	bool added = false;

	if (entry->critical_ext == NULL)
		return true;
	oid = OBJ_txt2obj(entry->critical_ext, 1);
	value = ASN1_OCTET_STRING_new();
	added = oid != NULL && value != NULL &&
	    ASN1_OCTET_STRING_set(value, null_der, sizeof(null_der)) == 1 &&
	    add_ext(cert, X509_EXTENSION_create_by_OBJ(NULL, oid, 1, value));
	ASN1_OBJECT_free(oid);
	ASN1_OCTET_STRING_free(value);
	return added;
}

static ASN1_OCTET_STRING *
key_id(EVP_PKEY *key)
{
	ASN1_OCTET_STRING *id = ASN1_OCTET_STRING_new();
	unsigned char digest[SHA_DIGEST_LENGTH];
	X509_PUBKEY *spki = NULL;
	const unsigned char *bits;
	int len;

	/* RFC 5280 4.2.1.2 (1): SHA-1 over the bits of the key. */
	if (id == NULL || X509_PUBKEY_set(&spki, key) != 1 ||
	    X509_PUBKEY_get0_param(NULL, &bits, &len, NULL, spki) != 1 ||
	    SHA1(bits, (size_t)len, digest) == NULL ||
	    ASN1_OCTET_STRING_set(id, digest, sizeof(digest)) != 1) {
		ASN1_OCTET_STRING_free(id);
		id = NULL;
	}
	X509_PUBKEY_free(spki);
	return id;
}

static bool
add_key_ids(
    X509 *cert, const struct entry *entry, EVP_PKEY *key, EVP_PKEY *issuer_key)
{
	ASN1_OCTET_STRING *subject = NULL;
	AUTHORITY_KEYID *authority = NULL;
	bool added = false;

	if (entry->no_keyid || entry->version == 1)
		return true;
	subject = key_id(key);
	if (subject == NULL ||
	    X509_add1_ext_i2d(cert, NID_subject_key_identifier, subject, 0,
		X509V3_ADD_APPEND) != 1)
		goto done;
	if (entry->issuer != entry) {
		authority = AUTHORITY_KEYID_new();
		if (authority == NULL)
			goto done;
		authority->keyid = key_id(issuer_key);
		if (authority->keyid == NULL ||
		    X509_add1_ext_i2d(cert, NID_authority_key_identifier,
			authority, 0, X509V3_ADD_APPEND) != 1)
			goto done;
	}
	added = true;
done:
	ASN1_OCTET_STRING_free(subject);
	AUTHORITY_KEYID_free(authority);
	return added;
}

static bool
sign(X509 *cert, const struct entry *entry, EVP_PKEY *issuer_key)
{
	const ASN1_BIT_STRING *signature;
	unsigned char *bytes;
	const EVP_MD *md = NULL;

	if (EVP_PKEY_is_a(issuer_key, "RSA") || EVP_PKEY_is_a(issuer_key, "EC"))
		md = EVP_get_digestbyname(entry->md);
	if (X509_sign(cert, issuer_key, md) <= 0)
		return false;
	if (entry->bad_sig) {
		X509_get0_signature(&signature, NULL, cert);
		bytes = (unsigned char *)ASN1_STRING_get0_data(signature);
		bytes[ASN1_STRING_length(signature) - 1] ^= 1;
	}
	return true;
}

X509 *
issue_cert(const struct entry *entry, EVP_PKEY *key, EVP_PKEY *issuer_key,
    const char **why)
{
	X509 *cert = X509_new();
	X509V3_CTX ctx;

	ERR_clear_error();
	X509V3_set_ctx(&ctx, NULL, cert, NULL, NULL, 0);
	if (cert == NULL || X509_set_version(cert, entry->version - 1) != 1 ||
	    X509_set_pubkey(cert, key) != 1)
		*why = "certificate";
	else if (!set_names(cert, entry))
		*why = "name";
	else if (!set_serial(cert, entry))
		*why = "serial";
	else if (!set_dates(cert, entry))
		*why = "from or to";
	else if (!add_basic(cert, entry))
		*why = "ca";
	else if (!add_ku(cert, &ctx, entry))
		*why = "ku";
	else if (entry->eku != NULL &&
	    !add_worded(cert, &ctx, NID_ext_key_usage, entry->eku))
		*why = "eku";
	else if (!add_san(cert, entry))
		*why = "san";
	else if (!add_nc(cert, &ctx, entry))
		*why = "nc";
	else if (!add_critical(cert, entry))
		*why = "critical_ext";
	else if (!add_key_ids(cert, entry, key, issuer_key))
		*why = "key identifier";
	else if (!sign(cert, entry, issuer_key))
		*why = "signature";
	else
		return cert;
	X509_free(cert);
	return NULL;
}
