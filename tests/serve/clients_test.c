/* SPDX-License-Identifier: ISC */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "serve/clients.h"

#define MOST 8

static const struct clients_limits limits = {
	.shares = {
		[CLIENT_HTTP] = { 6, 3, 4, 2 },
		[CLIENT_WATCH] = { 1, 1, 1, 1 },
		[CLIENT_MAP] = { 5, 4, 5, 4 },
	},
};

/* Who is let in and begins a check, one after the other, and how it ends. */
static const struct row {
	const char *what;
	struct {
		enum client_class class;
		const char *name; /* NULL: no more of them */
		bool enters, begins;
	} who[MOST];
} rows[] = {
	{ "an address has its share of checks, and of places",
	    { { CLIENT_HTTP, "192.0.2.1", true, true },
		{ CLIENT_HTTP, "192.0.2.1", true, true },
		{ CLIENT_HTTP, "192.0.2.1", true, false },
		{ CLIENT_HTTP, "192.0.2.1", true, false },
		{ CLIENT_HTTP, "192.0.2.1", false, false },
		{ CLIENT_HTTP, "192.0.2.2", true, true } } },
	{ "a class has its own",
	    { { CLIENT_HTTP, "192.0.2.1", true, true },
		{ CLIENT_HTTP, "192.0.2.2", true, true },
		{ CLIENT_HTTP, "192.0.2.3", true, true },
		{ CLIENT_HTTP, "192.0.2.4", true, false },
		{ CLIENT_HTTP, "192.0.2.5", true, false },
		{ CLIENT_HTTP, "192.0.2.6", true, false },
		{ CLIENT_HTTP, "192.0.2.7", false, false },
		{ CLIENT_MAP, "192.0.2.7", true, true } } },
	{ "the map's is not the others', though the address is",
	    { { CLIENT_HTTP, "192.0.2.1", true, true },
		{ CLIENT_HTTP, "192.0.2.1", true, true },
		{ CLIENT_HTTP, "192.0.2.1", true, false },
		{ CLIENT_MAP, "192.0.2.1", true, true },
		{ CLIENT_MAP, "192.0.2.1", true, true },
		{ CLIENT_WATCH, "watch", true, true },
		{ CLIENT_WATCH, "watch", false, false } } },
	{ "a network of IPv6 is one",
	    { { CLIENT_HTTP, "2001:db8::1", true, true },
		{ CLIENT_HTTP, "2001:db8::2", true, true },
		{ CLIENT_HTTP, "2001:db8::3:4:5:6", true, false },
		{ CLIENT_HTTP, "2001:db8:0:1::1", true, true } } },
};

static void
test_rows(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct clients *clients = clients_new(&limits);
		struct client *waits[MOST] = { NULL }, *checks[MOST] = { NULL };
		size_t n = 0;

		assert_non_null(clients);
		for (; n < MOST && rows[i].who[n].name != NULL; n++) {
			waits[n] = clients_enter(
			    clients, rows[i].who[n].class, rows[i].who[n].name);
			if (waits[n] != NULL &&
			    clients_begin(clients, waits[n]))
				checks[n] = waits[n];
			if ((waits[n] != NULL) != rows[i].who[n].enters ||
			    (checks[n] != NULL) != rows[i].who[n].begins)
				fail_msg("%s: %zu", rows[i].what, n);
		}
		for (size_t j = 0; j < n; j++) {
			if (waits[j] != NULL)
				clients_leave(clients, waits[j]);
		}
		for (size_t j = 0; j < n; j++) {
			if (checks[j] != NULL)
				clients_end(clients, checks[j]);
		}
		clients_free(clients);
	}
}

/* Who has left takes no place, and its check takes one until it ends. */
static void
test_gone(void **state)
{
	struct clients *clients = clients_new(&limits);
	struct client *first, *second, *third;
	(void)state;

	assert_non_null(clients);
	first = clients_enter(clients, CLIENT_WATCH, "watch");
	assert_non_null(first);
	assert_true(clients_begin(clients, first));
	clients_leave(clients, first);
	second = clients_enter(clients, CLIENT_WATCH, "watch");
	assert_non_null(second);
	assert_false(clients_begin(clients, second));
	clients_end(clients, first);
	assert_true(clients_begin(clients, second));
	clients_end(clients, second);
	clients_leave(clients, second);
	third = clients_enter(clients, CLIENT_WATCH, "watch");
	assert_non_null(third);
	clients_leave(clients, third);
	clients_free(clients);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_rows),
		cmocka_unit_test(test_gone),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
