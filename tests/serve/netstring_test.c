/* SPDX-License-Identifier: ISC */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "serve/netstring.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))
#define TEXT(text) (text), sizeof(text) - 1

static void
test_decode(void **state)
{
	static const struct {
		const char *bytes;
		size_t len;
		enum netstring_result result;
		const char *text;
		size_t taken;
	} rows[] = {
		{ TEXT(""), NETSTRING_MORE, NULL, 0 },
		{ TEXT("0"), NETSTRING_MORE, NULL, 0 },
		{ TEXT("0:"), NETSTRING_MORE, NULL, 0 },
		{ TEXT("0:,"), NETSTRING_READY, "", 3 },
		{ TEXT("5:hello,"), NETSTRING_READY, "hello", 8 },
		{ TEXT("5:hello,5:world,"), NETSTRING_READY, "hello", 8 },
		{ TEXT("3:,:,,"), NETSTRING_READY, ",:,", 6 },
		{ TEXT("3:a\0b,"), NETSTRING_READY, "a\0b", 6 },
		{ TEXT("10:0123456789,"), NETSTRING_READY, "0123456789", 14 },
		{ TEXT("1"), NETSTRING_MORE, NULL, 0 },
		{ TEXT("10"), NETSTRING_MORE, NULL, 0 },
		{ TEXT("5:"), NETSTRING_MORE, NULL, 0 },
		{ TEXT("5:hell"), NETSTRING_MORE, NULL, 0 },
		{ TEXT("5:hello"), NETSTRING_MORE, NULL, 0 },
		/* Bad as soon as it can be known. */
		{ TEXT("00"), NETSTRING_BAD, NULL, 0 },
		{ TEXT("05:hello,"), NETSTRING_BAD, NULL, 0 },
		{ TEXT("5:hello;"), NETSTRING_BAD, NULL, 0 },
		{ TEXT("5:hello!,"), NETSTRING_BAD, NULL, 0 },
		{ TEXT(":"), NETSTRING_BAD, NULL, 0 },
		{ TEXT(","), NETSTRING_BAD, NULL, 0 },
		{ TEXT("-1:"), NETSTRING_BAD, NULL, 0 },
		{ TEXT("+1:a,"), NETSTRING_BAD, NULL, 0 },
		{ TEXT(" 1:a,"), NETSTRING_BAD, NULL, 0 },
		{ TEXT("1 :a,"), NETSTRING_BAD, NULL, 0 },
		{ TEXT("a"), NETSTRING_BAD, NULL, 0 },
		{ TEXT("\0"), NETSTRING_BAD, NULL, 0 },
		{ TEXT("GET / HTTP/1.1\r\n"), NETSTRING_BAD, NULL, 0 },
		{ TEXT("\r\n5:hello,"), NETSTRING_BAD, NULL, 0 },
		{ TEXT("5:hello,\n"), NETSTRING_READY, "hello", 8 },
		/* The limit is 10 here. */
		{ TEXT("11"), NETSTRING_BAD, NULL, 0 },
		{ TEXT("100"), NETSTRING_BAD, NULL, 0 },
		{ TEXT("99999999999999999999999"), NETSTRING_BAD, NULL, 0 },
	};
	(void)state;

	for (size_t i = 0; i < COUNT(rows); i++) {
		struct netstring found = { 0 };
		enum netstring_result result =
		    netstring_decode(rows[i].bytes, rows[i].len, 10, &found);

		if (result != rows[i].result)
			fail_msg("\"%s\": %d", rows[i].bytes, result);
		assert_int_equal(found.taken, rows[i].taken);
		if (result != NETSTRING_READY)
			continue;
		assert_memory_equal(found.text, rows[i].text, found.len);
		assert_true(found.text >= rows[i].bytes);
	}
}

/* However it is cut up, a frame is ready at its last byte, no sooner. */
static void
test_cuts(void **state)
{
	static const char frame[] = "17:QUERY example.com,";
	struct netstring found;
	(void)state;

	for (size_t len = 0; len < sizeof(frame) - 1; len++)
		assert_int_equal(
		    netstring_decode(frame, len, 4096, &found), NETSTRING_MORE);
	assert_int_equal(netstring_decode(frame, sizeof(frame) - 1, 17, &found),
	    NETSTRING_READY);
	assert_int_equal(netstring_decode(frame, sizeof(frame) - 1, 16, &found),
	    NETSTRING_BAD);
	assert_int_equal(found.len, 17);
}

static void
test_encode(void **state)
{
	struct buf out = { 0 };
	struct netstring found;
	(void)state;

	netstring_encode("", 0, &out);
	netstring_encode("a\0,", 3, &out);
	assert_int_equal(out.len, 9);
	assert_memory_equal(buf_text(&out), "0:,3:a\0,,", 9);
	assert_int_equal(
	    netstring_decode(out.bytes + 3, 6, 3, &found), NETSTRING_READY);
	assert_int_equal(found.len, 3);
	buf_finish(&out);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_decode),
		cmocka_unit_test(test_cuts),
		cmocka_unit_test(test_encode),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
