/* SPDX-License-Identifier: ISC */
/*
 * SMTP replies, one after the other, and what their lines offer. The first
 * byte chooses greeting and portions; the lines may not depend on these.
 */
#include <assert.h>
#include <string.h>

#include "fuzz.h"
#include "smtp/ehlo.h"
#include "smtp/reply.h"

struct reader {
	struct reply reply;
	const char *bytes;
	size_t len, portion;
	bool greeting;
};

static void
reader_init(struct reader *reader, const uint8_t *bytes, size_t len)
{
	memset(reader, 0, sizeof(*reader));
	reader->bytes = (const char *)bytes + 1;
	reader->len = len - 1;
	reader->greeting = (bytes[0] & 1) != 0;
	reader->portion = len;
	reply_start(&reader->reply, reader->greeting);
}

/* To the end of the next line, or of the bytes. */
static enum reply_status
reader_next(struct reader *reader)
{
	enum reply_status status = REPLY_MORE;

	while (status == REPLY_MORE && reader->len > 0) {
		size_t n = reader->portion, used = 0;

		n = n > reader->len ? reader->len : n;
		status = reply_feed(&reader->reply, reader->bytes, n, &used);
		assert(used <= n && (status != REPLY_MORE || used == n));
		assert(reader->reply.len <= SMTP_MAX_LINE);
		assert(reader->reply.n_lines <= SMTP_MAX_LINES);
		reader->bytes += used;
		reader->len -= used;
	}
	return status;
}

static void
check_line(const struct reply *reply)
{
	size_t len = 0;
	const char *text = reply_text(reply, &len);

	assert(reply->code >= 200 && reply->code <= 599);
	assert(text >= reply->line && text + len <= reply->line + reply->len);
	ehlo_keyword(text, len);
}

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
	enum reply_status status, other;
	struct reader whole, parts;

	if (len == 0)
		return 0;
	reader_init(&whole, bytes, len);
	parts = whole;
	parts.portion = 1 + (bytes[0] >> 1) % 32;
	do {
		status = reader_next(&whole);
		other = reader_next(&parts);
		assert(status == other);
		assert(whole.reply.code == parts.reply.code);
		assert(fuzz_same(whole.reply.error, parts.reply.error));
		if (status == REPLY_LINE || status == REPLY_LAST) {
			assert(whole.len == parts.len);
			assert(whole.reply.len == parts.reply.len);
			assert(memcmp(whole.reply.line, parts.reply.line,
				   whole.reply.len) == 0);
			check_line(&whole.reply);
		}
		if (status == REPLY_LAST) {
			reply_start(&whole.reply, false);
			reply_start(&parts.reply, false);
		}
	} while (status == REPLY_LINE || status == REPLY_LAST);
	return 0;
}
