/* SPDX-License-Identifier: ISC */
#include "pretend.h"

#include <string.h>

enum { RANDOM = 32, AT_SESSION = 5 + 4 + 2 + RANDOM };
enum { EXT_GROUPS = 10, EXT_SIGALGS = 13 };
enum { HYBRID = 0x11ec, X25519 = 0x001d, MLDSA = 0x09 };

static unsigned
number(const uint8_t *at)
{
	return (unsigned)at[0] << 8 | at[1];
}

/* The list in an extension, its own length left out; NULL: none. */
static const uint8_t *
find_list(const uint8_t *hello, size_t len, unsigned type, size_t *n)
{
	size_t at = AT_SESSION;

	if (at + 1 > len)
		return NULL;
	at += 1u + hello[at];
	if (at + 2 > len)
		return NULL;
	at += 2 + number(hello + at);
	if (at + 1 > len)
		return NULL;
	at += 1u + hello[at] + 2;
	while (at + 6 <= len) {
		size_t size = number(hello + at + 2);

		if (size > len - at - 4)
			return NULL;
		if (number(hello + at) == type) {
			*n = size - 2;
			return hello + at + 6;
		}
		at += 4 + size;
	}
	return NULL;
}

static bool
has(const uint8_t *hello, size_t len, unsigned type, unsigned value)
{
	size_t n = 0;
	const uint8_t *list = find_list(hello, len, type, &n);

	for (size_t i = 0; list != NULL && i + 1 < n; i += 2) {
		if (number(list + i) == value)
			return true;
	}
	return false;
}

static bool
takes_mldsa_alone(const uint8_t *hello, size_t len)
{
	size_t n = 0;
	const uint8_t *list = find_list(hello, len, EXT_SIGALGS, &n);

	for (size_t i = 0; list != NULL && i + 1 < n; i += 2) {
		if (list[i] != MLDSA)
			return false;
	}
	return list != NULL;
}

static size_t
refuse(uint8_t *answer)
{
	static const uint8_t alert[] = { 21, 3, 3, 0, 2, 2, 40 };

	memcpy(answer, alert, sizeof(alert));
	return sizeof(alert);
}

/* A HelloRetryRequest is a ServerHello with a random of its own. */
static size_t
accept_hello(uint8_t *answer, const uint8_t *hello, bool again)
{
	static const uint8_t retry[RANDOM] = { 0xcf, 0x21, 0xad, 0x74, 0xe5,
		0x9a, 0x61, 0x11, 0xbe, 0x1d, 0x8c, 0x02, 0x1e, 0x65, 0xb8,
		0x91, 0xc2, 0xa2, 0x11, 0x16, 0x7a, 0xbb, 0x8c, 0x5e, 0x07,
		0x9e, 0x09, 0xe2, 0xc8, 0xa8, 0x33, 0x9c };
	static const uint8_t key[] = { 0, X25519, 0, RANDOM };
	uint8_t *at = answer + 9;

	*at++ = 3;
	*at++ = 3;
	memcpy(at, retry, RANDOM);
	if (!again)
		at[0] ^= 1;
	at += RANDOM;
	memcpy(at, hello + AT_SESSION, 1u + RANDOM);
	at += 1 + RANDOM;
	memcpy(at, "\x13\x02\x00", 3);
	at += 3;
	*at++ = 0;
	*at++ = (uint8_t)(6 + 4 + (again ? 2 : 4 + RANDOM));
	memcpy(at, "\x00\x2b\x00\x02\x03\x04\x00\x33", 8);
	at += 8;
	*at++ = 0;
	*at++ = (uint8_t)(again ? 2 : 4 + RANDOM);
	if (again) {
		*at++ = HYBRID >> 8;
		*at++ = HYBRID & 0xff;
	} else {
		memcpy(at, key, sizeof(key));
		memset(at + sizeof(key), 9, RANDOM);
		at += sizeof(key) + RANDOM;
	}
	memcpy(answer, "\x16\x03\x03\x00", 4);
	answer[4] = (uint8_t)(at - answer - 5);
	memcpy(answer + 5, "\x02\x00\x00", 3);
	answer[8] = (uint8_t)(at - answer - 9);
	return (size_t)(at - answer);
}

bool
pretend_answer(enum pretend what, const uint8_t *hello, size_t len,
    uint8_t answer[static PRETEND_MAX], size_t *n)
{
	bool whole = len > AT_SESSION + RANDOM && hello[AT_SESSION] == RANDOM;
	bool hybrid = has(hello, len, EXT_GROUPS, HYBRID);

	*n = 0;
	switch (what) {
	case PRETEND_NOTHING:
		return false;
	case PRETEND_HYBRID:
		*n = whole && hybrid ? accept_hello(answer, hello, true)
				     : refuse(answer);
		return true;
	case PRETEND_MLDSA:
		*n = whole && has(hello, len, EXT_SIGALGS, MLDSA << 8 | 5)
		    ? accept_hello(answer, hello, false)
		    : refuse(answer);
		return true;
	case PRETEND_MLDSA_TOO:
		if (!whole || !takes_mldsa_alone(hello, len))
			return false;
		*n = accept_hello(answer, hello, false);
		return true;
	case PRETEND_NO_HYBRID:
		return hybrid;
	}
	return false;
}
