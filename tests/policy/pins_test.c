/* SPDX-License-Identifier: ISC */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#include "policy/pins.h"

#define HEX_62 "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e"
/* Digests tell by their last octet what they are of. */
#define SHA256(octet) HEX_62 octet
#define SHA512(octet) HEX_62 "ff" HEX_62 octet

static const uint8_t der[] = { 0xde, 0x01 }, spki[] = { 0x51, 0x02 };

#define CERT(place, subject_, issuer_, octet)                                  \
	{                                                                      \
		.wire = (place), .depth = -1, .subject = (subject_),           \
		.issuer = (issuer_), .cert_sha256 = SHA256("c" octet),         \
		.cert_sha512 = SHA512("c" octet),                              \
		.spki_sha256 = SHA256("5" octet),                              \
		.spki_sha512 = SHA512("5" octet), .der = der,                  \
		.der_len = sizeof(der), .spki = spki, .spki_len = sizeof(spki) \
	}

static const struct danelaw_cert
    chain[] = {
	    CERT(0, "CN=mx", "CN=I", "1"),
	    CERT(1, "CN=I", "CN=R", "2"),
	    CERT(2, "CN=R", "CN=R", "3"),
    },
    reversed[] = {
	    CERT(0, "CN=I", "CN=R", "2"),
	    CERT(1, "CN=mx", "CN=I", "1"),
    },
    far_issuer[] = {
	    CERT(0, "CN=mx", "CN=I", "1"),
	    CERT(1, "CN=R", "CN=R", "3"),
	    CERT(2, "CN=I", "CN=R", "2"),
    },
    self[] = { { .subject = "CN=mx",
	.issuer = "CN=mx",
	.self_issued = true,
	.spki_sha256 = SHA256("51") } },
    key[] = { { .depth = -1,
	.spki_sha256 = SHA256("51"),
	.spki = spki,
	.spki_len = sizeof(spki) } };

#define OF(kind, certs)                                                        \
	{                                                                      \
		kind, "file", certs, sizeof(certs) / sizeof((certs)[0])        \
	}

static const struct row {
	const char *what;
	struct pin_wish wish;
	struct pin_source source;
	const char *rr[3];
	const char *why; /* a part of it; NULL: made */
	size_t n_warnings;
} rows[] = {
	{ "RFC 7671 5.1: 3 1 1 of the leaf", { 3, 1, 1, false },
	    OF(PIN_CHAIN, chain), { "3 1 1 " SHA256("51") }, NULL, 0 },
	{ "RFC 7671 8.1: and its issuer", { 3, 1, 1, true },
	    OF(PIN_CHAIN, chain),
	    { "3 1 1 " SHA256("51"), "2 1 1 " SHA256("52") }, NULL, 0 },
	{ "the issuer alone", { 2, 1, 1, false }, OF(PIN_CHAIN, chain),
	    { "2 1 1 " SHA256("52") }, NULL, 0 },
	{ "the issuer alone, asked for twice", { 2, 1, 1, true },
	    OF(PIN_CHAIN, chain), { "2 1 1 " SHA256("52") }, NULL, 0 },
	{ "the issuer is by its name, not its place", { 2, 0, 1, false },
	    OF(PIN_CHAIN, far_issuer), { "2 0 1 " SHA256("c2") }, NULL, 1 },
	{ "the whole certificate", { 3, 0, 1, false }, OF(PIN_CHAIN, chain),
	    { "3 0 1 " SHA256("c1") }, NULL, 1 },
	{ "SHA-512 alone", { 3, 1, 2, false }, OF(PIN_CHAIN, chain),
	    { "3 1 2 " SHA512("51") }, NULL, 1 },
	{ "all of a key", { 3, 1, 0, false }, OF(PIN_CHAIN, chain),
	    { "3 1 0 5102" }, NULL, 1 },
	{ "all of a certificate", { 3, 0, 0, false }, OF(PIN_CHAIN, chain),
	    { "3 0 0 de01" }, NULL, 2 },
	{ "a key", { 3, 1, 1, false }, OF(PIN_KEY, key),
	    { "3 1 1 " SHA256("51") }, NULL, 0 },
	{ "a key that is to follow", { 3, 1, 1, false }, OF(PIN_NEXT, key),
	    { "3 1 1 " SHA256("51") }, NULL, 0 },
	{ "rule 81: what is not sent is not matched", { 2, 1, 1, false },
	    { PIN_CHAIN, "file", chain, 1 }, { NULL },
	    "issuer of the first certificate, CN=I, is not in it", 0 },
	{ "self-signed", { 3, 1, 1, false }, OF(PIN_CHAIN, self),
	    { "3 1 1 " SHA256("51") }, NULL, 0 },
	{ "the issuer of one that is self-signed", { 3, 1, 1, true },
	    OF(PIN_CHAIN, self), { NULL }, "is its own issuer", 0 },
	{ "the issuer first", { 3, 1, 1, false }, OF(PIN_CHAIN, reversed),
	    { NULL }, "CN=I, is the issuer of number 2", 0 },
	{ "the certificate of a key", { 3, 0, 1, false }, OF(PIN_KEY, key),
	    { NULL }, "selector 0 is for a whole certificate", 0 },
	{ "all of the certificate of a key", { 3, 0, 0, false },
	    OF(PIN_KEY, key), { NULL }, "selector 0 is for a whole", 0 },
	{ "the issuer of a key", { 2, 1, 1, false }, OF(PIN_REQUEST, key),
	    { NULL }, "takes a chain", 0 },
};

static void
test_rows(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const struct row *row = &rows[i];
		struct arena *arena = arena_new();
		struct pin_set set = { 0 };
		const char *why = NULL;
		size_t want = 0;
		bool made =
		    pins_add(arena, &row->wish, &row->source, &set, &why);

		if (made != (row->why == NULL) ||
		    (!made && (why == NULL || strstr(why, row->why) == NULL)))
			fail_msg("%s: %s", row->what, why);
		for (; want < 3 && row->rr[want] != NULL; want++) {
			if (want >= set.n_pins ||
			    strcmp(set.pins[want].record.rr, row->rr[want]) !=
				0)
				fail_msg("%s: record %zu", row->what, want);
			assert_true(set.pins[want].record.usable);
			assert_ptr_equal(set.pins[want].source, &row->source);
		}
		if (made && set.n_pins != want)
			fail_msg("%s: %zu records", row->what, set.n_pins);
		/* Once more: the same records are not added again. */
		if (made) {
			assert_true(pins_add(
			    arena, &row->wish, &row->source, &set, &why));
			assert_int_equal(set.n_pins, want);
			pins_warn(arena, &row->wish, &set);
			if (set.n_warnings != row->n_warnings)
				fail_msg("%s: %zu warnings", row->what,
				    set.n_warnings);
		}
		arena_unref(arena);
	}
}

/* RFC 7672 3.1.3 */
static void
test_usages(void **state)
{
	(void)state;
	for (uint8_t usage = 0; usage < 4; usage++) {
		const struct pin_wish wish = { usage, 1, 1, false };

		assert_int_equal(pins_refuse(&wish) == NULL, usage >= 2);
	}
}

static void
test_misfit(void **state)
{
	static const struct danelaw_cert other[] = { { .spki_sha256 =
							   SHA256("59") } };
	static const struct {
		const char *what;
		struct pin_source sources[3];
		size_t n;
		bool fits;
	} list[] = {
		{ "a chain", { OF(PIN_CHAIN, chain) }, 1, true },
		{ "a key", { OF(PIN_KEY, other) }, 1, true },
		{ "a pair", { OF(PIN_CHAIN, chain), OF(PIN_KEY, key) }, 2,
		    true },
		{ "the key of an issuer, or of nobody",
		    { OF(PIN_CHAIN, chain), OF(PIN_KEY, other) }, 2, false },
		{ "a next key fits nothing, and need not",
		    { OF(PIN_CHAIN, chain), OF(PIN_NEXT, other) }, 2, true },
		{ "two pairs, one of which is none",
		    { OF(PIN_CHAIN, chain), OF(PIN_KEY, key),
			OF(PIN_KEY, other) },
		    3, false },
	};
	struct arena *arena = arena_new();

	(void)state;
	for (size_t i = 0; i < sizeof(list) / sizeof(list[0]); i++) {
		if ((pins_misfit(arena, list[i].sources, list[i].n) == NULL) !=
		    list[i].fits)
			fail_msg("%s", list[i].what);
	}
	arena_unref(arena);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_rows),
		cmocka_unit_test(test_usages),
		cmocka_unit_test(test_misfit),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
