/* SPDX-License-Identifier: ISC */
/*
 * retry.h - one address, probed again where it refused for a while.
 *
 * Tries come one after the other, with a pause in between that ends by the
 * probe's deadline: where the time left is shorter than the pause, none
 * follows; with a budget instead each try has that for itself. Worth another
 * try is what a server may do better next time, as greylisting does: a 4xx
 * before or after TLS, or to MAIL or RCPT; STARTTLS refused or not offered; a
 * connection refused, reset or closed. Time that ran out is not, for it has
 * been waited for already, nor is a 5xx.
 */
#pragma once

#include "check/queue.h"

struct retry;

struct retry_plan {
	uint32_t more; /* tries behind the first one, at most */
	uint32_t delay_ms;
};

/*
 * evidence is the last try's, as in probe.h. tries are all of them, or none
 * where one was enough; they live in the arena given, and the outcome is what
 * the first connection of each reached.
 */
typedef void retry_done_fn(struct evidence *evidence, struct danelaw_try *tries,
    size_t n_tries, void *arg);

/*
 * host and target's strings are borrowed until done() or cancel; it ends with
 * done().
 * NULL: no memory.
 */
struct retry *retry_start(struct probe_queue *queue, struct event_base *base,
    struct arena *arena, const struct probe_target *target, const char *host,
    const struct retry_plan *plan, retry_done_fn *done, void *arg);
void retry_cancel(struct retry *retry); /* NULL is fine */
/* Does it run or pause, or does it wait for its turn? */
bool retry_is_active(const struct retry *retry);
/* As probe_ticket_waiting(), or that it pauses. Static. */
const char *retry_waiting(const struct retry *retry);
