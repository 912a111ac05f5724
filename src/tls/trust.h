/* SPDX-License-Identifier: ISC */
/*
 * trust.h - the certificates of CAs that somebody trusts. For pkix.c alone.
 */
#pragma once

#include <stdbool.h>

#include <openssl/x509.h>

#include "base/arena.h"

struct trust {
	X509_STORE *store; /* NULL: not loaded so far */
	char *ca_file, *ca_path;
};

/* Both NULL: the system's store, read by trust_store() and not before. */
struct trust *trust_new(const char *ca_file, const char *ca_path, char **error);
void trust_free(struct trust *trust); /* NULL is fine */
/* NULL: no memory. */
X509_STORE *trust_store(struct trust *trust);

/* What was read while something was lacking is read again. */
void trust_forget(struct trust *trust);

/* "the file F", "the system's store" */
const char *trust_words(const struct trust *trust, struct arena *arena);
/*
 * Why a folder of certificates does not give the one with this subject, as
 * "; run ..."; "" where there is no folder or nothing to say of it. *there: it
 * lies in the folder, and only the link to it is missing.
 */
const char *trust_folder_words(const struct trust *trust,
    const X509_NAME *subject, struct arena *arena, bool *there);
