/* SPDX-License-Identifier: ISC */
#include "serve/pack.h"

#include <string.h>
#include <strings.h>

#define ZLIB_CONST
#include <zlib.h>

/* "; q=0" and "; q=0.000" forbid it (RFC 9110 section 12.4.2). */
static bool
is_forbidden(const char *weight, size_t len)
{
	size_t at = 0;

	while (at < len && strchr("; \t", weight[at]) != NULL)
		at++;
	if (len - at < 3 || strncasecmp(weight + at, "q=0", 3) != 0)
		return false;
	for (at += 3; at < len; at++) {
		if (strchr(".0 \t", weight[at]) == NULL)
			return false;
	}
	return true;
}

bool
pack_is_wanted(const char *accept)
{
	static const char name[] = "gzip";
	const size_t len = sizeof(name) - 1;

	while (accept != NULL && *accept != '\0') {
		size_t all, word;

		accept += strspn(accept, ", \t");
		all = strcspn(accept, ",");
		word = strcspn(accept, ",; \t");
		if (word == len && strncasecmp(accept, name, len) == 0)
			return !is_forbidden(accept + word, all - word);
		accept += all;
	}
	return false;
}

/* The fastest way takes nine tenths of it away already. */
bool
pack_gzip(const struct buf *in, struct buf *out)
{
	enum { GZIP_WINDOW = 16 + MAX_WBITS, MEMORY = 8 };
	z_stream stream = { 0 };
	char *room = NULL;
	uLong bound;
	int done = Z_MEM_ERROR;

	if (deflateInit2(&stream, Z_BEST_SPEED, Z_DEFLATED, GZIP_WINDOW, MEMORY,
		Z_DEFAULT_STRATEGY) != Z_OK)
		return false;
	bound = deflateBound(&stream, in->len);
	room = buf_extend(out, bound);
	if (room != NULL) {
		stream.next_in = (const Bytef *)buf_text(in);
		stream.avail_in = (uInt)in->len;
		stream.next_out = (Bytef *)room;
		stream.avail_out = (uInt)bound;
		done = deflate(&stream, Z_FINISH);
		out->len -= stream.avail_out;
	}
	deflateEnd(&stream);
	return done == Z_STREAM_END;
}
