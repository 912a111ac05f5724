/* SPDX-License-Identifier: ISC */
/*
 * session.h - one TLS client session over a non-blocking socket.
 *
 * Nothing is verified in the handshake: the presented chain is kept and
 * judged afterwards by match.h, where OpenSSL is the judge.
 */
#pragma once

#include <danelaw_report.h>

#include "base/arena.h"
#include "tls/context.h"
#include "tls/offer.h"

struct tls_session;
struct tls_chain; /* the presented certificates, counted */

enum tls_step {
	TLS_STEP_DONE = 0, /* it is finished, or this many bytes moved */
	TLS_STEP_READ,     /* wait until the socket can be read */
	TLS_STEP_WRITE,    /* wait until the socket can be written */
	TLS_STEP_CLOSED,   /* the peer ended it in good order, or just went */
	TLS_STEP_FAILED,   /* see tls_session_error() */
};

/* fd stays the caller's. sni NULL: none sent. NULL: no memory. */
struct tls_session *tls_session_new(struct tls_context *context,
    const struct tls_offer *offer, int fd, const char *sni);
void tls_session_free(struct tls_session *session); /* NULL is fine */

/*
 * Before the handshake: the caller will write at once when it is finished, and
 * not wait for the peer. One packet is spared.
 */
void tls_session_speaks_next(struct tls_session *session);
enum tls_step tls_session_handshake(struct tls_session *session);
enum tls_step tls_session_read(
    struct tls_session *session, void *bytes, size_t room, size_t *len);
/* What was read of the socket beyond the last record, if any, waits here: a
 * socket that is not readable does not mean that nothing can be read. */
bool tls_session_holds(const struct tls_session *session);
enum tls_step tls_session_write(
    struct tls_session *session, const void *bytes, size_t size, size_t *len);
/* Sends close_notify; does not wait. The caller closes the socket now. */
void tls_session_close(struct tls_session *session);

/*
 * One line for people about the last failure: the alert received or the
 * library's reason ("alert 40, handshake failure"); NULL without one.
 */
const char *tls_session_error(const struct tls_session *session);
/* The same, as a fact. */
enum danelaw_tls_fault tls_session_fault(const struct tls_session *session);
/* The number of the TLS alert received, -1: none. */
int tls_session_alert(const struct tls_session *session);
/*
 * What this machine lacked since the session began ("Out of memory"), in this
 * session or another: nothing that it came to tells about the peer. NULL:
 * nothing. Static.
 */
const char *tls_session_lack(const struct tls_session *session);
/* How long our ClientHello was, its header included; 0: none was sent. */
int tls_session_hello_octets(const struct tls_session *session);
/* Of a hello alone (offer.h): did the server take it? Facts are those of its
 * answer then, as far as that tells. */
bool tls_session_answered(const struct tls_session *session);
/* Did the server ask for a certificate? Did we have one to send? */
bool tls_session_cert_requested(const struct tls_session *session);
bool tls_session_cert_sent(const struct tls_session *session);
/* After the handshake. False: no memory. */
bool tls_session_facts(const struct tls_session *session, struct arena *arena,
    struct danelaw_tls *facts);
/* A new reference to what was presented; NULL: nothing was. */
struct tls_chain *tls_session_chain(const struct tls_session *session);
