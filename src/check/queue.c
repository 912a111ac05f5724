/* SPDX-License-Identifier: ISC */
/*
 * A ticket is waiting or running. Whenever one ends or comes in, a pump event
 * starts those that may: first come, first served, passing over addresses
 * that are being talked to. Cancelled tickets are freed at once.
 */
#include "check/queue.h"

#include <event2/event.h>
#include <stdlib.h>
#include <string.h>
#include <sys/queue.h>

struct probe_ticket {
	TAILQ_ENTRY(probe_ticket) link;
	struct probe_queue *queue;
	struct probe_target target;
	struct probe *probe; /* NULL while waiting */
	probe_done_fn *done;
	void *arg;
};

TAILQ_HEAD(ticket_list, probe_ticket);

struct probe_queue {
	struct event_base *base;
	struct tls_context *context;
	struct event *pump;
	struct ticket_list waiting, running;
	size_t window, n_running;
};

static void pump(evutil_socket_t fd, short what, void *arg);

struct probe_queue *
probe_queue_new(
    struct event_base *base, struct tls_context *context, size_t window)
{
	struct probe_queue *queue = calloc(1, sizeof(*queue));

	if (queue == NULL)
		return NULL;
	queue->base = base;
	queue->context = context;
	queue->window = window;
	TAILQ_INIT(&queue->waiting);
	TAILQ_INIT(&queue->running);
	queue->pump = event_new(base, -1, 0, pump, queue);
	if (queue->pump == NULL) {
		free(queue);
		return NULL;
	}
	return queue;
}

void
probe_queue_free(struct probe_queue *queue)
{
	struct probe_ticket *ticket;

	if (queue == NULL)
		return;
	while ((ticket = TAILQ_FIRST(&queue->waiting)) != NULL ||
	    (ticket = TAILQ_FIRST(&queue->running)) != NULL)
		probe_ticket_cancel(ticket);
	event_free(queue->pump);
	free(queue);
}

/* Takes a ticket out of its list. */
static void
unlink_ticket(struct probe_ticket *ticket)
{
	struct probe_queue *queue = ticket->queue;

	if (ticket->probe != NULL) {
		TAILQ_REMOVE(&queue->running, ticket, link);
		queue->n_running--;
	} else {
		TAILQ_REMOVE(&queue->waiting, ticket, link);
	}
}

static void
probe_done(struct evidence *evidence, void *arg)
{
	struct probe_ticket *ticket = arg;
	struct probe_queue *queue = ticket->queue;
	probe_done_fn *done = ticket->done;
	void *done_arg = ticket->arg;

	unlink_ticket(ticket);
	free(ticket);
	if (!TAILQ_EMPTY(&queue->waiting))
		event_active(queue->pump, 0, 0);
	done(evidence, done_arg);
}

static bool
is_busy(const struct probe_queue *queue, const struct probe_target *target)
{
	const struct probe_ticket *ticket;

	TAILQ_FOREACH (ticket, &queue->running, link) {
		if (ticket->target.port == target->port &&
		    strcmp(ticket->target.ip, target->ip) == 0)
			return true;
	}
	return false;
}

static void
pump(evutil_socket_t fd, short what, void *arg)
{
	struct probe_queue *queue = arg;
	struct probe_ticket *ticket, *next;
	(void)fd;
	(void)what;

	for (ticket = TAILQ_FIRST(&queue->waiting);
	     ticket != NULL && queue->n_running < queue->window;
	     ticket = next) {
		next = TAILQ_NEXT(ticket, link);
		if (is_busy(queue, &ticket->target))
			continue;
		ticket->probe = probe_start(queue->base, queue->context,
		    &ticket->target, probe_done, ticket);
		if (ticket->probe == NULL) {
			probe_done_fn *done = ticket->done;
			void *done_arg = ticket->arg;

			unlink_ticket(ticket);
			free(ticket);
			/* done() may change the list: begin anew later. */
			event_active(queue->pump, 0, 0);
			done(NULL, done_arg);
			return;
		}
		TAILQ_REMOVE(&queue->waiting, ticket, link);
		TAILQ_INSERT_TAIL(&queue->running, ticket, link);
		queue->n_running++;
	}
}

struct probe_ticket *
probe_queue_add(struct probe_queue *queue, const struct probe_target *target,
    probe_done_fn *done, void *arg)
{
	struct probe_ticket *ticket = calloc(1, sizeof(*ticket));

	if (ticket == NULL)
		return NULL;
	ticket->queue = queue;
	ticket->target = *target;
	ticket->done = done;
	ticket->arg = arg;
	TAILQ_INSERT_TAIL(&queue->waiting, ticket, link);
	event_active(queue->pump, 0, 0);
	return ticket;
}

void
probe_ticket_cancel(struct probe_ticket *ticket)
{
	struct probe_queue *queue;

	if (ticket == NULL)
		return;
	queue = ticket->queue;
	unlink_ticket(ticket);
	probe_cancel(ticket->probe);
	free(ticket);
	if (!TAILQ_EMPTY(&queue->waiting))
		event_active(queue->pump, 0, 0);
}

const char *
probe_ticket_waiting(const struct probe_ticket *ticket)
{
	return ticket->probe == NULL ? "waiting for its turn"
				     : probe_waiting(ticket->probe);
}
