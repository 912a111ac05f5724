/* SPDX-License-Identifier: ISC */
/*
 * reply.h - SMTP replies (RFC 5321 section 4.2), line by line.
 *
 * The result does not depend on the portions the bytes come in. What is
 * plainly no SMTP is told at the first byte that cannot be a reply, for its
 * sender may never end the line.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "smtp/dialogue.h"

enum reply_status {
	REPLY_MORE = 0, /* all bytes are used up and the line goes on */
	REPLY_LINE,     /* a line is complete, more lines will follow */
	REPLY_LAST,     /* the last line is complete */
	REPLY_GARBLED,  /* see error; nothing more may be fed */
};

/* All zero: before the first byte of a reply. */
struct reply {
	char line[SMTP_MAX_LINE]; /* without its end once it is complete */
	size_t len;
	bool greeting; /* no SMTP: say what it is instead */
	bool complete; /* the next byte begins another line */
	bool bare_lf;  /* the line ended without CR */
	bool mixed;    /* codes that say yes, but not the same */
	int code;      /* 0 before the first complete line */
	unsigned n_lines;
	size_t n_bytes;    /* in the lines before this one */
	const char *error; /* why it is garbled; static */
	enum danelaw_smtp_fault fault;
};

void reply_start(struct reply *reply, bool greeting);
/* Uses bytes up to the end of one line; *used says how many. */
enum reply_status reply_feed(
    struct reply *reply, const char *bytes, size_t len, size_t *used);
/* What stands behind the code in the line just completed; borrowed. */
const char *reply_text(const struct reply *reply, size_t *len);
