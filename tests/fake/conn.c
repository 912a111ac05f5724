/* SPDX-License-Identifier: ISC */
/*
 * A connection goes from stage to stage: conn_stage() waits for the delay of
 * the script, then act() does what the script has for that stage, which is
 * mostly to send the honest reply; when that is out, finish_output() knows
 * what follows. Commands are taken from the line buffer one at a time, by
 * drive(), and only while no reply is under way: so pipelining works, and there
 * is never more than one reply to remember.
 *
 * Reading stops while a reply is under way or delayed. Nothing here frees a
 * connection; conn_end() hands it to the reaper of the server.
 */
#include "conn.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <openssl/err.h>

#define ENDLESS_TURN 16 /* pieces written before others get their turn */

static void drive(struct conn *conn);
static void handshake(struct conn *conn);

static void
read_more(struct conn *conn, bool on)
{
	const struct timeval *timeout = conn->mode == CONN_DRAIN
	    ? conn->server->linger
	    : conn->server->idle;

	if (on == conn->reading)
		return;
	conn->reading = on;
	if (on)
		event_add(&conn->in, timeout);
	else
		event_del(&conn->in);
}

static void
wait_write(struct conn *conn)
{
	read_more(conn, false);
	event_add(&conn->out, conn->server->idle);
}

static void
wait_timer(struct conn *conn, uint32_t ms)
{
	struct timeval delay = { .tv_sec = ms / 1000,
		.tv_usec = (ms % 1000) * 1000 };

	read_more(conn, false);
	event_add(&conn->timer, &delay);
}

/*
 * Closes our side, and swallows what the peer still sends: close() with
 * bytes unread would send a reset, and that can overtake the last reply.
 */
static void
hang_up(struct conn *conn)
{
	if (shutdown(conn->fd, SHUT_WR) != 0) {
		conn_end(conn);
		return;
	}
	read_more(conn, false);
	conn->mode = CONN_DRAIN;
	conn->busy = true;
	read_more(conn, true);
}

static void
reset(struct conn *conn)
{
	struct linger linger = { .l_onoff = 1, .l_linger = 0 };

	setsockopt(conn->fd, SOL_SOCKET, SO_LINGER, &linger, sizeof(linger));
	conn_end(conn);
}

static void
go_silent(struct conn *conn)
{
	conn->mode = CONN_SILENT;
	conn->busy = true;
	read_more(conn, true);
}

static void
finish_output(struct conn *conn)
{
	conn->busy = false;
	switch (conn->after) {
	case CONN_AFTER_NOTHING:
		break;
	case CONN_AFTER_MAIL:
		conn->in_mail = true;
		break;
	case CONN_AFTER_HELLO:
		conn->mode = CONN_HELLO;
		if (!conn->plan->keep_clear)
			conn->used = 0;
		break;
	case CONN_AFTER_SILENCE:
		go_silent(conn);
		break;
	case CONN_AFTER_HANGUP:
		if (conn->tls_up) {
			ERR_clear_error();
			SSL_shutdown(conn->ssl);
		}
		hang_up(conn);
		break;
	}
}

static void
write_rest(struct conn *conn)
{
	while (conn->rest.len > 0) {
		size_t len = conn->rest.len, chunk = conn->plan->chunk;
		int n = wire_transmit(conn, conn->rest.bytes,
		    chunk > 0 && chunk < len ? chunk : len);

		if (n == WIRE_NOTHING) {
			wait_write(conn);
			return;
		}
		if (n < 0) {
			conn_end(conn);
			return;
		}
		conn->rest.bytes += n;
		conn->rest.len -= (size_t)n;
		if (chunk > 0 && conn->rest.len > 0) {
			conn->acting = false;
			wait_timer(conn, conn->plan->chunk_ms);
			return;
		}
	}
	finish_output(conn);
}

static void
write_endless(struct conn *conn)
{
	const struct text *all = &conn->plan->acts[conn->stage].bytes;

	for (int i = 0; i < ENDLESS_TURN && conn->endless_left > 0; i++) {
		size_t len = conn->rest.len;
		int n;

		if (len > conn->endless_left)
			len = (size_t)conn->endless_left;
		n = wire_transmit(conn, conn->rest.bytes, len);
		if (n == WIRE_NOTHING)
			break;
		if (n < 0) {
			conn_end(conn);
			return;
		}
		conn->endless_left -= (size_t)n;
		conn->rest.bytes += n;
		conn->rest.len -= (size_t)n;
		if (conn->rest.len == 0)
			conn->rest = *all;
	}
	if (conn->endless_left == 0)
		hang_up(conn);
	else
		wait_write(conn);
}

/* The length in the header of the record, which is all there. */
static size_t
hello_length(const struct conn *conn)
{
	unsigned char head[5];

	return recv(conn->fd, head, sizeof(head), MSG_PEEK | MSG_DONTWAIT) ==
		sizeof(head)
	    ? (size_t)head[3] << 8 | head[4]
	    : 0;
}

/* True: that was all. */
static bool
pretend(struct conn *conn)
{
	uint8_t hello[4096], answer[PRETEND_MAX];
	ssize_t len;
	size_t n;

	if (conn->plan->pretends == PRETEND_NOTHING)
		return false;
	len = recv(conn->fd, hello, sizeof(hello), MSG_PEEK | MSG_DONTWAIT);
	if (!pretend_answer(conn->plan->pretends, hello,
		len < 0 ? 0 : (size_t)len, answer, &n))
		return false;
	send(conn->fd, answer, n, MSG_NOSIGNAL | MSG_DONTWAIT);
	hang_up(conn);
	return true;
}

/* The second hello, after a HelloRetryRequest, has to pass as well. */
static void
on_message(int write, int version, int type, const void *bytes, size_t len,
    SSL *ssl, void *arg)
{
	const struct conn *conn = arg;

	(void)version;
	(void)ssl;
	if (!write && type == SSL3_RT_HANDSHAKE && len > 0 &&
	    *(const uint8_t *)bytes == SSL3_MT_CLIENT_HELLO &&
	    len > conn->plan->hello_max)
		shutdown(conn->fd, SHUT_RDWR);
}

static void
start_tls(struct conn *conn)
{
	BIO *held;

	if (pretend(conn))
		return;
	if (conn->plan->hello_max > 0 &&
	    hello_length(conn) > conn->plan->hello_max) {
		hang_up(conn);
		return;
	}

	conn->mode = CONN_HANDSHAKE;
	conn->busy = false;
	if (conn->plan->tls == NULL) {
		hang_up(conn);
		return;
	}
	conn->ssl = tls_accept(conn->plan->tls, conn->fd);
	if (conn->ssl == NULL) {
		conn_end(conn);
		return;
	}
	if (conn->plan->hello_max > 0) {
		SSL_set_msg_callback(conn->ssl, on_message);
		SSL_set_msg_callback_arg(conn->ssl, conn);
	}
	/* Our flight is kept back, to be cut to length. */
	if (conn->plan->acts[STAGE_TLS].kind != ACT_REPLY) {
		held = BIO_new(BIO_s_mem());
		if (held == NULL) {
			conn_end(conn);
			return;
		}
		SSL_set0_wbio(conn->ssl, held);
	}
	handshake(conn);
}

static void
welcome(struct conn *conn)
{
	if (!conn->plan->implicit_tls) {
		conn_stage(conn, STAGE_BANNER,
		    &conn->plan->replies[REPLY_BANNER], CONN_AFTER_NOTHING);
		return;
	}
	conn->mode = CONN_HELLO;
	conn->busy = false;
}

static void
send_text(struct conn *conn, const struct text *text, enum conn_after after)
{
	conn->rest = *text;
	conn->after = after;
	write_rest(conn);
}

static void
act(struct conn *conn)
{
	const struct act *act = &conn->plan->acts[conn->stage];

	switch (act->kind) {
	case ACT_REPLY:
		if (conn->stage == STAGE_ACCEPT)
			welcome(conn);
		else if (conn->stage == STAGE_HELLO)
			start_tls(conn);
		else
			send_text(conn, conn->reply, conn->after);
		break;
	case ACT_CLOSE:
		hang_up(conn);
		break;
	case ACT_SILENT:
		go_silent(conn);
		break;
	case ACT_RESET:
		reset(conn);
		break;
	case ACT_SEND:
		if (conn->stage == STAGE_HELLO)
			conn->after = CONN_AFTER_SILENCE;
		else if (conn->stage != STAGE_QUIT)
			conn->after = CONN_AFTER_NOTHING;
		send_text(conn, &act->bytes, conn->after);
		break;
	case ACT_ENDLESS:
		conn->mode = CONN_ENDLESS;
		conn->rest = act->bytes;
		conn->endless_left = act->max;
		write_endless(conn);
		break;
	}
}

void
conn_stage(struct conn *conn, enum stage stage, const struct text *reply,
    enum conn_after after)
{
	uint32_t ms = conn->plan->delay_ms[stage];

	conn->stage = stage;
	conn->reply = reply;
	conn->after = after;
	conn->busy = true;
	if (ms == 0) {
		act(conn);
		return;
	}
	conn->acting = true;
	wait_timer(conn, ms);
}

static void
handshake_done(struct conn *conn)
{
	struct counters *counters = conn->listener->counters;
	const char *sni =
	    SSL_get_servername(conn->ssl, TLSEXT_NAMETYPE_host_name);

	conn->tls_up = true;
	conn->mode = CONN_COMMANDS;
	atomic_fetch_add(&counters->tls, 1);
	counters_note(counters, counters->sni, sni == NULL ? "" : sni);
	if (conn->plan->implicit_tls)
		conn_stage(conn, STAGE_BANNER,
		    &conn->plan->replies[REPLY_BANNER], CONN_AFTER_NOTHING);
}

/* The server's flight, or as much of it as the script allows. */
static void
cut_handshake(struct conn *conn)
{
	BIO *held = SSL_get_wbio(conn->ssl);
	char *bytes;
	long len = BIO_get_mem_data(held, &bytes);

	if (len <= 0)
		return;
	conn->stage = STAGE_TLS;
	if ((size_t)len > conn->plan->tls_cut)
		len = (long)conn->plan->tls_cut;
	/* A few hundred bytes on a fresh connection: they fit. */
	(void)!send(conn->fd, bytes, (size_t)len, MSG_NOSIGNAL);
	act(conn);
}

static void
handshake(struct conn *conn)
{
	bool cut = conn->plan->acts[STAGE_TLS].kind != ACT_REPLY;
	int result;

	ERR_clear_error();
	result = SSL_accept(conn->ssl);
	if (cut) {
		cut_handshake(conn);
		if (conn->mode != CONN_HANDSHAKE)
			return;
	}
	if (result == 1) {
		handshake_done(conn);
		return;
	}
	switch (SSL_get_error(conn->ssl, result)) {
	case SSL_ERROR_WANT_READ:
		break;
	case SSL_ERROR_WANT_WRITE:
		wait_write(conn);
		break;
	default:
		/* OpenSSL has sent its alert; let it arrive. */
		atomic_fetch_add(&conn->listener->counters->tls_failed, 1);
		hang_up(conn);
	}
}

static void
read_commands(struct conn *conn)
{
	int n = wire_receive(
	    conn, conn->line + conn->used, sizeof(conn->line) - conn->used);

	if (n > 0)
		conn->used += (size_t)n;
	else if (n != WIRE_NOTHING)
		conn_end(conn);
}

/* Does what can be done without waiting, then reads again if it may. */
static void
drive(struct conn *conn)
{
	for (;;) {
		while (conn->mode == CONN_COMMANDS && !conn->busy &&
		    command_take(conn))
			;
		if (conn->mode != CONN_COMMANDS || conn->busy ||
		    !conn->tls_up || SSL_pending(conn->ssl) == 0)
			break;
		read_commands(conn);
	}
	if (conn->mode != CONN_DEAD && !conn->busy &&
	    !event_pending(&conn->out, EV_WRITE, NULL))
		read_more(conn, true);
}

static void
discard(struct conn *conn)
{
	char bytes[16384];
	ssize_t n = recv(conn->fd, bytes, sizeof(bytes), 0);

	if (n == 0 || (n < 0 && errno != EAGAIN && errno != EINTR))
		conn_end(conn);
}

static void
on_readable(evutil_socket_t fd, short what, void *arg)
{
	struct conn *conn = arg;

	(void)fd;
	if (what & EV_TIMEOUT) {
		conn_end(conn);
		return;
	}
	switch (conn->mode) {
	case CONN_COMMANDS:
		read_commands(conn);
		break;
	case CONN_HELLO:
		conn_stage(conn, STAGE_HELLO, NULL, CONN_AFTER_NOTHING);
		break;
	case CONN_HANDSHAKE:
		handshake(conn);
		break;
	case CONN_SILENT:
	case CONN_DRAIN:
		discard(conn);
		return;
	case CONN_ENDLESS:
	case CONN_DEAD:
		return;
	}
	drive(conn);
}

static void
on_writable(evutil_socket_t fd, short what, void *arg)
{
	struct conn *conn = arg;

	(void)fd;
	if (what & EV_TIMEOUT)
		conn_end(conn);
	else if (conn->mode == CONN_HANDSHAKE)
		handshake(conn);
	else if (conn->mode == CONN_ENDLESS)
		write_endless(conn);
	else
		write_rest(conn);
	drive(conn);
}

static void
on_timer(evutil_socket_t fd, short what, void *arg)
{
	struct conn *conn = arg;

	(void)fd;
	(void)what;
	if (conn->acting)
		act(conn);
	else
		write_rest(conn);
	drive(conn);
}

void
conn_start(struct listener *listener, uint64_t number, int fd)
{
	const struct script *script = listener->script;
	struct event_base *base = listener->server->base;
	struct conn *conn = calloc(1, sizeof(*conn));

	if (conn == NULL) {
		close(fd);
		return;
	}
	if (script->cycle != 0)
		number %= script->cycle;
	conn->server = listener->server;
	conn->listener = listener;
	conn->plan = script->has_later && number >= script->first
	    ? &script->later
	    : &script->plan;
	conn->fd = fd;
	event_assign(
	    &conn->in, base, fd, EV_READ | EV_PERSIST, on_readable, conn);
	event_assign(&conn->out, base, fd, EV_WRITE, on_writable, conn);
	event_assign(&conn->timer, base, -1, 0, on_timer, conn);
	server_joined(conn->server, conn);
	conn_stage(conn, STAGE_ACCEPT, NULL, CONN_AFTER_NOTHING);
	drive(conn);
}

void
conn_end(struct conn *conn)
{
	if (conn->mode == CONN_DEAD)
		return;
	conn->mode = CONN_DEAD;
	conn->busy = true;
	event_del(&conn->in);
	event_del(&conn->out);
	event_del(&conn->timer);
	SSL_free(conn->ssl);
	conn->ssl = NULL;
	close(conn->fd);
	server_left(conn->server, conn);
}

void
conn_free(struct conn *conn)
{
	free(conn);
}
