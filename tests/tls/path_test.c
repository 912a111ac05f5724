/* SPDX-License-Identifier: ISC */
/* What is remembered of signatures is what would be found. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "tls/deal.h"
#include "tls/stage.h"
#include "tls/openssl.h"

#define CASES 1500

/* OpenSSL looks at the signatures up to what matched, else at all of them. */
static void
test_noted(void **state)
{
	static const struct {
		const char *chain, *records;
		uint8_t issuers[4]; /* as in tls_memo */
	} rows[] = {
		{ "leaf inter root", "2 1 1 root", { 2, 3, 0 } },
		{ "leaf root inter", "2 1 1 root", { 3, 0, 2 } },
		{ "leaf inter root", "2 1 1 inter", { 2, 0, 0 } },
		{ "leaf inter root", "2 1 1 leaf", { 2, 3, 0 } },
		{ "leaf inter root", "3 1 1 leaf", { 0, 0, 0 } },
		{ "leaf inter root", "3 1 1 leaf; 2 1 1 root", { 2, 3, 0 } },
		/* Brought in by the DNS. */
		{ "leaf inter", "2 0 0 root", { 2, 0 } },
		{ "leaf inter", "2 1 0 root", { 2, 0 } },
		/* Not signed by whom it names. */
		{ "forged inter root", "2 1 1 root", { 0, 3, 0 } },
		{ "forged inter root", "2 1 1 inter", { 0, 0, 0 } },
		/* Faults of another kind. */
		{ "exleaf inter root", "2 1 1 root", { 2, 3, 0 } },
		{ "exleaf exinter root", "2 1 1 root", { 0, 0, 0 } },
		{ "exinter-leaf exinter root", "2 1 1 root", { 2, 3, 0 } },
		{ "nosign-leaf nosign root", "2 1 1 root", { 2, 3, 0 } },
	};
	static const char *const references[] = { "mx.example" };
	(void)state;

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct tls_chain *chain = cast_chain(&cast, rows[i].chain);
		struct arena *arena = arena_new();
		struct match_question question = { .references = references,
			.n_references = 1,
			.at = FORGE_NOW,
			.unsigned_too = true };
		struct match_answer answer;

		question.records = cast_records(
		    &cast, arena, rows[i].records, &question.n_records);
		assert_true(
		    match_judge(context, chain, &question, arena, &answer));
		for (size_t j = 0; j < chain->n; j++) {
			if (chain->memos[j].issuer != rows[i].issuers[j])
				fail_msg("%s for %s: %d for certificate %zu",
				    rows[i].records, rows[i].chain,
				    chain->memos[j].issuer, j);
			assert_int_equal(
			    chain->memos[j].fits, rows[i].issuers[j] != 0);
		}
		tls_chain_unref(chain);
		arena_unref(arena);
	}
}

static void
test_random(void **state)
{
	size_t fitting = 0;
	(void)state;

	for (int i = 0; i < CASES; i++) {
		struct game game;

		deal_game(&cast, &game);
		game.question.references = game.references;
		assert_true(match_mark_unusable(context,
		    (struct danelaw_record *)game.question.records,
		    game.question.n_records));
		game.question.unsigned_too = chance(50);
		assert_true(match_judge(context, game.chain, &game.question,
		    game.arena, &game.answer));
		for (size_t j = 0; j < game.chain->n; j++) {
			struct tls_memo memo = game.chain->memos[j];
			EVP_PKEY *key;

			if (memo.issuer == 0)
				continue;
			key = X509_get0_pubkey(
			    game.chain->certs[memo.issuer - 1].x509);
			assert_true(game_expect(&game, j, "signed ",
			    key != NULL &&
				X509_verify(game.chain->certs[j].x509, key) ==
				    1,
			    memo.fits));
			fitting += memo.fits;
		}
		game_clear(&game);
	}
	assert_true(fitting > CASES / 4);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_noted),
		cmocka_unit_test(test_random),
	};

	return cmocka_run_group_tests(tests, stage_set_up, stage_tear_down);
}
