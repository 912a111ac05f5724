/* SPDX-License-Identifier: ISC */
#include "policy/rollover.h"

#include <string.h>

#include "base/clock.h"
#include "policy/pins.h"
#include "policy/plan.h"
#include "policy/tlsa.h"

enum {
	LOOK_PARTS = 10, /* of a wait, between two looks */
	LOOK_LEAST = 1,  /* seconds */
	LOOK_MOST = 60,
};

static struct danelaw_record *
read_records(struct arena *arena, const char *const *texts, size_t n)
{
	struct danelaw_record *records =
	    arena_alloc(arena, n * sizeof(*records));
	const char *why;

	for (size_t i = 0; records != NULL && i < n; i++) {
		if (!tlsa_from_text(arena, texts[i], &records[i], &why))
			records[i].usable = false;
	}
	return records;
}

/* Is it one that this key alone calls for? */
static bool
is_of_key(struct arena *arena, const struct danelaw_record *record,
    const struct pin_source *source)
{
	const struct pin_wish wish = { DANELAW_USAGE_DANE_EE,
		DANELAW_SELECTOR_SPKI, record->mtype, false };
	struct pin_set set = { 0 };
	const char *why;

	return record->usable && record->usage == DANELAW_USAGE_DANE_EE &&
	    record->selector == DANELAW_SELECTOR_SPKI &&
	    pins_add(arena, &wish, source, &set, &why) &&
	    strcmp(set.pins[0].record.rr, record->rr) == 0;
}

bool
rollover_key_passes(struct arena *arena, const char *const *texts, size_t n,
    const struct pin_source *source, bool named)
{
	const struct danelaw_record *records = read_records(arena, texts, n);

	if (records == NULL)
		return false;
	if (!named && tlsa_count_usable(records, n) == 0)
		return true;
	for (size_t i = 0; i < n; i++) {
		if (is_of_key(arena, &records[i], source) &&
		    !tlsa_is_superseded(records, n, i))
			return true;
	}
	return false;
}

struct pin_wish
rollover_wish(struct arena *arena, const struct rollover_server *servers,
    size_t n, bool issuer)
{
	struct pin_wish wish = { DANELAW_USAGE_DANE_EE, DANELAW_SELECTOR_SPKI,
		DANELAW_MTYPE_SHA256, false };
	size_t usable = 0, issuers = 0;
	bool strong[4] = { false };

	for (size_t i = 0; i < n; i++) {
		const struct danelaw_record *records = read_records(
		    arena, servers[i].records, servers[i].n_records);

		for (size_t j = 0; records != NULL && j < servers[i].n_records;
		     j++) {
			const struct danelaw_record *record = &records[j];

			if (!record->usable)
				continue;
			usable++;
			issuers += record->usage == DANELAW_USAGE_DANE_TA;
			if (record->selector == DANELAW_SELECTOR_SPKI &&
			    record->mtype == DANELAW_MTYPE_SHA512)
				strong[record->usage] = true;
		}
	}
	if (issuer && usable > 0 && issuers == usable)
		wish.usage = DANELAW_USAGE_DANE_TA;
	if (strong[wish.usage])
		wish.mtype = DANELAW_MTYPE_SHA512;
	return wish;
}

static const char *
place(struct arena *arena, const struct rollover_server *server)
{
	return arena_printf(arena, "%s [%s]", server->name, server->ip);
}

static struct plan
plan_of(struct arena *arena, const struct rollover_facts *facts,
    const struct rollover_host *host)
{
	struct plan_server *servers =
	    arena_alloc(arena, host->n_servers * sizeof(*servers));
	struct plan_facts plan_facts = {
		.now = facts->now,
		.servers = servers,
		.n_servers = host->n_servers,
		.stale_ttl = facts->stale_ttl,
		.skew = facts->skew,
		.equivalent = facts->is_live || facts->same_key,
	};
	bool any = false;

	for (size_t i = 0; servers != NULL && i < host->n_servers; i++) {
		const struct rollover_server *server = &host->servers[i];
		bool told = server->lack == NULL;

		servers[i] = (struct plan_server) { told, server->passes,
			server->ttl, server->since, server->signed_until };
		any |= told;
		/* Of the same key only records of it say that nothing
		   changes. */
		plan_facts.equivalent &= !told || server->n_records == 0 ||
		    (facts->is_live ? server->passes : server->has_key);
	}
	plan_facts.equivalent &= any && servers != NULL;
	return servers == NULL ? (struct plan) { .answer = PLAN_UNKNOWN }
			       : plan_for(&plan_facts);
}

static void
add_step(struct arena *arena, struct rollover_host *host, enum rollover_do what,
    int64_t at, const char *rr, const char *text)
{
	struct rollover_step *step =
	    ARENA_PUSH(arena, host->steps, host->n_steps);

	if (step != NULL)
		*step = (struct rollover_step) { what, at, rr, text };
}

/* A new record has the TTL of those beside it. */
static uint32_t
zone_ttl(const struct rollover_host *host)
{
	uint32_t ttl = 0;

	for (size_t i = 0; i < host->n_servers; i++) {
		const struct rollover_server *server = &host->servers[i];

		if (server->lack == NULL && server->n_records > 0 &&
		    server->ttl > ttl)
			ttl = server->ttl;
	}
	return ttl == 0 ? 3600 : ttl;
}

static const char *
zone_line(struct arena *arena, const struct rollover_host *host, const char *rr)
{
	return arena_printf(
	    arena, "%s. %u IN TLSA %s", host->owner, zone_ttl(host), rr);
}

static void
add_steps(struct arena *arena, const struct rollover_facts *facts,
    const struct plan *plan, struct rollover_host *host)
{
	bool publish = plan->answer == PLAN_BREAKS;
	int64_t when = host->when == 0 ? facts->now : host->when;
	bool waits = plan->answer != PLAN_NOW;

	if (plan->answer == PLAN_UNKNOWN ||
	    (plan->answer == PLAN_BREAKS && facts->n_publish == 0))
		return;
	for (size_t i = 0; publish && i < facts->n_publish; i++)
		add_step(arena, host, ROLLOVER_PUBLISH, facts->now,
		    facts->publish[i].rr,
		    zone_line(arena, host, facts->publish[i].rr));
	if (waits)
		add_step(arena, host, ROLLOVER_WAIT, when, NULL,
		    arena_printf(arena,
			"until every server of the zone has it, then %u "
			"seconds, the longest that an answer without it may be "
			"kept (RFC 7671 8.1); danelaw plan --wait does",
			plan->wait));
	if (!facts->is_live)
		add_step(arena, host, ROLLOVER_DEPLOY, when, NULL,
		    "the new chain, on every address");
	/* One wait more leaves a way back. */
	for (size_t i = 0; i < facts->n_remove; i++)
		add_step(arena, host, ROLLOVER_REMOVE,
		    facts->is_live ? facts->now : when + plan->wait,
		    facts->remove[i], zone_line(arena, host, facts->remove[i]));
}

static const char *
headline_now(struct arena *arena, const struct rollover_facts *facts,
    const struct rollover_host *host)
{
	size_t records = 0;

	for (size_t i = 0; i < host->n_servers; i++)
		records += host->servers[i].n_records;
	if (records == 0)
		return "there are no TLSA records, so that senders ask for no "
		       "chain in particular";
	if (facts->is_live)
		return "this chain is live already, and what is published lets "
		       "it pass";
	if (facts->same_key)
		return "same key, so the record of it goes on matching; "
		       "nothing to publish";
	return arena_printf(arena,
	    "what all %zu servers of the zone say lets it pass, and no other "
	    "answer can be held any more",
	    host->n_servers);
}

static const char *
headline_later(struct arena *arena, const struct plan *plan,
    const struct rollover_host *host)
{
	const char *when = clock_format(arena, host->when);
	const char *names = NULL;

	for (size_t i = 0; i < host->n_servers; i++) {
		const struct rollover_server *server = &host->servers[i];

		if (server->lack == NULL && !server->passes)
			names = names == NULL
			    ? place(arena, server)
			    : arena_printf(
				  arena, "%s, %s", names, place(arena, server));
	}
	if (plan->lagging == 0)
		return arena_printf(arena,
		    "deploy after %s: until then some sender may hold an "
		    "answer that does not let it pass",
		    when);
	return arena_printf(arena,
	    "%s %s not got what lets it pass; deploy %u seconds after all "
	    "have, not before %s",
	    names, plan->lagging == 1 ? "has" : "have", plan->wait, when);
}

static const char *
headline_breaks(struct arena *arena, const struct rollover_facts *facts,
    const struct rollover_host *host)
{
	const char *why = NULL;

	for (size_t i = 0; i < host->n_servers && why == NULL; i++)
		why = host->servers[i].why;
	if (why == NULL)
		why = "nothing that is published lets it pass";
	return facts->n_publish == 0
	    ? why
	    : arena_printf(arena,
		  "%s; deploy after %s if you publish what is needed now", why,
		  clock_format(arena, host->when));
}

static const char *
headline_first(struct arena *arena, const struct rollover_facts *facts,
    const struct rollover_host *host)
{
	return arena_printf(arena,
	    "no record in the zone is for the new %s; deploy after %s if you "
	    "publish it now",
	    facts->publish[0].selector == DANELAW_SELECTOR_CERT ? "certificate"
								: "key",
	    clock_format(arena, host->when));
}

static const char *
headline_unknown(struct arena *arena, const struct rollover_host *host)
{
	for (size_t i = 0; i < host->n_servers; i++) {
		const struct rollover_server *server = &host->servers[i];

		if (server->lack != NULL)
			return arena_printf(arena, "%s: %s",
			    place(arena, server), server->lack);
	}
	return "no server of its zone could be asked";
}

static const char *
headline(struct arena *arena, const struct rollover_facts *facts,
    const struct plan *plan, const struct rollover_host *host)
{
	switch (plan->answer) {
	case PLAN_NOW:
		return headline_now(arena, facts, host);
	case PLAN_LATER:
		return headline_later(arena, plan, host);
	case PLAN_BREAKS:
		return host->answer == ROLLOVER_LATER
		    ? headline_first(arena, facts, host)
		    : headline_breaks(arena, facts, host);
	case PLAN_UNKNOWN:
		return headline_unknown(arena, host);
	}
	return NULL;
}

static void
note(struct arena *arena, struct rollover_host *host, const char *text)
{
	if (text != NULL)
		arena_push_text(arena, &host->notes, &host->n_notes, text);
}

static void
add_notes(struct arena *arena, const struct rollover_facts *facts,
    const struct plan *plan, struct rollover_host *host)
{
	int64_t until = host->when == 0 ? facts->now : host->when;

	for (size_t i = 0; i < host->n_servers; i++) {
		const struct rollover_server *server = &host->servers[i];

		if (server->lack != NULL && plan->answer != PLAN_UNKNOWN)
			note(arena, host,
			    arena_printf(arena, "%s could not be asked: %s",
				place(arena, server), server->lack));
		if (server->signed_until != 0 && server->signed_until < until)
			note(arena, host,
			    arena_printf(arena,
				"the signature of the records at %s ends at "
				"%s, before that: see that the zone is signed "
				"again",
				place(arena, server),
				clock_format(arena, server->signed_until)));
	}
	if (host->wildcard && host->n_steps > 0 &&
	    host->steps[0].what == ROLLOVER_PUBLISH)
		note(arena, host,
		    "the records come from a wildcard, which one of its own "
		    "would hide: publish at the wildcard");
}

/*
 * Who pins keys publishes the next one before it goes live: where nothing of
 * it is there yet, the first step has yet to come. Who has a part of it, or
 * pins issuers alone, does not expect to have anything to do.
 */
static bool
is_begun_later(
    const struct rollover_facts *facts, const struct rollover_host *host)
{
	if (facts->is_live || !facts->is_fresh || facts->n_publish == 0)
		return false;
	for (size_t i = 0; i < host->n_servers; i++) {
		const struct rollover_server *server = &host->servers[i];

		for (size_t k = 0; k < server->n_records; k++) {
			if (server->records[k][0] == '3')
				return true;
		}
	}
	return false;
}

bool
rollover_fill(struct arena *arena, const struct rollover_facts *facts,
    struct rollover_host *host)
{
	struct plan plan;

	if (facts->no_dane) {
		host->answer = ROLLOVER_NOW;
		add_step(arena, host, ROLLOVER_DEPLOY, facts->now, NULL,
		    "the new chain, on every address");
		return !arena_failed(arena);
	}
	plan = plan_of(arena, facts, host);
	host->answer = (enum rollover_answer)plan.answer;
	host->wait = plan.wait;
	host->when = plan.answer == PLAN_LATER ? plan.when : 0;
	if (plan.answer == PLAN_BREAKS && facts->n_publish > 0)
		host->when = facts->now + plan.wait;
	if (plan.answer == PLAN_BREAKS && is_begun_later(facts, host))
		host->answer = ROLLOVER_LATER;
	host->headline = headline(arena, facts, &plan, host);
	add_steps(arena, facts, &plan, host);
	add_notes(arena, facts, &plan, host);
	return !arena_failed(arena);
}

/*
 * Where only time is lacking nothing more is to be seen before it is over. A
 * record that is missing may come at any moment, and the wait begins when it is
 * seen: of that no more than a part is to be lost.
 */
int64_t
rollover_next_look(const struct rollover *rollover, int64_t deadline)
{
	int64_t next = deadline;

	for (size_t i = 0; i < rollover->n_hosts; i++) {
		const struct rollover_host *host = &rollover->hosts[i];
		uint32_t pause = host->wait / LOOK_PARTS;
		bool lags = host->answer != ROLLOVER_LATER;
		int64_t at;

		if (host->answer == ROLLOVER_NOW)
			continue;
		for (size_t k = 0; k < host->n_servers; k++)
			lags |= !host->servers[k].passes;
		if (pause < LOOK_LEAST)
			pause = LOOK_LEAST;
		if (pause > LOOK_MOST)
			pause = LOOK_MOST;
		at = lags ? rollover->at + pause : host->when;
		if (at < next)
			next = at;
	}
	return next > rollover->at ? next : rollover->at + 1;
}

enum rollover_answer
rollover_worse(enum rollover_answer a, enum rollover_answer b)
{
	static const int badness[] = {
		[ROLLOVER_NOW] = 0,
		[ROLLOVER_LATER] = 1,
		[ROLLOVER_UNKNOWN] = 2,
		[ROLLOVER_BREAKS] = 3,
	};

	return badness[a] >= badness[b] ? a : b;
}
