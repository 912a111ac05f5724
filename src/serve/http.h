/* SPDX-License-Identifier: ISC */
/*
 * http.h - the server over HTTP, for Prometheus, programs and people.
 *
 *	GET /check?domain=D	the report as JSON
 *	GET /probe?target=D	the same as metrics, one domain
 *	GET /metrics		the domains being watched, and ourselves
 *	GET /healthz		200 if domains can be checked, else why not
 *	GET /			which paths there are
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "serve/server.h"

struct buf;
struct event_base;
struct evconnlistener;
struct http;

struct http_options {
	struct event_base *base;
	struct server *server;
	size_t connections;
	int64_t idle_ms; /* for a request to come, an answer to be taken */
	/* Writes the body of /metrics. */
	void (*metrics)(void *arg, struct buf *out);
	void *metrics_arg;
};

struct http *http_new(const struct http_options *options); /* or NULL */
/* What we may be called in a Host header, besides an address and localhost.
 * The names are borrowed until the next call or the end. */
void http_names(struct http *http, const char *const *names, size_t n);
/* Takes connections from a listening socket; it is taken over. */
bool http_listen(struct http *http, int fd);
/* No more connections, and no more than one answer on those there are. */
void http_stop(struct http *http);
/* Is a request being worked on, or an answer on its way? */
bool http_busy(const struct http *http);
size_t http_connections(const struct http *http);
void http_free(struct http *http); /* before the server; NULL is fine */
