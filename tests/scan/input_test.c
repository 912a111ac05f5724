/* SPDX-License-Identifier: ISC */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "scan/input.h"

#define UMLAUT                                                                 \
	"b\xc3\xbc"                                                            \
	"cher.example"
#define A_63 "a23456789012345678901234567890123456789012345678901234567890123"

/* "1 a.example; 2! text: why; " for all that comes out of text. */
static void
read_all(
    const char *text, size_t len, size_t chunk, bool hosts, struct buf *out)
{
	struct input *input = input_new(hosts);
	struct input_item item;
	size_t at = 0;

	for (;;) {
		enum input_step step = input_next(input, &item);

		if (step == INPUT_END)
			break;
		if (step == INPUT_MORE && at == len) {
			input_end(input);
		} else if (step == INPUT_MORE) {
			size_t n = len - at < chunk ? len - at : chunk;

			assert_true(input_feed(input, text + at, n));
			at += n;
		} else if (step == INPUT_DOMAIN) {
			buf_printf(
			    out, "%u %s; ", (unsigned)item.line, item.text);
		} else {
			buf_printf(out, "%u! %s: %s; ", (unsigned)item.line,
			    item.text, item.why);
		}
	}
	/* The end stays the end. */
	assert_int_equal(input_next(input, &item), INPUT_END);
	input_free(input);
}

static void
expect_as(const char *text, size_t len, bool hosts, const char *wanted)
{
	const size_t chunks[] = { 1, 2, 3, 7, 64, 1000, 4096, len };

	for (size_t i = 0; i < sizeof(chunks) / sizeof(chunks[0]); i++) {
		struct buf out = { .limit = 0 };

		read_all(text, len, chunks[i] > 0 ? chunks[i] : 1, hosts, &out);
		assert_string_equal(buf_text(&out), wanted);
		buf_finish(&out);
	}
}

static void
expect(const char *text, size_t len, const char *wanted)
{
	expect_as(text, len, false, wanted);
}

/* Hosts, and rows that name some. */
static void
test_hosts(void **state)
{
#define ROW(list)                                                              \
	"{\"schema\":\"danelaw-mx/1\",\"hosts\":[" list "],\"z\":\"\"}"
#define HOST(name) "{\"name\":\"" name "\",\"preference\":1}"
	static const struct {
		const char *text, *wanted;
	} rows[] = {
		{ "mx.example\n[MX.example]\n192.0.2.1\n2001:db8::1\n",
		    "1 [mx.example]; 2 [mx.example]; 3 [192.0.2.1]; "
		    "4 [2001:db8::1]; " },
		{ ROW("") "\n" ROW(HOST("a.example")) "\n", "2 [a.example]; " },
		{ ROW(HOST("a.example") "," HOST("192.0.2.1")) "\nb.example",
		    "1 [a.example]; 1 [192.0.2.1]; 2 [b.example]; " },
		{ ROW(HOST("a..b") "," HOST("c")),
		    "1! a..b: the name has an "
		    "empty label; 1 [c]; " },
	};
	(void)state;

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		expect_as(
		    rows[i].text, strlen(rows[i].text), true, rows[i].wanted);
}

/* As long as rows are, and what is none. */
static void
test_long_rows(void **state)
{
	struct buf text = { .limit = 0 }, out = { .limit = 0 };
	(void)state;

	buf_puts(&text, "{\"schema\":\"danelaw-mx/1\",\"hosts\":[");
	for (size_t i = 0; i < 100; i++)
		buf_puts(&text, HOST("mx.example") ",");
	buf_puts(&text, HOST("mx.example") "]}\n" ROW(HOST("b.example")) "\n");
	read_all(buf_text(&text), text.len, 1000, true, &out);
	assert_int_equal(out.len,
	    101 * strlen("1 [mx.example]; ") + strlen("2 [b.example]; "));
	/* No list of domains has rows. */
	buf_clear(&out);
	read_all(buf_text(&text), text.len, 1000, false, &out);
	assert_null(strstr(buf_text(&out), "[b.example]"));
	/* One that is torn. */
	buf_clear(&text);
	buf_clear(&out);
	buf_puts(&text,
	    "{\"schema\":\"danelaw-mx/1\",\"hosts\":[" ROW(
		HOST("c.example")) "\nd.example\n");
	read_all(buf_text(&text), text.len, 1000, true, &out);
	assert_null(strstr(buf_text(&out), "[c.example]"));
	assert_non_null(strstr(buf_text(&out), "2 [d.example]"));
	buf_finish(&text);
	buf_finish(&out);
}

static void
test_rows(void **state)
{
	static const char bad_char[] =
	    "the name has a character that no host name can have";
	static const struct {
		const char *text, *wanted, *why; /* why ends wanted */
	} rows[] = {
		{ "", "", NULL },
		{ "\n\n \t\r\n", "", NULL },
		{ "a.example\nb.example\n", "1 a.example; 2 b.example; ",
		    NULL },
		{ "a.example", "1 a.example; ", NULL },
		{ "A.Example.\r\n\r\nb.example\r", "1 a.example; 3 b.example; ",
		    NULL },
		{ "# all\n a.example # ours\n#b.example\n\tc.example\t\n",
		    "2 a.example; 4 c.example; ", NULL },
		{ "\xef\xbb\xbf"
		  "a.example\n",
		    "1 a.example; ", NULL },
		{ "\xef\xbb\xbf", "", NULL },
		{ "\xef\xbb", "1! \\xef\\xbb: ",
		    "the name is no valid international name" },
		{ "a.example\n\xef\xbb\xbf"
		  "b.example\n",
		    "1 a.example; 2 b.example; ", NULL },
		{ UMLAUT "\n", "1 xn--bcher-kva.example; ", NULL },
		{ "[MX.example.]\n[192.0.2.1]\n[IPv6:2001:DB8::1]\n",
		    "1 [mx.example]; 2 [192.0.2.1]; 3 [2001:db8::1]; ", NULL },
		{ "[mx.example\n",
		    "1! [mx.example: ", "the brackets do not fit" },
		{ "a..example\n",
		    "1! a..example: ", "the name has an empty label" },
		{ "a.example b.example\n",
		    "1! a.example b.example: ", bad_char },
		{ "a.example,1\n", "1! a.example,1: ", bad_char },
		{ "user@a.example\n", "1! user@a.example: ", bad_char },
		{ "192.0.2.1\n", "1! 192.0.2.1: ",
		    "an address is no domain; write it in brackets" },
		{ "a\x1b[31m.example\n", "1! a\\x1b[31m.example: ", bad_char },
		{ A_63 "4.example\n", "1! " A_63 "4.example: ",
		    "a label is longer than 63 characters" },
	};
	(void)state;

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct buf wanted = { .limit = 0 };

		buf_puts(&wanted, rows[i].wanted);
		if (rows[i].why != NULL)
			buf_printf(&wanted, "%s; ", rows[i].why);
		expect(rows[i].text, strlen(rows[i].text), buf_text(&wanted));
		buf_finish(&wanted);
	}
	expect("\xff\xfe"
	       "a\0.\0b\0\n\0c\0.\0d\0\n\0",
	    18, "1! : the list is in UTF-16; write it in UTF-8; ");
	expect("\xfe\xff\0a\0.\0b\0\n", 10,
	    "1! : the list is in UTF-16; write it in UTF-8; ");
	expect(
	    "\xff", 1, "1! \\xff: the name is no valid international name; ");
	expect("a\0.example\nb.example\n", 21,
	    "1! a\\x00.example: the name has a character that no host name "
	    "can have; 2 b.example; ");
}

/* Of any length, and however the bytes come in: one bad line. */
static void
test_long_lines(void **state)
{
	static const size_t lens[] = { INPUT_LINE_MAX, INPUT_LINE_MAX + 1, 5000,
		100000 };
	static const char tail[] = "\nb.example\n";
	(void)state;

	for (size_t i = 0; i < sizeof(lens) / sizeof(lens[0]); i++) {
		size_t len = lens[i];
		bool fits = len <= INPUT_LINE_MAX;
		char *text = malloc(len + sizeof(tail));

		memset(text, ' ', len);
		memcpy(text + len, tail, sizeof(tail));
		text[len - 1] = 'a';
		expect(text, len + sizeof(tail) - 1,
		    fits ? "1 a; 2 b.example; "
			 : "1! : the line is too long; 2 b.example; ");
		text[2] = '#';
		expect(text, len + sizeof(tail) - 1, "2 b.example; ");
		text[1] = 'x';
		if (!fits)
			expect(text, len,
			    "1! x#                                            "
			    "                                                 "
			    "  ...: the line is too long; ");
		free(text);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_hosts),
		cmocka_unit_test(test_long_rows),
		cmocka_unit_test(test_rows),
		cmocka_unit_test(test_long_lines),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
