/* SPDX-License-Identifier: ISC */
/*
 * One zone: the addresses of its servers, then SOA (by UDP and TCP), NS and
 * DNSKEY of each. Servers that only the zone itself names are asked as well.
 */
#include <stdlib.h>
#include <string.h>

#include "base/address.h"
#include "base/clock.h"
#include "base/name.h"
#include "check/trace_inside.h"

#define ADDRESS_MS 5000

static bool
has_family(const struct tracer *tracer, const char *ip)
{
	bool v6 = strchr(ip, ':') != NULL;

	return v6 ? !tracer->request.ipv4 : !tracer->request.ipv6;
}

static void
add_address(struct zone_job *zone, struct server_name *name, const char *ip)
{
	struct trace_zone *fact = zone->fact;
	struct trace_server *server;

	if (!has_family(zone->tracer, ip)) {
		name->n_addresses++; /* not without any */
		return;
	}
	for (size_t i = 0; i < fact->n_servers; i++) {
		if (strcmp(fact->servers[i].ip, ip) != 0)
			continue;
		fact->servers[i].at_child |= name->at_child;
		fact->servers[i].at_parent |= name->at_parent;
		name->n_addresses++;
		return;
	}
	if (fact->n_servers == TRACE_MAX_SERVERS) {
		zone->tracer->limited = true;
		return;
	}
	server =
	    ARENA_PUSH(zone->tracer->arena, fact->servers, fact->n_servers);
	if (server == NULL)
		return;
	*server = (struct trace_server) {
		.name = name->name,
		.ip = arena_strdup(zone->tracer->arena, ip),
		.at_parent = name->at_parent,
		.at_child = name->at_child,
		.serial = -1,
	};
	name->n_addresses++;
}

void
zone_name_server(
    struct zone_job *zone, const char *server, const char *ip, bool at_child)
{
	struct server_name *name = NULL;

	for (size_t i = 0; i < zone->n_names && name == NULL; i++) {
		if (name_equal(zone->names[i].name, server))
			name = &zone->names[i];
	}
	if (name == NULL && zone->n_names == TRACE_MAX_NAMES) {
		zone->tracer->limited = true;
		return;
	}
	if (name == NULL) {
		name = &zone->names[zone->n_names++];
		name->name = arena_strdup(zone->tracer->arena, server);
	}
	if (at_child)
		name->at_child = true;
	else
		name->at_parent = true;
	for (size_t i = 0; i < zone->fact->n_servers; i++) {
		if (name_equal(zone->fact->servers[i].name, server)) {
			zone->fact->servers[i].at_child |= name->at_child;
			zone->fact->servers[i].at_parent |= name->at_parent;
		}
	}
	if (ip != NULL)
		add_address(zone, name, ip);
}

struct seeking {
	struct zone_job *zone;
	size_t name;
};

static void
address_done(const struct answer *answer, void *arg)
{
	struct seeking *seeking = arg;
	struct zone_job *zone = seeking->zone;
	char ip[64];

	for (size_t i = 0; i < answer->n_records; i++) {
		const struct answer_record *record = &answer->records[i];

		if (address_text(record->rdata, record->len, ip, sizeof(ip)))
			add_address(zone, &zone->names[seeking->name], ip);
	}
	zone->pending--;
	zone->tracer->pending--;
	tracer_wake(zone->tracer);
}

static void
seek_one(struct zone_job *zone, size_t name, enum rrtype type)
{
	struct tracer *tracer = zone->tracer;
	struct seeking *seeking = arena_alloc(tracer->arena, sizeof(*seeking));
	int64_t until = clock_monotonic_ms() + ADDRESS_MS;

	if (seeking == NULL)
		return;
	*seeking = (struct seeking) { zone, name };
	if (resolver_ask(tracer->resolver, zone->names[name].name, type,
		until < tracer->deadline ? until : tracer->deadline,
		address_done, seeking) == NULL)
		return;
	zone->pending++;
	tracer->pending++;
}

/* The addresses that nobody gave along. */
static void
seek_addresses(struct zone_job *zone)
{
	for (size_t i = 0; i < zone->n_names; i++) {
		struct server_name *name = &zone->names[i];

		if (name->sought || name->n_addresses > 0)
			continue;
		name->sought = true;
		seek_one(zone, i, RRTYPE_A);
		seek_one(zone, i, RRTYPE_AAAA);
	}
}

struct naming {
	struct zone_job *zone;
};

static void
on_child_server(const char *server, const char *ip, void *arg)
{
	struct naming *naming = arg;

	zone_name_server(naming->zone, server, ip, true);
}

static void
server_done(
    struct ask *ask, struct trace_answer *answer, const struct heard *heard)
{
	struct zone_job *zone = ask->zone;
	struct trace_server *server = &zone->fact->servers[ask->server];
	struct naming naming = { zone };

	if (answer->end == TRACE_ANSWERED)
		server->answered = true;
	if (ask->type == RRTYPE_DNSKEY) {
		if (heard != NULL)
			keychain_take_keys(zone->tracer->arena, zone->keychain,
			    heard, zone->tracer->at, answer);
		server->dnskey = *answer;
	} else if (ask->type == TRACE_TYPE_NS) {
		server->ns = *answer;
		if (answer->content == TRACE_DATA && answer->aa)
			heard_each_server(heard, zone->fact->name,
			    zone->fact->name, on_child_server, &naming);
	} else if (ask->way == TRACE_TCP) {
		server->soa_tcp = *answer;
	} else {
		server->soa = *answer;
		if (answer->content == TRACE_DATA)
			server->serial = heard_serial(heard);
	}
	zone->pending--;
}

static void
ask_server(
    struct zone_job *zone, size_t server, uint16_t type, enum trace_way way)
{
	const struct ask ask = {
		.tracer = zone->tracer,
		.zone = zone,
		.server = server,
		.name = zone->fact->name,
		.type = type,
		.way = way,
		.done = server_done,
	};

	if (tracer_ask(&ask))
		zone->pending++;
}

/* NS of the root is known well enough, and its servers are many. */
static void
ask_servers(struct zone_job *zone)
{
	for (size_t i = zone->n_asked; i < zone->fact->n_servers; i++) {
		ask_server(zone, i, RRTYPE_DNSKEY, TRACE_UDP);
		ask_server(zone, i, TRACE_TYPE_SOA, TRACE_UDP);
		if (zone->parent == NULL)
			continue;
		ask_server(zone, i, TRACE_TYPE_SOA, TRACE_TCP);
		ask_server(zone, i, TRACE_TYPE_NS, TRACE_UDP);
	}
	zone->n_asked = zone->fact->n_servers;
}

/* What the servers' keys come to. */
static void
judge_keys(struct zone_job *zone)
{
	struct trace_zone *fact = zone->fact;
	bool any_answer = false, any_secure = false;

	for (size_t i = 0; i < fact->n_servers; i++) {
		const struct trace_answer *keys = &fact->servers[i].dnskey;

		any_answer |= fact->servers[i].answered;
		if (keys->standing == TRACE_SECURE) {
			any_secure = true;
		} else if (keys->fault != TRACE_FAULT_NONE &&
		    fact->fault == TRACE_FAULT_NONE) {
			fact->fault = keys->fault;
			fact->detail = keys->detail;
		}
	}
	if (any_secure) {
		fact->standing = TRACE_SECURE;
		fact->fault = TRACE_FAULT_NONE;
		fact->detail = NULL;
		return;
	}
	fact->standing = any_answer ? TRACE_BOGUS : TRACE_UNSEEN;
	if (fact->fault == TRACE_FAULT_NONE)
		fact->fault = fact->n_servers == 0 ? TRACE_FAULT_NO_SERVERS
						   : TRACE_FAULT_KEYS_MUTE;
}

static void
judge_zone(struct zone_job *zone)
{
	struct trace_zone *fact = zone->fact;
	enum trace_standing above =
	    zone->parent == NULL ? TRACE_SECURE : zone->parent->fact->standing;

	for (size_t i = 0; i < zone->n_names; i++) {
		if (zone->names[i].n_addresses == 0)
			arena_push_text(zone->tracer->arena, &fact->nameless,
			    &fact->n_nameless, zone->names[i].name);
	}
	keychain_describe(zone->tracer->arena, zone->keychain, fact);
	for (size_t i = 0; i < fact->n_servers; i++) {
		const struct trace_answer *keys = &fact->servers[i].dnskey;

		for (size_t s = 0; s < keys->n_sigs; s++) {
			for (size_t k = 0; k < fact->n_keys; k++)
				fact->keys[k].signs_keys |=
				    fact->keys[k].tag == keys->sigs[s].tag;
		}
	}
	if (above == TRACE_INSECURE || above == TRACE_UNSEEN) {
		fact->standing = above;
	} else if (zone->ds_bogus && above == TRACE_SECURE) {
		fact->standing = TRACE_BOGUS;
		fact->fault = TRACE_FAULT_DS_BOGUS;
		fact->detail = zone->ds_detail;
	} else if (!keychain_has_ds(zone->keychain)) {
		fact->standing = zone->ds_seen ? TRACE_INSECURE : TRACE_UNSEEN;
		if (fact->n_keys > 0 && zone->ds_seen)
			fact->fault = TRACE_FAULT_DS_MISSING;
	} else if (!keychain_can_judge(zone->keychain)) {
		fact->standing = TRACE_INSECURE;
		fact->fault = TRACE_FAULT_DS_UNJUDGED;
	} else {
		judge_keys(zone);
	}
	/* What the zone above cannot vouch for is not better below. */
	if (above == TRACE_BOGUS && fact->standing != TRACE_UNSEEN)
		fact->standing = TRACE_BOGUS;
}

void
zone_go_on(struct zone_job *zone)
{
	if (zone->phase == ZONE_READY || zone->pending > 0)
		return;
	seek_addresses(zone);
	if (zone->pending > 0)
		return;
	zone->phase = ZONE_KEYS;
	ask_servers(zone);
	if (zone->pending > 0)
		return;
	judge_zone(zone);
	zone->phase = ZONE_READY;
}

struct zone_job *
zone_find(struct tracer *tracer, const char *name)
{
	for (size_t i = 0; i < tracer->n_zones; i++) {
		if (name_equal(tracer->zones[i]->fact->name, name))
			return tracer->zones[i];
	}
	return NULL;
}

static struct zone_job *
make_zone(struct tracer *tracer, struct zone_job *parent, const char *name)
{
	struct zone_job *zone;

	if (tracer->n_zones == TRACE_MAX_ZONES) {
		tracer->limited = true;
		return NULL;
	}
	zone = arena_alloc(tracer->arena, sizeof(*zone));
	if (zone == NULL)
		return NULL;
	zone->tracer = tracer;
	zone->parent = parent;
	zone->fact = arena_alloc(tracer->arena, sizeof(*zone->fact));
	zone->keychain = keychain_new(name);
	if (zone->fact == NULL || zone->keychain == NULL) {
		keychain_free(zone->keychain);
		return NULL;
	}
	zone->fact->name = arena_strdup(tracer->arena, name);
	zone->fact->parent = parent == NULL ? NULL : parent->fact;
	return zone;
}

struct zone_job *
zone_new(struct zone_job *parent, const char *name)
{
	return make_zone(parent->tracer, parent, name);
}

struct zone_job *
zone_root(struct tracer *tracer)
{
	struct zone_job *zone = make_zone(tracer, NULL, "");
	struct server_name *name;

	if (zone == NULL)
		return NULL;
	for (size_t i = 0; i < tracer->roots.n_anchors; i++)
		keychain_add_anchor(zone->keychain, tracer->roots.anchors[i]);
	name = &zone->names[zone->n_names++];
	*name = (struct server_name) {
		.name = "the root", .sought = true, .at_parent = true
	};
	for (size_t i = 0; i < tracer->roots.n_addresses &&
	     zone->fact->n_servers < TRACE_ROOT_SERVERS;
	     i++)
		add_address(zone, name, tracer->roots.addresses[i]);
	return zone;
}
