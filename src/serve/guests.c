/* SPDX-License-Identifier: ISC */
/*
 * A guest is a connection from the moment evhttp asks for its bufferevent
 * until evhttp frees it. evhttp tells of the end only if it was asked to, for
 * which there is no occasion before the first request. So each guest holds a
 * reference to its bufferevent, and a sweep every second lets go of those
 * whose callbacks evhttp has taken away.
 *
 *	reading -> working -> writing -> reading
 *
 * reading and writing have their limits. A guest over its limit has its
 * socket shut down, upon which evhttp reads the end of the stream and cleans
 * up. So has, where one more comes than may, the one that has been reading for
 * the longest, else writing; where all are being worked on, the one that
 * comes.
 */
#include "serve/guests.h"

#include <event2/bufferevent.h>
#include <event2/event.h>
#include <event2/http.h>
#include <stdlib.h>
#include <sys/queue.h>
#include <sys/socket.h>

#include "base/clock.h"
#include "base/fingerprint.h"

#define SWEEP_SECONDS 1
/* Most reports in one turn of the loop; libevent's own limit is 16 KiB. */
#define WRITE_MAX (256 * 1024)

enum stage { READING = 0, WORKING, WRITING };

struct guest {
	struct table_node node; /* comes first */
	TAILQ_ENTRY(guest) link;
	struct guests *guests;
	struct bufferevent *bev;
	int64_t since; /* when the stage began */
	enum stage stage;
	bool unwanted; /* and no longer counted */
};

struct guests {
	struct event_base *base;
	struct guests_limits limits;
	struct table table; /* by bev */
	TAILQ_HEAD(, guest) all;
	struct event *sweep, *doorman;
	size_t n_writing, n_unwanted;
};

static void
set_stage(struct guest *guest, enum stage stage)
{
	if (guest->stage == WRITING)
		guest->guests->n_writing--;
	if (stage == WRITING)
		guest->guests->n_writing++;
	guest->stage = stage;
	guest->since = clock_monotonic_ms();
}

static void
forget(struct guest *guest)
{
	set_stage(guest, READING);
	guest->guests->n_unwanted -= guest->unwanted;
	table_remove(&guest->guests->table, &guest->node);
	TAILQ_REMOVE(&guest->guests->all, guest, link);
	bufferevent_decref(guest->bev);
	free(guest);
}

/* Neighbours in memory are to come into chains of their own. */
static struct fingerprint
print_of(const struct bufferevent *bev)
{
	return (struct fingerprint) { .a = (uintptr_t)bev >> 4 };
}

static bool
is_gone(const struct guest *guest)
{
	bufferevent_event_cb failed;
	void *arg;

	bufferevent_getcb(guest->bev, NULL, NULL, &failed, &arg);
	return failed == NULL && arg == NULL;
}

static void
show_out(struct guest *guest)
{
	int fd = bufferevent_getfd(guest->bev);

	if (fd >= 0)
		shutdown(fd, SHUT_RDWR);
}

static bool
is_late(const struct guest *guest, int64_t now)
{
	const struct guests_limits *limits = &guest->guests->limits;

	switch (guest->stage) {
	case READING:
		return now - guest->since > limits->read_ms;
	case WORKING:
		return false;
	case WRITING:
		return now - guest->since > limits->write_ms;
	}
	return false;
}

static void
sweep(evutil_socket_t fd, short what, void *arg)
{
	struct guests *guests = arg;
	int64_t now = clock_monotonic_ms();
	struct guest *guest, *next;

	for (guest = TAILQ_FIRST(&guests->all); guest != NULL; guest = next) {
		next = TAILQ_NEXT(guest, link);
		if (is_gone(guest))
			forget(guest);
		else if (guest->unwanted || is_late(guest, now))
			show_out(guest);
	}
}

static void
reap(struct guests *guests)
{
	struct guest *guest, *next;

	for (guest = TAILQ_FIRST(&guests->all); guest != NULL; guest = next) {
		next = TAILQ_NEXT(guest, link);
		if (is_gone(guest))
			forget(guest);
	}
}

static void
turn_away(struct guest *guest)
{
	guest->unwanted = true;
	guest->guests->n_unwanted++;
	event_active(guest->guests->doorman, 0, 0);
}

/* Who is to make room; NULL: nobody can. */
static struct guest *
longest(const struct guests *guests, enum stage stage)
{
	struct guest *guest, *found = NULL;

	TAILQ_FOREACH (guest, &guests->all, link) {
		if (guest->stage == stage && !guest->unwanted &&
		    (found == NULL || guest->since < found->since))
			found = guest;
	}
	return found;
}

static struct bufferevent *
admit(struct event_base *base, void *arg)
{
	struct guests *guests = arg;
	struct bufferevent *bev =
	    bufferevent_socket_new(base, -1, BEV_OPT_CLOSE_ON_FREE);
	struct guest *guest = calloc(1, sizeof(*guest));
	struct guest *other = NULL;

	if (guests_count(guests) >= guests->limits.connections)
		reap(guests);
	if (bev == NULL || guest == NULL) {
		free(guest);
		return bev;
	}
	guest->guests = guests;
	guest->bev = bev;
	guest->since = clock_monotonic_ms();
	if (guests_count(guests) >= guests->limits.connections) {
		other = longest(guests, READING);
		if (other == NULL)
			other = longest(guests, WRITING);
		turn_away(other == NULL ? guest : other);
	}
	guest->node.key = print_of(bev);
	if (!table_add(&guests->table, &guest->node)) {
		guests->n_unwanted -= guest->unwanted;
		free(guest);
		return bev;
	}
	TAILQ_INSERT_TAIL(&guests->all, guest, link);
	bufferevent_incref(bev);
	(void)bufferevent_set_max_single_write(bev, WRITE_MAX);
	bufferevent_setwatermark(bev, EV_READ, 0, guests->limits.input);
	return bev;
}

struct guests *
guests_new(struct event_base *base, struct evhttp *http,
    const struct guests_limits *limits)
{
	const struct timeval every = { .tv_sec = SWEEP_SECONDS };
	struct guests *guests = calloc(1, sizeof(*guests));

	if (guests == NULL)
		return NULL;
	guests->base = base;
	guests->limits = *limits;
	TAILQ_INIT(&guests->all);
	guests->sweep = event_new(base, -1, EV_PERSIST, sweep, guests);
	guests->doorman = event_new(base, -1, 0, sweep, guests);
	if (guests->sweep == NULL || guests->doorman == NULL ||
	    event_add(guests->sweep, &every) != 0) {
		guests_free(guests);
		return NULL;
	}
	evhttp_set_bevcb(http, admit, guests);
	return guests;
}

void
guests_free(struct guests *guests)
{
	struct guest *guest;

	if (guests == NULL)
		return;
	while ((guest = TAILQ_FIRST(&guests->all)) != NULL)
		forget(guest);
	if (guests->sweep != NULL)
		event_free(guests->sweep);
	if (guests->doorman != NULL)
		event_free(guests->doorman);
	free(guests);
}

static struct guest *
find(struct guests *guests, struct evhttp_request *request)
{
	struct evhttp_connection *connection =
	    evhttp_request_get_connection(request);

	if (connection == NULL)
		return NULL;
	return table_find(&guests->table,
	    print_of(evhttp_connection_get_bufferevent(connection)));
}

static void
closed(struct evhttp_connection *connection, void *arg)
{
	forget(arg);
}

void
guests_asked(struct guests *guests, struct evhttp_request *request)
{
	struct guest *guest = find(guests, request);

	if (guest == NULL)
		return;
	set_stage(guest, WORKING);
	evhttp_connection_set_closecb(
	    evhttp_request_get_connection(request), closed, guest);
}

static void
sent(struct evhttp_request *request, void *arg)
{
	struct guest *guest = find(arg, request);

	if (guest != NULL)
		set_stage(guest, READING);
}

void
guests_answered(struct guests *guests, struct evhttp_request *request)
{
	struct guest *guest = find(guests, request);

	if (guest == NULL)
		return;
	set_stage(guest, WRITING);
	evhttp_request_set_on_complete_cb(request, sent, guests);
}

size_t
guests_count(const struct guests *guests)
{
	return guests->table.n - guests->n_unwanted;
}

bool
guests_busy(const struct guests *guests)
{
	return guests->n_writing > 0;
}
