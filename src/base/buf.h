/* SPDX-License-Identifier: ISC */
/*
 * buf.h - bytes that grow, up to a limit set at the start.
 *
 * The all-zero object is an empty buffer without limit. Writers may ignore
 * what the calls return and ask buf_failed() once at the end.
 */
#pragma once

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>

struct buf {
	char *bytes;             /* NULL while empty; else NUL-terminated */
	size_t len, room, limit; /* limit 0: none */
	bool failed; /* no memory, or over the limit; nothing was added */
};

void buf_init(struct buf *buf, size_t limit);
void buf_finish(struct buf *buf);
bool buf_add(struct buf *buf, const void *bytes, size_t len);
/* Adds len bytes that the caller must write; NULL: as buf_add(). */
char *buf_extend(struct buf *buf, size_t len);
bool buf_puts(struct buf *buf, const char *text);
bool buf_printf(struct buf *buf, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
bool buf_vprintf(struct buf *buf, const char *format, va_list args)
    __attribute__((format(printf, 2, 0)));
/* Takes the first len bytes out. len may not exceed buf->len. */
void buf_drop(struct buf *buf, size_t len);
/* Empty again and not failed; its room and its limit are kept. */
void buf_clear(struct buf *buf);
bool buf_failed(const struct buf *buf);
/* Never NULL. Borrowed until the next change. */
const char *buf_text(const struct buf *buf);
