/* SPDX-License-Identifier: ISC */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "serve/authority.h"

static const struct row {
	const char *host;
	bool ours;
} rows[] = {
	{ NULL, true },
	{ "localhost", true },
	{ "LocalHost:9899", true },
	{ "danelaw.localhost:9899", true },
	{ "localhost.", true },
	{ "127.0.0.1", true },
	{ "127.0.0.1:9899", true },
	{ "192.0.2.7:9899", true },
	{ "[::1]:9899", true },
	{ "[2001:db8::1]", true },
	{ "dane.example.org", true },
	{ "DANE.example.org.:9899", true },
	{ "other.example.org", false },
	{ "evil.example", false },
	{ "127.0.0.1.evil.example", false },
	{ "localhost.evil.example", false },
	{ "notlocalhost", false },
	{ "xdane.example.org", false },
	{ "", false },
	{ ":9899", false },
	{ "localhost:99x", false },
	{ "localhost:1:2", false },
	{ "[::1", false },
	{ "[::1]x", false },
	{ "[evil.example]", false },
	{ "localhost@evil.example", false },
	{ "localhost/evil.example", false },
	{ "2001:db8::1", false },
};

static void
test_rows(void **state)
{
	static const char *const names[] = { "dane.example.org" };
	(void)state;

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		if (authority_is_ours(rows[i].host, names, 1) != rows[i].ours)
			fail_msg("%s", rows[i].host);
	}
	assert_false(authority_is_ours("dane.example.org", NULL, 0));
}

static void
test_long(void **state)
{
	char host[400];
	(void)state;

	for (size_t len = 250; len < sizeof(host); len++) {
		for (size_t i = 0; i < len; i++)
			host[i] = 'a';
		host[len - 1] = '\0';
		assert_false(authority_is_ours(host, NULL, 0));
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_rows),
		cmocka_unit_test(test_long),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
