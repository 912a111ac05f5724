/* SPDX-License-Identifier: ISC */
/*
 * wire.h - builds DNS packets, octet by octet, and reads them as answers.
 */
#ifndef DNS_WIRE_H
#define DNS_WIRE_H

#include <stddef.h>
#include <stdint.h>

#include "dns/answer.h"

#define WIRE_AT 1767225600 /* 2026-01-01, when wire_read() reads */
#define WIRE_DAY 86400

enum { WIRE_SOA = 6, WIRE_RRSIG = 46, WIRE_NSEC = 47, WIRE_NSEC3 = 50 };
enum { ANSWER = 0, AUTHORITY, ADDITIONAL };

struct wire {
	uint8_t bytes[65536];
	size_t len;
};
/* The packet under construction. Records are added section by section. */
extern struct wire wire;
extern const uint8_t wire_ip[4];

/* Names are written without escapes and without the dot at the end. */
void wire_begin(unsigned rcode, const char *name, enum rrtype type);
void wire_add(int section, const char *owner, unsigned type, uint32_t ttl,
    const void *rdata, size_t len);
/* A record of a name, with a preference before it unless negative. */
void wire_add_name(const char *owner, unsigned type, uint32_t ttl,
    int preference, const char *target);
void wire_add_signature(int section, const char *owner, unsigned covered,
    int64_t inception, int64_t expiration);
/* The same by another zone than "example". */
void wire_add_signature_of(const char *signer, int section, const char *owner,
    unsigned covered, int64_t inception, int64_t expiration);
void wire_add_soa(uint32_t ttl, uint32_t minimum);

/* As a secure answer. */
struct answer wire_read(
    struct arena *arena, const char *name, enum rrtype type);

#endif
