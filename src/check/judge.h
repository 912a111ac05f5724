/* SPDX-License-Identifier: ISC */
/*
 * judge.h - evidence and TLSA records become outcomes.
 */
#pragma once

#include "probe/probe.h"

struct judge_question {
	enum danelaw_policy policy;
	const struct danelaw_tlsa *tlsa; /* records and references */
	int64_t at;
	bool ee_names, unsigned_too; /* see tls/match.h */
	const char *host, *domain;   /* for public trust; see tls/pkix.h */
	/* Ask for that in any case, else only where the name is wrong: there
	   it tells what a sender does that falls back on public CAs. */
	bool pkix;
};

/*
 * Fills one danelaw_probe. The arena holds the evidence from then on. False:
 * no memory.
 */
bool judge_shake(struct tls_context *context, struct evidence *evidence,
    size_t shake, const struct judge_question *question, struct arena *arena,
    struct danelaw_probe *probe);

/* The same for a chain that came from a file, not from a server. */
bool judge_chain(struct tls_context *context, struct tls_chain *chain,
    const struct judge_question *question, struct arena *arena,
    struct danelaw_probe *probe);
