/* SPDX-License-Identifier: ISC */
#include <stdlib.h>
#include <string.h>

#include "base/lack.h"
#include "base/name.h"
#include "base/text.h"
#include "dns/proof_inside.h"

#define SHOWN_RECORDS 64
#define SHOWN_RDATA 1024

struct heard *
heard_new(const uint8_t *bytes, size_t len)
{
	struct heard *heard = calloc(1, sizeof(*heard));

	if (heard == NULL) {
		lack_note();
		return NULL;
	}
	if (message_read(&heard->message, bytes, len) == NULL)
		return heard;
	heard_free(heard);
	return NULL;
}

void
heard_free(struct heard *heard)
{
	if (heard == NULL)
		return;
	message_finish(&heard->message);
	free(heard);
}

char *
proof_name(struct arena *arena, const ldns_rdf *name)
{
	char *text = ldns_rdf2str(name), *copy;

	if (text == NULL)
		return NULL;
	copy = name_from_dns(arena, text);
	free(text);
	return copy;
}

const char *
proof_rdata(struct arena *arena, const ldns_rr *rr)
{
	const char *whole = NULL;
	size_t n = ldns_rr_rd_count(rr);

	for (size_t i = 0; i < n; i++) {
		const ldns_rdf *field = ldns_rr_rdf(rr, i);
		char *text = ldns_rdf_get_type(field) == LDNS_RDF_TYPE_NONE
		    ? NULL
		    : ldns_rdf2str(field);
		const char *word = text != NULL
		    ? text_printable_str(arena, text, SHOWN_RDATA)
		    : arena_printf(arena, "\\# %zu %s", ldns_rdf_size(field),
			  text_hex(arena, ldns_rdf_data(field),
			      ldns_rdf_size(field) < SHOWN_RDATA / 2
				  ? ldns_rdf_size(field)
				  : SHOWN_RDATA / 2));

		free(text);
		whole = whole == NULL ? word
				      : arena_printf(arena, "%s %s", whole,
					    word == NULL ? "" : word);
	}
	return whole == NULL ? arena_strdup(arena, "\\# 0") : whole;
}

static ldns_rdf *
dname_of(const char *name)
{
	ldns_rdf *dname = NULL;

	return ldns_str2rdf_dname(&dname, *name == '\0' ? "." : name) ==
		LDNS_STATUS_OK
	    ? dname
	    : NULL;
}

static int
by_text(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static void
describe_rrset(
    struct arena *arena, const ldns_rr_list *rrset, struct trace_answer *answer)
{
	size_t n = ldns_rr_list_rr_count(rrset);

	answer->ttl = n == 0 ? 0 : ldns_rr_ttl(ldns_rr_list_rr(rrset, 0));
	for (size_t i = 0; i < n && i < SHOWN_RECORDS; i++) {
		const char *text =
		    proof_rdata(arena, ldns_rr_list_rr(rrset, i));

		if (text != NULL)
			arena_push_text(
			    arena, &answer->records, &answer->n_records, text);
	}
	if (answer->n_records > 0)
		qsort(answer->records, answer->n_records,
		    sizeof(*answer->records), by_text);
}

/* The alias that leads on from the name, which may be made from a DNAME. */
static bool
describe_alias(struct arena *arena, const struct heard *heard,
    const ldns_rdf *name, struct trace_answer *answer)
{
	ldns_rr_list *alias = message_rrset(
	    &heard->message, MESSAGE_ANSWER, name, LDNS_RR_TYPE_CNAME);
	bool found = ldns_rr_list_rr_count(alias) > 0;
	const ldns_rr *rr = found ? ldns_rr_list_rr(alias, 0) : NULL;

	if (found && ldns_rr_rd_count(rr) == 1) {
		describe_rrset(arena, alias, answer);
		answer->alias = proof_name(arena, ldns_rr_rdf(rr, 0));
	}
	ldns_rr_list_free(alias);
	return found;
}

/* So long may the denial be held (RFC 2308 section 5): its SOA tells. */
static uint32_t
denial_ttl(const struct heard *heard)
{
	const ldns_rr_list *list = heard->message.sections[MESSAGE_AUTHORITY];

	for (size_t i = 0; i < ldns_rr_list_rr_count(list); i++) {
		const ldns_rr *rr = ldns_rr_list_rr(list, i);
		uint32_t minimum, ttl = ldns_rr_ttl(rr);

		if (ldns_rr_get_type(rr) != LDNS_RR_TYPE_SOA ||
		    ldns_rr_rd_count(rr) != 7)
			continue;
		minimum = ldns_rdf2native_int32(ldns_rr_rdf(rr, 6));
		return minimum < ttl ? minimum : ttl;
	}
	return 0;
}

/* What the records of the authority section say where there is no answer. */
static enum trace_content
describe_authority(
    const struct heard *heard, const ldns_rdf *zone, const ldns_rdf *name)
{
	const ldns_rr_list *list = heard->message.sections[MESSAGE_AUTHORITY];
	bool soa = false, below = false;

	for (size_t i = 0; i < ldns_rr_list_rr_count(list); i++) {
		const ldns_rr *rr = ldns_rr_list_rr(list, i);
		const ldns_rdf *owner = ldns_rr_owner(rr);

		if (ldns_rr_get_type(rr) == LDNS_RR_TYPE_SOA)
			soa = true;
		if (ldns_rr_get_type(rr) == LDNS_RR_TYPE_NS &&
		    ldns_dname_compare(owner, zone) != 0 &&
		    ldns_dname_is_subdomain(owner, zone) &&
		    (ldns_dname_compare(name, owner) == 0 ||
			ldns_dname_is_subdomain(name, owner)))
			below = true;
	}
	if (below && !soa)
		return TRACE_REFERRAL;
	return heard->message.aa ? TRACE_NODATA : TRACE_LAME;
}

void
heard_describe(struct arena *arena, const struct heard *heard, const char *zone,
    const char *name, uint16_t type, struct trace_answer *answer)
{
	const struct message *message = &heard->message;
	ldns_rdf *dzone = dname_of(zone), *dname = dname_of(name);
	ldns_rr_list *rrset = NULL;

	answer->rcode = message->rcode;
	answer->aa = message->aa;
	answer->edns = message->edns;
	answer->size = message->size;
	if (dzone == NULL || dname == NULL)
		goto done;
	rrset =
	    message_rrset(message, MESSAGE_ANSWER, dname, (ldns_rr_type)type);
	if (message->rcode != LDNS_RCODE_NOERROR &&
	    message->rcode != LDNS_RCODE_NXDOMAIN) {
		answer->content = TRACE_NOTHING;
	} else if (ldns_rr_list_rr_count(rrset) > 0) {
		answer->content = TRACE_DATA;
		describe_rrset(arena, rrset, answer);
	} else if (type != LDNS_RR_TYPE_CNAME &&
	    describe_alias(arena, heard, dname, answer)) {
		answer->content = TRACE_ALIAS;
	} else if (message->rcode == LDNS_RCODE_NXDOMAIN) {
		answer->content = TRACE_NXDOMAIN;
	} else {
		answer->content = describe_authority(heard, dzone, dname);
	}
	if (answer->content == TRACE_NXDOMAIN ||
	    answer->content == TRACE_NODATA)
		answer->ttl = denial_ttl(heard);
done:
	ldns_rr_list_free(rrset);
	ldns_rdf_deep_free(dzone);
	ldns_rdf_deep_free(dname);
}

int64_t
heard_serial(const struct heard *heard)
{
	const ldns_rr_list *list = heard->message.sections[MESSAGE_ANSWER];

	for (size_t i = 0; i < ldns_rr_list_rr_count(list); i++) {
		const ldns_rr *rr = ldns_rr_list_rr(list, i);

		if (ldns_rr_get_type(rr) == LDNS_RR_TYPE_SOA &&
		    ldns_rr_rd_count(rr) == 7)
			return ldns_rdf2native_int32(ldns_rr_rdf(rr, 2));
	}
	return -1;
}

/* Addresses of a server, of those that who answers may speak of. */
static bool
each_glue(const struct heard *heard, const char *server, heard_server_fn *fn,
    void *arg)
{
	bool any = false;

	for (int s = 0; s < MESSAGE_SECTIONS; s++) {
		const ldns_rr_list *list = heard->message.sections[s];

		for (size_t i = 0; i < ldns_rr_list_rr_count(list); i++) {
			const ldns_rr *rr = ldns_rr_list_rr(list, i);
			ldns_rr_type type = ldns_rr_get_type(rr);
			char *owner, *ip;

			if ((type != LDNS_RR_TYPE_A &&
				type != LDNS_RR_TYPE_AAAA) ||
			    ldns_rr_rd_count(rr) != 1)
				continue;
			owner = ldns_rdf2str(ldns_rr_owner(rr));
			ip = ldns_rdf2str(ldns_rr_rdf(rr, 0));
			if (owner != NULL && ip != NULL &&
			    name_equal(owner, server)) {
				fn(server, ip, arg);
				any = true;
			}
			free(owner);
			free(ip);
		}
	}
	return any;
}

void
heard_each_server(const struct heard *heard, const char *answers,
    const char *zone, heard_server_fn *fn, void *arg)
{
	struct arena *arena = arena_new();

	for (int s = MESSAGE_ANSWER; s <= MESSAGE_AUTHORITY && arena != NULL;
	     s++) {
		const ldns_rr_list *list = heard->message.sections[s];

		for (size_t i = 0; i < ldns_rr_list_rr_count(list); i++) {
			const ldns_rr *rr = ldns_rr_list_rr(list, i);
			const char *owner, *server;

			if (ldns_rr_get_type(rr) != LDNS_RR_TYPE_NS ||
			    ldns_rr_rd_count(rr) != 1)
				continue;
			owner = proof_name(arena, ldns_rr_owner(rr));
			server = proof_name(arena, ldns_rr_rdf(rr, 0));
			if (owner == NULL || server == NULL ||
			    !name_equal(owner, zone))
				continue;
			if (!name_is_below(server, answers) ||
			    !each_glue(heard, server, fn, arg))
				fn(server, NULL, arg);
		}
	}
	arena_unref(arena);
}
