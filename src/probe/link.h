/* SPDX-License-Identifier: ISC */
/*
 * link.h - one TCP connection, in clear or with TLS, that never blocks.
 *
 * The steps are those of tls/session.h, whether there is TLS or not.
 */
#pragma once

#include <sys/socket.h>

#include "tls/session.h"

struct link {
	int fd; /* -1: none */
	struct tls_session *session;
	bool secured; /* bytes go through the session */
	int error;    /* errno of the last TLS_STEP_FAILED without TLS */
};

struct link_address {
	struct sockaddr_storage address;
	socklen_t len;
};

/* False: ip is no IPv4 or IPv6 address. */
bool link_parse(const char *ip, uint16_t port, struct link_address *address);

void link_init(struct link *link);
/* Closes it, with close_notify under TLS. */
void link_finish(struct link *link);

/* TLS_STEP_WRITE: wait until it can be written, then link_connected(). */
enum tls_step link_connect(
    struct link *link, const struct link_address *address);
enum tls_step link_connected(struct link *link);

/* speaks: we say the first word under TLS. False: no memory. */
bool link_start_tls(struct link *link, struct tls_context *context,
    const struct tls_offer *offer, const char *sni, bool speaks);
enum tls_step link_handshake(struct link *link);

enum tls_step link_read(
    struct link *link, void *bytes, size_t room, size_t *len);
/* There may be something to read without waiting for the socket. */
bool link_holds(const struct link *link);
enum tls_step link_write(
    struct link *link, const void *bytes, size_t size, size_t *len);
