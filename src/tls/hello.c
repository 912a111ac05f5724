/* SPDX-License-Identifier: ISC */
#include "tls/hello.h"

#include <stdbool.h>
#include <string.h>

enum {
	RECORD_ALERT = 21,
	RECORD_HANDSHAKE = 22,
	RECORD_HEADER = 5,
	RECORD_MAX = 16384,
	CLIENT_HELLO = 1,
	SERVER_HELLO = 2,
	TLS_1_0 = 0x0301,
	TLS_1_2 = 0x0303,
	TLS_1_3 = 0x0304,
	EXT_NAME = 0,
	EXT_GROUPS = 10,
	EXT_SIGALGS = 13,
	EXT_VERSIONS = 43,
	EXT_PSK_MODES = 45,
	EXT_CERT_SIGALGS = 50,
	EXT_KEY_SHARE = 51,
	GROUP_X25519 = 29,
	RANDOM = 32,
};

struct writer {
	uint8_t *bytes;
	size_t len, room;
	bool full;
};

static void
put_bytes(struct writer *out, const void *bytes, size_t len)
{
	if (out->full || len > out->room - out->len) {
		out->full = true;
		return;
	}
	memcpy(out->bytes + out->len, bytes, len);
	out->len += len;
}

static void
put(struct writer *out, unsigned value, size_t octets)
{
	uint8_t bytes[3];

	for (size_t i = 0; i < octets; i++)
		bytes[i] = (uint8_t)(value >> 8 * (octets - 1 - i));
	put_bytes(out, bytes, octets);
}

/* A length of so many octets, to be known later; where it is. */
static size_t
begin(struct writer *out, size_t octets)
{
	put(out, 0, octets);
	return out->len;
}

static void
end(struct writer *out, size_t start, size_t octets)
{
	struct writer length = { .room = octets };

	/* Without room there is nothing at start. */
	if (out->full)
		return;
	length.bytes = out->bytes + (start - octets);
	put(&length, (unsigned)(out->len - start), octets);
}

static void
put_numbers(struct writer *out, unsigned type, const uint16_t *list, size_t n)
{
	size_t extension, inner;

	put(out, type, 2);
	extension = begin(out, 2);
	inner = begin(out, 2);
	for (size_t i = 0; i < n; i++)
		put(out, list[i], 2);
	end(out, inner, 2);
	end(out, extension, 2);
}

static void
put_name(struct writer *out, const char *name)
{
	size_t extension, list, inner;

	put(out, EXT_NAME, 2);
	extension = begin(out, 2);
	list = begin(out, 2);
	put(out, 0, 1);
	inner = begin(out, 2);
	put_bytes(out, name, strlen(name));
	end(out, inner, 2);
	end(out, list, 2);
	end(out, extension, 2);
}

/* Any 32 octets are somebody's key on this curve (RFC 7748 section 5). */
static void
put_share(struct writer *out, const uint8_t *key)
{
	size_t extension, list;

	put(out, EXT_KEY_SHARE, 2);
	extension = begin(out, 2);
	list = begin(out, 2);
	put(out, GROUP_X25519, 2);
	put(out, RANDOM, 2);
	put_bytes(out, key, RANDOM);
	end(out, list, 2);
	end(out, extension, 2);
}

static void
put_extensions(struct writer *out, const struct hello_wish *wish)
{
	size_t all = begin(out, 2);

	if (wish->sni != NULL)
		put_name(out, wish->sni);
	put_numbers(out, EXT_GROUPS, wish->groups, wish->n_groups);
	put_numbers(out, EXT_SIGALGS, wish->sigalgs, wish->n_sigalgs);
	put_numbers(
	    out, EXT_CERT_SIGALGS, wish->cert_sigalgs, wish->n_cert_sigalgs);
	put(out, EXT_VERSIONS, 2);
	put(out, 3, 2);
	put(out, 2, 1);
	put(out, TLS_1_3, 2);
	put(out, EXT_PSK_MODES, 2);
	put(out, 2, 2);
	put(out, 0x0101, 2);
	put_share(out, wish->random + 2 * RANDOM);
	end(out, all, 2);
}

size_t
hello_write(const struct hello_wish *wish, uint8_t *bytes, size_t room)
{
	static const uint16_t suites[] = { 0x1302, 0x1303, 0x1301 };
	struct writer out = { .bytes = bytes, .room = room };
	size_t record, message;

	put(&out, RECORD_HANDSHAKE, 1);
	put(&out, TLS_1_0, 2);
	record = begin(&out, 2);
	put(&out, CLIENT_HELLO, 1);
	message = begin(&out, 3);
	put(&out, TLS_1_2, 2);
	put_bytes(&out, wish->random, RANDOM);
	put(&out, RANDOM, 1);
	put_bytes(&out, wish->random + RANDOM, RANDOM);
	put(&out, sizeof(suites), 2);
	for (size_t i = 0; i < sizeof(suites) / sizeof(suites[0]); i++)
		put(&out, suites[i], 2);
	put(&out, 0x0100, 2);
	put_extensions(&out, wish);
	end(&out, message, 3);
	end(&out, record, 2);
	return out.full ? 0 : out.len;
}

struct reader {
	const uint8_t *at;
	size_t left;
	bool bad;
};

static unsigned
get(struct reader *in, size_t octets)
{
	unsigned value = 0;

	if (in->bad || in->left < octets) {
		in->bad = true;
		return 0;
	}
	for (size_t i = 0; i < octets; i++)
		value = value << 8 | in->at[i];
	in->at += octets;
	in->left -= octets;
	return value;
}

static struct reader
get_part(struct reader *in, size_t octets)
{
	size_t len = get(in, octets);
	struct reader part = { in->at, len, false };

	if (in->bad || in->left < len) {
		in->bad = part.bad = true;
		part.left = 0;
		return part;
	}
	in->at += len;
	in->left -= len;
	return part;
}

static void
read_extensions(struct reader *in, struct hello_answer *answer)
{
	while (!in->bad && in->left > 0) {
		unsigned type = get(in, 2);
		struct reader part = get_part(in, 2);

		if (type == EXT_VERSIONS)
			answer->version = get(&part, 2);
		if (type == EXT_KEY_SHARE)
			answer->group = get(&part, 2);
		in->bad = in->bad || part.bad;
	}
}

/* RFC 8446 section 4.1.3: a HelloRetryRequest is told by its random. */
static void
read_hello(struct reader *in, struct hello_answer *answer)
{
	static const uint8_t retry[RANDOM] = { 0xcf, 0x21, 0xad, 0x74, 0xe5,
		0x9a, 0x61, 0x11, 0xbe, 0x1d, 0x8c, 0x02, 0x1e, 0x65, 0xb8,
		0x91, 0xc2, 0xa2, 0x11, 0x16, 0x7a, 0xbb, 0x8c, 0x5e, 0x07,
		0x9e, 0x09, 0xe2, 0xc8, 0xa8, 0x33, 0x9c };
	struct reader extensions;

	answer->kind = HELLO_SERVER;
	answer->version = get(in, 2);
	if (in->left >= RANDOM && memcmp(in->at, retry, RANDOM) == 0)
		answer->kind = HELLO_RETRY;
	for (size_t i = 0; i < RANDOM / 2; i++)
		get(in, 2);
	get_part(in, 1);
	answer->suite = get(in, 2);
	get(in, 1);
	if (in->left > 0) {
		extensions = get_part(in, 2);
		read_extensions(&extensions, answer);
		in->bad = in->bad || extensions.bad;
	}
	if (in->bad || in->left > 0)
		*answer = (struct hello_answer) { .kind = HELLO_OTHER };
}

static size_t
message_size(const uint8_t *message)
{
	return 4 +
	    ((size_t)message[1] << 16 | (size_t)message[2] << 8 | message[3]);
}

/*
 * Records may cut a message anywhere. 1: the first message is whole, 0: more
 * has to come, -1: it is none of TLS.
 */
static int
join(const uint8_t *bytes, size_t len, uint8_t *message, size_t *n)
{
	struct reader in = { bytes, len, false };

	while (in.left > 0) {
		size_t part;

		if (in.at[0] != RECORD_HANDSHAKE ||
		    (in.left > 1 && in.at[1] != TLS_1_2 >> 8))
			return -1;
		if (in.left < RECORD_HEADER)
			return 0;
		get(&in, 3);
		part = get(&in, 2);
		if (part == 0 || part > RECORD_MAX)
			return -1;
		if (part > in.left)
			part = in.left;
		memcpy(message + *n, in.at, part);
		*n += part;
		in.at += part;
		in.left -= part;
		if (*n > 0 && message[0] != SERVER_HELLO)
			return -1;
		if (*n >= 4 && *n >= message_size(message))
			return 1;
	}
	return 0;
}

static struct hello_answer
read_alert(const uint8_t *bytes, size_t len)
{
	struct hello_answer answer = { .kind = HELLO_MORE };

	if (len > 1 && bytes[1] != TLS_1_2 >> 8)
		answer.kind = HELLO_OTHER;
	else if (len >= RECORD_HEADER + 2) {
		answer.kind = HELLO_ALERT;
		answer.alert = bytes[RECORD_HEADER + 1];
	}
	return answer;
}

struct hello_answer
hello_read(const uint8_t *bytes, size_t len)
{
	struct hello_answer answer = { .kind = HELLO_MORE };
	uint8_t message[HELLO_ANSWER_MAX];
	size_t n = 0;
	struct reader in;
	int whole;

	if (len > 0 && bytes[0] == RECORD_ALERT)
		return read_alert(bytes, len);
	if (len > sizeof(message))
		len = sizeof(message);
	whole = join(bytes, len, message, &n);
	if (whole < 0 || (whole == 0 && len == sizeof(message)))
		answer.kind = HELLO_OTHER;
	if (whole <= 0)
		return answer;
	in = (struct reader) { message + 4, message_size(message) - 4, false };
	read_hello(&in, &answer);
	return answer;
}
