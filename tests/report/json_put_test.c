/* SPDX-License-Identifier: ISC */
/* What we write is what jansson would write, to the byte. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <jansson.h>

#include "report/json_put.h"
#include "report/report.h"
#include "trees.h"

/* The line of text read by jansson and written again. */
static void
assert_as_jansson(struct buf *line)
{
	json_t *root =
	    json_loadb(buf_text(line), line->len, JSON_REJECT_DUPLICATES, NULL);
	char *wanted = json_dumps(root, JSON_COMPACT | JSON_PRESERVE_ORDER);

	assert_false(buf_failed(line));
	assert_int_equal(strlen(buf_text(line)), line->len);
	assert_non_null(wanted);
	assert_string_equal(buf_text(line), wanted);
	free(wanted);
	json_decref(root);
}

static void
test_reports(void **state)
{
	struct buf line = { 0 };
	(void)state;

	for (size_t i = 0; i < trees_count; i++) {
		line.len = 0;
		report_json_line(trees_report(i), &line);
		assert_as_jansson(&line);
		line.len = 0;
		report_summary_line(trees_report(i), &line);
		assert_as_jansson(&line);
	}
	buf_finish(&line);
}

static void
put_one_text(const char *text, struct buf *line)
{
	struct json_out out = { .buf = line };

	json_begin_array(&out, NULL);
	json_put_text(&out, NULL, text);
	json_end_array(&out);
}

/* As jansson writes the text, or refuses it. */
static void
assert_text(const char *text)
{
	json_t *root = json_array(), *value = json_string(text);
	struct buf line = { 0 };
	char *wanted;

	put_one_text(text, &line);
	assert_int_equal(buf_failed(&line), value == NULL);
	if (value != NULL) {
		json_array_append_new(root, value);
		wanted = json_dumps(root, JSON_COMPACT);
		assert_string_equal(buf_text(&line), wanted);
		free(wanted);
	}
	json_decref(root);
	buf_finish(&line);
}

static void
test_texts(void **state)
{
	static const char *const rows[] = {
		"",
		"plain / ' <>& ~",
		"\"\\\b\f\n\r\t",
		"\"at the begin, in\\the midst, at the end\n",
		"\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\",
		"\x01\x1f\x7f",
		"f\xc3\xbcr \xe2\x82\xac \xf0\x9f\x98\x80",
		/* Line ends in JavaScript, and a byte order mark. */
		"\xe2\x80\xa8 \xe2\x80\xa9 \xef\xbb\xbf",
		/* The first and the last of each length. */
		"\xc2\x80 \xdf\xbf \xe0\xa0\x80 \xef\xbf\xbf",
		"\xf0\x90\x80\x80 \xf4\x8f\xbf\xbf",
		"\xed\x9f\xbf \xee\x80\x80",
		/* Too long for what they say, surrogates, beyond the last. */
		"\xc0\x80",
		"\xc1\xbf",
		"\xe0\x9f\xbf",
		"\xf0\x8f\xbf\xbf",
		"\xed\xa0\x80",
		"\xed\xbf\xbf",
		"\xf4\x90\x80\x80",
		"\xf5\x80\x80\x80",
		"\xff",
		/* Cut short, at the end and before another character. */
		"\x80",
		"\xc3",
		"\xe2\x82",
		"\xf0\x9f\x98",
		"\xc3z",
		"\xe2\x82z",
		"\xf0\x9f\x98z",
		"\xe2\xc3\xbc",
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++)
		assert_text(rows[i]);
}

/* Each byte in each place of texts of each length, among each other. */
static void
test_bytes(void **state)
{
	static const char fillers[] = { 'a', ' ', '!', '#', '[', ']', 0x7f };
	char text[20];
	(void)state;

	for (size_t len = 1; len < sizeof(text); len++) {
		for (size_t at = 0; at < len; at++) {
			for (int byte = 1; byte < 256; byte++) {
				char filler =
				    fillers[(at + len) % sizeof(fillers)];

				memset(text, filler, len);
				text[at] = (char)byte;
				text[len] = '\0';
				assert_text(text);
			}
		}
	}
}

/* Every start of a character: two bytes free, then the likely ends. */
static void
test_characters(void **state)
{
	static const char *const ends[] = { "", "\x80", "\xbf\x80" };
	char text[8];
	(void)state;

	for (int first = 0x80; first < 256; first++) {
		for (int second = 1; second < 256; second++) {
			for (size_t i = 0; i < COUNT(ends); i++) {
				text[0] = (char)first;
				text[1] = (char)second;
				strcpy(text + 2, ends[i]);
				assert_text(text);
			}
		}
	}
}

static void
test_numbers(void **state)
{
	static const int64_t rows[] = { 0, -1, 1, 9, 10, -10, 99, 100, 65535,
		INT32_MAX, INT32_MIN, INT64_MAX, INT64_MAX - 1, INT64_MIN,
		INT64_MIN + 1, INT64_C(1000000000000000000) };
	struct buf line = { 0 };
	struct json_out out = { .buf = &line };
	json_t *root = json_array();
	char *wanted;
	(void)state;

	json_begin_array(&out, NULL);
	for (size_t i = 0; i < COUNT(rows); i++) {
		json_put_number(&out, NULL, rows[i]);
		json_array_append_new(root, json_integer(rows[i]));
	}
	json_end_array(&out);
	wanted = json_dumps(root, JSON_COMPACT);
	assert_string_equal(buf_text(&line), wanted);
	free(wanted);
	json_decref(root);
	buf_finish(&line);
}

static void
put_all(struct json_out *out)
{
	static const char *const texts[] = { "one", NULL, "\"" };

	json_begin_object(out, NULL);
	json_begin_object(out, "empty");
	json_end_object(out);
	json_begin_array(out, "none");
	json_end_array(out);
	json_put_texts(out, "texts", texts, COUNT(texts));
	json_put_texts(out, "no_texts", NULL, 0);
	json_begin_array(out, "mixed");
	json_begin_object(out, NULL);
	json_put_bool(out, "yes", true);
	json_put_bool(out, "no", false);
	json_end_object(out);
	json_begin_array(out, NULL);
	json_end_array(out);
	json_put_null(out, NULL);
	json_end_array(out);
	json_put_index(out, "first", 0);
	json_put_index(out, "absent", -1);
	json_put_index(out, "last", INT32_MAX);
	json_put_text(out, "text", NULL);
	json_put_time(out, "at", 0);
	json_put_time(out, "too_late", INT64_C(253402300800));
	json_put_date(out, "date", 1);
	json_put_date(out, "no_date", 0);
	json_end_object(out);
}

static const char all[] =
    "{\"empty\":{},\"none\":[],\"texts\":[\"one\",null,\"\\\"\"],"
    "\"no_texts\":[],\"mixed\":[{\"yes\":true,\"no\":false},[],null],"
    "\"first\":0,\"absent\":null,\"last\":2147483647,\"text\":null,"
    "\"at\":\"1970-01-01T00:00:00Z\",\"too_late\":null,"
    "\"date\":\"1970-01-01T00:00:01Z\",\"no_date\":null}";

static void
test_values(void **state)
{
	struct buf line = { 0 };
	struct json_out out = { .buf = &line };
	(void)state;

	put_all(&out);
	assert_string_equal(buf_text(&line), all);
	assert_as_jansson(&line);
	buf_finish(&line);
}

/* It takes what is just large enough, and no byte less. */
static void
test_limit(void **state)
{
	(void)state;

	for (size_t limit = 1; limit < sizeof(all); limit++) {
		struct buf line;
		struct json_out out = { .buf = &line };

		buf_init(&line, limit);
		put_all(&out);
		assert_int_equal(buf_failed(&line), limit < sizeof(all) - 1);
		assert_true(line.len <= limit);
		buf_finish(&line);
	}
}

/* As jansson would indent it. */
static void
test_indent(void **state)
{
	struct buf buf = { 0 };
	struct json_out out = { .buf = &buf, .indented = true };
	json_t *root;
	char *theirs;
	(void)state;

	put_all(&out);
	root = json_loads(buf_text(&buf), 0, NULL);
	assert_non_null(root);
	theirs = json_dumps(root, JSON_INDENT(2) | JSON_PRESERVE_ORDER);
	assert_string_equal(buf_text(&buf), theirs);
	free(theirs);
	json_decref(root);
	buf_finish(&buf);
}

/* A report with a text that is no UTF-8 comes in no form at all. */
static void
test_bad_report(void **state)
{
	struct danelaw_report report = { .domain = "f\xfcr.example" };
	struct buf out = { 0 };
	(void)state;

	report_json_line(&report, &out);
	assert_true(buf_failed(&out));
	out.failed = false;
	report_json(&report, &out);
	assert_true(buf_failed(&out));
	out.failed = false;
	report_summary_line(&report, &out);
	assert_true(buf_failed(&out));
	buf_finish(&out);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_reports),
		cmocka_unit_test(test_texts),
		cmocka_unit_test(test_bytes),
		cmocka_unit_test(test_characters),
		cmocka_unit_test(test_numbers),
		cmocka_unit_test(test_values),
		cmocka_unit_test(test_limit),
		cmocka_unit_test(test_indent),
		cmocka_unit_test(test_bad_report),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
