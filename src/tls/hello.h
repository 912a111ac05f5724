/* SPDX-License-Identifier: ISC */
/*
 * hello.h - a ClientHello written by hand, and how the answer begins.
 *
 * For what the OpenSSL at hand cannot offer: which group, or which kind of
 * certificate, a server chooses is told by its first message, and needs no
 * key of ours (RFC 8446 sections 4.1.2 to 4.1.4). Pure: bytes in, bytes out.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

#define HELLO_RANDOM 96 /* octets */
#define HELLO_MAX 1024
#define HELLO_ANSWER_MAX 8192

struct hello_wish {
	const uint16_t *groups; /* by number; a key share for X25519 alone */
	size_t n_groups;
	const uint16_t *sigalgs;
	size_t n_sigalgs;
	const uint16_t *cert_sigalgs; /* of whoever signed certificates */
	size_t n_cert_sigalgs;
	const char *sni;       /* NULL: none */
	const uint8_t *random; /* so many octets that nobody can foresee */
};

/* TLS 1.3 alone, as a record. Its length; 0: it does not fit. */
size_t hello_write(const struct hello_wish *wish, uint8_t *bytes, size_t room);

enum hello_kind {
	HELLO_MORE = 0, /* not all of it has come */
	HELLO_SERVER,   /* it has all that it needs */
	HELLO_RETRY,    /* it wants a key share of its group */
	HELLO_ALERT,
	HELLO_OTHER, /* no TLS, or nonsense */
};

struct hello_answer {
	enum hello_kind kind;
	unsigned version, suite; /* as in TLS, of HELLO_SERVER and _RETRY */
	unsigned group;          /* 0: it names none */
	int alert;               /* of HELLO_ALERT */
};

/* What has come so far, from the first octet. */
struct hello_answer hello_read(const uint8_t *bytes, size_t len);
