/* SPDX-License-Identifier: ISC */
#include "tls/offer.h"

#include <string.h>

#include <openssl/tls1.h>

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/*
 * The groups are those that senders have: a curve that OpenSSL knows but
 * never offers (secp256k1) would show a handshake that no mail gets. The
 * order of the signature algorithms is OpenSSL's: it can decide which of two
 * certificates a server sends.
 */
#define GROUPS                                                                 \
	"X25519:P-256:X448:P-521:P-384:"                                       \
	"ffdhe2048:ffdhe3072:ffdhe4096:ffdhe6144:ffdhe8192"

#define SUITES                                                                 \
	"TLS_AES_256_GCM_SHA384:TLS_CHACHA20_POLY1305_SHA256:"                 \
	"TLS_AES_128_GCM_SHA256:TLS_AES_128_CCM_SHA256:"                       \
	"TLS_AES_128_CCM_8_SHA256"

/* Without a certificate there is nothing to authenticate (RFC 7672 s. 8.2) */
#define CIPHERS "ALL:!aNULL:!eNULL:!PSK:!SRP"

#define ECDSA                                                                  \
	"ecdsa_secp256r1_sha256:ecdsa_secp384r1_sha384:ecdsa_secp521r1_sha512"
#define OLD_ECDSA "ECDSA+SHA224:ECDSA+SHA1"
#define EDDSA "ed25519:ed448"
#define RSA                                                                    \
	"rsa_pss_pss_sha256:rsa_pss_pss_sha384:rsa_pss_pss_sha512:"            \
	"rsa_pss_rsae_sha256:rsa_pss_rsae_sha384:rsa_pss_rsae_sha512:"         \
	"RSA+SHA256:RSA+SHA384:RSA+SHA512"
#define OLD_RSA "RSA+SHA224:RSA+SHA1"
#define ALL_SIGALGS ECDSA ":" EDDSA ":" RSA ":" OLD_ECDSA ":" OLD_RSA

/* Curves of RFC 8422 and RFC 7027 that senders leave out. */
#define RARE_GROUPS                                                            \
	"secp256k1:secp224r1:brainpoolP256r1:brainpoolP384r1:"                 \
	"brainpoolP512r1:secp192r1:secp224k1:sect283r1:sect409r1:sect571r1"

/* Senders gave these up with DSA certificates. */
#define ABANDONED_SIGALGS "DSA+SHA256:DSA+SHA224:DSA+SHA1"

/*
 * TLS 1.2 chooses the certificate by cipher suite, too: those of the other
 * key types go. EdDSA keys use the ECDSA suites (RFC 8422 section 5.1.1) and
 * are unknown before TLS 1.2, where an ECDSA certificate would come instead.
 */
static const struct tls_offer offers[] = {
	{
	    .name = "default",
	    .level = 1,
	    .sigalgs = ALL_SIGALGS,
	    .groups = GROUPS,
	    .ciphers = CIPHERS,
	    .suites = SUITES,
	},
	{
	    .name = "rsa",
	    .level = 1,
	    .sigalgs = RSA ":" OLD_RSA,
	    .groups = GROUPS,
	    .ciphers = CIPHERS ":!aECDSA:!aDSS",
	    .suites = SUITES,
	},
	{
	    .name = "ecdsa",
	    .level = 1,
	    .sigalgs = ECDSA ":" OLD_ECDSA,
	    .groups = GROUPS,
	    .ciphers = CIPHERS ":!aRSA:!kRSA:!aDSS",
	    .suites = SUITES,
	},
	{
	    .name = "eddsa",
	    .level = 1,
	    .min_version = TLS1_2_VERSION,
	    .sigalgs = EDDSA,
	    .groups = GROUPS,
	    .ciphers = CIPHERS ":!aRSA:!kRSA:!aDSS",
	    .suites = SUITES,
	},
	{ .name = "no-sni", .level = 1, .no_sni = 1 },
	{ .name = "no-cert", .level = 1, .no_cert = 1 },
	{ .name = "implicit", .level = 1, .implicit = 1 },
	{ .name = "tls12", .level = 1, .max_version = TLS1_2_VERSION },
	{
	    .name = "no-dhe",
	    .level = 1,
	    .max_version = TLS1_2_VERSION,
	    .ciphers = CIPHERS ":!kDHE",
	},
	{ .name = "tls10", .max_version = TLS1_VERSION },
	{ .name = "rare-groups", .level = 1, .groups = GROUPS ":" RARE_GROUPS },
	{
	    .name = "weak",
	    .sigalgs = ALL_SIGALGS ":" ABANDONED_SIGALGS,
	    .ciphers = "ALL:COMPLEMENTOFALL:!aNULL:!PSK:!SRP",
	    .insecure_any = 1,
	},
	{
	    .name = "anon",
	    .max_version = TLS1_2_VERSION,
	    .ciphers = "aNULL:!eNULL",
	},
	{
	    .name = "small",
	    .level = 1,
	    .min_version = TLS1_2_VERSION,
	    .max_version = TLS1_2_VERSION,
	    .sigalgs = "ECDSA+SHA256:RSA+SHA256",
	    .groups = "P-256",
	    .ciphers = "ECDHE-RSA-AES128-GCM-SHA256:"
		       "ECDHE-ECDSA-AES128-GCM-SHA256:AES128-SHA",
	},
};

const char *const tls_offer_all_certs[] = { "default", "rsa", "ecdsa", "eddsa",
	"no-sni", "tls12", "no-dhe" };
const size_t tls_offer_n_all_certs = COUNT(tls_offer_all_certs);

const struct tls_offer *
tls_offer_find(const char *name)
{
	for (size_t i = 0; i < COUNT(offers); i++)
		if (strcmp(offers[i].name, name) == 0)
			return &offers[i];
	return NULL;
}
