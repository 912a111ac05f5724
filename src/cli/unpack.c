/* SPDX-License-Identifier: ISC */
#include "cli/unpack.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <zlib.h>

enum { PIECE = 64 << 10, GZIP_WINDOW = 16 + MAX_WBITS };

static const char too_large[] = "it is larger than 2 MiB";

static bool
read_file(const char *path, struct buf *out, const char **why)
{
	FILE *file = strcmp(path, "-") == 0 ? stdin : fopen(path, "r");
	size_t n = 1;

	*why = NULL;
	if (file == NULL) {
		*why = strerror(errno);
		return false;
	}
	while (n > 0 && *why == NULL) {
		char piece[PIECE];

		n = fread(piece, 1, sizeof(piece), file);
		if (ferror(file) != 0)
			*why = strerror(errno);
		else if (n > 0 && !buf_add(out, piece, n))
			*why = too_large;
	}
	if (file != stdin)
		fclose(file);
	return *why == NULL;
}

/* All members, one after the other. */
static const char *
inflate_all(z_stream *stream, struct buf *out)
{
	static const char broken[] = "it is no whole gzip file";
	int status = Z_OK;

	while (status == Z_OK || stream->avail_in > 0) {
		unsigned char piece[PIECE];

		if (status == Z_STREAM_END && inflateReset(stream) != Z_OK)
			return broken;
		stream->next_out = piece;
		stream->avail_out = sizeof(piece);
		status = inflate(stream, Z_NO_FLUSH);
		if (status != Z_OK && status != Z_STREAM_END)
			return broken;
		if (!buf_add(out, piece, sizeof(piece) - stream->avail_out))
			return too_large;
	}
	return NULL;
}

static bool
unpack(struct buf *packed, struct buf *out, const char **why)
{
	z_stream stream = { .next_in = (unsigned char *)packed->bytes,
		.avail_in = (unsigned)packed->len };

	if (inflateInit2(&stream, GZIP_WINDOW) != Z_OK) {
		*why = "out of memory";
		return false;
	}
	*why = inflate_all(&stream, out);
	inflateEnd(&stream);
	return *why == NULL;
}

bool
unpack_file(const char *path, struct buf *out, const char **why)
{
	struct buf packed;
	bool good;

	buf_init(out, UNPACK_MAX);
	good = read_file(path, out, why);
	if (good && out->len > 2 && memcmp(out->bytes, "\x1f\x8b", 2) == 0) {
		packed = *out;
		buf_init(out, UNPACK_MAX);
		good = unpack(&packed, out, why);
		buf_finish(&packed);
	}
	if (!good)
		buf_finish(out);
	return good;
}
