/* SPDX-License-Identifier: ISC */
#include "policy/pins_compare.h"

#include <string.h>

#include "base/buf.h"
#include "base/name.h"
#include "model/record.h"
#include "model/tree.h"
#include "policy/diagnose_kit.h"
#include "policy/tlsa.h"

struct comparison {
	struct arena *arena;
	const struct danelaw_host *found;
	const struct pin_set *set;
	struct pin_host *host;
	bool probed;
	size_t n_seen;      /* addresses that presented something */
	const char *unseen; /* the first that did not, or NULL */
};

static char *
place(struct arena *arena, const struct danelaw_address *address)
{
	return arena_printf(arena, "[%s]", address->ip);
}

/* Did all its probes come to see a chain? */
static bool
is_seen(const struct danelaw_address *address)
{
	bool seen = false;

	for (size_t i = 0; i < address->n_probes; i++) {
		if (address->probes[i].n_chain == 0)
			return false;
		seen = true;
	}
	/* A try for another key type that failed of itself. */
	for (size_t i = 0; i < address->n_trials; i++)
		seen &= address->trials[i].ok;
	return seen && address->our_lack == NULL && address->untried == NULL;
}

static void
count_seen(struct comparison *c)
{
	const struct danelaw_host *found = c->found;

	for (size_t i = 0; c->probed && i < found->n_addresses; i++) {
		if (is_seen(&found->addresses[i]))
			c->n_seen++;
		else if (c->unseen == NULL)
			c->unseen = place(c->arena, &found->addresses[i]);
	}
	if (c->probed && c->unseen == NULL &&
	    (found->n_left_out > 0 || found->n_addresses == 0))
		c->unseen = "some address";
}

/* NULL: the records of the host count, and are known. */
static const char *
find_failure(struct comparison *c)
{
	const struct danelaw_host *found = c->found;
	const struct danelaw_lookup *lookup = kit_tlsa_lookup(found);

	switch (found->tlsa.status) {
	case DANELAW_TLSA_NOT_ASKED:
		if (found->dnssec != DANELAW_DNSSEC_INSECURE)
			return found->why;
		return "the zone of its address is not signed with DNSSEC, so "
		       "that senders ask for no TLSA records: they would do "
		       "nothing (RFC 7672 2.2.2)";
	case DANELAW_TLSA_ERROR:
		return lookup != NULL && lookup->why != NULL ? lookup->why
							     : found->why;
	case DANELAW_TLSA_NONE:
	case DANELAW_TLSA_UNUSABLE:
	case DANELAW_TLSA_USABLE:
		break;
	}
	if (found->tlsa.dnssec == DANELAW_DNSSEC_SECURE)
		return NULL;
	return "the zone of its TLSA records is not signed with DNSSEC: "
	       "senders "
	       "take no notice of them (RFC 7672 2.2)";
}

/* The end of the aliases, and the zone that signs what is there. */
static void
fill_owner(struct comparison *c)
{
	const struct danelaw_lookup *lookup = kit_tlsa_lookup(c->found);
	struct pin_host *host = c->host;

	if (lookup == NULL)
		return;
	host->owner = kit_end(lookup);
	host->wildcard = lookup->wildcard;
	for (size_t i = 0; i < lookup->n_signers; i++) {
		const char *signer = lookup->signers[i];

		if (signer != NULL && name_is_below(host->owner, signer) &&
		    (host->zone == NULL || strlen(signer) > strlen(host->zone)))
			host->zone = signer;
	}
}

static const struct danelaw_record_result *
result_of(const struct danelaw_probe *probe, size_t record)
{
	for (size_t i = 0; i < probe->n_records; i++) {
		if (probe->records[i].record == record)
			return &probe->records[i];
	}
	return NULL;
}

/* Does the published record match, or would it but for a stronger one? */
static bool
is_used(const struct comparison *c, const struct danelaw_probe *probe, size_t i)
{
	const struct danelaw_record_result *result = result_of(probe, i);

	return result != NULL &&
	    (result->result == DANELAW_RESULT_MATCH ||
		(result->result == DANELAW_RESULT_SUPERSEDED &&
		    kit_fitting(&c->found->tlsa.records[i], probe) != NULL));
}

/* "matches [192.0.2.7], [2001:db8::7] now"; NULL: it matches nothing. */
static const char *
uses(const struct comparison *c, size_t record)
{
	const struct danelaw_host *found = c->found;
	const char *text = NULL;

	for (size_t i = 0; i < found->n_addresses; i++) {
		const struct danelaw_address *address = &found->addresses[i];
		bool used = false;

		for (size_t j = 0; j < address->n_probes; j++)
			used |= is_used(c, &address->probes[j], record);
		if (used)
			text = arena_printf(c->arena, "%s%s [%s]",
			    text == NULL ? "matches" : text,
			    text == NULL ? "" : ",", address->ip);
	}
	return text == NULL ? NULL : arena_printf(c->arena, "%s now", text);
}

static const struct pin *
pin_of(const struct pin_set *set, const struct danelaw_record *record)
{
	for (size_t i = 0; i < set->n_pins; i++) {
		if (strcmp(set->pins[i].record.rr, record->rr) == 0)
			return &set->pins[i];
	}
	return NULL;
}

static void
add_line(struct comparison *c, enum pin_step step,
    const struct danelaw_record *record, const struct pin *pin, const char *why)
{
	struct pin_line *line =
	    ARENA_PUSH(c->arena, c->host->lines, c->host->n_lines);

	if (line == NULL)
		return;
	/* Servers change the order of what they have. */
	for (; step != PIN_ADD && line > c->host->lines &&
	     line[-1].step == step &&
	     strcmp(line[-1].record->rr, record->rr) > 0;
	     line--)
		*line = line[-1];
	*line = (struct pin_line) { step, record, pin, why };
}

/* A stronger digest that stays makes senders pass it over. */
static const char *
overruled(const struct comparison *c, const struct danelaw_record *record)
{
	const struct danelaw_tlsa *tlsa = &c->found->tlsa;

	for (size_t i = 0; i < tlsa->n_records; i++) {
		const struct danelaw_record *other = &tlsa->records[i];

		if (other->usable && record_is_outranked(record, other))
			return arena_printf(c->arena,
			    "senders pass it over while a %u %u %u is there, "
			    "the stronger digest (RFC 7671 9): publish that "
			    "one, --mtype %u",
			    other->usage, other->selector, other->mtype,
			    other->mtype);
	}
	return NULL;
}

static void
add_lines(struct comparison *c)
{
	const struct danelaw_tlsa *tlsa = &c->found->tlsa;

	for (size_t i = 0; i < c->set->n_pins; i++) {
		const struct pin *pin = &c->set->pins[i];
		bool published = false;

		for (size_t j = 0; j < tlsa->n_records; j++)
			published |=
			    strcmp(tlsa->records[j].rr, pin->record.rr) == 0;
		if (!published)
			add_line(c, PIN_ADD, &pin->record, pin,
			    overruled(c, &pin->record));
	}
}

static bool
is_repeated(const struct danelaw_tlsa *tlsa, size_t at)
{
	for (size_t i = 0; i < at; i++) {
		if (strcmp(tlsa->records[i].rr, tlsa->records[at].rr) == 0)
			return true;
	}
	return false;
}

static enum pin_step
step_for(const struct comparison *c, size_t i, const struct pin *pin,
    const char **why)
{
	const struct danelaw_record *record = &c->found->tlsa.records[i];

	*why = uses(c, i);
	if (pin != NULL) {
		if (*why == NULL)
			*why = c->probed ? "published, and not yet presented"
					 : "published";
		return PIN_KEEP;
	}
	if (*why != NULL)
		return PIN_KEEP;
	if (!record->usable) {
		*why = arena_printf(c->arena,
		    "senders take no notice of it: %s", record->reason);
		return PIN_DROP;
	}
	if (!c->probed || c->unseen != NULL) {
		*why = c->probed ? arena_printf(c->arena,
				       "%s could not be looked at, and may "
				       "need it",
				       c->unseen)
				 : "not looked at";
		return PIN_KEEP;
	}
	*why = "matches nothing that is given or presented; drop it once you "
	       "know whose it was";
	return PIN_DROP;
}

static void
sort_published(struct comparison *c, enum pin_step wanted)
{
	const struct danelaw_tlsa *tlsa = &c->found->tlsa;

	for (size_t i = 0; i < tlsa->n_records; i++) {
		const struct danelaw_record *record = &tlsa->records[i];
		const struct pin *pin = pin_of(c->set, record);
		const char *why = NULL;

		if (!is_repeated(tlsa, i) &&
		    step_for(c, i, pin, &why) == wanted)
			add_line(c, wanted, record, pin, why);
	}
}

static bool
matches_published(const struct comparison *c, const struct danelaw_probe *probe)
{
	for (size_t i = 0; i < c->found->tlsa.n_records; i++) {
		const struct danelaw_record_result *result =
		    result_of(probe, i);

		if (result != NULL && result->result == DANELAW_RESULT_MATCH)
			return true;
	}
	return false;
}

static bool
is_overruled(const struct comparison *c, const struct danelaw_probe *probe)
{
	for (size_t i = 0; i < c->found->tlsa.n_records; i++) {
		if (is_used(c, probe, i))
			return true;
	}
	return false;
}

static bool
matches_wanted(const struct comparison *c, const struct danelaw_probe *probe)
{
	for (size_t i = 0; i < c->set->n_pins; i++) {
		const struct danelaw_record *record = &c->set->pins[i].record;

		if (kit_fitting(record, probe) != NULL &&
		    overruled(c, record) == NULL)
			return true;
	}
	return false;
}

static void
note(struct comparison *c, const char *text)
{
	for (size_t i = 0; i < c->host->n_notes; i++) {
		if (text != NULL && strcmp(c->host->notes[i], text) == 0)
			return;
	}
	if (text != NULL)
		arena_push_text(
		    c->arena, &c->host->notes, &c->host->n_notes, text);
}

/* A server may show what no record describes, once there is a record. */
static void
look_for_naked(struct comparison *c, const struct danelaw_address *address,
    const struct danelaw_probe *probe)
{
	bool binding = tlsa_count_usable(c->found->tlsa.records,
			   c->found->tlsa.n_records) > 0;
	bool wanted = matches_wanted(c, probe);
	const struct danelaw_cert *leaf = &probe->chain[0];
	const char *why;

	if (matches_published(c, probe) || (wanted && !binding) ||
	    (!binding && c->set->n_pins == 0))
		return;
	if (is_overruled(c, probe))
		why = "the record that fits it does not count beside a "
		      "stronger digest that does not (RFC 7671 9)";
	else if (wanted)
		why = "no record that is published matches it: mail waits "
		      "until what is to be added is there";
	else
		why = "neither what is published nor what is to be added "
		      "matches it";
	c->host->state = PIN_NAKED;
	note(c,
	    arena_printf(c->arena, "[%s] presents %s, %s, and %s", address->ip,
		leaf->subject, leaf->key, why));
}

static void
look_at_chains(struct comparison *c)
{
	for (size_t i = 0; i < c->found->n_addresses; i++) {
		const struct danelaw_address *address = &c->found->addresses[i];

		for (size_t j = 0; j < address->n_probes; j++) {
			if (address->probes[j].n_chain > 0)
				look_for_naked(c, address, &address->probes[j]);
		}
	}
	if (c->unseen == NULL)
		return;
	note(c,
	    arena_printf(c->arena,
		"%s could not be looked at, so it may "
		"present something else",
		c->unseen));
	c->host->state = pins_worse(c->host->state, PIN_UNKNOWN);
}

bool
pins_compare(struct arena *arena, struct danelaw_report *found, bool probed,
    const struct pin_set *set, struct pin_host *host)
{
	struct comparison c = {
		.arena = arena,
		.found = found->n_hosts == 1 ? &found->hosts[0] : NULL,
		.set = set,
		.host = host,
		.probed = probed,
	};

	host->looked = true;
	host->state = PIN_UNKNOWN;
	host->failed = found->resolver_error;
	if (c.found == NULL && host->failed == NULL)
		host->failed = "it could not be looked up";
	if (host->failed == NULL)
		host->failed = find_failure(&c);
	if (host->failed != NULL)
		return !arena_failed(arena);
	fill_owner(&c);
	count_seen(&c);
	host->published = c.found->tlsa.records;
	host->n_published = c.found->tlsa.n_records;
	host->state = PIN_DONE;
	add_lines(&c);
	if (host->n_lines > 0)
		host->state = PIN_TO_ADD;
	sort_published(&c, PIN_KEEP);
	sort_published(&c, PIN_DROP);
	if (host->wildcard && host->state == PIN_TO_ADD)
		note(&c,
		    "has its records from a wildcard, which one of its own "
		    "hides: add it at the wildcard, or all of them here");
	if (probed)
		look_at_chains(&c);
	return !arena_failed(arena);
}

const char *
pins_distrust(struct arena *arena, const struct danelaw_report *found)
{
	const struct danelaw_host *host;

	if (found->n_hosts != 1 || found->hosts[0].n_addresses == 0)
		return "there is no address to connect to";
	host = &found->hosts[0];
	for (size_t i = 0; i < host->n_addresses; i++) {
		const struct danelaw_address *address = &host->addresses[i];
		const char *where = tree_place(arena, host, address);

		if (!is_seen(address))
			return arena_printf(arena,
			    "%s could not be looked at, and may present "
			    "another key",
			    where);
		for (size_t j = 0; j < address->n_probes; j++) {
			if (address->probes[j].outcome ==
			    DANELAW_OUTCOME_AUTHENTICATED)
				continue;
			return arena_printf(arena,
			    "%s presents a key that no record of today "
			    "vouches for, and an unauthenticated network is "
			    "no source for one; read the file on the server, "
			    "or take it all the same by --trust-live",
			    where);
		}
	}
	return host->n_left_out == 0 ? NULL
				     : "it has more addresses than are "
				       "looked at";
}

enum pin_state
pins_worse(enum pin_state a, enum pin_state b)
{
	static const int badness[] = {
		[PIN_DONE] = 0,
		[PIN_TO_ADD] = 1,
		[PIN_UNKNOWN] = 2,
		[PIN_NAKED] = 3,
	};

	return badness[a] >= badness[b] ? a : b;
}
