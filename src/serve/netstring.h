/* SPDX-License-Identifier: ISC */
/*
 * netstring.h - "5:hello,": a length, a colon, the bytes, a comma.
 *
 * Pure. The decoder keeps no state: show it all that has come so far.
 */
#pragma once

#include <stddef.h>

#include "base/buf.h"

/* A frame of a text of len bytes takes at most len + this. */
#define NETSTRING_FRAME 12

enum netstring_result {
	NETSTRING_BAD = 0, /* it can become none, or holds too much */
	NETSTRING_MORE,    /* so far so good */
	NETSTRING_READY,
};

struct netstring {
	const char *text; /* borrowed from bytes; no NUL behind it */
	size_t len;
	size_t taken; /* bytes of the frame; what is behind is the next */
};

/*
 * No text longer than max is taken; that is known as soon as its length has
 * been read, and a leading zero, a sign or a space is bad at once. *found is
 * set where it is READY.
 */
enum netstring_result netstring_decode(
    const char *bytes, size_t len, size_t max, struct netstring *found);

void netstring_encode(const void *text, size_t len, struct buf *out);
