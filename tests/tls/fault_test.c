/* SPDX-License-Identifier: ISC */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <errno.h>

#include <openssl/err.h>
#include <openssl/ssl.h>

#include "tls/fault.h"

/* What the diagnoses of policy hang on: each row by its number in the RFC. */
static void
test_alerts(void **state)
{
	static const struct {
		int alert;
		enum danelaw_tls_fault fault;
	} rows[] = {
		{ 40, DANELAW_TLS_REFUSED },
		{ 70, DANELAW_TLS_VERSION },
		{ 71, DANELAW_TLS_CIPHER },
		{ 112, DANELAW_TLS_NAME },
		{ 116, DANELAW_TLS_CERT_REQUIRED },
		{ 42, DANELAW_TLS_ALERT },
		{ 48, DANELAW_TLS_ALERT },
		{ 80, DANELAW_TLS_ALERT },
	};
	(void)state;

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		assert_int_equal(fault_of_alert(rows[i].alert), rows[i].fault);
}

/* By OpenSSL's own words, which differ from one release to the next. */
static void
test_library(void **state)
{
	static const struct {
		int reason;
		enum danelaw_tls_fault fault;
		const char *words; /* what this build has for it */
	} rows[] = {
		{ 267, DANELAW_TLS_NOT_TLS, "wrong version number" },
		{ 294, DANELAW_TLS_CLOSED, "unexpected eof while reading" },
		{ 258, DANELAW_TLS_VERSION, "unsupported protocol" },
		{ 116, DANELAW_TLS_VERSION, "bad protocol version number" },
		{ 261, DANELAW_TLS_CIPHER, "wrong cipher returned" },
		{ 248, DANELAW_TLS_CIPHER, "unknown cipher returned" },
		{ 249, DANELAW_TLS_CIPHER, "unknown cipher type" },
		{ 333, DANELAW_TLS_OLD_SIGALG,
		    "legacy sigalg disallowed or unsupported" },
		{ 394, DANELAW_TLS_SHORT_DH, "dh key too small" },
		{ 338, DANELAW_TLS_RENEGOTIATION,
		    "unsafe legacy renegotiation disabled" },
		{ 101, DANELAW_TLS_GROUP, "no suitable key share" },
		{ 108, DANELAW_TLS_GROUP, "bad key share" },
		{ 378, DANELAW_TLS_CURVE, "wrong curve" },
		{ 123, DANELAW_TLS_SIGNATURE, "bad signature" },
		{ 370, DANELAW_TLS_SIGNATURE, "wrong signature type" },
		{ 152, DANELAW_TLS_TOO_LARGE, "excessive message size" },
		{ 229, DANELAW_TLS_REFUSED, "ssl handshake failure" },
		{ 159, DANELAW_TLS_NO_FAULT, "length mismatch" },
	};
	(void)state;

	OPENSSL_init_ssl(OPENSSL_INIT_LOAD_SSL_STRINGS, NULL);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		unsigned long code = ERR_PACK(ERR_LIB_SSL, 0, rows[i].reason);

		assert_string_equal(
		    ERR_reason_error_string(code), rows[i].words);
		assert_int_equal(fault_of_library(code), rows[i].fault);
		/* Another library's numbers mean something else. */
		code = ERR_PACK(ERR_LIB_RSA, 0, rows[i].reason);
		assert_int_equal(fault_of_library(code), DANELAW_TLS_NO_FAULT);
	}
}

static void
test_errno(void **state)
{
	(void)state;

	assert_int_equal(fault_of_errno(ENETUNREACH), DANELAW_TLS_UNROUTED);
	assert_int_equal(fault_of_errno(EADDRNOTAVAIL), DANELAW_TLS_UNROUTED);
	assert_int_equal(fault_of_errno(ECONNRESET), DANELAW_TLS_RESET);
	assert_int_equal(fault_of_errno(EPIPE), DANELAW_TLS_RESET);
	assert_int_equal(fault_of_errno(ECONNREFUSED), DANELAW_TLS_NO_FAULT);
	assert_int_equal(fault_of_errno(EHOSTUNREACH), DANELAW_TLS_NO_FAULT);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_alerts),
		cmocka_unit_test(test_library),
		cmocka_unit_test(test_errno),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
