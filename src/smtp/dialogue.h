/* SPDX-License-Identifier: ISC */
/*
 * dialogue.h - the client's half of SMTP, banner to QUIT, with no socket.
 *
 * Server bytes go in by dialogue_feed(); dialogue_next() names the next step
 * until DIALOGUE_DONE or DIALOGUE_FAILED. The caller owns socket, TLS and
 * deadlines: a dialogue cannot block. Tests replay testdata/smtp/NAME.chat.
 *
 * RFC 5321 for the replies, RFC 3207 for STARTTLS. Lines are bounded to
 * SMTP_MAX_LINE bytes, a reply to SMTP_MAX_LINES lines and SMTP_MAX_REPLY
 * bytes.
 */
#pragma once

#include <danelaw_report.h>

#include "base/arena.h"

#define SMTP_MAX_LINE 2048
#define SMTP_MAX_LINES 1024
#define SMTP_MAX_REPLY 65536

enum dialogue_step {
	DIALOGUE_READ,     /* get more bytes, then dialogue_feed() */
	DIALOGUE_WRITE,    /* send dialogue_output(), then dialogue_sent() */
	DIALOGUE_STARTTLS, /* shake hands, then dialogue_tls_up() */
	DIALOGUE_DONE,     /* close: QUIT was said */
	DIALOGUE_FAILED,   /* close: see the fault among the facts */
};

struct dialogue;

struct dialogue_options {
	const char *helo;  /* copied; must be a valid EHLO argument */
	bool implicit_tls; /* begins with the handshake */
	/* Both or neither: inside TLS go on with MAIL FROM and RCPT TO, then
	   RSET and QUIT. Without brackets, but "<>" is the null sender. */
	const char *mail_from, *mail_to;
};

/*
 * arena takes the facts (see dialogue_facts()) and must outlive it. NULL: no
 * memory, or a helo or an address that could not be said on one line.
 */
struct dialogue *dialogue_new(
    struct arena *arena, const struct dialogue_options *options);
void dialogue_free(struct dialogue *dialogue);

enum dialogue_step dialogue_next(struct dialogue *dialogue);
/* Bytes may come in any portions. Returns false without memory. */
bool dialogue_feed(struct dialogue *dialogue, const void *bytes, size_t len);
/* The peer closed its side. */
void dialogue_feed_eof(struct dialogue *dialogue);
/* Borrowed until dialogue_sent(). */
const char *dialogue_output(const struct dialogue *dialogue, size_t *len);
void dialogue_sent(struct dialogue *dialogue, size_t len);
void dialogue_tls_up(struct dialogue *dialogue);
/* Leave politely from wherever it is: the next step says QUIT. */
void dialogue_quit(struct dialogue *dialogue);

/* Our own words for the fault, "an endless line"; NULL without one. */
const char *dialogue_error(const struct dialogue *dialogue);
/*
 * The outcome as far as SMTP goes: ENCRYPTED once TLS stands and EHLO inside
 * it was accepted; SMTP_TIMEOUT as long as it is unfinished.
 */
enum danelaw_outcome dialogue_outcome(const struct dialogue *dialogue);
/*
 * What was said so far, printable; the strings are in the arena. ehlo is the
 * reply that offers STARTTLS or does not: the one inside TLS is told only by
 * the transcript, unless TLS was implicit.
 */
const struct danelaw_smtp *dialogue_facts(const struct dialogue *dialogue);
