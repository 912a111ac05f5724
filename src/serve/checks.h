/* SPDX-License-Identifier: ISC */
/*
 * checks.h - a server from the inside, and the checks that it runs.
 */
#pragma once

#include <event2/util.h>

#include "base/name.h"
#include "serve/server.h"

/* "DOMAIN PORT TLS": what a result depends on. */
#define KEY_MAX (NAME_MAX_LEN + 32)

struct check {
	TAILQ_ENTRY(check) link; /* in waiting or running */
	struct server *server;
	struct client *client;     /* whose slot it has */
	struct cache_entry *entry; /* what it is for; only to be compared */
	int64_t begun;
	uint16_t port;
	bool implicit_tls, running;
	bool kept;                  /* somebody will come back for it */
	struct postfix_facts facts; /* of the DNS, so far */
	char *domain, key[];
};
TAILQ_HEAD(check_list, check);

struct server {
	struct server_options options;
	struct server_setup setup;
	struct danelaw_engine *engine; /* NULL: none could be made */
	char *why_not;                 /* then: the reason */
	struct cache *cache;
	struct clients *clients;
	struct check_list waiting, running;
	struct event *pump; /* begins what is to be done */
	struct event *look; /* at our own health */
	bool stopping, tested, unwell;
	const char *refusal; /* during server_refuse() */
	struct server_counts counts;
};

void server_log(struct server *server, const char *line);
/* What a target stands for, where it leaves something open. */
uint16_t server_usual_port(const struct server *server);
uint16_t server_port_of(
    const struct server *server, const struct server_target *target);
void server_key(const struct server *server, const struct server_target *target,
    char key[static KEY_MAX]);

/* One is to be begun for the ask that waits, and takes its slot, which it
 * has. NULL: no memory. */
struct check *checks_plan(struct server *server,
    const struct server_target *target, const char *key,
    const struct server_ask *ask);
/* Begins those that are to be begun. */
void checks_pump(evutil_socket_t fd, short what, void *arg);
/* All that run are to be begun anew: their engine has ended. */
void checks_again(struct server *server);
struct check *checks_find(
    struct server *server, const struct cache_entry *entry);
void checks_drop(struct check_list *list);
/* Ends it; nobody may wait for it. */
void check_cancel(struct check *check);
