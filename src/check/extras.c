/* SPDX-License-Identifier: ISC */
#include "check/extras.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/name.h"
#include "check/domain.h"

enum {
	MAX_QUESTIONS = 16,
	PATIENCE_MS = 3000,
	SMTP_PORT = 25,
	MX_ITSELF = -1, /* in place of the index of a host */
};

struct question {
	struct extras *extras;
	struct resolver_query *query;
	int host;
	enum rrtype type;
	struct danelaw_lookup lookup;
	bool keep;
};

struct extras {
	struct domain_job *job;
	void (*done)(struct domain_job *job);
	struct question questions[MAX_QUESTIONS];
	size_t n, n_pending;
};

static bool
is_wildcard(const struct question *question)
{
	return question->type != RRTYPE_TXT && question->type != RRTYPE_TLSA;
}

/* Only a validated answer is worth a word, but for a wildcard any. */
static bool
is_telling(const struct question *question, const struct danelaw_lookup *lookup)
{
	if (is_wildcard(question))
		return lookup->presence == DANELAW_PRESENCE_DATA;
	if (lookup->dnssec != DANELAW_DNSSEC_SECURE)
		return false;
	if (question->type == RRTYPE_TXT)
		return lookup->presence == DANELAW_PRESENCE_NODATA ||
		    lookup->presence == DANELAW_PRESENCE_NXDOMAIN;
	return lookup->presence == DANELAW_PRESENCE_DATA;
}

static void
answered(const struct answer *answer, void *arg)
{
	struct question *question = arg;
	struct extras *extras = question->extras;

	question->query = NULL;
	if (is_telling(question, &answer->lookup)) {
		answer_copy_lookup(
		    extras->job->tree->arena, answer, &question->lookup);
		question->keep = true;
	}
	if (--extras->n_pending == 0)
		extras->done(extras->job);
}

static void
ask(struct extras *extras, int host, const char *name, enum rrtype type)
{
	struct domain_job *job = extras->job;
	int64_t deadline = clock_monotonic_ms() + PATIENCE_MS;
	struct question *question;

	if (name == NULL || extras->n == MAX_QUESTIONS)
		return;
	question = &extras->questions[extras->n];
	question->extras = extras;
	question->host = host;
	question->type = type;
	question->query = resolver_ask(job->engine->resolver, name, type,
	    deadline < job->deadline ? deadline : job->deadline, answered,
	    question);
	if (question->query == NULL)
		return;
	extras->n++;
	extras->n_pending++;
}

static const struct danelaw_host *
host_at(const struct domain_job *job, size_t i)
{
	return job->hosts[i].job == NULL ? NULL
					 : host_job_host(job->hosts[i].job);
}

static bool
some_has_tlsa(const struct domain_job *job)
{
	for (size_t i = 0; i < job->n_hosts; i++) {
		const struct danelaw_host *host = host_at(job, i);

		if (host != NULL && host->tlsa.n_records > 0)
			return true;
	}
	return false;
}

/* Proven to have no TLSA records, in a signed zone. */
static bool
lacks_tlsa(const struct danelaw_host *host)
{
	return host != NULL && host->dnssec == DANELAW_DNSSEC_SECURE &&
	    host->tlsa.status == DANELAW_TLSA_NONE &&
	    host->tlsa.dnssec == DANELAW_DNSSEC_SECURE &&
	    !name_is_address(host->name);
}

/* RFC 8460 section 3. */
static void
ask_tlsrpt(struct extras *extras)
{
	struct arena *arena = extras->job->tree->arena;
	const char *domain = extras->job->tree->report.domain;

	ask(extras, MX_ITSELF,
	    name_from_dns(arena, arena_printf(arena, "_smtp._tls.%s", domain)),
	    RRTYPE_TXT);
}

static void
ask_domain(struct extras *extras)
{
	const struct domain_job *job = extras->job;
	const char *domain = job->tree->report.domain;
	const struct danelaw_host *host =
	    job->n_hosts == 0 ? NULL : host_at(job, 0);

	if (lacks_tlsa(host) && !name_equal(host->name, domain))
		ask(extras, MX_ITSELF,
		    name_tlsa(job->tree->arena, job->request.port, domain),
		    RRTYPE_TLSA);
}

static void
ask_ports(struct extras *extras)
{
	static const uint16_t ports[] = { 465, 587 };
	const struct domain_job *job = extras->job;

	for (size_t i = 0; i < job->n_hosts; i++) {
		const struct danelaw_host *host = host_at(job, i);

		if (!lacks_tlsa(host) || host->tlsa.base == NULL)
			continue;
		for (size_t j = 0; j < sizeof(ports) / sizeof(ports[0]); j++)
			ask(extras, (int)i,
			    name_tlsa(
				job->tree->arena, ports[j], host->tlsa.base),
			    RRTYPE_TLSA);
	}
}

/* The name exists, and so do its parents, but has no address. */
static bool
is_bare(const struct danelaw_host *host)
{
	for (size_t i = 0; host != NULL && i < host->n_lookups; i++) {
		if (host->lookups[i].presence != DANELAW_PRESENCE_NODATA ||
		    host->lookups[i].n_aliases > 0)
			return false;
	}
	return host != NULL && host->n_lookups > 0;
}

/*
 * What a wildcard would give, had not a record below the name ended it (RFC
 * 4592 section 2.2.2). Two names up is as far as mail hosts lie.
 */
static void
ask_wildcards(struct extras *extras)
{
	const struct domain_job *job = extras->job;
	struct arena *arena = job->tree->arena;
	bool is_domain = job->tree->report.mx.source == DANELAW_MX_IMPLICIT;

	for (size_t i = 0; i < job->n_hosts; i++) {
		const struct danelaw_host *host = host_at(job, i);
		const char *up = is_bare(host) ? host->name : NULL;

		for (int n = 0; n < 2 && up != NULL; n++) {
			const char *name;

			up = strchr(up, '.');
			if (up == NULL || strchr(++up, '.') == NULL)
				break;
			name = arena_printf(arena, "*.%s", up);
			ask(extras, MX_ITSELF, name, RRTYPE_A);
			ask(extras, MX_ITSELF, name, RRTYPE_AAAA);
			if (is_domain)
				ask(extras, MX_ITSELF, name, RRTYPE_MX);
		}
	}
}

/* The MX RRset leads to the right hosts, for all that is known. */
static void
ask_more(struct extras *extras)
{
	const struct domain_job *job = extras->job;
	enum danelaw_mx_source source = job->tree->report.mx.source;

	if (some_has_tlsa(job)) {
		if (source != DANELAW_MX_LITERAL)
			ask_tlsrpt(extras);
	} else if (source == DANELAW_MX_MX) {
		ask_domain(extras);
	}
	if (job->request.port == SMTP_PORT)
		ask_ports(extras);
}

struct extras *
extras_start(struct domain_job *job, void (*done)(struct domain_job *job))
{
	const struct danelaw_mx *mx = &job->tree->report.mx;
	struct extras *extras;

	if (!job->request.hints)
		return NULL;
	extras = calloc(1, sizeof(*extras));
	if (extras == NULL)
		return NULL;
	extras->job = job;
	extras->done = done;
	ask_wildcards(extras);
	if (mx->dnssec == DANELAW_DNSSEC_SECURE)
		ask_more(extras);
	if (extras->n > 0)
		return extras;
	free(extras);
	return NULL;
}

/*
 * The lookups of a host may belong to other reports, too: the list is made
 * anew.
 */
static bool
append(struct arena *arena, struct danelaw_host *host,
    const struct danelaw_lookup *lookup)
{
	struct danelaw_lookup *list = NULL, *copy;
	size_t n = 0;

	for (size_t i = 0; i <= host->n_lookups; i++) {
		copy = ARENA_PUSH(arena, list, n);
		if (copy == NULL)
			return false;
		*copy = i < host->n_lookups ? host->lookups[i] : *lookup;
	}
	host->lookups = list;
	host->n_lookups = n;
	return true;
}

bool
extras_merge(const struct extras *extras, struct domain_job *job)
{
	struct danelaw_report *report = &job->tree->report;
	struct arena *arena = job->tree->arena;

	for (size_t i = 0; extras != NULL && i < extras->n; i++) {
		const struct question *question = &extras->questions[i];
		struct danelaw_lookup *lookup;

		if (!question->keep)
			continue;
		if (question->host != MX_ITSELF) {
			if (!append(arena, &report->hosts[question->host],
				&question->lookup))
				return false;
			continue;
		}
		lookup =
		    ARENA_PUSH(arena, report->mx.lookups, report->mx.n_lookups);
		if (lookup == NULL)
			return false;
		*lookup = question->lookup;
	}
	return true;
}

void
extras_free(struct extras *extras)
{
	if (extras == NULL)
		return;
	for (size_t i = 0; i < extras->n; i++)
		resolver_cancel(extras->questions[i].query);
	free(extras);
}

bool
extras_pending(const struct extras *extras)
{
	return extras != NULL && extras->n_pending > 0;
}
