/* SPDX-License-Identifier: ISC */
/*
 * server.h - one engine for many clients who ask for domains.
 *
 * Between the engine, which makes reports, and the protocols, which show
 * them, stand the cache and the limits. It prints nothing: what is worth a
 * line in a log goes to the sink in its options.
 */
#pragma once

#include <danelaw.h>

#include "serve/cache.h"
#include "serve/clients.h"

struct event_base;
struct server;

struct server_options {
	struct event_base *base;
	struct cache_limits cache;
	struct lifetime_bounds life;
	struct clients_limits clients;
	bool log_checks; /* each of them, not only what is wrong with us */
	/* One line without the end of line; printable. */
	void (*log)(const char *line, void *arg);
	void *log_arg;
};

/* What a server checks with; may change while it runs. */
struct server_setup {
	const struct danelaw_config *config;   /* base is the server's */
	const struct danelaw_request *request; /* the domain is not used */
};

/* What is kept is given up; what runs goes on. */
void server_shed(struct server *server);
struct server *server_new(const struct server_options *options); /* or NULL */
/* All who wait are refused. NULL is fine. */
void server_free(struct server *server);

/*
 * Ends the engine there is and makes another one; what was being checked is
 * begun anew. setup and all it points to are borrowed until the next call or
 * the end. Where no engine can be made there is none: all who ask and those
 * who wait are told *why, which lives until the next call.
 */
enum danelaw_err server_use(struct server *server,
    const struct server_setup *setup, bool keep, const char **why);

enum server_status {
	SERVER_READY,   /* see result */
	SERVER_WAITING, /* done() follows */
	SERVER_REFUSED, /* it is none of those that may be asked for */
	SERVER_MANY,    /* this client has too many requests waiting */
	SERVER_BUSY,    /* too much to do */
	SERVER_UNABLE,  /* no engine, unwell, or ending */
	SERVER_FAILED,  /* the check failed, for want of memory */
};

struct server_reply {
	enum server_status status;
	struct result *result; /* borrowed; NULL but for SERVER_READY */
	const char *why;       /* a sentence without full stop, else NULL */
};

/* Lives in the object that asks; all zero: it asks for nothing. */
struct server_ask {
	struct cache_waiter waiter;
	enum client_class class;
	struct server *server;
	struct client *client;
	struct check *check; /* while it waits */
	void (*done)(struct server_ask *ask, const struct server_reply *reply);
	/* NULL, or: the DNS is all in; see server_known(). Waits on, unless
	   it calls server_forget(). */
	void (*looked_up)(struct server_ask *ask);
};

/* Who is asked for. All zero but the domain: as the setup's request says. */
struct server_target {
	const char *domain; /* A-labels or "[...]", as nexthop_parse() gives */
	bool is_address;    /* there is an address in the brackets */
	uint16_t port;
	bool has_tls, implicit_tls;
};

/*
 * What is known is told whatever the limits, and however we are. Else:
 * client is the address that asks, or any word for it. The strings are
 * copied. Where the status is SERVER_WAITING, ask waits until done(), which
 * comes from the loop, or server_forget().
 */
struct server_reply server_check(struct server *server,
    const struct server_target *target, const char *client,
    struct server_ask *ask);
void server_forget(struct server_ask *ask); /* one not waiting is fine */
/* The same for one that will never come back: where nobody else has asked,
 * the check ends, too. */
void server_abandon(struct server_ask *ask);

/* What one who waits may be told already. Borrowed until the next call. */
struct server_known {
	const struct postfix_facts *now;
	struct result *before; /* out of date; NULL: there is none */
};
struct server_known server_known(const struct server_ask *ask);

/* What is known and fresh; NULL: nothing. Borrowed until the next call. */
struct result *server_peek(
    const struct server *server, const struct server_target *target);

/* Why domains cannot be checked now; NULL: they can. Asks nobody, and is
 * borrowed until the loop goes on. */
const char *server_unwell(struct server *server);
/* Takes note of how we are. False: that is not known yet. */
bool server_look(struct server *server);

/* From now on nothing is begun: who asks for what is not known is refused. */
void server_stop(struct server *server);
/* Refuses all who wait, saying why. */
void server_refuse(struct server *server, const char *why);

struct server_counts {
	uint64_t asked, cached, joined, checks, refused, failed, cancelled;
	struct cache_counts cache;
};
struct server_counts server_counts(const struct server *server);
