/* SPDX-License-Identifier: ISC */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include <stdlib.h>

#include "plant.h"
#include "policy/tlsa.h"

#define HEX_20 "000102030405060708090a0b0c0d0e0f10111213"
#define HEX_32 HEX_20 "1415161718191a1b1c1d1e1f"
#define HEX_64 HEX_32 HEX_32

/* A record whose data count up from 0, of len octets in all. */
static struct danelaw_record
record_of(struct arena *arena, uint8_t usage, uint8_t selector, uint8_t mtype,
    size_t len)
{
	/* Of exactly this size, so that a sanitizer sees a step too far. */
	uint8_t *rdata = malloc(len > 0 ? len : 1);
	const uint8_t leading[] = { usage, selector, mtype };
	struct danelaw_record record;

	assert_non_null(rdata);
	for (size_t i = 0; i < len; i++)
		rdata[i] = i < 3 ? leading[i] : (uint8_t)((i - 3) % 32);
	assert_true(tlsa_from_rdata(arena, rdata, len, &record));
	free(rdata);
	return record;
}

static const struct {
	uint8_t usage, selector, mtype;
	size_t len;
	const char *reason, *rr; /* rr NULL: not compared */
} rdata_rows[] = {
	{ 3, 1, 1, 35, NULL, "3 1 1 " HEX_32 },
	{ 2, 0, 1, 35, NULL, "2 0 1 " HEX_32 },
	{ 3, 1, 2, 67, NULL, "3 1 2 " HEX_64 },
	{ 2, 0, 0, 203, NULL, NULL },
	{ 2, 1, 0, 4, NULL, "2 1 0 00" },
	{ 0, 0, 1, 35,
	    "certificate usage 0 (PKIX-TA) is not for SMTP "
	    "(RFC 7672 3.1.3)",
	    NULL },
	{ 1, 1, 1, 35,
	    "certificate usage 1 (PKIX-EE) is not for SMTP "
	    "(RFC 7672 3.1.3)",
	    NULL },
	{ 4, 1, 1, 35, "certificate usage 4 is unknown (RFC 6698 2.1.1)",
	    NULL },
	{ 254, 1, 1, 35, "certificate usage 254 is unknown (RFC 6698 2.1.1)",
	    NULL },
	{ 255, 1, 1, 35,
	    "certificate usage 255 is for private use "
	    "(RFC 7218 2.1)",
	    NULL },
	{ 3, 2, 1, 35, "selector 2 is unknown (RFC 6698 2.1.2)", NULL },
	{ 3, 255, 1, 35, "selector 255 is for private use (RFC 7218 2.2)",
	    NULL },
	{ 3, 1, 3, 35, "matching type 3 is unknown (RFC 6698 2.1.3)", NULL },
	{ 3, 1, 255, 35, "matching type 255 is for private use (RFC 7218 2.3)",
	    NULL },
	{ 3, 1, 1, 23,
	    "a SHA-256 digest has 32 octets, this has 20 "
	    "(RFC 6698 2.1.3)",
	    "3 1 1 " HEX_20 },
	{ 3, 1, 1, 34,
	    "a SHA-256 digest has 32 octets, this has 31 "
	    "(RFC 6698 2.1.3)",
	    NULL },
	{ 3, 1, 1, 36,
	    "a SHA-256 digest has 32 octets, this has 33 "
	    "(RFC 6698 2.1.3)",
	    NULL },
	{ 3, 1, 1, 67,
	    "a SHA-256 digest has 32 octets, this has 64 "
	    "(RFC 6698 2.1.3)",
	    NULL },
	{ 3, 1, 2, 35,
	    "a SHA-512 digest has 64 octets, this has 32 "
	    "(RFC 6698 2.1.3)",
	    NULL },
	{ 3, 1, 0, 3, "the record has no data (RFC 6698 2.1)", "3 1 0" },
	{ 3, 1, 1, 3, "the record has no data (RFC 6698 2.1)", "3 1 1" },
	{ 3, 1, 255, 2, "the record ends before its data (RFC 6698 2.1)",
	    "3 1 255" },
	{ 3, 255, 255, 1, "the record ends before its data (RFC 6698 2.1)",
	    "3 255 255" },
	{ 255, 255, 255, 0, "the record ends before its data (RFC 6698 2.1)",
	    "255 255 255" },
	{ 3, 1, 0, 65535, NULL, NULL },
	{ 3, 1, 0, 65535 + 4, "the record is longer than any can be", "3 1 0" },
};

static void
test_rdata(void **state)
{
	struct arena *arena = arena_new();
	(void)state;

	for (size_t i = 0; i < COUNT(rdata_rows); i++) {
		struct danelaw_record record = record_of(arena,
		    rdata_rows[i].usage, rdata_rows[i].selector,
		    rdata_rows[i].mtype, rdata_rows[i].len);

		assert_int_equal(record.usage, rdata_rows[i].usage);
		assert_int_equal(record.selector, rdata_rows[i].selector);
		assert_int_equal(record.mtype, rdata_rows[i].mtype);
		assert_int_equal(record.usable, rdata_rows[i].reason == NULL);
		if (rdata_rows[i].reason == NULL)
			assert_null(record.reason);
		else
			assert_string_equal(
			    record.reason, rdata_rows[i].reason);
		if (rdata_rows[i].rr != NULL)
			assert_string_equal(record.rr, rdata_rows[i].rr);
		if (rdata_rows[i].len <= 3)
			assert_true(record.len == 0 && record.data == NULL);
		else if (rdata_rows[i].len <= 65535)
			assert_int_equal(record.len, rdata_rows[i].len - 3);
		for (size_t j = 0; j < record.len; j++)
			assert_int_equal(record.data[j], j % 32);
	}
	arena_unref(arena);
}

/* Every combination of the three numbers: twelve kinds can be usable. */
static void
test_all_parameters(void **state)
{
	unsigned usable = 0;
	(void)state;

	for (unsigned usage = 0; usage < 256; usage++) {
		struct arena *arena = arena_new();

		for (unsigned selector = 0; selector < 256; selector += 1) {
			/* Beyond 8 only the ends: the rest is the same. */
			if (selector == 8)
				selector = 250;
			for (unsigned mtype = 0; mtype < 256; mtype++) {
				struct danelaw_record record = record_of(arena,
				    (uint8_t)usage, (uint8_t)selector,
				    (uint8_t)mtype, mtype == 2 ? 67 : 35);

				usable += record.usable;
				assert_true(
				    record.usable == (record.reason == NULL));
			}
		}
		arena_unref(arena);
	}
	assert_int_equal(usable, 2 * 2 * 3);
}

static void
test_text(void **state)
{
	static const char usage[] =
	    "the certificate usage is not a number from 0 to 255";
	static const char selector[] =
	    "the selector is not a number from 0 to 255";
	static const char mtype[] =
	    "the matching type is not a number from 0 to 255";
	static const char no_hex[] = "the data are not hexadecimal digits";
	static const struct {
		const char *text, *rr; /* NULL: refused */
		const char *why;
	} rows[] = {
		{ "3 1 1 " HEX_32, "3 1 1 " HEX_32, NULL },
		{ "  3\t1\n1 " HEX_20 "\r\n 14151617 18191A1B1C1D1E1F  ",
		    "3 1 1 " HEX_32, NULL },
		{ "3 1 1 ( " HEX_20 "\n\t1415161718191a1b1c1d1e1f )",
		    "3 1 1 " HEX_32, NULL },
		{ "(3 1 1\v" HEX_32 ")\f", "3 1 1 " HEX_32, NULL },
		{ "3 1 1(ab)", "3 1 1 ab", NULL },
		{ "3 1 1 A B", "3 1 1 ab", NULL },
		{ "003 001 000 00", "3 1 0 00", NULL },
		{ "255 255 255 ff", "255 255 255 ff", NULL },
		{ "", NULL, usage },
		{ "   ", NULL, usage },
		{ "x 1 1 ab", NULL, usage },
		{ "-3 1 1 ab", NULL, usage },
		{ "+3 1 1 ab", NULL, usage },
		{ "256 1 1 ab", NULL, usage },
		{ "0003 1 1 ab", NULL, usage },
		{ "4294967299 1 1 ab", NULL, usage },
		{ "3,1,1 ab", NULL, usage },
		/* Lines of a zone. */
		{ "TLSA 3 1 1 ab", "3 1 1 ab", NULL },
		{ "_25._tcp.mx.example. 3600 IN TLSA 3 1 1 ab", "3 1 1 ab",
		    NULL },
		{ "_25._tcp.mx IN tlsa ( 3 1 1 ab )", "3 1 1 ab", NULL },
		{ "a b c d TLSA 3 1 1 ab", NULL, usage },
		/* RFC 3597 section 5. */
		{ "_25._tcp.mx.example. IN TYPE52 \\# 4 030101ab", "3 1 1 ab",
		    NULL },
		{ "\\# 4 ( 0301 01AB )", "3 1 1 ab", NULL },
		{ "\\# 5 030101ab", NULL,
		    "the length behind \\# is not that of the data" },
		{ "\\# 030101ab", NULL,
		    "the length behind \\# is not that of the data" },
		{ "\\# x", NULL, "a length must follow \\#" },
		{ "\\# 99999999999999999999 03", NULL,
		    "the length behind \\# is not that of the data" },
		/* RFC 7218. */
		{ "DANE-EE SPKI SHA2-256 ab", "3 1 1 ab", NULL },
		{ "dane-ta cert full ab", "2 0 0 ab", NULL },
		{ "PKIX-EE Cert SHA2-512 ab", "1 0 2 ab", NULL },
		{ "SPKI 1 1 ab", NULL, usage },
		{ "3 DANE-EE 1 ab", NULL, selector },
		{ "3", NULL, selector },
		{ "3 1x 1 ab", NULL, selector },
		{ "3 1", NULL, mtype },
		{ "3 1 ab", NULL, mtype },
		{ "3 1 1ab", NULL, mtype },
		{ "3 1 1 0x00", NULL, no_hex },
		{ "3 1 1 abcg", NULL, no_hex },
		{ "3 1 1 \"ab\"", NULL, no_hex },
		{ "3 1 1 ab\x01", NULL, no_hex },
		{ "3 1 1 ab\xff", NULL, no_hex },
		{ "3 1 1 ((ab))", NULL, no_hex },
		{ "3 1 1 ab )", NULL, no_hex },
		{ "3 1 1 (ab) (cd)", NULL, no_hex },
		{ "3 1 1 ( ab", NULL, "a bracket is not closed" },
		{ "3 1 1 ab (", NULL, "a bracket is not closed" },
		{ "3 1 1 abc", NULL,
		    "the number of hexadecimal digits is odd" },
		{ "3 1 1", NULL, "there are no data after the three numbers" },
		{ "3 1 1 ()", NULL,
		    "there are no data after the three numbers" },
	};
	struct arena *arena = arena_new();
	(void)state;

	for (size_t i = 0; i < COUNT(rows); i++) {
		struct danelaw_record record = { .rr = "untouched" };
		const char *why = NULL;

		ROW_EXPECT(rows[i].text,
		    tlsa_from_text(arena, rows[i].text, &record, &why) ==
			(rows[i].rr != NULL));
		assert_string_equal(
		    record.rr, rows[i].rr == NULL ? "untouched" : rows[i].rr);
		if (rows[i].why == NULL)
			assert_null(why);
		else
			assert_string_equal(why, rows[i].why);
		if (rows[i].why != NULL)
			assert_false(
			    tlsa_from_text(arena, rows[i].text, &record, NULL));
	}
	arena_unref(arena);
}

/* As much as a record can hold, and a digit more. */
static void
test_long_text(void **state)
{
	struct arena *arena = arena_new();
	size_t len = 2 * (size_t)TLSA_MAX_DATA;
	char *text = malloc(6 + len + 2);
	struct danelaw_record record;
	const char *why = NULL;
	(void)state;

	assert_non_null(text);
	memcpy(text, "3 1 0 ", 6);
	memset(text + 6, 'a', len + 1);
	text[6 + len] = '\0';
	assert_true(tlsa_from_text(arena, text, &record, &why));
	assert_int_equal(record.len, TLSA_MAX_DATA);
	text[6 + len] = 'a';
	text[6 + len + 1] = '\0';
	assert_false(tlsa_from_text(arena, text, &record, &why));
	assert_string_equal(why, "the data are longer than a record can hold");
	free(text);
	arena_unref(arena);
}

/* What is read from text comes out as text again. */
static void
test_round_trip(void **state)
{
	struct arena *arena = arena_new();
	(void)state;

	for (size_t len = 4; len < 300; len++) {
		struct danelaw_record record = record_of(arena, 2, 0, 0, len),
				      again;
		const char *why = NULL;

		assert_true(tlsa_from_text(arena, record.rr, &again, &why));
		assert_int_equal(record.len, again.len);
		assert_memory_equal(record.data, again.data, record.len);
		assert_string_equal(record.rr, again.rr);
	}
	arena_unref(arena);
}

static void
test_status(void **state)
{
	struct arena *arena = arena_new();
	struct danelaw_record records[3] = {
		record_of(arena, 1, 1, 1, 35),
		record_of(arena, 3, 1, 1, 35),
		record_of(arena, 3, 1, 1, 20),
	};
	(void)state;

	assert_int_equal(tlsa_status(NULL, 0), DANELAW_TLSA_NONE);
	assert_int_equal(tlsa_count_usable(NULL, 0), 0);
	assert_int_equal(tlsa_status(records, 1), DANELAW_TLSA_UNUSABLE);
	assert_int_equal(tlsa_status(records, 3), DANELAW_TLSA_USABLE);
	assert_int_equal(tlsa_count_usable(records, 3), 1);
	tlsa_set_unusable(&records[1], "no DER");
	assert_string_equal(records[1].reason, "no DER");
	assert_int_equal(tlsa_status(records, 3), DANELAW_TLSA_UNUSABLE);
	arena_unref(arena);
}

static void
test_superseded(void **state)
{
	static const struct {
		const char *name;
		const char *records[3];
		bool superseded[3];
	} rows[] = {
		{ "SHA-512 rules over SHA-256", { "311", "312" },
		    { true, false } },
		{ "in any order", { "312", "311" }, { false, true } },
		{ "another selector stands apart", { "301", "312" },
		    { false, false } },
		{ "another usage stands apart", { "211", "312" },
		    { false, false } },
		{ "type 0 stands apart", { "310", "312", "311" },
		    { false, false, true } },
		{ "type 0 rules over nothing", { "310", "311" },
		    { false, false } },
		{ "an unusable one rules over nothing", { "311", "31x" },
		    { false, false } },
		{ "an unusable one is not put aside, it is unusable",
		    { "111", "112" }, { false, false } },
		{ "nor is one put aside that is too short", { "31y", "312" },
		    { false, false } },
		{ "each of the same type counts", { "311", "311", "312" },
		    { true, true, false } },
		{ "an unknown type rules over nothing", { "312", "313" },
		    { false, false } },
	};
	struct arena *arena = arena_new();
	(void)state;

	for (size_t i = 0; i < COUNT(rows); i++) {
		struct danelaw_record records[3];
		size_t n = 0;

		for (; n < 3 && rows[i].records[n] != NULL; n++) {
			const char *kind = rows[i].records[n];
			/* Of the wrong length: x is SHA-512, y SHA-256. */
			uint8_t mtype = (uint8_t)(kind[2] - '0');
			size_t len = mtype == 2 ? 67 : 35;

			if (kind[2] == 'x' || kind[2] == 'y') {
				mtype = kind[2] == 'x' ? 2 : 1;
				len = 36;
			}

			records[n] = record_of(arena, (uint8_t)(kind[0] - '0'),
			    (uint8_t)(kind[1] - '0'), mtype, len);
		}
		for (size_t j = 0; j < n; j++)
			ROW_EXPECT(rows[i].name,
			    tlsa_is_superseded(records, n, j) ==
				rows[i].superseded[j]);
		assert_false(tlsa_is_superseded(records, n, n));
	}
	arena_unref(arena);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_rdata),
		cmocka_unit_test(test_all_parameters),
		cmocka_unit_test(test_text),
		cmocka_unit_test(test_long_text),
		cmocka_unit_test(test_round_trip),
		cmocka_unit_test(test_status),
		cmocka_unit_test(test_superseded),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
