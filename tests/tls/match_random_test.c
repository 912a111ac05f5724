/* SPDX-License-Identifier: ISC */
/*
 * Many chains and RRsets out of a fixed seed. match.h is held against two
 * others: OpenSSL driven as plainly as a mail server drives it, which stops
 * at the first error, and a comparison of bytes along the issuers.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#include "tls/cast.h"
#include "tls/deal.h"
#include "tls/match.h"

#define CASES 2500
struct drive {
	int error, depth;
	uint8_t parts[3];
};

static struct cast cast;
static struct tls_context *context;
static SSL_CTX *plain;
static int
set_up(void **state)
{
	char *error = NULL;

	(void)state;
	cast_init(&cast, cast_roles, cast_n_roles);
	context = tls_context_new(NULL, NULL, &error);
	plain = SSL_CTX_new(TLS_client_method());
	return context != NULL && SSL_CTX_dane_enable(plain) == 1 ? 0 : -1;
}

static int
tear_down(void **state)
{
	(void)state;
	SSL_CTX_free(plain);
	tls_context_free(context);
	cast_finish(&cast);
	return 0;
}

/* Did each of the chain sign the one below it, up to this depth? */
static bool
is_signed(X509_STORE_CTX *store, int depth)
{
	const STACK_OF(X509) *built = X509_STORE_CTX_get0_chain(store);

	for (int i = 0; i < depth && i + 1 < sk_X509_num(built); i++)
		if (X509_verify(sk_X509_value(built, i),
			X509_get0_pubkey(sk_X509_value(built, i + 1))) != 1)
			return false;
	return true;
}

/* The records from first to last, as a mail server would try them. */
static struct drive
drive(const struct game *game, size_t first, size_t last)
{
	const struct match_question *question = &game->question;
	SSL *ssl = SSL_new(plain);
	X509_STORE_CTX *store = X509_STORE_CTX_new();
	struct drive out = { .depth = -1 };
	const unsigned char *data;
	size_t len;
	int ret;

	assert_int_equal(SSL_dane_enable(ssl, question->references[0]), 1);
	for (size_t i = 1; i < question->n_references; i++)
		assert_int_equal(
		    X509_VERIFY_PARAM_add1_host(
			SSL_get0_param(ssl), question->references[i], 0),
		    1);
	SSL_set_hostflags(ssl, X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS);
	if (!question->ee_names)
		SSL_dane_set_flags(ssl, DANE_FLAG_NO_DANE_EE_NAMECHECKS);
	for (size_t i = first; i <= last; i++) {
		const struct danelaw_record *r = &question->records[i];

		if (r->usable)
			assert_int_equal(
			    SSL_dane_tlsa_add(ssl, r->usage, r->selector,
				r->mtype, r->data, r->len),
			    1);
	}
	SSL_set_connect_state(ssl);
	X509_VERIFY_PARAM_set_auth_level(SSL_get0_param(ssl), 1);
	X509_VERIFY_PARAM_set_time(SSL_get0_param(ssl), question->at);
	X509_STORE_CTX_init(store, SSL_CTX_get_cert_store(plain),
	    sk_X509_value(game->stack, 0), game->stack);
	X509_STORE_CTX_set_ex_data(
	    store, SSL_get_ex_data_X509_STORE_CTX_idx(), ssl);
	X509_STORE_CTX_set_default(store, "ssl_server");
	X509_VERIFY_PARAM_set1(
	    X509_STORE_CTX_get0_param(store), SSL_get0_param(ssl));
	X509_STORE_CTX_set0_dane(store, SSL_get0_dane(ssl));
	ret = X509_verify_cert(store);
	out.error = X509_STORE_CTX_get_error(store);
	assert_int_equal(ret == 1, out.error == X509_V_OK);
	SSL_set_verify_result(ssl, X509_V_OK);
	out.depth = SSL_get0_dane_authority(ssl, NULL, NULL);
	SSL_get0_dane_tlsa(
	    ssl, &out.parts[0], &out.parts[1], &out.parts[2], &data, &len);
	/* To OpenSSL it is another error; to us, no match. */
	if (!is_signed(store, out.depth)) {
		assert_true(out.error != X509_V_OK);
		out.depth = -1;
	}
	X509_STORE_CTX_free(store);
	SSL_free(ssl);
	ERR_clear_error();
	return out;
}

static bool
same_bytes(
    const struct game *game, const struct danelaw_record *record, X509 *cert)
{
	size_t len;
	const uint8_t *data =
	    cast_data(game->arena, cert, record->selector, record->mtype, &len);

	return record->len == len && memcmp(record->data, data, len) == 0;
}

/*
 * Where along the issuers do the bytes of a usage 2 record stand? -1: not
 * there, -2: two certificates could stand in one place.
 */
static int
walk(const struct game *game, const struct danelaw_record *record)
{
	X509 *here = sk_X509_value(game->stack, 0);
	bool crossroads = false;

	for (int depth = 1; depth <= MOST; depth++) {
		X509 *next = NULL;

		if (X509_NAME_cmp(X509_get_subject_name(here),
			X509_get_issuer_name(here)) == 0)
			break;
		for (int i = 1; i < sk_X509_num(game->stack); i++) {
			X509 *cert = sk_X509_value(game->stack, i);

			if (X509_NAME_cmp(X509_get_subject_name(cert),
				X509_get_issuer_name(here)) != 0)
				continue;
			crossroads = crossroads || (next && next != cert);
			next = cert;
		}
		if (next == NULL ||
		    (!crossroads &&
			X509_verify(here, X509_get0_pubkey(next)) != 1))
			break;
		if (same_bytes(game, record, next))
			return crossroads ? -2 : depth;
		here = next;
	}
	return crossroads ? -2 : -1;
}

static bool
is_superseded(const struct game *game, size_t i)
{
	const struct danelaw_record *records = game->question.records;

	for (size_t j = 0; j < game->question.n_records; j++)
		if (records[i].mtype == 1 && records[j].mtype == 2 &&
		    records[j].usable && records[j].usage == records[i].usage &&
		    records[j].selector == records[i].selector)
			return true;
	return false;
}

static bool
check_record(const struct game *game, size_t i)
{
	const struct danelaw_record *record = &game->question.records[i];
	const struct danelaw_record_result *have = &game->answer.records[i];
	enum danelaw_result want;
	struct drive alone;
	int place = -2;

	if (!record->usable)
		return game_expect(game, i, "unusable ",
		    DANELAW_RESULT_UNUSABLE, have->result);
	alone = drive(game, i, i);
	if (alone.error == X509_V_OK)
		assert_true(alone.depth >= 0);
	if (record->usage == 3)
		place = same_bytes(game, record, sk_X509_value(game->stack, 0))
		    ? 0
		    : -1;
	else if (record->mtype != 0)
		place = walk(game, record);
	want = is_superseded(game, i) ? DANELAW_RESULT_SUPERSEDED
	    : have->depth >= 0        ? DANELAW_RESULT_MATCH
				      : DANELAW_RESULT_NO_MATCH;
	return game_expect(game, i, "result ", want, have->result) &&
	    /* A key too small stops OpenSSL before it looks at records. */
	    (alone.error == X509_V_ERR_EE_KEY_TOO_SMALL ||
		game_expect(game, i, "depth ", alone.depth, have->depth)) &&
	    (place == -2 || game_expect(game, i, "bytes ", place, have->depth));
}

static bool
check_name(const struct game *game, const struct danelaw_match *match)
{
	const struct danelaw_name_check *name = &match->name;
	X509 *leaf = sk_X509_value(game->stack, 0);
	struct danelaw_cert *certs;
	const char *want = NULL;
	char *peer = NULL;
	size_t n;

	for (size_t i = 0; i < game->question.n_references && !want; i++)
		if (X509_check_host(leaf, game->references[i], 0,
			X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS, &peer) == 1)
			want = game->references[i];
	assert_true(tls_chain_facts(game->chain, game->arena, &certs, &n));
	assert_int_equal(name->reference == NULL, want == NULL);
	if (want != NULL) {
		assert_string_equal(name->reference, want);
		assert_string_equal(name->presented, peer);
		assert_int_equal(name->source,
		    certs[0].n_names > 0 ? DANELAW_NAME_SAN : DANELAW_NAME_CN);
		if (name->source == DANELAW_NAME_SAN)
			assert_string_equal(certs[0].names[name->san], peer);
	}
	OPENSSL_free(peer);
	return true;
}

/* What matched stands where the answer says. */
static bool
check_place(const struct game *game, const struct danelaw_match *match)
{
	const struct danelaw_record *record =
	    &game->question.records[match->record];
	int found = 0;

	if (match->how == DANELAW_HOW_SIGNED_BY)
		return game_expect(game, 0, "bare key ", 210,
		    100 * record->usage + 10 * record->selector +
			record->mtype);
	for (int i = 0; i < sk_X509_num(game->stack); i++)
		if (game->answer.depths[i] == match->depth &&
		    same_bytes(game, record, sk_X509_value(game->stack, i)))
			found++;
	if (found == 1)
		return true;
	/* Another certificate with the key may have come by 2 0 0. */
	for (size_t i = 0; i < game->question.n_records; i++) {
		record = &game->question.records[i];
		if (record->usable && record->usage == 2 &&
		    record->selector == 0 && record->mtype == 0)
			return true;
	}
	return game_expect(game, 0, "place ", 1, found);
}

static bool
check_depths(const struct game *game)
{
	bool good = game_expect(game, 0, "leaf ", 0, game->answer.depths[0]);

	for (int i = 1; i < sk_X509_num(game->stack); i++)
		for (int j = 0; j < i; j++)
			good = good &&
			    (game->answer.depths[i] < 0 ||
				game_expect(game, (size_t)i, "same depth ", 0,
				    game->answer.depths[i] ==
					game->answer.depths[j]));
	return good;
}

static bool
check_whole(const struct game *game, int tally[4])
{
	const struct match_answer *answer = &game->answer;
	const struct danelaw_match *match = answer->match;
	const struct danelaw_record *record;
	int code =
	    answer->verify_error == NULL ? 0 : answer->verify_error->code;
	size_t n = game->question.n_records, usable = 0;
	struct drive whole;

	for (size_t i = 0; i < n; i++)
		usable += game->question.records[i].usable;
	if (usable == 0) {
		tally[3]++;
		return game_expect(game, n, "nothing ", 0,
		    answer->verified || match != NULL || code != 0);
	}
	whole = drive(game, 0, n - 1);
	tally[whole.error == 0 ? 0 : match != NULL ? 1 : 2]++;
	if (!game_expect(
		game, n, "verified ", whole.error == 0, answer->verified))
		return false;
	if (!game_expect(game, n, "code ", whole.error, code))
		return false;
	if (match == NULL)
		return true;
	if (whole.error != X509_V_ERR_EE_KEY_TOO_SMALL) {
		record = &game->question.records[match->record];
		/* What fits only what came by 2 0 0: that one is named. */
		if (whole.parts[0] == 2 && record->selector == 0 &&
		    record->mtype == 0)
			whole.parts[1] = whole.parts[2] = 0;
		if (!game_expect(game, n, "match ",
			1000 * whole.depth + 100 * whole.parts[0] +
			    10 * whole.parts[1] + whole.parts[2],
			1000 * match->depth + 100 * record->usage +
			    10 * record->selector + record->mtype))
			return false;
	}
	return game_expect(game, n, "record ", DANELAW_RESULT_MATCH,
		   answer->records[match->record].result) &&
	    game_expect(game, n, "name ",
		game->question.records[match->record].usage == 2 ||
		    game->question.ee_names,
		match->name.checked) &&
	    (!match->name.checked || check_name(game, match)) &&
	    check_place(game, match);
}

static void
test_many(void **state)
{
	int tally[4] = { 0 }, bad = 0;
	(void)state;

	for (int i = 0; i < CASES && bad < 10; i++) {
		struct game game;
		struct danelaw_record *records;

		deal_game(&cast, &game);
		records = (struct danelaw_record *)game.question.records;
		assert_true(match_mark_unusable(
		    context, records, game.question.n_records));
		assert_true(match_judge(context, game.chain, &game.question,
		    game.arena, &game.answer));
		assert_int_equal(
		    game.answer.n_records, game.question.n_records);
		for (size_t j = 0; j < game.question.n_records; j++)
			bad += !check_record(&game, j);
		bad += !check_whole(&game, tally) || !check_depths(&game);
		game_clear(&game);
	}
	assert_int_equal(bad, 0);
	/* Verified, matched but faulty, no match, nothing usable. */
	print_message("# %d verified, %d faulty, %d without a match, %d "
		      "without a record\n",
	    tally[0], tally[1], tally[2], tally[3]);
	for (int i = 0; i < 4; i++)
		assert_true(tally[i] > CASES / 50);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_many),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
