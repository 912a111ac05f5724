/* SPDX-License-Identifier: ISC */
/*
 * An entry is one examination. It lives as long as it has uses, and, once it
 * has ended, as long as it stands in the table. known() and done() are called
 * from a pump event alone: a host may be there before it is asked for. It ends
 * each time that all is looked at that its uses were granted.
 */
#include "check/hosts.h"

#include <event2/event.h>
#include <stdlib.h>
#include <string.h>
#include <sys/queue.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/fingerprint.h"
#include "check/engine.h"
#include "check/looks.h"
#include "policy/ruling.h"

#define DEFAULT_HOSTS 4096
/* RFC 2308 section 7 allows five minutes; the trouble may be our own. */
#define FAILURE_MS 60000

struct host_entry {
	struct table_node node;       /* comes first */
	TAILQ_ENTRY(host_entry) link; /* ended and in the table: by use */
	struct hosts *hosts;
	struct host_job *job;
	TAILQ_HEAD(, host_use) uses;
	bool in_table, known, ended, was_given;
	int64_t begun, expires;
};

struct host_use {
	TAILQ_ENTRY(host_use) link; /* in the entry */
	TAILQ_ENTRY(host_use) due_link;
	struct host_entry *entry;
	host_use_fn *known, *done;
	void *arg;
	bool shared, due, told, waits; /* for done() */
};

struct hosts {
	struct danelaw_engine *engine;
	uint32_t share_ms;
	size_t room, n_ended;
	struct table table;
	struct buf key;                   /* of the one that is looked for */
	struct fingerprint_secret secret; /* strangers choose the names */
	TAILQ_HEAD(, host_entry) ended;   /* the least recently used first */
	TAILQ_HEAD(, host_use) due;
	struct event *pump;
};

static void
pump(evutil_socket_t fd, short what, void *arg)
{
	struct hosts *hosts = arg;
	struct host_use *use;

	while ((use = TAILQ_FIRST(&hosts->due)) != NULL) {
		TAILQ_REMOVE(&hosts->due, use, due_link);
		use->due = false;
		if (!use->told) {
			use->told = true;
			use->known(use->arg);
		}
		if (use->entry->ended && use->waits) {
			use->waits = false;
			use->done(use->arg);
		}
	}
}

struct hosts *
hosts_new(struct danelaw_engine *engine, uint32_t share_ms, size_t n)
{
	struct hosts *hosts = calloc(1, sizeof(*hosts));

	if (hosts == NULL)
		return NULL;
	hosts->engine = engine;
	hosts->share_ms = share_ms;
	hosts->room = n == 0 ? DEFAULT_HOSTS : n;
	TAILQ_INIT(&hosts->ended);
	TAILQ_INIT(&hosts->due);
	hosts->pump = event_new(engine->base, -1, 0, pump, hosts);
	if (hosts->pump == NULL || !fingerprint_secret_make(&hosts->secret)) {
		if (hosts->pump != NULL)
			event_free(hosts->pump);
		free(hosts);
		return NULL;
	}
	return hosts;
}

static void
entry_free(struct host_entry *entry)
{
	host_job_free(entry->job);
	free(entry);
}

/* It is not to be found any more; its uses may go on. */
static void
forget(struct host_entry *entry)
{
	struct hosts *hosts = entry->hosts;

	table_remove(&hosts->table, &entry->node);
	if (entry->ended) {
		TAILQ_REMOVE(&hosts->ended, entry, link);
		hosts->n_ended--;
	}
	entry->in_table = false;
	if (TAILQ_EMPTY(&entry->uses))
		entry_free(entry);
}

void
hosts_free(struct hosts *hosts)
{
	struct host_entry *entry;

	if (hosts == NULL)
		return;
	while ((entry = table_any(&hosts->table)) != NULL)
		forget(entry);
	event_free(hosts->pump);
	buf_finish(&hosts->key);
	free(hosts);
}

static void
make_due(struct host_use *use)
{
	struct hosts *hosts = use->entry->hosts;

	if (use->due)
		return;
	use->due = true;
	TAILQ_INSERT_TAIL(&hosts->due, use, due_link);
	event_active(hosts->pump, 0, 0);
}

/* For how long what was found out is good for others. */
static uint32_t
lifetime(const struct host_entry *entry)
{
	const struct danelaw_host *host = host_job_host(entry->job);
	uint32_t ms = entry->hosts->share_ms;

	if (!host_job_is_whole(entry->job))
		return 0;
	/* What it says then is about us; later it would be about the host. */
	if (host->n_lookups > 0 &&
	    resolver_health(entry->hosts->engine->resolver) != RESOLVER_GOOD)
		return 0;
	if (host_job_is_unreached(entry->job) && ms > GATE_UNREACHED_MS)
		ms = GATE_UNREACHED_MS;
	for (size_t i = 0; i < host->n_lookups; i++) {
		if (ruling_is_failure(host->lookups[i].dnssec) &&
		    ms > FAILURE_MS)
			return FAILURE_MS;
	}
	return ms;
}

/* The entry may be gone behind this, if nobody uses it. */
static void
keep(struct host_entry *entry)
{
	struct hosts *hosts = entry->hosts;
	uint32_t ms = lifetime(entry);

	TAILQ_INSERT_TAIL(&hosts->ended, entry, link);
	hosts->n_ended++;
	entry->expires =
	    ms == DANELAW_SHARE_ALWAYS ? INT64_MAX : clock_monotonic_ms() + ms;
	if (ms == 0)
		forget(entry);
	else if (hosts->n_ended > hosts->room)
		forget(TAILQ_FIRST(&hosts->ended));
}

static void
host_known(struct host_job *job, void *arg)
{
	struct host_entry *entry = arg;
	struct host_use *use;

	TAILQ_FOREACH (use, &entry->uses, link)
		make_due(use);
	entry->known = true;
}

static void
host_done(struct host_job *job, void *arg)
{
	struct host_entry *entry = arg;
	struct host_use *use;

	TAILQ_FOREACH (use, &entry->uses, link)
		make_due(use);
	entry->ended = true;
	/* Not before host_job_start() has returned. */
	if (entry->job != NULL && entry->in_table)
		keep(entry);
}

/* All that the examination depends on. */
static bool
make_key(const struct host_spec *spec, struct buf *key)
{
	const uint32_t numbers[] = { spec->port, spec->connect_port,
		spec->implicit_tls, spec->all_certs, spec->no_probe,
		spec->public_only, spec->others_only, spec->here, spec->family,
		spec->budget_ms, spec->dns_ms, (uint32_t)spec->max_addresses,
		spec->retry.more, spec->retry.delay_ms, spec->mail_from != NULL,
		spec->mail_to != NULL };
	const char *texts[] = { spec->name, spec->helo, spec->mail_from,
		spec->mail_to };

	buf_clear(key);
	buf_add(key, numbers, sizeof(numbers));
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		const char *text = texts[i] == NULL ? "" : texts[i];

		buf_add(key, text, strlen(text) + 1);
	}
	return !buf_failed(key);
}

/* By what is known today it failed while we were not well. */
static bool
is_excused(const struct host_entry *entry)
{
	return host_job_is_excused(entry->job,
	    pulse_health(entry->hosts->engine->pulse), entry->begun);
}

static struct fingerprint
print_of(const struct hosts *hosts)
{
	return fingerprint_of(
	    &hosts->secret, buf_text(&hosts->key), hosts->key.len);
}

static struct host_entry *
find(struct hosts *hosts)
{
	struct host_entry *entry = table_find(&hosts->table, print_of(hosts));

	if (entry == NULL || !entry->ended)
		return entry;
	if (entry->expires <= clock_monotonic_ms() || is_excused(entry)) {
		forget(entry);
		return NULL;
	}
	TAILQ_REMOVE(&hosts->ended, entry, link);
	TAILQ_INSERT_TAIL(&hosts->ended, entry, link);
	return entry;
}

/* Into the table, by the key that was looked for. */
static bool
enter(struct hosts *hosts, struct host_entry *entry)
{
	entry->node.key = print_of(hosts);
	entry->in_table = table_add(&hosts->table, &entry->node);
	return entry->in_table;
}

static struct host_entry *
begin(struct hosts *hosts, const struct host_spec *spec)
{
	struct host_entry *entry = calloc(1, sizeof(*entry));

	if (entry == NULL)
		return NULL;
	entry->hosts = hosts;
	entry->begun = clock_boot_ms();
	TAILQ_INIT(&entry->uses);
	entry->job =
	    host_job_start(hosts->engine, spec, host_known, host_done, entry);
	if (entry->job != NULL && (hosts->share_ms == 0 || enter(hosts, entry)))
		return entry;
	host_job_free(entry->job);
	free(entry);
	return NULL;
}

struct host_use *
hosts_use(struct hosts *hosts, const struct host_spec *spec, host_use_fn *known,
    host_use_fn *done, void *arg)
{
	struct host_use *use = calloc(1, sizeof(*use));
	struct host_entry *entry = NULL;
	bool is_new;

	if (use == NULL)
		return NULL;
	if (hosts->share_ms != 0) {
		if (!make_key(spec, &hosts->key))
			goto fail;
		entry = find(hosts);
	}
	is_new = entry == NULL;
	if (is_new)
		entry = begin(hosts, spec);
	if (entry == NULL)
		goto fail;
	*use = (struct host_use) {
		.entry = entry,
		.known = known,
		.done = done,
		.arg = arg,
		.shared = entry->was_given,
		.waits = true,
	};
	entry->was_given = true;
	TAILQ_INSERT_TAIL(&entry->uses, use, link);
	if (entry->known || entry->ended)
		make_due(use);
	if (is_new && entry->ended && entry->in_table)
		keep(entry);
	return use;
fail:
	free(use);
	return NULL;
}

void
host_use_free(struct host_use *use)
{
	struct host_entry *entry;

	if (use == NULL)
		return;
	entry = use->entry;
	if (use->due)
		TAILQ_REMOVE(&entry->hosts->due, use, due_link);
	TAILQ_REMOVE(&entry->uses, use, link);
	free(use);
	if (!TAILQ_EMPTY(&entry->uses))
		return;
	if (!entry->in_table)
		entry_free(entry);
	else if (!entry->ended)
		forget(entry);
}

/* What has ended begins anew; whoever was told of its end stays so. */
bool
host_use_grant(struct host_use *use, size_t n)
{
	struct host_entry *entry = use->entry;
	struct hosts *hosts = entry->hosts;

	if (!looks_would_grant(host_job_looks(entry->job), n))
		return false;
	if (entry->ended && entry->in_table) {
		TAILQ_REMOVE(&hosts->ended, entry, link);
		hosts->n_ended--;
	}
	entry->ended = false;
	use->waits = true;
	return host_job_grant(entry->job, n);
}

struct host_job *
host_use_job(const struct host_use *use)
{
	return use->entry->job;
}

int64_t
host_use_begun(const struct host_use *use)
{
	return use->entry->begun;
}

bool
host_use_is_shared(const struct host_use *use)
{
	return use->shared;
}

bool
host_use_is_first(const struct host_use *use)
{
	return TAILQ_FIRST(&use->entry->uses) == use;
}
