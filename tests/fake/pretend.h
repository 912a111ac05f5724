/* SPDX-License-Identifier: ISC */
/*
 * pretend.h - the first answer of servers that OpenSSL here cannot be.
 */
#ifndef FAKE_PRETEND_H
#define FAKE_PRETEND_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum pretend {
	PRETEND_NOTHING = 0,
	PRETEND_HYBRID,    /* has hybrid groups alone */
	PRETEND_MLDSA,     /* has an ML-DSA certificate alone */
	PRETEND_MLDSA_TOO, /* shows one to those that take nothing else */
	PRETEND_NO_HYBRID, /* goes when it sees a hybrid group */
};
#define PRETEND_WORDS                                                          \
	{                                                                      \
		"nothing", "hybrid", "mldsa", "mldsa-too", "no-hybrid", NULL   \
	}
#define PRETEND_MAX 256

/*
 * The answer to a ClientHello and its length; 0: to close without one. False:
 * that is for a real server to give.
 */
bool pretend_answer(enum pretend what, const uint8_t *hello, size_t len,
    uint8_t answer[static PRETEND_MAX], size_t *n);

#endif
