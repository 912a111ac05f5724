/* SPDX-License-Identifier: ISC */
#include "dns/query.h"

#include <ctype.h>
#include <event2/util.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include <ldns/ldns.h>

#include "base/lack.h"

#define HEADER_LEN 12
#define FLAG_ANSWER 0x80
#define FLAG_CUT 0x02

uint8_t *
query_make(const char *name, uint16_t type, bool dnssec, size_t *len)
{
	ldns_rdf *dname = NULL;
	ldns_pkt *pkt = NULL;
	uint8_t *wire = NULL;
	uint16_t id;

	if (ldns_str2rdf_dname(&dname, *name == '\0' ? "." : name) !=
	    LDNS_STATUS_OK)
		return NULL;
	pkt =
	    ldns_pkt_query_new(dname, (ldns_rr_type)type, LDNS_RR_CLASS_IN, 0);
	if (pkt == NULL) {
		ldns_rdf_deep_free(dname);
		lack_note();
		return NULL;
	}
	evutil_secure_rng_get_bytes(&id, sizeof(id));
	ldns_pkt_set_id(pkt, id);
	if (dnssec) {
		ldns_pkt_set_edns_udp_size(pkt, QUERY_UDP_SIZE);
		ldns_pkt_set_edns_do(pkt, true);
	}
	if (ldns_pkt2wire(&wire, pkt, len) != LDNS_STATUS_OK)
		wire = NULL;
	ldns_pkt_free(pkt);
	return wire;
}

/* The octets of the question; 0: there is none, or not just one. */
static size_t
question_len(const uint8_t *bytes, size_t len)
{
	size_t at = HEADER_LEN;

	if (len < HEADER_LEN || bytes[4] != 0 || bytes[5] != 1)
		return 0;
	while (at < len && bytes[at] != 0 && bytes[at] < 64)
		at += 1 + (size_t)bytes[at];
	return at + 5 <= len && bytes[at] == 0 ? at + 5 - HEADER_LEN : 0;
}

bool
query_fits(
    const uint8_t *query, size_t query_len, const uint8_t *answer, size_t len)
{
	size_t asked = question_len(query, query_len);

	if (len < HEADER_LEN || memcmp(query, answer, 2) != 0 ||
	    (answer[2] & FLAG_ANSWER) == 0)
		return false;
	/* An error may come without the question (RFC 2845, old software). */
	if (answer[4] == 0 && answer[5] == 0)
		return (answer[3] & 15) != 0;
	if (asked == 0 || question_len(answer, len) != asked)
		return false;
	/* Lengths below 64 are no letters, so case may be passed over. */
	for (size_t i = HEADER_LEN; i < HEADER_LEN + asked - 4; i++) {
		if (tolower(query[i]) != tolower(answer[i]))
			return false;
	}
	return memcmp(query + HEADER_LEN + asked - 4,
		   answer + HEADER_LEN + asked - 4, 4) == 0;
}

bool
query_is_cut(const uint8_t *answer, size_t len)
{
	return len >= HEADER_LEN && (answer[2] & FLAG_CUT) != 0;
}
