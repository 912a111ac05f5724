/* SPDX-License-Identifier: ISC */
/*
 * A question waits in the queue of its address until fewer than two are in
 * flight there. Over UDP it has a socket of its own, connected, so that the
 * kernel drops what comes from elsewhere; what is no answer to it is passed
 * over, up to a limit. All ends go through call_end(), which only notes the
 * result: the pump hands it out.
 */
#include "dns/asker.h"

#include <arpa/inet.h>
#include <errno.h>
#include <event2/buffer.h>
#include <event2/bufferevent.h>
#include <event2/event.h>
#include <event2/util.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/queue.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/address.h"
#include "base/clock.h"
#include "base/lack.h"
#include "dns/query.h"

#define PATIENCE_MS 4000
#define GIVEN_UP_AFTER 2
#define STRAY_MAX 64 /* packets to one question that answer another one */
#define UDP_ROOM 65535

struct call {
	TAILQ_ENTRY(call) link;
	struct asker *asker;
	struct target *target;
	enum trace_way way;
	asker_done_fn *done;
	void *arg;
	uint8_t *query;
	size_t query_len;
	struct asker_result result;
	uint8_t *answer;
	int64_t begun, until;
	unsigned tries, strays;
	evutil_socket_t fd;
	struct event *event, *timer;
	struct bufferevent *stream;
};

TAILQ_HEAD(calls, call);

struct target {
	char ip[INET6_ADDRSTRLEN];
	struct sockaddr_storage address;
	socklen_t len;
	bool usable, answered;
	unsigned packets, in_flight, mute;
	struct calls waiting, flying;
};

struct asker {
	struct event_base *base;
	struct asker_config config;
	struct event *pump;
	struct target *targets[ASKER_ADDRESSES];
	size_t n_targets;
	struct calls ended;
	bool limited;
};

/* Ending. */

static void
call_close(struct call *call)
{
	if (call->event != NULL)
		event_free(call->event);
	if (call->timer != NULL)
		event_free(call->timer);
	if (call->stream != NULL)
		bufferevent_free(call->stream);
	if (call->fd >= 0)
		close(call->fd);
	call->event = call->timer = NULL;
	call->stream = NULL;
	call->fd = -1;
}

static void
call_free(struct call *call)
{
	call_close(call);
	free(call->query);
	free(call->answer);
	free(call);
}

/* From flight, or from the queue. */
static void
call_end(struct call *call, enum trace_end end, bool flew)
{
	struct target *target = call->target;
	struct asker *asker = call->asker;

	call_close(call);
	call->result.end = end;
	if (call->result.cut)
		call->result.tcp_end = end;
	call->result.ms = (int)(clock_monotonic_ms() - call->begun);
	if (flew) {
		TAILQ_REMOVE(&target->flying, call, link);
		target->in_flight--;
		/* A TCP port that is shut says nothing of the server. */
		if (end == TRACE_ANSWERED)
			target->answered = true;
		else if (call->way != TRACE_TCP && !call->result.cut)
			target->mute++;
	}
	TAILQ_INSERT_TAIL(&asker->ended, call, link);
	event_active(asker->pump, EV_TIMEOUT, 0);
}

static bool
call_keep(struct call *call, const void *bytes, size_t len)
{
	uint8_t *copy = malloc(len == 0 ? 1 : len);

	if (copy == NULL) {
		lack_note();
		return false;
	}
	memcpy(copy, bytes, len);
	free(call->answer);
	call->answer = copy;
	call->result.bytes = copy;
	call->result.len = len;
	return true;
}

static enum trace_end
end_of_errno(int error)
{
	return error == ECONNREFUSED || error == ECONNRESET || error == EPIPE
	    ? TRACE_REFUSED
	    : TRACE_UNREACHABLE;
}

static void
call_arm(struct call *call, int64_t ms)
{
	const struct timeval wait = { .tv_sec = ms / 1000,
		.tv_usec = ms % 1000 * 1000 };

	event_add(call->timer, &wait);
}

/* TCP. */

static void
on_stream(struct bufferevent *stream, void *arg)
{
	struct evbuffer *in = bufferevent_get_input(stream);
	struct call *call = arg;
	uint8_t head[2], *bytes;
	size_t len;

	if (evbuffer_copyout(in, head, 2) < 2)
		return;
	len = (size_t)(head[0] << 8 | head[1]);
	if (evbuffer_get_length(in) < 2 + len)
		return;
	bytes = evbuffer_pullup(in, (ssize_t)(2 + len));
	if (bytes == NULL || !call_keep(call, bytes + 2, len))
		call_end(call, TRACE_NOT_ASKED, true);
	else if (query_fits(call->query, call->query_len, call->answer, len))
		call_end(call, TRACE_ANSWERED, true);
	else
		call_end(call, TRACE_GARBLED, true);
}

static void
on_stream_event(struct bufferevent *stream, short what, void *arg)
{
	struct call *call = arg;
	int error = EVUTIL_SOCKET_ERROR();

	(void)stream;
	if (what & BEV_EVENT_CONNECTED)
		return;
	/* Closed without a word: as good as shut. */
	call_end(call,
	    what & BEV_EVENT_EOF ? TRACE_REFUSED : end_of_errno(error), true);
}

static void
tcp_begin(struct call *call)
{
	const uint8_t head[2] = { (uint8_t)(call->query_len >> 8),
		(uint8_t)call->query_len };
	struct target *target = call->target;

	target->packets++;
	call->stream = bufferevent_socket_new(
	    call->asker->base, -1, BEV_OPT_CLOSE_ON_FREE);
	if (call->stream == NULL) {
		lack_note();
		call_end(call, TRACE_NOT_ASKED, true);
		return;
	}
	bufferevent_setcb(call->stream, on_stream, NULL, on_stream_event, call);
	bufferevent_write(call->stream, head, sizeof(head));
	bufferevent_write(call->stream, call->query, call->query_len);
	/* Two octets of length and the longest packet: no more is read. */
	bufferevent_setwatermark(call->stream, EV_READ, 0, 2 + 65535);
	bufferevent_enable(call->stream, EV_READ | EV_WRITE);
	call_arm(call, call->until - clock_monotonic_ms());
	if (bufferevent_socket_connect(call->stream,
		(struct sockaddr *)&target->address, (int)target->len) != 0 &&
	    call->stream != NULL)
		call_end(call, TRACE_UNREACHABLE, true);
}

/* UDP. */

static int64_t
least(int64_t a, int64_t b)
{
	return a < b ? a : b;
}

/* Once more, and twice as long to wait each time. */
static void
udp_send(struct call *call)
{
	int64_t now = clock_monotonic_ms();
	int64_t part = call->asker->config.patience_ms / 7;

	if (call->target->packets >= ASKER_PACKETS) {
		call->asker->limited = true;
		call_end(call, TRACE_NOT_ASKED, true);
		return;
	}
	call->target->packets++;
	if (send(call->fd, call->query, call->query_len, 0) < 0 &&
	    errno != EAGAIN) {
		call_end(call, end_of_errno(errno), true);
		return;
	}
	call_arm(call, least(part << call->tries, call->until - now));
	call->tries++;
}

/* The rest comes by TCP. */
static void
udp_cut(struct call *call)
{
	event_free(call->event);
	call->event = NULL;
	close(call->fd);
	call->fd = -1;
	call->result.cut = true;
	call->until =
	    least(clock_monotonic_ms() + call->asker->config.patience_ms,
		call->asker->config.deadline);
	if (call->target->packets >= ASKER_PACKETS) {
		call->asker->limited = true;
		call_end(call, TRACE_NOT_ASKED, true);
		return;
	}
	tcp_begin(call);
}

static void
on_udp(evutil_socket_t fd, short what, void *arg)
{
	static uint8_t room[UDP_ROOM];
	struct call *call = arg;
	ssize_t n = recv(fd, room, sizeof(room), 0);

	(void)what;
	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	if (n < 0) {
		call_end(call, end_of_errno(errno), true);
	} else if (!query_fits(call->query, call->query_len, room, (size_t)n)) {
		if (++call->strays == STRAY_MAX)
			call_end(call, TRACE_GARBLED, true);
	} else if (!call_keep(call, room, (size_t)n)) {
		call_end(call, TRACE_NOT_ASKED, true);
	} else if (query_is_cut(room, (size_t)n)) {
		udp_cut(call);
	} else {
		call_end(call, TRACE_ANSWERED, true);
	}
}

static void
on_timer(evutil_socket_t fd, short what, void *arg)
{
	struct call *call = arg;

	(void)fd;
	(void)what;
	if (call->stream != NULL || clock_monotonic_ms() >= call->until)
		call_end(call, call->strays > 0 ? TRACE_GARBLED : TRACE_TIMEOUT,
		    true);
	else
		udp_send(call);
}

static void
udp_begin(struct call *call)
{
	const struct sockaddr *to = (struct sockaddr *)&call->target->address;

	call->fd =
	    socket(to->sa_family, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (call->fd < 0) {
		/* A kernel without IPv6 is no lack that passes. */
		if (errno != EAFNOSUPPORT)
			lack_note();
		call_end(call,
		    errno == EAFNOSUPPORT ? TRACE_UNREACHABLE : TRACE_NOT_ASKED,
		    true);
		return;
	}
	if (connect(call->fd, to, call->target->len) != 0) {
		call_end(call, TRACE_UNREACHABLE, true);
		return;
	}
	call->event = event_new(
	    call->asker->base, call->fd, EV_READ | EV_PERSIST, on_udp, call);
	if (call->event == NULL || event_add(call->event, NULL) != 0) {
		lack_note();
		call_end(call, TRACE_NOT_ASKED, true);
		return;
	}
	udp_send(call);
}

/* Starting. */

static void
call_begin(struct call *call)
{
	struct target *target = call->target;
	struct asker *asker = call->asker;
	int64_t now = clock_monotonic_ms();

	TAILQ_REMOVE(&target->waiting, call, link);
	TAILQ_INSERT_TAIL(&target->flying, call, link);
	target->in_flight++;
	call->begun = now;
	call->until =
	    least(now + asker->config.patience_ms, asker->config.deadline);
	call->timer = evtimer_new(asker->base, on_timer, call);
	if (call->timer == NULL) {
		lack_note();
		call_end(call, TRACE_NOT_ASKED, true);
	} else if (call->way == TRACE_TCP) {
		tcp_begin(call);
	} else {
		udp_begin(call);
	}
}

/* Why it is not even asked; ANSWERED: it is. */
static enum trace_end
call_refusal(const struct call *call)
{
	const struct target *target = call->target;

	if (!target->usable)
		return TRACE_SPECIAL;
	if (clock_monotonic_ms() >= call->asker->config.deadline ||
	    target->packets >= ASKER_PACKETS) {
		call->asker->limited = true;
		return TRACE_NOT_ASKED;
	}
	/* What drops EDNS may answer without. */
	if (!target->answered && target->mute >= GIVEN_UP_AFTER &&
	    call->way != TRACE_PLAIN)
		return TRACE_TIMEOUT;
	return TRACE_ANSWERED;
}

static void
target_go(struct target *target)
{
	struct call *call;

	while (target->in_flight < ASKER_IN_FLIGHT &&
	    (call = TAILQ_FIRST(&target->waiting)) != NULL) {
		enum trace_end end = call_refusal(call);

		if (end == TRACE_ANSWERED) {
			call_begin(call);
			continue;
		}
		TAILQ_REMOVE(&target->waiting, call, link);
		call->begun = clock_monotonic_ms();
		call_end(call, end, false);
	}
}

static void
on_pump(evutil_socket_t fd, short what, void *arg)
{
	struct asker *asker = arg;
	struct call *call;

	(void)fd;
	(void)what;
	while ((call = TAILQ_FIRST(&asker->ended)) != NULL) {
		TAILQ_REMOVE(&asker->ended, call, link);
		target_go(call->target);
		call->done(&call->result, call->arg);
		call_free(call);
	}
}

/* Targets. */

static bool
read_address(struct target *target, uint16_t port)
{
	struct sockaddr_in *v4 = (struct sockaddr_in *)&target->address;
	struct sockaddr_in6 *v6 = (struct sockaddr_in6 *)&target->address;

	if (inet_pton(AF_INET, target->ip, &v4->sin_addr) == 1) {
		v4->sin_family = AF_INET;
		v4->sin_port = htons(port);
		target->len = sizeof(*v4);
		return true;
	}
	if (inet_pton(AF_INET6, target->ip, &v6->sin6_addr) != 1)
		return false;
	v6->sin6_family = AF_INET6;
	v6->sin6_port = htons(port);
	target->len = sizeof(*v6);
	return true;
}

static bool
is_spared(const struct asker *asker, const char *ip)
{
	for (size_t i = 0; i < asker->config.n_spared; i++) {
		if (strcasecmp(asker->config.spared[i], ip) == 0)
			return true;
	}
	return false;
}

static struct target *
find_target(struct asker *asker, const char *ip)
{
	struct target *target;

	for (size_t i = 0; i < asker->n_targets; i++) {
		if (strcmp(asker->targets[i]->ip, ip) == 0)
			return asker->targets[i];
	}
	if (asker->n_targets == ASKER_ADDRESSES ||
	    strlen(ip) >= sizeof(target->ip))
		return NULL;
	target = calloc(1, sizeof(*target));
	if (target == NULL) {
		lack_note();
		return NULL;
	}
	memcpy(target->ip, ip, strlen(ip) + 1);
	TAILQ_INIT(&target->waiting);
	TAILQ_INIT(&target->flying);
	target->usable = read_address(target, asker->config.port) &&
	    (asker->config.allow_special || address_special(ip) == NULL ||
		is_spared(asker, ip));
	asker->targets[asker->n_targets++] = target;
	return target;
}

bool
asker_ask(struct asker *asker, const char *ip, const char *name, uint16_t type,
    enum trace_way way, asker_done_fn *done, void *arg)
{
	struct target *target = find_target(asker, ip);
	struct call *call;

	if (target == NULL) {
		asker->limited = true;
		return false;
	}
	call = calloc(1, sizeof(*call));
	if (call == NULL) {
		lack_note();
		return false;
	}
	call->asker = asker;
	call->target = target;
	call->way = way;
	call->done = done;
	call->arg = arg;
	call->fd = -1;
	call->query =
	    query_make(name, type, way != TRACE_PLAIN, &call->query_len);
	if (call->query == NULL) {
		free(call);
		return false;
	}
	TAILQ_INSERT_TAIL(&target->waiting, call, link);
	target_go(target);
	return true;
}

struct asker *
asker_new(struct event_base *base, const struct asker_config *config)
{
	struct asker *asker = calloc(1, sizeof(*asker));

	if (asker != NULL)
		asker->pump = event_new(base, -1, 0, on_pump, asker);
	if (asker == NULL || asker->pump == NULL) {
		lack_note();
		free(asker);
		return NULL;
	}
	asker->base = base;
	asker->config = *config;
	if (asker->config.port == 0)
		asker->config.port = 53;
	if (asker->config.patience_ms == 0)
		asker->config.patience_ms = PATIENCE_MS;
	TAILQ_INIT(&asker->ended);
	return asker;
}

static void
drop_calls(struct calls *calls)
{
	struct call *call;

	while ((call = TAILQ_FIRST(calls)) != NULL) {
		TAILQ_REMOVE(calls, call, link);
		call_free(call);
	}
}

void
asker_free(struct asker *asker)
{
	if (asker == NULL)
		return;
	drop_calls(&asker->ended);
	for (size_t i = 0; i < asker->n_targets; i++) {
		drop_calls(&asker->targets[i]->waiting);
		drop_calls(&asker->targets[i]->flying);
		free(asker->targets[i]);
	}
	event_free(asker->pump);
	free(asker);
}

bool
asker_limited(const struct asker *asker)
{
	return asker->limited;
}
