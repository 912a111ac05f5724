/* SPDX-License-Identifier: ISC */
/*
 * Would a sender with this answer deliver to that chain? The judge of danelaw
 * verify says so, of each answer, and of what is advised.
 */
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/name.h"
#include "base/text.h"
#include "cli/plan_job.h"
#include "cli/plan_state.h"
#include "model/record.h"
#include "policy/known_ca.h"
#include "policy/pins.h"
#include "policy/plan.h"
#include "policy/rollover.h"
#include "policy/senders.h"
#include "policy/tlsa.h"

#define SKEW 5 /* seconds that clocks of caches may be wrong in one TTL */
#define MAX_LOSSES 16

struct judging {
	struct plan_job *job;
	struct arena *arena;
	struct danelaw_host *found;
	struct rollover_host *host;
	struct rollover_facts facts;
	int status;
};

/* The report of who has these records and is shown this chain; NULL: no
 * memory, or an own failure. */
static struct danelaw_report *
verify(struct judging *j, const struct pin_source *source,
    const char *const *records, size_t n)
{
	const struct danelaw_tlsa *tlsa = &j->found->tlsa;
	struct danelaw_verify_request request = {
		.host = tlsa->base == NULL ? j->host->name : tlsa->base,
		.port = j->job->rollover.port,
		.records = records,
		.n_records = n,
		.references = tlsa->references,
		.n_references = tlsa->n_references,
		.at = j->job->rollover.at,
	};
	struct danelaw_report *report = NULL;
	enum danelaw_err err = DANELAW_ENOMEM;
	struct buf der = { 0 };
	char *why = NULL;

	for (size_t i = 0; i < source->n_certs; i++)
		buf_add(&der, source->certs[i].der, source->certs[i].der_len);
	if (!buf_failed(&der)) {
		request.chain = der.bytes;
		request.chain_len = der.len;
		err = danelaw_verify(&request, &report, &why);
	}
	if (err != DANELAW_OK) {
		cli_complain("%s", why == NULL ? "out of memory" : why);
		j->status = cli_status(err);
	}
	buf_finish(&der);
	free(why);
	return report;
}

/* named: by a record, not for want of one. */
static bool
passes(struct judging *j, const struct pin_source *source,
    const char *const *records, size_t n, bool named, const char **why)
{
	struct danelaw_report *report;
	bool good;

	*why = NULL;
	if (n == 0)
		return !named;
	if (source->kind == PIN_NEXT) {
		good = rollover_key_passes(j->arena, records, n, source, named);
		if (!good)
			*why = "no record is for this key";
		return good;
	}
	report = verify(j, source, records, n);
	if (report == NULL)
		return false;
	good = report->state == DANELAW_STATE_OK ||
	    (report->state == DANELAW_STATE_WARNING && !named);
	if (!good)
		*why = arena_strdup(j->arena, report->summary);
	danelaw_report_free(report);
	return good;
}

static bool
same_records(const struct rollover_server *a, const struct rollover_server *b)
{
	if (a->lack != NULL || b->lack != NULL || a->n_records != b->n_records)
		return false;
	for (size_t i = 0; i < a->n_records; i++) {
		if (strcmp(a->records[i], b->records[i]) != 0)
			return false;
	}
	return true;
}

static void
judge_server(struct judging *j, struct rollover_server *server)
{
	const struct rollover *rollover = &j->job->rollover;

	server->passes = server->has_key = true;
	for (size_t i = 0; i < rollover->n_news; i++) {
		const struct pin_source *source = &rollover->news[i];
		const char *why;

		server->has_key &= rollover_key_passes(
		    j->arena, server->records, server->n_records, source, true);
		if (passes(j, source, server->records, server->n_records, false,
			&why) ||
		    !server->passes)
			continue;
		server->passes = false;
		server->why =
		    arena_printf(j->arena, "%s: %s", source->from, why);
	}
}

static void
judge_servers(struct judging *j)
{
	for (size_t i = 0; i < j->host->n_servers; i++) {
		struct rollover_server *server = &j->host->servers[i];
		size_t like = 0;

		if (server->lack != NULL)
			continue;
		while (
		    like < i && !same_records(&j->host->servers[like], server))
			like++;
		if (like == i) {
			judge_server(j, server);
			continue;
		}
		server->passes = j->host->servers[like].passes;
		server->has_key = j->host->servers[like].has_key;
		server->why = j->host->servers[like].why;
	}
}

static bool
all_pass(struct judging *j, const struct plan_seen *seen)
{
	const struct rollover *rollover = &j->job->rollover;
	const char *why;

	for (size_t i = 0; i < rollover->n_news; i++) {
		if (!passes(j, &rollover->news[i], seen->records,
			seen->n_records, false, &why))
			return false;
	}
	return true;
}

/* Since when does what this server says let it pass, and for how long may
 * what it said before still be held? */
static void
recall(struct judging *j, struct rollover_server *server)
{
	const struct plan_memory *memory =
	    plan_state_note(j->job, j->host->name, server);
	struct plan_past past[PLAN_SEEN_MAX] = {
		{ server->passes, server->ttl, j->facts.now },
	};
	struct plan_server known = { 0 };
	size_t n = memory == NULL ? 1 : memory->n_seen;
	int64_t held;

	for (size_t i = 0; memory != NULL && i < n; i++)
		past[i] = (struct plan_past) { all_pass(j, &memory->seen[i]),
			memory->seen[i].ttl, memory->seen[i].first };
	held = plan_recall(past, n, j->facts.now, &known, &j->facts.stale_ttl);
	if (memory != NULL)
		server->since = known.passes_since;
	/* The record of today's key may be new itself. */
	if (held + SKEW > j->facts.now)
		j->facts.same_key = false;
}

static struct pin_source
as_source(const struct rollover_live *live)
{
	return (struct pin_source) { PIN_LIVE, live->from, live->certs,
		live->n_certs };
}

static bool
same_chain(const struct rollover_live *live, const struct pin_source *source)
{
	if (live->error != NULL || live->n_certs != source->n_certs)
		return false;
	for (size_t i = 0; i < live->n_certs; i++) {
		const struct danelaw_cert *a = &live->certs[i];
		const struct danelaw_cert *b = &source->certs[i];

		if (a->der_len == 0 || a->der_len != b->der_len ||
		    memcmp(a->der, b->der, a->der_len) != 0)
			return false;
	}
	return true;
}

static bool
same_key(const struct rollover_live *live, const struct pin_source *source)
{
	return live->error == NULL &&
	    live->certs[0].spki_len == source->certs[0].spki_len &&
	    memcmp(live->certs[0].spki, source->certs[0].spki,
		live->certs[0].spki_len) == 0;
}

/* Is all that will not stay what is new, and all that is new there? */
static bool
all_the_same(const struct judging *j,
    bool (*same)(
	const struct rollover_live *live, const struct pin_source *source))
{
	const struct rollover *rollover = &j->job->rollover;
	const struct rollover_host *host = j->host;

	for (size_t i = 0; i < host->n_lives; i++) {
		bool found = host->lives[i].stays;

		for (size_t k = 0; k < rollover->n_news; k++)
			found |= same(&host->lives[i], &rollover->news[k]);
		if (!found)
			return false;
	}
	for (size_t k = 0; k < rollover->n_news; k++) {
		bool found = false;

		for (size_t i = 0; i < host->n_lives; i++)
			found |= same(&host->lives[i], &rollover->news[k]);
		if (!found)
			return false;
	}
	return host->n_lives > 0;
}

static const struct rollover_server *
first_failing(const struct rollover_host *host)
{
	for (size_t i = 0; i < host->n_servers; i++) {
		if (host->servers[i].lack == NULL && !host->servers[i].passes)
			return &host->servers[i];
	}
	return NULL;
}

static void
note(struct judging *j, const char *text)
{
	if (text != NULL)
		arena_push_text(
		    j->arena, &j->host->notes, &j->host->n_notes, text);
}

/* Does all pass that is to pass, once these are beside what is there? */
static const char *
objection(struct judging *j, const struct rollover_server *server,
    const struct pin_set *set)
{
	const struct rollover *rollover = &j->job->rollover;
	const char **records = NULL, *why;
	size_t n = 0;

	for (size_t i = 0; i < server->n_records; i++)
		arena_push_text(j->arena, &records, &n, server->records[i]);
	for (size_t i = 0; i < set->n_pins; i++)
		arena_push_text(j->arena, &records, &n, set->pins[i].record.rr);
	for (size_t i = 0; i < rollover->n_news; i++) {
		if (!passes(j, &rollover->news[i], records, n, false, &why))
			return why == NULL ? "it cannot be told" : why;
	}
	for (size_t i = 0; i < j->host->n_lives; i++) {
		struct pin_source live = as_source(&j->host->lives[i]);

		if (j->host->lives[i].error == NULL &&
		    passes(j, &live, server->records, server->n_records, false,
			&why) &&
		    !passes(j, &live, records, n, false, &why))
			return "what is live would not pass any more";
	}
	return NULL;
}

static bool
make_pins(struct judging *j, bool issuer, struct pin_set *set)
{
	const struct rollover *rollover = &j->job->rollover;
	struct pin_wish wish = rollover_wish(
	    j->arena, j->host->servers, j->host->n_servers, issuer);
	const char *why;

	for (size_t i = 0; i < rollover->n_news; i++) {
		if (!pins_add(j->arena, &wish, &rollover->news[i], set, &why))
			return false;
	}
	return true;
}

static void
choose_publish(struct judging *j)
{
	const struct rollover_server *server = first_failing(j->host);
	struct danelaw_record *records = NULL;
	struct pin_set set = { 0 };
	const char *why;
	size_t n = 0;

	if (server == NULL)
		return;
	if (!make_pins(j, true, &set) || objection(j, server, &set) != NULL) {
		set = (struct pin_set) { 0 };
		if (!make_pins(j, false, &set))
			return;
	}
	why = objection(j, server, &set);
	if (why != NULL) {
		note(j,
		    arena_printf(j->arena,
			"no record that could be published beside those there "
			"is enough: %s",
			why));
		return;
	}
	for (size_t i = 0; i < set.n_pins; i++) {
		struct danelaw_record *record;
		bool there = false;

		for (size_t k = 0; k < server->n_records; k++)
			there |= strcmp(server->records[k],
				     set.pins[i].record.rr) == 0;
		record = there ? NULL : ARENA_PUSH(j->arena, records, n);
		if (record != NULL)
			*record = set.pins[i].record;
	}
	j->facts.publish = records;
	j->facts.n_publish = n;
	j->facts.is_fresh = n == set.n_pins;
}

/* Only what is to go needs it. */
static bool
is_left_over(struct judging *j, const char *rr)
{
	const struct rollover *rollover = &j->job->rollover;
	bool used = false;
	const char *why;

	for (size_t i = 0; i < rollover->n_news; i++) {
		/* What issuer a key will have is not known. */
		if ((rollover->news[i].kind == PIN_NEXT && rr[0] != '3') ||
		    passes(j, &rollover->news[i], &rr, 1, true, &why))
			return false;
	}
	for (size_t i = 0; i < j->host->n_lives; i++) {
		const struct rollover_live *live = &j->host->lives[i];
		struct pin_source source = as_source(live);

		if (live->error != NULL)
			return false;
		if (!passes(j, &source, &rr, 1, true, &why))
			continue;
		if (live->stays)
			return false;
		used = true;
	}
	return used;
}

static void
choose_remove(struct judging *j)
{
	const char **seen = NULL;
	size_t n_seen = 0;

	for (size_t i = 0; i < j->host->n_servers; i++) {
		const struct rollover_server *server = &j->host->servers[i];

		for (size_t k = 0; k < server->n_records; k++) {
			const char *rr = server->records[k];
			bool known = false;

			for (size_t s = 0; s < n_seen; s++)
				known |= strcmp(seen[s], rr) == 0;
			if (known)
				continue;
			arena_push_text(j->arena, &seen, &n_seen, rr);
			if (is_left_over(j, rr))
				arena_push_text(j->arena, &j->facts.remove,
				    &j->facts.n_remove, rr);
		}
	}
}

static void
add_loss(struct judging *j, const char *ip, const char *key,
    const struct danelaw_sender *sender)
{
	struct rollover_loss *loss;

	if (j->host->n_losses == MAX_LOSSES)
		return;
	loss = ARENA_PUSH(j->arena, j->host->losses, j->host->n_losses);
	if (loss == NULL)
		return;
	loss->ip = arena_strdup(j->arena, ip);
	loss->key = arena_strdup(j->arena, key);
	if (sender != NULL) {
		loss->name = arena_printf(
		    j->arena, "%s %s", sender->name, sender->version);
		loss->words = arena_strdup(j->arena, sender->why);
	}
}

/* The newest of each sender, where the handshake is as it is today. */
static void
foretell(struct judging *j, const struct pin_source *source,
    const struct rollover_server *server, const struct danelaw_address *today)
{
	struct danelaw_report *report =
	    verify(j, source, server->records, server->n_records);
	struct danelaw_address address;
	size_t before = j->host->n_losses;

	if (report == NULL)
		return;
	address = report->hosts[0].addresses[0];
	address.ip = today->ip;
	address.smtp = today->smtp;
	address.probes[0].offer = "default";
	address.probes[0].tls = today->probes[0].tls;
	if (!senders_predict(j->arena, report, &report->hosts[0], &address))
		address.n_senders = 0;
	for (size_t i = 0; i < address.n_senders; i++) {
		const struct danelaw_sender *sender = &address.senders[i];

		if (sender->outcome == DANELAW_DELIVERY_REFUSE &&
		    (i + 1 == address.n_senders ||
			strcmp(sender->name, sender[1].name) != 0))
			add_loss(j, today->ip, source->certs[0].key, sender);
	}
	if (j->host->n_losses == before)
		add_loss(j, today->ip, source->certs[0].key, NULL);
	danelaw_report_free(report);
}

static void
find_losses(struct judging *j)
{
	const struct rollover *rollover = &j->job->rollover;
	const struct rollover_server *server = first_failing(j->host);
	const char *why;

	for (size_t i = 0; server != NULL && i < rollover->n_news; i++) {
		const struct pin_source *source = &rollover->news[i];

		if (passes(j, source, server->records, server->n_records, false,
			&why))
			continue;
		if (source->kind == PIN_NEXT || j->job->n_olds > 0)
			add_loss(j, NULL, source->certs[0].key, NULL);
		for (size_t k = 0; source->kind != PIN_NEXT &&
		     j->job->n_olds == 0 && k < j->found->n_addresses;
		     k++) {
			const struct danelaw_address *address =
			    &j->found->addresses[k];

			if (address->n_probes > 0 &&
			    address->probes[0].tls != NULL)
				foretell(j, source, server, address);
		}
	}
}

/* Pins of issuers that are no more explain most of what breaks. */
static void
note_retired(struct judging *j)
{
	const struct rollover_server *server = first_failing(j->host);

	for (size_t i = 0; server != NULL && i < server->n_records; i++) {
		struct danelaw_record record;
		const struct known_ca *ca = NULL;
		const char *why;

		if (tlsa_from_text(
			j->arena, server->records[i], &record, &why) &&
		    record.usage == DANELAW_USAGE_DANE_TA)
			ca = known_ca_find(&record);
		if (ca != NULL && known_ca_is_retired(ca))
			note(j,
			    arena_printf(j->arena,
				"%.14s... is %s of Let's Encrypt, which issues "
				"no certificates any more (as of %s)",
				server->records[i], ca->name, known_ca_date()));
	}
}

static void
note_dates(struct judging *j)
{
	const struct rollover *rollover = &j->job->rollover;

	for (size_t i = 0; i < rollover->n_news; i++) {
		const struct danelaw_cert *leaf = &rollover->news[i].certs[0];

		if (leaf->not_after != 0 && leaf->not_after < rollover->at)
			note(j,
			    arena_printf(j->arena, "%s has expired already",
				rollover->news[i].from));
		else if (leaf->not_before > rollover->at)
			note(j,
			    arena_printf(j->arena, "%s is not valid yet",
				rollover->news[i].from));
	}
}

int
plan_judge(struct plan_job *job, struct danelaw_host *found,
    struct rollover_host *host)
{
	struct judging j = { .job = job,
		.arena = job->files.arena,
		.found = found,
		.host = host,
		.facts = { .now = job->rollover.at, .skew = SKEW } };

	judge_servers(&j);
	j.facts.is_live = all_the_same(&j, same_chain);
	j.facts.same_key = all_the_same(&j, same_key);
	for (size_t i = 0; i < host->n_servers; i++) {
		if (host->servers[i].lack == NULL)
			recall(&j, &host->servers[i]);
	}
	choose_publish(&j);
	choose_remove(&j);
	find_losses(&j);
	note_retired(&j);
	note_dates(&j);
	if (j.status != EXIT_SUCCESS)
		return j.status;
	return rollover_fill(j.arena, &j.facts, host) ? EXIT_SUCCESS
						      : tlsa_complain_memory();
}
