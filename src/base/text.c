/* SPDX-License-Identifier: ISC */
#include "base/text.h"

#include <string.h>

#include "base/arena.h"

static const char hex_digits[] = "0123456789abcdef";

/* Writes one byte in its printable form, at most 4 characters. */
static size_t
put_byte(char *out, unsigned char byte)
{
	if (byte == '\\') {
		out[0] = out[1] = '\\';
		return 2;
	}
	if (byte >= 0x20 && byte < 0x7f) {
		out[0] = (char)byte;
		return 1;
	}
	out[0] = '\\';
	out[1] = 'x';
	out[2] = hex_digits[byte >> 4];
	out[3] = hex_digits[byte & 15];
	return 4;
}

char *
text_printable(struct arena *arena, const void *bytes, size_t len, size_t max)
{
	static const char more[] = "...";
	const unsigned char *in = bytes;
	size_t need = 0, used = 0;
	char byte[4], *out;
	bool cut = false;

	for (size_t i = 0; i < len && !cut; i++) {
		need += put_byte(byte, in[i]);
		cut = need > max;
	}
	out = arena_alloc(arena, (cut ? max : need) + sizeof(more));
	if (out == NULL)
		return NULL;
	for (size_t i = 0; i < len; i++) {
		size_t n = put_byte(byte, in[i]);

		if (cut && used + n + strlen(more) > max)
			break;
		memcpy(out + used, byte, n);
		used += n;
	}
	if (cut)
		memcpy(out + used, more, sizeof(more));
	return out;
}

char *
text_printable_str(struct arena *arena, const char *text, size_t max)
{
	return text == NULL ? NULL
			    : text_printable(arena, text, strlen(text), max);
}

char *
text_hex(struct arena *arena, const uint8_t *bytes, size_t len)
{
	char *out = arena_alloc(arena, 2 * len + 1);

	if (out == NULL)
		return NULL;
	for (size_t i = 0; i < len; i++) {
		out[2 * i] = hex_digits[bytes[i] >> 4];
		out[2 * i + 1] = hex_digits[bytes[i] & 15];
	}
	return out;
}

static int
hex_value(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return -1;
}

static bool
is_space(char c)
{
	return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

bool
text_unhex(const char *text, uint8_t *bytes, size_t max, size_t *len)
{
	size_t digits = 0;

	for (const char *c = text; *c != '\0'; c++) {
		if (is_space(*c))
			continue;
		if (hex_value(*c) < 0)
			return false;
		digits++;
	}
	if (digits % 2 != 0 || digits / 2 > max)
		return false;
	digits = 0;
	for (const char *c = text; *c != '\0'; c++) {
		uint8_t value;

		if (is_space(*c))
			continue;
		value = (uint8_t)hex_value(*c);
		if (digits % 2 == 0)
			bytes[digits / 2] = (uint8_t)(value << 4);
		else
			bytes[digits / 2] |= value;
		digits++;
	}
	*len = digits / 2;
	return true;
}
