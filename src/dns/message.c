/* SPDX-License-Identifier: ISC */
#include "dns/message.h"

#include "base/lack.h"

#define HEADER_LEN 12
#define FLAG_AA 0x04
#define TYPE_OPT 41
#define RRSIG_FIELDS 9

static uint16_t
get16(const uint8_t *bytes)
{
	return (uint16_t)(bytes[0] << 8 | bytes[1]);
}

/* False: no name there. */
static bool
skip_name(const uint8_t *bytes, size_t len, size_t *at)
{
	while (*at < len && bytes[*at] != 0) {
		if (bytes[*at] >= 0xc0) {
			*at += 2;
			return *at <= len;
		}
		*at += 1 + (size_t)bytes[*at];
	}
	(*at)++;
	return *at <= len;
}

/*
 * RDATA that ldns does not take for what its type says is kept as octets:
 * such a record, too, was signed.
 */
static ldns_rr *
read_odd(const uint8_t *bytes, size_t len, size_t at, size_t fixed)
{
	const uint8_t *head = bytes + fixed;
	uint16_t rdlen = get16(head + 8);
	ldns_rr *rr = ldns_rr_new();
	ldns_rdf *owner = NULL;

	if (rr == NULL ||
	    ldns_wire2dname(&owner, bytes, len, &at) != LDNS_STATUS_OK) {
		ldns_rr_free(rr);
		return NULL;
	}
	ldns_rr_set_owner(rr, owner);
	ldns_rr_set_type(rr, (ldns_rr_type)get16(head));
	ldns_rr_set_class(rr, LDNS_RR_CLASS_IN);
	ldns_rr_set_ttl(rr, (uint32_t)get16(head + 4) << 16 | get16(head + 6));
	if (rdlen > 0)
		ldns_rr_push_rdf(rr,
		    ldns_rdf_new_frm_data(
			LDNS_RDF_TYPE_NONE, rdlen, head + 10));
	return rr;
}

/* One record; false: the packet ends amid it, or no memory. */
static bool
read_record(struct message *message, enum message_section section,
    const uint8_t *bytes, size_t len, size_t *pos)
{
	size_t begin = *pos, at = *pos, fixed = *pos, end;
	ldns_rr *rr = NULL;
	uint16_t type;

	if (!skip_name(bytes, len, &fixed) || len - fixed < 10)
		return false;
	type = get16(bytes + fixed);
	end = fixed + 10 + get16(bytes + fixed + 8);
	if (end > len)
		return false;
	*pos = end;
	if (type == TYPE_OPT && section == MESSAGE_ADDITIONAL) {
		message->edns = true;
		message->rcode |= (unsigned)bytes[fixed + 4] << 4;
		return true;
	}
	if (get16(bytes + fixed + 2) != LDNS_RR_CLASS_IN)
		return true;
	/* Nothing behind its end is the record's. */
	if (ldns_wire2rr(&rr, bytes, end, &at,
		section == MESSAGE_ANSWER
		    ? LDNS_SECTION_ANSWER
		    : LDNS_SECTION_AUTHORITY) != LDNS_STATUS_OK ||
	    at != end) {
		ldns_rr_free(rr);
		rr = read_odd(bytes, end, begin, fixed);
	}
	if (rr == NULL)
		return false;
	if (ldns_rr_list_push_rr(message->sections[section], rr))
		return true;
	ldns_rr_free(rr);
	lack_note();
	return false;
}

const char *
message_read(struct message *message, const uint8_t *bytes, size_t len)
{
	size_t pos = HEADER_LEN, n_records = 0;

	*message = (struct message) { .size = len };
	for (int i = 0; i < MESSAGE_SECTIONS; i++) {
		message->sections[i] = ldns_rr_list_new();
		if (message->sections[i] == NULL) {
			lack_note();
			return "out of memory";
		}
	}
	if (len < HEADER_LEN)
		return "it is too short";
	message->aa = (bytes[2] & FLAG_AA) != 0;
	message->rcode = bytes[3] & 15;
	for (unsigned n = get16(bytes + 4); n > 0; n--) {
		if (!skip_name(bytes, len, &pos) || len - pos < 4)
			return "it ends amid the question";
		pos += 4;
	}
	for (int section = 0; section < MESSAGE_SECTIONS; section++) {
		for (unsigned n = get16(bytes + 6 + 2 * section); n > 0; n--) {
			if (++n_records > MESSAGE_MAX_RECORDS)
				return "it has too many records";
			if (!read_record(message, (enum message_section)section,
				bytes, len, &pos))
				return "a record is malformed";
		}
	}
	return NULL;
}

void
message_finish(struct message *message)
{
	for (int i = 0; i < MESSAGE_SECTIONS; i++)
		ldns_rr_list_deep_free(message->sections[i]);
	*message = (struct message) { 0 };
}

ldns_rr_type
message_covered(const ldns_rr *rr)
{
	return ldns_rr_get_type(rr) == LDNS_RR_TYPE_RRSIG &&
		ldns_rr_rd_count(rr) == RRSIG_FIELDS
	    ? ldns_rdf2rr_type(ldns_rr_rrsig_typecovered(rr))
	    : 0;
}

static ldns_rr_list *
gather(const struct message *message, enum message_section section,
    const ldns_rdf *owner, ldns_rr_type type, bool sigs)
{
	const ldns_rr_list *from = message->sections[section];
	ldns_rr_list *found = ldns_rr_list_new();

	if (found == NULL) {
		lack_note();
		return NULL;
	}
	for (size_t i = 0; i < ldns_rr_list_rr_count(from) &&
	     ldns_rr_list_rr_count(found) < MESSAGE_MAX_RRSET;
	     i++) {
		ldns_rr *rr = ldns_rr_list_rr(from, i);
		bool is_double = false;

		if ((sigs ? message_covered(rr) : ldns_rr_get_type(rr)) !=
			type ||
		    ldns_dname_compare(ldns_rr_owner(rr), owner) != 0)
			continue;
		/* RFC 4034 section 6.3: doubles are one record. */
		for (size_t k = 0; k < ldns_rr_list_rr_count(found); k++)
			is_double |=
			    ldns_rr_compare(ldns_rr_list_rr(found, k), rr) == 0;
		if (!is_double && !ldns_rr_list_push_rr(found, rr))
			lack_note();
	}
	return found;
}

ldns_rr_list *
message_rrset(const struct message *message, enum message_section section,
    const ldns_rdf *owner, ldns_rr_type type)
{
	return gather(message, section, owner, type, false);
}

ldns_rr_list *
message_sigs(const struct message *message, enum message_section section,
    const ldns_rdf *owner, ldns_rr_type covered)
{
	return gather(message, section, owner, covered, true);
}
