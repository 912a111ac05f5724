/* SPDX-License-Identifier: ISC */
#include "base/base64.h"

#include <stdint.h>
#include <string.h>

#include "base/buf.h"

static const char digits[] =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

bool
base64_write(struct buf *out, const void *bytes, size_t len)
{
	const unsigned char *at = bytes;
	char *to = buf_extend(out, (len + 2) / 3 * 4);

	if (to == NULL)
		return false;
	for (; len > 0; at += 3, to += 4) {
		size_t n = len < 3 ? len : 3;
		uint32_t word = (uint32_t)at[0] << 16 |
		    (n > 1 ? (uint32_t)at[1] << 8 : 0) | (n > 2 ? at[2] : 0);

		for (size_t i = 0; i < 4; i++)
			to[i] = i > n ? '=' : digits[word >> (18 - 6 * i) & 63];
		len -= n;
	}
	return true;
}

/* -1: it is none. */
static int
value_of(char c)
{
	const char *at = c == '\0' ? NULL : strchr(digits, c);

	return at == NULL ? -1 : (int)(at - digits);
}

bool
base64_read(struct buf *out, const char *text, size_t len)
{
	for (; len >= 4; text += 4, len -= 4) {
		size_t n = len > 4 || text[3] != '=' ? 3
		    : text[2] != '='                 ? 2
						     : 1;
		uint32_t word = 0;
		unsigned char bytes[3];

		for (size_t i = 0; i < 4; i++) {
			int value = i > n ? 0 : value_of(text[i]);

			if (value < 0)
				return false;
			word = word << 6 | (uint32_t)value;
		}
		bytes[0] = (unsigned char)(word >> 16);
		bytes[1] = (unsigned char)(word >> 8);
		bytes[2] = (unsigned char)word;
		if ((n < 3 && bytes[2] != 0) || (n < 2 && bytes[1] != 0) ||
		    !buf_add(out, bytes, n))
			return false;
	}
	return len == 0;
}
