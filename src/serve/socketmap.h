/* SPDX-License-Identifier: ISC */
/*
 * socketmap.h - the table protocol of Postfix: one netstring each way.
 *
 *	"QUERY example.com" -> "OK dane-only"
 *
 * Pure. The connection stays open between requests.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"
#include "serve/nexthop.h"

struct arena;

/* For netstring_decode(). Longer requests are nobody's who means well. */
#define SOCKETMAP_REQUEST_MAX 4096

enum socketmap_status {
	SOCKETMAP_TEMP = 0,
	SOCKETMAP_OK,
	SOCKETMAP_NOTFOUND,
	SOCKETMAP_TIMEOUT,
	SOCKETMAP_PERM,
};

struct socketmap_request {
	bool tlsrpt; /* QUERYwithTLSRPT; else QUERY. Case does not matter */
	struct nexthop hop;
};

/*
 * SOCKETMAP_OK: *request is to be answered by postfix_answer(). Else this is
 * the answer already, and *why what to say with it: NOTFOUND for a key that
 * can have no policy (a parent domain, an address), PERM for a request that
 * is none or names another map. No NUL is needed behind text.
 */
enum socketmap_status socketmap_parse(struct arena *arena, const char *text,
    size_t len, struct socketmap_request *request, const char **why);

/*
 * A whole reply in its netstring. text is what stands behind the word: the
 * value for OK, the reason else; NULL is "". Bytes that are not printable
 * become "?", and at most SOCKETMAP_TEXT_MAX of them are sent.
 */
#define SOCKETMAP_TEXT_MAX 512
void socketmap_reply(
    enum socketmap_status status, const char *text, struct buf *out);
