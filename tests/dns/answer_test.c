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
#include "dns/answer.h"

#define AT 1767225600 /* 2026-01-01 */
#define DAY 86400
#define TYPE_SOA 6
#define TYPE_RRSIG 46
#define TYPE_NSEC 47

enum { ANSWER = 0, AUTHORITY, ADDITIONAL };

/* A packet under construction. */
struct wire {
	uint8_t bytes[65536];
	size_t len;
};

static struct wire wire;

static void
put(struct wire *w, const void *bytes, size_t len)
{
	assert_true(w->len + len <= sizeof(w->bytes));
	memcpy(w->bytes + w->len, bytes, len);
	w->len += len;
}

static void
put16(struct wire *w, unsigned value)
{
	uint8_t bytes[] = { (uint8_t)(value >> 8), (uint8_t)value };

	put(w, bytes, 2);
}

static void
put32(struct wire *w, uint32_t value)
{
	put16(w, value >> 16);
	put16(w, value & 0xffff);
}

/* "a.b" or "", labels without escapes. */
static void
put_name(struct wire *w, const char *name)
{
	while (*name != '\0') {
		size_t len = strcspn(name, ".");
		uint8_t byte = (uint8_t)len;

		put(w, &byte, 1);
		put(w, name, len);
		name += len + (name[len] == '.');
	}
	put(w, "", 1);
}

static void
begin(unsigned rcode, const char *name, enum rrtype type)
{
	wire.len = 0;
	put16(&wire, 0);
	put16(&wire, 0x8180 | rcode);
	put16(&wire, 1);
	put16(&wire, 0);
	put32(&wire, 0);
	put_name(&wire, name);
	put16(&wire, type);
	put16(&wire, 1);
}

static void
add(int section, const char *owner, unsigned type, uint32_t ttl,
    const void *rdata, size_t len)
{
	uint8_t *count = wire.bytes + 6 + 2 * section;

	count[0] = (uint8_t)(count[0] + (count[1] == 255));
	count[1]++;
	put_name(&wire, owner);
	put16(&wire, type);
	put16(&wire, 1);
	put32(&wire, ttl);
	put16(&wire, (unsigned)len);
	put(&wire, rdata, len);
}

static void
add_name(const char *owner, unsigned type, uint32_t ttl, int preference,
    const char *target)
{
	struct wire *rdata = calloc(1, sizeof(*rdata));

	assert_non_null(rdata);
	if (preference >= 0)
		put16(rdata, (unsigned)preference);
	put_name(rdata, target);
	add(ANSWER, owner, type, ttl, rdata->bytes, rdata->len);
	free(rdata);
}

static void
add_signature_of(const char *signer, int section, const char *owner,
    unsigned covered, int64_t inception, int64_t expiration)
{
	struct wire *rdata = calloc(1, sizeof(*rdata));

	assert_non_null(rdata);
	put16(rdata, covered);
	put16(rdata, 13 << 8 | 2);
	put32(rdata, 3600);
	put32(rdata, (uint32_t)expiration);
	put32(rdata, (uint32_t)inception);
	put16(rdata, 12345);
	put_name(rdata, signer);
	put(rdata, "signature", 9);
	add(section, owner, TYPE_RRSIG, 3600, rdata->bytes, rdata->len);
	free(rdata);
}

static void
add_signature(int section, const char *owner, unsigned covered,
    int64_t inception, int64_t expiration)
{
	add_signature_of(
	    "example", section, owner, covered, inception, expiration);
}

static void
add_soa(uint32_t ttl, uint32_t minimum)
{
	struct wire *rdata = calloc(1, sizeof(*rdata));

	assert_non_null(rdata);
	put_name(rdata, "ns.example");
	put_name(rdata, "h.example");
	for (int i = 0; i < 4; i++)
		put32(rdata, 1000000);
	put32(rdata, minimum);
	add(AUTHORITY, "example", TYPE_SOA, ttl, rdata->bytes, rdata->len);
	free(rdata);
}

static const uint8_t ip[] = { 192, 0, 2, 1 };

/* Reads what was built, as secure. */
static struct answer
read_wire(struct arena *arena, const char *name, enum rrtype type)
{
	/* A copy of just this size: valgrind and ASan watch its end. */
	uint8_t *bytes = malloc(wire.len);
	const struct answer_raw raw = {
		.packet = bytes, .len = wire.len, .security = 2, .at = AT
	};
	struct answer answer;

	assert_non_null(bytes);
	memcpy(bytes, wire.bytes, wire.len);
	answer_read(arena, name, type, &raw, &answer);
	free(bytes);
	return answer;
}

/* Contents of a packet, and where none of them is. */
enum { DATA, NODATA, NXDOMAIN, NONE };

static void
build(int contents, unsigned rcode)
{
	begin(rcode, "a.example", RRTYPE_A);
	if (contents == DATA)
		add(ANSWER, "a.example", RRTYPE_A, 300, ip, 4);
	else
		add_soa(300, 300);
}

static void
test_standing(void **state)
{
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
	} rows[] = {
		{ "data, secure", DATA, 0, 0, 2, NULL, NULL,
		    DANELAW_DNSSEC_SECURE, DANELAW_PRESENCE_DATA, NULL },
		{ "denial of the type, secure", NODATA, 0, 0, 2, NULL, NULL,
		    DANELAW_DNSSEC_SECURE, DANELAW_PRESENCE_NODATA, NULL },
		{ "denial of the name, secure", NODATA, 0, 3, 2, NULL, NULL,
		    DANELAW_DNSSEC_SECURE, DANELAW_PRESENCE_NXDOMAIN, NULL },
		{ "data, unsigned zone", DATA, 0, 0, 0, NULL, NULL,
		    DANELAW_DNSSEC_INSECURE, DANELAW_PRESENCE_DATA, NULL },
		{ "7672 2.1.1: insecure absence is an answer", NODATA, 0, 3, 0,
		    NULL, NULL, DANELAW_DNSSEC_INSECURE,
		    DANELAW_PRESENCE_NXDOMAIN, NULL },
		{ "bogus, bad data in the packet", DATA, 0, 0, 1,
		    "validation failure <a.example. A IN>: signature expired",
		    NULL, BOGUS, "signature expired" },
		{ "bogus, no reason", DATA, 0, 0, 1, NULL, NULL, BOGUS,
		    "validation failed" },
		{ "bogus denial", NODATA, 0, 3, 1, "no proof", NULL, BOGUS,
		    "no proof" },
		{ "bogus with a SERVFAIL in the packet", NONE, 0, 2, 1,
		    "no keys", NULL, BOGUS, "no keys" },
		{ "SERVFAIL, whatever the packet says", DATA, 2, 0, 0, NULL,
		    NULL, ERROR, "SERVFAIL" },
		{ "SERVFAIL, whatever else is said", DATA, 2, 0, 2, NULL, NULL,
		    ERROR, "SERVFAIL" },
		{ "SERVFAIL with its reason", NONE, 2, 0, 0, NULL, "timeout",
		    ERROR, "timeout" },
		{ "SERVFAIL out of the cache is no insecure absence", NODATA, 0,
		    2, 0, NULL, NULL, ERROR, "SERVFAIL" },
		{ "SERVFAIL out of the cache, with its reason", NODATA, 0, 2, 0,
		    NULL, "all servers failed", ERROR, "all servers failed" },
		{ "SERVFAIL with data", DATA, 0, 2, 0, NULL, NULL, ERROR,
		    "SERVFAIL" },
		{ "SERVFAIL that claims to be secure", DATA, 0, 2, 2, NULL,
		    NULL, ERROR, "SERVFAIL" },
		{ "REFUSED", NODATA, 0, 5, 0, NULL, NULL, ERROR, "REFUSED" },
		{ "NOTIMP", NODATA, 0, 4, 0, NULL, NULL, ERROR, "NOTIMPL" },
		{ "FORMERR", NODATA, 0, 1, 2, NULL, NULL, ERROR, "FORMERR" },
		{ "a code nobody knows", NODATA, 0, 15, 0, NULL, NULL, ERROR,
		    "error code" },
		{ "the context is no more", NONE, 2, 0, 0, NULL, NULL, ERROR,
		    "SERVFAIL" },
		{ "success without a packet", NONE, 0, 0, 0, NULL, NULL, ERROR,
		    "no answer" },
		{ "success without a packet, secure", NONE, 0, 0, 2, NULL, NULL,
		    ERROR, "no answer" },
		{ "a standing nobody knows", DATA, 0, 0, 3, NULL, NULL, ERROR,
		    "did not say" },
		{ "a name denied that has records", DATA, 0, 3, 2, NULL, NULL,
		    ERROR, "denies" },
	};
	(void)state;

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct arena *arena = arena_new();
		struct answer answer;
		struct answer_raw raw = {
			.rcode = rows[i].rcode,
			.security = rows[i].security,
			.why_bogus = rows[i].why_bogus,
			.servfail = rows[i].servfail,
			.at = AT,
		};

		print_message("# %s\n", rows[i].what);
		build(rows[i].contents, rows[i].packet);
		if (rows[i].contents != NONE) {
			raw.packet = wire.bytes;
			raw.len = wire.len;
		}
		answer_read(arena, "a.example", RRTYPE_A, &raw, &answer);
		assert_string_equal(answer.lookup.name, "a.example");
		assert_string_equal(answer.lookup.type, "A");
		assert_int_equal(answer.lookup.dnssec, rows[i].dnssec);
		assert_int_equal(answer.lookup.presence, rows[i].presence);
		if (rows[i].why == NULL)
			assert_null(answer.lookup.why);
		else
			assert_non_null(strstr(answer.lookup.why, rows[i].why));
		/* Nothing of an error may be taken for a fact. */
		if (rows[i].presence != DANELAW_PRESENCE_DATA) {
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
	static const uint8_t tlsa[] = { 3, 1, 1, 0xaa, 0xbb };
	struct arena *arena = arena_new();
	struct answer answer;
	(void)state;

	/* Owners are compared without regard to case. */
	begin(0, "d.example", RRTYPE_MX);
	add_name("D.Example", RRTYPE_MX, 300, 10, "MX1.Example");
	add_name("d.example", RRTYPE_MX, 300, 0, "");
	add_name("d.example", RRTYPE_MX, 300, 65535, "a b.c\\d.x\xff.example");
	/* Of another name, type or section: none of ours. */
	add_name("e.example", RRTYPE_MX, 300, 1, "other.example");
	add(ANSWER, "d.example", RRTYPE_A, 300, ip, 4);
	add(ADDITIONAL, "d.example", RRTYPE_MX, 300, "\0\1\0", 3);
	answer = read_wire(arena, "d.example", RRTYPE_MX);
	assert_int_equal(answer.n_records, 3);
	assert_int_equal(answer.lookup.n_records, 3);
	assert_int_equal(answer.records[0].preference, 10);
	assert_string_equal(answer.records[0].name, "mx1.example");
	assert_int_equal(answer.records[0].len, 2);
	assert_string_equal(answer.records[1].name, "");
	assert_int_equal(answer.records[2].preference, 65535);
	assert_string_equal(
	    answer.records[2].name, "a\\032b.c\\\\d.x\\255.example");
	assert_string_equal(answer.final, "d.example");

	begin(0, "t.example", RRTYPE_TLSA);
	for (size_t len = 0; len <= sizeof(tlsa); len++)
		add(ANSWER, "t.example", RRTYPE_TLSA, 300, tlsa, len);
	answer = read_wire(arena, "t.example", RRTYPE_TLSA);
	assert_int_equal(answer.lookup.dnssec, DANELAW_DNSSEC_SECURE);
	assert_int_equal(answer.n_records, 6);
	for (size_t len = 0; len <= sizeof(tlsa); len++) {
		assert_int_equal(answer.records[len].len, len);
		assert_non_null(answer.records[len].rdata);
		assert_memory_equal(answer.records[len].rdata, tlsa, len);
	}

	begin(0, "", RRTYPE_DNSKEY);
	add(ANSWER, "", RRTYPE_DNSKEY, 300, tlsa, 5);
	answer = read_wire(arena, "", RRTYPE_DNSKEY);
	assert_int_equal(answer.n_records, 1);
	assert_string_equal(answer.final, "");
	arena_unref(arena);
}

static void
test_many_records(void **state)
{
	struct arena *arena = arena_new();
	struct answer answer;
	(void)state;

	begin(0, "m.example", RRTYPE_A);
	for (uint8_t i = 0; i < 255; i++)
		add(ANSWER, "m.example", RRTYPE_A, 300, ip, 4);
	answer = read_wire(arena, "m.example", RRTYPE_A);
	assert_int_equal(answer.n_records, 255);
	assert_int_equal(answer.n_dropped, 0);
	for (int i = 0; i < 45; i++)
		add(ANSWER, "m.example", RRTYPE_A, 300, ip, 4);
	answer = read_wire(arena, "m.example", RRTYPE_A);
	assert_int_equal(answer.n_records, ANSWER_MAX_RECORDS);
	assert_int_equal(answer.n_dropped, 300 - ANSWER_MAX_RECORDS);
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
	begin(0, "a.example", RRTYPE_A);
	add(ANSWER, "c.example", RRTYPE_A, 300, ip, 4);
	add_name("b.example", RRTYPE_CNAME, 60, -1, "C.example");
	add_name("a.example", RRTYPE_CNAME, 300, -1, "b.example");
	add(ANSWER, "b.example", RRTYPE_A, 300, ip, 4);
	answer = read_wire(arena, "a.example", RRTYPE_A);
	assert_int_equal(answer.lookup.n_aliases, 2);
	assert_string_equal(answer.lookup.aliases[0], "b.example");
	assert_string_equal(answer.lookup.aliases[1], "c.example");
	assert_string_equal(answer.final, "c.example");
	assert_int_equal(answer.n_records, 1);
	assert_int_equal(answer.lookup.ttl, 60);

	/* Asked for itself, an alias is the record, and not followed. */
	answer = read_wire(arena, "a.example", RRTYPE_CNAME);
	assert_int_equal(answer.lookup.n_aliases, 0);
	assert_int_equal(answer.n_records, 1);
	assert_string_equal(answer.records[0].name, "b.example");
	assert_string_equal(answer.final, "a.example");

	/* 7672 2.1.3: an alias to nothing. */
	begin(3, "a.example", RRTYPE_A);
	add_name("a.example", RRTYPE_CNAME, 300, -1, "gone.example");
	add_soa(300, 300);
	answer = read_wire(arena, "a.example", RRTYPE_A);
	assert_int_equal(answer.lookup.presence, DANELAW_PRESENCE_NXDOMAIN);
	assert_string_equal(answer.final, "gone.example");

	begin(0, "a.example", RRTYPE_A);
	add_name("a.example", RRTYPE_CNAME, 300, -1, "b.example");
	add_name("b.example", RRTYPE_CNAME, 300, -1, "a.example");
	answer = read_wire(arena, "a.example", RRTYPE_A);
	assert_int_equal(answer.lookup.dnssec, DANELAW_DNSSEC_ERROR);
	assert_non_null(strstr(answer.lookup.why, "circle"));

	begin(0, "0.example", RRTYPE_A);
	for (int i = 0; i < 200; i++) {
		snprintf(owner, sizeof(owner), "%d.example", i);
		snprintf(target, sizeof(target), "%d.example", i + 1);
		add_name(owner, RRTYPE_CNAME, 300, -1, target);
	}
	answer = read_wire(arena, "0.example", RRTYPE_A);
	assert_int_equal(answer.lookup.dnssec, DANELAW_DNSSEC_ERROR);
	arena_unref(arena);
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
		{ "an address of 3 octets", RRTYPE_A, ip, 3 },
		{ "an IPv6 address of 4 octets", RRTYPE_AAAA, ip, 4 },
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
		begin(0, "x.example", rows[i].type);
		add(ANSWER, "x.example", rows[i].type, 300, rows[i].rdata,
		    rows[i].len);
		answer = read_wire(arena, "x.example", rows[i].type);
		assert_int_equal(answer.lookup.dnssec, DANELAW_DNSSEC_ERROR);
		assert_int_equal(answer.n_records, 0);
		assert_non_null(strstr(answer.lookup.why, "malformed"));
	}

	/* What is cut off is not the whole truth. */
	build(DATA, 0);
	wire.bytes[2] |= 2;
	answer = read_wire(arena, "a.example", RRTYPE_A);
	assert_int_equal(answer.lookup.dnssec, DANELAW_DNSSEC_ERROR);
	assert_non_null(strstr(answer.lookup.why, "cut off"));

	/* Another class is another world. */
	build(DATA, 0);
	wire.bytes[wire.len - 4 - 2 - 4 - 1] = 3;
	answer = read_wire(arena, "a.example", RRTYPE_A);
	assert_int_equal(answer.n_records, 0);
	arena_unref(arena);
}

/* No part of a packet passes for the whole. */
static void
test_prefixes(void **state)
{
	size_t whole;
	(void)state;

	begin(0, "d.example", RRTYPE_MX);
	add_name("d.example", RRTYPE_MX, 300, 10, "mx.example");
	add_signature(ANSWER, "d.example", RRTYPE_MX, AT, AT + DAY);
	add_soa(300, 300);
	whole = wire.len;
	for (wire.len = 1; wire.len < whole; wire.len++) {
		struct arena *arena = arena_new();
		struct answer answer = read_wire(arena, "d.example", RRTYPE_MX);

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

	begin(0, "a.example", RRTYPE_MX);
	add_name("a.example", RRTYPE_CNAME, 300, -1, "d.example");
	add_name("d.example", RRTYPE_MX, 300, 10, "mx.example");
	add_signature(ANSWER, "d.example", RRTYPE_MX, AT, AT + DAY);
	add_soa(300, 300);
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
			answer = read_wire(arena, "a.example", RRTYPE_MX);
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

	begin(0, "a.example", RRTYPE_A);
	add(ANSWER, "a.example", RRTYPE_A, 300, ip, 4);
	add(ANSWER, "a.example", RRTYPE_A, 200, ip, 4);
	assert_int_equal(
	    read_wire(arena, "a.example", RRTYPE_A).lookup.ttl, 200);
	/* RFC 2181 section 8: the first bit set means zero. */
	add(ANSWER, "a.example", RRTYPE_A, 0x80000001, ip, 4);
	assert_int_equal(read_wire(arena, "a.example", RRTYPE_A).lookup.ttl, 0);
	/* What is only additional does not count. */
	begin(0, "a.example", RRTYPE_A);
	add(ANSWER, "a.example", RRTYPE_A, 300, ip, 4);
	add(ADDITIONAL, "b.example", RRTYPE_A, 7, ip, 4);
	assert_int_equal(
	    read_wire(arena, "a.example", RRTYPE_A).lookup.ttl, 300);
	/* RFC 2308 section 5: of a denial the least of TTL and MINIMUM. */
	begin(3, "a.example", RRTYPE_A);
	add_soa(300, 60);
	assert_int_equal(
	    read_wire(arena, "a.example", RRTYPE_A).lookup.ttl, 60);
	begin(3, "a.example", RRTYPE_A);
	add_soa(30, 60);
	assert_int_equal(
	    read_wire(arena, "a.example", RRTYPE_A).lookup.ttl, 30);
	begin(0, "a.example", RRTYPE_A);
	assert_int_equal(read_wire(arena, "a.example", RRTYPE_A).lookup.ttl, 0);
	arena_unref(arena);
}

static void
test_expiry(void **state)
{
	struct arena *arena = arena_new();
	struct answer_raw raw = { .security = 2 };
	struct answer answer;
	(void)state;

#define EXPIRY() read_wire(arena, "a.example", RRTYPE_A).lookup.rrsig_expires
	build(DATA, 0);
	assert_int_equal(EXPIRY(), 0);
	add_signature(ANSWER, "a.example", RRTYPE_A, AT - DAY, AT + 9 * DAY);
	assert_int_equal(EXPIRY(), AT + 9 * DAY);
	/* In a rollover the last good signature counts, ... */
	add_signature(ANSWER, "a.example", RRTYPE_A, AT - DAY, AT + 12 * DAY);
	assert_int_equal(EXPIRY(), AT + 12 * DAY);
	/* ... but none that has run out, or is not good yet. */
	add_signature(ANSWER, "a.example", RRTYPE_A, AT - 9 * DAY, AT - DAY);
	add_signature(ANSWER, "a.example", RRTYPE_A, AT + DAY, AT + 40 * DAY);
	assert_int_equal(EXPIRY(), AT + 12 * DAY);
	/* Of several RRsets the first to go. */
	add_name("b.example", RRTYPE_CNAME, 300, -1, "c.example");
	add_signature(
	    ANSWER, "b.example", RRTYPE_CNAME, AT - DAY, AT + 3 * DAY);
	assert_int_equal(EXPIRY(), AT + 3 * DAY);
	add_signature(
	    AUTHORITY, "b.example", TYPE_NSEC, AT - DAY, AT + 2 * DAY);
	assert_int_equal(EXPIRY(), AT + 2 * DAY);
	/* What the answer does not rest on does not count. */
	add_signature(AUTHORITY, "example", 2, AT - DAY, AT + DAY);
	add_signature(ADDITIONAL, "n.example", RRTYPE_A, AT - DAY, AT + DAY);
	assert_int_equal(EXPIRY(), AT + 2 * DAY);
	/* All run out: when the last did. */
	build(DATA, 0);
	add_signature(ANSWER, "a.example", RRTYPE_A, AT - 9 * DAY, AT - 3);
	add_signature(ANSWER, "a.example", RRTYPE_A, AT - 9 * DAY, AT - 9);
	assert_int_equal(EXPIRY(), AT - 3);
	/* One that is too short is none. */
	build(DATA, 0);
	add(ANSWER, "a.example", TYPE_RRSIG, 300, "\0\1\15\2", 4);
	assert_int_equal(EXPIRY(), 0);

	/* RFC 4034 section 3.1.5: serial arithmetic, beyond 2106. */
	build(DATA, 0);
	add_signature(ANSWER, "a.example", RRTYPE_A, 4294967000, 5000000000);
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

	build(DATA, 0);
	answer = read_wire(arena, "a.example", RRTYPE_A);
	assert_null(answer.lookup.signer);
	assert_int_equal(answer.lookup.n_signers, 0);

	add_signature(ANSWER, "a.example", RRTYPE_A, AT - DAY, AT + 9 * DAY);
	add_signature_of(
	    "", AUTHORITY, "example", TYPE_NSEC, AT - 2 * DAY, AT + 3 * DAY);
	add_signature_of(
	    "B.Example", ANSWER, "b.example", RRTYPE_A, AT - DAY, AT + 9 * DAY);
	add_signature_of("b.example", ANSWER, "b.example", RRTYPE_CNAME,
	    AT - DAY, AT + 9 * DAY);
	add_signature_of("unused.example", ADDITIONAL, "n.example", RRTYPE_A,
	    AT - DAY, AT + DAY);
	answer = read_wire(arena, "a.example", RRTYPE_A);
	answer_copy_lookup(other, &answer, &copy);
	arena_unref(arena);
	assert_string_equal(copy.signer, "");
	assert_int_equal(copy.rrsig_expires, AT + 3 * DAY);
	assert_int_equal(copy.rrsig_inception, AT - 2 * DAY);
	assert_int_equal(copy.n_signers, 3);
	assert_string_equal(copy.signers[0], "example");
	assert_string_equal(copy.signers[1], "");
	assert_string_equal(copy.signers[2], "b.example");
	arena_unref(other);
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

	build(DATA, 0);
	add(ANSWER, "a.example", TYPE_RRSIG, 300, bad, sizeof(bad) - 1);
	answer = read_wire(arena, "a.example", RRTYPE_A);
	assert_null(answer.lookup.signer);
	assert_int_equal(answer.lookup.n_signers, 0);

	build(DATA, 0);
	for (int i = 0; i < 40; i++) {
		snprintf(name, sizeof(name), "z%d.example", i);
		add_signature_of(
		    name, ANSWER, name, RRTYPE_A, AT - DAY, AT + (9 + i) * DAY);
	}
	answer = read_wire(arena, "a.example", RRTYPE_A);
	assert_string_equal(answer.lookup.signer, "z0.example");
	assert_int_equal(answer.lookup.n_signers, 16);
	arena_unref(arena);
}

/* Bogus: no records, but what explains it. */
static void
test_bogus_keeps_times(void **state)
{
	struct arena *arena = arena_new();
	struct answer_raw raw = { .security = 1, .why_bogus = "x", .at = AT };
	struct answer answer;
	(void)state;

	begin(0, "a.example", RRTYPE_A);
	add_name("a.example", RRTYPE_CNAME, 60, -1, "b.example");
	add_signature(ANSWER, "a.example", RRTYPE_CNAME, AT - DAY, AT - 1);
	add(ANSWER, "b.example", RRTYPE_A, 300, ip, 4);
	raw.packet = wire.bytes;
	raw.len = wire.len;
	answer_read(arena, "a.example", RRTYPE_A, &raw, &answer);
	assert_int_equal(answer.lookup.dnssec, DANELAW_DNSSEC_BOGUS);
	assert_int_equal(answer.n_records, 0);
	assert_int_equal(answer.lookup.n_aliases, 1);
	assert_int_equal(answer.lookup.ttl, 60);
	assert_int_equal(answer.lookup.rrsig_expires, AT - 1);
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
	struct answer_raw raw = { .local = true, .at = AT };
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
		cmocka_unit_test(test_malformed),
		cmocka_unit_test(test_prefixes),
		cmocka_unit_test(test_mutations),
		cmocka_unit_test(test_ttl),
		cmocka_unit_test(test_expiry),
		cmocka_unit_test(test_signers),
		cmocka_unit_test(test_hostile_signers),
		cmocka_unit_test(test_bogus_keeps_times),
		cmocka_unit_test(test_local),
		cmocka_unit_test(test_fail),
		cmocka_unit_test(test_can_ask),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
