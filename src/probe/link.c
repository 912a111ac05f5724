/* SPDX-License-Identifier: ISC */
#include "probe/link.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <string.h>
#include <unistd.h>

bool
link_parse(const char *ip, uint16_t port, struct link_address *address)
{
	struct sockaddr_in in = { .sin_family = AF_INET };
	struct sockaddr_in6 in6 = { .sin6_family = AF_INET6 };

	if (inet_pton(AF_INET, ip, &in.sin_addr) == 1) {
		in.sin_port = htons(port);
		memcpy(&address->address, &in, sizeof(in));
		address->len = sizeof(in);
		return true;
	}
	if (inet_pton(AF_INET6, ip, &in6.sin6_addr) == 1) {
		in6.sin6_port = htons(port);
		memcpy(&address->address, &in6, sizeof(in6));
		address->len = sizeof(in6);
		return true;
	}
	return false;
}

void
link_init(struct link *link)
{
	*link = (struct link) { .fd = -1 };
}

void
link_finish(struct link *link)
{
	if (link->session != NULL) {
		tls_session_close(link->session);
		tls_session_free(link->session);
	}
	if (link->fd >= 0)
		close(link->fd);
	link_init(link);
}

static enum tls_step
fail(struct link *link, int error)
{
	link->error = error;
	return TLS_STEP_FAILED;
}

enum tls_step
link_connect(struct link *link, const struct link_address *address)
{
	const int on = 1;

	link->fd = socket(address->address.ss_family,
	    SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (link->fd < 0)
		return fail(link, errno);
	/* Else EHLO would wait for the peer to acknowledge the handshake. */
	setsockopt(link->fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
	if (connect(link->fd, (const struct sockaddr *)&address->address,
		address->len) == 0)
		return TLS_STEP_DONE;
	return errno == EINPROGRESS ? TLS_STEP_WRITE : fail(link, errno);
}

enum tls_step
link_connected(struct link *link)
{
	int error = 0;
	socklen_t len = sizeof(error);

	if (getsockopt(link->fd, SOL_SOCKET, SO_ERROR, &error, &len) != 0)
		error = errno;
	return error == 0 ? TLS_STEP_DONE : fail(link, error);
}

bool
link_start_tls(struct link *link, struct tls_context *context,
    const struct tls_offer *offer, const char *sni, bool speaks)
{
	link->session = tls_session_new(context, offer, link->fd, sni);
	if (link->session != NULL && speaks)
		tls_session_speaks_next(link->session);
	return link->session != NULL;
}

enum tls_step
link_handshake(struct link *link)
{
	enum tls_step step = tls_session_handshake(link->session);

	link->secured = step == TLS_STEP_DONE;
	return step;
}

static bool
is_temporary(int error)
{
	return error == EAGAIN || error == EWOULDBLOCK || error == EINTR;
}

enum tls_step
link_read(struct link *link, void *bytes, size_t room, size_t *len)
{
	ssize_t got;

	if (link->secured)
		return tls_session_read(link->session, bytes, room, len);
	got = recv(link->fd, bytes, room, 0);
	if (got < 0)
		return is_temporary(errno) ? TLS_STEP_READ : fail(link, errno);
	if (got == 0)
		return TLS_STEP_CLOSED;
	*len = (size_t)got;
	return TLS_STEP_DONE;
}

bool
link_holds(const struct link *link)
{
	return link->secured && tls_session_holds(link->session);
}

enum tls_step
link_write(struct link *link, const void *bytes, size_t size, size_t *len)
{
	ssize_t put;

	if (link->secured)
		return tls_session_write(link->session, bytes, size, len);
	put = send(link->fd, bytes, size, MSG_NOSIGNAL);
	if (put < 0)
		return is_temporary(errno) ? TLS_STEP_WRITE : fail(link, errno);
	*len = (size_t)put;
	return TLS_STEP_DONE;
}
