/* SPDX-License-Identifier: ISC */
/*
 * memo.h - a judgement kept with the chain it was given on.
 *
 * An MX host may serve a hundred thousand domains. Its chain is judged for
 * each of them, and nearly always in the same words: an answer is kept where
 * it can be proved that another question has the same one (memo.c says how).
 */
#pragma once

#include "tls/match.h"

struct match_memo;

/*
 * As match_judge(). What *memo keeps is told again if it must be the same,
 * else it is made anew, or NULL. A memo is for one chain alone, which has to
 * outlive it. The arena holds what the answer points to.
 */
bool match_recall(struct tls_context *context, const struct tls_chain *chain,
    const struct match_question *question, struct match_memo **memo,
    struct arena *arena, struct match_answer *answer);
/*
 * The same for a chain that many hosts may present: where no names count, what
 * was said of one is said of the next. Neither is kept before it is asked for
 * twice. memo is the host's own; NULL: nobody has asked about the host yet.
 */
bool match_recall_any(struct tls_context *context,
    const struct tls_chain *chain, const struct match_question *question,
    struct match_memo **memo, struct arena *arena, struct match_answer *answer);
void match_memo_free(struct match_memo *memo); /* NULL is fine */
/* How often it was told again; for tests. NULL: never. */
size_t match_memo_used(const struct match_memo *memo);
/* The same for those that a chain has for all its hosts, together. */
size_t match_memo_chain_used(const struct tls_chain *chain);
