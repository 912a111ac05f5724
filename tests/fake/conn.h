/* SPDX-License-Identifier: ISC */
/*
 * conn.h - one connection of the scripted mail server.
 */
#ifndef FAKE_CONN_H
#define FAKE_CONN_H

#include <stddef.h>
#include <stdint.h>
#include <sys/queue.h>

#include <event2/event.h>
#include <event2/event_struct.h>
#include <openssl/ssl.h>

#include "config.h"
#include "server.h"

#define CONN_LINE 2048

enum conn_mode {
	CONN_COMMANDS,  /* reads commands, or the mail behind DATA */
	CONN_HELLO,     /* waits for a ClientHello */
	CONN_HANDSHAKE, /* OpenSSL has the word */
	CONN_ENDLESS,   /* writes, until the peer has had enough */
	CONN_SILENT,    /* reads and says nothing */
	CONN_DRAIN,     /* has closed its side, waits for the peer's */
	CONN_DEAD,      /* waits for the reaper */
};

/* What follows when the pending output is out. */
enum conn_after {
	CONN_AFTER_NOTHING, /* next command */
	CONN_AFTER_HELLO,
	CONN_AFTER_MAIL, /* the mail behind DATA */
	CONN_AFTER_SILENCE,
	CONN_AFTER_HANGUP,
};

struct conn {
	LIST_ENTRY(conn) link;
	struct server *server;
	struct listener *listener;
	const struct plan *plan;
	int fd;
	SSL *ssl;
	struct event in, out, timer;
	enum conn_mode mode;
	enum stage stage;
	enum conn_after after;
	bool busy;    /* a reply is under way: no commands now */
	bool acting;  /* the timer stands for a delayed act, not a chunk */
	bool reading; /* the in event is added */
	bool tls_up, in_mail, overlong;
	const struct text *reply; /* what the stage is to say */
	struct text rest;         /* still to be written */
	uint64_t endless_left;
	size_t used; /* bytes in line */
	char line[CONN_LINE];
};

/* Takes the descriptor, and begins. */
void conn_start(struct listener *listener, uint64_t number, int fd);
/* Waits as the script says, then acts for this stage; reply may be NULL. */
void conn_stage(struct conn *conn, enum stage stage, const struct text *reply,
    enum conn_after after);
/* For the server: ends it without a word; it is freed by conn_free(). */
void conn_end(struct conn *conn);
void conn_free(struct conn *conn);

/* command.c: obeys one line from the buffer; false if there is none. */
bool command_take(struct conn *conn);

/* wire.c: in clear or through TLS. A number of bytes, or one of these. */
enum { WIRE_EOF = 0, WIRE_NOTHING = -1, WIRE_ERROR = -2 };
int wire_receive(struct conn *conn, void *bytes, size_t size);
int wire_transmit(struct conn *conn, const char *bytes, size_t len);

#endif
