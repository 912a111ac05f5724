/* SPDX-License-Identifier: ISC */
#include "tls/offer.h"

#include <pthread.h>
#include <string.h>

#include <openssl/ssl.h>

#include "tls/library.h"
#include "tls/list.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/*
 * The groups are those that senders have: a curve that OpenSSL knows but
 * never offers (secp256k1) would show a handshake that no mail gets. OpenSSL
 * 3.5 sends two key shares by default, of X25519 and of its hybrid. The order
 * of the signature algorithms is OpenSSL's: it can decide which of two
 * certificates a server sends.
 */
#define SHORT_GROUPS                                                           \
	"*X25519:P-256:X448:P-521:P-384:"                                      \
	"ffdhe2048:ffdhe3072:ffdhe4096:ffdhe6144:ffdhe8192"
#define HYBRID "*X25519MLKEM768"
#define GROUPS HYBRID ":" SHORT_GROUPS

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
#define MLDSA "mldsa65:mldsa87:mldsa44"
#define RSA                                                                    \
	"rsa_pss_pss_sha256:rsa_pss_pss_sha384:rsa_pss_pss_sha512:"            \
	"rsa_pss_rsae_sha256:rsa_pss_rsae_sha384:rsa_pss_rsae_sha512:"         \
	"RSA+SHA256:RSA+SHA384:RSA+SHA512"
#define OLD_RSA "RSA+SHA224:RSA+SHA1"
#define ALL_SIGALGS MLDSA ":" ECDSA ":" EDDSA ":" RSA ":" OLD_ECDSA ":" OLD_RSA

/*
 * Curves of RFC 8422 and RFC 7027 that senders leave out, and groups with
 * ML-KEM that none of them has, or hardly one.
 */
#define RARE_GROUPS                                                            \
	"SecP256r1MLKEM768:SecP384r1MLKEM1024:curveSM2MLKEM768:MLKEM768:"      \
	"MLKEM1024:MLKEM512:brainpoolP256r1tls13:brainpoolP384r1tls13:"        \
	"brainpoolP512r1tls13:curveSM2:"                                       \
	"secp256k1:secp224r1:brainpoolP256r1:brainpoolP384r1:"                 \
	"brainpoolP512r1:secp192r1:secp224k1:sect283r1:sect409r1:sect571r1"

/* Senders gave these up with DSA certificates. */
#define ABANDONED_SIGALGS "DSA+SHA256:DSA+SHA224:DSA+SHA1"

/*
 * TLS 1.2 chooses the certificate by cipher suite, too: those of the other
 * key types go. EdDSA keys use the ECDSA suites (RFC 8422 section 5.1.1) and
 * are unknown before TLS 1.2, where an ECDSA certificate would come instead.
 */
static struct tls_offer offers[] = {
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
	{
	    .name = "mldsa",
	    .level = 1,
	    .min_version = TLS1_3_VERSION,
	    .sigalgs = MLDSA,
	    .groups = GROUPS,
	    .suites = SUITES,
	},
	{ .name = "no-sni", .level = 1, .no_sni = 1 },
	{ .name = "no-cert", .level = 1, .no_cert = 1 },
	{ .name = "implicit", .level = 1, .implicit = 1 },
	{ .name = "no-hybrid", .level = 1, .groups = SHORT_GROUPS },
	{
	    .name = "big-hello",
	    .level = 1,
	    .groups = SHORT_GROUPS,
	    .padded = 1,
	},
	{ .name = "again", .level = 1 },
	{ .name = "today", .bare = TLS_BARE_TODAY },
	{ .name = "tls12", .level = 1, .max_version = TLS1_2_VERSION },
	{
	    .name = "no-dhe",
	    .level = 1,
	    .max_version = TLS1_2_VERSION,
	    .ciphers = CIPHERS ":!kDHE",
	},
	{
	    .name = "ecdhe",
	    .level = 1,
	    .max_version = TLS1_2_VERSION,
	    .ciphers = CIPHERS ":!kDHE:!kRSA",
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

static struct tls_offer short_offers[COUNT(offers)];
static bool has_hybrid;
static pthread_once_t once = PTHREAD_ONCE_INIT;

const char *const tls_offer_all_certs[] = { "default", "big-hello", "rsa",
	"ecdsa", "eddsa", "mldsa", "no-sni", "tls12", "no-dhe", "ecdhe",
	"no-hybrid" };
const size_t tls_offer_n_all_certs = COUNT(tls_offer_all_certs);

/* Each list once, so that equal ones have one address. */
static struct {
	const char *all;
	char *known;
} lists[16];

/* Where there is no memory the list stays as it was. */
static void
keep_known(SSL_CTX *ctx, enum list_kind kind, const char **list)
{
	size_t i = 0;

	if (*list == NULL)
		return;
	while (i < COUNT(lists) && lists[i].all != NULL &&
	    strcmp(lists[i].all, *list) != 0)
		i++;
	if (i == COUNT(lists))
		return;
	if (lists[i].all == NULL) {
		lists[i].all = *list;
		lists[i].known = list_known(ctx, kind, *list);
	}
	if (lists[i].known != NULL)
		*list = lists[i].known;
}

static bool
is_short(const struct tls_offer *offer)
{
	return offer->groups != NULL && offer->groups != offers[0].groups;
}

/* Once for the process, and never freed. */
static void
make(void)
{
	SSL_CTX *ctx = SSL_CTX_new_ex(library_own(), NULL, TLS_client_method());
	const char *groups = SHORT_GROUPS;

	for (size_t i = 0; ctx != NULL && i < COUNT(offers); i++) {
		struct tls_offer *offer = &offers[i];

		keep_known(ctx, LIST_SIGALGS, &offer->sigalgs);
		keep_known(ctx, LIST_GROUPS, &offer->groups);
		keep_known(ctx, LIST_SUITES, &offer->suites);
		if (offer->sigalgs != NULL && *offer->sigalgs == '\0')
			offer->bare = TLS_BARE_MLDSA;
	}
	if (ctx != NULL)
		keep_known(ctx, LIST_GROUPS, &groups);
	for (size_t i = 0; i < COUNT(offers); i++) {
		short_offers[i] = offers[i];
		if (!is_short(&offers[i]))
			short_offers[i].groups = groups;
		if (offers[i].groups == NULL)
			offers[i].groups = offers[0].groups;
	}
	has_hybrid = strstr(offers[0].groups, "MLKEM") != NULL;
	SSL_CTX_free(ctx);
}

static const struct tls_offer *
find(const struct tls_offer *from, const char *name)
{
	pthread_once(&once, make);
	for (size_t i = 0; i < COUNT(offers); i++) {
		if (strcmp(from[i].name, name) == 0)
			return &from[i];
	}
	return NULL;
}

const struct tls_offer *
tls_offer_find(const char *name)
{
	return find(offers, name);
}

const struct tls_offer *
tls_offer_find_short(const char *name)
{
	return find(short_offers, name);
}

bool
tls_offer_has_hybrid(void)
{
	pthread_once(&once, make);
	return has_hybrid;
}
