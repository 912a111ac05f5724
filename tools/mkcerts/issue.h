/* SPDX-License-Identifier: ISC */
/*
 * issue.h - one certificate, made as its entry says.
 */
#ifndef MKCERTS_ISSUE_H
#define MKCERTS_ISSUE_H

#include <openssl/evp.h>
#include <openssl/x509.h>

#include "spec.h"

/* False: OpenSSL here has no such keys. */
bool issue_can(const char *kind);
/* NULL on failure; the reason is in OpenSSL's error queue. */
EVP_PKEY *issue_key(const char *kind);
bool issue_key_is(const EVP_PKEY *key, const char *kind);
/*
 * key is the entry's, issuer_key its issuer's. On failure NULL, and *why
 * (static) names the part that OpenSSL would not make.
 */
X509 *issue_cert(const struct entry *entry, EVP_PKEY *key, EVP_PKEY *issuer_key,
    const char **why);

#endif
