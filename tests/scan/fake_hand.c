/* SPDX-License-Identifier: ISC */
#include "fake_hand.h"

#include <event2/event.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "scan/link.h"

#define LARGE (1U << 20)

struct open_question {
	struct open_question *next;
	uint64_t id, domain;
	char text[256];
};

struct fake {
	const struct worker_seat *seat;
	struct event_base *base;
	struct link *link;
	struct open_question *questions;
	uint64_t last_question, stored;
};

static bool
begins(const char *text, const char *word)
{
	return strncmp(text, word, strlen(word)) == 0;
}

static void
say(struct fake *fake, enum frame_type type, uint64_t id, const char *text)
{
	const struct frame frame = {
		.type = type,
		.id = id,
		.verdict = DANELAW_VERDICT_OK,
		.state = DANELAW_STATE_OK,
		.lacking = begins(text, "lack"),
		.lost = begins(text, "lost"),
		.text = text,
		.text_len = strlen(text),
	};

	link_send(fake->link, &frame);
}

static void
say_large(struct fake *fake, uint64_t id)
{
	char *text = malloc(LARGE + 1);

	if (text == NULL)
		abort();
	memset(text, 'x', LARGE);
	text[LARGE] = '\0';
	say(fake, FRAME_RESULT, id, text);
	free(text);
}

static void
ask(struct fake *fake, uint64_t domain, const char *text)
{
	struct open_question *question = calloc(1, sizeof(*question));
	char key[2] = { text[4], '\0' };
	char ip[2] = { text[5] == '\0' || text[5] == ' ' ? text[4] : text[5],
		'\0' };
	struct frame frame = { .type = FRAME_ASK,
		.text = key,
		.text_len = 1,
		.endpoint = ip,
		.ip = ip,
		.host = "mx" };

	if (question == NULL)
		abort();
	question->id = frame.id = ++fake->last_question;
	question->domain = domain;
	snprintf(question->text, sizeof(question->text), "%s", text);
	question->next = fake->questions;
	fake->questions = question;
	link_send(fake->link, &frame);
}

/* Ends the question; how it came is the result. */
static void
answer(struct fake *fake, const struct frame *frame)
{
	struct open_question **at = &fake->questions, *question;
	struct frame reply = { .type = FRAME_TOOK, .id = frame->id };
	const char *how = frame->type == FRAME_GO ? "probed" : "had";

	while (*at != NULL && (*at)->id != frame->id)
		at = &(*at)->next;
	question = *at;
	if (question == NULL)
		abort();
	*at = question->next;
	if (strstr(question->text, "die") != NULL)
		_exit(3);
	if (frame->type == FRAME_GO) {
		reply.type = FRAME_DONE;
		reply.offset = fake->stored;
		reply.len = 1;
		if (pwrite(fake->seat->stores[fake->seat->index],
			question->text + 4, 1, (off_t)fake->stored) == 1)
			fake->stored++;
	} else {
		char read = '\0';

		if (pread(fake->seat->stores[frame->store], &read, 1,
			(off_t)frame->offset) != 1 ||
		    read != question->text[4])
			how = "had something else";
	}
	link_send(fake->link, &reply);
	say(fake, FRAME_RESULT, question->domain, how);
	free(question);
}

static bool
on_frame(const struct frame *frame, void *arg)
{
	struct fake *fake = arg;
	const char *text = frame->text;

	if (frame->type != FRAME_DOMAIN)
		answer(fake, frame);
	else if (begins(text, "die"))
		_exit(3);
	else if (begins(text, "abort"))
		raise(SIGKILL);
	else if (begins(text, "stop"))
		raise(SIGSTOP);
	else if (begins(text, "bad") || begins(text, "lost"))
		say(fake, FRAME_BAD, frame->id, text);
	else if (begins(text, "large"))
		say_large(fake, frame->id);
	else if (begins(text, "forge"))
		say(fake, FRAME_RESULT, frame->id + 1000000, text);
	else if (begins(text, "garble"))
		return write(fake->seat->fd, "\1\0\0\0garble", 10) == 10;
	else if (begins(text, "ask "))
		ask(fake, frame->id, text);
	else if (!begins(text, "mute"))
		say(fake, FRAME_RESULT, frame->id, text);
	return true;
}

static void
say_alive(evutil_socket_t fd, short what, void *arg)
{
	(void)fd;
	(void)what;
	say(arg, FRAME_ALIVE, 0, "");
}

static void
on_closed(void *arg)
{
	struct fake *fake = arg;

	event_base_loopbreak(fake->base);
}

int
fake_hand_run(const struct worker_seat *seat, void *arg)
{
	struct fake fake = { .seat = seat, .base = event_base_new() };
	const struct link_handler handler = {
		.frame = on_frame, .closed = on_closed, .arg = &fake
	};
	const struct timeval interval = { .tv_usec = 20000 };
	struct event *alive =
	    event_new(fake.base, -1, EV_PERSIST, say_alive, &fake);
	(void)arg;

	fake.link = link_new(fake.base, seat->fd, &handler);
	if (fake.base == NULL || fake.link == NULL)
		return 1;
	if (alive == NULL || event_add(alive, &interval) != 0)
		return 1;
	say(&fake, FRAME_READY, 0, "");
	event_base_dispatch(fake.base);
	event_free(alive);
	link_free(fake.link);
	event_base_free(fake.base);
	return 0;
}

int
fake_hand_refuse(const struct worker_seat *seat, void *arg)
{
	(void)arg;

	return seat->index == 0 ? 64 : fake_hand_run(seat, arg);
}
