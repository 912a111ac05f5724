/* SPDX-License-Identifier: ISC */
#include "report/json_put.h"

#include <string.h>

#include "base/when.h"

/* In all bytes of a word at once. */
#define EACH(byte) (UINT64_MAX / 0xff * (byte))

/* A line of its own, where that is wanted. */
static size_t
line_len(const struct json_out *out)
{
	return out->indented ? 1 + 2 * (size_t)out->depth : 0;
}

static char *
put_line(char *p, size_t len)
{
	if (len > 0) {
		memset(p, ' ', len);
		*p = '\n';
	}
	return p + len;
}

/*
 * The comma, the key and its colon, with room behind them for len bytes,
 * which the caller must write. NULL: the buffer has failed.
 */
static char *
begin_value(struct json_out *out, const char *key, size_t len)
{
	size_t key_len = key == NULL ? 0 : strlen(key);
	size_t colon = out->indented ? 2 : 1;
	size_t line = out->depth == 0 ? 0 : line_len(out);
	size_t before =
	    out->more + line + (key == NULL ? 0 : key_len + 2 + colon);
	char *p = buf_extend(out->buf, before + len);

	if (p == NULL)
		return NULL;
	if (out->more)
		*p++ = ',';
	out->more = true;
	p = put_line(p, line);
	if (key != NULL) {
		*p++ = '"';
		memcpy(p, key, key_len);
		p += key_len;
		*p++ = '"';
		memcpy(p, ": ", colon);
		p += colon;
	}
	return p;
}

static void
put(struct json_out *out, const char *key, const char *bytes, size_t len)
{
	char *p = begin_value(out, key, len);

	if (p != NULL)
		memcpy(p, bytes, len);
}

static void
begin(struct json_out *out, const char *key, char bracket)
{
	char *p = begin_value(out, key, 1);

	if (p != NULL)
		*p = bracket;
	out->more = false;
	out->depth++;
}

static void
end(struct json_out *out, char bracket)
{
	size_t line;
	char *p;

	out->depth--;
	line = out->more ? line_len(out) : 0;
	p = buf_extend(out->buf, line + 1);
	if (p != NULL)
		*put_line(p, line) = bracket;
	out->more = true;
}

void
json_begin_object(struct json_out *out, const char *key)
{
	begin(out, key, '{');
}

void
json_end_object(struct json_out *out)
{
	end(out, '}');
}

void
json_begin_array(struct json_out *out, const char *key)
{
	begin(out, key, '[');
}

void
json_end_array(struct json_out *out)
{
	end(out, ']');
}

void
json_put_null(struct json_out *out, const char *key)
{
	put(out, key, "null", 4);
}

bool
json_begin_given(struct json_out *out, const char *key, const void *given)
{
	if (given == NULL)
		json_put_null(out, key);
	else
		json_begin_object(out, key);
	return given != NULL;
}

static bool
is_plain(unsigned char byte)
{
	return byte >= ' ' && byte < 0x80 && byte != '"' && byte != '\\';
}

/*
 * All eight bytes plain? If all are below 0x80, a subtraction borrows, which
 * sets the highest bit of a byte, only if a byte is smaller than its part.
 */
static bool
is_plain_word(const char *text)
{
	uint64_t word;

	memcpy(&word, text, sizeof(word));
	return ((word | (word - EACH(' ')) | ((word ^ EACH('"')) - EACH(1)) |
		    ((word ^ EACH('\\')) - EACH(1))) &
		   EACH(0x80)) == 0;
}

/* How many bytes at the front stand for themselves. */
static size_t
plain_length(const char *text, size_t len)
{
	size_t i = 0;

	while (len - i >= 8 && is_plain_word(text + i))
		i += 8;
	/* The last few, with some that are known to be plain. */
	if (len >= 8 && len - i < 8 && is_plain_word(text + len - 8))
		return len;
	while (i < len && is_plain((unsigned char)text[i]))
		i++;
	return i;
}

static void
put_escape(struct buf *buf, unsigned char byte)
{
	static const char letters[] = "\"\"\\\\\bb\ff\nn\rr\tt";
	static const char digits[] = "0123456789ABCDEF";
	char escape[] = { '\\', 'u', '0', '0', digits[byte >> 4],
		digits[byte & 15] };

	for (size_t i = 0; i < sizeof(letters) - 1; i += 2) {
		if (letters[i] == (char)byte) {
			escape[1] = letters[i + 1];
			buf_add(buf, escape, 2);
			return;
		}
	}
	buf_add(buf, escape, sizeof(escape));
}

/*
 * The length of the character that begins with a byte from 0x80 on; 0: it is
 * no UTF-8 (RFC 3629 section 4). The text ends in NUL, which continues none.
 */
static size_t
utf8_length(const char *text)
{
	static const struct {
		unsigned char first, last; /* of first bytes ... */
		unsigned char low, high;   /* ... and then of second ones */
		size_t len;
	} rows[] = {
		{ 0xc2, 0xdf, 0x80, 0xbf, 2 },
		{ 0xe0, 0xe0, 0xa0, 0xbf, 3 },
		{ 0xe1, 0xec, 0x80, 0xbf, 3 },
		{ 0xed, 0xed, 0x80, 0x9f, 3 },
		{ 0xee, 0xef, 0x80, 0xbf, 3 },
		{ 0xf0, 0xf0, 0x90, 0xbf, 4 },
		{ 0xf1, 0xf3, 0x80, 0xbf, 4 },
		{ 0xf4, 0xf4, 0x80, 0x8f, 4 },
	};
	const unsigned char *bytes = (const unsigned char *)text;

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		if (bytes[0] < rows[i].first || bytes[0] > rows[i].last)
			continue;
		if (bytes[1] < rows[i].low || bytes[1] > rows[i].high)
			return 0;
		for (size_t k = 2; k < rows[i].len; k++) {
			if (bytes[k] < 0x80 || bytes[k] > 0xbf)
				return 0;
		}
		return rows[i].len;
	}
	return 0;
}

/* A text that is not plain, of which the first bytes are. */
static void
put_escaped(struct buf *buf, const char *text, size_t len, size_t plain)
{
	while (plain < len) {
		unsigned char byte = (unsigned char)text[plain];
		size_t n = 1;

		buf_add(buf, text, plain);
		text += plain;
		len -= plain;
		if (byte < 0x80) {
			put_escape(buf, byte);
		} else if ((n = utf8_length(text)) > 0) {
			buf_add(buf, text, n);
		} else {
			buf->failed = true;
			return;
		}
		text += n;
		len -= n;
		plain = plain_length(text, len);
	}
	buf_add(buf, text, len);
}

void
json_put_text(struct json_out *out, const char *key, const char *text)
{
	size_t len, plain;
	char *p;

	if (text == NULL) {
		json_put_null(out, key);
		return;
	}
	len = strlen(text);
	plain = plain_length(text, len);
	if (plain < len) {
		put(out, key, "\"", 1);
		put_escaped(out->buf, text, len, plain);
		buf_add(out->buf, "\"", 1);
		return;
	}
	p = begin_value(out, key, len + 2);
	if (p == NULL)
		return;
	p[0] = '"';
	memcpy(p + 1, text, len);
	p[len + 1] = '"';
}

void
json_put_number(struct json_out *out, const char *key, int64_t value)
{
	char digits[24], *end_of = digits + sizeof(digits), *p = end_of;
	uint64_t rest = value < 0 ? -(uint64_t)value : (uint64_t)value;

	do {
		*--p = (char)('0' + rest % 10);
		rest /= 10;
	} while (rest > 0);
	if (value < 0)
		*--p = '-';
	put(out, key, p, (size_t)(end_of - p));
}

void
json_put_index(struct json_out *out, const char *key, int value)
{
	if (value < 0)
		json_put_null(out, key);
	else
		json_put_number(out, key, value);
}

void
json_put_bool(struct json_out *out, const char *key, bool value)
{
	if (value)
		put(out, key, "true", 4);
	else
		put(out, key, "false", 5);
}

void
json_put_time(struct json_out *out, const char *key, int64_t unix_time)
{
	char quoted[1 + WHEN_ROOM] = "\"";

	if (!when_format(unix_time, quoted + 1)) {
		json_put_null(out, key);
		return;
	}
	quoted[1 + WHEN_LEN] = '"';
	put(out, key, quoted, WHEN_LEN + 2);
}

void
json_put_date(struct json_out *out, const char *key, int64_t unix_time)
{
	if (unix_time == 0)
		json_put_null(out, key);
	else
		json_put_time(out, key, unix_time);
}

void
json_put_texts(
    struct json_out *out, const char *key, const char *const *texts, size_t n)
{
	json_begin_array(out, key);
	for (size_t i = 0; i < n; i++)
		json_put_text(out, NULL, texts[i]);
	json_end_array(out);
}
