/* SPDX-License-Identifier: ISC */
/*
 * deal.h - chains and RRsets at random, out of a fixed seed.
 */
#ifndef TESTS_TLS_DEAL_H
#define TESTS_TLS_DEAL_H

#include "tls/cast.h"
#include "tls/match.h"

#define MOST 12 /* certificates in a chain */

struct game {
	const struct cast *cast;
	struct arena *arena;
	const char *chain_words, *record_words;
	struct tls_chain *chain;
	STACK_OF(X509) * stack;
	struct match_question question;
	const char *references[2];
	struct match_answer answer;
};

/* Less than n. */
size_t below(size_t n);
bool chance(size_t percent);

void deal_game(const struct cast *cast, struct game *game);
void game_clear(struct game *game);

/* True: they are the same. Else says what went wrong where. */
bool game_expect(
    const struct game *game, size_t i, const char *what, long want, long have);

#endif
