/* SPDX-License-Identifier: ISC */
/*
 * list.h - OpenSSL's lists of names, less what the OpenSSL at hand lacks.
 *
 * One name that is not known makes OpenSSL refuse a whole list. What is known
 * depends on its version, its build and its providers, so it is asked.
 */
#pragma once

#include <openssl/ssl.h>

enum list_kind {
	LIST_GROUPS, /* "*X25519": with a key share, where that can be said */
	LIST_SIGALGS,
	LIST_SUITES,
};

/*
 * The known ones of "A:B:C", in that order, "" for none; the caller frees it.
 * NULL: no memory. ctx is to try with, and is of no other use afterwards.
 */
char *list_known(SSL_CTX *ctx, enum list_kind kind, const char *list);
