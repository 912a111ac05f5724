/* SPDX-License-Identifier: ISC */
/*
 * upstream.h - one libunbound context on our libevent base.
 *
 * The only file that sees libunbound. Its log is process-wide, and so are
 * some of its settings: no two upstreams at work at one time.
 */
#pragma once

#include "dns/answer.h"

struct anchors;
struct event_base;
struct upstream;

/* Sockets it has for questions, which wait for one another beyond. */
unsigned upstream_ports(unsigned window);

struct upstream_config {
	const char *const *forwarders; /* "ADDR[@PORT]"; none: from the root */
	size_t n_forwarders;
	const char *root_hints; /* NULL: built in */
	const struct anchors *anchors;
	int64_t at;      /* 0: the clock */
	unsigned window; /* questions at once, about; 0: 4096 */
	unsigned memory; /* MiB for the cache; 0: 256 */
	/* Ask no server at a special address but these. */
	bool public_only;
	const char *const *spared;
	size_t n_spared;
	bool ask_special; /* names under "test" are asked for as others */
};

/* Nothing is kept of config. *why becomes a sentence in the arena. */
struct upstream *upstream_new(struct event_base *base,
    const struct upstream_config *config, struct arena *arena,
    const char **why);
/*
 * No callback comes any more, neither now nor later. Not to be called from
 * inside a callback. NULL is fine.
 */
void upstream_free(struct upstream *upstream);

/*
 * raw and all in it live during the call only. May come before
 * upstream_ask() returns. Nothing may be asked from inside.
 */
typedef void upstream_done_fn(const struct answer_raw *raw, void *arg);
/* NULL, or what is wrong; done() will not be called then. */
const char *upstream_ask(struct upstream *upstream, const char *name,
    enum rrtype type, upstream_done_fn *done, void *arg);

/*
 * DNSSEC algorithms that validators are told to judge (RFC 8624 section 3.1),
 * and that this library cannot: a bit for each, by number.
 */
uint32_t upstream_unjudged(const struct upstream *upstream);
/* An address, and a port from 1 on if there is one: "ADDR[@PORT]". */
bool upstream_is_place(const char *text);
const char *upstream_version(void);
