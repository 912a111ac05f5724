/* SPDX-License-Identifier: ISC */
/*
 * envelope.h - MAIL FROM and RCPT TO, and what the server says to them.
 */
#pragma once

#include "base/mailbox.h"
#include "smtp/turns.h"

#define ENVELOPE_MAX (MAILBOX_MAX + 16) /* "MAIL FROM:<...>", CR LF */

struct envelope {
	struct arena *arena;
	const char *from, *to; /* what follows the verbs: "FROM:<a@b>" */
	const char *from_address, *to_address;
	struct danelaw_mail *facts; /* NULL: without an envelope */
};

/* False: no memory, one address without the other, or an impossible one. */
bool envelope_init(struct envelope *envelope, struct arena *arena,
    const char *from, const char *to);
/* The reply to turn MAIL, RCPT or RSET: its code, and all of it in a line. */
void envelope_heard(struct envelope *envelope, enum turn turn, int code,
    const char *said, size_t len);
/* The reply to this turn never comes; other turns are none of ours. */
void envelope_broken(
    struct envelope *envelope, enum turn turn, const char *error);

/*
 * Bytes of the enhanced status code that the text behind a reply's code
 * begins with (RFC 2034, RFC 3463 section 2); 0: none, or of another class.
 */
size_t envelope_enhanced(int code, const char *text, size_t len);
