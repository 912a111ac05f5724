/* SPDX-License-Identifier: ISC */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "scan/frame.h"

#define BIG UINT64_C(0x123456789abcdef0)
#define ID "\xf0\xde\xbc\x9a\x78\x56\x34\x12"
#define TEXT(words) .text = (words), .text_len = sizeof(words) - 1

static void
assert_same(const char *a, const char *b)
{
	assert_int_equal(a == NULL, b == NULL);
	if (a != NULL)
		assert_string_equal(a, b);
}

/* Every portion of it but the whole wants more, and says how much. */
static void
test_round_trip(void **state)
{
	static const struct frame rows[] = {
		{ .type = FRAME_READY },
		{ .type = FRAME_DOMAIN, .id = BIG, TEXT("a.example") },
		{ .type = FRAME_DOMAIN, .id = 1, TEXT("") },
		{ .type = FRAME_RESULT,
		    .id = 2,
		    TEXT("{}"),
		    .verdict = DANELAW_VERDICT_NO_DANE,
		    .state = DANELAW_STATE_UNKNOWN },
		{ .type = FRAME_RESULT, .lacking = true, TEXT("{}") },
		{ .type = FRAME_BAD, .id = 3, TEXT("why"), .lost = true },
		{ .type = FRAME_BAD, .id = 3, TEXT("\xff\n") },
		{ .type = FRAME_ASK,
		    .id = 4,
		    TEXT("key"),
		    .endpoint = "192.0.2.1 25",
		    .ip = "192.0.2.1",
		    .host = "mx.example" },
		{ .type = FRAME_ASK,
		    .id = 4,
		    TEXT(""),
		    .endpoint = "",
		    .ip = "",
		    .host = "" },
		{ .type = FRAME_GO, .id = UINT64_MAX },
		{ .type = FRAME_HAVE,
		    .id = 5,
		    .store = UINT32_MAX,
		    .offset = BIG,
		    .len = FRAME_STORED_MAX },
		{ .type = FRAME_TOOK, .id = 6 },
		{ .type = FRAME_REDO, .id = 7 },
		{ .type = FRAME_DROP, .id = 8 },
		{ .type = FRAME_DONE, .id = 9, .offset = BIG, .len = 12 },
		{ .type = FRAME_DONE, .id = 9 },
		{ .type = FRAME_DONE, .id = 9, .len = 1, .unreached = true },
		{ .type = FRAME_ALIVE },
	};
	(void)state;

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct buf buf = { 0 };
		struct frame frame;
		size_t used;

		assert_true(frame_write(&buf, &rows[i]));
		for (size_t len = 0; len < buf.len; len++) {
			assert_int_equal(
			    frame_read(buf.bytes, len, &frame, &used),
			    FRAME_MORE);
			assert_int_equal(used, len < 4 ? 0 : buf.len);
		}
		/* What follows is another frame's. */
		buf_puts(&buf, "x");
		assert_int_equal(
		    frame_read(buf.bytes, buf.len, &frame, &used), FRAME_OK);
		assert_int_equal(used, buf.len - 1);
		assert_int_equal(frame.type, rows[i].type);
		assert_int_equal(frame.id, rows[i].id);
		assert_int_equal(frame.verdict, rows[i].verdict);
		assert_int_equal(frame.state, rows[i].state);
		assert_int_equal(frame.lacking, rows[i].lacking);
		assert_int_equal(frame.lost, rows[i].lost);
		assert_int_equal(frame.unreached, rows[i].unreached);
		assert_int_equal(frame.offset, rows[i].offset);
		assert_int_equal(frame.store, rows[i].store);
		assert_int_equal(frame.len, rows[i].len);
		assert_int_equal(frame.text_len, rows[i].text_len);
		assert_same(frame.text, rows[i].text);
		assert_same(frame.endpoint, rows[i].endpoint);
		assert_same(frame.ip, rows[i].ip);
		assert_same(frame.host, rows[i].host);
		buf_finish(&buf);
	}
}

/* What no honest worker writes. */
static void
test_wrong(void **state)
{
	static const struct {
		const char *bytes;
		size_t len;
	} rows[] = {
#define ROW(text) { text, sizeof(text) - 1 }
		ROW("\x08\0\0\0"),     /* shorter than type and id */
		ROW("\xff\xff\x3f\0"), /* longer than any frame */
		ROW("\xff\xff\xff\xff"),
		ROW("\x09\0\0\0\0" ID), /* no such type */
		ROW("\x09\0\0\0\x0d" ID),
		ROW("\x09\0\0\0\xff" ID),
		ROW("\x0a\0\0\0\x06" ID "x"),    /* GO with something behind */
		ROW("\x09\0\0\0\x02" ID),        /* DOMAIN without a text */
		ROW("\x0a\0\0\0\x02" ID "x"),    /* that does not end */
		ROW("\x0c\0\0\0\x02" ID "x\0y"), /* with NUL in it */
		ROW("\x0c\0\0\0\x05" ID "a\0b"), /* ASK with a text too few */
		ROW("\x0d\0\0\0\x05" ID "a\0b\0"),
		ROW("\x0f\0\0\0\x05" ID "a\0b\0c\0"),
		ROW("\x12\0\0\0\x05" ID "a\0b\0c\0d\0\0"), /* too many */
		ROW("\x0d\0\0\0\x03" ID "\x08\0\0\0"),     /* no such verdict */
		ROW("\x0d\0\0\0\x03" ID "\0\x04\0\0"),     /* no such state */
		ROW("\x0d\0\0\0\x03" ID "\0\0\x02\0"),     /* no boolean */
		ROW("\x0b\0\0\0\x04" ID "\x02\0"),
		ROW("\x15\0\0\0\x0b" ID "\0\0\0\0\0\0\0\0\0\0\0\0"), /* cut */
		ROW("\x16\0\0\0\x0b" ID "\0\0\0\0\0\0\0\0\x01\0\x40\0\0"),
		ROW("\x16\0\0\0\x0b" ID "\0\0\0\0\0\0\0\x80\x01\0\0\0\0"),
		ROW("\x16\0\0\0\x0b" ID "\0\0\0\0\0\0\0\0\x01\0\0\0\2"),
#undef ROW
	};
	(void)state;

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct frame frame;
		size_t used;

		/* The first two lengths are too much; the others complete. */
		if (frame_read(rows[i].bytes, rows[i].len, &frame, &used) !=
		    FRAME_WRONG)
			fail_msg("row %zu", i);
	}
}

/* Too large or with NUL: refused, and the buffer is as before. */
static void
test_refused(void **state)
{
	char *large = malloc(FRAME_MAX + 1);
	struct buf buf = { 0 };
	struct frame frame = { .type = FRAME_DOMAIN, .text = large };
	struct frame read;
	size_t used;
	(void)state;

	assert_non_null(large);
	memset(large, 'x', FRAME_MAX);
	large[FRAME_MAX] = '\0';
	frame.text_len = FRAME_TEXT_MAX + 1;
	assert_false(frame_write(&buf, &frame));
	frame.type = FRAME_RESULT;
	frame.text_len = FRAME_MAX;
	assert_false(frame_write(&buf, &frame));
	frame.text_len = FRAME_MAX - 16;
	assert_false(frame_write(&buf, &frame));
	frame = (struct frame) { .type = FRAME_ASK,
		.text = "",
		.endpoint = "",
		.ip = large,
		.host = "" };
	assert_false(frame_write(&buf, &frame));
	frame = (struct frame) {
		.type = FRAME_DOMAIN, .text = "a\0b", .text_len = 3
	};
	assert_false(frame_write(&buf, &frame));
	assert_int_equal(buf.len, 0);
	frame = (struct frame) {
		.type = FRAME_RESULT, .text = large, .text_len = FRAME_MAX - 17
	};
	assert_true(frame_write(&buf, &frame));
	assert_int_equal(
	    frame_read(buf.bytes, buf.len, &read, &used), FRAME_OK);
	assert_int_equal(used, FRAME_MAX);
	buf_finish(&buf);
	free(large);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_round_trip),
		cmocka_unit_test(test_wrong),
		cmocka_unit_test(test_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
