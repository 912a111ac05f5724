/* SPDX-License-Identifier: ISC */
/*
 * bare.h - a look at a server by a bare ClientHello (hello.h), on a socket.
 *
 * For session.c alone: it is what a session does where the offer is more than
 * the OpenSSL at hand can make. It never comes to a handshake that stands.
 */
#pragma once

#include "tls/hello.h"
#include "tls/offer.h"
#include "tls/session.h"

struct bare {
	struct hello_answer answer;
	uint8_t hello[HELLO_MAX];
	char *sni; /* what it names; NULL: nothing */
	size_t len, sent;
	size_t got;
	int error; /* errno of a call that failed for good */
	uint8_t bytes[HELLO_ANSWER_MAX];
};

/* NULL: no memory, or no random octets. */
struct bare *bare_new(const struct tls_offer *offer, const char *sni);
void bare_free(struct bare *bare); /* NULL is fine */
/*
 * DONE: the answer is there; CLOSED: the peer went before; FAILED: see error.
 */
enum tls_step bare_step(struct bare *bare, int fd);
