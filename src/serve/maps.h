/* SPDX-License-Identifier: ISC */
/*
 * maps.h - the server as a socketmap, for smtp_tls_policy_maps of Postfix.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "serve/server.h"

struct event_base;
struct maps;

struct maps_options {
	struct event_base *base;
	struct server *server;
	size_t connections;
	int64_t idle_ms;   /* without a request, or a reply not taken */
	int64_t frame_ms;  /* from its first byte to its last */
	int64_t before_ms; /* so long does a result tell what was before */
};

struct maps *maps_new(const struct maps_options *options); /* or NULL */
/*
 * From now on the answers stand in for this level, and are given from what is
 * known by then when a check has taken patience_ms.
 */
void maps_use(struct maps *maps, enum postfix_level level, int64_t patience_ms);
/* Takes connections from a listening socket; it is taken over. */
bool maps_listen(struct maps *maps, int fd);
/* No more connections; those there are end with their next reply. */
void maps_stop(struct maps *maps);
/* Is a request being worked on, or a reply on its way? */
bool maps_busy(const struct maps *maps);

struct maps_counts {
	size_t connections;
	uint64_t ok, notfound, temp, perm;
};
struct maps_counts maps_counts(const struct maps *maps);
void maps_free(struct maps *maps); /* before the server; NULL is fine */
