/* SPDX-License-Identifier: ISC */
/*
 * A certificate becomes plain facts. Each fact is read for itself: what
 * cannot be read is left out, and the rest is told all the same.
 */
#include "tls/peer.h"

#include <limits.h>
#include <string.h>
#include <time.h>

#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/objects.h>
#include <openssl/x509v3.h>

#include "base/buf.h"
#include "base/text.h"
#include "tls/lack.h"
#include "tls/names.h"
#include "tls/openssl.h"

#define TEXT_MAX 1024 /* characters of one name or value */
#define OID_MAX 128

static char *
object_words(struct arena *arena, const ASN1_OBJECT *object, bool long_name)
{
	int nid = OBJ_obj2nid(object);
	char oid[OID_MAX];
	const char *name;

	if (nid != NID_undef)
		return arena_strdup(
		    arena, long_name ? OBJ_nid2ln(nid) : OBJ_nid2sn(nid));
	if (OBJ_obj2txt(oid, sizeof(oid), object, 1) <= 0)
		return arena_strdup(arena, "?");
	name = names_algorithm(oid);
	return arena_strdup(arena, name == NULL ? oid : name);
}

static char *
value_words(struct arena *arena, const ASN1_STRING *value)
{
	unsigned char *utf8 = NULL;
	int len = ASN1_STRING_to_UTF8(&utf8, value);
	char *text;

	if (len >= 0)
		text = text_printable(arena, utf8, (size_t)len, TEXT_MAX);
	else
		text = text_printable(arena, ASN1_STRING_get0_data(value),
		    (size_t)ASN1_STRING_length(value), TEXT_MAX);
	OPENSSL_free(utf8);
	return text;
}

/* The last relative name first, as people read it (RFC 4514 section 2.1). */
char *
tls_name_words(struct arena *arena, const X509_NAME *name)
{
	int n = name == NULL ? 0 : X509_NAME_entry_count(name), last_set = -1;
	struct buf buf;
	char *text;

	buf_init(&buf, 0);
	for (int i = n - 1; i >= 0; i--) {
		const X509_NAME_ENTRY *entry = X509_NAME_get_entry(name, i);
		int set = X509_NAME_ENTRY_set(entry);
		const char *key = object_words(
		    arena, X509_NAME_ENTRY_get_object(entry), false);
		const char *value =
		    value_words(arena, X509_NAME_ENTRY_get_data(entry));

		if (key == NULL || value == NULL)
			break;
		if (i < n - 1)
			buf_puts(&buf, set == last_set ? " + " : ", ");
		last_set = set;
		buf_printf(&buf, "%s=", key);
		for (; *value != '\0'; value++) {
			if (*value == ',' || *value == '+')
				buf_add(&buf, "\\", 1);
			buf_add(&buf, value, 1);
		}
	}
	text = buf_failed(&buf) ? NULL : arena_strdup(arena, buf_text(&buf));
	buf_finish(&buf);
	return text;
}

static void
fill_common_names(
    struct arena *arena, const X509_NAME *name, struct danelaw_cert *cert)
{
	int i = -1;

	if (name == NULL)
		return;
	while ((i = X509_NAME_get_index_by_NID(name, NID_commonName, i)) >= 0) {
		cert->cn = value_words(arena,
		    X509_NAME_ENTRY_get_data(X509_NAME_get_entry(name, i)));
		arena_push_text(arena, &cert->cns, &cert->n_cns, cert->cn);
	}
}

static int64_t
unix_time(const ASN1_TIME *time)
{
	struct tm tm;

	if (time == NULL || ASN1_TIME_to_tm(time, &tm) != 1)
		return 0;
	return (int64_t)timegm(&tm);
}

static char *
curve_words(struct arena *arena, EVP_PKEY *key)
{
	char name[64];
	const char *nist;
	size_t len = 0;

	if (EVP_PKEY_get_group_name(key, name, sizeof(name), &len) != 1)
		return arena_printf(
		    arena, "%d bits, own curve", EVP_PKEY_get_bits(key));
	nist = EC_curve_nid2nist(OBJ_txt2nid(name));
	return text_printable_str(arena, nist == NULL ? name : nist, OID_MAX);
}

char *
tls_group_words(struct arena *arena, EVP_PKEY *key)
{
	const char *type = EVP_PKEY_get0_type_name(key);
	char name[64];
	size_t len = 0;

	if (EVP_PKEY_is_a(key, "EC"))
		return curve_words(arena, key);
	if (EVP_PKEY_is_a(key, "DH")) {
		if (EVP_PKEY_get_group_name(key, name, sizeof(name), &len) == 1)
			return text_printable_str(arena, name, OID_MAX);
		return arena_printf(arena, "DH %d", EVP_PKEY_get_bits(key));
	}
	return text_printable_str(arena, type == NULL ? "?" : type, OID_MAX);
}

/* The name of the others says it all. */
static bool
has_bits(const char *type)
{
	static const char *const without[] = { "ED", "X25519", "X448", "ML-",
		"SLH-" };

	for (size_t i = 0; i < sizeof(without) / sizeof(without[0]); i++) {
		if (type != NULL &&
		    strncmp(type, without[i], strlen(without[i])) == 0)
			return false;
	}
	return true;
}

char *
tls_key_words(struct arena *arena, EVP_PKEY *key)
{
	const char *type = EVP_PKEY_get0_type_name(key), *curve;

	if (EVP_PKEY_is_a(key, "EC")) {
		curve = curve_words(arena, key);
		return curve == NULL ? NULL
				     : arena_printf(arena, "EC %s", curve);
	}
	if (!has_bits(type))
		return arena_strdup(arena, type);
	return arena_printf(
	    arena, "%s %d", type == NULL ? "?" : type, EVP_PKEY_get_bits(key));
}

/*
 * How the key of a curve is written down, where that is not as usual (RFC
 * 5480 section 2): not every library reads those.
 */
static const char *
curve_manner(const X509 *x509)
{
	const ASN1_BIT_STRING *point = X509_get0_pubkey_bitstr(x509);
	X509_ALGOR *algorithm = NULL;
	int type = V_ASN1_UNDEF;

	if (X509_PUBKEY_get0_param(
		NULL, NULL, NULL, &algorithm, X509_get_X509_PUBKEY(x509)) == 1)
		X509_ALGOR_get0(NULL, &type, NULL, algorithm);
	if (type == V_ASN1_SEQUENCE)
		return " (explicit parameters)";
	/* An uncompressed point begins with 4. */
	return point != NULL && ASN1_STRING_length(point) > 0 &&
		ASN1_STRING_get0_data(point)[0] != 4
	    ? " (compressed point)"
	    : "";
}

static char *
key_words(struct arena *arena, const X509 *x509)
{
	EVP_PKEY *key = X509_get0_pubkey(x509);
	ASN1_OBJECT *algorithm = NULL;
	const char *words;

	if (key != NULL && EVP_PKEY_is_a(key, "EC") &&
	    *curve_manner(x509) != '\0') {
		words = tls_key_words(arena, key);
		return words == NULL
		    ? NULL
		    : arena_printf(arena, "%s%s", words, curve_manner(x509));
	}
	if (key != NULL)
		return tls_key_words(arena, key);
	if (X509_PUBKEY_get0_param(
		&algorithm, NULL, NULL, NULL, X509_get_X509_PUBKEY(x509)) != 1)
		return arena_strdup(arena, "unreadable");
	words = object_words(arena, algorithm, false);
	return words == NULL ? NULL
			     : arena_printf(arena, "%s, unreadable", words);
}

static void
fill_names(struct arena *arena, const X509 *x509, struct danelaw_cert *cert)
{
	GENERAL_NAMES *names =
	    X509_get_ext_d2i(x509, NID_subject_alt_name, NULL, NULL);

	cert->has_alt_names =
	    X509_get_ext_by_NID(x509, NID_subject_alt_name, -1) >= 0;
	for (int i = 0; i < sk_GENERAL_NAME_num(names); i++) {
		const GENERAL_NAME *name = sk_GENERAL_NAME_value(names, i);

		if (name->type == GEN_IPADD)
			cert->has_ip_names = true;
		if (name->type == GEN_URI ||
		    (name->type == GEN_OTHERNAME &&
			OBJ_obj2nid(name->d.otherName->type_id) == NID_SRVName))
			cert->has_uri_names = true;
		if (name->type != GEN_DNS)
			continue;
		/* A NUL inside becomes \x00 and so fits no host name. */
		arena_push_text(arena, &cert->names, &cert->n_names,
		    text_printable(arena, ASN1_STRING_get0_data(name->d.ia5),
			(size_t)ASN1_STRING_length(name->d.ia5), TEXT_MAX));
	}
	GENERAL_NAMES_free(names);
}

static void
fill_usages(struct arena *arena, const X509 *x509, struct danelaw_cert *cert)
{
	ASN1_BIT_STRING *bits =
	    X509_get_ext_d2i(x509, NID_key_usage, NULL, NULL);
	EXTENDED_KEY_USAGE *more =
	    X509_get_ext_d2i(x509, NID_ext_key_usage, NULL, NULL);

	/* Bit n of the extension is bit n of DANELAW_KU_. An extension that
	   cannot be read is there all the same, and allows nothing. */
	cert->has_key_usage = X509_get_ext_by_NID(x509, NID_key_usage, -1) >= 0;
	for (int i = 0; bits != NULL && i < 9; i++)
		if (ASN1_BIT_STRING_get_bit(bits, i))
			cert->key_usage |= 1u << i;
	cert->has_ext_key_usage =
	    X509_get_ext_by_NID(x509, NID_ext_key_usage, -1) >= 0;
	for (int i = 0; i < sk_ASN1_OBJECT_num(more); i++)
		arena_push_text(arena, &cert->ext_key_usage,
		    &cert->n_ext_key_usage,
		    object_words(arena, sk_ASN1_OBJECT_value(more, i), false));
	ASN1_BIT_STRING_free(bits);
	EXTENDED_KEY_USAGE_free(more);
}

static void
fill_ca(const X509 *x509, struct danelaw_cert *cert)
{
	BASIC_CONSTRAINTS *basic =
	    X509_get_ext_d2i(x509, NID_basic_constraints, NULL, NULL);
	int64_t len;

	cert->path_len = -1;
	if (basic != NULL) {
		cert->ca = basic->ca != 0;
		if (basic->pathlen != NULL &&
		    ASN1_INTEGER_get_int64(&len, basic->pathlen) == 1 &&
		    len >= 0)
			cert->path_len = len > INT_MAX ? INT_MAX : (int)len;
	}
	BASIC_CONSTRAINTS_free(basic);
}

static void
fill_bytes(
    struct arena *arena, const struct tls_cert *from, struct danelaw_cert *cert)
{
	cert->der = from->part[0].der;
	cert->der_len = from->part[0].len;
	cert->spki = from->part[1].der;
	cert->spki_len = from->part[1].len;
	cert->cert_sha256 = text_hex(arena, from->part[0].sha256, 32);
	cert->cert_sha512 = text_hex(arena, from->part[0].sha512, 64);
	cert->spki_sha256 = text_hex(arena, from->part[1].sha256, 32);
	cert->spki_sha512 = text_hex(arena, from->part[1].sha512, 64);
}

static void
fill_cert(
    struct arena *arena, const struct tls_cert *from, struct danelaw_cert *cert)
{
	const X509 *x509 = from->x509;
	const X509_NAME *subject = X509_get_subject_name(x509);
	const X509_NAME *issuer = X509_get_issuer_name(x509);
	const ASN1_OBJECT *signature = NULL;
	const X509_ALGOR *algorithm = NULL;
	long version = X509_get_version(x509);

	cert->depth = -1;
	cert->subject = tls_name_words(arena, subject);
	cert->issuer = tls_name_words(arena, issuer);
	fill_common_names(arena, subject, cert);
	cert->not_before = unix_time(X509_get0_notBefore(x509));
	cert->not_after = unix_time(X509_get0_notAfter(x509));
	cert->key = key_words(arena, x509);
	X509_get0_signature(NULL, &algorithm, x509);
	X509_ALGOR_get0(&signature, NULL, NULL, algorithm);
	cert->signature = object_words(arena, signature, true);
	cert->version = version >= 0 && version < 255 ? (int)version + 1 : 0;
	cert->negative_serial = ASN1_STRING_type(X509_get0_serialNumber(
				    x509)) == V_ASN1_NEG_INTEGER;
	cert->self_issued = X509_NAME_cmp(subject, issuer) == 0;
	fill_names(arena, x509, cert);
	fill_usages(arena, x509, cert);
	fill_ca(x509, cert);
	fill_bytes(arena, from, cert);
}

/* False: no memory. */
static bool
note_facts(const struct tls_chain *chain)
{
	struct danelaw_cert *list =
	    arena_alloc(chain->bytes, chain->n * sizeof(*list));
	unsigned long lacks = lack_count();

	ERR_clear_error();
	if (list == NULL)
		return false;
	for (size_t i = 0; i < chain->n; i++) {
		list[i].wire = (int)i;
		fill_cert(chain->bytes, &chain->certs[i], &list[i]);
	}
	if (tls_lack_look() || lack_count() != lacks)
		chain->notes->lacked = true;
	ERR_clear_error();
	if (chain->notes->lacked || arena_failed(chain->bytes))
		return false;
	chain->notes->certs = list;
	return true;
}

bool
tls_chain_facts(const struct tls_chain *chain, struct arena *arena,
    struct danelaw_cert **certs, size_t *n)
{
	size_t count = tls_chain_count(chain);
	struct danelaw_cert *list = NULL;

	if (count > 0) {
		if ((chain->notes->certs == NULL && !note_facts(chain)) ||
		    !arena_hold(arena, chain->bytes))
			return false;
		arena_ref(chain->bytes);
		list = arena_memdup(
		    arena, chain->notes->certs, count * sizeof(*list));
	}
	if (arena_failed(arena))
		return false;
	*certs = list;
	*n = count;
	return true;
}
