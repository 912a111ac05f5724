/* SPDX-License-Identifier: ISC */
/*
 * stats.h - what the daemon counts of itself, as metrics.
 */
#pragma once

struct buf;
struct http;
struct maps;
struct server;

void stats_metrics(struct server *server, const struct http *http,
    const struct maps *maps, struct buf *out);
