/* SPDX-License-Identifier: ISC */
/*
 * judge.h - evidence and TLSA records become outcomes.
 */
#ifndef PROBE_JUDGE_H
#define PROBE_JUDGE_H

#include "probe/probe.h"

struct judge_question {
	const struct danelaw_tlsa *tlsa; /* records and references */
	int64_t at;
	bool ee_names, unsigned_too; /* see tls/match.h */
	const char *host, *domain;   /* for public trust; see tls/pkix.h */
	/* Ask for that in any case, else only where the name is wrong: there
	   it tells what a sender does that falls back on public CAs. */
	bool pkix;
};

/*
 * What one handshake is worth, for policy_outcome(): see outcome_facts in
 * policy/verdict.h, which this mirrors without knowing of it.
 */
struct judge_facts {
	bool verified, matched, date_failed, name_failed, unreadable;
	int verify_code;
};

/* tls/match.h's match_mark_unusable(), once per RRset before the ruling. */
bool judge_mark_unusable(
    struct tls_context *context, struct danelaw_record *records, size_t n);

/*
 * tls/peer.h's tls_chain_from_pem() and tls_chain_unref(), for the floors
 * above.
 */
struct tls_chain *judge_read_chain(const void *bytes, size_t len, char **error);
void judge_free_chain(struct tls_chain *chain);

/*
 * Fills one danelaw_probe but for its outcome, and facts. The arena holds the
 * evidence from then on. False: no memory.
 */
bool judge_shake(struct tls_context *context, struct evidence *evidence,
    size_t shake, const struct judge_question *question, struct arena *arena,
    struct danelaw_probe *probe, struct judge_facts *facts);

/* The same for a chain that came from a file, not from a server. */
bool judge_chain(struct tls_context *context, struct tls_chain *chain,
    const struct judge_question *question, struct arena *arena,
    struct danelaw_probe *probe, struct judge_facts *facts);

#endif
