/* SPDX-License-Identifier: ISC */
/*
 * server.h - a server in a child process that follows a script.
 *
 * A script is a list of connections, each a list of lines, both ended by
 * NULL. A line is one of
 *
 *	S:text	sends text and CR LF (text may hold more lines)
 *	R:text	sends text as it is
 *	C:text	reads a line that must begin with text
 *	TLS	shakes hands, and must succeed
 *	TLS?	shakes hands or fails to; if so the connection ends
 *	SLOW	from now on each byte is sent alone
 *	HOLD	says nothing more and waits until the client goes
 *	FLOOD:text	sends text again and again until the client goes
 *	HELLO	waits for the first bytes of a ClientHello
 *	ALERT:n	sends this fatal TLS alert
 *	RESET	ends the connection with RST
 *
 * SHORT as the first line: only where the default hello has no hybrid group,
 * so that one as long as those of today is tried behind it. LONG: only where
 * it has one, so that the first connection did without and failed.
 *
 * A script that is not followed to its end makes server_end() fail, and so
 * does a connection too many.
 */
#ifndef TESTS_PROBE_SERVER_H
#define TESTS_PROBE_SERVER_H

#include <stdint.h>
#include <sys/types.h>

#include <openssl/ssl.h>

#define SERVER_LINES 20
#define SERVER_TALKS 14 /* with an empty one at the end */

typedef const char *server_talk[SERVER_LINES];

struct server {
	uint16_t port;
	pid_t child;
	int listener;
};

/* ip: "127.0.0.1" or "::1". */
void server_start(struct server *server, const char *ip, SSL_CTX *tls,
    const server_talk *talks);
/* Waits for the end of the script. The client must have ended. */
void server_end(struct server *server);

/* Bound or listening, and how; closed by the caller. */
int server_listen(const char *ip, uint16_t *port);
int server_refuse(uint16_t *port);
/* *filler takes the one place that there is. */
int server_ignore(uint16_t *port, int *filler);

#endif
