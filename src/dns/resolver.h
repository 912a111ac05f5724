/* SPDX-License-Identifier: ISC */
/*
 * resolver.h - questions to the DNS, validated in this process.
 *
 * libunbound's event API on our libevent base; only upstream.c sees it. One
 * resolver per process and base. Answers come in from the loop, never from
 * inside resolver_ask().
 */
#pragma once

#include "dns/answer.h"

struct event_base;
struct resolver;
struct resolver_query;

struct resolver_config {
	const char *const *forwarders; /* "ADDR[@PORT]" */
	size_t n_forwarders;
	bool system;              /* forward to what resolv_conf names */
	const char *resolv_conf;  /* NULL: "/etc/resolv.conf" */
	const char *root_hints;   /* NULL: built in */
	const char *trust_anchor; /* NULL: system file, else built in */
	int64_t at;               /* 0: the clock */
	/* Time that a question waits for others counts against no deadline:
	   its own time is what is left to it when it is put. */
	bool patient;
	unsigned window; /* questions at once, about; 0: 4096 */
	unsigned memory; /* MiB for the cache; 0: 256 */
	/* Ask no server at a special address, but those named here. */
	bool public_only;
};

enum resolver_err {
	RESOLVER_OK = 0,
	RESOLVER_ENOMEM,
	RESOLVER_EINVAL,   /* a forwarder that is no address */
	RESOLVER_EANCHOR,  /* anchor file unreadable, empty or no anchor */
	RESOLVER_EFILE,    /* hints or resolv.conf */
	RESOLVER_ELIBRARY, /* libunbound refused */
};

/*
 * Copies config. *error, if not NULL, becomes a sentence that the caller
 * frees. The self-test begins with the first question: ". DNSKEY" must come
 * back secure before anything else is asked. Until then questions wait; when
 * it fails they all fail with its reason.
 */
enum resolver_err resolver_new(struct event_base *base,
    const struct resolver_config *config, struct resolver **resolver,
    char **error);
/* Drops what still runs; no callback for it. NULL is fine. */
void resolver_free(struct resolver *resolver);

/* The answer lives during the call; copy what is to stay. */
typedef void resolver_done_fn(const struct answer *answer, void *arg);
/*
 * name as name_parse() or name_from_dns() gives it; "" is the root.
 * deadline: clock_monotonic_ms() at which the answer is an error that says
 * so. The query is valid until done() is called. NULL: no memory.
 */
struct resolver_query *resolver_ask(struct resolver *resolver, const char *name,
    enum rrtype type, int64_t deadline, resolver_done_fn *done, void *arg);
/*
 * Asks for the sake of the cache: nobody hears of the answer, nor of there
 * being none. Does not wait for the self-test, which it may begin.
 */
void resolver_ahead(
    struct resolver *resolver, const char *name, enum rrtype type);
/* done() will not be called. NULL is fine. */
void resolver_cancel(struct resolver_query *query);

/* How long the oldest question that was sent waits for its answer; 0: none. */
int64_t resolver_kept_ms(const struct resolver *resolver);

/* What the self-test found. */
enum resolver_health {
	RESOLVER_UNTESTED = 0,
	RESOLVER_GOOD,
	RESOLVER_NO_NETWORK,   /* nothing answers */
	RESOLVER_STRIPS,       /* answers come without signatures */
	RESOLVER_WRONG_CLOCK,  /* signatures expired or not yet valid */
	RESOLVER_STALE_ANCHOR, /* no key fits the trust anchor */
	RESOLVER_BROKEN,       /* anything else */
};
enum resolver_health resolver_health(const struct resolver *resolver);
/*
 * Why it is not good, with what to do; NULL while untested or good. This, and
 * the words below, may change with each turn of the loop: a resolver that
 * failed its test half a minute ago tests again at the next question.
 */
const char *resolver_reason(const struct resolver *resolver);
/*
 * "own recursion from the root, trust anchor /usr/share/dns/root.key",
 * "forwarding to 127.0.0.1@5300, ...", and after a fall-back why. Never NULL.
 */
const char *resolver_words(const struct resolver *resolver);
/* A test that failed begins anew with the next question. */
void resolver_retest(struct resolver *resolver);
/*
 * Makes the upstreams anew, by what resolv.conf says now where they are from
 * there, and from the root again where it fell back; what was in flight is
 * asked again. Where other upstreams are configured there is nothing to do.
 */
void resolver_renew(struct resolver *resolver);
/*
 * Makes the upstreams anew, whatever they are, so that nothing is remembered;
 * what was in flight is asked again. False: not now, they are being tested.
 */
bool resolver_refresh(struct resolver *resolver);
/* The resolv.conf that its upstreams are from, or NULL. */
const char *resolver_file(const struct resolver *resolver);
/* Does it use what resolv.conf names because no root server answers? */
bool resolver_fell_back(const struct resolver *resolver);
/*
 * DNSSEC algorithms that it ought to judge and cannot, so that others know
 * more than it: see upstream.h.
 */
uint32_t resolver_unjudged(const struct resolver *resolver);
/* Its version, for --version. */
const char *resolver_library(void);
