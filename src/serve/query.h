/* SPDX-License-Identifier: ISC */
/*
 * query.h - what a URI asks of the daemon.
 *
 *	/				a page for people
 *	/healthz			is the loop alive?
 *	/metrics			all domains that are watched
 *	/probe?target=DOMAIN		one, as blackbox_exporter
 *	/check?domain=DOMAIN		the JSON report
 *
 * /probe and /check also take port=N and tls=starttls|implicit, and /probe
 * the same words as module=; /check takes fail=critical|warning|unknown. Keys
 *come once; a key that is not known, a bad
 * %-escape and %00 are errors. Pure.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include <danelaw_report.h>

#include "serve/nexthop.h"

struct arena;

/* Of path and query together. */
#define QUERY_MAX 2048

enum query_path {
	QUERY_NOWHERE = 0,
	QUERY_PAGE,
	QUERY_HEALTHZ,
	QUERY_METRICS,
	QUERY_PROBE,
	QUERY_CHECK,
};

struct query {
	enum query_path path;
	struct nexthop hop; /* of /probe and /check; port 0: the default */
	bool has_tls;       /* tls= or module= was given, or port 465 */
	bool implicit_tls;
	/* fail= of /check: from which state on the status is 503; OK: none. */
	enum danelaw_state fail;
};

/*
 * path is as sent, before its '?', and args what stands behind; args may be
 * NULL. Returns an HTTP status: 200 with *query set, 404 for another path,
 * 400, 414, or 503 for no memory, with *why a static sentence without the full
 * stop.
 */
int query_parse(struct arena *arena, const char *path, const char *args,
    struct query *query, const char **why);
/*
 * Is the answer 503 for this state? Of critical that alone, of warning both;
 * of unknown all but ok.
 */
bool query_fails(const struct query *query, enum danelaw_state state);
