/* SPDX-License-Identifier: ISC */
/*
 * What the keys of a zone say of an answer of one of its servers.
 */
#include "dns/denial.h"
#include "dns/proof_inside.h"

#define MAX_NSECS 16 /* of one answer, that are verified */

/*
 * By each set of keys that the DS proves; where there is none, by what the
 * zone has, to tell what else is amiss.
 */
static enum trace_fault
verify_by_sets(const struct keychain *keychain, struct proof_rrset *job)
{
	enum trace_fault worst = TRACE_FAULT_SIG_NO_KEY, one;
	bool any_proven = false, passed = false, failed = false;

	for (size_t i = 0; i < keychain->n_sets; i++)
		any_proven |= keychain->sets[i].proven;
	for (size_t i = 0; i < keychain->n_sets; i++) {
		if (keychain->sets[i].proven != any_proven)
			continue;
		job->keys = keychain->sets[i].keys;
		one = proof_verify(job);
		/* The signatures are told of once. */
		job->answer = NULL;
		if (one == TRACE_FAULT_NONE) {
			passed = true;
		} else {
			failed = true;
			worst = one;
		}
	}
	if (passed && failed)
		return TRACE_FAULT_KEYS_DIFFER;
	return passed ? TRACE_FAULT_NONE : worst;
}

static ldns_rr_list *
proven_nsecs(const struct keychain *keychain, const struct heard *heard,
    int64_t at, enum trace_fault *fault)
{
	static const ldns_rr_type types[] = { LDNS_RR_TYPE_NSEC,
		LDNS_RR_TYPE_NSEC3 };
	const ldns_rr_list *list = heard->message.sections[MESSAGE_AUTHORITY];
	ldns_rr_list *good = ldns_rr_list_new();
	size_t tried = 0;

	*fault = TRACE_FAULT_DENIAL_MISSING;
	for (size_t i = 0; i < ldns_rr_list_rr_count(list) && good != NULL;
	     i++) {
		ldns_rr *rr = ldns_rr_list_rr(list, i);
		struct proof_rrset job = { .zone = keychain->zone, .at = at };
		enum trace_fault one;
		ldns_rr_list *rrset, *sigs;

		if ((ldns_rr_get_type(rr) != types[0] &&
			ldns_rr_get_type(rr) != types[1]) ||
		    ldns_rr_rd_count(rr) < 2 || ++tried > MAX_NSECS)
			continue;
		rrset = ldns_rr_list_new();
		sigs = message_sigs(&heard->message, MESSAGE_AUTHORITY,
		    ldns_rr_owner(rr), ldns_rr_get_type(rr));
		if (rrset != NULL && ldns_rr_list_push_rr(rrset, rr)) {
			job.rrset = rrset;
			job.sigs = sigs;
			one = verify_by_sets(keychain, &job);
			if (one == TRACE_FAULT_NONE ||
			    one == TRACE_FAULT_KEYS_DIFFER)
				ldns_rr_list_push_rr(good, rr);
			else
				*fault = one;
		}
		ldns_rr_list_free(rrset);
		ldns_rr_list_free(sigs);
	}
	return good;
}

static void
judge_denial(const struct keychain *keychain, const struct heard *heard,
    const ldns_rdf *name, ldns_rr_type type, int64_t at,
    struct trace_answer *answer)
{
	enum trace_fault of_sigs, fault;
	ldns_rr_list *nsecs = proven_nsecs(keychain, heard, at, &of_sigs);
	struct denial denial = { .nsecs = nsecs, .zone = keychain->zone };

	fault =
	    denial_of(&denial, name, type, answer->content == TRACE_NXDOMAIN);
	/* A proof that is there, and badly signed. */
	if (fault == TRACE_FAULT_DENIAL_MISSING)
		fault = of_sigs;
	answer->denial = denial.kind;
	answer->iterations = denial.iterations;
	answer->opt_out = denial.opt_out;
	answer->fault = fault;
	if (fault == TRACE_FAULT_DENIAL_ITERATIONS) {
		answer->standing = TRACE_INSECURE;
	} else if (fault != TRACE_FAULT_NONE) {
		answer->standing = TRACE_BOGUS;
	} else if (denial.opt_out) {
		answer->standing = TRACE_INSECURE;
		answer->fault = TRACE_FAULT_DENIAL_OPT_OUT;
	} else {
		answer->standing = TRACE_SECURE;
	}
	ldns_rr_list_free(nsecs);
}

/* What a wildcard made needs a proof that nothing nearer is there. */
static enum trace_fault
judge_expanded(const struct keychain *keychain, const struct heard *heard,
    const ldns_rdf *name, int64_t at, unsigned labels,
    struct trace_answer *answer)
{
	enum trace_fault of_sigs, fault;
	ldns_rr_list *nsecs = proven_nsecs(keychain, heard, at, &of_sigs);
	struct denial denial = { .nsecs = nsecs, .zone = keychain->zone };

	fault = denial_of_expanded(&denial, name, labels);
	answer->denial = denial.kind;
	answer->iterations = denial.iterations;
	ldns_rr_list_free(nsecs);
	return fault;
}

/* A DNAME above the name, which its CNAME is made from (RFC 6672). */
static ldns_rdf *
find_dname(const struct heard *heard, const ldns_rdf *name)
{
	const ldns_rr_list *list = heard->message.sections[MESSAGE_ANSWER];

	for (size_t i = 0; i < ldns_rr_list_rr_count(list); i++) {
		const ldns_rr *rr = ldns_rr_list_rr(list, i);

		if (ldns_rr_get_type(rr) == LDNS_RR_TYPE_DNAME &&
		    ldns_dname_compare(ldns_rr_owner(rr), name) != 0 &&
		    ldns_dname_is_subdomain(name, ldns_rr_owner(rr)))
			return ldns_rr_owner(rr);
	}
	return NULL;
}

static void
judge_records(struct arena *arena, const struct keychain *keychain,
    const struct heard *heard, const ldns_rdf *name, ldns_rr_type type,
    int64_t at, struct trace_answer *answer)
{
	struct proof_rrset job = { .zone = keychain->zone,
		.at = at,
		.arena = arena,
		.answer = answer };
	const ldns_rdf *owner = name;
	ldns_rr_list *rrset, *sigs;
	enum trace_fault fault;

	if (answer->content == TRACE_ALIAS) {
		type = LDNS_RR_TYPE_CNAME;
		if (find_dname(heard, name) != NULL) {
			type = LDNS_RR_TYPE_DNAME;
			owner = find_dname(heard, name);
		}
	}
	rrset = message_rrset(&heard->message, MESSAGE_ANSWER, owner, type);
	sigs = message_sigs(&heard->message, MESSAGE_ANSWER, owner, type);
	job.rrset = rrset;
	job.sigs = sigs;
	fault = verify_by_sets(keychain, &job);
	if (fault == TRACE_FAULT_NONE &&
	    job.labels < ldns_dname_label_count(owner))
		fault = judge_expanded(
		    keychain, heard, owner, at, job.labels, answer);
	answer->fault = fault;
	answer->detail = fault == TRACE_FAULT_NONE ? NULL : job.detail;
	if (fault == TRACE_FAULT_NONE)
		keychain_judge_life(keychain, &job, answer);
	else if (fault == TRACE_FAULT_DENIAL_ITERATIONS)
		answer->standing = TRACE_INSECURE;
	else
		answer->standing = TRACE_BOGUS;
	ldns_rr_list_free(rrset);
	ldns_rr_list_free(sigs);
}

void
keychain_judge(struct arena *arena, const struct keychain *keychain,
    const struct heard *heard, const char *name, uint16_t type, int64_t at,
    struct trace_answer *answer)
{
	ldns_rdf *dname = NULL;

	if (ldns_str2rdf_dname(&dname, *name == '\0' ? "." : name) !=
	    LDNS_STATUS_OK)
		return;
	if (answer->content == TRACE_DATA || answer->content == TRACE_ALIAS)
		judge_records(arena, keychain, heard, dname, (ldns_rr_type)type,
		    at, answer);
	else if (answer->content == TRACE_NODATA ||
	    answer->content == TRACE_NXDOMAIN)
		judge_denial(
		    keychain, heard, dname, (ldns_rr_type)type, at, answer);
	ldns_rdf_deep_free(dname);
}
