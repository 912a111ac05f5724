/* SPDX-License-Identifier: ISC */
#include "server.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>
#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tls/offer.h"

#define PATIENCE 20 /* seconds until a test that hangs is given up */

/* In the child: one connection. */
struct talk {
	int fd;
	SSL_CTX *tls;
	SSL *ssl;
	bool slow, dead;
};

static void
die(const char *what, const char *line)
{
	fprintf(stderr, "server: %s: %s\n", what, line);
	_exit(3);
}

static ssize_t
send_some(struct talk *talk, const char *bytes, size_t len)
{
	if (talk->ssl != NULL)
		return SSL_write(talk->ssl, bytes, (int)len);
	return send(talk->fd, bytes, len, MSG_NOSIGNAL);
}

/* False: the client is gone. */
static bool
send_all(struct talk *talk, const char *bytes, size_t len)
{
	while (len > 0) {
		ssize_t put = send_some(talk, bytes, talk->slow ? 1 : len);

		if (put <= 0)
			return false;
		bytes += put;
		len -= (size_t)put;
	}
	return true;
}

static ssize_t
read_some(struct talk *talk, char *bytes, size_t len)
{
	if (talk->ssl != NULL)
		return SSL_read(talk->ssl, bytes, (int)len);
	return recv(talk->fd, bytes, len, 0);
}

static void
expect_line(struct talk *talk, const char *begin)
{
	char line[1024];
	size_t len = 0;

	while (len + 1 < sizeof(line) && read_some(talk, line + len, 1) == 1) {
		if (line[len++] == '\n')
			break;
	}
	line[len] = '\0';
	if (strncmp(line, begin, strlen(begin)) != 0 || len < 2 ||
	    strcmp(line + len - 2, "\r\n") != 0)
		die(begin, line);
}

static void
drain(struct talk *talk)
{
	char bytes[4096];

	while (recv(talk->fd, bytes, sizeof(bytes), 0) > 0)
		;
}

static void
shake(struct talk *talk, bool must)
{
	talk->ssl = SSL_new(talk->tls);
	SSL_set_fd(talk->ssl, talk->fd);
	if (SSL_accept(talk->ssl) != 1) {
		if (must)
			die("TLS", "no handshake");
		talk->dead = true;
	}
}

static void
reset(struct talk *talk)
{
	const struct linger now = { .l_onoff = 1 };

	setsockopt(talk->fd, SOL_SOCKET, SO_LINGER, &now, sizeof(now));
	close(talk->fd);
	talk->fd = -1;
	talk->dead = true;
}

static void
play(struct talk *talk, const char *line)
{
	const char *text = strchr(line, ':');

	text = text == NULL ? "" : text + 1;
	if (strncmp(line, "S:", 2) == 0) {
		char bytes[512];
		int len = snprintf(bytes, sizeof(bytes), "%s\r\n", text);

		if (!send_all(talk, bytes, (size_t)len))
			die("cannot send", line);
	} else if (strncmp(line, "R:", 2) == 0) {
		if (!send_all(talk, text, strlen(text)))
			die("cannot send", line);
	} else if (strncmp(line, "C:", 2) == 0) {
		expect_line(talk, text);
	} else if (strcmp(line, "TLS") == 0) {
		shake(talk, true);
	} else if (strcmp(line, "TLS?") == 0) {
		shake(talk, false);
	} else if (strcmp(line, "SLOW") == 0) {
		talk->slow = true;
	} else if (strcmp(line, "HOLD") == 0) {
		drain(talk);
	} else if (strncmp(line, "FLOOD:", 6) == 0) {
		while (send_all(talk, text, strlen(text)))
			;
		talk->dead = true;
	} else if (strcmp(line, "HELLO") == 0) {
		char byte;

		if (recv(talk->fd, &byte, 1, 0) != 1 || byte != 0x16)
			die(line, "no ClientHello");
	} else if (strncmp(line, "ALERT:", 6) == 0) {
		const char alert[] = { 0x15, 3, 1, 0, 2, 2, (char)atoi(text) };

		if (!send_all(talk, alert, sizeof(alert)))
			die("cannot send", line);
	} else if (strcmp(line, "RESET") == 0) {
		reset(talk);
	} else {
		die("no such line", line);
	}
}

static void
serve(int listener, SSL_CTX *tls, const char *const *lines)
{
	struct talk talk = { .tls = tls };
	const int on = 1;

	talk.fd = accept(listener, NULL, NULL);
	if (talk.fd < 0)
		die("accept", *lines);
	setsockopt(talk.fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
	while (*lines != NULL && !talk.dead)
		play(&talk, *lines++);
	if (talk.ssl != NULL && !talk.dead)
		SSL_shutdown(talk.ssl);
	if (talk.fd >= 0) {
		shutdown(talk.fd, SHUT_WR);
		drain(&talk);
		close(talk.fd);
	}
	SSL_free(talk.ssl);
}

int
server_listen(const char *ip, uint16_t *port)
{
	struct sockaddr_in6 in6 = { .sin6_family = AF_INET6 };
	struct sockaddr_in in = { .sin_family = AF_INET };
	bool is_four = inet_pton(AF_INET, ip, &in.sin_addr) == 1;
	struct sockaddr *address =
	    is_four ? (struct sockaddr *)&in : (struct sockaddr *)&in6;
	socklen_t len = is_four ? sizeof(in) : sizeof(in6);
	int fd =
	    socket(is_four ? AF_INET : AF_INET6, SOCK_STREAM | SOCK_CLOEXEC, 0);

	if (!is_four)
		assert_int_equal(inet_pton(AF_INET6, ip, &in6.sin6_addr), 1);
	assert_true(fd >= 0);
	assert_int_equal(bind(fd, address, len), 0);
	assert_int_equal(getsockname(fd, address, &len), 0);
	*port = ntohs(is_four ? in.sin_port : in6.sin6_port);
	assert_int_equal(listen(fd, 8), 0);
	return fd;
}

int
server_refuse(uint16_t *port)
{
	struct sockaddr_in in = { .sin_family = AF_INET };
	socklen_t len = sizeof(in);
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	in.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	assert_int_equal(bind(fd, (struct sockaddr *)&in, len), 0);
	assert_int_equal(getsockname(fd, (struct sockaddr *)&in, &len), 0);
	*port = ntohs(in.sin_port);
	return fd;
}

int
server_ignore(uint16_t *port, int *filler)
{
	struct sockaddr_in in = { .sin_family = AF_INET };
	int fd = server_listen("127.0.0.1", port);

	/* Linux drops what does not fit into the queue of a listener. */
	assert_int_equal(listen(fd, 0), 0);
	in.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	in.sin_port = htons(*port);
	*filler = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	assert_int_equal(
	    connect(*filler, (struct sockaddr *)&in, sizeof(in)), 0);
	return fd;
}

void
server_start(struct server *server, const char *ip, SSL_CTX *tls,
    const server_talk *talks)
{
	server->listener = server_listen(ip, &server->port);
	server->child = fork();
	assert_true(server->child >= 0);
	if (server->child == 0) {
		alarm(PATIENCE);
		signal(SIGPIPE, SIG_IGN);
		for (; (*talks)[0] != NULL; talks++) {
			bool only_short = strcmp((*talks)[0], "SHORT") == 0;
			bool only_long = strcmp((*talks)[0], "LONG") == 0;

			if (tls_offer_has_hybrid() ? only_short : only_long)
				continue;
			serve(server->listener, tls,
			    *talks + (only_short || only_long));
		}
		_exit(0);
	}
}

void
server_end(struct server *server)
{
	struct pollfd more = { .fd = server->listener, .events = POLLIN };
	int status = 0;

	assert_int_equal(waitpid(server->child, &status, 0), server->child);
	if (!WIFEXITED(status) || WEXITSTATUS(status) != 0)
		fail_msg("the script was not followed to its end");
	assert_int_equal(poll(&more, 1, 0), 0);
	close(server->listener);
}
