/* SPDX-License-Identifier: ISC */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include <openssl/x509_vfy.h>

#include "probe/evidence.h"
#include "check/judge.h"
#include "tls/cast.h"
#include "tls/stage.h"

#define DANE DANELAW_POLICY_DANE

static const struct row {
	const char *chain, *tlsa;
	enum danelaw_outcome outcome;
	int verify_code;
	int match; /* depth, -1: none */
	int depths[3];
} rows[] = {
	{ "leaf inter", "3 1 1 leaf", DANELAW_OUTCOME_AUTHENTICATED, 0, 0,
	    { 0, 1 } },
	{ "leaf inter", "2 1 1 inter", DANELAW_OUTCOME_AUTHENTICATED, 0, 1,
	    { 0, 1 } },
	{ "leaf root inter", "2 0 1 root", DANELAW_OUTCOME_AUTHENTICATED, 0, 2,
	    { 0, 2, 1 } },
	{ "leaf inter", "3 1 1 next", DANELAW_OUTCOME_TLSA_MISMATCH,
	    X509_V_ERR_DANE_NO_MATCH, -1 },
	{ "exleaf inter", "2 1 1 inter", DANELAW_OUTCOME_CERT_EXPIRED,
	    X509_V_ERR_CERT_HAS_EXPIRED, 1 },
	{ "cn-san inter", "2 1 1 inter", DANELAW_OUTCOME_NAME_MISMATCH,
	    X509_V_ERR_HOSTNAME_MISMATCH, 1 },
};

static void
check(const struct row *row, const struct danelaw_probe *probe)
{
	const struct danelaw_verify_error *error = probe->verify_error;

	assert_int_equal(probe->outcome, row->outcome);
	assert_int_equal(error == NULL ? 0 : error->code, row->verify_code);
	assert_int_equal(probe->match != NULL, row->match >= 0);
	if (row->match >= 0)
		assert_int_equal(probe->match->depth, row->match);
	assert_int_equal(probe->n_records, 1);
	for (size_t i = 0; error == NULL && i < probe->n_chain; i++)
		assert_int_equal(probe->chain[i].depth, row->depths[i]);
}

static struct danelaw_tlsa
make_tlsa(struct arena *arena, const char *words)
{
	struct danelaw_tlsa tlsa = { .n_references = 1 };
	static const char *references[] = { "mx.example" };

	tlsa.references = references;
	tlsa.records = cast_records(&cast, arena, words, &tlsa.n_records);
	return tlsa;
}

static void
test_chain(void **state)
{
	(void)state;

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct arena *arena = arena_new();
		struct danelaw_tlsa tlsa = make_tlsa(arena, rows[i].tlsa);
		struct tls_chain *chain = cast_chain(&cast, rows[i].chain);
		const struct judge_question question = { DANE, &tlsa, FORGE_NOW,
			false };
		struct danelaw_probe probe;

		assert_true(
		    judge_chain(context, chain, &question, arena, &probe));
		tls_chain_unref(chain);
		assert_int_equal(probe.n_chain,
		    strstr(rows[i].chain, " root ") == NULL ? 2 : 3);
		check(&rows[i], &probe);
		arena_unref(arena);
	}
}

static struct evidence *
make_evidence(const char *chain)
{
	const struct probe_target target = { .ip = "192.0.2.1", .port = 25 };
	struct evidence *evidence = evidence_new(&target);
	struct evidence_shake *shake = &evidence->shakes[evidence->n_shakes++];

	*shake = (struct evidence_shake) {
		.offer = "default",
		.reached = DANELAW_OUTCOME_ENCRYPTED,
		.error = arena_strdup(evidence->arena, "our words"),
		.tls = arena_alloc(evidence->arena, sizeof(*shake->tls)),
		.chain = cast_chain(&cast, chain),
	};
	assert_true(tls_chain_facts(
	    shake->chain, evidence->arena, &shake->certs, &shake->n_certs));
	return evidence;
}

/* Evidence serves several questions, and what came of it may outlive it. */
static void
test_shake(void **state)
{
	(void)state;

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct arena *arena = arena_new();
		struct danelaw_tlsa tlsa = make_tlsa(arena, rows[i].tlsa);
		struct danelaw_tlsa other = make_tlsa(arena, "3 0 1 next");
		struct judge_question question = { DANE, &other, FORGE_NOW,
			false };
		struct evidence *evidence = make_evidence(rows[i].chain);
		struct danelaw_probe first, probe;

		assert_true(judge_shake(
		    context, evidence, 0, &question, arena, &first));
		assert_int_equal(first.outcome, DANELAW_OUTCOME_TLSA_MISMATCH);
		question.tlsa = &tlsa;
		assert_true(judge_shake(
		    context, evidence, 0, &question, arena, &probe));
		evidence_unref(evidence);
		check(&rows[i], &probe);
		assert_null(first.match);
		assert_int_equal(first.n_chain, probe.n_chain);
		assert_ptr_not_equal(first.chain, probe.chain);
		assert_string_equal(probe.offer, "default");
		assert_string_equal(probe.error, "our words");
		assert_non_null(probe.tls);
		assert_string_equal(
		    probe.chain[0].cert_sha256, first.chain[0].cert_sha256);
		arena_unref(arena);
	}
}

/* Nothing was presented: nothing is said about any record. */
static void
test_nothing(void **state)
{
	const struct probe_target target = { .ip = "192.0.2.1" };
	struct evidence *evidence = evidence_new(&target);
	struct arena *arena = arena_new();
	struct danelaw_tlsa tlsa = make_tlsa(arena, "3 1 1 leaf");
	const struct judge_question question = { DANE, &tlsa, FORGE_NOW,
		false };
	struct danelaw_probe probe;
	(void)state;

	evidence->shakes[evidence->n_shakes++] = (struct evidence_shake) {
		.offer = "default",
		.reached = DANELAW_OUTCOME_TLS_FAILED,
		.error = "alert 40, handshake failure",
	};
	assert_true(
	    judge_shake(context, evidence, 0, &question, arena, &probe));
	assert_int_equal(probe.outcome, DANELAW_OUTCOME_TLS_FAILED);
	assert_null(probe.match);
	assert_null(probe.tls);
	assert_null(probe.verify_error);
	assert_int_equal(probe.n_records, 0);
	assert_int_equal(probe.n_chain, 0);
	assert_string_equal(probe.error, "alert 40, handshake failure");
	evidence_unref(evidence);
	arena_unref(arena);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_chain),
		cmocka_unit_test(test_shake),
		cmocka_unit_test(test_nothing),
	};

	return cmocka_run_group_tests(tests, stage_set_up, stage_tear_down);
}
