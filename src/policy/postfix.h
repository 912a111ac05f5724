/* SPDX-License-Identifier: ISC */
/*
 * postfix.h - what smtp_tls_policy_maps should hear about a next hop.
 *
 * Pure. The table of answers and the reasons stand at the top of postfix.c.
 * In short: no answer makes Postfix accept less than the level of main.cf
 * does, nor, below "verify", less than its own level "dane" does.
 */
#pragma once

#include <danelaw_report.h>

/* smtp_tls_security_level of main.cf: what a policy stands in for. */
enum postfix_level {
	POSTFIX_LEVEL_MAY = 0,
	POSTFIX_LEVEL_ENCRYPT,
	POSTFIX_LEVEL_DANE,
	POSTFIX_LEVEL_DANE_ONLY,
	POSTFIX_LEVEL_VERIFY,
	POSTFIX_LEVEL_SECURE,
};
/* "may" to "secure"; false: no such level is meant. */
bool postfix_level(const char *word, enum postfix_level *level);

/* How far the DNS has led. */
enum postfix_stage {
	POSTFIX_UNKNOWN = 0, /* it has not answered yet */
	POSTFIX_NO_DNS,      /* we have none that works */
	POSTFIX_MX_FAILED,   /* bogus, SERVFAIL, timeout, or no name in it */
	POSTFIX_NO_MAIL,     /* null MX, or no such domain */
	POSTFIX_HOSTS,
};

/* All zero: nothing is known. */
struct postfix_facts {
	enum postfix_stage stage;
	bool mx_signed; /* or there are none, behind brackets */
	size_t pending; /* hosts that are still being looked up */
	/* The others: usable TLSA records, all of it signed; TLS is a must for
	   another reason; nothing is; a lookup failed. */
	size_t guarded, bound, open, skipped;
	size_t unclear; /* signed, yet insecure: the check will tell why */
	bool probed;    /* the two below tell something */
	bool authenticated, failing; /* by some address each */
	const char *lack; /* why we could not look, or NULL; the report's */
};

/* One more host is looked up, and pending are not yet. */
void postfix_add_host(struct postfix_facts *facts, const struct danelaw_mx *mx,
    const struct danelaw_host *host, size_t pending);
/* Of a check that has ended. */
struct postfix_facts postfix_facts_of(const struct danelaw_report *report);

enum postfix_status {
	POSTFIX_TEMP = 0, /* mail waits */
	POSTFIX_OK,       /* the policy holds */
	POSTFIX_NOTFOUND, /* smtp_tls_security_level of main.cf holds */
};

struct postfix_answer {
	enum postfix_status status;
	const char *policy; /* "dane-only" or "dane"; NULL if not OK */
	const char *why;    /* no full stop; static, or a lack of the facts */
};

/*
 * now: what the DNS has said, and the probe if it has ended. before: what an
 * earlier check came to that is out of date, or NULL.
 *
 * QUERYwithTLSRPT has the same answer: a policy of DANE carries none of the
 * attributes of Postfix 3.10 (see postfix.c).
 */
struct postfix_answer postfix_answer(const struct postfix_facts *now,
    const struct postfix_facts *before, enum postfix_level level);

/* Is there anything that would change the answer, if one waited for it? */
bool postfix_may_change(const struct postfix_facts *now,
    const struct postfix_facts *before, enum postfix_level level);
/* Does no answer at this level depend on what is known? */
bool postfix_is_settled(enum postfix_level level);
