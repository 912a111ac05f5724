/* SPDX-License-Identifier: ISC */
/*
 * A ticket's way, without a gate:
 *
 *	IN_LANE -> READY -> RUNNING
 *
 * Each address is a lane: one ticket at a time is let out of it, the others
 * wait behind, first come, first served; where no connection came about they
 * are told the same and become ANSWERED. With a gate:
 *
 *	AT_GATE -> READY -> RUNNING	after go; the gate is owed a done()
 *	AT_GATE -> ANSWERED		what another found out
 *
 * READY waits for room in the window. Owners take turns: each has a line of
 * those that are ready, and the last quarter of the window is for owners of
 * which nothing runs, so that few who ask for much leave room for many who ask
 * for little. A pump event starts what is ready and
 * hands out what is answered, so that nothing of this happens below a caller
 * who has yet to return. Cancelled tickets are freed at once.
 */
#include "check/queue.h"

#include <event2/event.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/queue.h>

#include "base/clock.h"
#include "base/fingerprint.h"
#include "check/pulse.h"
#include "probe/evidence_wire.h"

#define LANE_KEY_MAX 64

struct lane;

enum ticket_state { IN_LANE, AT_GATE, READY, ANSWERED, RUNNING };

struct probe_ticket {
	struct table_node node;         /* AT_GATE: by id; comes first */
	TAILQ_ENTRY(probe_ticket) link; /* in the list of its state */
	uint64_t id;
	enum ticket_state state;
	struct probe_queue *queue;
	struct lane *lane;   /* NULL with a gate */
	struct owner *owner; /* READY or RUNNING */
	struct probe_target target;
	struct probe *probe;       /* while RUNNING */
	int64_t begun;             /* RUNNING, by clock_boot_ms() */
	struct evidence *evidence; /* while ANSWERED */
	probe_done_fn *done;
	void *arg;
};

TAILQ_HEAD(ticket_list, probe_ticket);

/* An address with a ticket that is READY or RUNNING. */
struct lane {
	struct table_node node; /* comes first */
	struct ticket_list behind;
};

/* Whose probes are READY or RUNNING. */
struct owner {
	struct table_node node;  /* comes first */
	TAILQ_ENTRY(owner) link; /* in idle or busy, with some READY */
	struct ticket_list ready;
	size_t n_running;
};

TAILQ_HEAD(owner_list, owner);

struct probe_queue {
	struct event_base *base;
	struct tls_context *context;
	struct event *pump;
	struct ticket_list answered, running;
	struct table owners;          /* by their number */
	struct owner_list idle, busy; /* those with some READY, in turns */
	size_t window, n_running;
	struct table lanes;
	struct fingerprint_secret secret; /* strangers choose the addresses */
	struct pulse *pulse;              /* NULL: we are always well */
	bool gated;
	struct gate gate;
	struct table at_gate;
	uint64_t last_id;
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
	TAILQ_INIT(&queue->idle);
	TAILQ_INIT(&queue->busy);
	TAILQ_INIT(&queue->answered);
	TAILQ_INIT(&queue->running);
	queue->pump = event_new(base, -1, 0, pump, queue);
	if (queue->pump == NULL || !fingerprint_secret_make(&queue->secret)) {
		if (queue->pump != NULL)
			event_free(queue->pump);
		free(queue);
		return NULL;
	}
	return queue;
}

/* Those in lanes are behind one that is READY or RUNNING. */
void
probe_queue_free(struct probe_queue *queue)
{
	struct probe_ticket *ticket;
	struct owner *owner;

	if (queue == NULL)
		return;
	while ((ticket = table_any(&queue->at_gate)) != NULL ||
	    (ticket = TAILQ_FIRST(&queue->answered)) != NULL ||
	    (ticket = TAILQ_FIRST(&queue->running)) != NULL ||
	    ((owner = table_any(&queue->owners)) != NULL &&
		(ticket = TAILQ_FIRST(&owner->ready)) != NULL))
		probe_ticket_cancel(ticket);
	event_free(queue->pump);
	free(queue);
}

void
probe_queue_set_pulse(struct probe_queue *queue, struct pulse *pulse)
{
	queue->pulse = pulse;
}

void
probe_queue_set_gate(struct probe_queue *queue, const struct gate *gate)
{
	queue->gate = *gate;
	queue->gated = true;
}

static void
wake(struct probe_queue *queue)
{
	event_active(queue->pump, 0, 0);
}

static struct owner_list *
list_of(struct probe_queue *queue, const struct owner *owner)
{
	return owner->n_running == 0 ? &queue->idle : &queue->busy;
}

/* Before what it has READY or RUNNING changes, */
static void
take_out(struct probe_queue *queue, struct owner *owner)
{
	if (!TAILQ_EMPTY(&owner->ready))
		TAILQ_REMOVE(list_of(queue, owner), owner, link);
}

/* and behind it: last in the line of its like, or forgotten. */
static void
put_back(struct probe_queue *queue, struct owner *owner)
{
	if (!TAILQ_EMPTY(&owner->ready)) {
		TAILQ_INSERT_TAIL(list_of(queue, owner), owner, link);
	} else if (owner->n_running == 0) {
		table_remove(&queue->owners, &owner->node);
		free(owner);
	}
}

/* Numbers of our own need no secret. */
static struct fingerprint
number(uint64_t id)
{
	return (struct fingerprint) { .a = id };
}

/* NULL: no memory. */
static struct owner *
find_owner(struct probe_queue *queue, uint64_t id)
{
	struct owner *owner = table_find(&queue->owners, number(id));

	if (owner != NULL)
		return owner;
	owner = table_make(&queue->owners, number(id), sizeof(*owner));
	if (owner != NULL)
		TAILQ_INIT(&owner->ready);
	return owner;
}

static void make_failed(struct probe_ticket *ticket);

static void
make_ready(struct probe_ticket *ticket)
{
	struct probe_queue *queue = ticket->queue;
	struct owner *owner = find_owner(queue, ticket->target.owner);

	if (owner == NULL) {
		make_failed(ticket);
		return;
	}
	ticket->owner = owner;
	ticket->state = READY;
	if (TAILQ_EMPTY(&owner->ready))
		TAILQ_INSERT_TAIL(list_of(queue, owner), owner, link);
	TAILQ_INSERT_TAIL(&owner->ready, ticket, link);
	wake(queue);
}

/* The next one may go; a lane without any is forgotten. */
static void
leave_lane(struct probe_queue *queue, struct lane *lane)
{
	struct probe_ticket *next = TAILQ_FIRST(&lane->behind);

	if (next != NULL) {
		TAILQ_REMOVE(&lane->behind, next, link);
		make_ready(next);
	} else {
		table_remove(&queue->lanes, &lane->node);
		free(lane);
	}
}

static bool
enter_lane(struct probe_queue *queue, struct probe_ticket *ticket)
{
	char key[LANE_KEY_MAX];
	struct fingerprint print;
	struct lane *lane;

	snprintf(
	    key, sizeof(key), "%u %s", ticket->target.port, ticket->target.ip);
	print = fingerprint_of(&queue->secret, key, strlen(key));
	lane = table_find(&queue->lanes, print);
	if (lane != NULL) {
		ticket->lane = lane;
		ticket->state = IN_LANE;
		TAILQ_INSERT_TAIL(&lane->behind, ticket, link);
		return true;
	}
	lane = table_make(&queue->lanes, print, sizeof(*lane));
	if (lane == NULL)
		return false;
	TAILQ_INIT(&lane->behind);
	ticket->lane = lane;
	make_ready(ticket);
	return true;
}

static bool
enter_gate(
    struct probe_queue *queue, struct probe_ticket *ticket, const char *host)
{
	char key[GATE_KEY_MAX], endpoint[GATE_ENDPOINT_MAX];
	const struct gate_wish wish = { .key = key,
		.endpoint = endpoint,
		.ip = ticket->target.ip,
		.host = host };

	ticket->state = AT_GATE;
	ticket->id = ++queue->last_id;
	ticket->node.key = number(ticket->id);
	if (!table_add(&queue->at_gate, &ticket->node))
		return false;
	probe_key(&ticket->target, key);
	probe_endpoint(&ticket->target, endpoint);
	queue->gate.ask(queue->gate.arg, ticket->id, &wish);
	return true;
}

/* For all who would connect there; but a domain that is short of time did not
 * wait as long as others would. */
static bool
is_for_all(const struct probe_ticket *ticket, const struct evidence *evidence)
{
	return evidence_is_unreached(evidence) &&
	    (ticket->target.deadline == 0 ||
		evidence->shakes[0].reached == DANELAW_OUTCOME_CONNECT_REFUSED);
}

/* After go. */
static void
tell_gate(struct probe_queue *queue, const struct probe_ticket *ticket,
    struct evidence *evidence)
{
	struct buf bytes;

	if (!queue->gated)
		return;
	buf_init(&bytes, EVIDENCE_WIRE_MAX);
	if (evidence != NULL && evidence_write(evidence, &bytes))
		queue->gate.done(queue->gate.arg, ticket->id, bytes.bytes,
		    bytes.len, is_for_all(ticket, evidence));
	else
		queue->gate.done(queue->gate.arg, ticket->id, NULL, 0, false);
	buf_finish(&bytes);
}

/* Takes a ticket out of where it stands, and lets the next one go. */
static void
unlink_ticket(struct probe_ticket *ticket)
{
	struct probe_queue *queue = ticket->queue;

	switch (ticket->state) {
	case IN_LANE:
		TAILQ_REMOVE(&ticket->lane->behind, ticket, link);
		return;
	case AT_GATE:
		table_remove(&queue->at_gate, &ticket->node);
		return;
	case ANSWERED:
		TAILQ_REMOVE(&queue->answered, ticket, link);
		break;
	case READY:
		take_out(queue, ticket->owner);
		TAILQ_REMOVE(&ticket->owner->ready, ticket, link);
		put_back(queue, ticket->owner);
		break;
	case RUNNING:
		take_out(queue, ticket->owner);
		TAILQ_REMOVE(&queue->running, ticket, link);
		queue->n_running--;
		ticket->owner->n_running--;
		put_back(queue, ticket->owner);
		break;
	}
	if (ticket->lane != NULL)
		leave_lane(queue, ticket->lane);
	if (!TAILQ_EMPTY(&queue->idle) || !TAILQ_EMPTY(&queue->busy))
		wake(queue);
}

static void
end_ticket(struct probe_ticket *ticket, struct evidence *evidence)
{
	probe_done_fn *done = ticket->done;
	void *arg = ticket->arg;

	unlink_ticket(ticket);
	free(ticket);
	done(evidence, arg);
}

/* A reference is taken. It stands in no list. */
static void
make_answered(struct probe_ticket *ticket, struct evidence *evidence)
{
	ticket->evidence = evidence;
	ticket->state = ANSWERED;
	TAILQ_INSERT_TAIL(&ticket->queue->answered, ticket, link);
	wake(ticket->queue);
}

/* No memory: it is told as ANSWERED, without evidence. */
static void
make_failed(struct probe_ticket *ticket)
{
	if (ticket->queue->gated)
		tell_gate(ticket->queue, ticket, NULL);
	make_answered(ticket, NULL);
}

static bool
would_see_the_same(const struct probe_target *a, const struct probe_target *b)
{
	return a->attempt == b->attempt && a->budget_ms == b->budget_ms &&
	    a->connect_ms == b->connect_ms;
}

/* Thousands of names may stand for an address that nobody answers at. */
static void
tell_lane(struct probe_ticket *ticket, struct evidence *evidence)
{
	struct ticket_list *behind = &ticket->lane->behind;
	struct probe_ticket *other, *next;

	for (other = TAILQ_FIRST(behind); other != NULL; other = next) {
		next = TAILQ_NEXT(other, link);
		if (!would_see_the_same(&other->target, &ticket->target))
			continue;
		TAILQ_REMOVE(behind, other, link);
		other->lane = NULL;
		evidence_ref(evidence);
		make_answered(other, evidence);
	}
}

static bool
was_well(const struct probe_ticket *ticket)
{
	struct pulse *pulse = ticket->queue->pulse;

	return pulse == NULL ||
	    !health_was_bad_since(pulse_health(pulse), ticket->begun);
}

static void
probe_done(struct evidence *evidence, void *arg)
{
	struct probe_ticket *ticket = arg;
	bool good = evidence != NULL && was_well(ticket);

	tell_gate(ticket->queue, ticket, good ? evidence : NULL);
	if (ticket->lane != NULL && good && is_for_all(ticket, evidence))
		tell_lane(ticket, evidence);
	end_ticket(ticket, evidence);
}

static void
hand_out(struct probe_ticket *ticket)
{
	struct evidence *evidence = ticket->evidence;

	end_ticket(ticket, evidence);
	evidence_unref(evidence);
}

static void
start(struct probe_queue *queue, struct probe_ticket *ticket)
{
	ticket->probe = probe_start(
	    queue->base, queue->context, &ticket->target, probe_done, ticket);
	if (ticket->probe == NULL) {
		tell_gate(queue, ticket, NULL);
		end_ticket(ticket, NULL);
		return;
	}
	take_out(queue, ticket->owner);
	TAILQ_REMOVE(&ticket->owner->ready, ticket, link);
	TAILQ_INSERT_TAIL(&queue->running, ticket, link);
	ticket->state = RUNNING;
	ticket->begun = clock_boot_ms();
	queue->n_running++;
	ticket->owner->n_running++;
	put_back(queue, ticket->owner);
}

/* What is not begun in time has shown nothing. */
static void
give_up(struct probe_queue *queue, struct probe_ticket *ticket)
{
	struct evidence *evidence =
	    evidence_late(ticket->target.ip, ticket->target.port);

	tell_gate(queue, ticket, NULL);
	end_ticket(ticket, evidence);
	evidence_unref(evidence);
}

static bool
is_late(const struct probe_ticket *ticket)
{
	int64_t deadline = ticket->target.deadline;

	return deadline != 0 && clock_monotonic_ms() >= deadline;
}

/* Whose turn it is, if anybody's. */
static struct probe_ticket *
next_ready(const struct probe_queue *queue)
{
	const struct owner *owner = TAILQ_FIRST(&queue->idle);

	if (owner == NULL &&
	    queue->n_running < queue->window - queue->window / 4)
		owner = TAILQ_FIRST(&queue->busy);
	return owner == NULL || queue->n_running >= queue->window
	    ? NULL
	    : TAILQ_FIRST(&owner->ready);
}

/* Any of these may end other tickets, so the lists are looked at anew. */
static void
pump(evutil_socket_t fd, short what, void *arg)
{
	struct probe_queue *queue = arg;
	struct probe_ticket *ticket;

	while ((ticket = TAILQ_FIRST(&queue->answered)) != NULL)
		hand_out(ticket);
	while ((ticket = next_ready(queue)) != NULL)
		is_late(ticket) ? give_up(queue, ticket) : start(queue, ticket);
}

void
probe_queue_go(struct probe_queue *queue, uint64_t id)
{
	struct probe_ticket *ticket = table_find(&queue->at_gate, number(id));

	if (ticket == NULL) {
		if (queue->gated)
			queue->gate.done(queue->gate.arg, id, NULL, 0, false);
		return;
	}
	table_remove(&queue->at_gate, &ticket->node);
	make_ready(ticket);
}

bool
probe_queue_have(
    struct probe_queue *queue, uint64_t id, const void *bytes, size_t len)
{
	struct probe_ticket *ticket = table_find(&queue->at_gate, number(id));
	struct evidence *evidence;

	if (ticket == NULL)
		return true;
	evidence = evidence_read(queue->context, bytes, len);
	if (evidence == NULL)
		return false;
	if (strcmp(evidence->ip, ticket->target.ip) != 0 ||
	    evidence->port != ticket->target.port) {
		evidence_unref(evidence);
		return false;
	}
	table_remove(&queue->at_gate, &ticket->node);
	make_answered(ticket, evidence);
	return true;
}

struct probe_ticket *
probe_queue_add(struct probe_queue *queue, const struct probe_target *target,
    const char *host, probe_done_fn *done, void *arg)
{
	struct probe_ticket *ticket = calloc(1, sizeof(*ticket));

	if (ticket == NULL)
		return NULL;
	ticket->queue = queue;
	ticket->target = *target;
	ticket->done = done;
	ticket->arg = arg;
	if (!(queue->gated ? enter_gate(queue, ticket, host)
			   : enter_lane(queue, ticket))) {
		free(ticket);
		return NULL;
	}
	return ticket;
}

void
probe_ticket_cancel(struct probe_ticket *ticket)
{
	struct probe_queue *queue;

	if (ticket == NULL)
		return;
	queue = ticket->queue;
	if (ticket->state == AT_GATE)
		queue->gate.drop(queue->gate.arg, ticket->id);
	else if (ticket->state == READY || ticket->state == RUNNING)
		tell_gate(queue, ticket, NULL);
	unlink_ticket(ticket);
	probe_cancel(ticket->probe);
	evidence_unref(ticket->evidence);
	free(ticket);
}

bool
probe_ticket_is_running(const struct probe_ticket *ticket)
{
	return ticket->state == RUNNING;
}

const char *
probe_ticket_waiting(const struct probe_ticket *ticket)
{
	return ticket->probe == NULL ? "waiting for its turn"
				     : probe_waiting(ticket->probe);
}
