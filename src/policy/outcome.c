/* SPDX-License-Identifier: ISC */
#include "policy/outcome.h"

#include "model/outcomes.h"

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
	if (facts->unreadable || facts->cut)
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
	/* The former is not the probe's to say. */
	if (facts->reached == DANELAW_OUTCOME_AUTHENTICATED ||
	    facts->reached == DANELAW_OUTCOME_ENCRYPTED)
		return dane ? judge_authentication(facts)
			    : DANELAW_OUTCOME_ENCRYPTED;
	if (may && outcome_is(facts->reached, OUTCOME_NO_STARTTLS))
		return DANELAW_OUTCOME_CLEARTEXT;
	return facts->reached == DANELAW_OUTCOME_CLEARTEXT
	    ? DANELAW_OUTCOME_STARTTLS_MISSING
	    : facts->reached;
}

enum danelaw_outcome
outcome_worse(enum danelaw_outcome a, enum danelaw_outcome b)
{
	return outcome_about(a)->badness >= outcome_about(b)->badness ? a : b;
}

const struct danelaw_probe *
outcome_denied(const struct danelaw_address *address)
{
	/* What this machine lacked, or could not read, nobody denied. */
	for (size_t i = 1; i < address->n_probes; i++) {
		if (address->our_lack == NULL &&
		    outcome_is(address->probes[i].outcome, OUTCOME_UNSEEN) &&
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
	if (policy == DANELAW_POLICY_DANE)
		return outcome_is(
		    outcome, OUTCOME_REFUSED | OUTCOME_TOO_LITTLE);
	return policy == DANELAW_POLICY_ENCRYPT &&
	    outcome_is(outcome, OUTCOME_REFUSED);
}
