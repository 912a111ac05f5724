/* SPDX-License-Identifier: ISC */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "wire.h"

/* Contents of a packet, and where none of them is. */
enum { DATA, NODATA, NXDOMAIN, NONE };

static void
build(int contents, unsigned rcode)
{
	wire_begin(rcode, "a.example", RRTYPE_A);
	if (contents == DATA)
		wire_add(ANSWER, "a.example", RRTYPE_A, 300, wire_ip, 4);
	else
		wire_add_soa(300, 300);
}

#define ERROR DANELAW_DNSSEC_ERROR, DANELAW_PRESENCE_UNKNOWN
#define BOGUS DANELAW_DNSSEC_BOGUS, DANELAW_PRESENCE_UNKNOWN

static const struct {
	const char *what;
	int contents;
	int rcode;       /* of the call */
	unsigned packet; /* code in the packet */
	int security;
	const char *why_bogus, *servfail;
	enum danelaw_dnssec dnssec;
	enum danelaw_presence presence;
	const char *why; /* part of it; NULL: none */
} standings[] = {
	{ "rule 4 data, secure", DATA, 0, 0, 2, NULL, NULL,
	    DANELAW_DNSSEC_SECURE, DANELAW_PRESENCE_DATA, NULL },
	{ "rule 7 denial of the type, secure", NODATA, 0, 0, 2, NULL, NULL,
	    DANELAW_DNSSEC_SECURE, DANELAW_PRESENCE_NODATA, NULL },
	{ "denial of the name, secure", NODATA, 0, 3, 2, NULL, NULL,
	    DANELAW_DNSSEC_SECURE, DANELAW_PRESENCE_NXDOMAIN, NULL },
	{ "rule 6 data, unsigned zone", DATA, 0, 0, 0, NULL, NULL,
	    DANELAW_DNSSEC_INSECURE, DANELAW_PRESENCE_DATA, NULL },
	{ "rule 7 insecure absence is an answer", NODATA, 0, 3, 0, NULL, NULL,
	    DANELAW_DNSSEC_INSECURE, DANELAW_PRESENCE_NXDOMAIN, NULL },
	{ "rule 4 bogus, bad data in the packet", DATA, 0, 0, 1,
	    "validation failure <a.example. A IN>: signature expired", NULL,
	    BOGUS, "signature expired" },
	{ "bogus, no reason", DATA, 0, 0, 1, NULL, NULL, BOGUS,
	    "validation failed" },
	{ "bogus denial", NODATA, 0, 3, 1, "no proof", NULL, BOGUS,
	    "no proof" },
	{ "bogus with a SERVFAIL in the packet", NONE, 0, 2, 1, "no keys", NULL,
	    BOGUS, "no keys" },
	{ "rule 8 SERVFAIL, whatever the packet says", DATA, 2, 0, 0, NULL,
	    NULL, ERROR, "SERVFAIL" },
	{ "SERVFAIL, whatever else is said", DATA, 2, 0, 2, NULL, NULL, ERROR,
	    "SERVFAIL" },
	{ "SERVFAIL with its reason", NONE, 2, 0, 0, NULL, "timeout", ERROR,
	    "timeout" },
	{ "rule 8 SERVFAIL out of the cache is no insecure absence", NODATA, 0,
	    2, 0, NULL, NULL, ERROR, "SERVFAIL" },
	{ "SERVFAIL out of the cache, with its reason", NODATA, 0, 2, 0, NULL,
	    "all servers failed", ERROR, "all servers failed" },
	{ "SERVFAIL with data", DATA, 0, 2, 0, NULL, NULL, ERROR, "SERVFAIL" },
	{ "SERVFAIL that claims to be secure", DATA, 0, 2, 2, NULL, NULL, ERROR,
	    "SERVFAIL" },
	{ "REFUSED", NODATA, 0, 5, 0, NULL, NULL, ERROR, "REFUSED" },
	{ "NOTIMP", NODATA, 0, 4, 0, NULL, NULL, ERROR, "NOTIMPL" },
	{ "FORMERR", NODATA, 0, 1, 2, NULL, NULL, ERROR, "FORMERR" },
	{ "a code nobody knows", NODATA, 0, 15, 0, NULL, NULL, ERROR,
	    "error code" },
	{ "the context is no more", NONE, 2, 0, 0, NULL, NULL, ERROR,
	    "SERVFAIL" },
	{ "success without a packet", NONE, 0, 0, 0, NULL, NULL, ERROR,
	    "no answer" },
	{ "success without a packet, secure", NONE, 0, 0, 2, NULL, NULL, ERROR,
	    "no answer" },
	{ "rule 5 a standing nobody knows", DATA, 0, 0, 3, NULL, NULL, ERROR,
	    "did not say" },
	{ "a name denied that has records", DATA, 0, 3, 2, NULL, NULL, ERROR,
	    "denies" },
};

static void
test_standing(void **state)
{
	(void)state;

	for (size_t i = 0; i < sizeof(standings) / sizeof(standings[0]); i++) {
		struct arena *arena = arena_new();
		struct answer answer;
		struct answer_raw raw = {
			.rcode = standings[i].rcode,
			.security = standings[i].security,
			.why_bogus = standings[i].why_bogus,
			.servfail = standings[i].servfail,
			.at = WIRE_AT,
		};

		print_message("# %s\n", standings[i].what);
		build(standings[i].contents, standings[i].packet);
		if (standings[i].contents != NONE) {
			raw.packet = wire.bytes;
			raw.len = wire.len;
		}
		answer_read(arena, "a.example", RRTYPE_A, &raw, &answer);
		assert_string_equal(answer.lookup.name, "a.example");
		assert_string_equal(answer.lookup.type, "A");
		assert_int_equal(answer.lookup.dnssec, standings[i].dnssec);
		assert_int_equal(answer.lookup.presence, standings[i].presence);
		if (standings[i].why == NULL)
			assert_null(answer.lookup.why);
		else
			assert_non_null(
			    strstr(answer.lookup.why, standings[i].why));
		/* Nothing of an error may be taken for a fact. */
		if (standings[i].presence != DANELAW_PRESENCE_DATA) {
			assert_int_equal(answer.n_records, 0);
			assert_int_equal(answer.lookup.n_records, 0);
			assert_null(answer.records);
		} else {
			assert_int_equal(answer.n_records, 1);
		}
		arena_unref(arena);
	}
}

/* The zero value must be the strictest. */
static void
test_zero(void **state)
{
	struct arena *arena = arena_new();
	const struct answer_raw raw = { 0 };
	struct answer answer;
	(void)state;

	answer_read(arena, "a.example", RRTYPE_A, &raw, &answer);
	assert_int_equal(answer.lookup.dnssec, DANELAW_DNSSEC_ERROR);
	assert_int_equal(answer.lookup.presence, DANELAW_PRESENCE_UNKNOWN);
	arena_unref(arena);
}

static void
test_records(void **state)
{
	static const uint8_t soa[] = { 2, 'N', 's', 1, 'z', 0, 1, 'r', 0, 0, 0,
		0, 1, 0, 0, 0, 2, 0, 0, 0, 3, 0, 0, 0, 4, 0, 0, 0, 5 };
	static const uint8_t tlsa[] = { 3, 1, 1, 0xaa, 0xbb };
	struct arena *arena = arena_new();
	struct answer answer;
	(void)state;

	/* Owners are compared without regard to case. */
	wire_begin(0, "d.example", RRTYPE_MX);
	wire_add_name("D.Example", RRTYPE_MX, 300, 10, "MX1.Example");
	wire_add_name("d.example", RRTYPE_MX, 300, 0, "");
	wire_add_name(
	    "d.example", RRTYPE_MX, 300, 65535, "a b.c\\d.x\xff.example");
	/* Of another name, type or section: none of ours. */
	wire_add_name("e.example", RRTYPE_MX, 300, 1, "other.example");
	wire_add(ANSWER, "d.example", RRTYPE_A, 300, wire_ip, 4);
	wire_add(ADDITIONAL, "d.example", RRTYPE_MX, 300, "\0\1\0", 3);
	answer = wire_read(arena, "d.example", RRTYPE_MX);
	assert_int_equal(answer.n_records, 3);
	assert_int_equal(answer.lookup.n_records, 3);
	/* Sorted, however a server turns them. */
	assert_string_equal(answer.records[0].name, "");
	assert_int_equal(answer.records[1].preference, 10);
	assert_string_equal(answer.records[1].name, "mx1.example");
	assert_int_equal(answer.records[1].len, 2);
	assert_int_equal(answer.records[2].preference, 65535);
	assert_string_equal(
	    answer.records[2].name, "a\\032b.c\\\\d.x\\255.example");
	assert_string_equal(answer.final, "d.example");

	wire_begin(0, "t.example", RRTYPE_TLSA);
	for (size_t i = 0; i <= sizeof(tlsa); i++)
		wire_add(ANSWER, "t.example", RRTYPE_TLSA, 300, tlsa,
		    (i + 3) % (sizeof(tlsa) + 1));
	answer = wire_read(arena, "t.example", RRTYPE_TLSA);
	assert_int_equal(answer.lookup.dnssec, DANELAW_DNSSEC_SECURE);
	assert_int_equal(answer.n_records, 6);
	for (size_t len = 0; len <= sizeof(tlsa); len++) {
		assert_int_equal(answer.records[len].len, len);
		assert_non_null(answer.records[len].rdata);
		assert_memory_equal(answer.records[len].rdata, tlsa, len);
	}

	wire_begin(0, "", RRTYPE_DNSKEY);
	wire_add(ANSWER, "", RRTYPE_DNSKEY, 300, tlsa, 5);
	answer = wire_read(arena, "", RRTYPE_DNSKEY);
	assert_int_equal(answer.n_records, 1);
	assert_string_equal(answer.final, "");

	/* SOA: the first of two names, and numbers behind them. */
	wire_begin(0, "z.example", RRTYPE_SOA);
	wire_add(ANSWER, "z.example", RRTYPE_SOA, 300, soa, sizeof(soa));
	answer = wire_read(arena, "z.example", RRTYPE_SOA);
	assert_int_equal(answer.n_records, 1);
	assert_string_equal(answer.records[0].name, "ns.z");
	assert_int_equal(answer.records[0].len, 0);
	for (size_t len = 0; len < 6; len++) {
		wire_begin(0, "z.example", RRTYPE_SOA);
		wire_add(ANSWER, "z.example", RRTYPE_SOA, 300, soa, len);
		answer = wire_read(arena, "z.example", RRTYPE_SOA);
		assert_int_equal(answer.lookup.dnssec, DANELAW_DNSSEC_ERROR);
	}
	arena_unref(arena);
}

static void
test_many_records(void **state)
{
	struct arena *arena = arena_new();
	struct answer answer;
	(void)state;

	wire_begin(0, "m.example", RRTYPE_A);
	for (uint8_t i = 0; i < 255; i++)
		wire_add(ANSWER, "m.example", RRTYPE_A, 300, wire_ip, 4);
	answer = wire_read(arena, "m.example", RRTYPE_A);
	assert_int_equal(answer.n_records, 255);
	assert_int_equal(answer.n_dropped, 0);
	/* All that a message holds is taken. */
	for (int i = 0; i < 45; i++)
		wire_add(ANSWER, "m.example", RRTYPE_A, 300, wire_ip, 4);
	answer = wire_read(arena, "m.example", RRTYPE_A);
	assert_int_equal(answer.n_records, 300);
	assert_int_equal(answer.n_dropped, 0);
	assert_int_equal(answer.lookup.n_records, 300);
	arena_unref(arena);
}

static void
test_aliases(void **state)
{
	struct arena *arena = arena_new();
	struct answer answer;
	char owner[32], target[32];
	(void)state;

	/* In any order; the address of a name on the way is not ours. */
	wire_begin(0, "a.example", RRTYPE_A);
	wire_add(ANSWER, "c.example", RRTYPE_A, 300, wire_ip, 4);
	wire_add_name("b.example", RRTYPE_CNAME, 60, -1, "C.example");
	wire_add_name("a.example", RRTYPE_CNAME, 300, -1, "b.example");
	wire_add(ANSWER, "b.example", RRTYPE_A, 300, wire_ip, 4);
	answer = wire_read(arena, "a.example", RRTYPE_A);
	assert_int_equal(answer.lookup.n_aliases, 2);
	assert_string_equal(answer.lookup.aliases[0], "b.example");
	assert_string_equal(answer.lookup.aliases[1], "c.example");
	assert_string_equal(answer.final, "c.example");
	assert_int_equal(answer.n_records, 1);
	assert_int_equal(answer.lookup.ttl, 60);

	/* Asked for itself, an alias is the record, and not followed. */
	answer = wire_read(arena, "a.example", RRTYPE_CNAME);
	assert_int_equal(answer.lookup.n_aliases, 0);
	assert_int_equal(answer.n_records, 1);
	assert_string_equal(answer.records[0].name, "b.example");
	assert_string_equal(answer.final, "a.example");

	/* 7672 2.1.3: an alias to nothing. */
	wire_begin(3, "a.example", RRTYPE_A);
	wire_add_name("a.example", RRTYPE_CNAME, 300, -1, "gone.example");
	wire_add_soa(300, 300);
	answer = wire_read(arena, "a.example", RRTYPE_A);
	assert_int_equal(answer.lookup.presence, DANELAW_PRESENCE_NXDOMAIN);
	assert_string_equal(answer.final, "gone.example");

	wire_begin(0, "a.example", RRTYPE_A);
	wire_add_name("a.example", RRTYPE_CNAME, 300, -1, "b.example");
	wire_add_name("b.example", RRTYPE_CNAME, 300, -1, "a.example");
	answer = wire_read(arena, "a.example", RRTYPE_A);
	assert_int_equal(answer.lookup.dnssec, DANELAW_DNSSEC_ERROR);
	assert_non_null(strstr(answer.lookup.why, "circle"));

	wire_begin(0, "0.example", RRTYPE_A);
	for (int i = 0; i < 200; i++) {
		snprintf(owner, sizeof(owner), "%d.example", i);
		snprintf(target, sizeof(target), "%d.example", i + 1);
		wire_add_name(owner, RRTYPE_CNAME, 300, -1, target);
	}
	answer = wire_read(arena, "0.example", RRTYPE_A);
	assert_int_equal(answer.lookup.dnssec, DANELAW_DNSSEC_ERROR);
	arena_unref(arena);
}

/* Bogus: no records, but what explains it. */
static void
test_bogus_keeps_times(void **state)
{
	struct arena *arena = arena_new();
	struct answer_raw raw = {
		.security = 1, .why_bogus = "x", .at = WIRE_AT
	};
	struct answer answer;
	(void)state;

	wire_begin(0, "a.example", RRTYPE_A);
	wire_add_name("a.example", RRTYPE_CNAME, 60, -1, "b.example");
	wire_add_signature(
	    ANSWER, "a.example", RRTYPE_CNAME, WIRE_AT - WIRE_DAY, WIRE_AT - 1);
	wire_add(ANSWER, "b.example", RRTYPE_A, 300, wire_ip, 4);
	raw.packet = wire.bytes;
	raw.len = wire.len;
	answer_read(arena, "a.example", RRTYPE_A, &raw, &answer);
	assert_int_equal(answer.lookup.dnssec, DANELAW_DNSSEC_BOGUS);
	assert_int_equal(answer.n_records, 0);
	assert_int_equal(answer.lookup.n_aliases, 1);
	assert_int_equal(answer.lookup.ttl, 60);
	assert_int_equal(answer.lookup.rrsig_expires, WIRE_AT - 1);
	arena_unref(arena);
}

static void
test_local(void **state)
{
	static const struct {
		const char *name, *why;
	} rows[] = {
		{ "lab.test", "\"test\" are special (RFC 6761)" },
		{ "test", "RFC 6761" },
		{ "x.invalid", "RFC 6761" },
		{ "localhost", "RFC 6761" },
		{ "x.y.onion", "RFC 7686" },
		{ "home.arpa", "RFC 8375" },
		{ "1.168.192.in-addr.arpa", "answers for this name itself" },
	};
	struct arena *arena = arena_new();
	struct answer_raw raw = { .local = true, .at = WIRE_AT };
	struct answer answer;
	(void)state;

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		build(NODATA, 3);
		raw.packet = wire.bytes;
		raw.len = wire.len;
		answer_read(arena, rows[i].name, RRTYPE_A, &raw, &answer);
		assert_int_equal(answer.lookup.dnssec, DANELAW_DNSSEC_INSECURE);
		assert_int_equal(
		    answer.lookup.presence, DANELAW_PRESENCE_NXDOMAIN);
		assert_non_null(strstr(answer.lookup.why, rows[i].why));
	}
	arena_unref(arena);
}

static void
test_fail(void **state)
{
	struct arena *arena = arena_new();
	struct answer answer;
	(void)state;

	answer_fail(arena, "a.example", RRTYPE_TLSA, "no\nroad", &answer);
	assert_string_equal(answer.lookup.why, "no\\x0aroad");
	assert_string_equal(answer.lookup.type, "TLSA");
	assert_string_equal(answer.final, "a.example");
	assert_int_equal(answer.lookup.dnssec, DANELAW_DNSSEC_ERROR);
	assert_false(answer.timed_out);
	arena_unref(arena);
}

static void
test_can_ask(void **state)
{
#define LABEL_63                                                               \
	"a23456789012345678901234567890123456789012345678901234567890123"
	static const struct {
		const char *name;
		bool can;
	} rows[] = {
		{ "example.org", true },
		{ "", true },
		{ "_25._tcp.mx.example", true },
		{ "a\\032b\\.c.example", true },
		{ "*.example", true },
		{ LABEL_63 ".example", true },
		{ LABEL_63 "x.example", false },
		{ LABEL_63 "." LABEL_63 "." LABEL_63 "." LABEL_63, false },
		{ "a..example", false },
		{ ".example", false },
		{ "a b.example", false },
		{ "a\n.example", false },
		{ "b\xc3\xbc"
		  "cher.example",
		    false },
	};
	(void)state;

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		assert_int_equal(answer_can_ask(rows[i].name), rows[i].can);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_standing),
		cmocka_unit_test(test_zero),
		cmocka_unit_test(test_records),
		cmocka_unit_test(test_many_records),
		cmocka_unit_test(test_aliases),
		cmocka_unit_test(test_bogus_keeps_times),
		cmocka_unit_test(test_local),
		cmocka_unit_test(test_fail),
		cmocka_unit_test(test_can_ask),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
