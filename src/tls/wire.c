/* SPDX-License-Identifier: ISC */
#include "tls/openssl.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>

static bool
is_temporary(int error)
{
	return error == EAGAIN || error == EWOULDBLOCK || error == EINTR;
}

static void
remember(struct wire *wire, const char *bytes, size_t len)
{
	size_t room = sizeof(wire->first) - wire->n_first;

	if (len > room)
		len = room;
	memcpy(wire->first + wire->n_first, bytes, len);
	wire->n_first += len;
}

static int
wire_read(BIO *bio, char *bytes, int room)
{
	struct wire *wire = BIO_get_data(bio);
	ssize_t got;

	BIO_clear_retry_flags(bio);
	if (room <= 0)
		return 0;
	if (wire->wrote) {
		BIO_set_retry_read(bio);
		return -1;
	}
	got = recv(wire->fd, bytes, (size_t)room, 0);
	if (got > 0) {
		remember(wire, bytes, (size_t)got);
	} else if (got == 0) {
		wire->eof = true;
	} else if (is_temporary(errno)) {
		BIO_set_retry_read(bio);
	} else {
		wire->error = errno;
	}
	return (int)got;
}

void
wire_listen(struct wire *wire)
{
	char bytes[sizeof(wire->first)];
	ssize_t got = recv(wire->fd, bytes, sizeof(bytes), MSG_DONTWAIT);

	if (got > 0)
		remember(wire, bytes, (size_t)got);
}

/*
 * The client's Finished is the last of TLS 1.3, and what the speaker says next
 * goes with it in one packet. In TLS 1.2 an answer is due.
 */
static bool
is_more(const struct wire *wire)
{
	return wire->more ||
	    (wire->shaking && wire->speaker != NULL &&
		SSL_get_state(wire->speaker) == TLS_ST_CW_FINISHED &&
		SSL_version(wire->speaker) == TLS1_3_VERSION);
}

static int
wire_write(BIO *bio, const char *bytes, int len)
{
	struct wire *wire = BIO_get_data(bio);
	ssize_t put;

	BIO_clear_retry_flags(bio);
	if (len <= 0)
		return 0;
	put = send(wire->fd, bytes, (size_t)len,
	    MSG_NOSIGNAL | (is_more(wire) ? MSG_MORE : 0));
	wire->wrote = wire->shaking;
	if (put < 0) {
		if (is_temporary(errno))
			BIO_set_retry_write(bio);
		else
			wire->error = errno;
	}
	return (int)put;
}

static long
wire_ctrl(BIO *bio, int command, long number, void *pointer)
{
	const struct wire *wire = BIO_get_data(bio);

	if (command == BIO_CTRL_EOF)
		return wire->eof;
	return command == BIO_CTRL_FLUSH;
}

BIO_METHOD *
wire_method_new(void)
{
	/* No index of its own: those are few, and nobody looks for it. */
	BIO_METHOD *method = BIO_meth_new(BIO_TYPE_SOURCE_SINK, "wire");

	if (method == NULL)
		return NULL;
	if (BIO_meth_set_read(method, wire_read) != 1 ||
	    BIO_meth_set_write(method, wire_write) != 1 ||
	    BIO_meth_set_ctrl(method, wire_ctrl) != 1) {
		BIO_meth_free(method);
		return NULL;
	}
	return method;
}

BIO *
wire_bio_new(const BIO_METHOD *method, struct wire *wire)
{
	BIO *bio = BIO_new(method);

	if (bio != NULL) {
		BIO_set_data(bio, wire);
		BIO_set_init(bio, 1);
	}
	return bio;
}
