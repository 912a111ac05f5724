/* SPDX-License-Identifier: ISC */
/*
 * library.h - the OpenSSL that handshakes and certificates are made with.
 *
 * One for the whole process, with the default provider and nothing else: what
 * the program around us has set or loaded in its own has no influence here.
 * It is made by the first call and never freed: certificates outlive all else
 * that we make. It reads public keys; private ones are to be read with NULL.
 */
#pragma once

#include <openssl/types.h>

/*
 * For SSL_CTX_new_ex() and X509_new_ex(). NULL where it cannot be had, which
 * is OpenSSL's word for the program's own: all works then as well.
 */
OSSL_LIB_CTX *library_own(void);
/*
 * For a program that reads certificates and keys and checks no signature,
 * before anything else of OpenSSL: half of its start is spent on what these
 * need not, and openssl.cnf has no say.
 */
void library_start_small(void);
/* Its digests, so that nobody has to load those of the program's own. */
const EVP_MD *library_sha256(void);
const EVP_MD *library_sha512(void);
