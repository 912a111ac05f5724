/* SPDX-License-Identifier: ISC */
#include "base/buf.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void
buf_init(struct buf *buf, size_t limit)
{
	*buf = (struct buf) { .limit = limit };
}

void
buf_finish(struct buf *buf)
{
	if (buf == NULL)
		return;
	free(buf->bytes);
	*buf = (struct buf) { .limit = buf->limit };
}

/*
 * Makes room for len more bytes and the NUL behind them. It is never more
 * than the limit allows, so that what fits need not be held to that as well.
 */
static bool
grow(struct buf *buf, size_t len)
{
	size_t room = buf->room == 0 ? 256 : buf->room;
	char *bytes;

	if (len > SIZE_MAX / 4 - buf->len ||
	    (buf->limit != 0 && len > buf->limit - buf->len)) {
		buf->failed = true;
		return false;
	}
	while (room <= buf->len + len)
		room *= 2;
	if (buf->limit != 0 && room > buf->limit)
		room = buf->limit + 1;
	bytes = realloc(buf->bytes, room);
	if (bytes == NULL) {
		buf->failed = true;
		return false;
	}
	buf->bytes = bytes;
	buf->room = room;
	return true;
}

static bool
reserve(struct buf *buf, size_t len)
{
	return len < buf->room - buf->len || grow(buf, len);
}

char *
buf_extend(struct buf *buf, size_t len)
{
	char *added;

	if (!reserve(buf, len))
		return NULL;
	added = buf->bytes + buf->len;
	buf->len += len;
	added[len] = '\0';
	return added;
}

bool
buf_add(struct buf *buf, const void *bytes, size_t len)
{
	char *added = buf_extend(buf, len);

	if (added == NULL)
		return false;
	if (len > 0)
		memcpy(added, bytes, len);
	return true;
}

bool
buf_puts(struct buf *buf, const char *text)
{
	return buf_add(buf, text, strlen(text));
}

bool
buf_vprintf(struct buf *buf, const char *format, va_list args)
{
	va_list again;
	int len;

	va_copy(again, args);
	len = vsnprintf(NULL, 0, format, again);
	va_end(again);
	if (len < 0 || !reserve(buf, (size_t)len)) {
		buf->failed = true;
		return false;
	}
	vsnprintf(buf->bytes + buf->len, (size_t)len + 1, format, args);
	buf->len += (size_t)len;
	return true;
}

bool
buf_printf(struct buf *buf, const char *format, ...)
{
	va_list args;
	bool done;

	va_start(args, format);
	done = buf_vprintf(buf, format, args);
	va_end(args);
	return done;
}

void
buf_drop(struct buf *buf, size_t len)
{
	if (len == 0)
		return;
	memmove(buf->bytes, buf->bytes + len, buf->len - len + 1);
	buf->len -= len;
}

void
buf_clear(struct buf *buf)
{
	buf->len = 0;
	buf->failed = false;
	if (buf->bytes != NULL)
		*buf->bytes = '\0';
}

bool
buf_failed(const struct buf *buf)
{
	return buf->failed;
}

const char *
buf_text(const struct buf *buf)
{
	return buf->bytes == NULL ? "" : buf->bytes;
}
