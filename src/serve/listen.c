/* SPDX-License-Identifier: ISC */
#include "serve/listen.h"

#include <errno.h>
#include <event2/event.h>
#include <event2/listener.h>
#include <event2/util.h>
#include <netinet/in.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#define UNIX_PREFIX "unix:"
#define BACKLOG 1024
/* Postfix runs as another user; who may reach the folder may connect. */
#define SOCKET_MODE 0666

union address {
	struct sockaddr any;
	struct sockaddr_storage storage;
	struct sockaddr_un un;
};

static bool
is_unix(const char *where)
{
	return strncmp(where, UNIX_PREFIX, strlen(UNIX_PREFIX)) == 0;
}

static bool
parse(const char *where, union address *address, socklen_t *len,
    char why[static LISTEN_WHY_MAX])
{
	int size = sizeof(address->storage);
	const char *path = where + strlen(UNIX_PREFIX);

	memset(address, 0, sizeof(*address));
	if (is_unix(where)) {
		if (strlen(path) >= sizeof(address->un.sun_path)) {
			snprintf(why, LISTEN_WHY_MAX, "the path is too long");
			return false;
		}
		if (*path == '\0') {
			snprintf(why, LISTEN_WHY_MAX, "the path is missing");
			return false;
		}
		address->un.sun_family = AF_UNIX;
		strcpy(address->un.sun_path, path);
		*len = sizeof(address->un);
		return true;
	}
	if (evutil_parse_sockaddr_port(where, &address->any, &size) == 0 &&
	    strrchr(where, ':') != NULL &&
	    ((struct sockaddr_in *)&address->storage)->sin_port != 0) {
		*len = (socklen_t)size;
		return true;
	}
	snprintf(why, LISTEN_WHY_MAX,
	    "must be ADDRESS:PORT, an IPv6 address in brackets");
	return false;
}

/* Is it a socket that nobody listens to? */
static bool
is_stale(const union address *address, socklen_t len)
{
	struct stat status;
	bool stale;
	int fd;

	if (lstat(address->un.sun_path, &status) != 0 ||
	    !S_ISSOCK(status.st_mode))
		return false;
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd < 0)
		return false;
	stale = connect(fd, &address->any, len) != 0 && errno == ECONNREFUSED;
	close(fd);
	return stale;
}

static bool
bind_to(int fd, const union address *address, socklen_t len)
{
	bool local = address->any.sa_family == AF_UNIX;

	if (bind(fd, &address->any, len) == 0)
		return !local || chmod(address->un.sun_path, SOCKET_MODE) == 0;
	if (errno != EADDRINUSE || !local)
		return false;
	if (!is_stale(address, len)) {
		errno = EADDRINUSE;
		return false;
	}
	return unlink(address->un.sun_path) == 0 &&
	    bind(fd, &address->any, len) == 0 &&
	    chmod(address->un.sun_path, SOCKET_MODE) == 0;
}

int
listen_open(const char *where, char why[static LISTEN_WHY_MAX])
{
	union address address;
	const int on = 1;
	socklen_t len;
	int fd;

	if (!parse(where, &address, &len, why))
		return -1;
	fd = socket(address.any.sa_family,
	    SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd >= 0 && address.any.sa_family != AF_UNIX)
		setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
	if (fd >= 0 && address.any.sa_family == AF_INET6)
		setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &on, sizeof(on));
	if (fd >= 0 && bind_to(fd, &address, len) && listen(fd, BACKLOG) == 0)
		return fd;
	snprintf(why, LISTEN_WHY_MAX, "%s", strerror(errno));
	if (fd >= 0)
		close(fd);
	return -1;
}

const char *
listen_path(const char *where)
{
	return is_unix(where) ? where + strlen(UNIX_PREFIX) : NULL;
}

void
listen_remove(const char *where)
{
	const char *path = listen_path(where);

	if (path != NULL)
		unlink(path);
}

static void
try_again(evutil_socket_t fd, short what, void *arg)
{
	evconnlistener_enable(arg);
}

static void
not_accepted(struct evconnlistener *listener, void *arg)
{
	const struct timeval pause = { .tv_sec = 1 };

	if (event_base_once(evconnlistener_get_base(listener), -1, EV_TIMEOUT,
		try_again, listener, &pause) == 0)
		evconnlistener_disable(listener);
}

void
listen_bear_shortage(struct evconnlistener *listener)
{
	evconnlistener_set_error_cb(listener, not_accepted);
}
