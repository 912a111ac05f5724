/* SPDX-License-Identifier: ISC */
/*
 * chat.h - testdata/smtp/NAME.chat, replayed.
 *
 * One line, one event, in the order in which they happen:
 *
 *	# for people
 *	implicit	first of all: TLS stands before SMTP begins
 *	envelope A B	first of all: there is mail from A to B
 *	S: text		the server sends this line, and CR LF
 *	S! text		the server sends these bytes, and nothing else
 *	S*N text	the server sends this line N times
 *	C: text		we say this line
 *	TLS		we shake hands, with success
 *	EOF		the server closes
 *	= what value	at the end: step, fault, stage, code, outcome, error,
 *			banner, ehlo (each line in turn), starttls, refusal,
 *			a line the transcript must have; from, to, rset: the
 *			code, enhanced code and text of the reply; broken
 *
 * In text \r, \n, \\ and \xNN stand for bytes.
 */
#ifndef TESTS_SMTP_CHAT_H
#define TESTS_SMTP_CHAT_H

#include <stddef.h>

/* The server's bytes come in portions of this size; 0: all at once. */
void chat_replay(const char *path, size_t portion);

#endif
