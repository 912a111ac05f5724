/* SPDX-License-Identifier: ISC */
#include "dns/answer.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include <ldns/ldns.h>

#include "base/clock.h"
#include "base/lack.h"
#include "base/name.h"
#include "base/text.h"
#include "dns/packet.h"
#include "dns/reason.h"

#define MAX_SIGNERS 16
#define MAX_ALIASES 64 /* libunbound follows far fewer */

const char *
rrtype_word(enum rrtype type)
{
	switch (type) {
	case RRTYPE_A:
		return "A";
	case RRTYPE_CNAME:
		return "CNAME";
	case RRTYPE_SOA:
		return "SOA";
	case RRTYPE_MX:
		return "MX";
	case RRTYPE_TXT:
		return "TXT";
	case RRTYPE_AAAA:
		return "AAAA";
	case RRTYPE_DS:
		return "DS";
	case RRTYPE_DNSKEY:
		return "DNSKEY";
	case RRTYPE_TLSA:
		return "TLSA";
	}
	return "?";
}

bool
answer_can_ask(const char *name)
{
	ldns_rdf *dname = NULL;
	ldns_status status;

	for (const char *c = name; *c != '\0'; c++) {
		if (*c <= 0x20 || *c >= 0x7f)
			return false;
	}
	if (*name == '\0')
		return true;
	status = ldns_str2rdf_dname(&dname, name);
	ldns_rdf_deep_free(dname);
	return status == LDNS_STATUS_OK;
}

static bool
is_plain(uint8_t c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
	    (c >= '0' && c <= '9') || c == '-' || c == '_';
}

/*
 * Presentation form with a dot behind each label, where nothing in it needs
 * to be escaped, as in nearly all names. room is for the longest name.
 */
static bool
write_plain(const ldns_rdf *name, char room[LDNS_MAX_DOMAINLEN + 1])
{
	const uint8_t *wire = ldns_rdf_data(name);
	size_t size = ldns_rdf_size(name), at = 0, out = 0;

	if (size > LDNS_MAX_DOMAINLEN)
		return false;
	while (at < size && wire[at] != 0) {
		size_t end = at + 1 + wire[at];

		if (end >= size)
			return false;
		for (at++; at < end; at++) {
			if (!is_plain(wire[at]))
				return false;
			room[out++] = (char)wire[at];
		}
		room[out++] = '.';
	}
	room[out] = '\0';
	return out > 0;
}

/* As danelaw keeps names. NULL: no memory. */
static char *
name_text(struct arena *arena, const ldns_rdf *name)
{
	char plain[LDNS_MAX_DOMAINLEN + 1], *text, *copy;

	/* ldns prints octet by octet. */
	if (write_plain(name, plain))
		return name_from_dns(arena, plain);
	text = ldns_rdf2str(name);
	if (text == NULL)
		return NULL;
	copy = name_from_dns(arena, text);
	free(text);
	return copy;
}

/* False: the RDATA is malformed, or no memory. */
static bool
record_read(struct arena *arena, const struct packet *packet,
    const struct packet_rr *rr, struct answer_record *record)
{
	const uint8_t *rdata = packet->bytes + rr->rdata;
	ldns_rdf *name = NULL;
	size_t keep = rr->len;

	switch ((enum rrtype)rr->type) {
	case RRTYPE_A:
		if (rr->len != 4)
			return false;
		break;
	case RRTYPE_AAAA:
		if (rr->len != 16)
			return false;
		break;
	case RRTYPE_MX:
		name = packet_rdata_name(packet, rr, 2);
		if (name == NULL)
			return false;
		record->preference = (uint16_t)(rdata[0] << 8 | rdata[1]);
		keep = 2;
		break;
	case RRTYPE_SOA:
		name = packet_first_name(packet, rr);
		if (name == NULL)
			return false;
		keep = 0;
		break;
	case RRTYPE_CNAME:
		name = packet_rdata_name(packet, rr, 0);
		if (name == NULL)
			return false;
		keep = 0;
		break;
	case RRTYPE_TXT:
	case RRTYPE_DS:
	case RRTYPE_DNSKEY:
	case RRTYPE_TLSA:
		break;
	}
	if (name != NULL) {
		record->name = name_text(arena, name);
		ldns_rdf_deep_free(name);
		if (record->name == NULL)
			return false;
	}
	record->len = keep;
	record->rdata = arena_memdup(arena, rdata, keep);
	return record->rdata != NULL;
}

static const struct packet_rr *
find_cname(const struct packet *packet, const ldns_rdf *owner)
{
	for (size_t i = 0; i < packet->n_rrs; i++) {
		const struct packet_rr *rr = &packet->rrs[i];

		if (rr->section == PACKET_ANSWER && rr->type == RRTYPE_CNAME &&
		    ldns_dname_compare(rr->owner, owner) == 0)
			return rr;
	}
	return NULL;
}

/*
 * Follows the CNAMEs from *name on; what it leads to replaces *name. NULL, or
 * what is wrong.
 */
static const char *
follow_aliases(struct arena *arena, const struct packet *packet,
    struct answer *answer, ldns_rdf **name)
{
	const struct packet_rr *rr;
	ldns_rdf *target;
	const char *text;

	while ((rr = find_cname(packet, *name)) != NULL) {
		if (answer->lookup.n_aliases == MAX_ALIASES)
			return "the CNAME records run on, or in a circle";
		target = packet_rdata_name(packet, rr, 0);
		if (target == NULL)
			return "the answer has a malformed CNAME record";
		ldns_rdf_deep_free(*name);
		*name = target;
		text = name_text(arena, target);
		if (text == NULL ||
		    !arena_push_text(arena, &answer->lookup.aliases,
			&answer->lookup.n_aliases, text))
			return "out of memory";
		answer->final = text;
	}
	return NULL;
}

/*
 * Canonical order of RDATA (RFC 4034 6.3), as servers and resolvers rotate it
 * and the same zone must make the same report.
 */
static int
record_compare(const void *left, const void *right)
{
	const struct answer_record *a = left, *b = right;
	int order =
	    memcmp(a->rdata, b->rdata, a->len < b->len ? a->len : b->len);

	if (order == 0 && a->name != NULL && b->name != NULL)
		order = strcmp(a->name, b->name);
	return order != 0 ? order : (a->len > b->len) - (a->len < b->len);
}

/* "*.example" of "a.b.example", for which a wildcard filled in two. */
static void
note_origin(
    struct arena *arena, struct packet_origin origin, struct answer *answer)
{
	const char *rest = answer->final;

	answer->lookup.zone_ttl = origin.ttl;
	answer->lookup.wildcard = origin.expanded > 0;
	for (unsigned i = 0; i < origin.expanded && *rest != '\0'; rest++) {
		if (*rest == '\\' && rest[1] != '\0')
			rest++;
		else if (*rest == '.')
			i++;
	}
	if (origin.expanded > 0)
		answer->lookup.zone_owner =
		    arena_printf(arena, *rest == '\0' ? "*" : "*.%s", rest);
}

/* NULL, or what is wrong. */
static const char *
read_records(struct arena *arena, const struct packet *packet, enum rrtype type,
    struct answer *answer)
{
	struct answer_record *record;
	const char *wrong = NULL;
	ldns_rdf *name;

	/* ldns reads the root as "." only. */
	name = ldns_dname_new_frm_str(
	    *answer->final == '\0' ? "." : answer->final);
	/* It was asked for, so it can exist. */
	if (name == NULL) {
		lack_note();
		return "out of memory";
	}
	if (type != RRTYPE_CNAME)
		wrong = follow_aliases(arena, packet, answer, &name);
	for (size_t i = 0; i < packet->n_rrs && wrong == NULL; i++) {
		const struct packet_rr *rr = &packet->rrs[i];

		if (rr->section != PACKET_ANSWER || rr->type != type ||
		    ldns_dname_compare(rr->owner, name) != 0)
			continue;
		answer->lookup.n_records++;
		if (answer->n_records == ANSWER_MAX_RECORDS) {
			answer->n_dropped++;
			continue;
		}
		record = ARENA_PUSH(arena, answer->records, answer->n_records);
		if (record == NULL)
			wrong = "out of memory";
		else if (!record_read(arena, packet, rr, record))
			wrong = "the answer has a malformed record";
	}
	if (wrong == NULL && answer->n_records > 1)
		qsort(answer->records, answer->n_records,
		    sizeof(*answer->records), record_compare);
	if (answer->lookup.n_records > 0)
		note_origin(
		    arena, packet_origin(packet, name, (uint16_t)type), answer);
	ldns_rdf_deep_free(name);
	return wrong;
}

static void
answer_init(struct arena *arena, const char *name, enum rrtype type,
    struct answer *answer)
{
	const char *copy = arena_strdup(arena, name);

	*answer = (struct answer) {
		.lookup = {
			.name = copy,
			.type = rrtype_word(type),
			.dnssec = DANELAW_DNSSEC_ERROR,
			.presence = DANELAW_PRESENCE_UNKNOWN,
		},
		.final = copy,
	};
}

static bool
has_text(const char **list, size_t n, const char *text)
{
	for (size_t i = 0; i < n; i++) {
		if (strcmp(list[i], text) == 0)
			return true;
	}
	return false;
}

/* NULL: malformed, or no memory. */
static const char *
signer_text(struct arena *arena, const struct packet *packet,
    const struct packet_rr *rr)
{
	ldns_rdf *name = packet_signer(packet, rr);
	const char *text = name == NULL ? NULL : name_text(arena, name);

	ldns_rdf_deep_free(name);
	return text;
}

static void
read_signatures(struct arena *arena, const struct packet *packet, int64_t now,
    struct danelaw_lookup *lookup)
{
	struct packet_signature first = packet_first_expiry(packet, now);

	if (first.rr == NULL)
		return;
	lookup->rrsig_expires = first.expires;
	lookup->rrsig_inception = first.inception;
	lookup->signer = signer_text(arena, packet, first.rr);
	for (size_t i = 0; i < packet->n_rrs; i++) {
		const char *text;

		if (lookup->n_signers == MAX_SIGNERS ||
		    !packet_is_signature(packet, &packet->rrs[i]))
			continue;
		text = signer_text(arena, packet, &packet->rrs[i]);
		if (text != NULL &&
		    !has_text(lookup->signers, lookup->n_signers, text))
			arena_push_text(
			    arena, &lookup->signers, &lookup->n_signers, text);
	}
}

/* What stands is an error or bogus: nothing in it may be taken for a fact. */
static void
answer_spoil(struct answer *answer, enum danelaw_dnssec dnssec, const char *why)
{
	answer->lookup.dnssec = dnssec;
	answer->lookup.presence = DANELAW_PRESENCE_UNKNOWN;
	answer->lookup.why = why;
	answer->lookup.cause = reason_cause(why);
	answer->lookup.n_records = 0;
	answer->lookup.wildcard = false;
	answer->records = NULL;
	answer->n_records = answer->n_dropped = 0;
}

/* Why the zone is special, for names that libunbound answers of itself. */
static const char *
local_words(struct arena *arena, const char *name)
{
	static const struct {
		const char *zone, *rfc;
	} special[] = {
		{ "test", "RFC 6761" },
		{ "invalid", "RFC 6761" },
		{ "localhost", "RFC 6761" },
		{ "onion", "RFC 7686" },
		{ "home.arpa", "RFC 8375" },
	};

	for (size_t i = 0; i < sizeof(special) / sizeof(special[0]); i++) {
		if (name_is_below(name, special[i].zone))
			return arena_printf(arena,
			    "names under \"%s\" are special (%s): the "
			    "resolver library answers for them itself, and "
			    "no server was asked",
			    special[i].zone, special[i].rfc);
	}
	return "the resolver library answers for this name itself, and no "
	       "server was asked";
}

/* The words for an answer with an error code. */
static const char *
rcode_words(struct arena *arena, unsigned rcode, const char *servfail)
{
	const ldns_lookup_table *entry =
	    ldns_lookup_by_id(ldns_rcodes, (int)rcode);
	const char *why = reason_shorten(arena, servfail);

	if (why != NULL)
		return why;
	if (rcode == LDNS_RCODE_SERVFAIL)
		return "no name server gave a usable answer (SERVFAIL)";
	return arena_printf(arena, "the answer has the error code %s",
	    entry == NULL ? "?" : entry->name);
}

/* The packet is sound, but for its code: how does it stand? */
static void
answer_judge(struct arena *arena, const struct answer_raw *raw,
    const struct packet *packet, struct answer *answer)
{
	unsigned rcode = packet_rcode(packet);
	const char *why;

	if (raw->security == 1) {
		why = reason_shorten(arena, raw->why_bogus);
		answer_spoil(answer, DANELAW_DNSSEC_BOGUS,
		    why == NULL ? "DNSSEC validation failed" : why);
		return;
	}
	/*
	 * A SERVFAIL out of the cache comes as success and not bogus, with the
	 * code only in the packet: taken for insecure it would be a downgrade.
	 */
	if (rcode != LDNS_RCODE_NOERROR && rcode != LDNS_RCODE_NXDOMAIN) {
		answer_spoil(answer, DANELAW_DNSSEC_ERROR,
		    rcode_words(arena, rcode, raw->servfail));
		return;
	}
	if (rcode == LDNS_RCODE_NXDOMAIN && answer->lookup.n_records > 0) {
		answer_spoil(answer, DANELAW_DNSSEC_ERROR,
		    "the answer denies the name whose records it has");
		return;
	}
	if (raw->security != 0 && raw->security != 2) {
		answer_spoil(answer, DANELAW_DNSSEC_ERROR,
		    "the resolver library did not say how the answer stands");
		return;
	}
	answer->lookup.dnssec = raw->security == 2 ? DANELAW_DNSSEC_SECURE
						   : DANELAW_DNSSEC_INSECURE;
	if (rcode == LDNS_RCODE_NXDOMAIN)
		answer->lookup.presence = DANELAW_PRESENCE_NXDOMAIN;
	else if (answer->lookup.n_records > 0)
		answer->lookup.presence = DANELAW_PRESENCE_DATA;
	else
		answer->lookup.presence = DANELAW_PRESENCE_NODATA;
	if (raw->local)
		answer->lookup.why = local_words(arena, answer->lookup.name);
}

void
answer_read(struct arena *arena, const char *name, enum rrtype type,
    const struct answer_raw *raw, struct answer *answer)
{
	int64_t now = raw->at != 0 ? raw->at : clock_unix();
	struct packet packet = { 0 };
	const char *wrong;

	answer_init(arena, name, type, answer);
	/* Without success the packet is not ours to look at. */
	if (raw->rcode != 0) {
		answer_spoil(answer, DANELAW_DNSSEC_ERROR,
		    rcode_words(arena, (unsigned)raw->rcode, raw->servfail));
		return;
	}
	wrong = packet_read(&packet, raw->packet, raw->len);
	if (wrong == NULL && answer->final != NULL)
		wrong = read_records(arena, &packet, type, answer);
	if (wrong == NULL && !arena_failed(arena)) {
		answer->lookup.ttl = packet_least_ttl(&packet);
		answer->lookup.nsec3_iterations =
		    packet_nsec3_iterations(&packet);
		read_signatures(arena, &packet, now, &answer->lookup);
		answer_judge(arena, raw, &packet, answer);
	}
	if (arena_failed(arena))
		wrong = "out of memory";
	/* Bogus and broken is still bogus: the reason is the better one. */
	if (wrong != NULL && raw->security == 1 && !arena_failed(arena))
		answer_judge(arena, raw, &packet, answer);
	else if (wrong != NULL)
		answer_spoil(answer, DANELAW_DNSSEC_ERROR, wrong);
	packet_finish(&packet);
}

void
answer_fail(struct arena *arena, const char *name, enum rrtype type,
    const char *why, struct answer *answer)
{
	answer_init(arena, name, type, answer);
	answer->lookup.why = text_printable_str(arena, why, 2 * REASON_MAX);
	answer->lookup.cause = reason_cause(why);
}

static void
copy_texts(struct arena *arena, const char **from, size_t n_from,
    const char ***to, size_t *n)
{
	*to = NULL;
	*n = 0;
	for (size_t i = 0; i < n_from; i++)
		arena_push_text(arena, to, n, arena_strdup(arena, from[i]));
}

void
answer_copy_lookup(struct arena *arena, const struct answer *answer,
    struct danelaw_lookup *lookup)
{
	const struct danelaw_lookup *from = &answer->lookup;

	if (answer->lacked)
		arena_fail(arena);
	*lookup = *from;
	lookup->name = arena_strdup(arena, from->name);
	lookup->why = arena_strdup(arena, from->why);
	lookup->signer = arena_strdup(arena, from->signer);
	lookup->zone_owner = arena_strdup(arena, from->zone_owner);
	lookup->failed_first = arena_strdup(arena, from->failed_first);
	copy_texts(arena, from->aliases, from->n_aliases, &lookup->aliases,
	    &lookup->n_aliases);
	copy_texts(arena, from->signers, from->n_signers, &lookup->signers,
	    &lookup->n_signers);
}
