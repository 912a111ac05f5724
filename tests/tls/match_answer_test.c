/* SPDX-License-Identifier: ISC */
/* The parts of an answer beside the match: places, flags, words. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "tls/cast.h"
#include "tls/stage.h"
#include "tls/match.h"

static struct match_answer
judge(struct arena *arena, const char *tlsa, const char *reference,
    struct tls_chain *chain)
{
	const char *references[] = { reference == NULL ? "mx.example"
						       : reference };
	struct match_question question = {
		.at = FORGE_NOW, .references = references, .n_references = 1
	};
	struct match_answer answer;

	question.records =
	    cast_records(&cast, arena, tlsa, &question.n_records);
	assert_true(match_judge(context, chain, &question, arena, &answer));
	return answer;
}

/* An issuer with a key of ML-DSA-65, as far as its OID goes. */
static struct forged
foreign_issuer(void)
{
	struct forge how = { .cn = "foreign", .basic = "critical,CA:TRUE" };
	struct forged issuer = forge_cert(&how);
	const size_t len = 1952;
	unsigned char *der = NULL;
	const unsigned char *at;
	int der_len;
	uint8_t *bytes = OPENSSL_zalloc(len);

	assert_non_null(bytes);
	assert_int_equal(
	    X509_PUBKEY_set0_param(
		(X509_PUBKEY *)(uintptr_t)X509_get_X509_PUBKEY(issuer.cert),
		OBJ_txt2obj("2.16.840.1.101.3.4.3.18", 1), V_ASN1_UNDEF, NULL,
		bytes, (int)len),
	    1);
	assert_true(X509_sign(issuer.cert, issuer.key, EVP_sha256()) > 0);
	/* The key that it had is forgotten only by who reads it anew. */
	der_len = i2d_X509(issuer.cert, &der);
	at = der;
	X509_free(issuer.cert);
	issuer.cert = d2i_X509(NULL, &at, der_len);
	assert_non_null(issuer.cert);
	OPENSSL_free(der);
	return issuer;
}

/* What this OpenSSL cannot verify is told apart from what does not verify. */
static void
test_unreadable(void **state)
{
	static const struct {
		unsigned usage;
		bool root, sent; /* the record is of it; it is sent */
		bool unreadable;
	} rows[] = {
		{ 2, true, true, true },
		{ 2, true, false, false }, /* it fits nothing */
		{ 3, false, true, false }, /* it needs no signature */
		{ 3, true, true, false },
	};
	struct forged issuer = foreign_issuer();
	struct forged leaf = forge_cert(&(struct forge) {
	    .cn = "mx.example", .san = "DNS:mx.example", .issuer = &issuer });
	EVP_PKEY_CTX *known =
	    EVP_PKEY_CTX_new_from_name(NULL, "ML-DSA-65", NULL);
	(void)state;

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct arena *arena = arena_new();
		const char *references[] = { "mx.example" };
		struct danelaw_record record = {
			.usage = (uint8_t)rows[i].usage,
			.selector = 1,
			.mtype = 1,
			.usable = true,
		};
		struct match_question question = { .at = FORGE_NOW,
			.references = references,
			.n_references = 1,
			.records = &record,
			.n_records = 1 };
		struct tls_chain *chain = rows[i].sent
		    ? forge_chain(leaf.cert, issuer.cert, NULL)
		    : forge_chain(leaf.cert, NULL);
		struct match_answer answer;

		record.data = cast_data(arena,
		    rows[i].root ? issuer.cert : leaf.cert, 1, 1, &record.len);
		assert_true(
		    match_judge(context, chain, &question, arena, &answer));
		assert_int_equal(answer.verified, i == 2);
		if (rows[i].unreadable && known == NULL)
			assert_string_equal(answer.unreadable, "ML-DSA-65");
		else
			assert_null(answer.unreadable);
		tls_chain_unref(chain);
		arena_unref(arena);
	}
	EVP_PKEY_CTX_free(known);
	forge_free(&leaf);
	forge_free(&issuer);
}

/* Where the certificates sent stand in the path. */
static void
test_depths(void **state)
{
	static const struct {
		const char *chain, *tlsa;
		int depths[5];
	} rows[] = {
		{ "leaf inter root", "2 1 1 inter", { 0, 1, 2 } },
		{ "leaf root inter", "2 1 1 root", { 0, 2, 1 } },
		{ "leaf root inter", "3 1 1 leaf", { 0, 2, 1 } },
		{ "leaf inter root", "3 1 1 next", { 0, 1, 2 } },
		{ "leaf inter root", "3 1 1 leaf#", { 0, 1, 2 } },
		{ "leaf evilca inter", "2 1 1 inter", { 0, -1, 1 } },
		{ "leaf inter leaf inter root", "2 1 1 root",
		    { 0, 1, -1, -1, 2 } },
		{ "evilleaf evilca inter root", "2 1 1 root",
		    { 0, 1, -1, -1 } },
		{ "leaf inter", "2 0 0 root", { 0, 1 } },
		{ "leaf inter root", "2 1 0 root", { 0, 1, 2 } },
		{ "leaf root", "2 0 0 inter", { 0, -1 } },
		{ "exleaf inter root", "2 1 1 inter", { 0, 1, 2 } },
		{ "leaf", "3 1 1 leaf", { 0 } },
	};
	(void)state;

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct arena *arena = arena_new();
		struct tls_chain *chain = cast_chain(&cast, rows[i].chain);
		struct match_answer answer =
		    judge(arena, rows[i].tlsa, NULL, chain);

		for (size_t j = 0; j < tls_chain_count(chain); j++)
			assert_int_equal(answer.depths[j], rows[i].depths[j]);
		tls_chain_unref(chain);
		arena_unref(arena);
	}
}

/* What makes the outcome, and how the error reads. */
static void
test_flags(void **state)
{
	static const struct {
		const char *chain, *tlsa, *reference;
		bool date, name;
		const char *error, *text;
		int depth;
	} rows[] = {
		{ "exleaf inter", "2 1 1 inter", NULL, true, false,
		    "X509_V_ERR_CERT_HAS_EXPIRED", "certificate has expired",
		    0 },
		{ "newleaf inter", "2 1 1 inter", NULL, true, false,
		    "X509_V_ERR_CERT_NOT_YET_VALID",
		    "certificate is not yet valid", 0 },
		{ "exinter-leaf exinter root", "2 1 1 root", NULL, true, false,
		    "X509_V_ERR_CERT_HAS_EXPIRED", "certificate has expired",
		    1 },
		{ "leaf inter", "2 1 1 inter", "other.example", false, true,
		    "X509_V_ERR_HOSTNAME_MISMATCH", "hostname mismatch", 0 },
		{ "exleaf inter", "2 1 1 inter", "other.example", true, true,
		    "X509_V_ERR_HOSTNAME_MISMATCH", "hostname mismatch", 0 },
		{ "client inter", "2 1 1 inter", NULL, false, false,
		    "X509_V_ERR_INVALID_PURPOSE",
		    "unsuitable certificate purpose", 0 },
		{ "notca-leaf notca", "2 1 1 notca", NULL, false, false,
		    "X509_V_ERR_INVALID_CA", "invalid CA certificate", 1 },
		{ "leaf", "3 1 1 next", NULL, false, false,
		    "X509_V_ERR_DANE_NO_MATCH", "no matching DANE TLSA records",
		    0 },
		{ "", "3 1 1 next", NULL, false, false,
		    "X509_V_ERR_DANE_NO_MATCH", "no matching DANE TLSA records",
		    -1 },
		{ "exleaf inter", "3 1 1 exleaf", "other.example", false, false,
		    NULL, NULL, 0 },
	};
	(void)state;

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct arena *arena = arena_new();
		struct tls_chain *chain = cast_chain(&cast, rows[i].chain);
		struct match_answer answer =
		    judge(arena, rows[i].tlsa, rows[i].reference, chain);

		assert_int_equal(answer.date_failed, rows[i].date);
		assert_int_equal(answer.name_failed, rows[i].name);
		assert_int_equal(answer.verified, rows[i].error == NULL);
		if (rows[i].error == NULL) {
			assert_null(answer.verify_error);
		} else {
			assert_string_equal(
			    answer.verify_error->name, rows[i].error);
			/* Newer ones say the same at greater length. */
			assert_memory_equal(answer.verify_error->text,
			    rows[i].text, strlen(rows[i].text));
			assert_int_equal(
			    answer.verify_error->depth, rows[i].depth);
		}
		tls_chain_unref(chain);
		arena_unref(arena);
	}
}

/* Without one reference no name can have been checked. */
static void
test_no_reference(void **state)
{
	struct arena *arena = arena_new();
	struct tls_chain *chain = cast_chain(&cast, "leaf inter");
	struct match_question question = { .at = FORGE_NOW };
	struct match_answer answer;
	(void)state;

	question.records =
	    cast_records(&cast, arena, "2 1 1 inter", &question.n_records);
	assert_true(match_judge(context, chain, &question, arena, &answer));
	assert_false(answer.verified);
	assert_true(answer.name_failed);
	assert_non_null(answer.match);
	question.records =
	    cast_records(&cast, arena, "3 1 1 leaf", &question.n_records);
	assert_true(match_judge(context, chain, &question, arena, &answer));
	assert_true(answer.verified);
	tls_chain_unref(chain);
	arena_unref(arena);
}

/* What the policy put aside OpenSSL does not get to see. */
static void
test_put_aside(void **state)
{
	static const char *const references[] = { "mx.example" };
	struct arena *arena = arena_new();
	struct tls_chain *chain = cast_chain(&cast, "leaf inter");
	struct match_question question = {
		.at = FORGE_NOW, .references = references, .n_references = 1
	};
	struct danelaw_record *records = cast_records(
	    &cast, arena, "3 1 1 leaf; 3 1 2 next", &question.n_records);
	struct match_answer answer;
	(void)state;

	question.records = records;
	records[1].usable = false;
	assert_true(match_judge(context, chain, &question, arena, &answer));
	assert_true(answer.verified);
	assert_int_equal(answer.records[0].result, DANELAW_RESULT_MATCH);
	assert_int_equal(answer.records[1].result, DANELAW_RESULT_UNUSABLE);
	records[0].usable = false;
	assert_true(match_judge(context, chain, &question, arena, &answer));
	assert_false(answer.verified);
	assert_null(answer.match);
	assert_null(answer.verify_error);
	tls_chain_unref(chain);
	arena_unref(arena);
}

static void
test_mark_unusable(void **state)
{
	struct arena *arena = arena_new();
	struct danelaw_record *records;
	size_t n;
	(void)state;

	records = cast_records(&cast, arena,
	    "2 0 0 inter; 2 0 0 inter#; 3 1 0 leaf+; 3 1 1 leaf; 0 0 0 leaf#",
	    &n);
	assert_true(match_mark_unusable(context, records, n));
	assert_true(records[0].usable);
	assert_null(records[0].reason);
	assert_false(records[1].usable);
	assert_string_equal(records[1].reason,
	    "the data is not a certificate in DER (RFC 6698 2.1.2)");
	assert_false(records[2].usable);
	assert_string_equal(records[2].reason,
	    "the data is not a public key in DER (RFC 6698 2.1.2)");
	assert_true(records[3].usable);
	assert_null(records[4].reason);
	assert_true(match_mark_unusable(context, NULL, 0));
	arena_unref(arena);
}

/* A leaf with any byte spoiled is nobody's under usage 2. */
static void
test_spoiled(void **state)
{
	static const unsigned char flips[] = { 0x01, 0x20, 0x80, 0xff };
	const struct forged *inter = cast_find(&cast, "inter");
	unsigned char *der = NULL;
	int len = i2d_X509(cast_find(&cast, "leaf")->cert, &der), readable = 0;
	(void)state;

	for (int i = 0; i < len * (int)sizeof(flips); i++) {
		unsigned char *byte = &der[i / (int)sizeof(flips)];
		const unsigned char *at = der;
		unsigned char flip = flips[i % (int)sizeof(flips)];
		struct arena *arena = arena_new();
		X509 *cert;

		*byte ^= flip;
		cert = d2i_X509(NULL, &at, len);
		if (cert != NULL) {
			struct tls_chain *chain =
			    forge_chain(cert, inter->cert, NULL);
			struct match_answer answer =
			    judge(arena, "2 1 1 inter", NULL, chain);

			readable++;
			assert_false(answer.verified);
			assert_non_null(answer.verify_error);
			answer = judge(arena,
			    "2 1 0 inter; 2 0 0 inter; 3 0 1 leaf; 3 0 0 leaf",
			    NULL, chain);
			assert_false(answer.verified);
			tls_chain_unref(chain);
		}
		X509_free(cert);
		arena_unref(arena);
		*byte ^= flip;
	}
	assert_true(readable > len);
	OPENSSL_free(der);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_depths),
		cmocka_unit_test(test_unreadable),
		cmocka_unit_test(test_flags),
		cmocka_unit_test(test_no_reference),
		cmocka_unit_test(test_spoiled),
		cmocka_unit_test(test_put_aside),
		cmocka_unit_test(test_mark_unusable),
	};

	return cmocka_run_group_tests(tests, stage_set_up, stage_tear_down);
}
