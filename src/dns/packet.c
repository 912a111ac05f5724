/* SPDX-License-Identifier: ISC */
/*
 * Walked by hand; ldns reads only the names: it refuses a whole packet for
 * one TLSA record of two octets, which here is a record like others, to
 * be called unusable.
 */
#include "dns/packet.h"

#include <stdlib.h>

#include "base/lack.h"

#define HEADER_LEN 12
#define RRSIG_FIXED_LEN 18 /* RDATA before the signer's name */
#define FLAG_TRUNCATED 0x0200
#define FLAGS_RCODE 0x000f
#define TTL_NONE UINT32_MAX
#define TTL_MAX 0x7fffffff /* RFC 2181 section 8 */

static uint16_t
get16(const uint8_t *bytes)
{
	return (uint16_t)(bytes[0] << 8 | bytes[1]);
}

static uint32_t
get32(const uint8_t *bytes)
{
	return (uint32_t)get16(bytes) << 16 | get16(bytes + 2);
}

/* NULL where there is no name; *pos is then lost. */
static ldns_rdf *
read_name(const struct packet *packet, size_t *pos)
{
	ldns_rdf *name = NULL;
	ldns_status status;

	if (*pos >= packet->len)
		return NULL;
	status = ldns_wire2dname(&name, packet->bytes, packet->len, pos);
	if (status == LDNS_STATUS_MEM_ERR)
		lack_note();
	return status == LDNS_STATUS_OK ? name : NULL;
}

static bool
packet_push(struct packet *packet, const struct packet_rr *rr)
{
	size_t room = packet->room == 0 ? 32 : 2 * packet->room;
	struct packet_rr *rrs;

	if (packet->n_rrs == packet->room) {
		rrs = realloc(packet->rrs, room * sizeof(*rrs));
		if (rrs == NULL) {
			lack_note();
			return false;
		}
		packet->rrs = rrs;
		packet->room = room;
	}
	packet->rrs[packet->n_rrs++] = *rr;
	return true;
}

void
packet_finish(struct packet *packet)
{
	for (size_t i = 0; i < packet->n_rrs; i++)
		ldns_rdf_deep_free(packet->rrs[i].owner);
	free(packet->rrs);
}

/* One record. What is no record ends the reading. */
static bool
read_rr(struct packet *packet, enum packet_section section, size_t *pos)
{
	struct packet_rr rr = { .section = section };
	const uint8_t *fixed;

	rr.owner = read_name(packet, pos);
	if (rr.owner == NULL)
		return false;
	fixed = packet->bytes + *pos;
	if (*pos > packet->len || packet->len - *pos < 10)
		goto fail;
	rr.type = get16(fixed);
	rr.ttl = get32(fixed + 4);
	rr.len = get16(fixed + 8);
	rr.rdata = *pos + 10;
	if (rr.ttl > TTL_MAX)
		rr.ttl = 0;
	if (packet->len - rr.rdata < rr.len)
		goto fail;
	*pos = rr.rdata + rr.len;
	/* Only class IN is of interest; OPT has its own use of the field. */
	if (get16(fixed + 2) != 1) {
		ldns_rdf_deep_free(rr.owner);
		return true;
	}
	if (packet_push(packet, &rr))
		return true;
fail:
	ldns_rdf_deep_free(rr.owner);
	return false;
}

const char *
packet_read(struct packet *packet, const uint8_t *bytes, size_t len)
{
	size_t pos = HEADER_LEN;
	ldns_rdf *name;

	*packet = (struct packet) { .bytes = bytes, .len = len };
	if (bytes == NULL || len < HEADER_LEN)
		return "there is no answer";
	packet->flags = get16(bytes + 2);
	if ((packet->flags & FLAG_TRUNCATED) != 0)
		return "the answer is cut off";
	for (unsigned n = get16(bytes + 4); n > 0; n--) {
		name = read_name(packet, &pos);
		if (name == NULL)
			return "the answer is malformed";
		ldns_rdf_deep_free(name);
		pos += 4;
	}
	for (int section = 0; section < 3; section++) {
		for (unsigned n = get16(bytes + 6 + 2 * section); n > 0; n--) {
			if (!read_rr(
				packet, (enum packet_section)section, &pos))
				return "the answer is malformed";
		}
	}
	return NULL;
}

ldns_rdf *
packet_rdata_name(
    const struct packet *packet, const struct packet_rr *rr, size_t skip)
{
	struct packet upto = { packet->bytes, rr->rdata + rr->len, 0, NULL, 0,
		0 };
	size_t pos = rr->rdata + skip;
	ldns_rdf *name;

	if (rr->len <= skip)
		return NULL;
	name = read_name(&upto, &pos);
	if (name != NULL && pos != rr->rdata + rr->len) {
		ldns_rdf_deep_free(name);
		return NULL;
	}
	return name;
}

ldns_rdf *
packet_first_name(const struct packet *packet, const struct packet_rr *rr)
{
	struct packet upto = { packet->bytes, rr->rdata + rr->len, 0, NULL, 0,
		0 };
	size_t pos = rr->rdata;

	return rr->len == 0 ? NULL : read_name(&upto, &pos);
}

/* Does the answer rest on this record? In a denial the proof does count. */
static bool
is_used(const struct packet_rr *rr, uint16_t type)
{
	if (rr->section == PACKET_ANSWER)
		return true;
	return rr->section == PACKET_AUTHORITY &&
	    (type == LDNS_RR_TYPE_SOA || type == LDNS_RR_TYPE_NSEC ||
		type == LDNS_RR_TYPE_NSEC3);
}

uint32_t
packet_least_ttl(const struct packet *packet)
{
	uint32_t least = TTL_NONE;

	for (size_t i = 0; i < packet->n_rrs; i++) {
		const struct packet_rr *rr = &packet->rrs[i];
		uint32_t ttl = rr->ttl, minimum;

		if (rr->type == LDNS_RR_TYPE_RRSIG || !is_used(rr, rr->type))
			continue;
		/* RFC 2308 section 5: a denial lives no longer than MINIMUM. */
		if (rr->type == LDNS_RR_TYPE_SOA &&
		    rr->section == PACKET_AUTHORITY && rr->len >= 22) {
			minimum =
			    get32(packet->bytes + rr->rdata + rr->len - 4);
			if (minimum < ttl)
				ttl = minimum;
		}
		if (ttl < least)
			least = ttl;
	}
	return least == TTL_NONE ? 0 : least;
}

/* RFC 4034 section 3.1.5: serial arithmetic, so what is meant is near now. */
static int64_t
serial_time(uint32_t serial, int64_t now)
{
	return now + (int32_t)(serial - (uint32_t)now);
}

static bool
same_rrset(const struct packet *packet, const struct packet_rr *a,
    const struct packet_rr *b)
{
	return a->section == b->section &&
	    get16(packet->bytes + a->rdata) ==
	    get16(packet->bytes + b->rdata) &&
	    ldns_dname_compare(a->owner, b->owner) == 0;
}

bool
packet_is_signature(const struct packet *packet, const struct packet_rr *rr)
{
	return rr->type == LDNS_RR_TYPE_RRSIG && rr->len >= RRSIG_FIXED_LEN &&
	    is_used(rr, get16(packet->bytes + rr->rdata));
}

ldns_rdf *
packet_signer(const struct packet *packet, const struct packet_rr *rr)
{
	struct packet upto = { packet->bytes, rr->rdata + rr->len, 0, NULL, 0,
		0 };
	size_t pos = rr->rdata + RRSIG_FIXED_LEN;

	return read_name(&upto, &pos);
}

static struct packet_signature
read_signature(
    const struct packet *packet, const struct packet_rr *rr, int64_t now)
{
	const uint8_t *rdata = packet->bytes + rr->rdata;

	return (struct packet_signature) {
		.inception = serial_time(get32(rdata + 12), now),
		.expires = serial_time(get32(rdata + 8), now),
		.rr = rr,
	};
}

static void
keep_later(
    struct packet_signature *best, const struct packet_signature *signature)
{
	if (best->rr == NULL || signature->expires > best->expires)
		*best = *signature;
}

/*
 * During a rollover an RRset has several signatures, and an old one that has
 * run out does no harm; where none is good, the one that comes nearest is
 * shown. libunbound puts the signatures of one RRset side by side.
 */
struct packet_signature
packet_first_expiry(const struct packet *packet, int64_t now)
{
	struct packet_signature first = { 0 }, best = { 0 }, good = { 0 };

	for (size_t i = 0; i <= packet->n_rrs; i++) {
		const struct packet_rr *rr =
		    i < packet->n_rrs ? &packet->rrs[i] : NULL;
		struct packet_signature signature;

		if (rr != NULL && !packet_is_signature(packet, rr))
			continue;
		if (best.rr != NULL &&
		    (rr == NULL || !same_rrset(packet, best.rr, rr))) {
			if (good.rr != NULL)
				best = good;
			if (first.rr == NULL || best.expires < first.expires)
				first = best;
			best = good = (struct packet_signature) { 0 };
		}
		if (rr == NULL)
			break;
		signature = read_signature(packet, rr, now);
		keep_later(&best, &signature);
		if (signature.expires >= now && signature.inception <= now)
			keep_later(&good, &signature);
	}
	return first;
}

struct packet_origin
packet_origin(const struct packet *packet, const ldns_rdf *owner, uint16_t type)
{
	struct packet_origin origin = { 0 };
	unsigned labels = ldns_dname_label_count(owner);

	for (size_t i = 0; i < packet->n_rrs; i++) {
		const struct packet_rr *rr = &packet->rrs[i];
		const uint8_t *rdata = packet->bytes + rr->rdata;

		if (rr->section != PACKET_ANSWER ||
		    !packet_is_signature(packet, rr) || get16(rdata) != type ||
		    ldns_dname_compare(rr->owner, owner) != 0)
			continue;
		origin.ttl = get32(rdata + 4);
		if (rdata[3] < labels)
			origin.expanded = labels - rdata[3];
		break;
	}
	return origin;
}

unsigned
packet_rcode(const struct packet *packet)
{
	return packet->flags & FLAGS_RCODE;
}

/* RFC 5155 section 3.2: the hash algorithm, flags, and then these. */
uint16_t
packet_nsec3_iterations(const struct packet *packet)
{
	uint16_t most = 0;

	for (size_t i = 0; i < packet->n_rrs; i++) {
		const struct packet_rr *rr = &packet->rrs[i];
		uint16_t n;

		if (rr->section != PACKET_AUTHORITY ||
		    rr->type != LDNS_RR_TYPE_NSEC3 || rr->len < 4)
			continue;
		n = get16(packet->bytes + rr->rdata + 2);
		if (n > most)
			most = n;
	}
	return most;
}
