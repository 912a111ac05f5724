/* SPDX-License-Identifier: ISC */
/*
 * outcomes.h - what is known of an outcome by itself; see outcomes.def.
 */
#pragma once

#include <danelaw_report.h>

enum outcome_trait {
	OUTCOME_UNSEEN = 1 << 0,       /* nothing to be seen, good or bad */
	OUTCOME_SILENT = 1 << 1,       /* time ran out */
	OUTCOME_UNREACHED = 1 << 2,    /* no connection */
	OUTCOME_TEMPORARY = 1 << 3,    /* may be otherwise in a minute */
	OUTCOME_NO_STARTTLS = 1 << 4,  /* none that it would let us use */
	OUTCOME_NO_HANDSHAKE = 1 << 5, /* it was begun, and came to nothing */
	OUTCOME_JUDGED = 1 << 6,       /* the chain was held against records */
	OUTCOME_PASSED = 1 << 7,       /* ... and no fault was found in it */
	OUTCOME_REFUSED = 1 << 8,      /* by all for whom TLS is a must */
	OUTCOME_TOO_LITTLE = 1 << 9,   /* for DANE, but it is TLS */
	OUTCOME_QUOTED = 1 << 10,      /* the server's first words tell most */
};

/*
 * What is wrong, as "<before>mx.example<after>" or of "it"; it is NULL for
 * "<before>it<after>".
 */
struct phrase {
	const char *before, *after, *it;
};

struct outcome {
	const char *word;
	const char *gloss; /* for who reads the word for the first time */
	struct phrase phrase;
	unsigned traits;
	int badness; /* among the connections of one address */
	/* ${verify} of a sendmail without DANE, and a sentence; or NULL */
	const char *verify, *verify_why;
};

/* Of a value outside the enum: the worst, without a trait. */
const struct outcome *outcome_about(enum danelaw_outcome outcome);
/* Has it one of the traits? */
bool outcome_is(enum danelaw_outcome outcome, unsigned traits);
