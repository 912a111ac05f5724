/* SPDX-License-Identifier: ISC */
/*
 * One zone: its delegation, its keys, its servers.
 */
#include <string.h>

#include "base/name.h"
#include "policy/blame_inside.h"

#define FLAG_SEP 0x0001
#define ALGORITHM_RSASHA1 5
#define ALGORITHM_RSASHA1_NSEC3 7
#define RSA_LEAST 1024

static bool
is_sha1(uint8_t algorithm)
{
	return algorithm == ALGORITHM_RSASHA1 ||
	    algorithm == ALGORITHM_RSASHA1_NSEC3;
}

static bool
is_rsa(uint8_t algorithm)
{
	return is_sha1(algorithm) || algorithm == 8 || algorithm == 10;
}

/* The DS for the registrar: of a key that signs the keys. */
static const char *
paste_ds(struct blame *blame, const struct trace_zone *zone)
{
	const struct trace_key *best = NULL;
	uint32_t ttl = zone->n_ds > 0 ? zone->ds[0].ttl : 3600;

	for (size_t i = 0; i < zone->n_keys; i++) {
		const struct trace_key *key = &zone->keys[i];

		if (key->ds == NULL || !key->signs_keys)
			continue;
		if (best == NULL ||
		    (key->flags & FLAG_SEP) > (best->flags & FLAG_SEP))
			best = key;
	}
	return best == NULL ? NULL
			    : arena_printf(blame->arena, "%s. %u IN DS %s",
				  zone->name, ttl, best->ds);
}

static bool
wants_paste(enum trace_fault fault)
{
	return fault >= TRACE_FAULT_DS_DIGEST &&
	    fault <= TRACE_FAULT_DS_MISSING && fault != TRACE_FAULT_DS_STRAY;
}

/* What the DS and the keys hold for another day. */
static void
blame_details(struct blame *blame, const struct trace_zone *zone)
{
	struct charge charge = { .zone = zone };
	bool sha1_only = zone->n_ds > 0, sha1 = false, shorter = false;
	bool better_fails = false, any_fits = false;
	const char *stray = NULL;

	for (size_t i = 0; i < zone->n_ds; i++) {
		const struct trace_ds *ds = &zone->ds[i];

		sha1_only &= ds->digest == 1;
		any_fits |= ds->fault == TRACE_FAULT_NONE && ds->digest > 1;
		better_fails |= ds->fault != TRACE_FAULT_NONE && ds->digest > 1;
		if (ds->fault != TRACE_FAULT_NONE &&
		    zone->standing == TRACE_SECURE)
			stray = arena_printf(blame->arena, "key %u", ds->tag);
	}
	for (size_t i = 0; i < zone->n_keys; i++) {
		sha1 |= is_sha1(zone->keys[i].algorithm);
		shorter |= is_rsa(zone->keys[i].algorithm) &&
		    zone->keys[i].bits < RSA_LEAST;
	}
	if (sha1_only) {
		charge.fault = TRACE_FAULT_DS_SHA1;
		charge.paste = paste_ds(blame, zone);
		blame_charge(blame, &charge);
	}
	if (zone->standing == TRACE_SECURE && better_fails && !any_fits) {
		charge.fault = TRACE_FAULT_DS_WEAKER;
		charge.paste = paste_ds(blame, zone);
		blame_charge(blame, &charge);
		stray = NULL;
	}
	charge.paste = NULL;
	if (stray != NULL) {
		charge.fault = TRACE_FAULT_DS_STRAY;
		charge.detail = stray;
		blame_charge(blame, &charge);
		charge.detail = NULL;
	}
	if (sha1) {
		charge.fault = TRACE_FAULT_KEY_SHA1;
		blame_charge(blame, &charge);
	}
	if (shorter) {
		charge.fault = TRACE_FAULT_KEY_SHORT;
		blame_charge(blame, &charge);
	}
}

static const struct trace_fork *
find_fork(const struct trace_zone *zone)
{
	for (size_t i = 0; zone->parent != NULL && i < zone->parent->n_forks;
	     i++) {
		if (name_equal(zone->parent->forks[i].name, zone->name))
			return &zone->parent->forks[i];
	}
	return NULL;
}

/* Of the servers above, which are wrong about the DS? */
static void
blame_ds(struct blame *blame, const struct trace_zone *zone)
{
	const struct trace_fork *fork = find_fork(zone);
	const struct trace_zone *above = zone->parent;
	enum trace_fault faults[BLAME_SERVERS] = { TRACE_FAULT_NONE };
	struct charge charge = {
		.record = arena_printf(blame->arena, "%s DS", zone->name),
	};

	if (fork == NULL || above->standing != TRACE_SECURE ||
	    zone->fault == TRACE_FAULT_DS_BOGUS)
		return;
	for (size_t i = 0; i < above->n_servers && i < BLAME_SERVERS; i++) {
		if (blame_server(blame->trace, above, i) == TRACE_FAULT_NONE)
			faults[i] =
			    blame_answer(&fork->ds[i], &above->servers[i]);
	}
	blame_each(blame, above, faults, &charge);
}

/* Does an answer without EDNS come where one with it does not? */
static bool
lacks_edns(
    const struct trace *trace, const struct trace_zone *zone, size_t server)
{
	for (size_t i = 0; i < trace->n_questions; i++) {
		const struct trace_question *question = trace->questions[i];
		const struct trace_answer *plain, *full;

		if (question->zone != zone ||
		    question->answers[TRACE_PLAIN] == NULL)
			continue;
		plain = &question->answers[TRACE_PLAIN][server];
		full = &question->answers[TRACE_UDP][server];
		if (blame_is_fact(plain) && !blame_is_fact(full) &&
		    !full->cut && !blame_is_fact(&zone->servers[server].soa))
			return true;
	}
	return false;
}

enum trace_fault
blame_server(
    const struct trace *trace, const struct trace_zone *zone, size_t server)
{
	const struct trace_server *facts = &zone->servers[server];
	enum trace_fault fault = blame_answer(&facts->soa, facts);

	if (fault != TRACE_FAULT_NONE && lacks_edns(trace, zone, server))
		return TRACE_FAULT_EDNS_BROKEN;
	return fault;
}

static const char *
rcode_word(struct blame *blame, unsigned rcode)
{
	static const char *const words[] = { "NOERROR", "FORMERR", "SERVFAIL",
		"NXDOMAIN", "NOTIMP", "REFUSED" };

	return rcode < sizeof(words) / sizeof(words[0])
	    ? words[rcode]
	    : arena_printf(blame->arena, "code %u", rcode);
}

static void
blame_servers(struct blame *blame, const struct trace_zone *zone)
{
	enum trace_fault faults[BLAME_SERVERS] = { TRACE_FAULT_NONE };
	enum trace_fault over_tcp[BLAME_SERVERS] = { TRACE_FAULT_NONE };
	struct charge charge = { .zone = zone };
	int64_t serial = -1;
	bool differ = false, is_child = false, uneven = false;

	for (size_t i = 0; i < zone->n_servers && i < BLAME_SERVERS; i++) {
		const struct trace_server *server = &zone->servers[i];

		faults[i] = blame_server(blame->trace, zone, i);
		if (faults[i] == TRACE_FAULT_SERVER_ERROR)
			charge.detail = rcode_word(blame, server->soa.rcode);
		if (server->soa.end == TRACE_ANSWERED &&
		    (server->soa_tcp.end == TRACE_TIMEOUT ||
			server->soa_tcp.end == TRACE_REFUSED))
			over_tcp[i] = TRACE_FAULT_TCP_BLOCKED;
		if (server->serial >= 0 && serial >= 0)
			differ |= server->serial != serial;
		if (server->serial >= 0)
			serial = server->serial;
		is_child |= server->at_child;
	}
	for (size_t i = 0; i < zone->n_servers && is_child; i++)
		uneven |=
		    zone->servers[i].at_parent != zone->servers[i].at_child;
	blame_each(blame, zone, faults, &charge);
	charge.detail = NULL;
	blame_each(blame, zone, over_tcp, &charge);
	if (differ) {
		charge.fault = TRACE_FAULT_SERIALS_DIFFER;
		blame_charge(blame, &charge);
	}
	if (uneven && zone->parent != NULL) {
		charge.fault = TRACE_FAULT_NS_DIFFER;
		blame_charge(blame, &charge);
	}
	for (size_t i = 0; i < zone->n_nameless; i++) {
		charge.fault = TRACE_FAULT_NO_ADDRESS;
		charge.record =
		    arena_printf(blame->arena, "%s A", zone->nameless[i]);
		blame_charge(blame, &charge);
	}
}

/* Where some servers have keys that hold, those of the others may not. */
static void
blame_keys(struct blame *blame, const struct trace_zone *zone)
{
	enum trace_fault faults[BLAME_SERVERS] = { TRACE_FAULT_NONE };
	struct charge charge = {
		.record = arena_printf(
		    blame->arena, "%s DNSKEY", blame_zone_name(zone->name)),
	};

	if (zone->standing != TRACE_SECURE)
		return;
	for (size_t i = 0; i < zone->n_servers && i < BLAME_SERVERS; i++) {
		const struct trace_answer *keys = &zone->servers[i].dnskey;

		if (blame_server(blame->trace, zone, i) != TRACE_FAULT_NONE)
			continue;
		faults[i] = blame_answer(keys, &zone->servers[i]);
		if (keys->detail != NULL)
			charge.detail = keys->detail;
		if (keys->ttl > charge.holds)
			charge.holds = keys->ttl;
	}
	blame_each(blame, zone, faults, &charge);
}

void
blame_zone(struct blame *blame, const struct trace_zone *zone)
{
	struct charge charge = {
		.fault = zone->fault,
		.zone = zone,
		.detail = zone->detail,
	};
	bool mute = true;

	if (zone->fault == TRACE_FAULT_DS_BOGUS)
		charge.record = arena_printf(blame->arena, "%s DS", zone->name);
	else if (zone->fault > TRACE_FAULT_DS_BOGUS)
		charge.record = arena_printf(
		    blame->arena, "%s DNSKEY", blame_zone_name(zone->name));
	for (size_t i = 0; i < zone->n_servers; i++)
		mute &= !zone->servers[i].answered;
	blame_ds(blame, zone);
	/* Where nobody answers, that is to be said, and not what follows. */
	if (zone->fault != TRACE_FAULT_NONE &&
	    (!mute || zone->fault != TRACE_FAULT_KEYS_MUTE)) {
		for (size_t i = 0; i < zone->n_ds; i++) {
			if (zone->ds[i].ttl > charge.holds)
				charge.holds = zone->ds[i].ttl;
		}
		if (wants_paste(zone->fault))
			charge.paste = paste_ds(blame, zone);
		if (charge.detail == NULL && zone->n_ds > 0 &&
		    zone->fault <= TRACE_FAULT_DS_REVOKED)
			charge.detail =
			    arena_printf(blame->arena, "DS %u %u %u %.16s...",
				zone->ds[0].tag, zone->ds[0].algorithm,
				zone->ds[0].digest, zone->ds[0].hex);
		blame_charge(blame, &charge);
	}
	blame_details(blame, zone);
	blame_keys(blame, zone);
	blame_servers(blame, zone);
}
