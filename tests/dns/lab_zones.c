/* SPDX-License-Identifier: ISC */
#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lab.h"

static void
zone_add(struct lab_zone *zone, ldns_rr *rr)
{
	ldns_status status = ldns_dnssec_zone_add_rr(zone->zone, rr);

	assert(status == LDNS_STATUS_OK);
}

/* "@" stands for the apex, also at the end of names. */
static void
zone_add_text(struct lab_zone *zone, const char *line)
{
	char text[1024];
	size_t len = 0;
	ldns_rr *rr = NULL;
	ldns_status status;

	for (; *line != '\0'; line++) {
		const char *apex = zone->apex;

		if (*line != '@') {
			text[len++] = *line;
			continue;
		}
		/* "ns.@" in the root is "ns." */
		if (strcmp(apex, ".") == 0 && len > 0 && text[len - 1] == '.')
			apex = "";
		len += strlen(strcpy(text + len, apex));
		assert(len < sizeof(text) - 300);
	}
	text[len] = '\0';
	status = ldns_rr_new_frm_str(&rr, text, 300, NULL, NULL);
	assert(status == LDNS_STATUS_OK);
	zone_add(zone, rr);
}

static void
zone_sign(struct lab_zone *zone, ldns_key *key)
{
	ldns_rr_list *new_rrs = ldns_rr_list_new();
	ldns_key_list *keys = ldns_key_list_new();
	ldns_status status;

	ldns_key_list_push_key(keys, key);
	status = ldns_dnssec_zone_sign(zone->zone, new_rrs, keys,
	    ldns_dnssec_default_replace_signatures, NULL);
	assert(status == LDNS_STATUS_OK);
	ldns_rr_list_free(new_rrs);
	ldns_key_list_free(keys);
}

static void
zone_make(struct lab_zone *zone, const struct lab_zone *children, size_t n)
{
	ldns_key *key = NULL;
	char *records = strdup(zone->records), *save = NULL, *line;

	zone->zone = ldns_dnssec_zone_new();
	zone->name = ldns_dname_new_frm_str(zone->apex);
	zone_add_text(zone, "@ 300 IN SOA ns.@ h.@ 1 3600 600 86400 120");
	zone_add_text(zone, "@ 300 IN NS ns.example.");
	for (line = strtok_r(records, "\n", &save); line != NULL;
	     line = strtok_r(NULL, "\n", &save))
		zone_add_text(zone, line);
	free(records);
	if (zone->fill != NULL)
		zone->fill(zone);
	for (size_t i = 0; i < n; i++) {
		ldns_rdf *parent;

		if (children[i].zone == NULL ||
		    ldns_dname_label_count(children[i].name) == 0)
			continue;
		parent = ldns_dname_left_chop(children[i].name);
		if (ldns_dname_compare(parent, zone->name) == 0) {
			char delegation[300];

			snprintf(delegation, sizeof(delegation),
			    "%s 300 IN NS ns.example.", children[i].apex);
			zone_add_text(zone, delegation);
			if (children[i].ds != NULL)
				zone_add(zone, ldns_rr_clone(children[i].ds));
		}
		ldns_rdf_deep_free(parent);
	}
	if (!zone->is_signed)
		return;
	key = ldns_key_new_frm_algorithm(LDNS_SIGN_ECDSAP256SHA256, 256);
	assert(key != NULL);
	ldns_key_set_pubkey_owner(key, ldns_rdf_clone(zone->name));
	ldns_key_set_flags(key, 257);
	ldns_key_set_origttl(key, 300);
	ldns_key_set_inception(key,
	    (uint32_t)(zone->inception != 0 ? zone->inception
					    : LAB_AT - 10 * LAB_DAY));
	ldns_key_set_expiration(key,
	    (uint32_t)(zone->expiration != 0 ? zone->expiration : LAB_EXPIRES));
	zone->key = ldns_key2rr(key);
	ldns_key_set_keytag(key, ldns_calc_keytag(zone->key));
	zone->ds = ldns_key_rr2ds(zone->key, LDNS_SHA256);
	zone_add(zone, ldns_rr_clone(zone->key));
	zone_sign(zone, key);
}

void
lab_zones_make(struct lab_zone *zones, size_t n)
{
	for (size_t i = 0; i < n; i++)
		zone_make(&zones[i], zones, i);
}

void
lab_zones_free(struct lab_zone *zones, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		ldns_dnssec_zone_deep_free(zones[i].zone);
		ldns_rdf_deep_free(zones[i].name);
		ldns_rr_free(zones[i].key);
		ldns_rr_free(zones[i].ds);
		zones[i].zone = NULL;
	}
}

/* Answers. */

/* Once, if it stands there already. */
static void
put(ldns_pkt *reply, ldns_pkt_section section, const ldns_rr *rr)
{
	ldns_rr *copy = ldns_rr_clone(rr);

	if (!ldns_pkt_safe_push_rr(reply, section, copy))
		ldns_rr_free(copy);
}

static void
put_rrs(ldns_pkt *reply, ldns_pkt_section section, ldns_dnssec_rrs *rrs)
{
	for (; rrs != NULL; rrs = rrs->next)
		put(reply, section, rrs->rr);
}

static void
put_rrset(
    ldns_pkt *reply, ldns_pkt_section section, const ldns_dnssec_rrsets *rrset)
{
	put_rrs(reply, section, rrset->rrs);
	put_rrs(reply, section, rrset->signatures);
}

static void
put_nsec(ldns_pkt *reply, const ldns_dnssec_name *name)
{
	if (name->nsec == NULL)
		return;
	put(reply, LDNS_SECTION_AUTHORITY, name->nsec);
	put_rrs(reply, LDNS_SECTION_AUTHORITY, name->nsec_signatures);
}

static const struct lab_zone *
find_zone(const struct lab_zone *zones, size_t n, const ldns_rdf *name,
    ldns_rr_type type)
{
	const struct lab_zone *best = NULL;

	for (size_t i = 0; i < n; i++) {
		const ldns_rdf *apex = zones[i].name;
		bool same = ldns_dname_compare(name, apex) == 0;

		/* A DS record lies in the parent's zone. */
		if (!same && !ldns_dname_is_subdomain(name, apex))
			continue;
		if (same && type == LDNS_RR_TYPE_DS &&
		    ldns_dname_label_count(apex) > 0)
			continue;
		if (best == NULL ||
		    ldns_dname_label_count(apex) >
			ldns_dname_label_count(best->name))
			best = &zones[i];
	}
	return best;
}

/* The name itself, or with below the first that lies under it. */
static const ldns_dnssec_name *
find_name(const struct lab_zone *zone, const ldns_rdf *name, bool below)
{
	ldns_rbnode_t *node;

	LDNS_RBTREE_FOR(node, ldns_rbnode_t *, zone->zone->names)
	{
		const ldns_dnssec_name *entry = node->data;

		if (ldns_dname_compare(entry->name, name) == 0 ||
		    (below && ldns_dname_is_subdomain(entry->name, name)))
			return entry;
	}
	return NULL;
}

/* The NSEC before the place where name would be. */
static void
put_cover(ldns_pkt *reply, const struct lab_zone *zone, const ldns_rdf *name)
{
	const ldns_dnssec_name *last = NULL;
	ldns_rbnode_t *node;

	LDNS_RBTREE_FOR(node, ldns_rbnode_t *, zone->zone->names)
	{
		const ldns_dnssec_name *entry = node->data;

		if (ldns_dname_compare(entry->name, name) <= 0 &&
		    entry->nsec != NULL)
			last = entry;
	}
	if (last != NULL)
		put_nsec(reply, last);
}

static void
put_soa(ldns_pkt *reply, const struct lab_zone *zone)
{
	const ldns_dnssec_rrsets *soa = ldns_dnssec_zone_find_rrset(
	    zone->zone, zone->name, LDNS_RR_TYPE_SOA);

	put_rrset(reply, LDNS_SECTION_AUTHORITY, soa);
}

static void
answer_denial(
    ldns_pkt *reply, const struct lab_zone *zone, const ldns_rdf *name)
{
	ldns_rdf *encloser, *chopped, *star, *wildcard;

	put_soa(reply, zone);
	put_cover(reply, zone, name);
	if (find_name(zone, name, true) != NULL)
		return;
	ldns_pkt_set_rcode(reply, LDNS_RCODE_NXDOMAIN);
	encloser = ldns_dname_left_chop(name);
	while (find_name(zone, encloser, true) == NULL) {
		chopped = ldns_dname_left_chop(encloser);
		ldns_rdf_deep_free(encloser);
		encloser = chopped;
	}
	star = ldns_dname_new_frm_str("*");
	wildcard = ldns_dname_cat_clone(star, encloser);
	put_cover(reply, zone, wildcard);
	ldns_rdf_deep_free(star);
	ldns_rdf_deep_free(encloser);
	ldns_rdf_deep_free(wildcard);
}

void
lab_zones_answer(const struct lab_zone *zones, size_t n, const ldns_rdf *name,
    ldns_rr_type type, ldns_pkt *reply)
{
	const struct lab_zone *zone = find_zone(zones, n, name, type);
	const ldns_dnssec_rrsets *rrset;

	rrset = ldns_dnssec_zone_find_rrset(zone->zone, name, type);
	if (rrset == NULL)
		rrset = ldns_dnssec_zone_find_rrset(
		    zone->zone, name, LDNS_RR_TYPE_CNAME);
	if (rrset != NULL)
		put_rrset(reply, LDNS_SECTION_ANSWER, rrset);
	else
		answer_denial(reply, zone, name);
}
