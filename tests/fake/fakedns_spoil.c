/* SPDX-License-Identifier: ISC */
#include "fakedns.h"

/* Is this record to be taken out? */
static bool
is_unwanted(const ldns_rr *rr, enum action action)
{
	ldns_rr_type type = ldns_rr_get_type(rr), covered = 0;

	if (type == LDNS_RR_TYPE_RRSIG && ldns_rr_rd_count(rr) > 0)
		covered = ldns_rdf2rr_type(ldns_rr_rrsig_typecovered(rr));
	if (action == ACTION_STRIP_RRSIG)
		return type == LDNS_RR_TYPE_RRSIG;
	return action == ACTION_DROP_DNSKEY &&
	    (type == LDNS_RR_TYPE_DNSKEY || covered == LDNS_RR_TYPE_DNSKEY);
}

static void
section_strip(ldns_pkt *pkt, ldns_rr_list *list, enum action action,
    ldns_pkt_section section)
{
	size_t n = ldns_rr_list_rr_count(list), kept = 0;

	for (size_t i = 0; i < n; i++) {
		ldns_rr *rr = ldns_rr_list_rr(list, i);

		if (is_unwanted(rr, action))
			ldns_rr_free(rr);
		else
			ldns_rr_list_set_rr(list, rr, kept++);
	}
	ldns_rr_list_set_rr_count(list, kept);
	ldns_pkt_set_section_count(pkt, section, (uint16_t)kept);
}

/* Spoils the RDATA: the last octet of the last field, or all but one. */
static void
record_spoil(ldns_rr *rr, enum action action)
{
	size_t n = ldns_rr_rd_count(rr);
	static const uint8_t one = 0xff;
	ldns_rdf *field;

	if (n == 0)
		return;
	if (action == ACTION_FLIP) {
		/* In a name the last octet but one is a letter. */
		field = ldns_rr_rdf(rr, n - 1);
		if (ldns_rdf_get_type(field) == LDNS_RDF_TYPE_DNAME &&
		    ldns_rdf_size(field) > 2)
			ldns_rdf_data(field)[ldns_rdf_size(field) - 2] ^= 1;
		else if (ldns_rdf_size(field) > 0)
			ldns_rdf_data(field)[ldns_rdf_size(field) - 1] ^= 1;
		return;
	}
	while (ldns_rr_rd_count(rr) > 0)
		ldns_rdf_deep_free(ldns_rr_pop_rdf(rr));
	ldns_rr_push_rdf(
	    rr, ldns_rdf_new_frm_data(LDNS_RDF_TYPE_NONE, sizeof(one), &one));
}

uint8_t *
answer_spoil(const uint8_t *bytes, size_t len, ldns_rr_type type,
    enum action action, size_t *spoiled_len)
{
	ldns_pkt *pkt = NULL;
	ldns_rr_list *list;
	uint8_t *wire = NULL;

	if (ldns_wire2pkt(&pkt, bytes, len) != LDNS_STATUS_OK)
		return NULL;
	list = ldns_pkt_answer(pkt);
	if (action == ACTION_STRIP_RRSIG || action == ACTION_DROP_DNSKEY) {
		section_strip(pkt, list, action, LDNS_SECTION_ANSWER);
		section_strip(pkt, ldns_pkt_authority(pkt), action,
		    LDNS_SECTION_AUTHORITY);
		section_strip(pkt, ldns_pkt_additional(pkt), action,
		    LDNS_SECTION_ADDITIONAL);
	} else if (action == ACTION_DENY) {
		ldns_pkt_set_rcode(pkt, LDNS_RCODE_NXDOMAIN);
	} else {
		for (size_t i = 0; i < ldns_rr_list_rr_count(list); i++) {
			ldns_rr *rr = ldns_rr_list_rr(list, i);

			if (ldns_rr_get_type(rr) == type)
				record_spoil(rr, action);
		}
	}
	if (ldns_pkt2wire(&wire, pkt, spoiled_len) != LDNS_STATUS_OK)
		wire = NULL;
	ldns_pkt_free(pkt);
	return wire;
}
