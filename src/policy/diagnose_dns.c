/* SPDX-License-Identifier: ISC */
/*
 * Group D. A failed lookup gives one finding that says what is lost by it,
 * and one more with the cause where the validator's words tell it.
 */
#include <stdio.h>
#include <string.h>

#include "base/name.h"
#include "policy/clocks.h"
#include "policy/diagnose_kit.h"
#include "policy/ruling.h"
#include "policy/verdict.h"

/* FINDING_COUNT: there is none of its own. */
static const enum finding_id by_cause[] = {
	[DANELAW_DNS_UNTOLD] = FINDING_COUNT,
	[DANELAW_DNS_ANCHOR] = FINDING_DNS_RESOLVER_NOT_VALIDATING,
	[DANELAW_DNS_CLOCK] = FINDING_DNS_RESOLVER_NOT_VALIDATING,
	[DANELAW_DNS_EXPIRED] = FINDING_DNS_RRSIG_EXPIRED,
	[DANELAW_DNS_NOT_YET_VALID] = FINDING_DNS_RRSIG_NOT_YET_VALID,
	[DANELAW_DNS_ITERATIONS] = FINDING_DNS_NSEC3_ITERATIONS,
	[DANELAW_DNS_ALGORITHM] = FINDING_DNS_ALG_UNSUPPORTED,
	[DANELAW_DNS_LOOP] = FINDING_DNS_CNAME_LOOP,
	[DANELAW_DNS_DENIAL] = FINDING_DNS_TLSA_BROKEN_DENIAL,
	[DANELAW_DNS_UNSIGNED] = FINDING_DNS_RRSIG_MISSING,
	[DANELAW_DNS_MISMATCH] = FINDING_DNS_SIG_MISMATCH,
	[DANELAW_DNS_TIMEOUT] = FINDING_COUNT,
};

enum finding_id
dns_cause(const struct danelaw_lookup *lookup, enum danelaw_dns_cause cause)
{
	enum finding_id id = by_cause[cause];

	/* Outside of TLSA a missing proof is missing signatures. */
	if (id == FINDING_DNS_TLSA_BROKEN_DENIAL &&
	    !kit_is_type(lookup, "TLSA"))
		id = FINDING_DNS_RRSIG_MISSING;
	return id;
}

/*
 * The general finding is but what follows from the cause: who mends that has
 * mended both, and one fault is one alarm.
 */
static void
follow_cause(struct exam *exam, struct danelaw_finding *finding,
    const struct danelaw_lookup *lookup, enum finding_id general)
{
	enum finding_id id =
	    lookup == NULL ? FINDING_COUNT : dns_cause(lookup, lookup->cause);

	if (id != FINDING_COUNT && id != general)
		kit_follow(exam, finding, id);
}

/* The cause, as a finding of its own beside the general one. */
static struct danelaw_finding *
add_cause(struct exam *exam, const char *subject,
    const struct danelaw_lookup *lookup, enum finding_id general)
{
	enum finding_id id = dns_cause(lookup, lookup->cause);
	struct danelaw_finding *finding;

	if (id == FINDING_COUNT || id == general ||
	    finding_present(exam->report, id, subject))
		return NULL;
	finding = finding_add(exam->tree, id, subject, "type",
	    kit_text(exam, lookup->type), "name", kit_text(exam, lookup->name),
	    "why", kit_text(exam, lookup->why), "domain", exam->report->domain,
	    NULL);
	/* All that is lost hangs on it. */
	if (finding != NULL)
		finding->severity = DANELAW_SEVERITY_CRITICAL;
	signatures_explain(exam, finding, id, lookup);
	return finding;
}

static const struct danelaw_lookup *
failed_lookup(const struct danelaw_lookup *lookups, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		if (ruling_is_failure(lookups[i].dnssec))
			return &lookups[i];
	}
	return NULL;
}

static void
diagnose_mx_failure(struct exam *exam)
{
	const struct danelaw_report *report = exam->report;
	const struct danelaw_mx *mx = &report->mx;
	const struct danelaw_lookup *failed =
	    failed_lookup(mx->lookups, mx->n_lookups);
	enum finding_id general = mx->dnssec == DANELAW_DNSSEC_BOGUS
	    ? FINDING_DNS_MX_BOGUS
	    : FINDING_DNS_MX_LOOKUP_ERROR;
	const char *why =
	    failed != NULL && failed->why != NULL ? failed->why : mx->why;

	follow_cause(exam,
	    finding_add(exam->tree, general, report->domain, "domain",
		report->domain, "why", kit_text(exam, why), NULL),
	    failed, general);
	if (failed != NULL)
		add_cause(exam, report->domain, failed, general);
}

static bool
is_nxdomain(const struct danelaw_mx *mx)
{
	for (size_t i = 0; i < mx->n_lookups; i++) {
		if (kit_is_type(&mx->lookups[i], "MX") &&
		    mx->lookups[i].presence == DANELAW_PRESENCE_NXDOMAIN)
			return true;
	}
	return false;
}

static void
diagnose_mx_source(struct exam *exam)
{
	const struct danelaw_report *report = exam->report;
	const struct danelaw_mx *mx = &report->mx;
	const char *domain = report->domain;
	struct danelaw_finding *finding;

	switch (mx->source) {
	case DANELAW_MX_NONE:
		if (is_nxdomain(mx))
			finding_add(exam->tree, FINDING_DNS_NXDOMAIN, domain,
			    "domain", domain, NULL);
		break;
	case DANELAW_MX_NULL:
		finding_add(exam->tree, FINDING_DNS_MX_NULL, domain, "domain",
		    domain, NULL);
		break;
	case DANELAW_MX_IMPLICIT:
		finding = finding_add(exam->tree, FINDING_DNS_MX_NONE_IMPLICIT,
		    domain, "domain", domain, "proof",
		    mx->dnssec == DANELAW_DNSSEC_SECURE
			? ""
			: " (that there are none is not proven, and need not "
			  "be)",
		    NULL);
		/* Beside a CNAME there is no room for another record. */
		if (mx->n_lookups > 0 && mx->lookups[0].n_aliases == 0)
			kit_add_line(exam, finding,
			    arena_printf(exam->arena, "%s. 3600 IN MX 10 %s.",
				domain, domain));
		break;
	case DANELAW_MX_MX:
	case DANELAW_MX_LITERAL:
		break;
	}
}

/* Signed it is; what makes it count as unsigned is told beside it. */
static void
follow(struct danelaw_finding *finding, bool why)
{
	if (finding != NULL && why)
		finding->remedy = "Mend what is told of its zone beside this; "
				  "the records themselves are signed.";
}

/* Where the MX records really are, behind any CNAME. */
static const char *
mx_owner(const struct danelaw_mx *mx)
{
	const struct danelaw_lookup *lookup = &mx->lookups[0];

	if (mx->n_lookups == 0)
		return "";
	return kit_end(lookup);
}

/* "" is the null MX, of which others tell. */
static void
diagnose_exchanges(struct exam *exam)
{
	const struct danelaw_report *report = exam->report;
	const struct danelaw_mx *mx = &report->mx;

	for (size_t i = 0; i < mx->n_unusable; i++) {
		if (mx->unusable[i] != NULL && *mx->unusable[i] != '\0')
			finding_add(exam->tree, FINDING_DNS_MX_NOT_A_HOST_NAME,
			    report->domain, "domain", report->domain,
			    "exchange", kit_text(exam, mx->unusable[i]), NULL);
	}
}

static void
diagnose_mx(struct exam *exam)
{
	const struct danelaw_report *report = exam->report;
	const struct danelaw_mx *mx = &report->mx;
	bool why = false;

	if (mx->source == DANELAW_MX_LITERAL)
		return;
	if (ruling_is_failure(mx->dnssec)) {
		diagnose_mx_failure(exam);
		return;
	}
	diagnose_mx_source(exam);
	diagnose_exchanges(exam);
	if (exam->options.null_mx_mixed)
		kit_remove_line(exam,
		    finding_add(exam->tree, FINDING_DNS_MX_NULL_MIXED,
			report->domain, "domain", report->domain, NULL),
		    arena_printf(exam->arena, "%s. IN MX 0 .", mx_owner(mx)));
	for (size_t i = 0; i < mx->n_lookups; i++)
		why |= trust_explain(exam, report->domain, &mx->lookups[i]);
	/* Unsigned or not, that we cannot tell. */
	if (verdict_mx_is_open(report) && !trust_is_unjudged(exam) &&
	    (mx->source == DANELAW_MX_MX || mx->source == DANELAW_MX_IMPLICIT))
		follow(finding_add(exam->tree, FINDING_DNS_MX_INSECURE,
			   report->domain, "domain", report->domain, NULL),
		    why);
	signatures_expiring(exam, report->domain, mx->lookups, mx->n_lookups);
}

/* Only where the host was given up for it is a failure critical. */
static void
rank_failure(struct danelaw_finding *finding, const struct danelaw_host *host)
{
	if (finding != NULL && host->policy != DANELAW_POLICY_SKIP)
		finding->severity = DANELAW_SEVERITY_WARNING;
}

static void
diagnose_no_address(struct exam *exam, const struct danelaw_host *host)
{
	struct danelaw_finding *finding;
	bool a = false, aaaa = false, ended;

	if (host->n_addresses > 0)
		return;
	for (size_t i = 0; i < host->n_lookups; i++) {
		const struct danelaw_lookup *lookup = &host->lookups[i];

		if (!kit_is_address(lookup))
			continue;
		if (lookup->presence == DANELAW_PRESENCE_DATA ||
		    lookup->presence == DANELAW_PRESENCE_UNKNOWN)
			return;
		a = a || kit_is_type(lookup, "A");
		aaaa = aaaa || kit_is_type(lookup, "AAAA");
	}
	if (!a && !aaaa)
		return;
	ended = wildcards_explain(exam, host);
	finding = finding_add(exam->tree, FINDING_DNS_MX_HOST_NO_ADDRESS,
	    host->name, "host", host->name, "domain", exam->report->domain,
	    "types", a && aaaa ? "A or AAAA" : (a ? "A" : "AAAA"), NULL);
	if (ended)
		kit_follow(exam, finding, FINDING_DNS_WILDCARD_ENDED);
}

static bool
has_secure_cname(const struct danelaw_host *host)
{
	for (size_t i = 0; i < host->n_lookups; i++) {
		if (kit_is_type(&host->lookups[i], "CNAME") &&
		    host->lookups[i].dnssec == DANELAW_DNSSEC_SECURE &&
		    host->lookups[i].presence == DANELAW_PRESENCE_DATA)
			return true;
	}
	return false;
}

static void
add_mx_cname(
    struct exam *exam, const struct danelaw_host *host, const char *final)
{
	const struct danelaw_mx *mx = &exam->report->mx;
	struct danelaw_finding *finding =
	    finding_add(exam->tree, FINDING_DNS_MX_CNAME, host->name, "host",
		host->name, "final", final, NULL);

	/* TLSA records at the alias alone would be lost. */
	if (mx->n_lookups == 0 || !name_equal(host->tlsa.base, final) ||
	    host->tlsa.n_records == 0)
		return;
	kit_remove_line(exam, finding,
	    arena_printf(exam->arena, "%s. IN MX %u %s.", mx_owner(mx),
		host->preference, host->name));
	kit_add_line(exam, finding,
	    arena_printf(exam->arena, "%s. %u IN MX %u %s.", mx_owner(mx),
		mx->lookups[0].ttl, host->preference, final));
}

static void
diagnose_alias(struct exam *exam, const struct danelaw_host *host)
{
	const struct danelaw_lookup *lookup = kit_alias(host);
	const char *final;

	if (lookup == NULL) {
		if (host->dnssec == DANELAW_DNSSEC_INSECURE &&
		    host->n_addresses > 0)
			finding_add(exam->tree,
			    FINDING_DNS_ADDR_INSECURE_SKIP_TLSA, host->name,
			    "host", host->name, NULL);
		return;
	}
	final = kit_end(lookup);
	if (host->dnssec == DANELAW_DNSSEC_INSECURE)
		finding_add(exam->tree,
		    has_secure_cname(host)
			? FINDING_DNS_MX_CNAME_INSECURE_TARGET
			: FINDING_DNS_ADDR_INSECURE_SKIP_TLSA,
		    host->name, "host", host->name, "final", final, NULL);
	else if (host->dnssec == DANELAW_DNSSEC_SECURE &&
	    exam->report->mx.source == DANELAW_MX_MX)
		add_mx_cname(exam, host, final);
}

static void
diagnose_addresses(struct exam *exam, const struct danelaw_host *host)
{
	const struct danelaw_lookup *failed = NULL;
	enum finding_id id = FINDING_DNS_MX_HOST_ADDR_ERROR;

	for (size_t i = 0; i < host->n_lookups && failed == NULL; i++) {
		if (!kit_is_type(&host->lookups[i], "TLSA") &&
		    ruling_is_failure(host->lookups[i].dnssec))
			failed = &host->lookups[i];
	}
	if (failed != NULL) {
		struct danelaw_finding *finding = finding_add(exam->tree, id,
		    host->name, "type", kit_text(exam, failed->type), "host",
		    host->name, "domain", exam->report->domain, "why",
		    kit_text(exam, failed->why), NULL);

		rank_failure(finding, host);
		follow_cause(exam, finding, failed, id);
		rank_failure(add_cause(exam, host->name, failed, id), host);
		return;
	}
	for (size_t i = 0; i < host->n_lookups; i++) {
		/* That there is no AAAA matters where there is no A. */
		if (kit_is_address(&host->lookups[i]) &&
		    (host->n_addresses == 0 ||
			host->lookups[i].presence == DANELAW_PRESENCE_DATA))
			trust_explain(exam, host->name, &host->lookups[i]);
	}
	diagnose_no_address(exam, host);
	diagnose_alias(exam, host);
}

static void
diagnose_tlsa_failure(struct exam *exam, const struct danelaw_host *host,
    const struct danelaw_lookup *lookup)
{
	enum finding_id id = FINDING_DNS_TLSA_SERVFAIL;
	enum finding_id cause = by_cause[lookup->cause];
	struct danelaw_finding *finding;

	if (lookup->cause == DANELAW_DNS_DENIAL)
		id = FINDING_DNS_TLSA_BROKEN_DENIAL;
	else if (lookup->dnssec == DANELAW_DNSSEC_ERROR &&
	    lookup->cause == DANELAW_DNS_TIMEOUT)
		id = FINDING_DNS_TLSA_TIMEOUT;
	/* There was an answer; what it fails by is all there is to say. */
	else if (lookup->dnssec == DANELAW_DNSSEC_BOGUS)
		id = cause == FINDING_COUNT ? FINDING_DNS_SIG_MISMATCH : cause;
	if (finding_present(exam->report, id, host->name))
		return;
	finding = finding_add(exam->tree, id, host->name, "type", "TLSA",
	    "name", lookup->name, "host", host->name, "domain",
	    exam->report->domain, "why", kit_text(exam, lookup->why), NULL);
	if (finding != NULL)
		finding->severity = DANELAW_SEVERITY_CRITICAL;
	rank_failure(finding, host);
	follow_cause(exam, finding, lookup, id);
	signatures_explain(exam, finding, id, lookup);
	rank_failure(add_cause(exam, host->name, lookup, id), host);
}

static void
diagnose_tlsa_answer(struct exam *exam, const struct danelaw_host *host,
    const struct danelaw_lookup *lookup)
{
	bool data = lookup->presence == DANELAW_PRESENCE_DATA;
	const char *final = kit_end(lookup);
	bool why;

	why = trust_explain(exam, host->name, lookup);
	if (lookup->dnssec == DANELAW_DNSSEC_INSECURE &&
	    trust_is_unjudged(exam))
		return;
	if (lookup->dnssec == DANELAW_DNSSEC_INSECURE && data)
		follow(finding_add(exam->tree, FINDING_DNS_TLSA_INSECURE,
			   host->name, "name", lookup->name, NULL),
		    why);
	else if (!data && lookup->n_aliases > 0)
		finding_add(exam->tree, FINDING_DNS_TLSA_DANGLING_ALIAS,
		    host->name, "name", lookup->name, "final", final, NULL);
	else if (lookup->dnssec == DANELAW_DNSSEC_INSECURE && !why &&
	    lookup->n_aliases == 0 && host->dnssec == DANELAW_DNSSEC_SECURE)
		finding_add(exam->tree, FINDING_DNS_DENIAL_INSECURE_OPTOUT,
		    host->name, "name", lookup->name, NULL);
	else if (lookup->dnssec == DANELAW_DNSSEC_SECURE && data &&
	    lookup->n_aliases > 0)
		finding_add(exam->tree, FINDING_DNS_TLSA_CNAME, host->name,
		    "name", lookup->name, "final", final, NULL);
}

static void
diagnose_tlsa_lookups(struct exam *exam, const struct danelaw_host *host)
{
	char prefix[16];

	/* Other ports are asked for as a hint only; see diagnose_tlsa.c. */
	snprintf(prefix, sizeof(prefix), "_%u._tcp.", exam->report->port);
	for (size_t i = 0; i < host->n_lookups; i++) {
		const struct danelaw_lookup *lookup = &host->lookups[i];

		if (!kit_is_type(lookup, "TLSA") || lookup->name == NULL ||
		    strncmp(lookup->name, prefix, strlen(prefix)) != 0)
			continue;
		if (ruling_is_failure(lookup->dnssec))
			diagnose_tlsa_failure(exam, host, lookup);
		else
			diagnose_tlsa_answer(exam, host, lookup);
	}
}

static void
diagnose_host(struct exam *exam, const struct danelaw_host *host)
{
	if (name_is_address(host->name)) {
		if (exam->report->mx.source == DANELAW_MX_LITERAL)
			finding_add(exam->tree, FINDING_DNS_NEXTHOP_LITERAL,
			    host->name, "host", host->name, NULL);
		else
			finding_add(exam->tree, FINDING_DNS_MX_IP_LITERAL,
			    host->name, "host", host->name, "domain",
			    exam->report->domain, NULL);
		return;
	}
	diagnose_addresses(exam, host);
	diagnose_tlsa_lookups(exam, host);
	signatures_expiring(exam, host->name, host->lookups, host->n_lookups);
}

/* A resolver that cannot be trusted says nothing about anybody. */
static bool
diagnose_resolver(struct exam *exam)
{
	const struct danelaw_report *report = exam->report;
	const struct danelaw_mx *mx = &report->mx;
	const struct danelaw_lookup *failed =
	    failed_lookup(mx->lookups, mx->n_lookups);
	bool anchorless = failed != NULL && ruling_is_failure(mx->dnssec) &&
	    by_cause[failed->cause] == FINDING_DNS_RESOLVER_NOT_VALIDATING;
	const char *why =
	    failed != NULL && failed->why != NULL ? failed->why : mx->why;
	struct danelaw_finding *finding;

	if (!exam->options.resolver_dead && !anchorless)
		return false;
	finding = finding_add(exam->tree, FINDING_DNS_RESOLVER_NOT_VALIDATING,
	    report->domain, "domain", report->domain, "why",
	    kit_text(exam, why), NULL);
	if (failed != NULL && failed->cause == DANELAW_DNS_CLOCK)
		signatures_other_time(exam, finding);
	return true;
}

void
diagnose_dns(struct exam *exam)
{
	const struct danelaw_report *report = exam->report;

	if (diagnose_resolver(exam))
		return;
	diagnose_mx(exam);
	for (size_t i = 0; i < report->n_hosts; i++)
		diagnose_host(exam, &report->hosts[i]);
	for (size_t i = 0; i < report->n_zones; i++) {
		const struct danelaw_zone *zone = &report->zones[i];
		const struct danelaw_lookup both[] = { zone->dnskey, zone->ds };

		signatures_expiring(exam, zone->name, both, 2);
	}
	trust_old_digests(exam);
	diagnose_again(exam);
}
