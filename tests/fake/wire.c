/* SPDX-License-Identifier: ISC */
#include <errno.h>
#include <sys/socket.h>

#include <openssl/err.h>

#include "conn.h"

int
wire_receive(struct conn *conn, void *bytes, size_t size)
{
	ssize_t n;
	int got;

	if (conn->tls_up) {
		ERR_clear_error();
		got = SSL_read(conn->ssl, bytes, (int)size);
		if (got > 0)
			return got;
		switch (SSL_get_error(conn->ssl, got)) {
		case SSL_ERROR_WANT_READ:
			return WIRE_NOTHING;
		case SSL_ERROR_ZERO_RETURN:
			return WIRE_EOF;
		}
		return WIRE_ERROR;
	}
	n = recv(conn->fd, bytes, size, 0);
	if (n >= 0)
		return (int)n;
	return errno == EAGAIN || errno == EINTR ? WIRE_NOTHING : WIRE_ERROR;
}

int
wire_transmit(struct conn *conn, const char *bytes, size_t len)
{
	ssize_t n;
	int put;

	if (conn->tls_up) {
		ERR_clear_error();
		put = SSL_write(conn->ssl, bytes, (int)len);
		if (put > 0)
			return put;
		return SSL_get_error(conn->ssl, put) == SSL_ERROR_WANT_WRITE
		    ? WIRE_NOTHING
		    : WIRE_ERROR;
	}
	n = send(conn->fd, bytes, len, MSG_NOSIGNAL);
	if (n > 0)
		return (int)n;
	return errno == EAGAIN || errno == EINTR ? WIRE_NOTHING : WIRE_ERROR;
}
