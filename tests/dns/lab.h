/* SPDX-License-Identifier: ISC */
/*
 * lab.h - signed zones made on the spot, and a name server for them on our
 * own event base: root, "example" and what lies below.
 *
 * Signatures are good from LAB_AT - 10 days to LAB_AT + 20 days.
 */
#ifndef DNS_LAB_H
#define DNS_LAB_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <event2/event.h>
#include <ldns/ldns.h>

#define LAB_AT 1767225600 /* 2026-01-01 */
#define LAB_DAY 86400
#define LAB_EXPIRES (LAB_AT + 20 * LAB_DAY)

/* A zone as it is made. */
struct lab_zone {
	const char *apex;
	bool is_signed;
	int64_t inception, expiration;       /* 0: as above */
	const char *records;                 /* zone format, one per line */
	void (*fill)(struct lab_zone *zone); /* adds more; or NULL */
	/* made */
	ldns_dnssec_zone *zone;
	ldns_rdf *name;
	ldns_rr *key, *ds;
};
/* Makes the zones, in which parents must come after their children. */
void lab_zones_make(struct lab_zone *zones, size_t n);
void lab_zones_free(struct lab_zone *zones, size_t n);
/* The answer to a question, as from all these zones at once. */
void lab_zones_answer(const struct lab_zone *zones, size_t n,
    const ldns_rdf *name, ldns_rr_type type, ldns_pkt *reply);

enum lab_action {
	LAB_NORMAL = 0,
	LAB_SERVFAIL,
	LAB_REFUSED,
	LAB_NOTIMP,
	LAB_SILENT,
	LAB_STRIP,     /* no signatures */
	LAB_NO_DNSKEY, /* no keys */
};

struct lab;
struct lab *lab_new(struct event_base *base);
void lab_free(struct lab *lab);
/* For name and all below it, and type (0: all). The last rule rules. */
void lab_rule(struct lab *lab, const char *name, ldns_rr_type type,
    enum lab_action action);
/* "127.0.0.1@PORT" */
const char *lab_place(const struct lab *lab);
/* A temporary file of the lab's, with this text in it. */
const char *lab_file(struct lab *lab, const char *text);
/* One with the root's DS; with its DNSKEY. */
const char *lab_anchor(struct lab *lab);
const char *lab_anchor_key(struct lab *lab);
/* Questions that came in; how many for MX; and how many over TCP. */
unsigned lab_asked(const struct lab *lab);
unsigned lab_asked_mx(const struct lab *lab);
unsigned lab_asked_tcp(const struct lab *lab);

#endif
