/* SPDX-License-Identifier: ISC */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "smtp/ehlo.h"
#include "smtp/reply.h"

/* What one reply comes to: its code, lines and last text, or why not. */
struct result {
	enum reply_status status;
	struct reply reply;
	size_t used;
};

static void
feed(struct result *result, const char *bytes, size_t len, size_t portion)
{
	reply_start(&result->reply, true);
	result->status = REPLY_MORE;
	result->used = 0;
	while (result->used < len && result->status <= REPLY_LINE) {
		size_t n = len - result->used, used;

		if (n > portion)
			n = portion;
		result->status =
		    reply_feed(&result->reply, bytes + result->used, n, &used);
		assert_true(used > 0 && used <= n);
		result->used += used;
	}
}

static void
test_replies(void **state)
{
	static const struct {
		const char *in;
		enum reply_status status;
		int code;
		unsigned n_lines;
		const char *text; /* of the last complete line */
		const char *rest; /* what is not used */
	} rows[] = {
		{ "220 hi\r\n", REPLY_LAST, 220, 1, "hi", "" },
		{ "220 hi\r\n250 x", REPLY_LAST, 220, 1, "hi", "250 x" },
		{ "220\r\n", REPLY_LAST, 220, 1, "", "" },
		{ "220 \r\n", REPLY_LAST, 220, 1, "", "" },
		{ "220 hi\n", REPLY_LAST, 220, 1, "hi", "" },
		{ "220\n", REPLY_LAST, 220, 1, "", "" },
		{ "220 hi\r\r\n", REPLY_LAST, 220, 1, "hi", "" },
		{ "220 a\rb\r\n", REPLY_LAST, 220, 1, "a\rb", "" },
		{ "220-a\r\n220-b\r\n220 c\r\n", REPLY_LAST, 220, 3, "c", "" },
		{ "220-\r\n220\r\n", REPLY_LAST, 220, 2, "", "" },
		{ "220-a\n220 b\r\n", REPLY_LAST, 220, 2, "b", "" },
		{ "200 x\r\n", REPLY_LAST, 200, 1, "x", "" },
		{ "354 x\r\n", REPLY_LAST, 354, 1, "x", "" },
		{ "421 x\r\n", REPLY_LAST, 421, 1, "x", "" },
		/* A second digit above 5 is no reason to give up. */
		{ "599 x\r\n", REPLY_LAST, 599, 1, "x", "" },
		{ "", REPLY_MORE, 0, 0, NULL, "" },
		{ "2", REPLY_MORE, 0, 0, NULL, "" },
		{ "220 hi", REPLY_MORE, 0, 0, NULL, "" },
		{ "220 hi\r", REPLY_MORE, 0, 0, NULL, "" },
		{ "220-hi\r\n", REPLY_LINE, 220, 1, "hi", "" },
		{ "199 x\r\n", REPLY_GARBLED, 0, 0, NULL, "99 x\r\n" },
		{ "600 x\r\n", REPLY_GARBLED, 0, 0, NULL, "00 x\r\n" },
		{ "22", REPLY_MORE, 0, 0, NULL, "" },
		{ "22\r\n", REPLY_GARBLED, 0, 0, NULL, "\n" },
		{ "22x", REPLY_GARBLED, 0, 0, NULL, "" },
		{ "2200 x", REPLY_GARBLED, 0, 0, NULL, " x" },
		{ "220\tx", REPLY_GARBLED, 0, 0, NULL, "x" },
		{ "220\rx\n", REPLY_GARBLED, 0, 0, NULL, "" },
		{ " 220 x", REPLY_GARBLED, 0, 0, NULL, "220 x" },
		{ "\n", REPLY_GARBLED, 0, 0, NULL, "" },
		{ "220-a\r\n221 b\r\n", REPLY_LAST, 221, 2, "b", "" },
		{ "220-a\r\n421 b\r\n", REPLY_GARBLED, 220, 1, NULL, "" },
		{ "450-a\r\n451 b\r\n", REPLY_GARBLED, 450, 1, NULL, "" },
		{ "220-a\r\nb\r\n", REPLY_GARBLED, 220, 1, NULL, "\r\n" },
		{ "SSX", REPLY_GARBLED, 0, 0, NULL, "" },
		{ "SS", REPLY_MORE, 0, 0, NULL, "" },
		{ "SSH\n", REPLY_GARBLED, 0, 0, NULL, "" },
	};
	(void)state;

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		size_t all = strlen(rows[i].in);

		for (size_t portion = 1; portion <= all + 1; portion++) {
			struct result result;
			const char *text;
			size_t len;

			feed(&result, rows[i].in, all, portion);
			assert_int_equal(result.status, rows[i].status);
			assert_int_equal(result.reply.code, rows[i].code);
			assert_int_equal(result.reply.n_lines, rows[i].n_lines);
			assert_string_equal(
			    rows[i].in + result.used, rows[i].rest);
			assert_int_equal(result.reply.error != NULL,
			    rows[i].status == REPLY_GARBLED);
			if (rows[i].text == NULL)
				continue;
			text = reply_text(&result.reply, &len);
			assert_int_equal(len, strlen(rows[i].text));
			assert_memory_equal(text, rows[i].text, len);
		}
	}
}

/* A NUL ends no line and hides nothing. */
static void
test_nul(void **state)
{
	struct result result;
	const char *text;
	size_t len;
	(void)state;

	feed(&result, "220 a\0b\r\n", 9, 9);
	assert_int_equal(result.status, REPLY_LAST);
	text = reply_text(&result.reply, &len);
	assert_int_equal(len, 3);
	assert_memory_equal(text, "a\0b", 3);
	feed(&result, "220\0 b\r\n", 8, 8);
	assert_int_equal(result.status, REPLY_GARBLED);
	feed(&result, "\0", 1, 1);
	assert_int_equal(result.status, REPLY_GARBLED);
}

static void
test_bounds(void **state)
{
	char line[SMTP_MAX_LINE + 2];
	struct result result;
	size_t used;
	(void)state;

	memset(line, 'x', sizeof(line));
	memcpy(line, "220 ", 4);
	line[SMTP_MAX_LINE] = '\n';
	feed(&result, line, SMTP_MAX_LINE + 1, 100);
	assert_int_equal(result.status, REPLY_LAST);
	line[SMTP_MAX_LINE] = 'x';
	feed(&result, line, SMTP_MAX_LINE + 1, 100);
	assert_int_equal(result.status, REPLY_GARBLED);
	assert_int_equal(result.used, SMTP_MAX_LINE + 1);

	reply_start(&result.reply, false);
	for (size_t i = 1; i < SMTP_MAX_LINES; i++)
		assert_int_equal(
		    reply_feed(&result.reply, "250-x\r\n", 7, &used),
		    REPLY_LINE);
	assert_int_equal(
	    reply_feed(&result.reply, "250-x\r\n", 7, &used), REPLY_GARBLED);

	/* Or by its bytes. */
	reply_start(&result.reply, false);
	memset(line, 'x', sizeof(line));
	memcpy(line, "250-", 4);
	line[SMTP_MAX_LINE] = '\n';
	for (size_t i = 0; i < SMTP_MAX_REPLY / SMTP_MAX_LINE; i++)
		assert_int_equal(
		    reply_feed(&result.reply, line, SMTP_MAX_LINE + 1, &used),
		    REPLY_LINE);
	assert_int_equal(
	    reply_feed(&result.reply, line, SMTP_MAX_LINE + 1, &used),
	    REPLY_GARBLED);
}

static void
test_keywords(void **state)
{
	static const struct {
		const char *text;
		enum ehlo_keyword keyword;
	} rows[] = {
		{ "STARTTLS", EHLO_STARTTLS },
		{ "starttls", EHLO_STARTTLS },
		{ "StartTLS ", EHLO_STARTTLS },
		{ " STARTTLS", EHLO_STARTTLS },
		{ "STARTTLS REQUIRED", EHLO_STARTTLS },
		{ "STARTTLS\tx", EHLO_STARTTLS },
		{ "STARTTL", EHLO_OTHER },
		{ "STARTTLSS", EHLO_OTHER },
		{ "STARTTLS\rX", EHLO_OTHER },
		{ "STARTTLS,SIZE", EHLO_OTHER },
		{ "SIZE STARTTLS", EHLO_OTHER },
		{ "XXXXXXXA", EHLO_MASKED },
		{ "XXXXXXXX", EHLO_MASKED },
		{ "********", EHLO_MASKED },
		{ "XXXX 100", EHLO_MASKED },
		{ "XXX", EHLO_OTHER },
		{ "XXXA", EHLO_OTHER },
		{ "XXXXB", EHLO_OTHER },
		{ "XX*XXX", EHLO_OTHER },
		{ "XCLIENT", EHLO_OTHER },
		{ "AAAAAAAA", EHLO_OTHER },
		{ "", EHLO_OTHER },
		{ " ", EHLO_OTHER },
	};
	(void)state;

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		assert_int_equal(
		    ehlo_keyword(rows[i].text, strlen(rows[i].text)),
		    rows[i].keyword);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_replies),
		cmocka_unit_test(test_nul),
		cmocka_unit_test(test_bounds),
		cmocka_unit_test(test_keywords),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
