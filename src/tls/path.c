/* SPDX-License-Identifier: ISC */
#include <openssl/err.h>
#include <openssl/x509_vfy.h>

#include "tls/trial.h"

static int
accept_all(int ok, X509_STORE_CTX *store)
{
	return 1;
}

static int
check_nothing(X509_STORE_CTX *store)
{
	return 1;
}

/* Where it stands in the chain as sent; chain->n: it came by the DNS. */
static size_t
find(const struct tls_chain *chain, const X509 *cert)
{
	size_t i = 0;

	while (i < chain->n && chain->certs[i].x509 != cert)
		i++;
	return i;
}

static void
place(const struct tls_chain *chain, const X509 *cert, int depth, int *depths)
{
	size_t i = find(chain, cert);

	/* It may be a copy of its own that came with a record. */
	for (size_t j = 0; i == chain->n && j < chain->n; j++)
		if (X509_cmp(chain->certs[j].x509, cert) == 0)
			i = j;
	if (i < chain->n && depths[i] < 0)
		depths[i] = depth;
}

static X509 *
cert_at(const struct tls_chain *chain, const int *depths, int depth)
{
	for (size_t i = 0; i < chain->n; i++)
		if (depths[i] == depth)
			return chain->certs[i].x509;
	return NULL;
}

void
path_note_signed(
    const struct tls_chain *chain, const X509 *below, const X509 *above)
{
	size_t i = find(chain, below), j = find(chain, above);

	if (i < chain->n && j < chain->n && i != j)
		chain->memos[i] = (struct tls_memo) { (uint8_t)(j + 1), true };
}

/*
 * One chain is judged for each domain that shares the host, and a signature
 * takes as long as a quarter of a handshake: the answer is kept.
 */
static bool
is_signed_by(const struct tls_chain *chain, X509 *below, X509 *above)
{
	size_t i = find(chain, below), j = find(chain, above);
	bool known = i < chain->n && j < chain->n;
	struct tls_memo *memo = known ? &chain->memos[i] : NULL;
	EVP_PKEY *key;
	bool fits;

	if (known && memo->issuer == j + 1)
		return memo->fits;
	key = X509_get0_pubkey(above);
	fits = key != NULL && X509_verify(below, key) == 1;
	if (known)
		*memo = (struct tls_memo) { (uint8_t)(j + 1), fits };
	return fits;
}

/* A server may send many of one name; a signature takes its time. */
#define SIGNATURES_MAX 64

void
match_signers(const struct tls_chain *chain, struct danelaw_cert *certs)
{
	int left = SIGNATURES_MAX;

	for (size_t i = 0; i < chain->n; i++) {
		X509 *below = chain->certs[i].x509;

		certs[i].signed_by = -1;
		for (size_t j = 0; j < chain->n && left > 0; j++) {
			X509 *above = chain->certs[j].x509;

			if (i == j || X509_cmp(below, above) == 0 ||
			    X509_NAME_cmp(X509_get_issuer_name(below),
				X509_get_subject_name(above)) != 0)
				continue;
			left--;
			if (is_signed_by(chain, below, above)) {
				certs[i].signed_by = (int)j + 1;
				break;
			}
		}
	}
	ERR_clear_error();
}

void
path_cut_unsigned(
    const struct tls_chain *chain, const STACK_OF(X509) * built, int *depths)
{
	int n = built == NULL ? 0 : sk_X509_num(built), depth = 0;

	for (;; depth++) {
		X509 *below = depth < n ? sk_X509_value(built, depth)
					: cert_at(chain, depths, depth);
		X509 *above = depth + 1 < n ? sk_X509_value(built, depth + 1)
					    : cert_at(chain, depths, depth + 1);

		if (below == NULL || above == NULL ||
		    !is_signed_by(chain, below, above))
			break;
	}
	for (size_t i = 0; i < chain->n; i++)
		if (depths[i] > depth)
			depths[i] = -1;
}

bool
path_depths(const struct tls_context *context, const struct tls_chain *chain,
    int64_t at, const STACK_OF(X509) * built, int *depths)
{
	X509_STORE_CTX *store = X509_STORE_CTX_new();
	int n = built == NULL ? 0 : sk_X509_num(built);
	const STACK_OF(X509) * plain;
	bool done = false;

	for (size_t i = 0; i < chain->n; i++)
		depths[i] = -1;
	for (int i = 0; i < n; i++)
		place(chain, sk_X509_value(built, i), i, depths);
	if (store == NULL ||
	    X509_STORE_CTX_init(store, SSL_CTX_get_cert_store(context->shake),
		chain->certs[0].x509, chain->stack) != 1)
		goto done;
	/* Only to see the chain: no signature is looked at. */
	X509_STORE_CTX_set_time(store, 0, (time_t)at);
	X509_STORE_CTX_set_verify_cb(store, accept_all);
	X509_STORE_CTX_set_verify(store, check_nothing);
	X509_verify_cert(store);
	plain = X509_STORE_CTX_get0_chain(store);
	for (int i = 0; plain != NULL && i < sk_X509_num(plain); i++) {
		X509 *cert = sk_X509_value(plain, i);

		if (i >= n)
			place(chain, cert, i, depths);
		else if (X509_cmp(cert, sk_X509_value(built, i)) != 0)
			break;
	}
	done = true;
done:
	X509_STORE_CTX_free(store);
	ERR_clear_error();
	return done;
}
