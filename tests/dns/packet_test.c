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

static void
build(void)
{
	wire_begin(0, "a.example", RRTYPE_A);
	wire_add(ANSWER, "a.example", RRTYPE_A, 300, wire_ip, 4);
}

static void
test_malformed(void **state)
{
	static const uint8_t mx[] = { 0, 10, 1, 'm', 0, 0 };
	static const struct {
		const char *what;
		enum rrtype type;
		const void *rdata;
		size_t len;
	} rows[] = {
		{ "an address of no octets", RRTYPE_A, "", 0 },
		{ "an address of 3 octets", RRTYPE_A, wire_ip, 3 },
		{ "an IPv6 address of 4 octets", RRTYPE_AAAA, wire_ip, 4 },
		{ "an MX record without a name", RRTYPE_MX, mx, 2 },
		{ "an MX record of one octet", RRTYPE_MX, mx, 1 },
		{ "an MX record of none", RRTYPE_MX, mx, 0 },
		{ "an MX record whose name does not end", RRTYPE_MX, mx, 4 },
		{ "an MX record with an octet too many", RRTYPE_MX, mx, 6 },
		{ "an alias to no name", RRTYPE_CNAME, "", 0 },
		{ "a name that points to itself", RRTYPE_CNAME, "\xc0\x27", 2 },
		{ "a name that points out", RRTYPE_CNAME, "\xff\xff", 2 },
		{ "a label of a kind nobody knows", RRTYPE_CNAME, "\x80\0", 2 },
	};
	struct arena *arena = arena_new();
	struct answer answer;
	(void)state;

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		print_message("# %s\n", rows[i].what);
		wire_begin(0, "x.example", rows[i].type);
		wire_add(ANSWER, "x.example", rows[i].type, 300, rows[i].rdata,
		    rows[i].len);
		answer = wire_read(arena, "x.example", rows[i].type);
		assert_int_equal(answer.lookup.dnssec, DANELAW_DNSSEC_ERROR);
		assert_int_equal(answer.n_records, 0);
		assert_non_null(strstr(answer.lookup.why, "malformed"));
	}

	/* What is cut off is not the whole truth. */
	build();
	wire.bytes[2] |= 2;
	answer = wire_read(arena, "a.example", RRTYPE_A);
	assert_int_equal(answer.lookup.dnssec, DANELAW_DNSSEC_ERROR);
	assert_non_null(strstr(answer.lookup.why, "cut off"));

	/* Another class is another world. */
	build();
	wire.bytes[wire.len - 4 - 2 - 4 - 1] = 3;
	answer = wire_read(arena, "a.example", RRTYPE_A);
	assert_int_equal(answer.n_records, 0);
	arena_unref(arena);
}

/* No part of a packet passes for the whole. */
static void
test_prefixes(void **state)
{
	size_t whole;
	(void)state;

	wire_begin(0, "d.example", RRTYPE_MX);
	wire_add_name("d.example", RRTYPE_MX, 300, 10, "mx.example");
	wire_add_signature(
	    ANSWER, "d.example", RRTYPE_MX, WIRE_AT, WIRE_AT + WIRE_DAY);
	wire_add_soa(300, 300);
	whole = wire.len;
	for (wire.len = 1; wire.len < whole; wire.len++) {
		struct arena *arena = arena_new();
		struct answer answer = wire_read(arena, "d.example", RRTYPE_MX);

		assert_int_equal(answer.lookup.dnssec, DANELAW_DNSSEC_ERROR);
		assert_int_equal(answer.n_records, 0);
		arena_unref(arena);
	}
}

/* Any octet may be any other: nothing is read or written out of bounds. */
static void
test_mutations(void **state)
{
	uint8_t *original;
	size_t len;
	(void)state;

	wire_begin(0, "a.example", RRTYPE_MX);
	wire_add_name("a.example", RRTYPE_CNAME, 300, -1, "d.example");
	wire_add_name("d.example", RRTYPE_MX, 300, 10, "mx.example");
	wire_add_signature(
	    ANSWER, "d.example", RRTYPE_MX, WIRE_AT, WIRE_AT + WIRE_DAY);
	wire_add_soa(300, 300);
	len = wire.len;
	original = malloc(len);
	assert_non_null(original);
	memcpy(original, wire.bytes, len);
	for (size_t i = 0; i < len; i++) {
		static const uint8_t values[] = { 0, 1, 0x3f, 0x40, 0x7f, 0x80,
			0xc0, 0xc1, 0xff };

		for (size_t v = 0; v < sizeof(values); v++) {
			struct arena *arena = arena_new();
			struct answer answer;

			memcpy(wire.bytes, original, len);
			wire.len = len;
			wire.bytes[i] = values[v];
			answer = wire_read(arena, "a.example", RRTYPE_MX);
			if (answer.lookup.presence != DANELAW_PRESENCE_DATA)
				assert_int_equal(answer.n_records, 0);
			arena_unref(arena);
		}
	}
	free(original);
}

static void
test_ttl(void **state)
{
	struct arena *arena = arena_new();
	(void)state;

	wire_begin(0, "a.example", RRTYPE_A);
	wire_add(ANSWER, "a.example", RRTYPE_A, 300, wire_ip, 4);
	wire_add(ANSWER, "a.example", RRTYPE_A, 200, wire_ip, 4);
	assert_int_equal(
	    wire_read(arena, "a.example", RRTYPE_A).lookup.ttl, 200);
	/* RFC 2181 section 8: the first bit set means zero. */
	wire_add(ANSWER, "a.example", RRTYPE_A, 0x80000001, wire_ip, 4);
	assert_int_equal(wire_read(arena, "a.example", RRTYPE_A).lookup.ttl, 0);
	/* What is only additional does not count. */
	wire_begin(0, "a.example", RRTYPE_A);
	wire_add(ANSWER, "a.example", RRTYPE_A, 300, wire_ip, 4);
	wire_add(ADDITIONAL, "b.example", RRTYPE_A, 7, wire_ip, 4);
	assert_int_equal(
	    wire_read(arena, "a.example", RRTYPE_A).lookup.ttl, 300);
	/* RFC 2308 section 5: of a denial the least of TTL and MINIMUM. */
	wire_begin(3, "a.example", RRTYPE_A);
	wire_add_soa(300, 60);
	assert_int_equal(
	    wire_read(arena, "a.example", RRTYPE_A).lookup.ttl, 60);
	wire_begin(3, "a.example", RRTYPE_A);
	wire_add_soa(30, 60);
	assert_int_equal(
	    wire_read(arena, "a.example", RRTYPE_A).lookup.ttl, 30);
	wire_begin(0, "a.example", RRTYPE_A);
	assert_int_equal(wire_read(arena, "a.example", RRTYPE_A).lookup.ttl, 0);
	arena_unref(arena);
}

static void
test_expiry(void **state)
{
	struct arena *arena = arena_new();
	struct answer_raw raw = { .security = 2 };
	struct answer answer;
	(void)state;

#define EXPIRY() wire_read(arena, "a.example", RRTYPE_A).lookup.rrsig_expires
	build();
	assert_int_equal(EXPIRY(), 0);
	wire_add_signature(ANSWER, "a.example", RRTYPE_A, WIRE_AT - WIRE_DAY,
	    WIRE_AT + 9 * WIRE_DAY);
	assert_int_equal(EXPIRY(), WIRE_AT + 9 * WIRE_DAY);
	/* In a rollover the last good signature counts, ... */
	wire_add_signature(ANSWER, "a.example", RRTYPE_A, WIRE_AT - WIRE_DAY,
	    WIRE_AT + 12 * WIRE_DAY);
	assert_int_equal(EXPIRY(), WIRE_AT + 12 * WIRE_DAY);
	/* ... but none that has run out, or is not good yet. */
	wire_add_signature(ANSWER, "a.example", RRTYPE_A,
	    WIRE_AT - 9 * WIRE_DAY, WIRE_AT - WIRE_DAY);
	wire_add_signature(ANSWER, "a.example", RRTYPE_A, WIRE_AT + WIRE_DAY,
	    WIRE_AT + 40 * WIRE_DAY);
	assert_int_equal(EXPIRY(), WIRE_AT + 12 * WIRE_DAY);
	/* Of several RRsets the first to go. */
	wire_add_name("b.example", RRTYPE_CNAME, 300, -1, "c.example");
	wire_add_signature(ANSWER, "b.example", RRTYPE_CNAME,
	    WIRE_AT - WIRE_DAY, WIRE_AT + 3 * WIRE_DAY);
	assert_int_equal(EXPIRY(), WIRE_AT + 3 * WIRE_DAY);
	wire_add_signature(AUTHORITY, "b.example", WIRE_NSEC,
	    WIRE_AT - WIRE_DAY, WIRE_AT + 2 * WIRE_DAY);
	assert_int_equal(EXPIRY(), WIRE_AT + 2 * WIRE_DAY);
	/* What the answer does not rest on does not count. */
	wire_add_signature(
	    AUTHORITY, "example", 2, WIRE_AT - WIRE_DAY, WIRE_AT + WIRE_DAY);
	wire_add_signature(ADDITIONAL, "n.example", RRTYPE_A,
	    WIRE_AT - WIRE_DAY, WIRE_AT + WIRE_DAY);
	assert_int_equal(EXPIRY(), WIRE_AT + 2 * WIRE_DAY);
	/* All run out: when the last did. */
	build();
	wire_add_signature(
	    ANSWER, "a.example", RRTYPE_A, WIRE_AT - 9 * WIRE_DAY, WIRE_AT - 3);
	wire_add_signature(
	    ANSWER, "a.example", RRTYPE_A, WIRE_AT - 9 * WIRE_DAY, WIRE_AT - 9);
	assert_int_equal(EXPIRY(), WIRE_AT - 3);
	/* One that is too short is none. */
	build();
	wire_add(ANSWER, "a.example", WIRE_RRSIG, 300, "\0\1\15\2", 4);
	assert_int_equal(EXPIRY(), 0);

	/* RFC 4034 section 3.1.5: serial arithmetic, beyond 2106. */
	build();
	wire_add_signature(
	    ANSWER, "a.example", RRTYPE_A, 4294967000, 5000000000);
	raw.packet = wire.bytes;
	raw.len = wire.len;
	raw.at = 4294967290;
	answer_read(arena, "a.example", RRTYPE_A, &raw, &answer);
	assert_true(answer.lookup.rrsig_expires == 5000000000);
	arena_unref(arena);
}

/* Which zones vouch for an answer, and which one's signature ends first. */
static void
test_signers(void **state)
{
	struct arena *arena = arena_new(), *other = arena_new();
	struct danelaw_lookup copy;
	struct answer answer;
	(void)state;

	build();
	answer = wire_read(arena, "a.example", RRTYPE_A);
	assert_null(answer.lookup.signer);
	assert_int_equal(answer.lookup.n_signers, 0);

	wire_add_signature(ANSWER, "a.example", RRTYPE_A, WIRE_AT - WIRE_DAY,
	    WIRE_AT + 9 * WIRE_DAY);
	wire_add_signature_of("", AUTHORITY, "example", WIRE_NSEC,
	    WIRE_AT - 2 * WIRE_DAY, WIRE_AT + 3 * WIRE_DAY);
	wire_add_signature_of("B.Example", ANSWER, "b.example", RRTYPE_A,
	    WIRE_AT - WIRE_DAY, WIRE_AT + 9 * WIRE_DAY);
	wire_add_signature_of("b.example", ANSWER, "b.example", RRTYPE_CNAME,
	    WIRE_AT - WIRE_DAY, WIRE_AT + 9 * WIRE_DAY);
	wire_add_signature_of("unused.example", ADDITIONAL, "n.example",
	    RRTYPE_A, WIRE_AT - WIRE_DAY, WIRE_AT + WIRE_DAY);
	answer = wire_read(arena, "a.example", RRTYPE_A);
	answer_copy_lookup(other, &answer, &copy);
	arena_unref(arena);
	assert_string_equal(copy.signer, "");
	assert_int_equal(copy.rrsig_expires, WIRE_AT + 3 * WIRE_DAY);
	assert_int_equal(copy.rrsig_inception, WIRE_AT - 2 * WIRE_DAY);
	assert_int_equal(copy.n_signers, 3);
	assert_string_equal(copy.signers[0], "example");
	assert_string_equal(copy.signers[1], "");
	assert_string_equal(copy.signers[2], "b.example");
	arena_unref(other);
}

/* RFC 5155 section 3.2; the most counts, and only in a proof. */
static void
test_iterations(void **state)
{
	struct arena *arena = arena_new();
	(void)state;

	build();
	assert_int_equal(
	    wire_read(arena, "a.example", RRTYPE_A).lookup.nsec3_iterations, 0);
	wire_add(AUTHORITY, "x.example", WIRE_NSEC3, 300, "\1\0\0\226\0", 5);
	wire_add(AUTHORITY, "y.example", WIRE_NSEC3, 300, "\1\1\1\364\0", 5);
	wire_add(AUTHORITY, "z.example", WIRE_NSEC3, 300, "\1\1\377", 3);
	wire_add(ADDITIONAL, "w.example", WIRE_NSEC3, 300, "\1\1\3\0", 4);
	assert_int_equal(
	    wire_read(arena, "a.example", RRTYPE_A).lookup.nsec3_iterations,
	    500);
	arena_unref(arena);
}

/* A signer's name that is none, and more signers than anybody needs. */
static void
test_hostile_signers(void **state)
{
	static const char bad[] = "\0\1\15\2\0\0\16\20\x7f\xff\xff\xff"
				  "\0\0\0\1\x30\x39\x3f"
				  "abc";
	struct arena *arena = arena_new();
	struct answer answer;
	char name[32];
	(void)state;

	build();
	wire_add(ANSWER, "a.example", WIRE_RRSIG, 300, bad, sizeof(bad) - 1);
	answer = wire_read(arena, "a.example", RRTYPE_A);
	assert_null(answer.lookup.signer);
	assert_int_equal(answer.lookup.n_signers, 0);

	build();
	for (int i = 0; i < 40; i++) {
		snprintf(name, sizeof(name), "z%d.example", i);
		wire_add_signature_of(name, ANSWER, name, RRTYPE_A,
		    WIRE_AT - WIRE_DAY, WIRE_AT + (9 + i) * WIRE_DAY);
	}
	answer = wire_read(arena, "a.example", RRTYPE_A);
	assert_string_equal(answer.lookup.signer, "z0.example");
	assert_int_equal(answer.lookup.n_signers, 16);
	arena_unref(arena);
}

/* RFC 4035 section 5.3.2; the signatures made here count two labels. */
static void
test_wildcard(void **state)
{
	struct arena *arena = arena_new();
	(void)state;

#define WILDCARD(name) wire_read(arena, name, RRTYPE_A).lookup.wildcard
	build();
	assert_false(WILDCARD("a.example"));
	wire_add_signature(ANSWER, "a.example", RRTYPE_A, WIRE_AT - WIRE_DAY,
	    WIRE_AT + WIRE_DAY);
	assert_false(WILDCARD("a.example"));
	wire_begin(0, "x.a.example", RRTYPE_A);
	wire_add(ANSWER, "x.a.example", RRTYPE_A, 300, wire_ip, 4);
	assert_false(WILDCARD("x.a.example"));
	wire_add_signature(ANSWER, "a.example", RRTYPE_A, WIRE_AT - WIRE_DAY,
	    WIRE_AT + WIRE_DAY);
	wire_add_signature(ANSWER, "x.a.example", RRTYPE_MX, WIRE_AT - WIRE_DAY,
	    WIRE_AT + WIRE_DAY);
	assert_false(WILDCARD("x.a.example"));
	wire_add_signature(ANSWER, "x.a.example", RRTYPE_A, WIRE_AT - WIRE_DAY,
	    WIRE_AT + WIRE_DAY);
	assert_true(WILDCARD("x.a.example"));
	/* Without records nothing was made from one. */
	wire_begin(0, "x.a.example", RRTYPE_A);
	wire_add_signature(ANSWER, "x.a.example", RRTYPE_A, WIRE_AT - WIRE_DAY,
	    WIRE_AT + WIRE_DAY);
	assert_false(WILDCARD("x.a.example"));
	arena_unref(arena);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_malformed),
		cmocka_unit_test(test_prefixes),
		cmocka_unit_test(test_mutations),
		cmocka_unit_test(test_ttl),
		cmocka_unit_test(test_expiry),
		cmocka_unit_test(test_signers),
		cmocka_unit_test(test_iterations),
		cmocka_unit_test(test_hostile_signers),
		cmocka_unit_test(test_wildcard),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
