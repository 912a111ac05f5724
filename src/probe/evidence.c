/* SPDX-License-Identifier: ISC */
#include "probe/evidence.h"

#include "tls/offer.h"

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
	for (size_t i = 0; i < evidence->n_shakes; i++)
		tls_chain_unref(evidence->shakes[i].chain);
	arena_unref(evidence->arena);
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
			    tls_offer_n_all_certs * sizeof(*evidence->shakes)),
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
