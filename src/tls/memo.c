/* SPDX-License-Identifier: ISC */
/*
 * What match_judge() is asked: chain, records, time, flags, references. The
 * chain is the memo's. Records and flags are compared. That leaves two.
 *
 * References. match.c and trial.c look at them in three places only: OpenSSL
 * holds the leaf against all of them (check_id(): does one of them fit, or is
 * there none?), trial_run() asks whether there is one, and fill_name() tells
 * the first that fits. Hence they do not matter where
 * (a) names do not count: ee_names is off, and OpenSSL gets records of usage
 *     3 alone. dane_verify() then looks at the leaf, and has ended before
 *     names are asked for, whether a record matched or not;
 *     has_reference() and fill_name() are for other records. Or
 * (b) the first reference is the same, and it fits the leaf: one fits in any
 *     case, and it is the first that does.
 * A first reference that does not fit is no reason to keep anything.
 *
 * Time. OpenSSL asks on which side of a certificate's dates it lies, and
 * nothing else. Where two times lie on the same sides of all
 * dates, so does each one between them. The certificates are the chain's:
 * records that may bring in others (matching type 0) are for one time only.
 */
#include "tls/memo.h"

#include <stdlib.h>
#include <string.h>

#include <openssl/x509_vfy.h>
#include <openssl/x509v3.h>

#include "tls/trial.h"

enum {
	AHEAD = 3600, /* seconds */
};

struct match_memo {
	struct arena *arena;
	const struct tls_context *context;
	const struct tls_chain *chain;
	struct danelaw_record *records;
	size_t n_records;
	const char *reference; /* NULL: they do not matter */
	bool ee_names, unsigned_too;
	int64_t first, last; /* any time from first to last */
	bool one_time;
	struct match_answer answer;
	size_t used;
};

static bool
names_count(const struct match_question *question)
{
	if (question->ee_names)
		return true;
	for (size_t i = 0; i < question->n_records; i++) {
		if (question->records[i].usable &&
		    question->records[i].usage != DANELAW_USAGE_DANE_EE)
			return true;
	}
	return false;
}

static bool
first_fits(const struct tls_chain *chain, const struct match_question *question)
{
	return question->n_references > 0 &&
	    trial_is_reference(question->references[0]) &&
	    X509_check_host(chain->certs[0].x509, question->references[0], 0,
		X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS, NULL) == 1;
}

static bool
same_side(const ASN1_TIME *date, int64_t a, int64_t b)
{
	int side = ASN1_TIME_cmp_time_t(date, (time_t)a);

	/* -2: it is no date. On which side the very second lies is left to
	   OpenSSL: it is a third one. */
	return side != -2 && side == ASN1_TIME_cmp_time_t(date, (time_t)b);
}

static bool
same_dates(const struct tls_chain *chain, int64_t a, int64_t b)
{
	for (size_t i = 0; i < chain->n; i++) {
		const X509 *x509 = chain->certs[i].x509;

		if (!same_side(X509_get0_notBefore(x509), a, b) ||
		    !same_side(X509_get0_notAfter(x509), a, b))
			return false;
	}
	return true;
}

/* Time goes on, and dates are not compared for each second of it. */
static bool
covers(struct match_memo *memo, int64_t at)
{
	if (at >= memo->first && at <= memo->last)
		return true;
	if (memo->one_time || !same_dates(memo->chain, memo->first, at))
		return false;
	if (at < memo->first)
		memo->first = at;
	else
		memo->last = at <= INT64_MAX - AHEAD &&
			same_dates(memo->chain, memo->first, at + AHEAD)
		    ? at + AHEAD
		    : at;
	return true;
}

/* But for the words, which nobody judges by. */
static bool
same_record(const struct danelaw_record *a, const struct danelaw_record *b)
{
	return a->usage == b->usage && a->selector == b->selector &&
	    a->mtype == b->mtype && a->usable == b->usable &&
	    a->len == b->len &&
	    (a->len == 0 || memcmp(a->data, b->data, a->len) == 0);
}

/* But for the time. */
static bool
is_about(const struct match_memo *memo, const struct tls_context *context,
    const struct tls_chain *chain, const struct match_question *question)
{
	if (memo == NULL || memo->context != context || memo->chain != chain ||
	    memo->ee_names != question->ee_names ||
	    memo->unsigned_too != question->unsigned_too ||
	    memo->n_records != question->n_records)
		return false;
	for (size_t i = 0; i < memo->n_records; i++) {
		if (!same_record(&memo->records[i], &question->records[i]))
			return false;
	}
	return memo->reference == NULL ||
	    (question->n_references > 0 && question->references[0] != NULL &&
		strcmp(memo->reference, question->references[0]) == 0);
}

static bool
keep_records(struct match_memo *memo, const struct match_question *question)
{
	memo->n_records = question->n_records;
	memo->records = arena_memdup(memo->arena, question->records,
	    question->n_records * sizeof(*question->records));
	if (memo->records == NULL)
		return false;
	for (size_t i = 0; i < memo->n_records; i++) {
		struct danelaw_record *record = &memo->records[i];

		record->data =
		    arena_memdup(memo->arena, record->data, record->len);
		record->rr = record->reason = NULL;
		if (record->data == NULL)
			return false;
		if (record->usable && record->mtype == DANELAW_MTYPE_FULL)
			memo->one_time = true;
	}
	return true;
}

/* NULL: no memory, or it may not be kept. */
static struct match_memo *
memo_new(struct tls_context *context, const struct tls_chain *chain,
    const struct match_question *question)
{
	bool named = names_count(question);
	struct arena *arena;
	struct match_memo *memo;

	if (tls_chain_count(chain) == 0 ||
	    (named && !first_fits(chain, question)))
		return NULL;
	arena = arena_new();
	if (arena == NULL)
		return NULL;
	memo = arena_alloc(arena, sizeof(*memo));
	if (memo == NULL)
		goto fail;
	*memo = (struct match_memo) {
		.arena = arena,
		.context = context,
		.chain = chain,
		.reference =
		    named ? arena_strdup(arena, question->references[0]) : NULL,
		.ee_names = question->ee_names,
		.unsigned_too = question->unsigned_too,
		.first = question->at,
		.last = question->at,
	};
	if (keep_records(memo, question) &&
	    match_judge(context, chain, question, arena, &memo->answer) &&
	    !arena_failed(arena))
		return memo;
fail:
	arena_unref(arena);
	return NULL;
}

/* The tree's own, as roles are written there; the words are the memo's. */
static bool
tell(struct match_memo *memo, struct arena *arena, struct match_answer *answer)
{
	struct match_answer out = memo->answer;

	if (!arena_hold(arena, arena_ref(memo->arena))) {
		arena_unref(memo->arena);
		return false;
	}
	if (out.match != NULL)
		out.match = arena_memdup(arena, out.match, sizeof(*out.match));
	if (out.verify_error != NULL)
		out.verify_error = arena_memdup(
		    arena, out.verify_error, sizeof(*out.verify_error));
	if (out.records != NULL)
		out.records = arena_memdup(
		    arena, out.records, out.n_records * sizeof(*out.records));
	if (arena_failed(arena))
		return false;
	*answer = out;
	return true;
}

bool
match_recall(struct tls_context *context, const struct tls_chain *chain,
    const struct match_question *question, struct match_memo **memo,
    struct arena *arena, struct match_answer *answer)
{
	if (is_about(*memo, context, chain, question) &&
	    covers(*memo, question->at)) {
		(*memo)->used++;
		return tell(*memo, arena, answer);
	}
	match_memo_free(*memo);
	*memo = memo_new(context, chain, question);
	return *memo != NULL
	    ? tell(*memo, arena, answer)
	    : match_judge(context, chain, question, arena, answer);
}

/* Where a question may find its answer with the chain, or leave it. */
static struct match_memo **
find_place(struct tls_context *context, const struct tls_chain *chain,
    const struct match_question *question)
{
	struct match_memo **memos = chain->notes->memos;

	for (size_t i = 0; i < TLS_NOTES_MEMOS; i++) {
		if (memos[i] == NULL ||
		    is_about(memos[i], context, chain, question))
			return &memos[i];
	}
	return NULL;
}

bool
match_recall_any(struct tls_context *context, const struct tls_chain *chain,
    const struct match_question *question, struct match_memo **memo,
    struct arena *arena, struct match_answer *answer)
{
	struct match_memo **place = NULL;

	if (tls_chain_count(chain) > 0 && !names_count(question)) {
		place = find_place(context, chain, question);
		if (!chain->notes->judged)
			place = NULL;
		chain->notes->judged = true;
	}
	if (place == NULL)
		place = memo;
	return place == NULL
	    ? match_judge(context, chain, question, arena, answer)
	    : match_recall(context, chain, question, place, arena, answer);
}

void
match_memo_free(struct match_memo *memo)
{
	if (memo != NULL)
		arena_unref(memo->arena);
}

size_t
match_memo_used(const struct match_memo *memo)
{
	return memo == NULL ? 0 : memo->used;
}

size_t
match_memo_chain_used(const struct tls_chain *chain)
{
	size_t used = 0;

	for (size_t i = 0; i < TLS_NOTES_MEMOS; i++)
		used += match_memo_used(chain->notes->memos[i]);
	return used;
}
