/* SPDX-License-Identifier: ISC */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/buf.h"
#include "serve/config.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))
#define TEXT(text) (text), sizeof(text) - 1

static const struct config_key keys[] = {
	{ .name = "listen" },
	{ .name = "domain", .is_list = true },
	{ .name = "helo" },
	{ .name = "require-dane", .is_flag = true },
	{ .name = NULL },
};

/* "line key=value" for each item, and what went wrong. */
static const struct {
	const char *bytes;
	size_t len;
	const char *items, *why;
} rows[] = {
	{ TEXT(""), "", NULL },
	{ TEXT("\n\n"), "", NULL },
	{ TEXT("# nothing\n   # else\n\t\n"), "", NULL },
	{ TEXT("listen = 127.0.0.1:9469\n"), "1 listen=127.0.0.1:9469\n",
	    NULL },
	{ TEXT("listen=a"), "1 listen=a\n", NULL },
	{ TEXT(" \t listen \t = \t a \t "), "1 listen=a\n", NULL },
	{ TEXT("listen = a\r\nhelo = b\r\n"), "1 listen=a\n2 helo=b\n", NULL },
	{ TEXT("\xef\xbb\xbflisten = a\n"), "1 listen=a\n", NULL },
	{ TEXT("domain = a.example\n\ndomain = b.example\n"),
	    "1 domain=a.example\n3 domain=b.example\n", NULL },
	{ TEXT("require-dane = yes\n"), "1 require-dane=yes+\n", NULL },
	{ TEXT("require-dane = no\n"), "1 require-dane=no\n", NULL },
	{ TEXT("helo = b\xc3\xbc"
	       "cher.example\n"),
	    "1 helo=b\xc3\xbc"
	    "cher.example\n",
	    NULL },
	/* Comments behind a value; a sign within it is no comment. */
	{ TEXT("listen = a # b\n"), "1 listen=a\n", NULL },
	{ TEXT("listen = a\t#b\n"), "1 listen=a\n", NULL },
	{ TEXT("listen = a#b\n"), "1 listen=a#b\n", NULL },
	{ TEXT("listen = a = b\n"), "1 listen=a = b\n", NULL },
	/* Quotes. */
	{ TEXT("helo = \" a # b \" # c\n"), "1 helo= a # b \n", NULL },
	{ TEXT("helo = \"a\\n\"\n"), "1 helo=a\\n\n", NULL },
	{ TEXT("helo = \"a\n"), NULL, "f:1: the quotes do not fit" },
	{ TEXT("helo = \"a\" b\n"), NULL, "f:1: the quotes do not fit" },
	{ TEXT("helo = a\"b\"\n"), NULL, "f:1: the quotes do not fit" },
	{ TEXT("helo = \"\"\n"), NULL, "f:1: the value is missing" },
	/* What is wrong. */
	{ TEXT("\nlisten\n"), NULL,
	    "f:2: \"listen\": a line reads key = value" },
	{ TEXT("listen =\n"), NULL, "f:1: the value is missing" },
	{ TEXT("listen = # a\n"), NULL, "f:1: the value is missing" },
	{ TEXT("= a\n"), NULL, "f:1: there is no key \"\"" },
	{ TEXT("listen = a\n\nLISTEN = b\n"), NULL,
	    "f:3: there is no key \"LISTEN\"" },
	{ TEXT("--listen = a\n"), NULL, "f:1: there is no key \"--listen\"" },
	{ TEXT("lis\xff\xfe = a\n"), NULL,
	    "f:1: there is no key \"lis\\xff\\xfe\"" },
	{ TEXT("listen = a\nhelo = x\nlisten = a\n"), NULL,
	    "f:3: \"listen\" was set on line 1 already" },
	{ TEXT("require-dane = true\n"), NULL,
	    "f:1: \"true\" is neither yes nor no" },
	{ TEXT("require-dane = YES\n"), NULL,
	    "f:1: \"YES\" is neither yes nor no" },
	{ TEXT("helo = a\x1b[31m\n"), NULL, "f:1: a control character" },
	{ TEXT("# a\0b\n"), NULL, "f:1: a control character" },
	{ TEXT("helo = a\rb\n"), NULL, "f:1: a control character" },
	{ TEXT("helo = a\x7f\n"), NULL, "f:1: a control character" },
};

static void
list_items(const struct config_file *file, struct buf *out)
{
	for (size_t i = 0; i < file->n_items; i++)
		buf_printf(out, "%u %s=%s%s\n", file->items[i].line,
		    file->items[i].key != NULL ? file->items[i].key->name : "",
		    file->items[i].value, file->items[i].yes ? "+" : "");
}

static void
test_rows(void **state)
{
	(void)state;

	for (size_t i = 0; i < COUNT(rows); i++) {
		struct arena *arena = arena_new();
		struct config_file file = { 0 };
		const char *why = NULL;
		struct buf out = { 0 };
		bool ok = config_parse(
		    arena, "f", rows[i].bytes, rows[i].len, keys, &file, &why);

		if (ok != (rows[i].items != NULL))
			fail_msg("\"%s\": %s", rows[i].bytes, why);
		if (ok) {
			list_items(&file, &out);
			assert_string_equal(buf_text(&out), rows[i].items);
		} else {
			assert_string_equal(why, rows[i].why);
			assert_int_equal(file.n_items, 0);
		}
		buf_finish(&out);
		arena_unref(arena);
	}
}

static void
test_list(void **state)
{
	static const char bytes[] = "# mine\n example.com \r\n\n"
				    "[mx.example.com]:587 # a host\nx = y\n";
	struct arena *arena = arena_new();
	struct config_file file = { 0 };
	const char *why = NULL;
	struct buf out = { 0 };
	(void)state;

	assert_true(config_parse_list(
	    arena, "list", bytes, sizeof(bytes) - 1, &file, &why));
	list_items(&file, &out);
	assert_string_equal(buf_text(&out),
	    "2 =example.com\n4 =[mx.example.com]:587\n5 =x = y\n");
	assert_string_equal(
	    config_error(arena, "list", &file.items[2], "no domain"),
	    "list:5: no domain");
	assert_false(config_parse_list(arena, "a\nb", "\n\"", 2, &file, &why));
	assert_string_equal(why, "a\\x0ab:2: the quotes do not fit");
	buf_finish(&out);
	arena_unref(arena);
}

static void
test_limits(void **state)
{
	char *bytes = malloc(CONFIG_FILE_MAX + 1);
	struct arena *arena = arena_new();
	struct config_file file = { 0 };
	const char *why = NULL;
	(void)state;

	assert_non_null(bytes);
	memset(bytes, 'a', CONFIG_FILE_MAX + 1);
	assert_true(
	    config_parse_list(arena, "f", bytes, CONFIG_LINE_MAX, &file, &why));
	assert_int_equal(file.n_items, 1);
	assert_false(config_parse_list(
	    arena, "f", bytes, CONFIG_LINE_MAX + 1, &file, &why));
	assert_string_equal(why, "f:1: the line is too long");
	assert_false(config_parse_list(
	    arena, "f", bytes, CONFIG_FILE_MAX + 1, &file, &why));
	assert_string_equal(why, "f:1: the file is too large");
	for (size_t i = 0; i < CONFIG_ITEM_MAX + 1; i++)
		memcpy(bytes + 2 * i, "a\n", 2);
	assert_true(config_parse_list(
	    arena, "f", bytes, 2 * (size_t)CONFIG_ITEM_MAX, &file, &why));
	assert_int_equal(file.n_items, CONFIG_ITEM_MAX);
	assert_false(config_parse_list(
	    arena, "f", bytes, 2 * (size_t)CONFIG_ITEM_MAX + 1, &file, &why));
	assert_string_equal(why, "f:100001: there are too many entries");
	free(bytes);
	arena_unref(arena);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_rows),
		cmocka_unit_test(test_list),
		cmocka_unit_test(test_limits),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
