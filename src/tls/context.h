/* SPDX-License-Identifier: ISC */
/*
 * context.h - what all handshakes of a process share.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

struct tls_context;

/*
 * cert_file and key_file: PEM for a client certificate, NULL for none.
 * NULL return: *error is a sentence the caller frees. Trusts no CA.
 *
 * The first call keeps OpenSSL from reading openssl.cnf in this process. What
 * a program has read of it before has no influence here, neither settings of
 * TLS nor providers: handshakes have a library of their own (library.h), with
 * the default provider. A context must outlive its sessions, not its chains.
 */
struct tls_context *tls_context_new(
    const char *cert_file, const char *key_file, char **error);
/*
 * From now on chains are also held against public CAs (pkix.h): those of a
 * PEM file, of a hashed folder, or, where both are NULL, the system's, which
 * are read when the first chain is judged. False: *error as above.
 */
bool tls_context_trust(struct tls_context *context, const char *ca_file,
    const char *ca_path, char **error);
void tls_context_free(struct tls_context *context);

/* "OpenSSL 3.0.x ..." */
const char *tls_library(void);
/* "3.0.x" */
const char *tls_library_version(void);
