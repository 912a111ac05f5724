/* SPDX-License-Identifier: ISC */
#include "cli/plan_job.h"

#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/clock.h"
#include "cli/plan_state.h"
#include "policy/diagnose_kit.h"
#include "policy/rollover.h"

#define DEFAULT_PORT 25

static int
read_list(
    struct plan_job *job, enum pin_kind kind, const struct text_list *paths)
{
	for (size_t i = 0; i < paths->n; i++) {
		int status =
		    tlsa_read_source(&job->files, kind, paths->texts[i]);

		if (status != EXIT_SUCCESS)
			return status;
	}
	return EXIT_SUCCESS;
}

/* A pair that is none stops the mail server, whatever the zone has. */
static int
check_keys(const struct plan_job *job, const struct pin_source *keys, size_t n)
{
	const struct rollover *rollover = &job->rollover;

	for (size_t i = 0; i < n; i++) {
		bool fits = false;

		for (size_t k = 0; k < rollover->n_news; k++)
			fits |=
			    strcmp(keys[i].certs[0].spki_sha256,
				rollover->news[k].certs[0].spki_sha256) == 0;
		if (fits)
			continue;
		cli_complain("%s: this is not the key of what is new: a server "
			     "could not use them together",
		    keys[i].from);
		return EXIT_WRONG_USAGE;
	}
	return EXIT_SUCCESS;
}

/* A chain in the wrong order is one that pins.h refuses, too. */
static int
check_orders(struct plan_job *job)
{
	const struct pin_wish wish = { DANELAW_USAGE_DANE_EE,
		DANELAW_SELECTOR_SPKI, DANELAW_MTYPE_SHA256, false };

	for (size_t i = 0; i < job->files.n_sources; i++) {
		const struct pin_source *source = &job->files.sources[i];
		struct pin_set set = { 0 };
		const char *why;

		if (pins_add(job->files.arena, &wish, source, &set, &why))
			continue;
		if (why == NULL)
			return tlsa_complain_memory();
		cli_complain("%s: %s", source->from, why);
		return EXIT_WRONG_USAGE;
	}
	return EXIT_SUCCESS;
}

int
plan_read(struct plan_job *job)
{
	const struct settings *settings = job->files.settings;
	size_t n_news, n_olds = 0;
	int status;

	job->files.guess = true;
	status = read_list(job, PIN_CHAIN, &settings->news);
	n_news = job->files.n_sources;
	if (status == EXIT_SUCCESS)
		status = read_list(job, PIN_CHAIN, &settings->olds);
	n_olds = job->files.n_sources - n_news;
	if (status == EXIT_SUCCESS)
		status = read_list(job, PIN_KEY, &settings->key_files);
	if (status == EXIT_SUCCESS)
		status = check_orders(job);
	if (status != EXIT_SUCCESS)
		return status;
	job->rollover.news = job->files.sources;
	job->rollover.n_news = n_news;
	job->olds = job->files.sources + n_news;
	job->n_olds = n_olds;
	return check_keys(
	    job, job->olds + n_olds, job->files.n_sources - n_news - n_olds);
}

static struct rollover_live *
add_live(struct plan_job *job, struct rollover_host *host, const char *from,
    const struct danelaw_cert *certs, size_t n)
{
	struct rollover_live *live =
	    ARENA_PUSH(job->files.arena, host->lives, host->n_lives);

	if (live != NULL)
		*live = (struct rollover_live) {
			.from = from, .certs = certs, .n_certs = n
		};
	return live;
}

static bool
is_known(const struct rollover_host *host, size_t first,
    const struct danelaw_probe *probe)
{
	for (size_t i = first; i < host->n_lives; i++) {
		const struct danelaw_cert *leaf = &host->lives[i].certs[0];

		if (leaf->der_len == probe->chain[0].der_len &&
		    memcmp(leaf->der, probe->chain[0].der, leaf->der_len) == 0)
			return true;
	}
	return false;
}

static void
see_address(struct plan_job *job, struct rollover_host *host,
    const struct danelaw_address *address)
{
	size_t first = host->n_lives;
	const char *why =
	    address->our_lack != NULL ? address->our_lack : address->untried;
	struct rollover_live *live;

	for (size_t i = 0; i < address->n_probes; i++) {
		const struct danelaw_probe *probe = &address->probes[i];

		if (probe->n_chain > 0 && !is_known(host, first, probe))
			add_live(job, host, address->ip, probe->chain,
			    probe->n_chain);
		if (probe->n_chain == 0 && why == NULL)
			why = probe->error;
	}
	if (host->n_lives > first)
		return;
	live = add_live(job, host, address->ip, NULL, 0);
	if (live != NULL)
		live->error = why == NULL ? "nothing was seen there" : why;
}

/* "EC" of "EC P-256" */
static bool
same_type(const char *a, const char *b)
{
	size_t len = a == NULL ? 0 : strcspn(a, " ");

	return a != NULL && b != NULL && strncmp(a, b, len) == 0 &&
	    (b[len] == ' ' || b[len] == '\0');
}

/* With keys of several types, only those are replaced that are told. */
static void
mark_staying(const struct plan_job *job, struct rollover_host *host)
{
	const struct rollover *rollover = &job->rollover;
	bool replaced = false;

	for (size_t i = 0; i < host->n_lives; i++) {
		struct rollover_live *live = &host->lives[i];

		live->stays = live->error == NULL;
		for (size_t k = 0; k < rollover->n_news; k++) {
			if (live->error == NULL &&
			    same_type(live->certs[0].key,
				rollover->news[k].certs[0].key))
				live->stays = false;
		}
		replaced |= live->error == NULL && !live->stays;
	}
	/* One by another type: whoever has the two says so by --new. */
	for (size_t i = 0; !replaced && i < host->n_lives; i++)
		host->lives[i].stays = false;
}

static void
see(struct plan_job *job, struct rollover_host *host,
    const struct danelaw_host *found)
{
	for (size_t i = 0; i < job->n_olds; i++)
		add_live(job, host, job->olds[i].from, job->olds[i].certs,
		    job->olds[i].n_certs);
	for (size_t i = 0; job->n_olds == 0 && i < found->n_addresses; i++)
		see_address(job, host, &found->addresses[i]);
	mark_staying(job, host);
}

static int
unknown(struct rollover_host *host, const char *why)
{
	host->answer = ROLLOVER_UNKNOWN;
	host->headline = why == NULL ? "it could not be looked up" : why;
	return EXIT_SUCCESS;
}

static int
no_dane(struct plan_job *job, struct rollover_host *host, const char *why)
{
	const struct rollover_facts facts = { .now = job->rollover.at,
		.no_dane = true };

	host->headline = why;
	return rollover_fill(job->files.arena, &facts, host)
	    ? EXIT_SUCCESS
	    : tlsa_complain_memory();
}

/* What is to be judged later, when all is seen. */
static int
see_records(struct plan_job *job, struct danelaw_host *found,
    struct rollover_host *host)
{
	const struct danelaw_lookup *lookup = kit_tlsa_lookup(found);
	int status;

	if (found->tlsa.dnssec == DANELAW_DNSSEC_INSECURE)
		return no_dane(job, host,
		    "the zone of its TLSA records is not signed with DNSSEC, "
		    "so that they do nothing: senders take no notice of them "
		    "(RFC 7672 2.2)");
	status = plan_ask_servers(job, &found->tlsa, host);
	if (status != EXIT_SUCCESS)
		return status;
	if (lookup != NULL && lookup->wildcard && lookup->zone_owner != NULL) {
		host->owner = lookup->zone_owner;
		host->wildcard = true;
	}
	job->founds[job->n_founds - 1] = found;
	return EXIT_SUCCESS;
}

static int
see_host(struct plan_job *job, struct danelaw_host *found,
    struct rollover_host *host)
{
	const struct danelaw_lookup *lookup = kit_tlsa_lookup(found);
	struct arena *arena = job->files.arena;

	see(job, host, found);
	switch (found->tlsa.status) {
	case DANELAW_TLSA_NOT_ASKED:
		if (found->dnssec == DANELAW_DNSSEC_SECURE)
			return unknown(host, found->why);
		if (found->dnssec != DANELAW_DNSSEC_INSECURE)
			return unknown(host,
			    arena_printf(arena,
				"%s; danelaw trace %s A shows each server",
				found->why, host->name));
		return no_dane(job, host,
		    "the zone of its address is not signed with DNSSEC, so "
		    "that TLSA records do nothing: senders ask for none (RFC "
		    "7672 2.2.2)");
	case DANELAW_TLSA_ERROR:
		return unknown(host,
		    arena_printf(arena,
			"its TLSA records cannot be had: %s; danelaw trace %s "
			"TLSA shows each server",
			lookup != NULL && lookup->why != NULL ? lookup->why
							      : found->why,
			found->tlsa.name == NULL ? host->name
						 : found->tlsa.name));
	case DANELAW_TLSA_NONE:
	case DANELAW_TLSA_UNUSABLE:
	case DANELAW_TLSA_USABLE:
		break;
	}
	return see_records(job, found, host);
}

static int
see_report(struct plan_job *job, const struct look *look)
{
	struct danelaw_report *report = look->report;
	struct rollover *rollover = &job->rollover;

	for (size_t i = 0; i < report->n_hosts || i == 0; i++) {
		struct rollover_host *host = ARENA_PUSH(
		    job->files.arena, rollover->hosts, rollover->n_hosts);
		int status;

		ARENA_PUSH(job->files.arena, job->founds, job->n_founds);
		if (host == NULL || arena_failed(job->files.arena))
			return tlsa_complain_memory();
		host->name =
		    report->n_hosts == 0 ? look->host : report->hosts[i].name;
		if (report->resolver_error != NULL)
			status = unknown(host, report->resolver_error);
		else if (report->n_hosts == 0)
			status = unknown(host, report->summary);
		else
			status = see_host(job, &report->hosts[i], host);
		if (status != EXIT_SUCCESS)
			return status;
	}
	return EXIT_SUCCESS;
}

static int
judge(struct plan_job *job)
{
	struct rollover *rollover = &job->rollover;
	int status = plan_state_begin(job), saved;

	for (size_t i = 0; status == EXIT_SUCCESS && i < rollover->n_hosts;
	     i++) {
		struct rollover_host *host = &rollover->hosts[i];

		if (job->founds[i] != NULL)
			status = plan_judge(job, job->founds[i], host);
		rollover->answer =
		    rollover_worse(rollover->answer, host->answer);
	}
	saved = plan_state_end(job, status == EXIT_SUCCESS);
	return status != EXIT_SUCCESS ? status : saved;
}

int
plan_look(struct plan_job *job)
{
	struct tlsa_job *files = &job->files;
	const struct settings *settings = files->settings;
	int status;

	job->rollover.port =
	    settings->port == 0 ? DEFAULT_PORT : (uint16_t)settings->port;
	job->rollover.at = settings->at != 0 ? settings->at : clock_unix();
	for (size_t i = 0; i < files->n_looks; i++)
		files->looks[i].probe = job->n_olds == 0;
	status = look_up(settings, files->looks, files->n_looks);
	for (size_t i = 0; status == EXIT_SUCCESS && i < files->n_looks; i++)
		status = see_report(job, &files->looks[i]);
	return status == EXIT_SUCCESS ? judge(job) : status;
}
