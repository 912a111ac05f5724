/* SPDX-License-Identifier: ISC */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#define ZLIB_CONST
#include <zlib.h>

#include "serve/pack.h"

static const struct {
	const char *accept;
	bool wanted;
} rows[] = {
	{ NULL, false },
	{ "", false },
	{ "gzip", true },
	{ "GZIP", true },
	{ "deflate, gzip;q=0.5, br", true },
	{ "gzip;q=1.0", true },
	{ "gzip ; q=0.001", true },
	{ "gzip;q=0", false },
	{ "br, gzip; Q=0.000", false },
	{ "x-gzip", false },
	{ "gzipped", false },
	{ "identity", false },
	{ ",,;", false },
};

static void
test_wanted(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		if (pack_is_wanted(rows[i].accept) != rows[i].wanted)
			fail_msg("%s", rows[i].accept);
	}
}

/* What comes out of it is what went in, and less on the way. */
static void
test_gzip(void **state)
{
	struct buf in = { 0 }, out = { 0 };
	char back[20000];
	z_stream stream = { 0 };
	(void)state;

	for (int i = 0; i < 500; i++)
		buf_printf(&in, "danelaw_host{host=\"mx%d.example\"} 1\n", i);
	assert_true(pack_gzip(&in, &out));
	assert_true(out.len < in.len / 4);
	assert_int_equal(inflateInit2(&stream, 16 + MAX_WBITS), Z_OK);
	stream.next_in = (const Bytef *)buf_text(&out);
	stream.avail_in = (uInt)out.len;
	stream.next_out = (Bytef *)back;
	stream.avail_out = sizeof(back);
	assert_int_equal(inflate(&stream, Z_FINISH), Z_STREAM_END);
	assert_int_equal(stream.total_out, in.len);
	assert_memory_equal(back, buf_text(&in), in.len);
	inflateEnd(&stream);
	buf_finish(&in);
	buf_finish(&out);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_wanted),
		cmocka_unit_test(test_gzip),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
