/* SPDX-License-Identifier: ISC */
/*
 * packet.h - a DNS packet taken apart, as far as an answer needs it.
 *
 * Any bytes may be read; nothing in them is believed beyond the packet's end.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <ldns/ldns.h>

enum packet_section {
	PACKET_ANSWER = 0,
	PACKET_AUTHORITY,
	PACKET_ADDITIONAL,
};

/* One record of class IN. */
struct packet_rr {
	enum packet_section section;
	ldns_rdf *owner;
	uint16_t type;
	uint32_t ttl;
	size_t rdata, len; /* offset in the packet */
};

struct packet {
	const uint8_t *bytes; /* borrowed */
	size_t len;
	uint16_t flags;
	struct packet_rr *rrs;
	size_t n_rrs, room;
};

/*
 * NULL, or what is wrong, in a static phrase. packet_finish() must be called
 * in either case.
 */
const char *packet_read(
    struct packet *packet, const uint8_t *bytes, size_t len);
void packet_finish(struct packet *packet);

/*
 * What the signature over the records of this name and type tells of them as
 * they stand in the zone (RFC 4034 sections 3.1.3 and 3.1.4): their TTL, and
 * how many labels of the name a wildcard filled in; 0: there is none.
 */
struct packet_origin {
	uint32_t ttl;
	unsigned expanded;
};
struct packet_origin packet_origin(
    const struct packet *packet, const ldns_rdf *owner, uint16_t type);

unsigned packet_rcode(const struct packet *packet);
/* The name that fills the RDATA from skip on; NULL where none does. */
ldns_rdf *packet_rdata_name(
    const struct packet *packet, const struct packet_rr *rr, size_t skip);
/* The name that the RDATA begins with, as that of a SOA. */
ldns_rdf *packet_first_name(
    const struct packet *packet, const struct packet_rr *rr);
/* Of the records the answer rests on, the proof of a denial included. */
uint32_t packet_least_ttl(const struct packet *packet);
/* A signature; times are 0 and rr is NULL where there is none. */
struct packet_signature {
	int64_t inception, expires;
	const struct packet_rr *rr;
};
/* The last one of the RRset that loses its last one first, seen from now. */
struct packet_signature packet_first_expiry(
    const struct packet *packet, int64_t now);
/* The most iterations of an NSEC3 record in it; 0: there is none. */
uint16_t packet_nsec3_iterations(const struct packet *packet);
/* Is it a signature over what the answer rests on? */
bool packet_is_signature(
    const struct packet *packet, const struct packet_rr *rr);
/* The zone that made a signature; NULL: malformed. */
ldns_rdf *packet_signer(
    const struct packet *packet, const struct packet_rr *rr);
