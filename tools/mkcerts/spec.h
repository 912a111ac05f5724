/* SPDX-License-Identifier: ISC */
/*
 * spec.h - the list of wanted certificates: mkcerts' input, parsed.
 *
 * One entry a line: NAME: key=value ... with shell-like double quotes; a
 * line that ends in a backslash goes on in the next; "#" where a word could
 * begin starts a comment. NAME is made of letters, digits, "-", "_" and ".",
 * and does not begin with "." or "-".
 *
 * In cn, o and san, \xNN stands for any byte and \\ for a backslash.
 */
#ifndef MKCERTS_SPEC_H
#define MKCERTS_SPEC_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"

enum basic { BASIC_NO, BASIC_YES, BASIC_ABSENT };

struct bytes {
	const unsigned char *bytes; /* NULL: not given */
	size_t len;
};

enum san_type { SAN_DNS, SAN_EMAIL, SAN_URI, SAN_IP };

struct san {
	enum san_type type;
	struct bytes value; /* SAN_IP: 4 or 16 bytes */
};

/* Words that OpenSSL reads itself (ku, eku, nc) stay as they are. */
struct entry {
	const char *name;
	int line;
	const char *key;            /* "rsa2048", "p256", ...; NULL if shared */
	const struct entry *other;  /* whose key this one uses, or NULL */
	const struct entry *issuer; /* itself if self-signed */
	struct bytes cn, cn2, o;
	const struct san *san;
	size_t n_san;
	int64_t from, to;
	enum basic ca;
	int pathlen; /* -1: none */
	const char *ku, *eku, *nc, *md, *critical_ext;
	int version;
	uint64_t serial;
	bool has_serial, negative_serial;
	bool no_keyid; /* neither subject nor authority key identifier */
	bool bad_sig;
	const char *other_name, *issuer_name; /* before they are resolved */
};

struct spec {
	struct entry *entries;
	size_t n_entries;
};

/*
 * text is the whole file; now is what "+90d" counts from. On failure false,
 * *line, and *why in the arena ("unknown key: colour").
 */
bool spec_parse(struct arena *arena, const char *text, int64_t now,
    struct spec *spec, int *line, const char **why);

#endif
