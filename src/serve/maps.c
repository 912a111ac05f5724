/* SPDX-License-Identifier: ISC */
/*
 * A line is one connection. Its requests are answered in their order, one
 * after the other: while one waits for its check, those behind it stay in
 * the input buffer, which takes no more than one frame and a bit.
 *
 *	reading: no whole request there. Idle for too long, or with a frame
 *		begun and not ended in time: closed
 *	waiting: for a check, until it has ended, or nothing that is still to
 *		come can change the answer, or patience ends; policy/postfix.c
 *		has the plan
 *	ended: the peer says no more; what it said is still answered
 *	closing: the last reply is on its way; closed once it is sent
 *
 * Where there are too many, a new one takes the place of the one that has not
 * had a reply for the longest, but of none that waits: Postfix comes again
 * where it finds its connection closed.
 *
 * While the peer does not take replies, no further request is looked at. A
 * line ends from its own callbacks only by closing = true, and is freed by
 * its step() event; so nothing is freed that is still being looked at.
 */
#include "serve/maps.h"

#include <arpa/inet.h>
#include <event2/buffer.h>
#include <event2/bufferevent.h>
#include <event2/event.h>
#include <event2/listener.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/queue.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/clock.h"
#include "serve/listen.h"
#include "serve/netstring.h"
#include "serve/socketmap.h"

#define INPUT_MAX (SOCKETMAP_REQUEST_MAX + NETSTRING_FRAME)
#define OUTPUT_MAX (16 * 1024)

struct line {
	struct server_ask ask; /* first, so that one gives the other */
	TAILQ_ENTRY(line) link;
	struct maps *maps;
	struct bufferevent *bev;
	struct event *timer; /* patience, or the end of a frame */
	struct event *step;
	bool waiting, in_frame, ended, closing, broken;
	char client[INET6_ADDRSTRLEN];
};

struct listener {
	SLIST_ENTRY(listener) link;
	struct evconnlistener *socket;
};

struct maps {
	struct maps_options options;
	SLIST_HEAD(, listener) listeners;
	TAILQ_HEAD(, line) lines; /* the last reply longest ago in front */
	struct maps_counts counts;
	enum postfix_level level;
	int64_t patience_ms;
	bool stopping;
};

static void
line_free(struct line *line)
{
	server_forget(&line->ask);
	TAILQ_REMOVE(&line->maps->lines, line, link);
	line->maps->counts.connections--;
	if (line->bev != NULL)
		bufferevent_free(line->bev);
	if (line->timer != NULL)
		event_free(line->timer);
	if (line->step != NULL)
		event_free(line->step);
	free(line);
}

static void
go_on(struct line *line)
{
	event_active(line->step, 0, 0);
}

static void
end(struct line *line)
{
	line->broken = true;
	go_on(line);
}

static void
set_timer(struct line *line, int64_t ms)
{
	const struct timeval limit = {
		.tv_sec = ms / 1000,
		.tv_usec = ms % 1000 * 1000,
	};

	if (evtimer_add(line->timer, &limit) != 0)
		end(line);
}

static void
reply(struct line *line, enum socketmap_status status, const char *text)
{
	struct maps_counts *counts = &line->maps->counts;
	struct buf out;

	switch (status) {
	case SOCKETMAP_OK:
		counts->ok++;
		break;
	case SOCKETMAP_NOTFOUND:
		counts->notfound++;
		break;
	case SOCKETMAP_TEMP:
	case SOCKETMAP_TIMEOUT:
		counts->temp++;
		break;
	case SOCKETMAP_PERM:
		counts->perm++;
		break;
	}
	buf_init(&out, 0);
	TAILQ_REMOVE(&line->maps->lines, line, link);
	TAILQ_INSERT_TAIL(&line->maps->lines, line, link);
	socketmap_reply(status, text, &out);
	if (buf_failed(&out) ||
	    bufferevent_write(line->bev, buf_text(&out), out.len) != 0)
		end(line);
	buf_finish(&out);
}

static void
reply_answer(struct line *line, struct postfix_answer answer)
{
	switch (answer.status) {
	case POSTFIX_OK:
		reply(line, SOCKETMAP_OK, answer.policy);
		return;
	case POSTFIX_NOTFOUND:
		reply(line, SOCKETMAP_NOTFOUND, NULL);
		return;
	case POSTFIX_TEMP:
		break;
	}
	reply(line, SOCKETMAP_TEMP, answer.why);
}

/* That we have too much to do is not the domain's fault, nor its mail's. */
static void
reply_unasked(struct line *line, const char *why)
{
	static const struct postfix_facts nothing;
	struct postfix_answer answer =
	    postfix_answer(&nothing, NULL, line->maps->level);

	answer.why = why;
	reply_answer(line, answer);
}

/*
 * A target that is refused has no policy here, so that main.cf's holds. While
 * nothing can be looked up mail waits.
 */
static void
reply_server(struct line *line, const struct server_reply *said)
{
	switch (said->status) {
	case SERVER_READY:
		reply_answer(line,
		    postfix_answer(
			&said->result->facts, NULL, line->maps->level));
		return;
	case SERVER_REFUSED:
		reply(line, SOCKETMAP_NOTFOUND, NULL);
		return;
	case SERVER_MANY:
	case SERVER_BUSY:
	case SERVER_FAILED:
		reply_unasked(line, said->why);
		return;
	case SERVER_UNABLE:
	case SERVER_WAITING:
		break;
	}
	reply(line, SOCKETMAP_TEMP, said->why);
}

static void
asked(struct server_ask *ask, const struct server_reply *said)
{
	struct line *line = (struct line *)ask;

	line->waiting = false;
	evtimer_del(line->timer);
	reply_server(line, said);
	go_on(line);
}

/* What an earlier check came to, if that is not too long ago. */
static const struct postfix_facts *
facts_before(const struct line *line, const struct server_known *known)
{
	int64_t oldest = clock_monotonic_ms() - line->maps->options.before_ms;

	return known->before != NULL && known->before->fetched_ms > oldest
	    ? &known->before->facts
	    : NULL;
}

/* From what is known by now; the check goes on without us. */
static void
answer_early(struct line *line)
{
	struct server_known known = server_known(&line->ask);
	struct postfix_answer answer = postfix_answer(
	    known.now, facts_before(line, &known), line->maps->level);

	evtimer_del(line->timer);
	server_forget(&line->ask);
	line->waiting = false;
	reply_answer(line, answer);
	go_on(line);
}

static void
looked_up(struct server_ask *ask)
{
	struct line *line = (struct line *)ask;
	struct server_known known = server_known(ask);

	if (!postfix_may_change(
		known.now, facts_before(line, &known), line->maps->level))
		answer_early(line);
}

static void
ask_server(struct line *line, const struct nexthop *hop)
{
	const struct maps *maps = line->maps;
	const struct server_target target = {
		.domain = hop->domain,
		.is_address = hop->is_address,
		.port = hop->port,
		/* RFC 8314 section 3.3; Postfix does it by its wrapper mode. */
		.has_tls = hop->port == 465,
		.implicit_tls = hop->port == 465,
	};
	struct server_reply said;

	if (postfix_is_settled(maps->level)) {
		reply(line, SOCKETMAP_NOTFOUND, NULL);
		return;
	}
	said = server_check(
	    maps->options.server, &target, line->client, &line->ask);
	line->waiting = said.status == SERVER_WAITING;
	if (!line->waiting) {
		reply_server(line, &said);
		return;
	}
	set_timer(line, maps->patience_ms);
	/* Others may have asked before. */
	looked_up(&line->ask);
}

static void
take_request(struct line *line, const struct netstring *text)
{
	struct arena *arena = arena_new();
	struct socketmap_request request;
	enum socketmap_status status = SOCKETMAP_TEMP;
	const char *why = "out of memory";

	if (arena != NULL)
		status = socketmap_parse(
		    arena, text->text, text->len, &request, &why);
	if (status == SOCKETMAP_OK)
		ask_server(line, &request.hop);
	else
		reply(line, status, why);
	arena_unref(arena);
}

/* False: there is no whole request yet, or there never will be. */
static bool
take_frame(struct line *line)
{
	struct evbuffer *input = bufferevent_get_input(line->bev);
	size_t len = evbuffer_get_length(input);
	const unsigned char *bytes;
	struct netstring text;

	if (len > INPUT_MAX)
		len = INPUT_MAX;
	bytes = evbuffer_pullup(input, (ev_ssize_t)len);
	if (len > 0 && bytes == NULL) {
		end(line);
		return false;
	}
	switch (netstring_decode(len == 0 ? "" : (const char *)bytes, len,
	    SOCKETMAP_REQUEST_MAX, &text)) {
	case NETSTRING_BAD:
		line->closing = true;
		return false;
	case NETSTRING_MORE:
		if (len > 0 && !line->in_frame)
			set_timer(line, line->maps->options.frame_ms);
		line->in_frame = len > 0;
		return false;
	case NETSTRING_READY:
		break;
	}
	evtimer_del(line->timer);
	line->in_frame = false;
	take_request(line, &text);
	evbuffer_drain(input, text.taken);
	return true;
}

static bool
is_clogged(const struct line *line)
{
	return evbuffer_get_length(bufferevent_get_output(line->bev)) >
	    OUTPUT_MAX;
}

/* All that can be done now. */
static void
step(evutil_socket_t fd, short what, void *arg)
{
	struct line *line = arg;

	while (!line->broken && !line->closing && !line->waiting &&
	    !is_clogged(line) && !line->maps->stopping && take_frame(line)) {
	}
	if ((line->maps->stopping || line->ended) && !line->waiting &&
	    !is_clogged(line))
		line->closing = true;
	if (line->broken ||
	    (line->closing &&
		evbuffer_get_length(bufferevent_get_output(line->bev)) == 0))
		line_free(line);
}

static void
progressed(struct bufferevent *bev, void *arg)
{
	go_on(arg);
}

static void
failed(struct bufferevent *bev, short what, void *arg)
{
	struct line *line = arg;

	if ((what & BEV_EVENT_EOF) != 0) {
		line->ended = true;
		go_on(line);
	} else if ((what & BEV_EVENT_TIMEOUT) != 0 &&
	    (what & BEV_EVENT_READING) != 0 && line->waiting) {
		bufferevent_enable(bev, EV_READ);
	} else {
		end(line);
	}
}

static void
timed_out(evutil_socket_t fd, short what, void *arg)
{
	struct line *line = arg;

	if (line->waiting)
		answer_early(line);
	else
		end(line);
}

static void
name_client(struct line *line, const struct sockaddr *address)
{
	const void *ip = NULL;

	if (address->sa_family == AF_INET)
		ip = &((const struct sockaddr_in *)address)->sin_addr;
	else if (address->sa_family == AF_INET6)
		ip = &((const struct sockaddr_in6 *)address)->sin6_addr;
	if (ip == NULL ||
	    inet_ntop(address->sa_family, ip, line->client,
		sizeof(line->client)) == NULL)
		snprintf(line->client, sizeof(line->client), "unix");
}

/* Never from a callback of a line. False: all of them wait. */
static bool
make_room(struct maps *maps)
{
	struct line *line;

	if (maps->counts.connections < maps->options.connections)
		return true;
	TAILQ_FOREACH (line, &maps->lines, link) {
		if (!line->waiting)
			break;
	}
	if (line != NULL)
		line_free(line);
	return line != NULL;
}

static void
accepted(struct evconnlistener *socket, evutil_socket_t fd,
    struct sockaddr *address, int len, void *arg)
{
	struct maps *maps = arg;
	const struct timeval idle = {
		.tv_sec = maps->options.idle_ms / 1000,
		.tv_usec = maps->options.idle_ms % 1000 * 1000,
	};
	struct line *line = NULL;

	if (!maps->stopping && make_room(maps))
		line = calloc(1, sizeof(*line));
	if (line == NULL) {
		close(fd);
		return;
	}
	line->maps = maps;
	line->ask.done = asked;
	line->ask.class = CLIENT_MAP;
	line->ask.looked_up = looked_up;
	name_client(line, address);
	TAILQ_INSERT_TAIL(&maps->lines, line, link);
	maps->counts.connections++;
	line->timer = evtimer_new(maps->options.base, timed_out, line);
	line->step = event_new(maps->options.base, -1, 0, step, line);
	if (line->timer != NULL && line->step != NULL)
		line->bev = bufferevent_socket_new(
		    maps->options.base, fd, BEV_OPT_CLOSE_ON_FREE);
	if (line->bev == NULL) {
		close(fd);
		line_free(line);
		return;
	}
	bufferevent_setcb(line->bev, progressed, progressed, failed, line);
	bufferevent_setwatermark(line->bev, EV_READ, 0, INPUT_MAX);
	bufferevent_set_timeouts(line->bev, &idle, &idle);
	bufferevent_enable(line->bev, EV_READ | EV_WRITE);
}

struct maps *
maps_new(const struct maps_options *options)
{
	struct maps *maps = calloc(1, sizeof(*maps));

	if (maps == NULL)
		return NULL;
	maps->options = *options;
	SLIST_INIT(&maps->listeners);
	TAILQ_INIT(&maps->lines);
	return maps;
}

void
maps_use(struct maps *maps, enum postfix_level level, int64_t patience_ms)
{
	maps->level = level;
	maps->patience_ms = patience_ms;
}

bool
maps_listen(struct maps *maps, int fd)
{
	struct listener *listener = calloc(1, sizeof(*listener));

	if (listener == NULL)
		return false;
	listener->socket = evconnlistener_new(maps->options.base, accepted,
	    maps, LEV_OPT_CLOSE_ON_FREE | LEV_OPT_CLOSE_ON_EXEC, 0, fd);
	if (listener->socket == NULL) {
		free(listener);
		return false;
	}
	listen_bear_shortage(listener->socket);
	SLIST_INSERT_HEAD(&maps->listeners, listener, link);
	return true;
}

static void
close_listeners(struct maps *maps)
{
	struct listener *listener;

	while ((listener = SLIST_FIRST(&maps->listeners)) != NULL) {
		SLIST_REMOVE_HEAD(&maps->listeners, link);
		evconnlistener_free(listener->socket);
		free(listener);
	}
}

void
maps_stop(struct maps *maps)
{
	struct listener *listener;
	struct line *line;

	maps->stopping = true;
	SLIST_FOREACH (listener, &maps->listeners, link)
		evconnlistener_disable(listener->socket);
	TAILQ_FOREACH (line, &maps->lines, link)
		go_on(line);
}

/* All that is left of a server that ends is there for a reason. */
bool
maps_busy(const struct maps *maps)
{
	return !TAILQ_EMPTY(&maps->lines);
}

struct maps_counts
maps_counts(const struct maps *maps)
{
	return maps->counts;
}

void
maps_free(struct maps *maps)
{
	struct line *line;

	if (maps == NULL)
		return;
	close_listeners(maps);
	while ((line = TAILQ_FIRST(&maps->lines)) != NULL)
		line_free(line);
	free(maps);
}
