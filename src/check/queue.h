/* SPDX-License-Identifier: ISC */
/*
 * queue.h - probes wait here for their turn.
 *
 * At most so many run at once, those with the same owner in their target not
 * before others; and never two to the same address: a server
 * behind many names sees one connection at a time. Where a gate stands in
 * front (gate.h), it rules over the addresses instead.
 */
#pragma once

#include "check/gate.h"
#include "probe/probe.h"

struct probe_queue;
struct probe_ticket;
struct pulse;

/* NULL: no memory. */
struct probe_queue *probe_queue_new(
    struct event_base *base, struct tls_context *context, size_t window);
/* Cancels all that is left. NULL is fine. */
void probe_queue_free(struct probe_queue *queue);

/*
 * target's strings are borrowed until done() or cancel; host is the MX host's
 * name, for the gate, and borrowed for the call. The evidence given to done()
 * is NULL only when memory ran out. The ticket ends with done().
 */
struct probe_ticket *probe_queue_add(struct probe_queue *queue,
    const struct probe_target *target, const char *host, probe_done_fn *done,
    void *arg);
void probe_ticket_cancel(struct probe_ticket *ticket); /* NULL is fine */
bool probe_ticket_is_running(const struct probe_ticket *ticket);
/* "connecting to", "the greeting of", ...: see probe_waiting(). Static. */
const char *probe_ticket_waiting(const struct probe_ticket *ticket);

/* What was seen while we were not well is told to nobody else. */
void probe_queue_set_pulse(struct probe_queue *queue, struct pulse *pulse);

/* See gate.h. */
void probe_queue_set_gate(struct probe_queue *queue, const struct gate *gate);
void probe_queue_go(struct probe_queue *queue, uint64_t id);
bool probe_queue_have(
    struct probe_queue *queue, uint64_t id, const void *bytes, size_t len);
