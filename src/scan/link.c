/* SPDX-License-Identifier: ISC */
/*
 * Bytes are read in large portions and frames are handed out where they lie;
 * what is left of the last one moves to the front. Room for a large frame is
 * made when its length is known, and given back when it is through. When the
 * other side has died what it said before is still read.
 */
#include "scan/link.h"

#include <errno.h>
#include <event2/event.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define PORTION (128U << 10)
#define OUT_KEPT (1U << 20) /* a buffer larger than this is not kept */
#define OUT_MOVED (256U << 10)

struct link {
	int fd;
	struct link_handler handler;
	struct event *readable, *writable;
	char *in;
	size_t in_room, in_len;
	struct buf out;
	size_t out_sent; /* bytes at the front of it */
	bool closed, broken;
	bool deaf; /* the other side takes no more, but may have said some */
};

static void
end(struct link *link)
{
	if (link->closed)
		return;
	link->closed = true;
	event_del(link->readable);
	event_del(link->writable);
	close(link->fd);
	link->fd = -1;
	buf_finish(&link->out);
	link->handler.closed(link->handler.arg);
}

/* Makes room for a frame of so many bytes, or gives it back. */
static bool
resize(struct link *link, size_t wanted)
{
	size_t room = wanted > PORTION ? wanted : PORTION;
	char *in;

	if (room == link->in_room)
		return true;
	in = realloc(link->in, room);
	if (in == NULL)
		return room < link->in_room;
	link->in = in;
	link->in_room = room;
	return true;
}

/* Hands out whole frames. False: the link is of no use any more. */
static bool
hand_out(struct link *link)
{
	enum frame_status status;
	struct frame frame;
	size_t at = 0, used;

	while ((status = frame_read(link->in + at, link->in_len - at, &frame,
		    &used)) == FRAME_OK) {
		if (!link->handler.frame(&frame, link->handler.arg))
			return false;
		at += used;
	}
	if (status == FRAME_WRONG)
		return false;
	link->in_len -= at;
	memmove(link->in, link->in + at, link->in_len);
	return resize(link, used);
}

static void
on_readable(evutil_socket_t fd, short what, void *arg)
{
	struct link *link = arg;
	ssize_t n = link->broken
	    ? 0
	    : recv(fd, link->in + link->in_len, link->in_room - link->in_len,
		  MSG_DONTWAIT);

	if (n < 0 &&
	    (errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR))
		return;
	if (n <= 0) {
		end(link);
		return;
	}
	link->in_len += (size_t)n;
	if (!hand_out(link))
		end(link);
	else if (link->handler.idle != NULL)
		link->handler.idle(link->handler.arg);
}

static void
on_writable(evutil_socket_t fd, short what, void *arg)
{
	struct link *link = arg;
	size_t left = link->out.len - link->out_sent;
	ssize_t n = send(fd, buf_text(&link->out) + link->out_sent, left,
	    MSG_DONTWAIT | MSG_NOSIGNAL);

	if (n < 0 && errno != EAGAIN && errno != EWOULDBLOCK &&
	    errno != EINTR) {
		/* Who closes its end may still have said something; a lack of
		   ours must not leave the other end waiting. */
		if (errno != EPIPE && errno != ECONNRESET)
			link_break(link);
		link->deaf = true;
		buf_finish(&link->out);
		return;
	}
	if (n > 0)
		link->out_sent += (size_t)n;
	if (link->out_sent == link->out.len) {
		link->out_sent = 0;
		link->out.len = 0;
		if (link->out.room > OUT_KEPT)
			buf_finish(&link->out);
	} else if (event_add(link->writable, NULL) != 0) {
		end(link);
	}
}

struct link *
link_new(struct event_base *base, int fd, const struct link_handler *handler)
{
	struct link *link = calloc(1, sizeof(*link));

	if (link == NULL) {
		close(fd);
		return NULL;
	}
	link->fd = fd;
	link->handler = *handler;
	link->readable =
	    event_new(base, fd, EV_READ | EV_PERSIST, on_readable, link);
	link->writable = event_new(base, fd, EV_WRITE, on_writable, link);
	if (!resize(link, 0) || link->readable == NULL ||
	    link->writable == NULL || event_add(link->readable, NULL) != 0) {
		link_free(link);
		return NULL;
	}
	return link;
}

bool
link_send(struct link *link, const struct frame *frame)
{
	bool first = link->out.len == 0;

	if (link->closed || link->broken || link->deaf)
		return true;
	if (link->out_sent > OUT_MOVED && link->out_sent > link->out.len / 2) {
		buf_drop(&link->out, link->out_sent);
		link->out_sent = 0;
	}
	if (!frame_write(&link->out, frame)) {
		if (!buf_failed(&link->out))
			return false;
		link_break(link);
		return true;
	}
	if (first)
		event_active(link->writable, EV_WRITE, 0);
	return true;
}

void
link_break(struct link *link)
{
	if (link->closed)
		return;
	link->broken = true;
	event_active(link->readable, EV_READ, 0);
}

void
link_free(struct link *link)
{
	if (link == NULL)
		return;
	if (link->readable != NULL)
		event_free(link->readable);
	if (link->writable != NULL)
		event_free(link->writable);
	if (link->fd >= 0)
		close(link->fd);
	buf_finish(&link->out);
	free(link->in);
	free(link);
}
