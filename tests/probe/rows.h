/* SPDX-License-Identifier: ISC */
/*
 * rows.h - servers of all kinds, and what a probe has to say about each.
 */
#ifndef TESTS_PROBE_ROWS_H
#define TESTS_PROBE_ROWS_H

#include <danelaw_report.h>

#include "server.h"

/* What a good server does, up to some step. */
#define GREET "S:220 mx.example ESMTP"
#define EHLO GREET, "C:EHLO client.example\r\n"
#define STARTTLS EHLO, "S:250-mx.example\r\n250 STARTTLS", "C:STARTTLS\r\n"
#define SHAKE STARTTLS, "S:220 go", "TLS"
#define INSIDE SHAKE, "C:EHLO client.example\r\n"
#define QUIT "C:QUIT\r\n"
#define ALL INSIDE, "S:250 mx.example", QUIT, "S:221 bye"

/* Which server: its keys, and whom it lets in. */
enum side { EC, RSA_AND_EC, WANTS_CERT, OLD, BY_NAME, N_SIDES };

#define OUT(word) DANELAW_OUTCOME_##word

struct row {
	const char *name;
	server_talk talks[SERVER_TALKS];
	enum danelaw_outcome reached;
	const char *error; /* its beginning; NULL: none */
	const char *refusal;
	int alert;
	bool tls; /* a handshake was finished */
	enum side side;
	bool implicit;
	uint32_t reply_ms, tls_ms, all_ms;
};

extern const struct row rows[];
extern const size_t rows_count;
#define ROWS_MAX 100

#endif
