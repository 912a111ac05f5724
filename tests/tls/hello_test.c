/* SPDX-License-Identifier: ISC */
/*
 * A hello by hand is one that OpenSSL reads as it was meant, and what a
 * server of OpenSSL answers is read as that.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include <openssl/ssl.h>

#include "tls/forge.h"
#include "tls/hello.h"
#include "tls/names.h"

static const uint16_t x448[] = { 0x001d, 0x001e };
static const uint16_t p256[] = { 0x001d, 0x0017 };
static const uint16_t ecdsa[] = { 0x0403 };
static const uint16_t rsa[] = { 0x0804 };

/* What a server with a P-256 key has to say, and how long it is. */
static size_t
serve(const uint16_t *group, const uint16_t *sigalg, const char *own_groups,
    uint8_t *answer, size_t room, bool *named)
{
	struct forged cert = forge_cert(&(struct forge) { .cn = "server" });
	SSL_CTX *ctx = SSL_CTX_new(TLS_server_method());
	uint8_t hello[HELLO_MAX], random[HELLO_RANDOM];
	const struct hello_wish wish = { .groups = group,
		.n_groups = 2,
		.sigalgs = sigalg,
		.n_sigalgs = 1,
		.cert_sigalgs = ecdsa,
		.n_cert_sigalgs = 1,
		.sni = "mx.example",
		.random = random };
	size_t len;
	int got;
	SSL *ssl;

	memset(random, 7, sizeof(random));
	len = hello_write(&wish, hello, sizeof(hello));
	assert_true(len > 0);
	assert_int_equal(SSL_CTX_use_certificate(ctx, cert.cert), 1);
	assert_int_equal(SSL_CTX_use_PrivateKey(ctx, cert.key), 1);
	assert_int_equal(SSL_CTX_set1_groups_list(ctx, own_groups), 1);
	ssl = SSL_new(ctx);
	SSL_set_bio(ssl, BIO_new(BIO_s_mem()), BIO_new(BIO_s_mem()));
	SSL_set_accept_state(ssl);
	assert_int_equal(
	    BIO_write(SSL_get_rbio(ssl), hello, (int)len), (int)len);
	SSL_do_handshake(ssl);
	*named = SSL_get_servername(ssl, TLSEXT_NAMETYPE_host_name) != NULL;
	got = BIO_read(SSL_get_wbio(ssl), answer, (int)room);
	SSL_free(ssl);
	SSL_CTX_free(ctx);
	forge_free(&cert);
	return got > 0 ? (size_t)got : 0;
}

static void
test_answers(void **state)
{
	static const struct {
		const uint16_t *group, *sigalg;
		const char *own;
		enum hello_kind kind;
		unsigned group_told;
		int alert;
	} rows[] = {
		{ x448, ecdsa, "X25519", HELLO_SERVER, 0x001d, 0 },
		{ p256, ecdsa, "P-256", HELLO_RETRY, 0x0017, 0 },
		{ x448, ecdsa, "X448", HELLO_RETRY, 0x001e, 0 },
		{ x448, rsa, "X25519", HELLO_ALERT, 0, 40 },
		{ p256, ecdsa, "X448", HELLO_ALERT, 0, 40 },
	};
	(void)state;

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		uint8_t bytes[HELLO_ANSWER_MAX];
		bool named;
		size_t len = serve(rows[i].group, rows[i].sigalg, rows[i].own,
		    bytes, sizeof(bytes), &named);
		struct hello_answer answer = hello_read(bytes, len);

		assert_int_equal(answer.kind, rows[i].kind);
		assert_int_equal(answer.alert, rows[i].alert);
		if (answer.kind == HELLO_ALERT)
			continue;
		assert_true(named || answer.kind == HELLO_RETRY);
		assert_int_equal(answer.version, TLS1_3_VERSION);
		assert_int_equal(answer.group, rows[i].group_told);
		assert_int_equal(answer.suite >> 8, 0x13);
	}
}

/* However little has come, nothing is told too early, or differently. */
static void
test_pieces(void **state)
{
	uint8_t bytes[HELLO_ANSWER_MAX];
	struct hello_answer whole, part = { .kind = HELLO_MORE };
	bool named;
	size_t len = serve(x448, ecdsa, "X25519", bytes, sizeof(bytes), &named);
	(void)state;

	whole = hello_read(bytes, len);
	for (size_t n = 0; n <= len; n++) {
		enum hello_kind before = part.kind;

		part = hello_read(bytes, n);
		if (before != HELLO_MORE)
			assert_int_equal(part.kind, before);
		if (part.kind != HELLO_MORE)
			assert_memory_equal(&part, &whole, sizeof(part));
	}
	assert_int_equal(part.kind, HELLO_SERVER);
}

static void
test_nonsense(void **state)
{
	static const struct {
		const char *bytes;
		size_t len;
		enum hello_kind kind;
	} rows[] = {
		{ "", 0, HELLO_MORE },
		{ "500 5.5.1 what?", 15, HELLO_OTHER },
		{ "\x16\x03\x03\0\0", 5, HELLO_OTHER },
		{ "\x16\x03\x03\xff\xff", 5, HELLO_OTHER },
		{ "\x16\x02", 2, HELLO_OTHER },
		{ "\x16\x03\x03\0\1\1", 6, HELLO_OTHER },
		{ "\x16\x03\x03\0\4\2\0\0\0", 9, HELLO_OTHER },
		{ "\x16\x03\x03\0\6\2\0\0\2\3\3", 11, HELLO_OTHER },
		{ "\x15\x03\x03\0\2\2", 6, HELLO_MORE },
		{ "\x15\x03\x03\0\2\2\x28", 7, HELLO_ALERT },
		{ "\x15\x05", 2, HELLO_OTHER },
		{ "\x17\x03\x03\0\1\1", 6, HELLO_OTHER },
	};
	(void)state;

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		assert_int_equal(
		    hello_read((const uint8_t *)rows[i].bytes, rows[i].len)
			.kind,
		    rows[i].kind);
}

/* Where there is no room for all of it, nothing is written beyond it. */
static void
test_room(void **state)
{
	uint8_t bytes[HELLO_MAX], random[HELLO_RANDOM] = { 0 };
	const struct hello_wish wish = { .groups = x448,
		.n_groups = 2,
		.sigalgs = ecdsa,
		.n_sigalgs = 1,
		.random = random };
	size_t len = hello_write(&wish, bytes, sizeof(bytes));
	(void)state;

	assert_true(len > 0);
	for (size_t room = 0; room < len; room++) {
		bytes[room] = 0xaa;
		assert_int_equal(hello_write(&wish, bytes, room), 0);
		assert_int_equal(bytes[room], 0xaa);
	}
}

static void
test_names(void **state)
{
	(void)state;
	assert_string_equal(names_group(0x11ec), "X25519MLKEM768");
	assert_null(names_group(0xffff));
	assert_string_equal(
	    names_algorithm("2.16.840.1.101.3.4.3.17"), "ML-DSA-44");
	assert_string_equal(
	    names_algorithm("2.16.840.1.101.3.4.3.31"), "SLH-DSA-SHAKE-256f");
	assert_null(names_algorithm("2.16.840.1.101.3.4.3.32"));
	assert_null(names_algorithm("2.16.840.1.101.3.4.3.16"));
	assert_null(names_algorithm("2.16.840.1.101.3.4.3.17.1"));
	assert_null(names_algorithm("2.16.840.1.101.3.4.3."));
	assert_null(names_algorithm("2.16.840.1.101.3.4.3.99999999999999"));
	assert_null(names_algorithm("1.2.840.10045.2.1"));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_answers),
		cmocka_unit_test(test_pieces),
		cmocka_unit_test(test_nonsense),
		cmocka_unit_test(test_room),
		cmocka_unit_test(test_names),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
