/* SPDX-License-Identifier: ISC */
#include "check/judge.h"

#include "policy/outcome.h"
#include "tls/memo.h"
#include "tls/pkix.h"

/*
 * What lies beyond our bounds may be the issuer that a record of usage 2 is
 * for; those of usage 3 are for the leaf, which is always there.
 */
static bool
is_cut(const struct danelaw_probe *probe, const struct danelaw_tlsa *tlsa)
{
	if (probe->tls == NULL || probe->tls->certs_cut == 0)
		return false;
	for (size_t i = 0; i < tlsa->n_records; i++) {
		if (tlsa->records[i].usable &&
		    tlsa->records[i].usage == DANELAW_USAGE_DANE_TA)
			return true;
	}
	return false;
}

/*
 * certs are the arena's, and only for this question: depths go there. memo:
 * see tls/memo.h.
 */
static bool
judge(struct tls_context *context, const struct tls_chain *chain,
    const struct judge_question *question, struct arena *arena,
    struct match_memo **memo, enum danelaw_outcome reached,
    struct danelaw_probe *probe)
{
	const struct danelaw_tlsa *tlsa = question->tlsa;
	const struct match_question asked = {
		.records = tlsa->records,
		.n_records = tlsa->n_records,
		.references = (const char *const *)tlsa->references,
		.n_references = tlsa->n_references,
		.at = question->at,
		.ee_names = question->ee_names,
		.unsigned_too = question->unsigned_too,
	};
	const struct pkix_question also = {
		.host = question->host,
		.domain = question->domain,
		.at = question->at,
	};
	struct match_answer answer = { 0 };
	struct outcome_facts facts = { .reached = reached };

	/* Where nothing was presented, nothing can be said of the records. */
	probe->outcome = outcome_for(question->policy, &facts);
	if (chain == NULL)
		return true;
	if (!match_recall_any(context, chain, &asked, memo, arena, &answer))
		return false;
	if ((question->pkix || answer.name_failed) &&
	    !pkix_judge(context, chain, &also, arena, &probe->pkix))
		return false;
	probe->match = answer.match;
	probe->records = answer.records;
	probe->n_records = answer.n_records;
	probe->verify_error = answer.verify_error;
	for (size_t i = 0; answer.depths != NULL && i < probe->n_chain; i++)
		probe->chain[i].depth = answer.depths[i];
	if (tlsa->n_records > 0 && !answer.verified && probe->n_chain > 0)
		match_signers(chain, probe->chain);
	facts.verified = answer.verified;
	facts.matched = answer.match != NULL;
	facts.date_failed = answer.date_failed;
	facts.name_failed = answer.name_failed;
	facts.unreadable = answer.unreadable != NULL;
	facts.cut = is_cut(probe, tlsa);
	if (answer.verify_error != NULL)
		facts.verify_code = answer.verify_error->code;
	probe->outcome = outcome_for(question->policy, &facts);
	if (facts.cut && probe->outcome == DANELAW_OUTCOME_NOT_EXAMINED) {
		probe->verify_error = NULL;
		probe->error = arena_printf(arena,
		    "could not look at all of it: the server sent %d "
		    "certificates more than danelaw keeps",
		    probe->tls->certs_cut);
		return probe->error != NULL;
	}
	/* What OpenSSL complains of then is its own ignorance. */
	if (facts.unreadable) {
		probe->verify_error = NULL;
		probe->error = arena_printf(arena,
		    "OpenSSL %s cannot verify %s: it takes 3.5",
		    tls_library_version(), answer.unreadable);
	}
	return !facts.unreadable || probe->error != NULL;
}

bool
judge_shake(struct tls_context *context, struct evidence *evidence,
    size_t shake, const struct judge_question *question, struct arena *arena,
    struct danelaw_probe *probe)
{
	struct evidence_shake *from = &evidence->shakes[shake];
	struct match_memo **memo = NULL;

	*probe = (struct danelaw_probe) {
		.offer = from->offer,
		.error = from->error,
		.fault = from->fault,
		.tls = from->tls,
	};
	if (!arena_hold(arena, evidence->arena))
		return false;
	arena_ref(evidence->arena);
	if (from->n_certs > 0) {
		probe->chain = arena_memdup(
		    arena, from->certs, from->n_certs * sizeof(*from->certs));
		if (probe->chain == NULL)
			return false;
		probe->n_chain = from->n_certs;
	}
	/* Most hosts serve one domain: for these nothing is kept. */
	if (from->judged)
		memo = &from->memo;
	from->judged = true;
	return judge(
	    context, from->chain, question, arena, memo, from->reached, probe);
}

bool
judge_chain(struct tls_context *context, struct tls_chain *chain,
    const struct judge_question *question, struct arena *arena,
    struct danelaw_probe *probe)
{
	*probe = (struct danelaw_probe) { 0 };
	return tls_chain_facts(chain, arena, &probe->chain, &probe->n_chain) &&
	    judge(context, chain, question, arena, NULL,
		DANELAW_OUTCOME_ENCRYPTED, probe);
}
