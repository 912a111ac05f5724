/* SPDX-License-Identifier: ISC */
/* What was agreed on in a handshake that stands, in words. */
#include "tls/openssl.h"

char *
tls_shaken_group(struct arena *arena, SSL *ssl)
{
	EVP_PKEY *key = NULL;
	const char *name = NULL;
	char *words;

	/* Without one it is RSA key transport, or no key is sent back but
	   what is wrapped for ours, as with ML-KEM. */
	if (SSL_get_peer_tmp_key(ssl, &key) == 1) {
		words = tls_group_words(arena, key);
		EVP_PKEY_free(key);
		return words;
	}
#if OPENSSL_VERSION_NUMBER >= 0x30200000L
	if (SSL_version(ssl) == TLS1_3_VERSION)
		name = SSL_get0_group_name(ssl);
#endif
	return arena_strdup(arena, name);
}

/* The names of RFC 8446 section 4.2.3 for what OpenSSL tells in parts. */
const char *
tls_shaken_signature(struct arena *arena, SSL *ssl)
{
	static const struct {
		int type, digest;
		const char *words;
	} names[] = {
		{ EVP_PKEY_EC, NID_sha256, "ecdsa_secp256r1_sha256" },
		{ EVP_PKEY_EC, NID_sha384, "ecdsa_secp384r1_sha384" },
		{ EVP_PKEY_EC, NID_sha512, "ecdsa_secp521r1_sha512" },
		{ EVP_PKEY_EC, NID_sha224, "ecdsa_sha224" },
		{ EVP_PKEY_EC, NID_sha1, "ecdsa_sha1" },
		{ EVP_PKEY_RSA, NID_sha256, "rsa_pkcs1_sha256" },
		{ EVP_PKEY_RSA, NID_sha384, "rsa_pkcs1_sha384" },
		{ EVP_PKEY_RSA, NID_sha512, "rsa_pkcs1_sha512" },
		{ EVP_PKEY_RSA, NID_sha224, "rsa_pkcs1_sha224" },
		{ EVP_PKEY_RSA, NID_sha1, "rsa_pkcs1_sha1" },
		{ EVP_PKEY_RSA, NID_md5_sha1, "rsa_pkcs1_md5_sha1" },
		{ EVP_PKEY_RSA_PSS, NID_sha256, "rsa_pss_rsae_sha256" },
		{ EVP_PKEY_RSA_PSS, NID_sha384, "rsa_pss_rsae_sha384" },
		{ EVP_PKEY_RSA_PSS, NID_sha512, "rsa_pss_rsae_sha512" },
		{ -EVP_PKEY_RSA_PSS, NID_sha256, "rsa_pss_pss_sha256" },
		{ -EVP_PKEY_RSA_PSS, NID_sha384, "rsa_pss_pss_sha384" },
		{ -EVP_PKEY_RSA_PSS, NID_sha512, "rsa_pss_pss_sha512" },
		{ EVP_PKEY_ED25519, NID_undef, "ed25519" },
		{ EVP_PKEY_ED448, NID_undef, "ed448" },
	};
	const X509 *leaf = SSL_get0_peer_certificate(ssl);
	EVP_PKEY *key = leaf == NULL ? NULL : X509_get0_pubkey(leaf);
	int type, digest = NID_undef;
	const char *other = NULL;

	(void)arena, (void)other;
	if (SSL_get_peer_signature_type_nid(ssl, &type) != 1)
		return NULL;
	SSL_get_peer_signature_nid(ssl, &digest);
	/* "pss": the key is for PSS only; the two differ in the key's OID. */
	if (type == EVP_PKEY_RSA_PSS && key != NULL &&
	    EVP_PKEY_is_a(key, "RSA-PSS"))
		type = -type;
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (names[i].type == type &&
		    (names[i].digest == digest || names[i].digest == NID_undef))
			return names[i].words;
#if OPENSSL_VERSION_NUMBER >= 0x30500000L
	if (SSL_get0_peer_signature_name(ssl, &other) == 1)
		return arena_strdup(arena, other);
#endif
	return NULL;
}
