/* SPDX-License-Identifier: ISC */
/*
 * A domain waits in a queue, or is with a worker. A worker has its share of
 * the domains in flight and no more, so that one that comes late finds some
 * left. Where a worker dies all it had is suspected, and a worker has one
 * suspect at a time: if that one dies as well, the suspect is to blame, and
 * those beside it are not.
 */
#include "scan/head.h"

#include <event2/event.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "scan/asks.h"
#include "scan/link.h"

#define PATIENCE_MS 120000
#define TICKS 12 /* in that time */

struct domain {
	struct table_node node; /* comes first; the key is the serial number */
	TAILQ_ENTRY(domain) link;
	struct worker *worker; /* NULL: it waits */
	uint64_t id;
	bool suspect; /* a worker died while it had this */
	char text[];
};

TAILQ_HEAD(domain_queue, domain);

struct worker {
	struct head *head;
	struct link *link;
	struct domain_queue domains;
	size_t n_domains;
	const struct domain *suspect;
	unsigned silent; /* ticks since it last said something */
	bool ready, dead;
};

struct head {
	struct head_options options;
	struct asks *asks;
	struct event *pump, *tick;
	struct worker *workers;
	size_t n_workers, n_alive;
	struct table domains;
	struct domain_queue waiting, suspects;
	uint64_t last_serial;
	bool asked_for_more; /* hungry() is on the stack */
};

static void
report(struct head *head, struct domain *domain, struct head_result *result)
{
	result->id = domain->id;
	result->domain = domain->text;
	table_remove(&head->domains, &domain->node);
	head->options.report(result, head->options.arg);
	free(domain);
}

static void
report_lost(struct head *head, struct domain *domain, const char *why)
{
	struct head_result result = {
		.verdict = DANELAW_VERDICT_DEFER,
		.state = DANELAW_STATE_UNKNOWN,
		.error = why,
		.lost = true,
	};

	report(head, domain, &result);
}

static void
give(struct worker *worker, struct domain_queue *from, struct domain *domain)
{
	const struct frame frame = {
		.type = FRAME_DOMAIN,
		.id = domain->node.key.a,
		.text = domain->text,
		.text_len = strlen(domain->text),
	};

	TAILQ_REMOVE(from, domain, link);
	TAILQ_INSERT_TAIL(&worker->domains, domain, link);
	worker->n_domains++;
	domain->worker = worker;
	if (domain->suspect)
		worker->suspect = domain;
	link_send(worker->link, &frame);
}

/* The one with the least to do that is ready, or NULL. */
static struct worker *
least_busy(const struct head *head, bool for_suspect)
{
	struct worker *best = NULL;

	for (size_t i = 0; i < head->n_workers; i++) {
		struct worker *worker = &head->workers[i];

		if (!worker->ready || worker->dead ||
		    (for_suspect && worker->suspect != NULL))
			continue;
		if (best == NULL || worker->n_domains < best->n_domains)
			best = worker;
	}
	return best;
}

static void
distribute(struct head *head)
{
	size_t share = head->n_alive == 0
	    ? 0
	    : (head->options.concurrency + head->n_alive - 1) / head->n_alive;
	struct domain *domain;
	struct worker *worker;

	while ((domain = TAILQ_FIRST(&head->suspects)) != NULL &&
	    (worker = least_busy(head, true)) != NULL)
		give(worker, &head->suspects, domain);
	while ((domain = TAILQ_FIRST(&head->waiting)) != NULL &&
	    (worker = least_busy(head, false)) != NULL &&
	    worker->n_domains < share)
		give(worker, &head->waiting, domain);
}

static void
send_answer(struct head *head, const struct asks_answer *answer)
{
	struct link *link = head->workers[answer->hand].link;
	struct frame frame = { .type = FRAME_GO, .id = answer->id };

	switch (answer->type) {
	case ASKS_HAVE:
		frame.type = FRAME_HAVE;
		frame.store = answer->place.store;
		frame.offset = answer->place.offset;
		frame.len = answer->place.len;
		link_send(link, &frame);
		break;
	case ASKS_GO:
		link_send(link, &frame);
		break;
	case ASKS_FAIL:
		link_break(link);
		break;
	case ASKS_NONE:
		break;
	}
}

/* All that has become possible; then sleeps until more will be. */
static void
go_on(struct head *head)
{
	int64_t now = clock_monotonic_ms(), due;
	struct asks_answer answer;

	if (head->options.hungry != NULL && !head->asked_for_more &&
	    head_room(head) > 0) {
		head->asked_for_more = true;
		head->options.hungry(head->options.arg);
		head->asked_for_more = false;
	}
	distribute(head);
	while ((answer = asks_next(head->asks, now)).type != ASKS_NONE)
		send_answer(head, &answer);
	due = asks_due(head->asks, now);
	if (due >= 0) {
		const struct timeval wait = {
			.tv_sec = (due - now) / 1000,
			.tv_usec = (due - now) % 1000 * 1000,
		};

		event_add(head->pump, &wait);
	}
}

static void
on_pump(evutil_socket_t fd, short what, void *arg)
{
	go_on(arg);
}

static void
on_idle(void *arg)
{
	struct worker *worker = arg;

	go_on(worker->head);
}

/* A result of any kind. */
static bool
on_end(struct worker *worker, const struct frame *frame)
{
	struct head *head = worker->head;
	struct head_result result = {
		.verdict = frame->verdict,
		.state = frame->state,
		.lacking = frame->lacking,
	};
	struct domain *domain =
	    table_find(&head->domains, (struct fingerprint) { frame->id, 0 });

	if (domain == NULL || domain->worker != worker)
		return false;
	if (frame->type == FRAME_BAD) {
		result.verdict = DANELAW_VERDICT_DEFER;
		result.state = DANELAW_STATE_UNKNOWN;
		result.error = frame->text;
		result.lost = frame->lost;
	} else {
		result.line = frame->text;
		result.len = frame->text_len;
	}
	TAILQ_REMOVE(&worker->domains, domain, link);
	worker->n_domains--;
	if (worker->suspect == domain)
		worker->suspect = NULL;
	report(head, domain, &result);
	return true;
}

static bool
on_ask(struct worker *worker, const struct frame *frame)
{
	struct head *head = worker->head;
	size_t hand = (size_t)(worker - head->workers);
	const struct asks_question question = {
		.hand = hand,
		.id = frame->id,
		.key = frame->text,
		.endpoint = frame->endpoint,
		.ip = frame->ip,
		.host = frame->host,
	};
	const struct registry_place place = {
		.store = (uint32_t)hand,
		.offset = frame->offset,
		.len = frame->len,
	};

	switch (frame->type) {
	case FRAME_ASK:
		return asks_ask(head->asks, &question);
	case FRAME_TOOK:
	case FRAME_DROP:
		asks_drop(head->asks, hand, frame->id, clock_monotonic_ms());
		return true;
	case FRAME_REDO:
		return asks_redo(head->asks, hand, frame->id);
	case FRAME_DONE:
		return asks_done(head->asks, hand, frame->id, &place,
		    frame->unreached, clock_monotonic_ms());
	case FRAME_READY:
	case FRAME_DOMAIN:
	case FRAME_RESULT:
	case FRAME_BAD:
	case FRAME_GO:
	case FRAME_HAVE:
	case FRAME_ALIVE:
		break;
	}
	return false;
}

static bool
on_frame(const struct frame *frame, void *arg)
{
	struct worker *worker = arg;

	worker->silent = 0;
	if (frame->type == FRAME_ALIVE)
		return true;
	if (frame->type == FRAME_READY) {
		worker->ready = true;
		return true;
	}
	if (frame->type == FRAME_RESULT || frame->type == FRAME_BAD)
		return on_end(worker, frame);
	return on_ask(worker, frame);
}

static void
lose_all(struct head *head, struct domain_queue *queue)
{
	struct domain *domain;

	while ((domain = TAILQ_FIRST(queue)) != NULL) {
		TAILQ_REMOVE(queue, domain, link);
		report_lost(head, domain, "no worker is left");
	}
}

static void
on_closed(void *arg)
{
	struct worker *worker = arg;
	struct head *head = worker->head;
	struct domain *domain;

	worker->dead = true;
	head->n_alive--;
	asks_leave(
	    head->asks, (size_t)(worker - head->workers), clock_monotonic_ms());
	while ((domain = TAILQ_FIRST(&worker->domains)) != NULL) {
		TAILQ_REMOVE(&worker->domains, domain, link);
		if (domain->suspect) {
			report_lost(head, domain, "two workers died over it");
			continue;
		}
		domain->suspect = true;
		domain->worker = NULL;
		TAILQ_INSERT_TAIL(&head->suspects, domain, link);
	}
	worker->n_domains = 0;
	worker->suspect = NULL;
	if (head->n_alive == 0) {
		lose_all(head, &head->suspects);
		lose_all(head, &head->waiting);
	}
	if (head->options.worker_lost != NULL)
		head->options.worker_lost(head->n_alive, head->options.arg);
	event_active(head->pump, 0, 0);
}

/*
 * Counts turns of our own loop, not time: where all of us were stopped, or the
 * output was not taken, the workers are heard before they are blamed.
 */
static void
on_tick(evutil_socket_t fd, short what, void *arg)
{
	struct head *head = arg;

	for (size_t i = 0; i < head->n_workers; i++) {
		struct worker *worker = &head->workers[i];

		if (worker->dead || ++worker->silent != TICKS)
			continue;
		if (head->options.worker_hung != NULL)
			head->options.worker_hung(i, head->options.arg);
		link_break(worker->link);
	}
}

static bool
start_ticking(struct head *head)
{
	unsigned ms = head->options.patience_ms == 0
	    ? PATIENCE_MS / TICKS
	    : head->options.patience_ms / TICKS;
	const struct timeval interval = { .tv_sec = (time_t)(ms / 1000),
		.tv_usec = (suseconds_t)(ms % 1000 * 1000) };

	head->tick =
	    event_new(head->options.base, -1, EV_PERSIST, on_tick, head);
	return head->tick != NULL && event_add(head->tick, &interval) == 0;
}

static bool
start_worker(struct head *head, struct worker *worker, int fd)
{
	const struct link_handler handler = {
		.frame = on_frame,
		.idle = on_idle,
		.closed = on_closed,
		.arg = worker,
	};

	worker->head = head;
	TAILQ_INIT(&worker->domains);
	worker->link = link_new(head->options.base, fd, &handler);
	return worker->link != NULL;
}

struct head *
head_new(const struct head_options *options)
{
	struct head *head = calloc(1, sizeof(*head));
	struct manners_options manners = options->manners;
	size_t n_taken = 0;
	bool good = head != NULL;

	if (good) {
		head->options = *options;
		TAILQ_INIT(&head->waiting);
		TAILQ_INIT(&head->suspects);
		head->workers = calloc(options->n_fds, sizeof(struct worker));
		head->pump = event_new(options->base, -1, 0, on_pump, head);
		good = head->workers != NULL && head->pump != NULL &&
		    fingerprint_secret_make(&manners.secret) &&
		    start_ticking(head);
	}
	if (good) {
		head->asks = asks_new(&manners, options->n_fds);
		good = head->asks != NULL;
	}
	while (good && n_taken < options->n_fds) {
		good = start_worker(
		    head, &head->workers[n_taken], options->fds[n_taken]);
		n_taken++;
		head->n_workers = n_taken;
	}
	if (good) {
		head->n_alive = head->n_workers;
		event_active(head->pump, 0, 0);
		return head;
	}
	for (; n_taken < options->n_fds; n_taken++)
		close(options->fds[n_taken]);
	head_free(head);
	return NULL;
}

size_t
head_room(const struct head *head)
{
	return head->n_alive == 0 ||
		head->domains.n >= head->options.concurrency
	    ? 0
	    : head->options.concurrency - head->domains.n;
}

bool
head_add(struct head *head, uint64_t id, const char *text)
{
	size_t len = strlen(text);
	struct domain *domain;

	if (head->n_alive == 0 || len > HEAD_DOMAIN_MAX)
		return false;
	domain = malloc(sizeof(*domain) + len + 1);
	if (domain == NULL)
		return false;
	*domain = (struct domain) { .id = id };
	memcpy(domain->text, text, len + 1);
	domain->node.key = (struct fingerprint) { ++head->last_serial, 0 };
	if (!table_add(&head->domains, &domain->node)) {
		free(domain);
		return false;
	}
	TAILQ_INSERT_TAIL(&head->waiting, domain, link);
	if (!head->asked_for_more)
		event_active(head->pump, 0, 0);
	return true;
}

struct head_counts
head_counts(const struct head *head)
{
	const struct asks_counts asks = asks_counts(head->asks);

	return (struct head_counts) {
		.in_flight = head->domains.n,
		.probes = asks.probes,
		.probes_reused = asks.reused,
	};
}

void
head_free(struct head *head)
{
	struct domain *domain;

	if (head == NULL)
		return;
	for (size_t i = 0; i < head->n_workers; i++)
		link_free(head->workers[i].link);
	while ((domain = table_any(&head->domains)) != NULL) {
		table_remove(&head->domains, &domain->node);
		free(domain);
	}
	table_finish(&head->domains);
	asks_free(head->asks);
	if (head->pump != NULL)
		event_free(head->pump);
	if (head->tick != NULL)
		event_free(head->tick);
	free(head->workers);
	free(head);
}
