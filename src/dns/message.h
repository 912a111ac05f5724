/* SPDX-License-Identifier: ISC */
/*
 * message.h - an answer of a name server, taken apart into records of ldns.
 *
 * packet.h reads what libunbound hands on; here stand also EDNS, and records
 * that ldns can verify. Any bytes may be read.
 */
#ifndef DNS_MESSAGE_H
#define DNS_MESSAGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <ldns/ldns.h>

#define MESSAGE_MAX_RECORDS 2000 /* a packet with more is not read */
#define MESSAGE_MAX_RRSET 600    /* the rest is left out */

enum message_section {
	MESSAGE_ANSWER = 0,
	MESSAGE_AUTHORITY,
	MESSAGE_ADDITIONAL,
	MESSAGE_SECTIONS,
};

struct message {
	bool aa, edns;
	unsigned rcode; /* with what EDNS adds */
	size_t size;
	ldns_rr_list *sections[MESSAGE_SECTIONS]; /* class IN alone */
};

/* NULL, or what is wrong. message_finish() in either case. */
const char *message_read(
    struct message *message, const uint8_t *bytes, size_t len);
void message_finish(struct message *message);

/* The records of this owner and type, borrowed, without doubles; the list is
 * to be freed. NULL: no memory. */
ldns_rr_list *message_rrset(const struct message *message,
    enum message_section section, const ldns_rdf *owner, ldns_rr_type type);
/* The signatures over such. */
ldns_rr_list *message_sigs(const struct message *message,
    enum message_section section, const ldns_rdf *owner, ldns_rr_type covered);
/* The type that a signature covers; 0: it is none. */
ldns_rr_type message_covered(const ldns_rr *rr);

#endif
