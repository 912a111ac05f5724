/* SPDX-License-Identifier: ISC */
/* Each chain is shown to many domains: with a memory, and without. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "tls/deal.h"
#include "tls/stage.h"
#include "tls/memo.h"
#include "tls/openssl.h"

/* Each question is judged anew, which is what takes the time. With
   DANELAW_EXHAUSTIVE in the environment there are eight times as many. */
static size_t cases = 100;

/* Now, long ago, or where a certificate of the chain begins or ends. */
static int64_t
deal_time(const struct game *game)
{
	static const int days[] = { 0, 0, 0, 1, 5, -5, 100, -100 };
	size_t n = (size_t)sk_X509_num(game->stack);
	const X509 *cert =
	    sk_X509_value(game->stack, chance(60) ? 0 : (int)below(n));
	struct tm tm;

	if (chance(40))
		return FORGE_NOW + days[below(8)] * FORGE_DAY +
		    (int64_t)below(9000);
	assert_int_equal(ASN1_TIME_to_tm(chance(20) ? X509_get0_notBefore(cert)
						    : X509_get0_notAfter(cert),
			     &tm),
	    1);
	return (int64_t)timegm(&tm) + 1 - (int64_t)below(chance(50) ? 3 : 3000);
}

/* The next domain that has the chain before it. */
static struct match_question
deal_question(const struct game *game, const char *references[3])
{
	static const char *const names[] = { "mx.example", "mx.example",
		"mx.example.org", "c.example", "other.example", ".example" };
	struct match_question question = game->question;

	for (size_t i = 0; i < 3; i++)
		references[i] = names[below(6)];
	if (chance(60))
		references[0] = game->references[0];
	question.references = references;
	question.n_references = chance(3) ? 0 : 1 + below(3);
	question.at = chance(60) ? game->question.at : deal_time(game);
	question.ee_names = chance(2) != game->question.ee_names;
	question.unsigned_too = chance(2);
	if (chance(2))
		question.n_records--;
	return question;
}

static bool
same_text(const char *a, const char *b)
{
	return a == b || (a != NULL && b != NULL && strcmp(a, b) == 0);
}

static bool
same_match(const struct danelaw_match *a, const struct danelaw_match *b)
{
	if (a == NULL || b == NULL)
		return a == b;
	return a->record == b->record && a->depth == b->depth &&
	    a->how == b->how && a->name.checked == b->name.checked &&
	    same_text(a->name.reference, b->name.reference) &&
	    same_text(a->name.presented, b->name.presented) &&
	    a->name.source == b->name.source && a->name.san == b->name.san &&
	    a->name.wildcard == b->name.wildcard;
}

static bool
same_answer(
    const struct match_answer *a, const struct match_answer *b, size_t n_certs)
{
	const struct danelaw_verify_error *one = a->verify_error;
	const struct danelaw_verify_error *two = b->verify_error;
	bool same = a->verified == b->verified &&
	    a->date_failed == b->date_failed &&
	    a->name_failed == b->name_failed && a->n_records == b->n_records &&
	    (one == NULL) == (two == NULL) && same_match(a->match, b->match);

	if (same && one != NULL)
		same = one->code == two->code && one->depth == two->depth &&
		    same_text(one->name, two->name) &&
		    same_text(one->text, two->text);
	for (size_t i = 0; same && i < a->n_records; i++)
		same = a->records[i].record == b->records[i].record &&
		    a->records[i].result == b->records[i].result &&
		    a->records[i].depth == b->records[i].depth &&
		    a->records[i].role == b->records[i].role;
	return same &&
	    memcmp(a->depths, b->depths, n_certs * sizeof(*a->depths)) == 0;
}

/* The hosts that present one chain, each with a memory of its own. */
struct hosts {
	struct match_memo *memos[4];
	bool asked[4];
};

static void
expect_same(struct game *game, size_t step, const char *what,
    const struct match_answer *anew)
{
	assert_true(game_expect(game, step, what, true,
	    same_answer(
		anew, &game->answer, (size_t)sk_X509_num(game->stack))));
}

static void
ask_host(struct hosts *hosts, size_t host, struct game *game,
    const struct match_question *question)
{
	assert_true(match_recall_any(context, game->chain, question,
	    hosts->asked[host] ? &hosts->memos[host] : NULL, game->arena,
	    &game->answer));
	hosts->asked[host] = true;
}

/* How often what was remembered was told again. */
struct told {
	size_t asked, answers[3]; /* verified, faulty, without a match */
	size_t chain, host;
};

static void
play(struct game *game, struct told *told)
{
	struct match_memo *memo = NULL;
	struct hosts hosts = { { NULL } };

	for (size_t j = 0; j < 12; j++) {
		const char *references[3];
		size_t used = match_memo_used(memo);
		struct match_answer anew;

		game->question.references = game->references;
		const struct match_question question =
		    deal_question(game, references);
		assert_true(match_judge(
		    context, game->chain, &question, game->arena, &anew));
		assert_true(match_recall(context, game->chain, &question, &memo,
		    game->arena, &game->answer));
		expect_same(game, j, "memo ", &anew);
		told->asked++;
		if (match_memo_used(memo) > used)
			told->answers[anew.verified ? 0 : anew.match ? 1 : 2]++;
		ask_host(&hosts, below(4), game, &question);
		expect_same(game, j, "hosts ", &anew);
	}
	match_memo_free(memo);
	told->chain += match_memo_chain_used(game->chain);
	for (size_t j = 0; j < 4; j++) {
		told->host += match_memo_used(hosts.memos[j]);
		match_memo_free(hosts.memos[j]);
	}
}

/* What is remembered is what would be found, and what is said of one host is
 * said of another only if it is so. */
static void
test_memo(void **state)
{
	struct told told = { 0 };
	(void)state;

	for (size_t i = 0; i < cases; i++) {
		struct game game;

		deal_game(&cast, &game);
		assert_true(match_mark_unusable(context,
		    (struct danelaw_record *)game.question.records,
		    game.question.n_records));
		play(&game, &told);
		game_clear(&game);
	}
	print_message("# of %zu told again: %zu verified, %zu faulty, %zu "
		      "without a match; with the chain %zu, with the host "
		      "%zu\n",
	    told.asked, told.answers[0], told.answers[1], told.answers[2],
	    told.chain, told.host);
	for (int i = 0; i < 3; i++)
		assert_true(told.answers[i] > told.asked / 500);
	assert_true(told.chain > cases / 4);
	assert_true(told.host > cases / 20);
}

/* An answer of the last hour may be wrong now. */
static void
test_expiry(void **state)
{
	static const int after[] = { -2000, -1900, 10, 5000 };
	size_t faulty = 0;
	(void)state;

	for (size_t i = 0; i < cases / 4; i++) {
		struct match_memo *memo = NULL;
		struct game game;
		struct tm tm;

		deal_game(&cast, &game);
		game.question.references = game.references;
		assert_true(match_mark_unusable(context,
		    (struct danelaw_record *)game.question.records,
		    game.question.n_records));
		assert_int_equal(
		    ASN1_TIME_to_tm(
			X509_get0_notAfter(sk_X509_value(game.stack, 0)), &tm),
		    1);
		for (size_t j = 0; j < 4; j++) {
			struct match_answer anew;

			game.question.at = (int64_t)timegm(&tm) + after[j];
			assert_true(match_judge(context, game.chain,
			    &game.question, game.arena, &anew));
			assert_true(match_recall(context, game.chain,
			    &game.question, &memo, game.arena, &game.answer));
			assert_true(game_expect(&game, j, "expiry ", true,
			    same_answer(&anew, &game.answer,
				(size_t)sk_X509_num(game.stack))));
			faulty += anew.date_failed;
		}
		match_memo_free(memo);
		game_clear(&game);
	}
	assert_true(faulty > cases / 20);
}

/* Hosts with more sets of records than a chain remembers. */
static void
test_many_sets(void **state)
{
	static const char *const sets[] = { "3 1 1 leaf", "3 0 1 leaf",
		"3 1 2 leaf", "3 0 2 leaf", "3 1 1 leaf; 3 0 1 leaf~",
		"3 1 1 inter" };
	static const char *const references[] = { "mx.example" };
	enum { N = sizeof(sets) / sizeof(sets[0]) };
	struct tls_chain *chain = cast_chain(&cast, "leaf inter root");
	struct arena *arena = arena_new();
	struct match_memo *memos[N] = { NULL };
	(void)state;

	for (size_t round = 0; round < 4; round++) {
		for (size_t i = 0; i < N; i++) {
			struct match_question question = { .references =
							       references,
				.n_references = 1,
				.at = FORGE_NOW };
			struct match_answer answer;

			question.records = cast_records(
			    &cast, arena, sets[i], &question.n_records);
			assert_true(match_recall_any(context, chain, &question,
			    round == 0 ? NULL : &memos[i], arena, &answer));
			assert_int_equal(answer.verified, i + 1 < N);
			assert_int_equal(answer.depths[2], 2);
		}
	}
	/* The first question leaves nothing behind. */
	for (size_t i = 0; i < N; i++) {
		bool with_chain = i > 0 && i <= TLS_NOTES_MEMOS;

		assert_int_equal(match_memo_used(memos[i]), with_chain ? 0 : 2);
		match_memo_free(memos[i]);
	}
	assert_int_equal(match_memo_chain_used(chain), 3 * TLS_NOTES_MEMOS);
	tls_chain_unref(chain);
	arena_unref(arena);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_memo),
		cmocka_unit_test(test_expiry),
		cmocka_unit_test(test_many_sets),
	};

	if (getenv("DANELAW_EXHAUSTIVE") != NULL)
		cases *= 8;
	return cmocka_run_group_tests(tests, stage_set_up, stage_tear_down);
}
