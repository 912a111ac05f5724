/* SPDX-License-Identifier: ISC */
/*
 * narrow.h - OpenSSL without what neither TLS nor a certificate needs.
 *
 * Each time OpenSSL 3.0 reads the key of a certificate it walks over all
 * algorithms that it has loaded, and over all its decoders of keys. With a
 * tenth of them a handshake costs a quarter less. The algorithms themselves
 * are those of OpenSSL's default provider, called as they are.
 */
#ifndef TLS_NARROW_H
#define TLS_NARROW_H

#include <openssl/types.h>

/*
 * For SSL_CTX_new_ex() and X509_new_ex(). One for the whole process, made by
 * the first call and never freed: certificates outlive all else that we make.
 * NULL where it cannot be had, which is OpenSSL's word for the whole library:
 * all works then as well, and slower.
 *
 * It reads public keys only; private ones are to be read with NULL.
 */
OSSL_LIB_CTX *narrow_library(void);
/* Its digests, so that nobody has to load those of the whole library. */
const EVP_MD *narrow_sha256(void);
const EVP_MD *narrow_sha512(void);

#endif
