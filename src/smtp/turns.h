/* SPDX-License-Identifier: ISC */
/*
 * turns.h - the turns of a dialogue, and where each reply leads. Only for
 * dialogue.c, where the plan is told, and envelope.c.
 */
#pragma once

#include "smtp/dialogue.h"

enum turn {
	NOWHERE = 0,
	BANNER,
	EHLO,
	HELO,
	STARTTLS,
	TLS,
	TLS_BANNER,
	EHLO_TLS,
	HELO_TLS,
	MAIL,
	RCPT,
	RSET,
	QUIT,
	N_TURNS,
	LACKING = N_TURNS, /* these have no row: see go() */
	REFUSED,
	END,
};

struct turn_row {
	enum danelaw_smtp_stage stage;
	const char *verb;   /* NULL: nothing is said */
	bool named;         /* our name follows the verb */
	enum turn on[6];    /* where a reply leads, by its first digit */
	const char *reply;  /* "the server ... with 554" */
	const char *closed; /* "the server closed the connection ..." */
};

/* Those without a row are all zero. */
extern const struct turn_row turns[END + 1];
