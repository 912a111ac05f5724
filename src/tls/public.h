/* SPDX-License-Identifier: ISC */
/*
 * public.h - the key of a server that has no certificate for it yet.
 *
 * What is read becomes the facts of a certificate of which nothing but the
 * key is known, and of a request the name: der is NULL, depth -1. The key
 * stands as it will stand in the certificate (RFC 6698 section 2.1.2).
 */
#ifndef TLS_PUBLIC_H
#define TLS_PUBLIC_H

#include <danelaw_report.h>

#include "base/arena.h"

/*
 * PEM with one key in it, private or public; certificates and parameters
 * beside it are passed over. No passphrase is ever asked for. False: *error is
 * a sentence in the arena without full stop, or NULL: no memory.
 */
bool tls_key_read(struct arena *arena, const char *pem, size_t len,
    struct danelaw_cert *cert, const char **error);
/* A certificate request, PEM or DER, signed by its own key. */
bool tls_request_read(struct arena *arena, const char *pem, size_t len,
    struct danelaw_cert *cert, const char **error);

#endif
