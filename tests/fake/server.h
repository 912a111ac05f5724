/* SPDX-License-Identifier: ISC */
/*
 * server.h - the listeners of a configuration, and what they count.
 *
 * The counters lie in memory that forked workers share; everything else
 * belongs to one process.
 */
#ifndef FAKE_SERVER_H
#define FAKE_SERVER_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/queue.h>

#include <event2/event.h>
#include <event2/event_struct.h>

#include "config.h"

struct conn;

struct counters {
	atomic_ullong connections; /* accepted */
	atomic_ullong shed;        /* of these, closed at once: too many */
	atomic_ullong starttls;    /* commands seen */
	atomic_ullong tls;         /* handshakes completed */
	atomic_ullong tls_failed;
	atomic_ullong quits;
	atomic_uint parallel, max_parallel;
	atomic_flag busy; /* guards the texts: printable, the latest seen */
	char helo[256], sni[256];
};

struct listener {
	struct server *server;
	const struct script *script;
	size_t index; /* of the script */
	const char *address;
	uint16_t port;
	int fd;
	struct event event;
	struct counters *counters;
	int filler[4]; /* our own connections into a black hole */
};

struct server {
	const struct config *config;
	struct event_base *base;
	struct listener *listeners;
	size_t n_listeners;
	struct counters *counters; /* one for each listener */
	struct event reaper;
	LIST_HEAD(, conn) live, dead;
	size_t n_live;
	int spare; /* given up for a moment when descriptors run out */
	const struct timeval *idle, *linger;
};

/*
 * Opens every listener. Where a script has no port, the default is used;
 * port 0 takes any free one. On failure false, and *why in the arena.
 */
bool server_open(struct arena *arena, const struct config *config,
    uint16_t port, struct server *server, const char **why);
/* Begins to accept; base must outlive the server. */
bool server_start(struct server *server, struct event_base *base);
void server_finish(struct server *server);
/* Replaces the file in one step. */
bool server_count(struct server *server, const char *path);

/* For conn.c: a connection came, ended, or said something to remember. */
void server_joined(struct server *server, struct conn *conn);
void server_left(struct server *server, struct conn *conn);
void counters_note(struct counters *counters, char *where, const char *text);

#endif
