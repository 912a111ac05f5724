/* SPDX-License-Identifier: ISC */
/*
 * A domain's way: its MX RRset (RFC 7672 section 2.2.1), which names the
 * hosts; every host examined side by side; then the tree is put together
 * (assemble.c) and handed out. A next hop in brackets is its own only host.
 * The MX lookup decides alone when there is nothing to examine.
 *
 * Each host gets its share of the addresses that may be looked at as soon as
 * these are known, and what is left over when those of all are.
 */
#include "check/domain.h"

#include <event2/event.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/mailbox.h"
#include "base/name.h"
#include "base/text.h"
#include "check/ahead.h"
#include "check/extras.h"
#include "policy/ruling.h"

#define DEFAULT_PORT 25
#define DEFAULT_BUDGET_MS 60000
#define MIN_DNS_MS 5000

/* For those who will judge; of a domain whose hosts are yet to be examined
 * there is no more to say. */
static bool
conclude_stage(struct domain_job *job)
{
	struct tree *tree = job->tree;
	struct buf facts = { .limit = 0 };
	struct domain_told told;
	bool done = facts_write(job, &facts);

	if (done) {
		tree->facts = arena_memdup(tree->arena, facts.bytes, facts.len);
		tree->n_facts = facts.len;
	}
	buf_finish(&facts);
	if (!done || tree->facts == NULL)
		return false;
	if (job->engine->stage == STAGE_HOSTS)
		return domain_assemble(job);
	told = domain_told(job);
	tree->report.own_lack = told.own_lack;
	for (size_t i = 0; i < job->n_hosts; i++) {
		struct danelaw_host *host = ARENA_PUSH(
		    tree->arena, tree->report.hosts, tree->report.n_hosts);

		if (host == NULL)
			return false;
		host->name = job->hosts[i].name;
		host->preference = job->hosts[i].preference;
	}
	return !arena_failed(tree->arena);
}

static void
conclude(void *arg)
{
	struct domain_job *job = arg;

	job->complete = job->engine->stage == STAGE_WHOLE ? domain_assemble(job)
							  : conclude_stage(job);
	engine_finish(job->engine, job);
}

/* Nobody is blamed before we know that we are well. */
static void
finish(struct domain_job *job)
{
	job->over = true;
	event_del(&job->timer);
	if (domain_is_in_doubt(job))
		pulse_await(job->engine->pulse, &job->pulse, conclude, job);
	else
		conclude(job);
}

static void
finish_if_done(struct domain_job *job)
{
	if (!job->over && job->n_pending == 0 && !zones_busy(job->zones) &&
	    !extras_pending(job->extras))
		finish(job);
}

static void
zones_done(void *arg)
{
	finish_if_done(arg);
}

/* Every answer was validated, whether or not their ends are told. */
static void
add_zones(
    struct domain_job *job, const struct danelaw_lookup *lookups, size_t n)
{
	zones_add(job->zones, lookups, n, !job->request.no_zones);
}

static void
grant(struct domain_host *found, size_t n)
{
	if (!host_use_grant(found->use, n) || found->pending)
		return;
	found->pending = true;
	found->domain->n_pending++;
}

/* All addresses are known: what some do not need is for the others. */
static void
divide(struct domain_job *job)
{
	size_t *has =
		   arena_alloc(job->tree->arena, job->n_hosts * sizeof(*has)),
	       *grants = arena_alloc(
		   job->tree->arena, job->n_hosts * sizeof(*grants));

	if (has == NULL || grants == NULL)
		return;
	for (size_t i = 0; i < job->n_hosts; i++) {
		const struct host_job *host = job->hosts[i].job;

		if (host != NULL && host_job_looks(host) != NULL)
			has[i] = host_job_host(host)->n_addresses;
	}
	budget_divide(&job->budget, has, grants, job->n_hosts);
	for (size_t i = 0; i < job->n_hosts; i++) {
		if (has[i] > 0)
			grant(&job->hosts[i], grants[i]);
	}
}

/* While its servers are probed: the rest of what is to be looked up. */
static void
host_known(void *arg)
{
	struct domain_host *found = arg;
	struct domain_job *job = found->domain;
	const struct danelaw_host *host = host_job_host(found->job);

	found->known = true;
	job->n_unknown--;
	if (job->over)
		return;
	if (job->request.facts != NULL)
		job->request.facts(
		    &job->tree->report.mx, host, job->n_unknown, job->arg);
	grant(found, budget_share(&job->budget, job->n_hosts));
	if (job->n_unknown == 0)
		divide(job);
	if (job->request.no_probe)
		return;
	add_zones(job, host->lookups, host->n_lookups);
	if (job->n_unknown == 0)
		job->extras = extras_start(job, finish_if_done);
}

static void
host_done(void *arg)
{
	struct domain_host *found = arg;

	if (!found->pending)
		return;
	found->pending = false;
	found->domain->n_pending--;
	finish_if_done(found->domain);
}

static struct domain_host *
add_host(struct domain_job *job, const char *name, uint16_t preference)
{
	struct domain_host *host;

	for (size_t i = 0; i < job->n_hosts; i++) {
		host = &job->hosts[i];
		if (!name_equal(host->name, name))
			continue;
		if (preference < host->preference)
			host->preference = preference;
		return host;
	}
	host = ARENA_PUSH(job->tree->arena, job->hosts, job->n_hosts);
	if (host != NULL) {
		host->name = arena_strdup(job->tree->arena, name);
		host->preference = preference;
	}
	return host;
}

/* By preference (RFC 7672 section 2.2.1), by name among equals. */
static int
compare_hosts(const void *a, const void *b)
{
	const struct domain_host *one = a, *two = b;

	if (one->preference != two->preference)
		return one->preference < two->preference ? -1 : 1;
	return strcmp(one->name, two->name);
}

/* A question may take a third of the budget, but is not rushed. */
static uint32_t
dns_budget(const struct danelaw_request *request)
{
	uint32_t third = request->budget_ms / 3;

	return third > MIN_DNS_MS ? third : MIN_DNS_MS;
}

/* With time left for the DNS before and for others beside it. */
static uint32_t
address_budget(const struct danelaw_request *request)
{
	return request->budget_ms - request->budget_ms / 4;
}

/* Those beyond the budget are not even looked up. */
static void
order_hosts(struct domain_job *job)
{
	struct danelaw_mx *mx = &job->tree->report.mx;
	size_t n = budget_hosts(&job->budget, job->n_hosts);

	if (job->n_hosts > 0)
		qsort(job->hosts, job->n_hosts, sizeof(*job->hosts),
		    compare_hosts);
	if (n == job->n_hosts)
		return;
	mx->n_left_out = job->n_hosts - n;
	mx->left_out = job->hosts[n].name;
	job->n_hosts = n;
}

static void
examine_hosts(struct domain_job *job)
{
	const struct danelaw_request *request = &job->request;
	struct host_spec spec = {
		.port = request->port,
		.connect_port = request->connect_port,
		.implicit_tls = request->implicit_tls,
		.all_certs = request->all_certs,
		.no_probe = request->no_probe,
		.public_only = request->public_only,
		.others_only = request->others_only,
		.here = job->here,
		.family = request->family,
		.helo = request->helo,
		.mail_from = request->mail_from,
		.mail_to = request->mail_to,
		.retry = { request->retries, request->retry_delay_ms },
		.deadline = job->deadline,
		.budget_ms = engine_is_patient(job->engine)
		    ? address_budget(request)
		    : 0,
		.dns_ms = dns_budget(request),
		.max_addresses = job->budget.host,
		.owner = job->serial,
	};

	order_hosts(job);
	if (job->engine->stage == STAGE_MX) {
		if (job->n_hosts > 0)
			add_zones(job, job->tree->report.mx.lookups,
			    job->tree->report.mx.n_lookups);
		finish_if_done(job);
		return;
	}
	ahead_hosts(job);
	for (size_t i = 0; i < job->n_hosts; i++) {
		struct domain_host *host = &job->hosts[i];

		spec.name = host->name;
		host->domain = job;
		/* Never known, if memory has run out. */
		job->n_unknown++;
		host->use = hosts_use(
		    job->engine->hosts, &spec, host_known, host_done, host);
		if (host->use == NULL)
			continue;
		host->job = host_use_job(host->use);
		host->pending = true;
		job->n_pending++;
	}
	/* Meanwhile: the keys of the zone that names them. */
	if (job->n_pending > 0)
		add_zones(job, job->tree->report.mx.lookups,
		    job->tree->report.mx.n_lookups);
	finish_if_done(job);
}

/* A name in the MX RRset that can be used; NULL and why not, else. */
static const char *
usable_exchange(struct domain_job *job, const char *exchange)
{
	const char *why;

	if (exchange == NULL || *exchange == '\0')
		return NULL; /* the null MX beside others (RFC 7505 s. 3) */
	if (name_is_address(exchange))
		return exchange;
	return name_parse(job->tree->arena, exchange, &why);
}

static void
take_exchanges(struct domain_job *job, const struct answer *answer)
{
	struct danelaw_mx *mx = &job->tree->report.mx;

	for (size_t i = 0; i < answer->n_records; i++) {
		const struct answer_record *record = &answer->records[i];
		const char *name = usable_exchange(job, record->name);

		if (name != NULL)
			add_host(job, name, record->preference);
		else if (!arena_push_text(job->tree->arena, &mx->unusable,
			     &mx->n_unusable,
			     text_printable_str(job->tree->arena,
				 record->name == NULL ? "?" : record->name,
				 300)))
			return;
	}
}

static bool
is_null_mx(const struct answer *answer)
{
	return answer->n_records == 1 && answer->records[0].name != NULL &&
	    *answer->records[0].name == '\0';
}

static void
mx_done(const struct answer *answer, void *arg)
{
	struct domain_job *job = arg;
	struct danelaw_mx *mx = &job->tree->report.mx;
	struct danelaw_lookup *lookup;

	job->mx_query = NULL;
	lookup = ARENA_PUSH(job->tree->arena, mx->lookups, mx->n_lookups);
	if (lookup == NULL) {
		finish(job);
		return;
	}
	answer_copy_lookup(job->tree->arena, answer, lookup);
	mx->dnssec = lookup->dnssec;
	mx->why = lookup->why;
	mx->source = DANELAW_MX_NONE;
	job->next_hop_end = arena_strdup(job->tree->arena, answer->final);
	if (ruling_is_failure(lookup->dnssec)) {
		finish(job);
		return;
	}
	switch (lookup->presence) {
	case DANELAW_PRESENCE_UNKNOWN:
	case DANELAW_PRESENCE_NXDOMAIN:
		break;
	case DANELAW_PRESENCE_NODATA:
		mx->source = DANELAW_MX_IMPLICIT;
		add_host(job, job->tree->report.domain, 0);
		break;
	case DANELAW_PRESENCE_DATA:
		mx->source =
		    is_null_mx(answer) ? DANELAW_MX_NULL : DANELAW_MX_MX;
		if (mx->source == DANELAW_MX_MX)
			take_exchanges(job, answer);
		break;
	}
	examine_hosts(job);
}

/* Reads the next hop; a literal becomes the only host at once. */
static bool
take_domain(struct domain_job *job, const char *text, const char **why)
{
	struct danelaw_report *report = &job->tree->report;
	struct arena *arena = job->tree->arena;
	char *name;

	if (text[0] == '[') {
		if (!name_unbracket(arena, text, &name, why))
			return false;
		report->domain = name;
		report->mx.source = DANELAW_MX_LITERAL;
		/* Nothing was looked up that could be insecure. */
		report->mx.dnssec = DANELAW_DNSSEC_SECURE;
		job->next_hop_end = name;
		return add_host(job, name, 0) != NULL;
	}
	name = name_parse(arena, text, why);
	if (name == NULL)
		return false;
	report->domain = name;
	if (!name_equal(text, name))
		report->unicode = text_printable_str(arena, text, 1024);
	return true;
}

static void
take_request(struct domain_job *job, const struct danelaw_request *request)
{
	struct danelaw_request *own = &job->request;
	struct arena *arena = job->tree->arena;

	*own = *request;
	own->domain = arena_strdup(arena, request->domain);
	own->helo = arena_strdup(
	    arena, request->helo != NULL ? request->helo : job->engine->helo);
	own->mail_from = arena_strdup(arena, request->mail_from);
	own->mail_to = arena_strdup(arena, request->mail_to);
	if (own->port == 0)
		own->port = DEFAULT_PORT;
	job->here = engine_own_scope(job->engine, own);
	if (own->connect_port == 0)
		own->connect_port = own->port;
	if (own->budget_ms == 0)
		own->budget_ms = DEFAULT_BUDGET_MS;
	job->budget = budget_of(own->max_addresses, own->max_host_addresses);
	job->deadline = engine_is_patient(job->engine)
	    ? INT64_MAX
	    : clock_monotonic_ms() + own->budget_ms;
	job->tree->report.port = own->port;
	job->tree->report.at = engine_at(job->engine);
}

void
domain_job_late(struct domain_job *job)
{
	struct answer answer;

	job->late = true;
	if (job->mx_query == NULL) {
		finish(job);
		return;
	}
	resolver_cancel(job->mx_query);
	answer_fail(job->tree->arena, job->tree->report.domain, RRTYPE_MX,
	    "no answer in time", &answer);
	mx_done(&answer, job);
}

static bool
ask_mx(struct domain_job *job)
{
	int64_t deadline = clock_monotonic_ms() + dns_budget(&job->request);

	ahead_domain(job);
	job->mx_query = resolver_ask(job->engine->resolver,
	    job->tree->report.domain, RRTYPE_MX,
	    deadline < job->deadline ? deadline : job->deadline, mx_done, job);
	return job->mx_query != NULL;
}

/* What is said to servers must be fit to be said. */
static bool
check_envelope(const struct danelaw_request *request, const char **why)
{
	const char *from = request->mail_from, *to = request->mail_to;

	if (from == NULL && to == NULL)
		return true;
	*why = "a sender and a recipient go together";
	return from != NULL && to != NULL &&
	    (mailbox_is_null(from) || mailbox_check(from, why)) &&
	    mailbox_check(to, why);
}

enum danelaw_err
domain_job_start(struct danelaw_engine *engine,
    const struct danelaw_request *request, danelaw_done_fn *done, void *arg,
    const char **why)
{
	struct domain_job *job = calloc(1, sizeof(*job));
	enum danelaw_err err = DANELAW_ENOMEM;

	if (job == NULL)
		return DANELAW_ENOMEM;
	job->engine = engine;
	job->serial = ++engine->last_serial;
	domain_timer_init(job);
	job->begun = clock_boot_ms();
	job->done = done;
	job->arg = arg;
	job->tree = tree_new();
	if (job->tree == NULL)
		goto fail;
	if (!check_envelope(request, why)) {
		err = DANELAW_EINVAL;
		goto fail;
	}
	take_request(job, request);
	job->zones = zones_new(
	    engine->resolver, job->tree->arena, job->deadline, zones_done, job);
	if (job->zones == NULL || arena_failed(job->tree->arena))
		goto fail;
	if (!take_domain(job, request->domain, why)) {
		err = DANELAW_EINVAL;
		goto fail;
	}
	if (request->no_probe &&
	    (job->tree->report.mx.source != DANELAW_MX_LITERAL ||
		name_is_address(job->tree->report.domain))) {
		*why = "only of one host name, in brackets, can the records "
		       "be looked up and no more";
		err = DANELAW_EINVAL;
		goto fail;
	}
	if (!domain_timer_start(job) ||
	    (job->tree->report.mx.source != DANELAW_MX_LITERAL && !ask_mx(job)))
		goto fail;
	TAILQ_INSERT_TAIL(&engine->running, job, link);
	pulse_hold(engine->pulse);
	job->holds = true;
	if (job->tree->report.mx.source != DANELAW_MX_LITERAL)
		return DANELAW_OK;
	examine_hosts(job);
	return DANELAW_OK;
fail:
	domain_job_free(job);
	return err;
}

/* Before the tree goes, which the list of hosts lives in. */
static void
settle(struct domain_job *job)
{
	event_del(&job->timer);
	pulse_forget(&job->pulse);
	if (job->holds)
		pulse_release(job->engine->pulse);
	job->holds = false;
	resolver_cancel(job->mx_query);
	job->mx_query = NULL;
	extras_free(job->extras);
	job->extras = NULL;
	zones_free(job->zones);
	job->zones = NULL;
	for (size_t i = 0; i < job->n_hosts; i++)
		host_use_free(job->hosts[i].use);
	job->n_hosts = 0;
}

struct danelaw_report *
domain_job_report(struct domain_job *job)
{
	struct tree *tree = job->tree;

	if (!job->complete)
		return NULL;
	settle(job);
	job->tree = NULL;
	return &tree->report;
}

void
domain_job_free(struct domain_job *job)
{
	if (job == NULL)
		return;
	settle(job);
	if (job->tree != NULL)
		danelaw_report_free(&job->tree->report);
	free(job);
}

void
domain_job_waiting(const struct domain_job *job,
    void (*fn)(const char *text, void *arg), void *arg)
{
	char text[512];

	if (job->mx_query != NULL) {
		snprintf(text, sizeof(text), "the MX records of %s",
		    job->tree->report.domain);
		fn(text, arg);
	}
	if (extras_pending(job->extras)) {
		snprintf(text, sizeof(text), "further DNS records of %s",
		    job->tree->report.domain);
		fn(text, arg);
	}
	if (job->pulse.pulse != NULL)
		fn("word whether this machine is well", arg);
	zones_waiting(job->zones, fn, arg);
	for (size_t i = 0; i < job->n_hosts; i++) {
		if (job->hosts[i].use != NULL &&
		    host_use_is_first(job->hosts[i].use))
			host_job_waiting(job->hosts[i].job, fn, arg);
	}
}
