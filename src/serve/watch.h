/* SPDX-License-Identifier: ISC */
/*
 * watch.h - the domains that are checked again and again, whoever asks.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "serve/server.h"

struct buf;
struct event_base;
struct watch;

struct watch_options {
	struct event_base *base;
	struct server *server;
	int64_t interval_ms;
	size_t at_once; /* checks */
};

/*
 * Copies the targets. What the server knows of them already is taken over.
 * NULL: no memory.
 */
struct watch *watch_new(const struct watch_options *options,
    const struct server_target *targets, size_t n);
void watch_free(struct watch *watch); /* before the server; NULL is fine */

/* The last results, as metrics. */
void watch_metrics(const struct watch *watch, struct buf *out);
