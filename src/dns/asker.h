/* SPDX-License-Identifier: ISC */
/*
 * asker.h - questions to name servers themselves, one address at a time.
 *
 * No recursion, no cache, and nothing is believed: what came is handed on.
 * A question goes by UDP, and once more by TCP where the answer was cut off.
 * At most 2 questions are in flight to one address and at most 200 packets go
 * there; who has never answered is given up after two questions.
 */
#ifndef DNS_ASKER_H
#define DNS_ASKER_H

#include "model/trace.h"

#define ASKER_IN_FLIGHT 2
#define ASKER_PACKETS 200
#define ASKER_ADDRESSES 512 /* more are not asked */

struct asker;
struct event_base;

struct asker_config {
	uint16_t port;    /* 0: 53 */
	int64_t deadline; /* clock_monotonic_ms() */
	/* 0: 4000; how long a question over UDP is repeated, and one over TCP
	   waited for. */
	unsigned patience_ms;
	bool allow_special; /* ask private addresses, too */
	/* These may be asked in any case. */
	const char *const *spared;
	size_t n_spared;
};

/* bytes live during the call. */
struct asker_result {
	enum trace_end end, tcp_end;
	bool cut; /* over UDP; what is here came by TCP */
	int ms;
	const uint8_t *bytes;
	size_t len;
};
/* Comes from the loop, never from inside asker_ask(). */
typedef void asker_done_fn(const struct asker_result *result, void *arg);

/* Borrows config->spared. NULL: no memory. */
struct asker *asker_new(
    struct event_base *base, const struct asker_config *config);
/* No callback comes any more; not to be called from inside one. NULL is fine.
 */
void asker_free(struct asker *asker);
/* name as name_parse() gives it. False: no memory; done() will not come. */
bool asker_ask(struct asker *asker, const char *ip, const char *name,
    uint16_t type, enum trace_way way, asker_done_fn *done, void *arg);
/* Did a limit of ours, or the deadline, keep a question back? */
bool asker_limited(const struct asker *asker);

#endif
