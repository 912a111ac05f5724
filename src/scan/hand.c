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
#include "check/gate.h"
#include "scan/link.h"

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
};

struct job {
	LIST_ENTRY(job) link;
	struct hand *hand;
	uint64_t id;
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

static void
send_report(struct hand *hand, uint64_t id, const struct danelaw_report *report)
{
	struct frame frame = {
		.type = FRAME_RESULT,
		.id = id,
		.verdict = report->verdict,
		.state = report->state,
		.elsewhere = report->elsewhere,
		.text = "",
	};

	buf_clear(&hand->line);
	if (!report->elsewhere) {
		if (!hand->options->render(report, &hand->line) ||
		    buf_failed(&hand->line)) {
			send_bad(hand, id, true, "the report is too large");
			return;
		}
		frame.text = buf_text(&hand->line);
		frame.text_len = hand->line.len;
	}
	if (!link_send(hand->link, &frame))
		send_bad(hand, id, true, "the report is too large");
}

static void
on_done(struct danelaw_report *report, void *arg)
{
	struct job *job = arg;

	if (report == NULL)
		send_bad(job->hand, job->id, true, "out of memory");
	else
		send_report(job->hand, job->id, report);
	danelaw_report_free(report);
	job_free(job);
}

static void
begin(struct hand *hand, const struct frame *frame)
{
	struct danelaw_request request = *hand->options->request;
	struct job *job = malloc(sizeof(*job));
	enum danelaw_err err = DANELAW_ENOMEM;

	request.domain = frame->text;
	if (job != NULL) {
		*job = (struct job) { .hand = hand, .id = frame->id };
		LIST_INSERT_HEAD(&hand->jobs, job, link);
		err = danelaw_engine_add(hand->engine, &request, on_done, job);
	}
	if (err == DANELAW_OK)
		return;
	if (job != NULL)
		job_free(job);
	send_bad(hand, frame->id, err != DANELAW_EINVAL,
	    err == DANELAW_ENOMEM ? "out of memory"
				  : danelaw_engine_error(hand->engine));
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
		begin(hand, frame);
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
	(void)fd;
	(void)what;
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
	if (hand->link == NULL || hand->alive == NULL ||
	    event_add(hand->alive, &interval) != 0)
		return DANELAW_ENOMEM;
	config.base = hand->base;
	err = danelaw_engine_new(&config, &hand->engine);
	if (err == DANELAW_OK)
		engine_set_gate(hand->engine, &gate);
	return err;
}

enum danelaw_err
hand_run(const struct hand_options *options, char **why)
{
	struct hand hand = { .options = options };
	enum danelaw_err err;
	struct job *job;

	buf_init(&hand.line, FRAME_MAX);
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
	link_free(hand.link);
	if (hand.alive != NULL)
		event_free(hand.alive);
	/* See cli_base_free(); this process ends now. */
	if (hand.base != NULL && err != DANELAW_ENOMEM &&
	    err != DANELAW_EINTERNAL)
		event_base_free(hand.base);
	buf_finish(&hand.line);
	free(hand.bytes);
	return err;
}
