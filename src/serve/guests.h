/* SPDX-License-Identifier: ISC */
/*
 * guests.h - the connections of an evhttp: counted, and shown the door.
 *
 * evhttp knows no limit of connections, and its timeout begins anew with
 * each byte: who sends one now and then stays for ever. Here a connection
 * has so long to bring a request and so long to take the answer.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct evhttp;
struct evhttp_request;
struct event_base;
struct guests;

struct guests_limits {
	size_t connections;
	size_t input; /* bytes read ahead of what evhttp has taken */
	int64_t read_ms, write_ms; /* for a whole request, a whole answer */
};

/* Before http takes its first connection. NULL: no memory. */
struct guests *guests_new(struct event_base *base, struct evhttp *http,
    const struct guests_limits *limits);
/* After the evhttp. NULL is fine. */
void guests_free(struct guests *guests);

/* A request has come in, and its answer goes out. */
void guests_asked(struct guests *guests, struct evhttp_request *request);
void guests_answered(struct guests *guests, struct evhttp_request *request);

size_t guests_count(const struct guests *guests);
/* Is an answer on its way? */
bool guests_busy(const struct guests *guests);
