/* SPDX-License-Identifier: ISC */
/*
 * Evidence and policy meet here, once per domain: the same host may serve
 * many, but each has reference identifiers of its own (RFC 7672 s. 3.2.2).
 */
#include "check/domain.h"

#include <string.h>

#include "base/clock.h"
#include "check/extras.h"
#include "check/judge.h"
#include "check/looks.h"
#include "check/simulate.h"
#include "model/finding.h"
#include "policy/cause.h"
#include "policy/clocks.h"
#include "policy/diagnose.h"
#include "policy/references.h"
#include "policy/roles.h"
#include "policy/senders.h"
#include "policy/sendmail.h"
#include "policy/verdict.h"

enum { NAMED_MAX = 20 }; /* addresses that were not looked at */

static bool
take_references(struct domain_job *job, struct danelaw_host *host)
{
	const struct danelaw_mx *mx = &job->tree->report.mx;
	struct danelaw_tlsa *tlsa = &host->tlsa;
	const char *names[REFERENCES_MAX];
	struct reference_facts facts = {
		.base = tlsa->base,
		.next_hop = job->tree->report.domain,
		.next_hop_end = job->next_hop_end,
		.through_mx = mx->source == DANELAW_MX_MX,
		.mx_secure = mx->dnssec == DANELAW_DNSSEC_SECURE,
	};
	size_t n;

	if (tlsa->n_records == 0)
		return true;
	n = references_for(&facts, names);
	for (size_t i = 0; i < n; i++) {
		if (!arena_push_text(job->tree->arena, &tlsa->references,
			&tlsa->n_references, names[i]))
			return false;
	}
	return true;
}

/* The outcome of one handshake goes into probe. False: no memory. */
static bool
judge_probe(struct domain_job *job, const struct danelaw_host *host,
    struct evidence *evidence, size_t shake, struct danelaw_probe *probe)
{
	const struct judge_question question = {
		.policy = host->policy,
		.tlsa = &host->tlsa,
		.at = job->tree->report.at,
		.host = host->name,
		.domain = job->tree->report.domain,
		.pkix = job->engine->pkix,
	};

	return judge_shake(job->engine->tls, evidence, shake, &question,
	    job->tree->arena, probe);
}

/* Senders with DANE send SNI: what is shown without it does not count. */
static bool
judge_no_sni(struct domain_job *job, const struct danelaw_host *host,
    struct evidence *evidence, size_t shake, struct danelaw_address *address)
{
	address->no_sni =
	    arena_alloc(job->tree->arena, sizeof(*address->no_sni));
	return address->no_sni != NULL &&
	    judge_probe(job, host, evidence, shake, address->no_sni);
}

static bool
judge_address(struct domain_job *job, const struct danelaw_host *host,
    struct evidence *evidence, struct danelaw_address *address)
{
	struct arena *arena = job->tree->arena;

	address->untried = evidence->untried;
	address->here = evidence->here;
	address->left_out = evidence->left_out;
	if (evidence->our_lack != NULL)
		address->our_lack = arena_strdup(arena, evidence->our_lack);
	address->smtp = evidence->smtp;
	address->timing = evidence->timing;
	address->trials = evidence->trials;
	address->n_trials = evidence->n_trials;
	address->cause =
	    cause_judge(arena, evidence->trials, evidence->n_trials).words;
	for (size_t i = 0; i < evidence->n_shakes; i++) {
		struct danelaw_probe *probe;

		if (strcmp(evidence->shakes[i].offer, "no-sni") == 0) {
			if (!judge_no_sni(job, host, evidence, i, address))
				return false;
			continue;
		}
		probe = ARENA_PUSH(arena, address->probes, address->n_probes);
		if (probe == NULL ||
		    !judge_probe(job, host, evidence, i, probe))
			return false;
		address->outcome =
		    outcome_worse(address->outcome, probe->outcome);
	}
	return true;
}

/* What the last one came to is what the address came to. */
static bool
take_tries(struct domain_job *job, const struct danelaw_host *host,
    const struct looks *looks, size_t i, struct danelaw_address *address)
{
	size_t n;
	const struct danelaw_try *tries = looks_tries(looks, i, &n);

	if (n == 0)
		return true;
	address->tries =
	    arena_memdup(job->tree->arena, tries, n * sizeof(*tries));
	if (address->tries == NULL)
		return false;
	address->n_tries = n;
	address->tries[n - 1].outcome = address->outcome;
	for (size_t j = 0; j + 1 < n; j++) {
		struct danelaw_try *one = &address->tries[j];
		const struct outcome_facts facts = { .reached = one->outcome };

		if (one->outcome != DANELAW_OUTCOME_ENCRYPTED)
			one->outcome = outcome_for(host->policy, &facts);
	}
	return true;
}

/* Nobody looked at it, which says nothing of it. False: no memory. */
static bool
leave_out(struct domain_job *job, struct danelaw_address *address, bool granted)
{
	struct danelaw_probe *probe =
	    ARENA_PUSH(job->tree->arena, address->probes, address->n_probes);

	if (probe == NULL)
		return false;
	address->left_out = granted
	    ? "the time for the whole domain was over before it had ended"
	    : "the domain has more addresses than are looked at";
	address->outcome = probe->outcome = DANELAW_OUTCOME_NOT_EXAMINED;
	probe->offer = "default";
	probe->error = address->left_out;
	return true;
}

static bool
take_address(struct domain_job *job, struct danelaw_host *host,
    const struct looks *looks, size_t i, struct danelaw_address *address)
{
	struct evidence *evidence = looks_evidence(looks, i);
	struct sendmail_words words;

	if (looks == NULL)
		return false;
	if (evidence == NULL && (!looks_is_granted(looks, i) || job->late))
		return leave_out(job, address, looks_is_granted(looks, i));
	if (evidence == NULL || !judge_address(job, host, evidence, address) ||
	    !take_tries(job, host, looks, i, address) ||
	    !senders_predict(
		job->tree->arena, &job->tree->report, host, address))
		return false;
	words = sendmail_words(address);
	address->sendmail = words.verify;
	address->sendmail_why = words.why;
	return true;
}

/* Of those left out some are named; of hundreds the number tells more. */
static bool
take_addresses(struct domain_job *job, struct danelaw_host *host,
    const struct looks *looks, size_t *n_named)
{
	size_t n = 0;

	for (size_t i = 0; i < host->n_addresses; i++) {
		struct danelaw_address *address = &host->addresses[i];

		if (!take_address(job, host, looks, i, address))
			return false;
		if (address->left_out != NULL && (*n_named)++ >= NAMED_MAX)
			host->n_left_out++;
		else
			host->addresses[n++] = *address;
	}
	host->n_addresses = n;
	return true;
}

static bool
assemble_host(
    struct domain_job *job, struct domain_host *found, size_t *n_named)
{
	struct tree *tree = job->tree;
	struct danelaw_host *host =
	    ARENA_PUSH(tree->arena, tree->report.hosts, tree->report.n_hosts);

	if (host == NULL)
		return false;
	host->name = found->name;
	host->preference = found->preference;
	if (found->job == NULL)
		return false;
	host->shared = found->use == NULL || host_use_is_shared(found->use);
	if (!host_job_facts(found->job, tree->arena, host) ||
	    !take_references(job, host))
		return false;
	if (!found->known)
		host->why = "its DNS lookups did not end in the time for the "
			    "whole domain";
	if (host->policy != DANELAW_POLICY_SKIP && !job->request.no_probe &&
	    !take_addresses(job, host, host_job_looks(found->job), n_named))
		return false;
	roles_fill_host(host);
	return true;
}

/* The root among other exchanges (RFC 7505 section 3). */
static bool
has_null_exchange(const struct danelaw_mx *mx)
{
	for (size_t i = 0; i < mx->n_unusable; i++) {
		if (*mx->unusable[i] == '\0')
			return true;
	}
	return false;
}

/*
 * Was anything asked of a resolver that is not known to be good? A deadline
 * may strike before the self-test has ended; that is our trouble, too.
 */
static bool
is_dead(const struct domain_job *job)
{
	size_t n = job->tree->report.mx.n_lookups;

	for (size_t i = 0; i < job->n_hosts; i++) {
		if (job->hosts[i].job != NULL)
			n += host_job_host(job->hosts[i].job)->n_lookups;
	}
	return n > 0 && resolver_health(job->engine->resolver) != RESOLVER_GOOD;
}

/* Not just a clock that is a little off, or a check that took long. */
static bool
is_other_time(int64_t at)
{
	enum { DAY = 24 * 3600 };
	int64_t now = clock_unix();

	return at > now + DAY || at < now - DAY;
}

/* Who can judge what we cannot may well do otherwise. */
static void
withdraw_predictions(struct danelaw_report *report)
{
	if (!finding_present(report, FINDING_DNS_ALG_UNJUDGED, NULL))
		return;
	for (size_t i = 0; i < report->n_hosts; i++) {
		struct danelaw_host *host = &report->hosts[i];

		for (size_t j = 0; j < host->n_addresses; j++) {
			if (host->policy != DANELAW_POLICY_MAY)
				continue;
			host->addresses[j].senders = NULL;
			host->addresses[j].n_senders = 0;
		}
	}
}

struct domain_told
domain_told(struct domain_job *job)
{
	const struct resolver *resolver = job->engine->resolver;
	struct arena *arena = job->tree->arena;
	struct domain_told told = { 0 };
	const char *reason;

	if (job->told != NULL)
		return *job->told;
	reason = resolver_reason(resolver);
	told.resolver = arena_strdup(arena, resolver_words(resolver));
	if (is_dead(job))
		told.resolver_error = arena_strdup(arena,
		    reason != NULL ? reason
				   : "the resolver did not pass its self-test "
				     "in time");
	told.own_lack = told.resolver_error != NULL
	    ? told.resolver_error
	    : arena_strdup(arena, domain_own_lack(job));
	told.fell_back = resolver_fell_back(resolver);
	told.pkix = job->engine->pkix;
	told.other_time = is_other_time(job->tree->report.at);
	told.unjudged = resolver_unjudged(resolver);
	return told;
}

bool
domain_assemble(struct domain_job *job)
{
	struct danelaw_report *report = &job->tree->report;
	const struct domain_told told = domain_told(job);
	struct diagnose_options options = {
		.require_dane = job->request.require_dane,
		.other_time = told.other_time,
		.expiry_days = job->request.expiry_days,
		.expiry_percent = job->request.expiry_percent,
		.rrsig_hours = job->request.rrsig_hours,
		.late = job->late,
		.unjudged = told.unjudged,
		.resolver_dead = told.resolver_error != NULL,
	};
	size_t n_named = 0;

	for (size_t i = 0; i < job->n_hosts; i++) {
		if (!assemble_host(job, &job->hosts[i], &n_named))
			return false;
	}
	if (!zones_fill(job->zones, report))
		return false;
	/* Before the extras: no sender rests on these. */
	clocks_fill(job->tree);
	if (!extras_merge(job->extras, job))
		return false;
	report->resolver = told.resolver;
	report->resolver_error = told.resolver_error;
	report->own_lack = told.own_lack;
	report->resolver_fell_back = told.fell_back;
	if (!options.resolver_dead)
		options.own_lack = told.own_lack;
	options.null_mx_mixed = has_null_exchange(&report->mx);
	diagnose(job->tree, &options);
	withdraw_predictions(report);
	if (!simulate_fixes(job))
		return false;
	verdict_fill(job->tree, options.require_dane, report->own_lack != NULL);
	return !arena_failed(job->tree->arena);
}
