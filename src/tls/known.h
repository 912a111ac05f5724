/* SPDX-License-Identifier: ISC */
/*
 * known.h - chains that were presented lately.
 *
 * Servers of one provider show the same certificates. What a chain says, its
 * digests and whose signature fits do not depend on who shows it, or for
 * whom: it is found out once (see tls_notes in openssl.h).
 *
 * Few are kept, and none that is big: who shows a new one each time gets
 * nothing but his own forgotten.
 */
#pragma once

#include "tls/openssl.h"

#define KNOWN_MAX 128
#define KNOWN_BYTES_MAX 16384 /* of the certificates in a chain */

/* A context's own, made when it is asked for. NULL: no memory. */
struct known *known_of(struct tls_context *context);
struct known *known_new(void);        /* NULL: no memory */
void known_free(struct known *known); /* NULL is fine */

/*
 * As tls_chain_new(), but where the same certificates, byte for byte and in
 * the same order, are known, a new reference to their chain. known may be
 * NULL: nothing is.
 */
struct tls_chain *known_chain(
    struct known *known, const STACK_OF(X509) * stack);
/* The same in place of tls_chain_from_der(). */
struct tls_chain *known_chain_read(
    struct known *known, const struct tls_der *list, size_t n);
