/* SPDX-License-Identifier: ISC */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <openssl/x509_vfy.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "model/catalogue.h"
#include "model/log.h"
#include "tls/trial.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static const struct log_words *
first(const char *line)
{
	const struct log_words *found[4];

	return log_find(line, found, COUNT(found)) == 0 ? NULL : found[0];
}

/* Each pattern finds itself, and its ids are in the catalogue. */
static void
test_table(void **state)
{
	const struct log_words *words;
	(void)state;

	for (size_t i = 0; (words = log_words_at(i)) != NULL; i++) {
		char line[256], ids[1024], *save = NULL;
		struct catalogue_item item;

		assert_true(strlen(words->pattern) < sizeof(line));
		strcpy(line, log_pattern(words));
		for (char *at = line; (at = strchr(at, '*')) != NULL;)
			*at = '/';
		if (first(line) == NULL ||
		    strcmp(first(line)->means, words->means) != 0)
			fail_msg("%s", words->pattern);
		assert_true(strlen(words->ids) < sizeof(ids));
		strcpy(ids, words->ids);
		for (char *id = strtok_r(ids, " ", &save); id != NULL;
		     id = strtok_r(NULL, " ", &save)) {
			if (!catalogue_find(id, &item))
				fail_msg("%s: %s", words->pattern, id);
		}
		assert_int_equal(words->means[strlen(words->means) - 1], '.');
	}
}

/* What danelaw itself prints of OpenSSL, name and text. */
static void
test_verify_errors(void **state)
{
	size_t n = 0;
	(void)state;

	for (int code = 1; code < 200; code++) {
		const char *name = verify_error_name(code);
		const char *text = X509_verify_cert_error_string(code);

		if (name == NULL)
			continue;
		n++;
		if (first(name) == NULL)
			fail_msg("%s", name);
		if (first(text) == NULL)
			fail_msg("%s: %s", name, text);
	}
	assert_true(n > 80);
}

static void
test_words(void **state)
{
	static const struct {
		const char *line, *pattern; /* NULL: none */
	} rows[] = {
		{ "", NULL },
		{ "*", NULL },
		{ "14.7.321", NULL },
		{ "4.7.3210", NULL },
		{ "10.4.7.321", NULL },
		{ "(4.7.321)", "4.7.321" },
		{ "450-4.7.321 x", "4.7.321" },
		{ "SERVER  certificate\tnot verified",
		    "Server certificate not verified" },
		{ "Server certificate not verifiedly", NULL },
		{ "host tlsa-invalid-mx.example", NULL },
		{ "verify=FAILED", NULL },
		{ "X509_V_ERR_INVALID_CALL", "X509_V_ERR_INVALID_CALL" },
		{ "num=6:x", "num=6" },
		/* Words before codes, particular ones before general ones. */
		{ "dsn=4.7.5, TLSA lookup error for x",
		    "TLSA lookup error for" },
		{ "certificate verify failed:hostname mismatch",
		    "hostname mismatch" },
		/* The pieces of a pattern in their order. */
		{ "refused to start TLS: TLS is required, but host x",
		    "refused to start TLS" },
	};
	(void)state;

	for (size_t i = 0; i < COUNT(rows); i++) {
		const struct log_words *words = first(rows[i].line);

		if ((words == NULL) != (rows[i].pattern == NULL) ||
		    (words != NULL &&
			strcmp(log_pattern(words), rows[i].pattern) != 0))
			fail_msg("%s: %s", rows[i].line,
			    words == NULL ? "none" : words->pattern);
	}
}

static void
test_names(void **state)
{
	static const struct {
		const char *line, *domain, *host;
	} rows[] = {
		{ "to=<u@example.org>, relay=mx.example.org[192.0.2.1]:25",
		    "example.org", "mx.example.org" },
		{ "orig_to=<a@old.example>, to=<u@example.org>", "example.org",
		    NULL },
		{ "from=<a@b.example>", NULL, NULL },
		{ "to=<\"a b\"@example.org>", NULL, NULL },
		{ "to=<u@EXAMPLE.org.>", "example.org", NULL },
		{ "to=<u@[192.0.2.1]>", NULL, NULL },
		{ "to=<u@192.0.2.1>", NULL, NULL },
		{ "to=<u@-x.example>", NULL, NULL },
		{ "to=<u@a..b>", NULL, NULL },
		{ "to=<u@x.example;id>", "x.example", NULL },
		{ "== u@example.org R=r H=mx.example.org [192.0.2.1]",
		    "example.org", "mx.example.org" },
		{ "relay=mx.example.org. [IPv6:2001:db8::1], dsn=4", NULL,
		    "mx.example.org" },
		{ "TLSA lookup error for mx.example.org:25", NULL,
		    "mx.example.org" },
		{ "12:00:01.123 [77]", NULL, NULL },
		{ "postfix/smtp[12]: x", NULL, NULL },
		{ "Name service error for name=example.org type=MX",
		    "example.org", NULL },
	};
	(void)state;

	for (size_t i = 0; i < COUNT(rows); i++) {
		struct arena *arena = arena_new();
		struct log_names names = log_names(arena, rows[i].line);
		const char *domain = names.domain == NULL ? "" : names.domain;
		const char *host = names.host == NULL ? "" : names.host;

		if (strcmp(domain,
			rows[i].domain == NULL ? "" : rows[i].domain) != 0 ||
		    strcmp(host, rows[i].host == NULL ? "" : rows[i].host) != 0)
			fail_msg("%s: %s, %s", rows[i].line, domain, host);
		arena_unref(arena);
	}
}

/* Only the start of a line of a mebibyte is looked at. */
static void
test_long(void **state)
{
	enum { LEN = 1 << 20 };
	char *line = malloc(LEN + 1);
	struct arena *arena = arena_new();
	(void)state;

	assert_non_null(line);
	memset(line, '[', LEN);
	line[LEN] = '\0';
	memcpy(line + LOG_MAX, "tlsa-invalid", 12);
	assert_null(first(line));
	memcpy(line + LOG_MAX - 100, " tlsa-invalid ", 14);
	assert_non_null(first(line));
	assert_null(log_names(arena, line).host);
	arena_unref(arena);
	free(line);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_table),
		cmocka_unit_test(test_verify_errors),
		cmocka_unit_test(test_words),
		cmocka_unit_test(test_names),
		cmocka_unit_test(test_long),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
