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

/* Each pattern in a sentence that libunbound, or we, have for it. */
static void
test_cause(void **state)
{
	static const struct {
		const char *why;
		enum danelaw_dns_cause cause;
	} rows[] = {
		{ NULL, DANELAW_DNS_UNTOLD },
		{ "", DANELAW_DNS_UNTOLD },
		{ "the answer has the error code NOTIMP", DANELAW_DNS_UNTOLD },
		{ "the signatures of the root zone are not valid at the time "
		  "given, 2026-01-01T00:00:00Z; give another time",
		    DANELAW_DNS_CLOCK },
		{ "signature expired from 192.0.2.53 for trust anchor .",
		    DANELAW_DNS_CLOCK },
		{ "signature before inception date from 192.0.2.53 for trust "
		  "anchor .",
		    DANELAW_DNS_CLOCK },
		{ "no signatures from 192.0.2.53 for trust anchor .",
		    DANELAW_DNS_ANCHOR },
		{ "signature expired from 192.0.2.53 for key et.example.",
		    DANELAW_DNS_EXPIRED },
		{ "the signature has expired", DANELAW_DNS_EXPIRED },
		{ "signature before inception date from 192.0.2.53",
		    DANELAW_DNS_NOT_YET_VALID },
		{ "the signature is not yet valid", DANELAW_DNS_NOT_YET_VALID },
		{ "NSEC3 iteration count too high", DANELAW_DNS_ITERATIONS },
		{ "algorithm refused by cryptolib", DANELAW_DNS_ALGORITHM },
		{ "unsupported algorithm", DANELAW_DNS_ALGORITHM },
		{ "no supported algorithms", DANELAW_DNS_ALGORITHM },
		{ "maximum number restarts", DANELAW_DNS_LOOP },
		{ "CNAME loop", DANELAW_DNS_LOOP },
		{ "the CNAME records run on for too long or in a circle,",
		    DANELAW_DNS_LOOP },
		{ "NODATA response failed with NSEC/NSEC3",
		    DANELAW_DNS_DENIAL },
		{ "a denial is missing", DANELAW_DNS_DENIAL },
		{ "no proof of it", DANELAW_DNS_DENIAL },
		{ "the response failed to prove it", DANELAW_DNS_DENIAL },
		{ "no DNSSEC records from 192.0.2.53 for DS et.example.",
		    DANELAW_DNS_DENIAL },
		{ "no DS from 192.0.2.53", DANELAW_DNS_DENIAL },
		{ "no signatures from 192.0.2.53", DANELAW_DNS_UNSIGNED },
		{ "signature missing", DANELAW_DNS_UNSIGNED },
		{ "missing signature", DANELAW_DNS_UNSIGNED },
		{ "no RRSIG", DANELAW_DNS_UNSIGNED },
		{ "ECDSA signature verification failed.",
		    DANELAW_DNS_MISMATCH },
		{ "signature crypto failed from 192.0.2.53",
		    DANELAW_DNS_MISMATCH },
		{ "keytag mismatch", DANELAW_DNS_MISMATCH },
		{ "No DNSKEY record for key mx1.example.",
		    DANELAW_DNS_MISMATCH },
		{ "signatures from unknown keys", DANELAW_DNS_MISMATCH },
		{ "no keys have a DS with algorithm RSASHA256",
		    DANELAW_DNS_MISMATCH },
		{ "no key matches DS", DANELAW_DNS_MISMATCH },
		{ "the question timed out", DANELAW_DNS_TIMEOUT },
		{ "failed at zone a. upstream server timeout",
		    DANELAW_DNS_TIMEOUT },
		{ "no answer came within 5.0 s", DANELAW_DNS_TIMEOUT },
		/* proofpoint.com is no proof, loop.example no loop. */
		{ "all servers failed, at zone nsec.proofpoint.com. and "
		  "<loop.example. MX IN> for loop.example.",
		    DANELAW_DNS_UNTOLD },
	};
	(void)state;

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		if (reason_cause(rows[i].why) != rows[i].cause)
			fail_msg("\"%s\": %d", rows[i].why,
			    reason_cause(rows[i].why));
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_shorten),
		cmocka_unit_test(test_cause),
		cmocka_unit_test(test_log),
		cmocka_unit_test(test_memory),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
