/* SPDX-License-Identifier: ISC */
#include "policy/verdict.h"

#include <string.h>

#include "model/finding.h"
#include "model/outcomes.h"
#include "policy/ruling.h"

struct danelaw_class
verdict_class_of(
    enum danelaw_policy policy, const struct danelaw_address *address)
{
	enum danelaw_outcome outcome = outcome_counted(address);
	struct danelaw_class class = { 0 };

	if (policy != DANELAW_POLICY_DANE && policy != DANELAW_POLICY_ENCRYPT &&
	    policy != DANELAW_POLICY_MAY)
		class.skipped = true;
	else if (outcome_is_refused(policy, outcome))
		class.failing = true;
	else if (outcome_is(outcome, OUTCOME_UNSEEN))
		class.unexamined = true;
	else if (policy != DANELAW_POLICY_DANE)
		class.open = true;
	else if (outcome == DANELAW_OUTCOME_AUTHENTICATED)
		class.authenticated = true;
	else
		class.failing = true; /* no outcome that we know */
	return class;
}

struct danelaw_class
verdict_class(const struct danelaw_host *host)
{
	struct danelaw_class class = { 0 };

	switch (host->policy) {
	case DANELAW_POLICY_MAY:
		/* Nothing guards a host of this policy, reached or not. */
		class.open = host->n_addresses > 0;
		break;
	case DANELAW_POLICY_ENCRYPT:
	case DANELAW_POLICY_DANE:
		break;
	case DANELAW_POLICY_SKIP:
		class.skipped = true;
		return class;
	}
	for (size_t i = 0; i < host->n_addresses; i++) {
		struct danelaw_class one =
		    verdict_class_of(host->policy, &host->addresses[i]);

		class.failing |= one.failing;
		class.authenticated |= one.authenticated;
		class.open |= one.open;
	}
	class.unexamined =
	    !class.failing && !class.authenticated && !class.open;
	return class;
}

static size_t
count_lacking(const struct danelaw_host *host)
{
	size_t n = 0;

	if (host->policy != DANELAW_POLICY_DANE &&
	    host->policy != DANELAW_POLICY_ENCRYPT)
		return 0;
	for (size_t i = 0; i < host->n_addresses; i++)
		n += host->addresses[i].our_lack != NULL &&
		    outcome_is(host->addresses[i].outcome, OUTCOME_UNSEEN);
	return n;
}

static struct class_counts
count_classes(const struct danelaw_report *report)
{
	struct class_counts counts = { .all = report->n_hosts };

	for (size_t i = 0; i < report->n_hosts; i++) {
		struct danelaw_class class = verdict_class(&report->hosts[i]);

		counts.failing += class.failing;
		counts.skipped += class.skipped;
		counts.authenticated += class.authenticated;
		counts.open += class.open;
		counts.unexamined += class.unexamined;
		counts.lacking += count_lacking(&report->hosts[i]);
	}
	return counts;
}

/* NXDOMAIN counts only where it is believed (RFC 7672 section 2.1.1). */
static bool
no_such_domain(const struct danelaw_mx *mx)
{
	if (mx->source != DANELAW_MX_NONE)
		return false;
	for (size_t i = 0; i < mx->n_lookups; i++) {
		const struct danelaw_lookup *lookup = &mx->lookups[i];

		if (lookup->type != NULL && strcmp(lookup->type, "MX") == 0 &&
		    lookup->presence == DANELAW_PRESENCE_NXDOMAIN &&
		    !ruling_is_failure(lookup->dnssec))
			return true;
	}
	return false;
}

/* Asked for in both families, and proven or said not to be there. */
static bool
has_no_address(const struct danelaw_host *host)
{
	bool a = false, aaaa = false;

	for (size_t i = 0; i < host->n_lookups; i++) {
		const struct danelaw_lookup *lookup = &host->lookups[i];

		if (lookup->type == NULL ||
		    (lookup->presence != DANELAW_PRESENCE_NODATA &&
			lookup->presence != DANELAW_PRESENCE_NXDOMAIN) ||
		    ruling_is_failure(lookup->dnssec))
			continue;
		a = a || strcmp(lookup->type, "A") == 0;
		aaaa = aaaa || strcmp(lookup->type, "AAAA") == 0;
	}
	return a && aaaa && host->n_addresses == 0;
}

/* Then mail comes back at once (RFC 5321 section 5.1). */
static bool
no_host_has_address(const struct danelaw_report *report)
{
	for (size_t i = 0; i < report->n_hosts; i++) {
		if (!has_no_address(&report->hosts[i]))
			return false;
	}
	return report->n_hosts > 0;
}

struct ruled {
	enum danelaw_verdict verdict;
	enum danelaw_state state;
};

/* The table of doc/interface.md 4 from dane-degraded on. */
static struct ruled
rule_hosts(const struct class_counts *counts, bool unjudged)
{
	static const struct ruled
	    degraded = { DANELAW_VERDICT_DEGRADED, DANELAW_STATE_CRITICAL },
	    fail = { DANELAW_VERDICT_FAIL, DANELAW_STATE_CRITICAL },
	    defer = { DANELAW_VERDICT_DEFER, DANELAW_STATE_CRITICAL },
	    partial = { DANELAW_VERDICT_PARTIAL, DANELAW_STATE_WARNING },
	    ok = { DANELAW_VERDICT_OK, DANELAW_STATE_OK },
	    no_dane = { DANELAW_VERDICT_NO_DANE, DANELAW_STATE_WARNING },
	    unseen = { DANELAW_VERDICT_DEFER, DANELAW_STATE_UNKNOWN };

	if ((counts->failing > 0 || counts->skipped > 0) &&
	    counts->authenticated > 0)
		return degraded;
	/* It may be all that is bad here, or all that is good. */
	if (counts->lacking > 0 || unjudged)
		return unseen;
	if (counts->failing > 0)
		return fail;
	if (counts->skipped > 0)
		return defer;
	if (counts->authenticated > 0)
		return counts->open > 0 ? partial : ok;
	return counts->open > 0 ? no_dane : unseen;
}

/*
 * A domain without MX records is its own host (RFC 7672 section 2.2.2). Nobody
 * needs a proof of their absence then: what the host's own records promise is
 * kept, by Postfix as well.
 */
bool
verdict_mx_is_open(const struct danelaw_report *report)
{
	const struct danelaw_mx *mx = &report->mx;

	if (mx->dnssec != DANELAW_DNSSEC_INSECURE)
		return false;
	return mx->source != DANELAW_MX_IMPLICIT || report->n_hosts == 0 ||
	    report->hosts[0].policy == DANELAW_POLICY_MAY;
}

static struct ruled
rule(const struct danelaw_report *report, const struct class_counts *counts)
{
	static const struct ruled no_mail = { DANELAW_VERDICT_NO_MAIL,
		DANELAW_STATE_CRITICAL },
				  defer = { DANELAW_VERDICT_DEFER,
					  DANELAW_STATE_CRITICAL },
				  insecure = { DANELAW_VERDICT_INSECURE,
					  DANELAW_STATE_WARNING };
	const struct danelaw_mx *mx = &report->mx;
	bool unjudged = finding_present(report, FINDING_DNS_ALG_UNJUDGED, NULL);

	if (no_such_domain(mx))
		return no_mail;
	/* For a literal nobody asks for MX records. */
	if (mx->source != DANELAW_MX_LITERAL) {
		if (mx->source == DANELAW_MX_NONE ||
		    ruling_is_failure(mx->dnssec))
			return defer;
		if (mx->source == DANELAW_MX_NULL ||
		    no_host_has_address(report))
			return no_mail;
		if (verdict_mx_is_open(report) && !unjudged)
			return insecure;
	}
	return rule_hosts(counts, unjudged);
}

/* Findings raise a state and never lower it. */
static enum danelaw_state
raise_state(enum danelaw_state state, const struct danelaw_report *report)
{
	static const enum danelaw_state states[] = {
		[DANELAW_SEVERITY_INFO] = DANELAW_STATE_OK,
		[DANELAW_SEVERITY_WARNING] = DANELAW_STATE_WARNING,
		[DANELAW_SEVERITY_CRITICAL] = DANELAW_STATE_CRITICAL,
	};

	for (size_t i = 0; i < report->n_findings; i++)
		state = danelaw_state_worse(
		    state, states[report->findings[i].severity]);
	return state;
}

/* DANE is mandatory and not to be had (RFC 7672 section 6). */
static bool
lacks_dane(enum danelaw_verdict verdict)
{
	switch (verdict) {
	case DANELAW_VERDICT_INSECURE:
	case DANELAW_VERDICT_PARTIAL:
	case DANELAW_VERDICT_NO_DANE:
		return true;
	case DANELAW_VERDICT_DEFER:
	case DANELAW_VERDICT_NO_MAIL:
	case DANELAW_VERDICT_DEGRADED:
	case DANELAW_VERDICT_FAIL:
	case DANELAW_VERDICT_OK:
		break;
	}
	return false;
}

static void
fill_classes(struct danelaw_report *report)
{
	for (size_t i = 0; i < report->n_hosts; i++) {
		struct danelaw_host *host = &report->hosts[i];

		host->counted = verdict_class(host);
		for (size_t j = 0; j < host->n_addresses; j++)
			host->addresses[j].counted =
			    verdict_class_of(host->policy, &host->addresses[j]);
	}
}

void
verdict_fill(struct tree *tree, bool require_dane, bool unable)
{
	struct danelaw_report *report = &tree->report;
	struct class_counts counts = count_classes(report);
	struct ruled ruled = rule(report, &counts);

	fill_classes(report);
	if (unable) {
		/*
		 * What the findings say then is about lookups that nobody
		 * could make, so they do not raise the state.
		 */
		report->verdict = DANELAW_VERDICT_DEFER;
		report->state = DANELAW_STATE_UNKNOWN;
	} else {
		report->verdict = ruled.verdict;
		report->state = raise_state(ruled.state, report);
		if (require_dane && lacks_dane(ruled.verdict))
			report->state = DANELAW_STATE_CRITICAL;
	}
	report->summary = summary_for(tree, &counts, unable);
}
