/* SPDX-License-Identifier: ISC */
/*
 * The order of questions is RFC 7672's (sections 2.2.2 and 2.2.3):
 *
 *	A and AAAA together; then, for an alias whose answer is insecure, the
 *	CNAME by itself; then TLSA at each candidate base domain in turn, and
 *	only where the address answer allows it; then, unless a lookup failed,
 *	as many addresses are probed as the domains that ask may have.
 *
 * Which question comes next is decided by policy/bases and policy/ruling;
 * this file only asks it. One step follows the other in callbacks from the
 * loop; step_*() functions start what their names say or pass on.
 */
#include "check/host.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/name.h"
#include "check/engine.h"
#include "check/looks.h"
#include "policy/bases.h"
#include "policy/ruling.h"
#include "policy/tlsa.h"
#include "tls/match.h"

enum question { ASK_A, ASK_AAAA, ASK_CNAME, ASK_TLSA, N_QUESTIONS };

struct host_job {
	struct danelaw_engine *engine;
	struct host_spec spec;
	struct arena *arena;
	struct danelaw_host host;
	struct resolver_query *queries[N_QUESTIONS];
	struct address_facts address;
	struct host_facts facts;
	const char *bases[BASES_MAX];
	size_t n_bases, base; /* the one being asked for */
	struct looks *looks;  /* NULL: nobody may connect to it, or not yet */
	host_done_fn *known, *done;
	void *arg;
};

static void step_alias(struct host_job *job);
static void step_tlsa(struct host_job *job);
static void step_rule(struct host_job *job);

/*
 * One question of a host has its deadline, and never beyond the domain's,
 * where there is one: what a question has to wait for others would else be
 * missing to the next.
 */
static int64_t
question_deadline(const struct host_spec *spec)
{
	int64_t deadline = clock_monotonic_ms() + spec->dns_ms;

	return spec->budget_ms != 0 || deadline < spec->deadline
	    ? deadline
	    : spec->deadline;
}

static void
ask(struct host_job *job, enum question question, const char *name,
    enum rrtype type, resolver_done_fn *done)
{
	job->queries[question] = resolver_ask(job->engine->resolver, name, type,
	    question_deadline(&job->spec), done, job);
	if (job->queries[question] == NULL) {
		struct answer answer;

		answer_fail(job->arena, name, type, "out of memory", &answer);
		answer.lacked = true;
		done(&answer, job);
	}
}

static struct danelaw_lookup *
keep_lookup(struct host_job *job, const struct answer *answer)
{
	struct danelaw_lookup *lookup =
	    ARENA_PUSH(job->arena, job->host.lookups, job->host.n_lookups);

	if (lookup != NULL)
		answer_copy_lookup(job->arena, answer, lookup);
	return lookup;
}

static void
add_address(struct host_job *job, const char *ip)
{
	struct danelaw_address *address =
	    ARENA_PUSH(job->arena, job->host.addresses, job->host.n_addresses);

	if (address == NULL)
		return;
	address->ip = arena_strdup(job->arena, ip);
	address->port = job->spec.connect_port;
	address->timing = (struct danelaw_timing) { -1, -1, -1, -1, -1 };
}

/* Of one family nobody will look at more than of both together. */
static void
add_addresses(struct host_job *job, const struct answer *answer, int family)
{
	size_t size = family == AF_INET ? 4 : 16, n = 0;
	char ip[INET6_ADDRSTRLEN];

	for (size_t i = 0; i < answer->n_records; i++) {
		const struct answer_record *record = &answer->records[i];

		if (record->len != size ||
		    inet_ntop(family, record->rdata, ip, sizeof(ip)) == NULL)
			continue;
		if (n < job->spec.max_addresses)
			add_address(job, ip);
		else
			job->host.n_left_out++;
		n++;
	}
}

static void
address_answered(struct host_job *job, const struct answer *answer,
    enum question question, int family)
{
	bool failed = ruling_is_failure(answer->lookup.dnssec);

	job->queries[question] = NULL;
	keep_lookup(job, answer);
	if (!failed)
		add_addresses(job, answer, family);
	if (!failed && answer->lookup.n_aliases > 0)
		job->address.final = arena_strdup(job->arena, answer->final);
	if (job->queries[ASK_A] == NULL && job->queries[ASK_AAAA] == NULL)
		step_alias(job);
}

static void
a_done(const struct answer *answer, void *arg)
{
	address_answered(arg, answer, ASK_A, AF_INET);
}

static void
aaaa_done(const struct answer *answer, void *arg)
{
	address_answered(arg, answer, ASK_AAAA, AF_INET6);
}

static void
alias_done(const struct answer *answer, void *arg)
{
	struct host_job *job = arg;

	job->queries[ASK_CNAME] = NULL;
	keep_lookup(job, answer);
	job->address.alias =
	    bases_alias(answer->lookup.dnssec, answer->lookup.presence);
	step_tlsa(job);
}

static void
step_alias(struct host_job *job)
{
	struct address_facts *address = &job->address;

	address->dnssec =
	    ruling_of_addresses(job->host.lookups, job->host.n_lookups);
	address->alias = address->dnssec;
	if (job->host.n_addresses > 0 && bases_need_alias(address))
		ask(job, ASK_CNAME, job->spec.name, RRTYPE_CNAME, alias_done);
	else
		step_tlsa(job);
}

static void ask_tlsa(struct host_job *job);

static bool
keep_tlsa(struct host_job *job, const struct answer *answer)
{
	struct danelaw_tlsa *tlsa = &job->host.tlsa;

	for (size_t i = 0; i < answer->n_records; i++) {
		struct danelaw_record *record =
		    ARENA_PUSH(job->arena, tlsa->records, tlsa->n_records);

		if (record == NULL ||
		    !tlsa_from_rdata(job->arena, answer->records[i].rdata,
			answer->records[i].len, record))
			return false;
	}
	return match_mark_unusable(
	    job->engine->tls, tlsa->records, tlsa->n_records);
}

static void
tlsa_done(const struct answer *answer, void *arg)
{
	struct host_job *job = arg;
	struct danelaw_tlsa *tlsa = &job->host.tlsa;

	job->queries[ASK_TLSA] = NULL;
	keep_lookup(job, answer);
	tlsa->dnssec = answer->lookup.dnssec;
	switch (bases_judge(answer->lookup.dnssec, answer->lookup.presence)) {
	case BASES_TRY_NEXT:
		if (++job->base < job->n_bases) {
			ask_tlsa(job);
			return;
		}
		tlsa->status = DANELAW_TLSA_NONE;
		break;
	case BASES_USE:
		if (keep_tlsa(job, answer)) {
			tlsa->status =
			    tlsa_status(tlsa->records, tlsa->n_records);
			break;
		}
		/* It is not the records that are to blame. */
		arena_fail(job->arena);
		tlsa->dnssec = DANELAW_DNSSEC_ERROR;
		tlsa->status = DANELAW_TLSA_ERROR;
		break;
	case BASES_STOP_ERROR:
		tlsa->status = DANELAW_TLSA_ERROR;
		break;
	}
	step_rule(job);
}

static void
ask_tlsa(struct host_job *job)
{
	struct danelaw_tlsa *tlsa = &job->host.tlsa;
	struct answer answer;

	tlsa->base = job->bases[job->base];
	tlsa->name = name_tlsa(job->arena, job->spec.port, tlsa->base);
	if (tlsa->name != NULL) {
		ask(job, ASK_TLSA, tlsa->name, RRTYPE_TLSA, tlsa_done);
		return;
	}
	/* No such name can exist, which is as good as a secure denial. */
	answer_fail(job->arena, tlsa->base, RRTYPE_TLSA,
	    "the owner name would be longer than 253 characters", &answer);
	answer.lookup.dnssec = DANELAW_DNSSEC_SECURE;
	answer.lookup.presence = DANELAW_PRESENCE_NXDOMAIN;
	tlsa_done(&answer, job);
}

static void
step_tlsa(struct host_job *job)
{
	struct host_facts *facts = &job->facts;

	job->host.dnssec = job->address.dnssec;
	/* The MX RRset is the domain's matter; it does not change the host's */
	facts->mx = DANELAW_DNSSEC_SECURE;
	facts->addr = job->address.dnssec;
	facts->alias = job->address.alias;
	if (job->host.n_addresses > 0 && ruling_wants_tlsa(facts))
		job->n_bases = bases_for(&job->address, job->bases);
	if (job->n_bases > 0) {
		facts->asked = true;
		ask_tlsa(job);
	} else {
		step_rule(job);
	}
}

static void
looked(void *arg)
{
	struct host_job *job = arg;

	job->done(job, job->arg);
}

/* Whoever hears of it says how many addresses are to be looked at. */
static void
step_look(struct host_job *job)
{
	const struct danelaw_host *host = &job->host;
	const struct looks_plan plan = {
		.engine = job->engine,
		.spec = &job->spec,
		.host = host,
		.sni = host->tlsa.n_records > 0 ? host->tlsa.base
		    : job->facts.is_literal     ? NULL
						: job->spec.name,
		.done = looked,
		.arg = job,
	};

	job->looks = looks_new(job->arena, &plan);
	if (job->looks != NULL)
		job->known(job, job->arg);
	else
		job->done(job, job->arg);
}

static void
step_rule(struct host_job *job)
{
	struct danelaw_host *host = &job->host;
	struct host_facts *facts = &job->facts;

	facts->tlsa = host->tlsa.dnssec;
	facts->n_tlsa = host->tlsa.n_records;
	facts->n_usable =
	    tlsa_count_usable(host->tlsa.records, host->tlsa.n_records);
	facts->is_nowhere = host->n_addresses == 0;
	host->policy = ruling_for(facts, &host->why);
	if (host->n_addresses > 0 && host->policy != DANELAW_POLICY_SKIP &&
	    !job->spec.no_probe)
		step_look(job);
	else
		job->done(job, job->arg);
}

static void
start_literal(struct host_job *job)
{
	job->facts = (struct host_facts) {
		.mx = DANELAW_DNSSEC_SECURE,
		.is_literal = true,
	};
	job->host.dnssec = DANELAW_DNSSEC_INSECURE;
	add_address(job, job->spec.name);
	step_rule(job);
}

static bool
start_question(struct host_job *job, enum question question, enum rrtype type,
    resolver_done_fn *done)
{
	job->queries[question] = resolver_ask(job->engine->resolver,
	    job->spec.name, type, question_deadline(&job->spec), done, job);
	return job->queries[question] != NULL;
}

static bool
start_name(struct host_job *job)
{
	enum danelaw_family family = job->spec.family;

	job->address.host = job->spec.name;
	job->address.final = job->spec.name;
	return (family == DANELAW_FAMILY_IPV6 ||
		   start_question(job, ASK_A, RRTYPE_A, a_done)) &&
	    (family == DANELAW_FAMILY_IPV4 ||
		start_question(job, ASK_AAAA, RRTYPE_AAAA, aaaa_done));
}

struct host_job *
host_job_start(struct danelaw_engine *engine, const struct host_spec *spec,
    host_done_fn *known, host_done_fn *done, void *arg)
{
	struct host_job *job = calloc(1, sizeof(*job));

	if (job == NULL)
		return NULL;
	job->arena = arena_new();
	if (job->arena == NULL) {
		free(job);
		return NULL;
	}
	job->engine = engine;
	job->spec = *spec;
	job->spec.name = arena_strdup(job->arena, spec->name);
	job->spec.helo = arena_strdup(job->arena, spec->helo);
	job->spec.mail_from = arena_strdup(job->arena, spec->mail_from);
	job->spec.mail_to = arena_strdup(job->arena, spec->mail_to);
	job->host.name = job->spec.name;
	job->known = known;
	job->done = done;
	job->arg = arg;
	if (spec->budget_ms != 0)
		job->spec.deadline = 0;
	if (arena_failed(job->arena))
		goto fail;
	if (name_is_address(job->spec.name))
		start_literal(job);
	else if (!start_name(job))
		goto fail;
	return job;
fail:
	host_job_free(job);
	return NULL;
}

struct host_job *
host_job_told(struct arena *arena, const struct danelaw_host *host,
    const struct looks_told *told)
{
	struct host_job *job = calloc(1, sizeof(*job));
	struct looks *looks = looks_of(arena, host, told);

	if (job == NULL || looks == NULL) {
		looks_finish(looks);
		free(job);
		return NULL;
	}
	job->arena = arena_ref(arena);
	job->host = *host;
	job->looks = looks;
	return job;
}

void
host_job_free(struct host_job *job)
{
	if (job == NULL)
		return;
	for (size_t i = 0; i < N_QUESTIONS; i++)
		resolver_cancel(job->queries[i]);
	looks_finish(job->looks);
	arena_unref(job->arena);
	free(job);
}

bool
host_job_facts(
    struct host_job *job, struct arena *arena, struct danelaw_host *host)
{
	const struct danelaw_host own = *host;

	if (arena_failed(job->arena))
		return false;
	if (!arena_hold(arena, arena_ref(job->arena))) {
		arena_unref(job->arena);
		return false;
	}
	*host = job->host;
	host->preference = own.preference;
	host->shared = own.shared;
	/* The copy's addresses are filled in for one domain only. */
	host->addresses = arena_memdup(arena, job->host.addresses,
	    job->host.n_addresses * sizeof(*host->addresses));
	return host->addresses != NULL;
}

const struct danelaw_host *
host_job_host(const struct host_job *job)
{
	return &job->host;
}

const struct looks *
host_job_looks(const struct host_job *job)
{
	return job->looks;
}

bool
host_job_grant(struct host_job *job, size_t n)
{
	return looks_grant(job->looks, n);
}

bool
host_job_is_active(const struct host_job *job)
{
	for (size_t i = 0; i < N_QUESTIONS; i++) {
		if (job->queries[i] != NULL)
			return true;
	}
	return looks_is_active(job->looks);
}

bool
host_job_is_whole(const struct host_job *job)
{
	return !arena_failed(job->arena) && looks_are_whole(job->looks);
}

bool
host_job_is_unreached(const struct host_job *job)
{
	for (size_t i = 0; i < job->host.n_addresses; i++) {
		const struct evidence *evidence = looks_evidence(job->looks, i);

		if (evidence != NULL && evidence_is_unreached(evidence))
			return true;
	}
	return false;
}

void
host_job_waiting(const struct host_job *job,
    void (*fn)(const char *text, void *arg), void *arg)
{
	static const char *const words[N_QUESTIONS] = {
		[ASK_A] = "the IPv4 addresses of",
		[ASK_AAAA] = "the IPv6 addresses of",
		[ASK_CNAME] = "the alias",
		[ASK_TLSA] = "the TLSA records of",
	};
	char text[512];

	for (size_t i = 0; i < N_QUESTIONS; i++) {
		if (job->queries[i] == NULL)
			continue;
		snprintf(text, sizeof(text), "%s %s", words[i], job->spec.name);
		fn(text, arg);
	}
	looks_waiting(job->looks, fn, arg);
}
