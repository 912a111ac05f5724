/* SPDX-License-Identifier: ISC */
#include "server.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

#include <arpa/inet.h>
#include <jansson.h>
#include <netinet/in.h>
#include <netinet/tcp.h>

#include "conn.h"

#define BACKLOG 4096
#define ACCEPT_TURN 64
#define LINGER_MS 5000
#define N_FILLERS (sizeof(((struct listener *)0)->filler) / sizeof(int))

union address {
	struct sockaddr any;
	struct sockaddr_in v4;
	struct sockaddr_in6 v6;
};

static socklen_t
read_address(const char *text, uint16_t port, union address *address)
{
	memset(address, 0, sizeof(*address));
	if (inet_pton(AF_INET, text, &address->v4.sin_addr) == 1) {
		address->v4.sin_family = AF_INET;
		address->v4.sin_port = htons(port);
		return sizeof(address->v4);
	}
	if (inet_pton(AF_INET6, text, &address->v6.sin6_addr) == 1) {
		address->v6.sin6_family = AF_INET6;
		address->v6.sin6_port = htons(port);
		return sizeof(address->v6);
	}
	return 0;
}

/*
 * A queue of one, which we fill ourselves and never empty: the kernel drops
 * further SYNs, as a firewall would. One connection gets in; the others
 * only make sure of that.
 */
static void
fill_queue(
    struct listener *listener, const union address *address, socklen_t len)
{
	for (size_t i = 0; i < N_FILLERS; i++) {
		listener->filler[i] = socket(address->any.sa_family,
		    SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
		if (listener->filler[i] >= 0)
			(void)!connect(listener->filler[i], &address->any, len);
	}
}

static bool
listener_open(struct listener *listener, uint16_t port)
{
	union address address, bound;
	socklen_t len = read_address(listener->address, port, &address);
	socklen_t bound_len = sizeof(bound);
	bool blackhole = listener->script->blackhole;
	const int on = 1;
	int fd;

	if (len == 0) {
		errno = EINVAL;
		return false;
	}
	fd = socket(address.any.sa_family,
	    SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return false;
	listener->fd = fd;
	/* Accepted sockets take TCP_NODELAY from the listening one. */
	if (setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on)) != 0 ||
	    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on)) != 0 ||
	    (address.any.sa_family == AF_INET6 &&
		setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &on, sizeof(on)) !=
		    0) ||
	    bind(fd, &address.any, len) != 0 ||
	    listen(fd, blackhole ? 0 : BACKLOG) != 0 ||
	    getsockname(fd, &bound.any, &bound_len) != 0)
		return false;
	listener->port =
	    ntohs(bound.any.sa_family == AF_INET ? bound.v4.sin_port
						 : bound.v6.sin6_port);
	if (blackhole)
		fill_queue(listener, &bound, bound_len);
	return true;
}

static void *
shared_zeroes(size_t size)
{
	void *memory = mmap(NULL, size == 0 ? 1 : size, PROT_READ | PROT_WRITE,
	    MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	return memory == MAP_FAILED ? NULL : memory;
}

static size_t
count_listeners(const struct config *config)
{
	size_t n = 0;

	for (size_t i = 0; i < config->n_scripts; i++)
		n += config->scripts[i].n_listen;
	return n;
}

static bool
open_script(struct arena *arena, struct server *server, size_t index,
    uint16_t port, const char **why)
{
	const struct script *script = &server->config->scripts[index];

	for (size_t i = 0; i < script->n_listen; i++) {
		size_t n = server->n_listeners++;
		struct listener *listener = &server->listeners[n];

		*listener = (struct listener) {
			.server = server,
			.script = script,
			.index = index,
			.address = script->listen[i],
			.fd = -1,
			.counters = &server->counters[n],
			.filler = { -1, -1, -1, -1 },
		};
		if (script->has_port)
			port = script->port;
		if (!listener_open(listener, port)) {
			*why = arena_printf(arena,
			    "server %zu: cannot listen on %s port %u: %s",
			    index, listener->address, port, strerror(errno));
			return false;
		}
	}
	return true;
}

bool
server_open(struct arena *arena, const struct config *config, uint16_t port,
    struct server *server, const char **why)
{
	size_t n = count_listeners(config);

	*server = (struct server) { .config = config, .spare = -1 };
	*why = "no memory";
	LIST_INIT(&server->live);
	LIST_INIT(&server->dead);
	server->listeners = arena_alloc(arena, n * sizeof(*server->listeners));
	server->counters = shared_zeroes(n * sizeof(*server->counters));
	if (server->listeners == NULL || server->counters == NULL)
		return false;
	for (size_t i = 0; i < config->n_scripts; i++) {
		if (!open_script(arena, server, i, port, why))
			return false;
	}
	server->spare = open("/dev/null", O_RDONLY | O_CLOEXEC);
	return true;
}

/* No descriptor is left: answer with a close, not with silence. */
static void
shed_one(struct listener *listener)
{
	struct server *server = listener->server;
	int fd;

	close(server->spare);
	fd = accept4(listener->fd, NULL, NULL, SOCK_CLOEXEC);
	if (fd >= 0) {
		atomic_fetch_add(&listener->counters->connections, 1);
		atomic_fetch_add(&listener->counters->shed, 1);
		close(fd);
	}
	server->spare = open("/dev/null", O_RDONLY | O_CLOEXEC);
}

static void
on_connection(evutil_socket_t listening, short what, void *arg)
{
	struct listener *listener = arg;
	struct counters *counters = listener->counters;
	struct server *server = listener->server;

	(void)what;
	for (int i = 0; i < ACCEPT_TURN; i++) {
		int fd = accept4(
		    listening, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
		uint64_t number;

		if (fd < 0) {
			if (errno == EMFILE || errno == ENFILE)
				shed_one(listener);
			return;
		}
		number = atomic_fetch_add(&counters->connections, 1);
		if (server->n_live >= server->config->max_connections) {
			atomic_fetch_add(&counters->shed, 1);
			close(fd);
			continue;
		}
		conn_start(listener, number, fd);
	}
}

static void
on_reap(evutil_socket_t fd, short what, void *arg)
{
	struct server *server = arg;
	struct conn *conn;

	(void)fd;
	(void)what;
	while ((conn = LIST_FIRST(&server->dead)) != NULL) {
		LIST_REMOVE(conn, link);
		conn_free(conn);
	}
}

static const struct timeval *
common_timeout(struct event_base *base, uint32_t ms)
{
	struct timeval timeout = { .tv_sec = ms / 1000,
		.tv_usec = (ms % 1000) * 1000 };

	return event_base_init_common_timeout(base, &timeout);
}

bool
server_start(struct server *server, struct event_base *base)
{
	server->base = base;
	server->idle = common_timeout(base, server->config->idle_ms);
	server->linger = common_timeout(base, LINGER_MS);
	if (server->idle == NULL || server->linger == NULL)
		return false;
	event_assign(&server->reaper, base, -1, 0, on_reap, server);
	for (size_t i = 0; i < server->n_listeners; i++) {
		struct listener *listener = &server->listeners[i];

		if (listener->script->blackhole)
			continue;
		if (event_assign(&listener->event, base, listener->fd,
			EV_READ | EV_PERSIST, on_connection, listener) != 0 ||
		    event_add(&listener->event, NULL) != 0)
			return false;
	}
	return true;
}

void
server_finish(struct server *server)
{
	struct conn *conn;

	while ((conn = LIST_FIRST(&server->live)) != NULL)
		conn_end(conn);
	if (server->base != NULL) {
		on_reap(-1, 0, server);
		event_del(&server->reaper);
	}
	for (size_t i = 0; i < server->n_listeners; i++) {
		struct listener *listener = &server->listeners[i];

		if (event_initialized(&listener->event))
			event_del(&listener->event);
		if (listener->fd >= 0)
			close(listener->fd);
		for (size_t j = 0; j < N_FILLERS; j++) {
			if (listener->filler[j] >= 0)
				close(listener->filler[j]);
		}
	}
	server->n_listeners = 0;
	if (server->spare >= 0)
		close(server->spare);
	if (server->counters != NULL)
		munmap(server->counters,
		    count_listeners(server->config) *
			sizeof(*server->counters));
	server->counters = NULL;
}

void
server_joined(struct server *server, struct conn *conn)
{
	struct counters *counters = conn->listener->counters;
	unsigned now = atomic_fetch_add(&counters->parallel, 1) + 1;
	unsigned max = atomic_load(&counters->max_parallel);

	while (now > max &&
	    !atomic_compare_exchange_weak(&counters->max_parallel, &max, now))
		;
	LIST_INSERT_HEAD(&server->live, conn, link);
	server->n_live++;
}

void
server_left(struct server *server, struct conn *conn)
{
	atomic_fetch_sub(&conn->listener->counters->parallel, 1);
	LIST_REMOVE(conn, link);
	LIST_INSERT_HEAD(&server->dead, conn, link);
	server->n_live--;
	event_active(&server->reaper, EV_TIMEOUT, 0);
}

void
counters_note(struct counters *counters, char *where, const char *text)
{
	size_t i;

	while (atomic_flag_test_and_set(&counters->busy))
		;
	for (i = 0; text[i] != '\0' && i < sizeof(counters->helo) - 1; i++)
		where[i] = text[i] >= ' ' && text[i] <= '~' ? text[i] : '?';
	where[i] = '\0';
	atomic_flag_clear(&counters->busy);
}

static json_t *
listener_json(const struct listener *listener)
{
	struct counters *counters = listener->counters;
	char helo[sizeof(counters->helo)], sni[sizeof(counters->sni)];

	while (atomic_flag_test_and_set(&counters->busy))
		;
	memcpy(helo, counters->helo, sizeof(helo));
	memcpy(sni, counters->sni, sizeof(sni));
	atomic_flag_clear(&counters->busy);
	return json_pack("{s:I, s:s, s:i, s:I, s:I, s:I, s:I, s:I, s:I, s:i,"
			 " s:s, s:s}",
	    "server", (json_int_t)listener->index, "address", listener->address,
	    "port", listener->port, "connections",
	    (json_int_t)atomic_load(&counters->connections), "shed",
	    (json_int_t)atomic_load(&counters->shed), "starttls",
	    (json_int_t)atomic_load(&counters->starttls), "tls",
	    (json_int_t)atomic_load(&counters->tls), "tls_failed",
	    (json_int_t)atomic_load(&counters->tls_failed), "quits",
	    (json_int_t)atomic_load(&counters->quits), "max_parallel",
	    (int)atomic_load(&counters->max_parallel), "helo", helo, "sni",
	    sni);
}

bool
server_count(struct server *server, const char *path)
{
	json_t *root = json_object(), *array = json_array();
	char temporary[4096];
	bool written = false;
	int n;

	/* There may be no other descriptor left to write with. */
	close(server->spare);
	n = snprintf(
	    temporary, sizeof(temporary), "%s.%ld", path, (long)getpid());
	for (size_t i = 0; i < server->n_listeners; i++)
		json_array_append_new(
		    array, listener_json(&server->listeners[i]));
	if (n > 0 && (size_t)n < sizeof(temporary) &&
	    json_object_set_new(root, "listeners", array) == 0 &&
	    json_dump_file(root, temporary, JSON_INDENT(1)) == 0) {
		written = rename(temporary, path) == 0;
		if (!written)
			unlink(temporary);
	}
	json_decref(root);
	server->spare = open("/dev/null", O_RDONLY | O_CLOEXEC);
	return written;
}
