/* SPDX-License-Identifier: ISC */
/*
 * narrow.h - OpenSSL before 3.2 without what neither TLS nor a certificate
 * needs. For library.c alone.
 *
 * Each time OpenSSL 3.0 reads the key of a certificate it walks over all
 * algorithms that it has loaded, and over all its decoders of keys. With a
 * tenth of them a handshake costs a quarter less. The algorithms themselves
 * are those of OpenSSL's default provider, called as they are. Newer ones
 * gain nothing by it, and have algorithms that would be missed.
 */
#pragma once

#include <stdbool.h>

#include <openssl/types.h>

/* Is the OpenSSL at hand such an old one? */
bool narrow_is_due(void);
/* Once in a process, and never freed. NULL: it cannot be had. */
OSSL_LIB_CTX *narrow_new(void);
