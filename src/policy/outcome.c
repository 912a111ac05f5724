/* SPDX-License-Identifier: ISC */
#include "policy/verdict.h"

/* TLS stands and the policy asks for more (RFC 7672 section 2.2). */
static enum danelaw_outcome
judge_authentication(const struct outcome_facts *facts)
{
	/*
	 * A match is asked for as well: without a usable record OpenSSL
	 * passes by the public CAs. So is the code: a verify callback that
	 * goes on to see every error makes OpenSSL return success.
	 */
	if (facts->verified && facts->matched && facts->verify_code == 0)
		return DANELAW_OUTCOME_AUTHENTICATED;
	if (facts->unreadable)
		return DANELAW_OUTCOME_NOT_EXAMINED;
	if (!facts->matched)
		return DANELAW_OUTCOME_TLSA_MISMATCH;
	if (facts->date_failed)
		return DANELAW_OUTCOME_CERT_EXPIRED;
	if (facts->name_failed)
		return DANELAW_OUTCOME_NAME_MISMATCH;
	return DANELAW_OUTCOME_CHAIN_INVALID;
}

enum danelaw_outcome
outcome_for(enum danelaw_policy policy, const struct outcome_facts *facts)
{
	bool dane = policy == DANELAW_POLICY_DANE;
	bool may = policy == DANELAW_POLICY_MAY;

	if (!dane && !may && policy != DANELAW_POLICY_ENCRYPT)
		return DANELAW_OUTCOME_SKIPPED;
	switch (facts->reached) {
	case DANELAW_OUTCOME_AUTHENTICATED: /* not the probe's to say */
	case DANELAW_OUTCOME_ENCRYPTED:
		return dane ? judge_authentication(facts)
			    : DANELAW_OUTCOME_ENCRYPTED;
	case DANELAW_OUTCOME_CLEARTEXT:
	case DANELAW_OUTCOME_STARTTLS_MISSING:
		return may ? DANELAW_OUTCOME_CLEARTEXT
			   : DANELAW_OUTCOME_STARTTLS_MISSING;
	case DANELAW_OUTCOME_STARTTLS_REFUSED:
		return may ? DANELAW_OUTCOME_CLEARTEXT
			   : DANELAW_OUTCOME_STARTTLS_REFUSED;
	case DANELAW_OUTCOME_SKIPPED:
	case DANELAW_OUTCOME_TLSA_MISMATCH:
	case DANELAW_OUTCOME_NAME_MISMATCH:
	case DANELAW_OUTCOME_CERT_EXPIRED:
	case DANELAW_OUTCOME_CHAIN_INVALID:
	case DANELAW_OUTCOME_SMTP_TEMPFAIL:
	case DANELAW_OUTCOME_SMTP_PERMFAIL:
	case DANELAW_OUTCOME_SMTP_TIMEOUT:
	case DANELAW_OUTCOME_NOT_SMTP:
	case DANELAW_OUTCOME_PLAINTEXT_INJECTED:
	case DANELAW_OUTCOME_TLS_FAILED:
	case DANELAW_OUTCOME_TLS_TIMEOUT:
	case DANELAW_OUTCOME_CONNECT_REFUSED:
	case DANELAW_OUTCOME_CONNECT_TIMEOUT:
	case DANELAW_OUTCOME_NOT_EXAMINED:
		break;
	}
	return facts->reached;
}

/*
 * Nothing seen, then seen and good, then seen and bad. A connection that
 * came to nothing says nothing of the certificates behind it, so it does not
 * count against another that did: many servers limit how many they take.
 */
static int
badness(enum danelaw_outcome outcome)
{
	static const int table[] = {
		[DANELAW_OUTCOME_SKIPPED] = 0,
		[DANELAW_OUTCOME_NOT_EXAMINED] = 1,
		[DANELAW_OUTCOME_CONNECT_TIMEOUT] = 2,
		[DANELAW_OUTCOME_CONNECT_REFUSED] = 3,
		[DANELAW_OUTCOME_SMTP_TIMEOUT] = 4,
		[DANELAW_OUTCOME_TLS_TIMEOUT] = 5,
		[DANELAW_OUTCOME_NOT_SMTP] = 6,
		[DANELAW_OUTCOME_SMTP_TEMPFAIL] = 7,
		[DANELAW_OUTCOME_SMTP_PERMFAIL] = 8,
		[DANELAW_OUTCOME_AUTHENTICATED] = 9,
		[DANELAW_OUTCOME_ENCRYPTED] = 10,
		[DANELAW_OUTCOME_CLEARTEXT] = 11,
		[DANELAW_OUTCOME_STARTTLS_REFUSED] = 12,
		[DANELAW_OUTCOME_STARTTLS_MISSING] = 13,
		[DANELAW_OUTCOME_TLS_FAILED] = 14,
		[DANELAW_OUTCOME_CHAIN_INVALID] = 15,
		[DANELAW_OUTCOME_NAME_MISMATCH] = 16,
		[DANELAW_OUTCOME_CERT_EXPIRED] = 17,
		[DANELAW_OUTCOME_TLSA_MISMATCH] = 18,
		[DANELAW_OUTCOME_PLAINTEXT_INJECTED] = 19,
	};
	enum { COUNT = sizeof(table) / sizeof(table[0]) };

	return (size_t)outcome < COUNT ? table[outcome] : (int)COUNT;
}

enum danelaw_outcome
outcome_worse(enum danelaw_outcome a, enum danelaw_outcome b)
{
	return badness(a) >= badness(b) ? a : b;
}

bool
outcome_is_unseen(enum danelaw_outcome outcome)
{
	return badness(outcome) < badness(DANELAW_OUTCOME_AUTHENTICATED);
}

const struct danelaw_probe *
outcome_denied(const struct danelaw_address *address)
{
	/* What this machine lacked, or could not read, nobody denied. */
	for (size_t i = 1; i < address->n_probes; i++) {
		if (address->our_lack == NULL &&
		    outcome_is_unseen(address->probes[i].outcome) &&
		    address->probes[i].outcome != DANELAW_OUTCOME_NOT_EXAMINED)
			return &address->probes[i];
	}
	return NULL;
}

/* The first digit of the reply that said no; 0: it is not known. */
static char
refusal_digit(const struct danelaw_smtp *smtp)
{
	const char *reply =
	    smtp->starttls != NULL ? smtp->starttls : smtp->refusal;

	return reply == NULL ? '\0' : reply[0];
}

enum danelaw_outcome
outcome_counted(const struct danelaw_address *address)
{
	enum danelaw_outcome rest = DANELAW_OUTCOME_SKIPPED;
	char digit = refusal_digit(&address->smtp);

	/*
	 * The reply is the first connection's. Of a later one a no is kept
	 * only where it is for good (probe/keep.c).
	 */
	if (address->outcome != DANELAW_OUTCOME_STARTTLS_REFUSED ||
	    digit != '4')
		return address->outcome;
	for (size_t i = 0; i < address->n_probes; i++) {
		enum danelaw_outcome one = address->probes[i].outcome;

		if (one != DANELAW_OUTCOME_STARTTLS_REFUSED)
			rest = outcome_worse(rest, one);
	}
	return rest != DANELAW_OUTCOME_SKIPPED ? rest
					       : DANELAW_OUTCOME_SMTP_TEMPFAIL;
}

bool
outcome_is_refused(enum danelaw_policy policy, enum danelaw_outcome outcome)
{
	bool dane = policy == DANELAW_POLICY_DANE;

	if (!dane && policy != DANELAW_POLICY_ENCRYPT)
		return false;
	switch (outcome) {
	case DANELAW_OUTCOME_TLSA_MISMATCH:
	case DANELAW_OUTCOME_NAME_MISMATCH:
	case DANELAW_OUTCOME_CERT_EXPIRED:
	case DANELAW_OUTCOME_CHAIN_INVALID:
	case DANELAW_OUTCOME_STARTTLS_MISSING:
	case DANELAW_OUTCOME_STARTTLS_REFUSED:
	case DANELAW_OUTCOME_PLAINTEXT_INJECTED:
	case DANELAW_OUTCOME_TLS_FAILED:
	case DANELAW_OUTCOME_CLEARTEXT: /* less than the policy asks for */
		return true;
	case DANELAW_OUTCOME_ENCRYPTED:
		return dane;
	case DANELAW_OUTCOME_AUTHENTICATED:
	case DANELAW_OUTCOME_SKIPPED:
	case DANELAW_OUTCOME_SMTP_TEMPFAIL:
	case DANELAW_OUTCOME_SMTP_PERMFAIL:
	case DANELAW_OUTCOME_SMTP_TIMEOUT:
	case DANELAW_OUTCOME_NOT_SMTP:
	case DANELAW_OUTCOME_TLS_TIMEOUT:
	case DANELAW_OUTCOME_CONNECT_REFUSED:
	case DANELAW_OUTCOME_CONNECT_TIMEOUT:
	case DANELAW_OUTCOME_NOT_EXAMINED:
		break;
	}
	return false;
}
