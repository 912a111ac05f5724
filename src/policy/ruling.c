/* SPDX-License-Identifier: ISC */
#include "policy/ruling.h"

bool
ruling_is_failure(enum danelaw_dnssec dnssec)
{
	/* A value outside the enum is no answer either. */
	return dnssec != DANELAW_DNSSEC_SECURE &&
	    dnssec != DANELAW_DNSSEC_INSECURE;
}

enum danelaw_dnssec
ruling_of_addresses(const struct danelaw_lookup *lookups, size_t n)
{
	enum danelaw_dnssec with_data = DANELAW_DNSSEC_SECURE;
	enum danelaw_dnssec without = DANELAW_DNSSEC_SECURE;
	bool has_data = false;

	for (size_t i = 0; i < n; i++) {
		bool data = lookups[i].presence == DANELAW_PRESENCE_DATA;
		enum danelaw_dnssec *least = data ? &with_data : &without;

		has_data |= data && !ruling_is_failure(lookups[i].dnssec);
		if (lookups[i].dnssec < *least)
			*least = lookups[i].dnssec;
	}
	if (has_data)
		return with_data;
	return with_data < without ? with_data : without;
}

bool
ruling_wants_tlsa(const struct host_facts *facts)
{
	if (ruling_is_failure(facts->mx) || facts->is_literal)
		return false;
	if (facts->addr == DANELAW_DNSSEC_SECURE)
		return true;
	/* A signed alias into an unsigned zone keeps its own name (2.1.3). */
	return facts->addr == DANELAW_DNSSEC_INSECURE &&
	    facts->alias == DANELAW_DNSSEC_SECURE;
}

/* The four outcomes of section 2.2, once all lookups are in. */
static enum danelaw_policy
rule_by_tlsa(const struct host_facts *facts, const char **why)
{
	if (!facts->asked) {
		*why = "the TLSA records were not looked up: do not use this "
		       "host (RFC 7672 2.1.2)";
		return DANELAW_POLICY_SKIP;
	}
	if (ruling_is_failure(facts->tlsa)) {
		*why = facts->tlsa == DANELAW_DNSSEC_BOGUS
		    ? "the TLSA answer fails DNSSEC validation: do not use "
		      "this host (RFC 7672 2.1.2)"
		    : "the TLSA lookup fails: do not use this host "
		      "(RFC 7672 2.1.2)";
		return DANELAW_POLICY_SKIP;
	}
	if (facts->tlsa == DANELAW_DNSSEC_INSECURE) {
		*why = facts->n_tlsa > 0
		    ? "the TLSA records are not signed and do not count: TLS "
		      "if offered (RFC 7672 2.2)"
		    : "no TLSA records, and their absence is not signed: TLS "
		      "if offered (RFC 7672 2.2)";
		return DANELAW_POLICY_MAY;
	}
	if (facts->n_usable > 0) {
		*why = "usable TLSA records: TLS and a match are required "
		       "(RFC 7672 2.2)";
		return DANELAW_POLICY_DANE;
	}
	if (facts->n_tlsa > 0) {
		*why = "TLSA records, but none is usable: TLS is required, "
		       "authentication is not (RFC 7672 2.2)";
		return DANELAW_POLICY_ENCRYPT;
	}
	*why = "no TLSA records: TLS if offered (RFC 7672 2.2)";
	return DANELAW_POLICY_MAY;
}

enum danelaw_policy
ruling_for(const struct host_facts *facts, const char **why)
{
	/* Without the MX records nobody knows that this is a host (2.1.2). */
	if (ruling_is_failure(facts->mx)) {
		*why = "the MX lookup fails: no host can be used "
		       "(RFC 7672 2.1.2)";
		return DANELAW_POLICY_SKIP;
	}
	if (facts->is_literal) {
		*why = "an address has no TLSA records: TLS if offered "
		       "(RFC 7672 2.2)";
		return DANELAW_POLICY_MAY;
	}
	if (ruling_is_failure(facts->addr)) {
		*why = facts->addr == DANELAW_DNSSEC_BOGUS
		    ? "the address answer fails DNSSEC validation: do not use "
		      "this host (RFC 7672 2.1.2)"
		    : "the address lookup fails: do not use this host "
		      "(RFC 7672 2.1.2)";
		return DANELAW_POLICY_SKIP;
	}
	/* No error, but nobody can connect: "may" promises nothing. */
	if (facts->is_nowhere) {
		*why = "it has no address, so nobody can connect to it "
		       "(RFC 7672 2.2.2)";
		return DANELAW_POLICY_MAY;
	}
	if (facts->addr == DANELAW_DNSSEC_INSECURE) {
		if (ruling_is_failure(facts->alias)) {
			*why = "the CNAME lookup of the alias fails: do not "
			       "use this host (RFC 7672 2.1.2)";
			return DANELAW_POLICY_SKIP;
		}
		if (facts->alias == DANELAW_DNSSEC_INSECURE) {
			*why = "the addresses are not signed, so DANE does "
			       "not apply: TLS if offered (RFC 7672 2.2.2)";
			return DANELAW_POLICY_MAY;
		}
	}
	return rule_by_tlsa(facts, why);
}
