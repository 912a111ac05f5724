/* SPDX-License-Identifier: ISC */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#include "base/mailbox.h"

/* What ends a path or a line, or needs SMTPUTF8, is not said. */
static void
test_rows(void **state)
{
	static const struct {
		const char *address, *why; /* NULL: it is good */
	} rows[] = {
		{ "a@b.example", NULL },
		{ "a+b=c_d@[192.0.2.1]", NULL },
		{ "\"a@b\"@c.example", NULL },
		{ "postmaster@x", NULL },
		{ "", "name@domain" },
		{ "a", "name@domain" },
		{ "@b.example", "name@domain" },
		{ "a@", "name@domain" },
		{ "a@b\r\nDATA", "control character" },
		{ "a@b\n", "control character" },
		{ "a@b\t", "control character" },
		{ "a@b\x7f", "ASCII" },
		{ "a b@c", "space" },
		{ "a@b SIZE=1", "space" },
		{ "<a@b>", "brackets" },
		{ "a@b>", "brackets" },
		{ "\xc3\xbc@b.example", "ASCII" },
		{ "a@\xc3\xbc.example", "ASCII" },
		{ "<>", "brackets" },
	};
	(void)state;

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const char *why = NULL;
		bool good = mailbox_check(rows[i].address, &why);

		if (good != (rows[i].why == NULL) ||
		    (!good && strstr(why, rows[i].why) == NULL))
			fail_msg("row %zu: %s", i, why == NULL ? "" : why);
	}
}

/* RFC 5321 section 4.5.3.1: 64 and 255. */
static void
test_bounds(void **state)
{
	char address[500];
	const char *why;
	(void)state;

	for (size_t local = 63; local <= 66; local++) {
		for (size_t domain = 254; domain <= 257; domain++) {
			memset(address, 'x', local);
			address[local] = '@';
			memset(address + local + 1, 'y', domain);
			address[local + 1 + domain] = '\0';
			assert_int_equal(mailbox_check(address, &why),
			    local <= 64 && domain <= 255);
		}
	}
}

static void
test_null(void **state)
{
	(void)state;
	assert_true(mailbox_is_null("<>"));
	assert_false(mailbox_is_null("<> SIZE=1"));
	assert_false(mailbox_is_null("a@b"));
	assert_false(mailbox_is_null(""));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_rows),
		cmocka_unit_test(test_bounds),
		cmocka_unit_test(test_null),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
