/* SPDX-License-Identifier: ISC */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "tls/cast.h"
#include "tls/known.h"

static struct cast cast;

static int
set_up(void **state)
{
	(void)state;
	cast_init(&cast, cast_roles, cast_n_roles);
	return 0;
}

static int
tear_down(void **state)
{
	(void)state;
	cast_finish(&cast);
	return 0;
}

/* As it comes from a server: nothing is shared with who made it. */
static X509 *
read_again(const X509 *cert)
{
	unsigned char *der = NULL;
	int len = i2d_X509(cert, &der);
	const unsigned char *at = der;
	X509 *again;

	assert_true(len > 0);
	again = d2i_X509(NULL, &at, len);
	assert_non_null(again);
	OPENSSL_free(der);
	return again;
}

/* The same certificate but for its serial number, signature and all. */
static X509 *
near(const X509 *cert)
{
	X509 *again = read_again(cert);
	unsigned char *der = NULL;
	const unsigned char *at;
	const ASN1_INTEGER *serial = X509_get0_serialNumber(again);
	int len = i2d_X509(again, &der);
	int serial_len = ASN1_STRING_length(serial);
	unsigned char *place;

	assert_true(serial_len > 0);
	place = memmem(der, (size_t)len, ASN1_STRING_get0_data(serial),
	    (size_t)serial_len);
	assert_non_null(place);
	place[serial_len - 1] ^= 2;
	X509_free(again);
	at = der;
	again = d2i_X509(NULL, &at, len);
	assert_non_null(again);
	OPENSSL_free(der);
	return again;
}

static struct tls_chain *
present(struct known *known, const char *words)
{
	struct tls_chain *chain = cast_chain(&cast, words), *found;
	STACK_OF(X509) *stack = sk_X509_new_null();

	for (size_t i = 0; i < chain->n; i++)
		sk_X509_push(stack, read_again(chain->certs[i].x509));
	found = known_chain(known, stack);
	assert_non_null(found);
	assert_int_equal(found->n, chain->n);
	for (size_t i = 0; i < chain->n; i++) {
		const struct tls_cert *a = &chain->certs[i];
		const struct tls_cert *b = &found->certs[i];

		assert_int_equal(X509_cmp(a->x509, b->x509), 0);
		for (size_t j = 0; j < 2; j++) {
			assert_int_equal(a->part[j].len, b->part[j].len);
			assert_memory_equal(
			    a->part[j].der, b->part[j].der, a->part[j].len);
			assert_memory_equal(
			    a->part[j].sha256, b->part[j].sha256, 32);
			assert_memory_equal(
			    a->part[j].sha512, b->part[j].sha512, 64);
		}
	}
	sk_X509_pop_free(stack, X509_free);
	tls_chain_unref(chain);
	return found;
}

/* Nothing but the same certificates in the same order is the same chain. */
static void
test_same(void **state)
{
	static const char *const rows[] = {
		"leaf inter root",
		"leaf inter",
		"leaf",
		"leaf root inter",
		"leaf inter inter",
		"leaf root root",
		"inter",
		"root",
		"inter leaf root",
	};
	const size_t n = sizeof(rows) / sizeof(rows[0]);
	struct tls_chain *chains[sizeof(rows) / sizeof(rows[0])];
	struct known *known = known_new();
	(void)state;

	for (size_t i = 0; i < n; i++) {
		chains[i] = present(known, rows[i]);
		for (size_t j = 0; j < i; j++)
			assert_ptr_not_equal(chains[i], chains[j]);
	}
	for (size_t i = 0; i < n; i++) {
		struct tls_chain *again = present(known, rows[i]);

		assert_ptr_equal(again, chains[i]);
		tls_chain_unref(again);
	}
	known_free(known);
	for (size_t i = 0; i < n; i++) {
		/* Who has one keeps it. */
		assert_int_equal(chains[i]->refs, 1);
		tls_chain_unref(chains[i]);
	}
}

/* What another process tells is known like what was presented. */
static void
test_read(void **state)
{
	struct known *known = known_new();
	struct tls_chain *chain = present(known, "leaf inter"), *again, *other;
	struct tls_der list[TLS_CHAIN_MAX + 1] = { tls_chain_der(chain, 0),
		tls_chain_der(chain, 1) };
	uint8_t *copy = malloc(list[0].len + 1);
	(void)state;

	again = known_chain_read(known, list, 2);
	assert_ptr_equal(again, chain);
	tls_chain_unref(again);
	other = known_chain_read(NULL, list, 2);
	assert_int_equal(tls_chain_count(other), 2);
	assert_ptr_not_equal(other, chain);
	tls_chain_unref(other);
	/* The other way round. */
	again = known_chain_read(known, list + 1, 1);
	assert_int_equal(tls_chain_count(again), 1);
	other = present(known, "inter");
	assert_ptr_equal(again, other);
	tls_chain_unref(again);
	tls_chain_unref(other);
	/* Together they are the same bytes, and yet no certificates. */
	list[0].len--;
	list[1].bytes = list[0].bytes + list[0].len;
	list[1].len++;
	assert_null(known_chain_read(known, list, 2));
	list[0].len++;
	assert_non_null(copy);
	memcpy(copy, list[0].bytes, list[0].len);
	copy[list[0].len] = 0;
	list[0] = (struct tls_der) { copy, list[0].len + 1 };
	assert_null(known_chain_read(known, list, 1));
	list[0].len = 0;
	assert_null(known_chain_read(known, list, 1));
	assert_null(known_chain_read(known, list, 0));
	assert_null(known_chain_read(known, list, TLS_CHAIN_MAX + 1));
	free(copy);
	tls_chain_unref(chain);
	known_free(known);
}

/* Signatures may be copied, and tell nothing of what is before them. */
static void
test_same_end(void **state)
{
	STACK_OF(X509) * stacks[2] = { sk_X509_new_null(), sk_X509_new_null() };
	struct tls_chain *chains[2], *again;
	struct known *known = known_new();
	X509 *leaf = cast_find(&cast, "leaf")->cert;
	(void)state;

	sk_X509_push(stacks[0], read_again(leaf));
	sk_X509_push(stacks[1], near(leaf));
	for (size_t i = 0; i < 2; i++)
		chains[i] = known_chain(known, stacks[i]);
	assert_int_equal(
	    chains[0]->certs[0].part[0].len, chains[1]->certs[0].part[0].len);
	assert_ptr_not_equal(chains[0], chains[1]);
	assert_memory_not_equal(chains[0]->certs[0].part[0].sha256,
	    chains[1]->certs[0].part[0].sha256, 32);
	for (size_t i = 0; i < 2; i++) {
		again = known_chain(known, stacks[i]);
		assert_ptr_equal(again, chains[i]);
		tls_chain_unref(again);
		tls_chain_unref(chains[i]);
		sk_X509_pop_free(stacks[i], X509_free);
	}
	known_free(known);
}

static struct tls_chain *
present_one(struct known *known, X509 *cert)
{
	STACK_OF(X509) *stack = sk_X509_new_null();
	struct tls_chain *chain;

	sk_X509_push(stack, cert);
	chain = known_chain(known, stack);
	assert_non_null(chain);
	sk_X509_free(stack);
	return chain;
}

/* What was not presented for the longest time goes, and nothing else. */
static void
test_eviction(void **state)
{
	enum { N = KNOWN_MAX + 3 };
	struct known *known = known_new();
	struct tls_chain *chains[N], *again;
	struct forged made[N];
	EVP_PKEY *key = forge_key("P-256");
	(void)state;

	for (size_t i = 0; i < N; i++)
		made[i] = forge_cert(&(struct forge) { .key = key,
		    .cn = "mx.example",
		    .from = -1 - (int)i,
		    .to = 9 });
	for (size_t i = 0; i < KNOWN_MAX; i++)
		chains[i] = present_one(known, made[i].cert);
	again = present_one(known, made[0].cert);
	assert_ptr_equal(again, chains[0]);
	tls_chain_unref(again);
	for (size_t i = KNOWN_MAX; i < N; i++)
		chains[i] = present_one(known, made[i].cert);
	for (size_t i = 0; i < N; i++) {
		bool gone = i >= 1 && i <= N - KNOWN_MAX;

		assert_int_equal(chains[i]->refs, gone ? 1 : 2);
	}
	again = present_one(known, made[1].cert);
	assert_ptr_not_equal(again, chains[1]);
	tls_chain_unref(again);
	known_free(known);
	for (size_t i = 0; i < N; i++) {
		tls_chain_unref(chains[i]);
		forge_free(&made[i]);
	}
	EVP_PKEY_free(key);
}

/* No list at all, none to present, and one that is too big for the list. */
static void
test_bounds(void **state)
{
	struct known *known = known_new();
	struct tls_chain *one, *two;
	STACK_OF(X509) *stack = sk_X509_new_null();
	struct forged big = forge_cert(
	    &(struct forge) { .kind = "RSA 4096", .cn = "big.example" });
	size_t all = 0;
	(void)state;

	known_free(NULL);
	assert_null(known_chain(known, NULL));
	assert_null(known_chain(known, stack));
	one = present(NULL, "leaf inter");
	two = present(NULL, "leaf inter");
	assert_ptr_not_equal(one, two);
	tls_chain_unref(one);
	tls_chain_unref(two);
	while (sk_X509_num(stack) < TLS_CHAIN_MAX) {
		X509_up_ref(big.cert);
		sk_X509_push(stack, big.cert);
		all += (size_t)i2d_X509(big.cert, NULL);
	}
	assert_true(all > KNOWN_BYTES_MAX);
	one = known_chain(known, stack);
	two = known_chain(known, stack);
	assert_non_null(one);
	assert_ptr_not_equal(one, two);
	assert_int_equal(one->refs, 1);
	tls_chain_unref(one);
	tls_chain_unref(two);
	sk_X509_push(stack, X509_dup(big.cert));
	assert_null(known_chain(known, stack));
	sk_X509_pop_free(stack, X509_free);
	forge_free(&big);
	known_free(known);
}

/* What is said of the certificates is said in each tree of its own. */
static void
test_facts(void **state)
{
	struct known *known = known_new();
	struct tls_chain *one = present(known, "leaf inter");
	struct tls_chain *two = present(known, "leaf inter");
	struct arena *arenas[2] = { arena_new(), arena_new() };
	struct danelaw_cert *certs[2];
	size_t n[2];
	(void)state;

	assert_ptr_equal(one, two);
	assert_true(tls_chain_facts(one, arenas[0], &certs[0], &n[0]));
	certs[0][0].depth = 7;
	assert_true(tls_chain_facts(two, arenas[1], &certs[1], &n[1]));
	known_free(known);
	tls_chain_unref(one);
	tls_chain_unref(two);
	arena_unref(arenas[0]);
	assert_int_equal(n[1], 2);
	assert_int_equal(certs[1][0].depth, -1);
	assert_int_equal(certs[1][1].wire, 1);
	assert_string_equal(certs[1][0].issuer, certs[1][1].subject);
	assert_int_equal(strlen(certs[1][0].cert_sha256), 64);
	arena_unref(arenas[1]);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_same),
		cmocka_unit_test(test_read),
		cmocka_unit_test(test_same_end),
		cmocka_unit_test(test_eviction),
		cmocka_unit_test(test_bounds),
		cmocka_unit_test(test_facts),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
