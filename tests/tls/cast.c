/* SPDX-License-Identifier: ISC */
#include "tls/cast.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tls/openssl.h"

static void
die(const char *what, const char *name)
{
	fprintf(stderr, "cast: %s: %s\n", what, name);
	abort();
}

static const struct forged *
find(const struct cast *cast, const char *name, size_t len)
{
	for (size_t i = 0; i < cast->n; i++)
		if (strlen(cast->roles[i].name) == len &&
		    strncmp(cast->roles[i].name, name, len) == 0)
			return &cast->made[i];
	die("nobody has this name", name);
	return NULL;
}

const struct forged *
cast_find(const struct cast *cast, const char *name)
{
	return find(cast, name, strlen(name));
}

void
cast_init(struct cast *cast, const struct role *roles, size_t n)
{
	cast->roles = roles;
	cast->made = calloc(n, sizeof(*cast->made));
	for (cast->n = 0; cast->n < n; cast->n++) {
		const struct role *role = &roles[cast->n];
		struct forge how = role->how;

		if (role->issuer != NULL)
			how.issuer = cast_find(cast, role->issuer);
		if (role->key != NULL)
			how.key = cast_find(cast, role->key)->key;
		if (role->signer != NULL)
			how.signer = cast_find(cast, role->signer)->key;
		cast->made[cast->n] = forge_cert(&how);
	}
}

void
cast_finish(struct cast *cast)
{
	for (size_t i = 0; i < cast->n; i++)
		forge_free(&cast->made[i]);
	free(cast->made);
}

struct tls_chain *
cast_chain(const struct cast *cast, const char *words)
{
	STACK_OF(X509) *stack = sk_X509_new_null();
	struct tls_chain *chain;

	while (*words != '\0') {
		size_t len = strcspn(words, " ");

		sk_X509_push(stack, find(cast, words, len)->cert);
		words += len;
		words += strspn(words, " ");
	}
	if (sk_X509_num(stack) == 0) {
		sk_X509_free(stack);
		return NULL;
	}
	chain = tls_chain_new(stack);
	if (chain == NULL)
		die("no chain", words);
	sk_X509_free(stack);
	return chain;
}

uint8_t *
cast_data(struct arena *arena, const X509 *cert, unsigned selector,
    unsigned mtype, size_t *len)
{
	unsigned char *der = NULL, digest[EVP_MAX_MD_SIZE];
	int n = selector == 0
	    ? i2d_X509(cert, &der)
	    : i2d_X509_PUBKEY(X509_get_X509_PUBKEY(cert), &der);
	unsigned n_digest = 0;
	uint8_t *data;

	if (n <= 0)
		die("no DER", "certificate");
	if (mtype == 0) {
		data = arena_memdup(arena, der, (size_t)n);
		*len = (size_t)n;
	} else {
		EVP_Digest(der, (size_t)n, digest, &n_digest,
		    mtype == 1 ? EVP_sha256() : EVP_sha512(), NULL);
		data = arena_memdup(arena, digest, n_digest);
		*len = n_digest;
	}
	OPENSSL_free(der);
	return data;
}

static void
read_record(const struct cast *cast, struct arena *arena, const char *word,
    struct danelaw_record *record)
{
	unsigned usage, selector, mtype;
	char name[32], fault = '\0';
	size_t last, len;
	uint8_t *data;

	if (sscanf(word, "%u %u %u %31s", &usage, &selector, &mtype, name) != 4)
		die("no record", word);
	last = strcspn(name, "~#+;");
	if (name[last] != ';')
		fault = name[last];
	name[last] = '\0';
	data = cast_data(arena, cast_find(cast, name)->cert, selector,
	    mtype > 2 ? 0 : mtype, &len);
	if (fault == '~') {
		data[len - 1] ^= 1;
	} else if (fault == '#') {
		len--;
	} else if (fault == '+') {
		uint8_t *longer = arena_alloc(arena, len + 1);

		memcpy(longer, data, len);
		data = longer;
		len++;
	}
	*record = (struct danelaw_record) {
		.usage = (uint8_t)usage,
		.selector = (uint8_t)selector,
		.mtype = (uint8_t)mtype,
		.data = data,
		.len = len,
		.usable = (usage == 2 || usage == 3) && selector < 2 &&
		    mtype < 3 && (mtype == 0 || fault == '\0' || fault == '~'),
	};
}

struct danelaw_record *
cast_records(
    const struct cast *cast, struct arena *arena, const char *words, size_t *n)
{
	struct danelaw_record *records = NULL, *record;

	*n = 0;
	while (*words != '\0') {
		record = ARENA_PUSH(arena, records, *n);
		read_record(cast, arena, words, record);
		words += strcspn(words, ";");
		words += strspn(words, "; ");
	}
	return records;
}
