/* SPDX-License-Identifier: ISC */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>

#include "check/own.h"

/* Where does the address lead back to this machine? */
static const struct {
	const char *ip;
	bool users, labs; /* with OWN_SPECIAL, OWN_LOCALHOST */
} rows[] = {
	{ "127.0.0.1", true, true },
	{ "::ffff:127.0.0.1", true, true },
	{ "0.0.0.0", true, true },
	{ "::", true, true },
	{ "::1", true, false },
	{ "127.1.2.3", true, false },
	{ "192.0.2.1", false, false },
	/* Special, and of no interface here. */
	{ "240.1.2.3", false, false },
	{ "8.8.8.8", false, false },
	{ "not an address", false, false },
};

static void
test_here(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const char *ip = rows[i].ip;

		if ((own_here(OWN_SPECIAL, ip) != NULL) != rows[i].users ||
		    (own_here(OWN_LOCALHOST, ip) != NULL) != rows[i].labs ||
		    own_here(OWN_NOTHING, ip) != NULL)
			fail_msg("%s", ip);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_here),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
