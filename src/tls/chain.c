/* SPDX-License-Identifier: ISC */
/* The chain as such: made, counted, compared, read from a file. */
#include "tls/peer.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>

#include "tls/lack.h"
#include "tls/memo.h"
#include "tls/library.h"
#include "tls/openssl.h"

/* Most often the key stands in the certificate as it is written by itself. */
static const uint8_t *
find_key(const struct tls_cert *cert, const uint8_t *key, size_t len)
{
	return memmem(cert->part[0].der, cert->part[0].len, key, len);
}

static bool
fill_key(struct arena *bytes, struct tls_cert *cert)
{
	const X509_PUBKEY *key = X509_get_X509_PUBKEY(cert->x509);
	uint8_t *der = NULL;
	int len = key == NULL ? -1 : i2d_X509_PUBKEY(key, &der);

	if (len >= 0) {
		cert->part[1].len = (size_t)len;
		cert->part[1].der = find_key(cert, der, (size_t)len);
		if (cert->part[1].der == NULL)
			cert->part[1].der =
			    arena_memdup(bytes, der, (size_t)len);
	}
	OPENSSL_free(der);
	return cert->part[1].der != NULL;
}

static bool
cert_fill(struct arena *bytes, struct tls_cert *cert)
{
	if (!fill_key(bytes, cert))
		return false;
	for (size_t i = 0; i < 2; i++) {
		if (EVP_Digest(cert->part[i].der, cert->part[i].len,
			cert->part[i].sha256, NULL, library_sha256(),
			NULL) != 1 ||
		    EVP_Digest(cert->part[i].der, cert->part[i].len,
			cert->part[i].sha512, NULL, library_sha512(),
			NULL) != 1)
			return false;
	}
	return true;
}

bool
tls_chain_write(const STACK_OF(X509) * stack, struct tls_written *written)
{
	int n = stack == NULL ? 0 : sk_X509_num(stack);
	struct tls_written out = { 0 };

	if (n <= 0 || n > TLS_CHAIN_MAX)
		return false;
	out.n = (size_t)n;
	for (int i = 0; i < n; i++) {
		int len = i2d_X509(sk_X509_value(stack, i), NULL);

		if (len < 0)
			return false;
		out.at[i + 1] = out.at[i] + (size_t)len;
	}
	out.bytes = malloc(out.at[n]);
	if (out.bytes == NULL) {
		lack_note();
		return false;
	}
	for (int i = 0; i < n; i++) {
		uint8_t *at = out.bytes + out.at[i];

		i2d_X509(sk_X509_value(stack, i), &at);
		if (at != out.bytes + out.at[i + 1]) {
			free(out.bytes);
			return false;
		}
	}
	*written = out;
	return true;
}

void
tls_written_finish(struct tls_written *written)
{
	free(written->bytes);
}

struct tls_chain *
tls_chain_make(const STACK_OF(X509) * stack, const struct tls_written *written)
{
	size_t n = written->n;
	struct tls_chain *chain =
	    calloc(1, sizeof(*chain) + n * sizeof(chain->certs[0]));
	const uint8_t *bytes;
	bool done = false;

	if (chain == NULL) {
		lack_note();
		return NULL;
	}
	chain->refs = 1;
	chain->stack = sk_X509_new_reserve(NULL, (int)n);
	chain->bytes = arena_new();
	if (chain->stack == NULL || chain->bytes == NULL)
		goto done;
	chain->notes = arena_alloc(chain->bytes, sizeof(*chain->notes));
	chain->memos = arena_alloc(chain->bytes, n * sizeof(*chain->memos));
	bytes = arena_memdup(chain->bytes, written->bytes, written->at[n]);
	if (chain->notes == NULL || chain->memos == NULL || bytes == NULL)
		goto done;
	for (size_t i = 0; i < n; i++) {
		struct tls_cert *cert = &chain->certs[i];

		cert->x509 = sk_X509_value(stack, (int)i);
		cert->part[0].der = bytes + written->at[i];
		cert->part[0].len = written->at[i + 1] - written->at[i];
		X509_up_ref(cert->x509);
		sk_X509_push(chain->stack, cert->x509);
		chain->n++;
		if (!cert_fill(chain->bytes, cert))
			goto done;
	}
	done = true;
done:
	if (!done) {
		if (chain->bytes == NULL || arena_failed(chain->bytes))
			lack_note();
		tls_chain_unref(chain);
		chain = NULL;
		ERR_clear_error();
	}
	return chain;
}

struct tls_chain *
tls_chain_new(const STACK_OF(X509) * stack)
{
	struct tls_written written;
	struct tls_chain *chain = NULL;

	if (tls_chain_write(stack, &written)) {
		chain = tls_chain_make(stack, &written);
		tls_written_finish(&written);
	}
	return chain;
}

struct tls_chain *
tls_chain_ref(struct tls_chain *chain)
{
	chain->refs++;
	return chain;
}

void
tls_chain_unref(struct tls_chain *chain)
{
	if (chain == NULL || --chain->refs > 0)
		return;
	for (size_t i = 0; chain->notes != NULL && i < TLS_NOTES_MEMOS; i++)
		match_memo_free(chain->notes->memos[i]);
	arena_unref(chain->bytes);
	sk_X509_pop_free(chain->stack, X509_free);
	free(chain);
}

size_t
tls_chain_count(const struct tls_chain *chain)
{
	return chain == NULL ? 0 : chain->n;
}

bool
tls_chain_same_leaf(const struct tls_chain *a, const struct tls_chain *b)
{
	if (tls_chain_count(a) == 0 || tls_chain_count(b) == 0)
		return false;
	return a->certs[0].part[0].len == b->certs[0].part[0].len &&
	    memcmp(a->certs[0].part[0].der, b->certs[0].part[0].der,
		a->certs[0].part[0].len) == 0;
}

static int
no_passphrase(char *text, int size, int writing, void *arg)
{
	return -1;
}

__attribute__((format(printf, 2, 3))) static void
explain(char **error, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	if (vasprintf(error, format, args) < 0)
		*error = NULL;
	va_end(args);
}

/* Reads all certificates; what ends it must be the end of the text. */
static bool
read_all(BIO *bio, STACK_OF(X509) * stack, char **error)
{
	for (;;) {
		X509 *x509 = X509_new_ex(library_own(), NULL);
		bool found = x509 != NULL &&
		    PEM_read_bio_X509(bio, &x509, no_passphrase, NULL) != NULL;
		unsigned long code = ERR_peek_last_error();
		const char *reason;

		if (found) {
			if (sk_X509_num(stack) < TLS_CHAIN_MAX &&
			    sk_X509_push(stack, x509) > 0)
				continue;
			X509_free(x509);
			explain(
			    error, "more than %d certificates", TLS_CHAIN_MAX);
			return false;
		}
		X509_free(x509);
		if (ERR_GET_LIB(code) == ERR_LIB_PEM &&
		    ERR_GET_REASON(code) == PEM_R_NO_START_LINE)
			return true;
		reason = ERR_reason_error_string(code);
		explain(error, "certificate %d cannot be read: %s",
		    sk_X509_num(stack) + 1,
		    reason == NULL ? "unknown error" : reason);
		return false;
	}
}

/* One certificate behind the other, to the last byte. */
static bool
read_der(const char *bytes, size_t len, STACK_OF(X509) * stack)
{
	const unsigned char *at = (const unsigned char *)bytes;
	const unsigned char *end = at + len;

	while (at < end && sk_X509_num(stack) < TLS_CHAIN_MAX) {
		X509 *x509 = X509_new_ex(library_own(), NULL);

		if (x509 == NULL ||
		    d2i_X509(&x509, &at, (long)(end - at)) == NULL ||
		    sk_X509_push(stack, x509) <= 0) {
			X509_free(x509);
			return false;
		}
	}
	return at == end && len > 0;
}

struct tls_chain *
tls_chain_from_pem(const char *pem, size_t len, char **error)
{
	STACK_OF(X509) *stack = NULL;
	struct tls_chain *chain = NULL;
	unsigned long lacks = lack_count();
	BIO *bio = NULL;

	if (len > TLS_PEM_MAX) {
		explain(error, "more than %d bytes", TLS_PEM_MAX);
		return NULL;
	}
	ERR_clear_error();
	bio = BIO_new_mem_buf(pem, (int)len);
	stack = sk_X509_new_null();
	if (bio == NULL || stack == NULL)
		goto done;
	if (!read_all(bio, stack, error))
		goto done;
	if (sk_X509_num(stack) == 0 && !read_der(pem, len, stack)) {
		explain(error, "no certificate in PEM form is in it");
		goto done;
	}
	chain = tls_chain_new(stack);
done:
	/* Then it is not the file that is to blame. */
	if (tls_lack_look() || lack_count() != lacks) {
		tls_chain_unref(chain);
		chain = NULL;
		free(*error);
		*error = NULL;
	}
	ERR_clear_error();
	sk_X509_pop_free(stack, X509_free);
	BIO_free(bio);
	return chain;
}

struct tls_der
tls_chain_der(const struct tls_chain *chain, size_t i)
{
	return (struct tls_der) {
		.bytes = chain->certs[i].part[0].der,
		.len = chain->certs[i].part[0].len,
	};
}

struct tls_chain *
tls_chain_from_der(const struct tls_der *list, size_t n)
{
	STACK_OF(X509) *stack = sk_X509_new_null();
	struct tls_chain *chain = NULL;

	if (stack == NULL || n > TLS_CHAIN_MAX)
		goto done;
	for (size_t i = 0; i < n; i++) {
		/* One and no more. */
		if (!read_der(
			(const char *)list[i].bytes, list[i].len, stack) ||
		    (size_t)sk_X509_num(stack) != i + 1)
			goto done;
	}
	chain = tls_chain_new(stack);
done:
	ERR_clear_error();
	sk_X509_pop_free(stack, X509_free);
	return chain;
}
