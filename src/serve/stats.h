/* SPDX-License-Identifier: ISC */
/*
 * stats.h - what the daemon counts of itself, as metrics.
 */
#ifndef SERVE_STATS_H
#define SERVE_STATS_H

struct buf;
struct http;
struct maps;
struct server;

void stats_metrics(struct server *server, const struct http *http,
    const struct maps *maps, struct buf *out);

#endif
