/* SPDX-License-Identifier: ISC */
#include "check/zones.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/clock.h"
#include "base/name.h"

#define QUESTION_MS 5000

struct one_zone {
	struct zones *zones;
	struct danelaw_zone zone;
	struct resolver_query *dnskey, *ds;
	bool keys; /* they were asked for */
};

struct zones {
	struct resolver *resolver;
	struct arena *arena;
	int64_t deadline;
	zones_done_fn *done;
	void *arg;
	struct one_zone *list[ZONES_MAX];
	size_t n, n_busy;
};

static void add_zone(struct zones *zones, const char *name, bool keys);

static void
finish_question(struct zones *zones)
{
	if (--zones->n_busy == 0)
		zones->done(zones->arg);
}

static void
dnskey_done(const struct answer *answer, void *arg)
{
	struct one_zone *one = arg;

	one->dnskey = NULL;
	answer_copy_lookup(one->zones->arena, answer, &one->zone.dnskey);
	finish_question(one->zones);
}

/* RFC 4034 section 5.1 */
static void
take_ds(struct one_zone *one, const struct answer *answer)
{
	for (size_t i = 0; i < answer->n_records; i++) {
		const uint8_t *rdata = answer->records[i].rdata;
		struct danelaw_ds *ds;

		if (answer->records[i].len < 4)
			continue;
		ds = ARENA_PUSH(one->zones->arena, one->zone.ds_records,
		    one->zone.n_ds_records);
		if (ds == NULL)
			return;
		ds->key_tag = (uint16_t)(rdata[0] << 8 | rdata[1]);
		ds->algorithm = rdata[2];
		ds->digest_type = rdata[3];
	}
}

/* Who signed the DS is the zone above (RFC 4034 section 5). */
static void
ds_done(const struct answer *answer, void *arg)
{
	struct one_zone *one = arg;
	const struct danelaw_lookup *ds = &one->zone.ds;

	one->ds = NULL;
	answer_copy_lookup(one->zones->arena, answer, &one->zone.ds);
	take_ds(one, answer);
	for (size_t i = 0; i < ds->n_signers; i++) {
		/* Upwards only, so that it ends. */
		if (ds->dnssec >= DANELAW_DNSSEC_INSECURE &&
		    ds->signers[i] != NULL &&
		    name_is_below(one->zone.name, ds->signers[i]))
			add_zone(one->zones, ds->signers[i],
			    ds->dnssec == DANELAW_DNSSEC_SECURE && one->keys);
	}
	finish_question(one->zones);
}

static struct resolver_query *
ask(struct one_zone *one, enum rrtype type, resolver_done_fn *done)
{
	struct zones *zones = one->zones;
	int64_t deadline = clock_monotonic_ms() + QUESTION_MS;
	struct resolver_query *query = resolver_ask(zones->resolver,
	    one->zone.name, type,
	    deadline < zones->deadline ? deadline : zones->deadline, done, one);

	zones->n_busy += query != NULL;
	return query;
}

static void
ask_keys(struct one_zone *one)
{
	if (!one->keys)
		one->dnskey = ask(one, RRTYPE_DNSKEY, dnskey_done);
	one->keys = true;
}

/* keys: is it of interest when the signatures over its keys end? */
static void
add_zone(struct zones *zones, const char *name, bool keys)
{
	struct one_zone *one;

	/* The keys of the root are the trust anchor's business. */
	if (name == NULL || *name == '\0')
		return;
	for (size_t i = 0; i < zones->n; i++) {
		if (!name_equal(zones->list[i]->zone.name, name))
			continue;
		if (keys)
			ask_keys(zones->list[i]);
		return;
	}
	if (zones->n == ZONES_MAX)
		return;
	one = calloc(1, sizeof(*one));
	if (one == NULL)
		return;
	one->zones = zones;
	one->zone.name = arena_strdup(zones->arena, name);
	if (one->zone.name == NULL) {
		free(one);
		return;
	}
	zones->list[zones->n++] = one;
	if (keys)
		ask_keys(one);
	one->ds = ask(one, RRTYPE_DS, ds_done);
}

struct zones *
zones_new(struct resolver *resolver, struct arena *arena, int64_t deadline,
    zones_done_fn *done, void *arg)
{
	struct zones *zones = calloc(1, sizeof(*zones));

	if (zones == NULL)
		return NULL;
	zones->resolver = resolver;
	zones->arena = arena;
	zones->deadline = deadline;
	zones->done = done;
	zones->arg = arg;
	return zones;
}

void
zones_free(struct zones *zones)
{
	for (size_t i = 0; zones != NULL && i < zones->n; i++) {
		resolver_cancel(zones->list[i]->dnskey);
		resolver_cancel(zones->list[i]->ds);
		free(zones->list[i]);
	}
	free(zones);
}

void
zones_add(struct zones *zones, const struct danelaw_lookup *lookups, size_t n,
    bool keys)
{
	for (size_t i = 0; i < n; i++) {
		bool secure = lookups[i].dnssec == DANELAW_DNSSEC_SECURE;

		if (secure ? !keys
			   : lookups[i].dnssec != DANELAW_DNSSEC_INSECURE)
			continue;
		for (size_t j = 0; j < lookups[i].n_signers; j++)
			add_zone(zones, lookups[i].signers[j], secure);
	}
}

bool
zones_busy(const struct zones *zones)
{
	return zones != NULL && zones->n_busy > 0;
}

bool
zones_fill(const struct zones *zones, struct danelaw_report *report)
{
	for (size_t i = 0; zones != NULL && i < zones->n; i++) {
		struct danelaw_zone *zone =
		    ARENA_PUSH(zones->arena, report->zones, report->n_zones);

		if (zone == NULL)
			return false;
		*zone = zones->list[i]->zone;
	}
	return true;
}

void
zones_waiting(const struct zones *zones,
    void (*fn)(const char *text, void *arg), void *arg)
{
	char text[512];

	for (size_t i = 0; zones != NULL && i < zones->n; i++) {
		const struct one_zone *one = zones->list[i];

		if (one->dnskey == NULL && one->ds == NULL)
			continue;
		snprintf(text, sizeof(text), "the keys of the zone %s",
		    one->zone.name);
		fn(text, arg);
	}
}
