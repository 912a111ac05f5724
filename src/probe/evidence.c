/* SPDX-License-Identifier: ISC */
#include "probe/evidence.h"

#include "model/outcomes.h"
#include "tls/memo.h"
#include "tls/offer.h"

bool
evidence_is_unreached(const struct evidence *evidence)
{
	const struct evidence_shake *first = evidence->shakes;

	return evidence->n_shakes == 1 && evidence->untried == NULL &&
	    evidence->our_lack == NULL && !arena_failed(evidence->arena) &&
	    evidence->timing.connect < 0 &&
	    outcome_is(first->reached, OUTCOME_UNREACHED);
}

void
evidence_ref(struct evidence *evidence)
{
	evidence->refs++;
}

void
evidence_unref(struct evidence *evidence)
{
	if (evidence == NULL || --evidence->refs > 0)
		return;
	for (size_t i = 0; i < evidence->n_shakes; i++) {
		match_memo_free(evidence->shakes[i].memo);
		tls_chain_unref(evidence->shakes[i].chain);
	}
	arena_unref(evidence->arena);
}

size_t
evidence_shakes_max(void)
{
	/* One more repeat may belong to those that ask for a cause. */
	return tls_offer_n_all_certs + PROBE_REPEATS_MAX + 1;
}

struct evidence *
evidence_new(const struct probe_target *target)
{
	struct arena *arena = arena_new();
	struct evidence *evidence = NULL;

	if (arena == NULL)
		return NULL;
	evidence = arena_alloc(arena, sizeof(*evidence));
	if (evidence != NULL) {
		*evidence = (struct evidence) {
			.ip = arena_strdup(arena, target->ip),
			.port = target->port,
			.timing = { -1, -1, -1, -1, -1 },
			/* Room for all, so that the first one is certain. */
			.shakes = arena_alloc(arena,
			    evidence_shakes_max() * sizeof(*evidence->shakes)),
			.arena = arena,
			.refs = 1,
		};
	}
	if (arena_failed(arena)) {
		arena_unref(arena);
		return NULL;
	}
	return evidence;
}

static struct evidence *
unexamined(const char *ip, uint16_t port, const char *before, const char *why)
{
	const struct probe_target target = { .ip = ip, .port = port };
	struct evidence *evidence = evidence_new(&target);

	if (evidence == NULL)
		return NULL;
	evidence->shakes[evidence->n_shakes++] = (struct evidence_shake) {
		.offer = tls_offer_all_certs[0],
		.reached = DANELAW_OUTCOME_NOT_EXAMINED,
		.error = arena_printf(evidence->arena, "%s%s", before, why),
		.alert = -1,
	};
	return evidence;
}

struct evidence *
evidence_untried(const char *ip, uint16_t port, const char *why, bool here)
{
	struct evidence *evidence =
	    unexamined(ip, port, "left alone, as ", why);

	if (evidence != NULL) {
		evidence->untried = why;
		evidence->here = here;
	}
	return evidence;
}

struct evidence *
evidence_late(const char *ip, uint16_t port)
{
	static const char why[] = "the time for the whole domain was over "
				  "before it was its turn";
	struct evidence *evidence = unexamined(ip, port, "", why);

	if (evidence != NULL)
		evidence->left_out = why;
	return evidence;
}
