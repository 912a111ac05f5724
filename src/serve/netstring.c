/* SPDX-License-Identifier: ISC */
#include "serve/netstring.h"

#include <string.h>

enum netstring_result
netstring_decode(
    const char *bytes, size_t len, size_t max, struct netstring *found)
{
	size_t size = 0, at = 0;

	for (; at < len && bytes[at] >= '0' && bytes[at] <= '9'; at++) {
		/* A zero begins no other length than zero. */
		if (at > 0 && size == 0)
			return NETSTRING_BAD;
		size = size * 10 + (size_t)(bytes[at] - '0');
		if (size > max)
			return NETSTRING_BAD;
	}
	if (at == len)
		return NETSTRING_MORE;
	if (at == 0 || bytes[at] != ':')
		return NETSTRING_BAD;
	at++;
	if (len - at <= size)
		return NETSTRING_MORE;
	if (bytes[at + size] != ',')
		return NETSTRING_BAD;
	found->text = bytes + at;
	found->len = size;
	found->taken = at + size + 1;
	return NETSTRING_READY;
}

void
netstring_encode(const void *text, size_t len, struct buf *out)
{
	buf_printf(out, "%zu:", len);
	buf_add(out, text, len);
	buf_add(out, ",", 1);
}
