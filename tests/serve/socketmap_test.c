/* SPDX-License-Identifier: ISC */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "base/arena.h"
#include "serve/netstring.h"
#include "serve/socketmap.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static void
test_parse(void **state)
{
	static const struct {
		const char *text;
		enum socketmap_status status;
		const char *domain;
		uint16_t port;
		bool tlsrpt;
	} rows[] = {
		{ "QUERY example.com", SOCKETMAP_OK, "example.com", 0, false },
		{ "query example.com", SOCKETMAP_OK, "example.com", 0, false },
		{ "QUERYwithTLSRPT example.com", SOCKETMAP_OK, "example.com", 0,
		    true },
		{ "QUERYWITHTLSRPT [mx.example.com]:587", SOCKETMAP_OK,
		    "[mx.example.com]", 587, true },
		/* Postfix asks for parent domains where a name has no policy;
		   an answer would be one for all names below it. */
		{ "QUERY .example.com", SOCKETMAP_NOTFOUND, NULL, 0, false },
		{ "QUERY .com", SOCKETMAP_NOTFOUND, NULL, 0, false },
		{ "QUERY user@example.com", SOCKETMAP_NOTFOUND, NULL, 0,
		    false },
		{ "QUERY [192.0.2.1]:25", SOCKETMAP_NOTFOUND, NULL, 0, false },
		{ "QUERY [IPv6:2001:db8::1]", SOCKETMAP_NOTFOUND, NULL, 0,
		    false },
		{ "QUERY localhost", SOCKETMAP_NOTFOUND, NULL, 0, false },
		{ "QUERY ", SOCKETMAP_NOTFOUND, NULL, 0, false },
		{ "QUERY  example.com", SOCKETMAP_NOTFOUND, NULL, 0, false },
		{ "QUERY example.com ", SOCKETMAP_NOTFOUND, NULL, 0, false },
		{ "QUERY a b", SOCKETMAP_NOTFOUND, NULL, 0, false },
		{ "QUERY", SOCKETMAP_PERM, NULL, 0, false },
		{ "QUERYwithTLSRPT", SOCKETMAP_PERM, NULL, 0, false },
		{ "", SOCKETMAP_PERM, NULL, 0, false },
		{ " example.com", SOCKETMAP_PERM, NULL, 0, false },
		{ "JSON example.com", SOCKETMAP_PERM, NULL, 0, false },
		{ "QUERYX example.com", SOCKETMAP_PERM, NULL, 0, false },
		{ "QUER example.com", SOCKETMAP_PERM, NULL, 0, false },
		{ "example.com", SOCKETMAP_PERM, NULL, 0, false },
	};
	struct arena *arena = arena_new();
	(void)state;

	for (size_t i = 0; i < COUNT(rows); i++) {
		struct socketmap_request request = { 0 };
		const char *why = NULL, *text = rows[i].text;
		enum socketmap_status status =
		    socketmap_parse(arena, text, strlen(text), &request, &why);

		if (status != rows[i].status)
			fail_msg("\"%s\": %d, %s", text, status, why);
		if (status != SOCKETMAP_OK) {
			assert_non_null(why);
			assert_null(request.hop.domain);
			continue;
		}
		assert_string_equal(request.hop.domain, rows[i].domain);
		assert_int_equal(request.hop.port, rows[i].port);
		assert_int_equal(request.tlsrpt, rows[i].tlsrpt);
	}
	arena_unref(arena);
}

static void
test_reply(void **state)
{
	static const struct {
		enum socketmap_status status;
		const char *text, *frame;
	} rows[] = {
		{ SOCKETMAP_OK, "dane-only", "12:OK dane-only," },
		{ SOCKETMAP_OK, "dane", "7:OK dane," },
		{ SOCKETMAP_NOTFOUND, NULL, "9:NOTFOUND ," },
		{ SOCKETMAP_NOTFOUND, "", "9:NOTFOUND ," },
		{ SOCKETMAP_TEMP, "try again", "14:TEMP try again," },
		{ SOCKETMAP_TIMEOUT, "too slow", "16:TIMEOUT too slow," },
		{ SOCKETMAP_PERM, "no such map", "16:PERM no such map," },
		{ SOCKETMAP_TEMP, "a\nb\x01\xff", "10:TEMP a?b??," },
	};
	struct buf out = { 0 };
	(void)state;

	for (size_t i = 0; i < COUNT(rows); i++) {
		socketmap_reply(rows[i].status, rows[i].text, &out);
		assert_string_equal(buf_text(&out), rows[i].frame);
		buf_finish(&out);
	}
}

static void
test_reply_long(void **state)
{
	char text[2 * SOCKETMAP_TEXT_MAX + 1];
	struct netstring found;
	struct buf out = { 0 };
	(void)state;

	memset(text, 'x', sizeof(text) - 1);
	text[sizeof(text) - 1] = '\0';
	socketmap_reply(SOCKETMAP_NOTFOUND, text, &out);
	assert_int_equal(netstring_decode(out.bytes, out.len, 100000, &found),
	    NETSTRING_READY);
	assert_int_equal(found.len, strlen("NOTFOUND ") + SOCKETMAP_TEXT_MAX);
	assert_int_equal(found.taken, out.len);
	buf_finish(&out);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_parse),
		cmocka_unit_test(test_reply),
		cmocka_unit_test(test_reply_long),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
