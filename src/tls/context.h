/* SPDX-License-Identifier: ISC */
/*
 * context.h - what all handshakes of a process share.
 */
#ifndef TLS_CONTEXT_H
#define TLS_CONTEXT_H

#include <stdbool.h>
#include <stddef.h>

struct tls_context;

/*
 * cert_file and key_file: PEM for a client certificate, NULL for none.
 * NULL return: *error is a sentence the caller frees. Not influenced by
 * openssl.cnf; holds no CA store.
 */
struct tls_context *tls_context_new(
    const char *cert_file, const char *key_file, char **error);
void tls_context_free(struct tls_context *context);

/* "OpenSSL 3.0.x ..." */
const char *tls_library(void);

#endif
