/* SPDX-License-Identifier: ISC */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/options.h"

#define NOW 1795385340
#define MAX_ARGS 12

struct row {
	const char *args[MAX_ARGS];
	const char *error; /* a part of it; NULL: taken */
};

static const struct row rows[] = {
	{ { "example.org" }, NULL },
	{ { "--port", "25", "a.example" }, NULL },
	{ { "--port=465", "--tls=implicit", "a.example" }, NULL },
	{ { "a.example", "--json", "b.example" }, NULL },
	{ { "-4", "-q", "a.example" }, NULL },
	{ { "-t", "5", "-p", "587", "a.example" }, NULL },
	{ { "--resolver", "::1@53", "--resolver", "192.0.2.1" }, NULL },
	{ { "--at", "+14d" }, NULL },
	{ { "--helo", "[IPv6:2001:db8::1]" }, NULL },
	{ { "--", "--port" }, NULL },
	{ { "--port", "0" }, "port \"0\": must be a number from 1 to 65535" },
	{ { "--port", "65536" }, "from 1 to 65535" },
	{ { "--port", "25x" }, "from 1 to 65535" },
	{ { "--port", " 25" }, "from 1 to 65535" },
	{ { "--port", "-1" }, "from 1 to 65535" },
	{ { "--port", "99999999999999999999" }, "from 1 to 65535" },
	{ { "--port", "" }, "port: the value is empty" },
	{ { "--port" }, "it needs a value" },
	{ { "-p" }, "option \"-p\": it needs a value" },
	{ { "--json=1" }, "it takes no value" },
	{ { "--nosuch" }, "option \"--nosuch\": there is no such option" },
	{ { "-x" }, "option \"-x\": there is no such option" },
	{ { "--tls", "ssl" }, "starttls|implicit" },
	{ { "--tls", "starttls|implicit" }, "starttls|implicit" },
	{ { "--color", "\x1b[31m" }, "color \"\\x1b[31m\"" },
	{ { "--timeout", "0" }, "from 1 to 3600" },
	{ { "--at", "tomorrow" }, "write 2026-12-31T00:00:00Z" },
	{ { "--helo", "a b" }, "a character that no host name can have" },
	{ { "--helo", "a\r\nDATA" }, "a character that no host name" },
	{ { "-4", "-6" }, "only one of them" },
	{ { "--key", "x" }, "it needs --cert" },
	{ { "--trust-anchor", "" }, "the value is empty" },
	{ { "--from", "a@a.example", "--to", "b@b.example" }, NULL },
	{ { "--from", "<>", "--to", "b@b.example" }, NULL },
	{ { "--from", "a@a.example" }, "one needs the other" },
	{ { "--to", "a@a.example" }, "one needs the other" },
	{ { "--from", "a@a.example", "--to", "<>" }, "to \"<>\"" },
	{ { "--from", "a@a>\r\nDATA", "--to", "b@b.example" },
	    "from \"a@a>\\x0d\\x0aDATA\"" },
	{ { "--retry", "0", "--retry-delay", "0" }, NULL },
	{ { "--retry", "10", "--retry-delay", "3600" }, NULL },
	{ { "--retry", "11" }, "from 0 to 10" },
	{ { "--retry", "-1" }, "from 0 to 10" },
	{ { "--retry-delay", "3601" }, "from 0 to 3600" },
};

static bool
parse(const struct row *row, struct settings *settings, int *first,
    struct option_error *error)
{
	char *argv[MAX_ARGS + 2] = { (char *)"check" };
	int argc = 1;

	while (argc <= MAX_ARGS && row->args[argc - 1] != NULL) {
		argv[argc] = (char *)row->args[argc - 1];
		argc++;
	}
	return options_parse(
	    COMMAND_CHECK, argc, argv, NOW, settings, first, error);
}

static void
test_rows(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct settings settings = { 0 };
		struct option_error error = { "" };
		int first = -1;
		bool taken = parse(&rows[i], &settings, &first, &error);

		if (rows[i].error == NULL) {
			if (!taken)
				fail_msg("row %zu: %s", i, error.text);
			assert_true(first > 0);
		} else {
			assert_false(taken);
			if (strstr(error.text, rows[i].error) == NULL)
				fail_msg("row %zu: %s", i, error.text);
		}
		options_finish(&settings);
	}
}

static void
test_values(void **state)
{
	const struct row row = { { "a.example", "--port=465", "--tls",
				     "implicit", "-vv", "--at", "+1d",
				     "--resolver=::1", "--cafile=a.pem",
				     "--capath", "b", "--pkix" },
		NULL };
	struct settings settings = { 0 };
	struct option_error error;
	int first;
	(void)state;

	assert_true(parse(&row, &settings, &first, &error));
	assert_int_equal(settings.port, 465);
	assert_string_equal(settings.tls, "implicit");
	assert_int_equal(settings.verbose, 2);
	assert_int_equal(settings.at, NOW + 86400);
	assert_int_equal(settings.resolvers.n, 1);
	assert_string_equal(settings.resolvers.texts[0], "::1");
	assert_string_equal(settings.cafile, "a.pem");
	assert_string_equal(settings.capath, "b");
	assert_true(settings.pkix);
	assert_int_equal(settings.retries, 0);
	assert_int_equal(settings.retry_delay, 30);
	/* The operand was moved behind the options. */
	assert_int_equal(first, MAX_ARGS);
	options_finish(&settings);
}

static char *
slurp(FILE *file)
{
	char *text = NULL;
	size_t room = 0;
	ssize_t len;

	rewind(file);
	len = getdelim(&text, &room, '\0', file);
	assert_true(len > 0);
	return text;
}

static void
assert_documented(unsigned command, const char *man)
{
	char path[1024], line[128], sought[160];
	FILE *list = tmpfile(), *help = tmpfile(), *page;
	char *help_text, *page_text;
	int n = 0;

	snprintf(
	    path, sizeof(path), "%s/src/cli/%s", getenv("DANELAW_SOURCE"), man);
	page = fopen(path, "r");
	assert_non_null(page);
	page_text = slurp(page);
	options_usage(command, help);
	help_text = slurp(help);
	options_list(command, list);
	rewind(list);
	while (fgets(line, sizeof(line), list) != NULL) {
		line[strcspn(line, "\n")] = '\0';
		assert_non_null(strstr(help_text, line));
		/* mdoc writes the first hyphen itself: ".It Fl -port". */
		snprintf(sought, sizeof(sought), " %s", line + 1);
		if (strstr(page_text, sought) == NULL)
			fail_msg("%s is not in %s", line, man);
		n++;
	}
	assert_true(n > 6);
	free(page_text);
	free(help_text);
	fclose(page);
	fclose(help);
	fclose(list);
}

/* Every option stands in the man page and in --help. */
static void
test_documented(void **state)
{
	(void)state;

	assert_documented(COMMAND_CHECK, "danelaw.1");
	assert_documented(COMMAND_VERIFY, "danelaw.1");
	assert_documented(COMMAND_TLSA, "danelaw.1");
	assert_documented(COMMAND_SERVE, "danelaw.1");
	assert_documented(COMMAND_SCAN, "danelaw.1");
	assert_documented(COMMAND_TRACE, "danelaw.1");
	assert_documented(COMMAND_JOIN, "danelaw.1");
	assert_documented(COMMAND_MONITOR, "check_danelaw.1");
}

static void
test_help_width(void **state)
{
	static const unsigned commands[] = { COMMAND_CHECK, COMMAND_MONITOR,
		COMMAND_SERVE, COMMAND_SCAN, COMMAND_TRACE, COMMAND_JOIN };
	(void)state;

	for (size_t i = 0; i < sizeof(commands) / sizeof(commands[0]); i++) {
		FILE *help = tmpfile();
		char line[256];

		options_usage(commands[i], help);
		rewind(help);
		while (fgets(line, sizeof(line), help) != NULL)
			assert_true(strlen(line) <= 80);
		fclose(help);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_rows),
		cmocka_unit_test(test_values),
		cmocka_unit_test(test_documented),
		cmocka_unit_test(test_help_width),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
