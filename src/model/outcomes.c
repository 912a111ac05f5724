/* SPDX-License-Identifier: ISC */
#include "model/outcomes.h"

enum {
#define OUTCOME(symbol, ...) BADNESS_##symbol,
#include "model/outcomes.def"
	N_OUTCOMES,
};

static const struct outcome outcomes[N_OUTCOMES] = {
#define OUTCOME(symbol, word, traits, gloss, before, after, it, verify, why)   \
	[DANELAW_OUTCOME_##symbol] = { word, gloss, { before, after, it },     \
		traits, BADNESS_##symbol, verify, why },
#include "model/outcomes.def"
};

const struct outcome *
outcome_about(enum danelaw_outcome outcome)
{
	static const struct outcome unknown = { "?", "",
		{ "", " was not examined", NULL }, 0, N_OUTCOMES, NULL, NULL };

	return (size_t)outcome < N_OUTCOMES ? &outcomes[outcome] : &unknown;
}

bool
outcome_is(enum danelaw_outcome outcome, unsigned traits)
{
	return (outcome_about(outcome)->traits & traits) != 0;
}

const char *
danelaw_outcome_word(enum danelaw_outcome outcome)
{
	return outcome_about(outcome)->word;
}
