/* SPDX-License-Identifier: ISC */
/*
 * The engine's gate is the head: questions go there as frames. What a probe
 * of ours brought to light is appended to our own store before the head is
 * told, so that whoever is sent there finds it whole.
 */
#include "scan/hand.h"

#include <errno.h>
#include <event2/event.h>
#include <stdlib.h>
#include <string.h>
#include <sys/queue.h>
#include <unistd.h>

#include "base/buf.h"
#include "check/cut.h"
#include "check/gate.h"
#include "scan/link.h"

/* What a frame has around a line is much less than this. */
#define LINE_ROOM (FRAME_MAX - 256)
/* While we are not well; so often at most, and a domain so many times. */
#define LOOK_SECONDS 1
#define LOOKS_MAX 600
#define LOOKS_NEVER 30 /* where it never worked: the options may be wrong */
/* Each rests longer than the one before: more than HEALTH_MEMORY_MS in all. */
#define TRIES_MAX 7
#define REST_LOOKS 5
#define ALIVE_SECONDS 10 /* head.h waits for many of these */

struct hand {
	const struct hand_options *options;
	struct event_base *base;
	struct event *alive;
	struct danelaw_engine *engine;
	struct link *link;
	uint64_t stored; /* bytes in our store */
	struct buf line; /* of one report */
	char *bytes;     /* from a store */
	size_t bytes_room;
	LIST_HEAD(, job) jobs; /* whose done() is to come */
	LIST_HEAD(, job) held; /* until we are well again */
	struct event *look;    /* whether we are, while some are held */
	bool was_well;
};

struct job {
	LIST_ENTRY(job) link;
	struct hand *hand;
	uint64_t id;
	unsigned looks; /* while it was held */
	unsigned tries; /* that said nothing of the domain */
	unsigned rest;  /* looks to wait before the next one */
	char text[];
};

static void
job_free(struct job *job)
{
	LIST_REMOVE(job, link);
	free(job);
}

static void
send_simple(struct hand *hand, enum frame_type type, uint64_t id)
{
	const struct frame frame = { .type = type, .id = id };

	link_send(hand->link, &frame);
}

static void
send_bad(struct hand *hand, uint64_t id, bool lost, const char *why)
{
	const struct frame frame = {
		.type = FRAME_BAD,
		.id = id,
		.lost = lost,
		.text = why,
		.text_len = strnlen(why, FRAME_TEXT_MAX),
	};

	link_send(hand->link, &frame);
}

static bool
render(struct hand *hand, const struct danelaw_report *report)
{
	buf_clear(&hand->line);
	return hand->options->render(report, &hand->line) &&
	    !buf_failed(&hand->line);
}

/* In brief, or still shorter; verdict and state stay. */
static bool
render_cut(struct hand *hand, const struct danelaw_report *report)
{
	struct cut cut;
	bool done;

	if (hand->options->stage != STAGE_WHOLE ||
	    !cut_make(&cut, report, report->n_findings))
		return false;
	done = render(hand, &cut.report);
	cut_finish(&cut);
	if (done || !cut_make(&cut, report, 0))
		return done;
	done = render(hand, &cut.report);
	cut_finish(&cut);
	return done;
}

static void
send_report(struct hand *hand, uint64_t id, const struct danelaw_report *report)
{
	struct frame frame = {
		.type = FRAME_RESULT,
		.id = id,
		.verdict = report->verdict,
		.state = report->state,
		.lacking = report->own_lack != NULL,
		.text = "",
	};

	if (!render(hand, report) && !render_cut(hand, report)) {
		send_bad(hand, id, true, "out of memory");
		return;
	}
	frame.text = buf_text(&hand->line);
	frame.text_len = hand->line.len;
	if (!link_send(hand->link, &frame))
		send_bad(hand, id, true, "the report is too large");
}

static bool
is_well(struct hand *hand)
{
	const char *why;

	if (danelaw_engine_health(hand->engine, &why) != DANELAW_HEALTH_WELL)
		return false;
	hand->was_well = true;
	return true;
}

static unsigned
looks_max(struct hand *hand)
{
	return is_well(hand) || hand->was_well ? LOOKS_MAX : LOOKS_NEVER;
}

static bool
may_be_held(struct hand *hand, const struct job *job)
{
	return job->tries < TRIES_MAX && job->looks < looks_max(hand);
}

static void
hold(struct hand *hand, struct job *job)
{
	const struct timeval interval = { .tv_sec = LOOK_SECONDS };

	job->rest = job->tries > 1 ? (job->tries - 1) * REST_LOOKS : 0;
	LIST_REMOVE(job, link);
	LIST_INSERT_HEAD(&hand->held, job, link);
	if (!event_pending(hand->look, EV_TIMEOUT, NULL))
		event_add(hand->look, &interval);
}

/* Without a report, too: memory or files were lacking while it was made. */
static void
on_done(struct danelaw_report *report, void *arg)
{
	struct job *job = arg;

	job->tries++;
	if ((report == NULL || report->own_lack != NULL) &&
	    may_be_held(job->hand, job)) {
		danelaw_report_free(report);
		hold(job->hand, job);
		return;
	}
	if (report == NULL)
		send_bad(job->hand, job->id, true, "out of memory or files");
	else
		send_report(job->hand, job->id, report);
	danelaw_report_free(report);
	job_free(job);
}

static void
begin(struct hand *hand, struct job *job)
{
	struct danelaw_request request = *hand->options->request;
	enum danelaw_err err;

	request.domain = job->text;
	err = danelaw_engine_add(hand->engine, &request, on_done, job);
	if (err == DANELAW_OK)
		return;
	send_bad(hand, job->id, err != DANELAW_EINVAL,
	    err == DANELAW_ENOMEM ? "out of memory"
				  : danelaw_engine_error(hand->engine));
	job_free(job);
}

/* What was asked for while we are not well would fail, too. */
static void
take_domain(struct hand *hand, const struct frame *frame)
{
	struct job *job = malloc(sizeof(*job) + frame->text_len + 1);

	if (job == NULL) {
		send_bad(hand, frame->id, true, "out of memory");
		return;
	}
	*job = (struct job) { .hand = hand, .id = frame->id };
	memcpy(job->text, frame->text, frame->text_len + 1);
	LIST_INSERT_HEAD(&hand->jobs, job, link);
	if (!is_well(hand) && hand->was_well)
		hold(hand, job);
	else
		begin(hand, job);
}

/* Those held too long are tried as it is, and their reports say why. */
static void
on_look(evutil_socket_t fd, short what, void *arg)
{
	struct hand *hand = arg;
	bool well = is_well(hand);
	struct job *job, *next;

	for (job = LIST_FIRST(&hand->held); job != NULL; job = next) {
		next = LIST_NEXT(job, link);
		if (job->rest > 0) {
			job->rest--;
			continue;
		}
		if (!well && ++job->looks < looks_max(hand))
			continue;
		LIST_REMOVE(job, link);
		LIST_INSERT_HEAD(&hand->jobs, job, link);
		begin(hand, job);
	}
	if (LIST_EMPTY(&hand->held))
		event_del(hand->look);
}

static bool
make_room(struct hand *hand, size_t len)
{
	char *bytes;

	if (len <= hand->bytes_room)
		return true;
	bytes = realloc(hand->bytes, len);
	if (bytes == NULL)
		return false;
	hand->bytes = bytes;
	hand->bytes_room = len;
	return true;
}

static bool
read_store(struct hand *hand, const struct frame *frame)
{
	size_t got = 0;

	if (frame->store >= hand->options->n_stores ||
	    !make_room(hand, frame->len))
		return false;
	while (got < frame->len) {
		ssize_t n = pread(hand->options->stores[frame->store],
		    hand->bytes + got, frame->len - got,
		    (off_t)(frame->offset + got));

		if (n > 0)
			got += (size_t)n;
		else if (n == 0 || errno != EINTR)
			return false;
	}
	return true;
}

static void
take(struct hand *hand, const struct frame *frame)
{
	bool good = read_store(hand, frame) &&
	    engine_gate_have(hand->engine, frame->id, hand->bytes, frame->len);

	send_simple(hand, good ? FRAME_TOOK : FRAME_REDO, frame->id);
}

static bool
on_frame(const struct frame *frame, void *arg)
{
	struct hand *hand = arg;

	switch (frame->type) {
	case FRAME_DOMAIN:
		take_domain(hand, frame);
		return true;
	case FRAME_GO:
		engine_gate_go(hand->engine, frame->id);
		return true;
	case FRAME_HAVE:
		take(hand, frame);
		return true;
	case FRAME_READY:
	case FRAME_RESULT:
	case FRAME_BAD:
	case FRAME_ASK:
	case FRAME_TOOK:
	case FRAME_REDO:
	case FRAME_DROP:
	case FRAME_DONE:
	case FRAME_ALIVE:
		break;
	}
	return false;
}

static void
on_closed(void *arg)
{
	struct hand *hand = arg;

	event_base_loopbreak(hand->base);
}

static void
gate_ask(void *arg, uint64_t id, const struct gate_wish *wish)
{
	struct hand *hand = arg;
	const struct frame frame = {
		.type = FRAME_ASK,
		.id = id,
		.text = wish->key,
		.text_len = strlen(wish->key),
		.endpoint = wish->endpoint,
		.ip = wish->ip,
		.host = wish->host,
	};

	if (!link_send(hand->link, &frame))
		link_break(hand->link);
}

static void
gate_drop(void *arg, uint64_t id)
{
	send_simple(arg, FRAME_DROP, id);
}

/* False: what may be half there is written over by the next. */
static bool
append(const struct hand *hand, const void *bytes, size_t len)
{
	int fd = hand->options->stores[hand->options->own_store];
	size_t done = 0;

	if (fd < 0 || len > FRAME_STORED_MAX)
		return false;
	while (done < len) {
		ssize_t n = pwrite(fd, (const char *)bytes + done, len - done,
		    (off_t)(hand->stored + done));

		if (n > 0)
			done += (size_t)n;
		else if (n == 0 || errno != EINTR)
			return false;
	}
	return true;
}

static void
gate_done(void *arg, uint64_t id, const void *bytes, size_t len, bool unreached)
{
	struct hand *hand = arg;
	struct frame frame = { .type = FRAME_DONE, .id = id };

	if (len > 0 && append(hand, bytes, len)) {
		frame.offset = hand->stored;
		frame.len = (uint32_t)len;
		frame.unreached = unreached;
		hand->stored += len;
	}
	link_send(hand->link, &frame);
}

static void
say_alive(evutil_socket_t fd, short what, void *arg)
{
	send_simple(arg, FRAME_ALIVE, 0);
}

static enum danelaw_err
begin_hand(struct hand *hand)
{
	struct danelaw_config config = *hand->options->config;
	const struct gate gate = {
		.arg = hand,
		.ask = gate_ask,
		.drop = gate_drop,
		.done = gate_done,
	};
	const struct link_handler handler = {
		.frame = on_frame,
		.closed = on_closed,
		.arg = hand,
	};
	const struct timeval interval = { .tv_sec = ALIVE_SECONDS };
	enum danelaw_err err;

	hand->base = event_base_new();
	if (hand->base == NULL) {
		close(hand->options->fd);
		return DANELAW_EINTERNAL;
	}
	hand->link = link_new(hand->base, hand->options->fd, &handler);
	hand->alive = event_new(hand->base, -1, EV_PERSIST, say_alive, hand);
	hand->look = event_new(hand->base, -1, EV_PERSIST, on_look, hand);
	if (hand->link == NULL || hand->alive == NULL || hand->look == NULL ||
	    event_add(hand->alive, &interval) != 0)
		return DANELAW_ENOMEM;
	config.base = hand->base;
	config.watch_health = true;
	err = danelaw_engine_new(&config, &hand->engine);
	if (err == DANELAW_OK) {
		engine_set_gate(hand->engine, &gate);
		engine_set_stage(hand->engine, hand->options->stage);
	}
	return err;
}

enum danelaw_err
hand_run(const struct hand_options *options, char **why)
{
	struct hand hand = { .options = options };
	enum danelaw_err err;
	struct job *job;

	buf_init(&hand.line, LINE_ROOM);
	err = begin_hand(&hand);
	if (err == DANELAW_OK) {
		send_simple(&hand, FRAME_READY, 0);
		event_base_dispatch(hand.base);
	} else {
		*why = hand.engine == NULL
		    ? NULL
		    : strdup(danelaw_engine_error(hand.engine));
	}
	danelaw_engine_free(hand.engine);
	while ((job = LIST_FIRST(&hand.jobs)) != NULL)
		job_free(job);
	while ((job = LIST_FIRST(&hand.held)) != NULL)
		job_free(job);
	link_free(hand.link);
	if (hand.alive != NULL)
		event_free(hand.alive);
	if (hand.look != NULL)
		event_free(hand.look);
	/* See cli_base_free(); this process ends now. */
	if (hand.base != NULL && err != DANELAW_ENOMEM &&
	    err != DANELAW_EINTERNAL)
		event_base_free(hand.base);
	buf_finish(&hand.line);
	free(hand.bytes);
	return err;
}
