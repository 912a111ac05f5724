/* SPDX-License-Identifier: ISC */
#include "tls/lack.h"

#include <errno.h>
#include <pthread.h>
#include <stdlib.h>

#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/proverr.h>

static pthread_once_t once = PTHREAD_ONCE_INIT;

/* As OpenSSL's own do it: nothing is allocated for nothing. */

static void *
take(size_t size, const char *file, int line)
{
	void *memory = size == 0 ? NULL : malloc(size);

	if (memory == NULL && size > 0)
		lack_note();
	return memory;
}

static void
give(void *memory, const char *file, int line)
{
	free(memory);
}

static void *
take_more(void *old, size_t size, const char *file, int line)
{
	void *memory;

	if (size == 0) {
		give(old, file, line);
		return NULL;
	}
	memory = realloc(old, size);
	if (memory == NULL)
		lack_note();
	return memory;
}

static void
watch(void)
{
	CRYPTO_malloc_fn malloc_fn;
	CRYPTO_realloc_fn realloc_fn;
	CRYPTO_free_fn free_fn;

	CRYPTO_get_mem_functions(&malloc_fn, &realloc_fn, &free_fn);
	if (malloc_fn == CRYPTO_malloc && realloc_fn == CRYPTO_realloc &&
	    free_fn == CRYPTO_free)
		CRYPTO_set_mem_functions(take, take_more, give);
}

void
tls_lack_watch(void)
{
	pthread_once(&once, watch);
}

/* A generator that got no entropy says so with the provider's number. */
static bool
is_random(unsigned long code)
{
	int reason = ERR_GET_REASON(code);

	return ERR_GET_LIB(code) == ERR_LIB_RAND ||
	    (ERR_GET_LIB(code) == ERR_LIB_PROV &&
		(reason == PROV_R_ERROR_RETRIEVING_ENTROPY ||
		    reason == PROV_R_ERROR_INSTANTIATING_DRBG ||
		    reason == PROV_R_IN_ERROR_STATE));
}

bool
tls_is_lack(unsigned long code)
{
	int reason = ERR_GET_REASON(code);

	if (code == 0)
		return false;
	if (ERR_GET_LIB(code) == ERR_LIB_SYS)
		return reason == ENOMEM || reason == EMFILE || reason == ENFILE;
	return reason == ERR_R_MALLOC_FAILURE || is_random(code);
}

bool
tls_lack_look(void)
{
	bool found =
	    tls_is_lack(ERR_peek_error()) || tls_is_lack(ERR_peek_last_error());

	if (found)
		lack_note();
	return found;
}
