/* SPDX-License-Identifier: ISC */
/*
 * One walk over all fields writes them or reads them (base/wire.h). Of a host
 * that is read the parts are made that an examination would have left, and
 * the domain is then put together as ever (assemble.c).
 */
#include "check/facts.h"

#include <stdlib.h>
#include <string.h>

#include "base/name.h"
#include "base/wire.h"
#include "check/domain.h"
#include "check/looks.h"
#include "policy/tlsa.h"
#include "probe/evidence_wire.h"
#include "tls/match.h"

#define MAGIC UINT32_C(0x646c6602) /* "dlf", version 2 */
#define PARTS_MAX 4096             /* of anything; more are never made */

struct facts_host {
	struct arena *arena;
	struct host_job *job;
	struct domain_told told;
	struct danelaw_zone *zones;
	size_t n_zones;
	bool known, late;
};

static void
pass_lookup(struct wire *wire, struct danelaw_lookup *lookup)
{
	lookup->name = wire_text(wire, lookup->name);
	lookup->type = wire_text(wire, lookup->type);
	lookup->dnssec =
	    wire_number(wire, lookup->dnssec, DANELAW_DNSSEC_SECURE);
	lookup->presence =
	    wire_number(wire, lookup->presence, DANELAW_PRESENCE_NXDOMAIN);
	lookup->why = wire_text(wire, lookup->why);
	lookup->cause = wire_number(wire, lookup->cause, DANELAW_DNS_TIMEOUT);
	wire_texts(wire, &lookup->aliases, &lookup->n_aliases);
	lookup->ttl = wire_number(wire, lookup->ttl, UINT32_MAX);
	lookup->rrsig_expires = wire_time(wire, lookup->rrsig_expires);
	lookup->n_records =
	    wire_number(wire, (uint32_t)lookup->n_records, UINT32_MAX);
	lookup->wildcard = wire_flag(wire, lookup->wildcard);
	lookup->rrsig_inception = wire_time(wire, lookup->rrsig_inception);
	lookup->signer = wire_text(wire, lookup->signer);
	wire_texts(wire, &lookup->signers, &lookup->n_signers);
	lookup->nsec3_iterations =
	    (uint16_t)wire_number(wire, lookup->nsec3_iterations, UINT16_MAX);
	lookup->zone_ttl = wire_number(wire, lookup->zone_ttl, UINT32_MAX);
	lookup->zone_owner = wire_text(wire, lookup->zone_owner);
	lookup->failed_first = wire_text(wire, lookup->failed_first);
	lookup->first_cause =
	    wire_number(wire, lookup->first_cause, DANELAW_DNS_TIMEOUT);
}

/*
 * The next part of a list: there, or to be read. NULL: no memory, and the
 * walk is over.
 */
#define NEXT_PART(wire, list, n, i)                                            \
	((wire)->out != NULL ? &(list)[i]                                      \
			     : ARENA_PUSH((wire)->arena, (list), (n)))

static void
pass_lookups(struct wire *wire, struct danelaw_lookup **lookups, size_t *n)
{
	size_t all = wire_count(wire, *n, PARTS_MAX);

	for (size_t i = 0; i < all && !wire->bad; i++) {
		struct danelaw_lookup *one = NEXT_PART(wire, *lookups, *n, i);

		if (one == NULL)
			wire->bad = true;
		else
			pass_lookup(wire, one);
	}
}

static void
pass_ds(struct wire *wire, struct danelaw_zone *zone)
{
	size_t all = wire_count(wire, zone->n_ds_records, PARTS_MAX);

	for (size_t i = 0; i < all && !wire->bad; i++) {
		struct danelaw_ds *ds =
		    NEXT_PART(wire, zone->ds_records, zone->n_ds_records, i);

		if (ds == NULL) {
			wire->bad = true;
			return;
		}
		ds->key_tag =
		    (uint16_t)wire_number(wire, ds->key_tag, UINT16_MAX);
		ds->algorithm =
		    (uint8_t)wire_number(wire, ds->algorithm, UINT8_MAX);
		ds->digest_type =
		    (uint8_t)wire_number(wire, ds->digest_type, UINT8_MAX);
	}
}

static void
pass_zones(struct wire *wire, struct danelaw_zone **zones, size_t *n)
{
	size_t all = wire_count(wire, *n, ZONES_MAX);

	for (size_t i = 0; i < all && !wire->bad; i++) {
		struct danelaw_zone *zone = NEXT_PART(wire, *zones, *n, i);

		if (zone == NULL) {
			wire->bad = true;
			return;
		}
		zone->name = wire_text(wire, zone->name);
		pass_lookup(wire, &zone->dnskey);
		pass_lookup(wire, &zone->ds);
		pass_ds(wire, zone);
		wire->bad = wire->bad || zone->name == NULL;
	}
}

static void
pass_told(struct wire *wire, struct domain_told *told)
{
	told->resolver = wire_text(wire, told->resolver);
	told->resolver_error = wire_text(wire, told->resolver_error);
	told->own_lack = wire_text(wire, told->own_lack);
	told->fell_back = wire_flag(wire, told->fell_back);
	told->pkix = wire_flag(wire, told->pkix);
	told->other_time = wire_flag(wire, told->other_time);
	told->unjudged = wire_number(wire, told->unjudged, UINT32_MAX);
}

static void
pass_request(struct wire *wire, struct danelaw_request *request)
{
	request->require_dane = wire_flag(wire, request->require_dane);
	request->expiry_days =
	    wire_number(wire, request->expiry_days, UINT32_MAX);
	request->expiry_percent =
	    wire_number(wire, request->expiry_percent, UINT32_MAX);
	request->rrsig_hours =
	    wire_number(wire, request->rrsig_hours, UINT32_MAX);
}

static void
pass_mx(struct wire *wire, struct danelaw_mx *mx)
{
	mx->source = wire_number(wire, mx->source, DANELAW_MX_NULL);
	mx->dnssec = wire_number(wire, mx->dnssec, DANELAW_DNSSEC_SECURE);
	mx->why = wire_text(wire, mx->why);
	pass_lookups(wire, &mx->lookups, &mx->n_lookups);
	wire_texts(wire, &mx->unusable, &mx->n_unusable);
	mx->n_left_out =
	    wire_number(wire, (uint32_t)mx->n_left_out, UINT32_MAX);
	mx->left_out = wire_text(wire, mx->left_out);
}

static void
pass_hosts(struct wire *wire, struct domain_job *job)
{
	size_t all = wire_count(wire, job->n_hosts, PARTS_MAX);

	for (size_t i = 0; i < all && !wire->bad; i++) {
		struct domain_host *host =
		    NEXT_PART(wire, job->hosts, job->n_hosts, i);

		if (host == NULL) {
			wire->bad = true;
			return;
		}
		host->name = wire_text(wire, host->name);
		host->preference =
		    (uint16_t)wire_number(wire, host->preference, UINT16_MAX);
		wire->bad = wire->bad || host->name == NULL;
	}
}

/* What a domain's own lookups gave. */
static void
pass_domain(struct wire *wire, struct domain_job *job)
{
	struct danelaw_report *report = &job->tree->report;

	report->domain = wire_text(wire, report->domain);
	report->unicode = wire_text(wire, report->unicode);
	report->port = (uint16_t)wire_number(wire, report->port, UINT16_MAX);
	report->at = wire_time(wire, report->at);
	job->late = wire_flag(wire, job->late);
	job->next_hop_end = wire_text(wire, job->next_hop_end);
	pass_request(wire, &job->request);
	pass_mx(wire, &report->mx);
	pass_hosts(wire, job);
	wire->bad = wire->bad || report->domain == NULL;
}

/* The text and whether it is of use are made anew. */
static void
pass_record(struct wire *wire, struct danelaw_record *record)
{
	uint8_t rdata[3] = { record->usage, record->selector, record->mtype };
	const uint8_t *head = rdata, *data;
	size_t len = sizeof(rdata);
	struct buf whole = { .limit = 0 };

	head = wire_bytes(wire, head, &len);
	wire->bad = wire->bad || len != sizeof(rdata);
	len = record->len;
	data = wire_bytes(wire, record->data, &len);
	if (wire->out != NULL || wire->bad)
		return;
	buf_add(&whole, head, sizeof(rdata));
	buf_add(&whole, data, len);
	wire->bad = buf_failed(&whole) ||
	    !tlsa_from_rdata(wire->arena, (const uint8_t *)buf_text(&whole),
		whole.len, record);
	buf_finish(&whole);
}

static void
pass_tlsa(struct wire *wire, struct tls_context *tls, struct danelaw_tlsa *tlsa)
{
	size_t all;

	tlsa->name = wire_text(wire, tlsa->name);
	tlsa->base = wire_text(wire, tlsa->base);
	tlsa->dnssec = wire_number(wire, tlsa->dnssec, DANELAW_DNSSEC_SECURE);
	tlsa->status = wire_number(wire, tlsa->status, DANELAW_TLSA_USABLE);
	all = wire_count(wire, tlsa->n_records, PARTS_MAX);
	for (size_t i = 0; i < all && !wire->bad; i++) {
		struct danelaw_record *record =
		    NEXT_PART(wire, tlsa->records, tlsa->n_records, i);

		if (record == NULL)
			wire->bad = true;
		else
			pass_record(wire, record);
	}
	if (wire->out == NULL && !wire->bad &&
	    !match_mark_unusable(tls, tlsa->records, tlsa->n_records))
		wire->bad = true;
}

/* Also what no other process of the same run would be told. */
static bool
write_evidence(struct evidence *evidence, struct buf *out)
{
	const char *lack = evidence->our_lack;
	bool done;

	evidence->our_lack = NULL;
	done = evidence_write(evidence, out);
	evidence->our_lack = lack;
	return done;
}

static struct evidence *
pass_evidence(
    struct wire *wire, struct tls_context *tls, struct evidence *evidence)
{
	struct buf own = { .limit = EVIDENCE_WIRE_MAX };
	const void *bytes;
	size_t len;

	if (!wire_flag(wire, evidence != NULL))
		return NULL;
	if (wire->out != NULL && !write_evidence(evidence, &own))
		wire->out->failed = true;
	len = own.len;
	bytes = wire_bytes(wire, buf_text(&own), &len);
	if (wire->out == NULL)
		evidence = wire->bad ? NULL : evidence_read(tls, bytes, len);
	buf_finish(&own);
	if (evidence == NULL) {
		wire->bad = true;
		return NULL;
	}
	evidence->untried = wire_text(wire, evidence->untried);
	evidence->left_out = wire_text(wire, evidence->left_out);
	evidence->our_lack = wire_text(wire, evidence->our_lack);
	evidence->here = wire_flag(wire, evidence->here);
	return evidence;
}

static void
pass_tries(struct wire *wire, struct looks_told *told)
{
	size_t all = wire_count(wire, told->n_tries, PARTS_MAX);

	for (size_t i = 0; i < all && !wire->bad; i++) {
		struct danelaw_try *try =
		    NEXT_PART(wire, told->tries, told->n_tries, i);

		if (try == NULL) {
			wire->bad = true;
			return;
		}
		try->at = wire_time(wire, try->at);
		try->outcome = wire_number(
		    wire, try->outcome, DANELAW_OUTCOME_NOT_EXAMINED);
		try->banner = wire_text(wire, try->banner);
		try->starttls = wire_flag(wire, try->starttls);
		try->refusal = wire_text(wire, try->refusal);
	}
}

/* One address, and what was seen of it. */
static void
pass_address(struct wire *wire, struct tls_context *tls,
    struct danelaw_address *address, struct looks_told *told)
{
	address->ip = wire_text(wire, address->ip);
	address->port = (uint16_t)wire_number(wire, address->port, UINT16_MAX);
	told->granted = wire_flag(wire, told->granted);
	told->evidence = pass_evidence(wire, tls, told->evidence);
	pass_tries(wire, told);
	if (wire->out != NULL)
		return;
	address->timing = (struct danelaw_timing) { -1, -1, -1, -1, -1 };
	if (address->ip == NULL || !name_is_address(address->ip))
		wire->bad = true;
}

static void
pass_addresses(struct wire *wire, struct tls_context *tls,
    struct danelaw_host *host, struct looks_told *told)
{
	size_t n = host->n_addresses;

	for (size_t i = 0; i < n && !wire->bad; i++)
		pass_address(wire, tls, &host->addresses[i], &told[i]);
}

static void
pass_host(struct wire *wire, struct tls_context *tls, struct danelaw_host *host)
{
	host->name = wire_text(wire, host->name);
	host->dnssec = wire_number(wire, host->dnssec, DANELAW_DNSSEC_SECURE);
	host->policy = wire_number(wire, host->policy, DANELAW_POLICY_DANE);
	host->why = wire_text(wire, host->why);
	pass_tlsa(wire, tls, &host->tlsa);
	host->n_left_out =
	    wire_number(wire, (uint32_t)host->n_left_out, UINT32_MAX);
	pass_lookups(wire, &host->lookups, &host->n_lookups);
	host->n_addresses = wire_count(wire, host->n_addresses, PARTS_MAX);
	wire->bad = wire->bad || host->name == NULL;
}

static void
take_looks(const struct looks *looks, struct looks_told *told, size_t n)
{
	for (size_t i = 0; looks != NULL && i < n; i++) {
		told[i].granted = looks_is_granted(looks, i);
		told[i].evidence = looks_evidence(looks, i);
		told[i].tries = (struct danelaw_try *)looks_tries(
		    looks, i, &told[i].n_tries);
	}
}

static bool
write_host(struct wire *wire, struct domain_job *job)
{
	struct domain_host *found = &job->hosts[0];
	struct danelaw_host host = { 0 };
	const struct looks *looks;
	struct looks_told *told;

	if (found->job == NULL)
		return false;
	host = *host_job_host(found->job);
	looks = host_job_looks(found->job);
	told = calloc(host.n_addresses + 1, sizeof(*told));
	if (told == NULL)
		return false;
	take_looks(looks, told, host.n_addresses);
	wire_flag(wire, found->known);
	wire_flag(wire, job->late);
	pass_host(wire, job->engine->tls, &host);
	pass_addresses(wire, job->engine->tls, &host, told);
	free(told);
	return true;
}

bool
facts_write(struct domain_job *job, struct buf *out)
{
	struct wire wire = { .out = out };
	struct domain_told told = domain_told(job);
	struct danelaw_report zones = { 0 };

	if (!zones_fill(job->zones, &zones))
		return false;
	wire_number(&wire, MAGIC, MAGIC);
	wire_number(&wire, job->engine->stage, STAGE_HOSTS);
	pass_told(&wire, &told);
	pass_zones(&wire, &zones.zones, &zones.n_zones);
	if (job->engine->stage == STAGE_HOSTS) {
		if (job->n_hosts != 1 || !write_host(&wire, job))
			return false;
	} else {
		pass_domain(&wire, job);
	}
	return !buf_failed(out);
}

static bool
read_head(struct wire *wire, const void *bytes, size_t len, enum stage stage)
{
	*wire = (struct wire) { .at = bytes, .left = len };
	return wire_number(wire, 0, UINT32_MAX) == MAGIC &&
	    wire_number(wire, 0, STAGE_HOSTS) == stage && !wire->bad;
}

static void
read_host(struct wire *wire, struct tls_context *tls, struct facts_host *facts)
{
	struct danelaw_host host = { 0 };
	struct looks_told *told;

	pass_told(wire, &facts->told);
	pass_zones(wire, &facts->zones, &facts->n_zones);
	facts->known = wire_flag(wire, false);
	facts->late = wire_flag(wire, false);
	pass_host(wire, tls, &host);
	if (wire->bad)
		return;
	told = arena_alloc(wire->arena, host.n_addresses * sizeof(*told));
	host.addresses = arena_alloc(
	    wire->arena, host.n_addresses * sizeof(*host.addresses));
	if (told == NULL || host.addresses == NULL) {
		wire->bad = true;
		return;
	}
	pass_addresses(wire, tls, &host, told);
	/* Takes what was seen, in any case. */
	facts->job = host_job_told(wire->arena, &host, told);
	wire->bad = wire->bad || wire->left > 0 || facts->job == NULL ||
	    arena_failed(wire->arena);
}

struct facts_host *
facts_host_read(struct tls_context *tls, const void *bytes, size_t len)
{
	struct facts_host *facts;
	struct wire wire;

	if (!read_head(&wire, bytes, len, STAGE_HOSTS))
		return NULL;
	facts = calloc(1, sizeof(*facts));
	if (facts == NULL)
		return NULL;
	wire.arena = facts->arena = arena_new();
	if (facts->arena != NULL)
		read_host(&wire, tls, facts);
	if (facts->arena != NULL && !wire.bad)
		return facts;
	facts_host_free(facts);
	return NULL;
}

void
facts_host_free(struct facts_host *facts)
{
	if (facts == NULL)
		return;
	host_job_free(facts->job);
	arena_unref(facts->arena);
	free(facts);
}

const char *
facts_host_name(const struct facts_host *facts)
{
	return host_job_host(facts->job)->name;
}

/* What both stages know of a zone is the same. */
static bool
add_zone(struct tree *tree, const struct danelaw_zone *zone)
{
	struct danelaw_report *report = &tree->report;
	struct danelaw_zone *own = NULL;

	for (size_t i = 0; i < report->n_zones && own == NULL; i++) {
		if (name_equal(report->zones[i].name, zone->name))
			own = &report->zones[i];
	}
	if (own == NULL) {
		if (report->n_zones == ZONES_MAX)
			return true;
		own = ARENA_PUSH(tree->arena, report->zones, report->n_zones);
		if (own == NULL)
			return false;
		*own = *zone;
	}
	if (own->dnskey.type == NULL)
		own->dnskey = zone->dnskey;
	return true;
}

/* What one host's examination says of the whole. */
static bool
add_host(struct domain_job *job, struct domain_host *host,
    const struct facts_host *facts, struct domain_told *told)
{
	host->job = facts->job;
	host->known = facts->known;
	job->late = job->late || facts->late;
	if (told->resolver_error == NULL)
		told->resolver_error = facts->told.resolver_error;
	if (told->own_lack == NULL)
		told->own_lack = facts->told.own_lack;
	told->unjudged |= facts->told.unjudged;
	for (size_t i = 0; i < facts->n_zones; i++) {
		if (!add_zone(job->tree, &facts->zones[i]))
			return false;
	}
	return arena_hold(job->tree->arena, arena_ref(facts->arena));
}

static bool
find_hosts(const struct facts_joining *joining, struct domain_job *job,
    struct domain_told *told, const char **missing)
{
	for (size_t i = 0; i < job->n_hosts; i++) {
		struct domain_host *host = &job->hosts[i];
		const struct facts_host *facts =
		    joining->find(host->name, joining->arg);

		host->domain = job;
		if (facts == NULL) {
			*missing = host->name;
			return true;
		}
		if (!add_host(job, host, facts, told))
			return false;
	}
	return true;
}

/* Hosts that are not all there say nothing of the domain. */
static void
leave_unjudged(
    struct domain_job *job, struct domain_told *told, const char *missing)
{
	told->own_lack = arena_printf(job->tree->arena,
	    "nothing is said of its MX host %s, which the second stage "
	    "did not examine",
	    missing);
	job->n_hosts = 0;
	job->tree->report.n_zones = 0;
}

struct danelaw_report *
facts_join(const struct facts_joining *joining, const void *bytes, size_t len,
    const char **missing)
{
	struct danelaw_engine engine = { .tls = joining->tls };
	struct domain_job job = { .engine = &engine };
	struct domain_told told = { 0 };
	struct wire wire;
	bool done = false;

	*missing = NULL;
	if (!read_head(&wire, bytes, len, STAGE_MX))
		return NULL;
	job.tree = tree_new();
	if (job.tree == NULL)
		return NULL;
	wire.arena = job.tree->arena;
	pass_told(&wire, &told);
	pass_zones(&wire, &job.tree->report.zones, &job.tree->report.n_zones);
	pass_domain(&wire, &job);
	job.told = &told;
	engine.pkix = told.pkix;
	if (!wire.bad && wire.left == 0 &&
	    find_hosts(joining, &job, &told, missing)) {
		if (*missing != NULL)
			leave_unjudged(&job, &told, *missing);
		done = domain_assemble(&job);
	}
	if (done)
		return &job.tree->report;
	danelaw_report_free(&job.tree->report);
	return NULL;
}

void
engine_set_stage(struct danelaw_engine *engine, enum stage stage)
{
	engine->stage = stage;
}
