/* SPDX-License-Identifier: ISC */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#include "base/arena.h"
#include "dns/reason.h"

static void
test_shorten(void **state)
{
	static const struct {
		const char *text, *reason;
	} rows[] = {
		{ NULL, NULL },
		{ "", NULL },
		{ " \n", NULL },
		{ "validation failure <d. MX IN>: signature expired from "
		  "192.0.2.1 for key d. while building chain of trust",
		    "signature expired from 192.0.2.1 for key d." },
		{ "validation failure <a.d. A IN>: key for validation d. is "
		  "marked as invalid because of a previous validation failure "
		  "<b.d. A IN>: no keys have a DS with algorithm RSASHA256",
		    "no keys have a DS with algorithm RSASHA256" },
		{ "SERVFAIL <dead. MX IN>: timeout", "timeout" },
		/* Not one of theirs: left as it is. */
		{ "validation failure", "validation failure" },
		{ "validation failure <cut", "validation failure <cut" },
		{ "validation failure <d. MX IN>:",
		    "validation failure <d. MX IN>:" },
		{ "all servers for this domain failed, at zone dead. from "
		  "192.0.2.1 got REFUSED",
		    "all name servers failed for the zone dead. from "
		    "192.0.2.1 got REFUSED" },
		{ "failed at zone a. from (inet_ntop_error) upstream server "
		  "timeout",
		    "failed at zone a. upstream server timeout" },
		{ "no keys from 192.0.2.1 and 192.0.2.1 and 192.0.2.2 and "
		  "192.0.2.2 for DS a and b",
		    "no keys from 192.0.2.1 and 192.0.2.2 for DS a and b" },
		{ " and  and a and", "and and a and" },
		{ "two\nlines,\t tabs  and \x1b[31m red",
		    "two lines, tabs and \\x1b[31m red" },
	};
	struct arena *arena = arena_new();
	char text[2000];
	(void)state;

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		char *reason = reason_shorten(arena, rows[i].text);

		if (rows[i].reason == NULL)
			assert_null(reason);
		else
			assert_string_equal(reason, rows[i].reason);
	}
	memset(text, 'x', sizeof(text) - 1);
	text[sizeof(text) - 1] = '\0';
	assert_int_equal(strlen(reason_shorten(arena, text)), REASON_MAX);
	arena_unref(arena);
}

static void
test_log(void **state)
{
	static const struct {
		const char *line, *name, *type;
		const char *text; /* NULL: not about this question */
	} rows[] = {
		{ "[1] libunbound[2:0] error: SERVFAIL <a.example. MX IN>: no",
		    "a.example", "MX", "no" },
		{ "SERVFAIL <A.eXample. MX IN>: x", "a.Example", "MX", "x" },
		{ "SERVFAIL <a.example. MX IN>: x", "a.example", "A", NULL },
		{ "SERVFAIL <a.example. A IN>: x", "a.example", "AAAA", NULL },
		{ "SERVFAIL <a.example. AAAA IN>: x", "a.example", "A", NULL },
		{ "SERVFAIL <ba.example. A IN>: x", "a.example", "A", NULL },
		{ "SERVFAIL <a.example. A IN>: x", "ba.example", "A", NULL },
		{ "SERVFAIL <a.example.org. A IN>: x", "a.example", "A", NULL },
		{ "SERVFAIL <. DNSKEY IN>: x", "", "DNSKEY", "x" },
		{ "SERVFAIL <a?b?c.example. A IN>: x", "a\\032b\\.c.example",
		    "A", "x" },
		{ "SERVFAIL <_25._tcp.m. TLSA IN>: x", "_25._tcp.m", "TLSA",
		    "x" },
		{ "SERVFAIL <a.example. A IN", "a.example", "A", NULL },
		{ "error: outgoing tcp: connect: refused", "a.example", "A",
		    NULL },
		{ "", "a.example", "A", NULL },
	};
	(void)state;

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const char *question, *text;
		size_t len;
		bool about =
		    reason_parse_log(rows[i].line, &question, &len, &text) &&
		    reason_is_about(question, len, rows[i].name, rows[i].type);

		assert_int_equal(about, rows[i].text != NULL);
		if (about)
			assert_string_equal(text, rows[i].text);
	}
}

static void
test_memory(void **state)
{
	struct reason_memory memory = { 0 };
	char name[32];
	(void)state;

	assert_null(reason_recall(&memory, "a.example", 1));
	reason_remember(&memory, "a.example", 1, "first");
	assert_string_equal(reason_recall(&memory, "A.example", 1), "first");
	assert_null(reason_recall(&memory, "a.example", 15));
	assert_null(reason_recall(&memory, "b.example", 1));
	reason_remember(&memory, "a.example", 1, "second");
	assert_string_equal(reason_recall(&memory, "a.example", 1), "second");
	for (int i = 0; i < 10 * REASON_SLOTS; i++) {
		snprintf(name, sizeof(name), "%d.example", i);
		reason_remember(&memory, name, 1, name);
		assert_string_equal(reason_recall(&memory, name, 1), name);
	}
	reason_memory_finish(&memory);
	assert_null(reason_recall(&memory, name, 1));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_shorten),
		cmocka_unit_test(test_log),
		cmocka_unit_test(test_memory),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
