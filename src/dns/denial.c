/* SPDX-License-Identifier: ISC */
#include "dns/denial.h"

#include <stdlib.h>

#define MAX_HASHES 400
#define MAX_NSEC3 16

/* NSEC. */

static ldns_rdf *
next_name(const ldns_rr *nsec)
{
	return ldns_rr_rdf(nsec, 0);
}

static bool
has_type(const ldns_rr *nsec, ldns_rr_type type)
{
	size_t at = ldns_rr_get_type(nsec) == LDNS_RR_TYPE_NSEC ? 1 : 5;

	return ldns_rr_rd_count(nsec) > at &&
	    ldns_nsec_bitmap_covers_type(ldns_rr_rdf(nsec, at), type);
}

/* Is the name of the record the name, and does it lack the type? */
static enum trace_fault
no_type(const ldns_rr *nsec, ldns_rr_type type)
{
	bool is_cut = has_type(nsec, LDNS_RR_TYPE_NS) &&
	    !has_type(nsec, LDNS_RR_TYPE_SOA);

	if (has_type(nsec, type) || has_type(nsec, LDNS_RR_TYPE_CNAME))
		return TRACE_FAULT_DENIAL_CONTRARY;
	/* The side above a cut knows of DS alone, the one below of the rest. */
	if (type == LDNS_RR_TYPE_DS ? has_type(nsec, LDNS_RR_TYPE_SOA) &&
		    ldns_rdf_size(ldns_rr_owner(nsec)) > 1
				    : is_cut)
		return TRACE_FAULT_DENIAL_INCOMPLETE;
	return TRACE_FAULT_NONE;
}

static bool
is_strictly_below(const ldns_rdf *name, const ldns_rdf *above)
{
	return ldns_dname_compare(name, above) != 0 &&
	    ldns_dname_is_subdomain(name, above);
}

/* RFC 4034 section 6.1. The last NSEC of a zone leads back to its apex. */
static bool
covers(const ldns_rr *nsec, const ldns_rdf *name, const ldns_rdf *zone)
{
	const ldns_rdf *owner = ldns_rr_owner(nsec), *next = next_name(nsec);

	if (!is_strictly_below(name, zone) ||
	    ldns_dname_compare(owner, name) >= 0)
		return false;
	/* Above a cut, and above a DNAME, nothing is said of what is below. */
	if (is_strictly_below(name, owner) &&
	    ((has_type(nsec, LDNS_RR_TYPE_NS) &&
		 !has_type(nsec, LDNS_RR_TYPE_SOA)) ||
		has_type(nsec, LDNS_RR_TYPE_DNAME)))
		return false;
	return ldns_dname_compare(next, zone) == 0 ||
	    ldns_dname_compare(name, next) < 0;
}

static unsigned
common_labels(const ldns_rdf *a, const ldns_rdf *b)
{
	unsigned n_a = ldns_dname_label_count(a),
		 n_b = ldns_dname_label_count(b), n = 0;

	while (n < n_a && n < n_b) {
		ldns_rdf *x = ldns_dname_label(a, (uint8_t)(n_a - 1 - n));
		ldns_rdf *y = ldns_dname_label(b, (uint8_t)(n_b - 1 - n));
		bool same =
		    x != NULL && y != NULL && ldns_dname_compare(x, y) == 0;

		ldns_rdf_deep_free(x);
		ldns_rdf_deep_free(y);
		if (!same)
			break;
		n++;
	}
	return n;
}

/* "*." before the last labels of a name; to be freed. */
static ldns_rdf *
wildcard_at(const ldns_rdf *name, unsigned labels)
{
	ldns_rdf *above = ldns_dname_clone_from(
	    name, (uint16_t)(ldns_dname_label_count(name) - labels));
	ldns_rdf *star = ldns_dname_new_frm_str("*"), *joined = NULL;

	if (above != NULL && star != NULL)
		joined = ldns_dname_cat_clone(star, above);
	ldns_rdf_deep_free(star);
	ldns_rdf_deep_free(above);
	return joined;
}

static const ldns_rr *
find_cover(const struct denial *denial, const ldns_rdf *name)
{
	for (size_t i = 0; i < ldns_rr_list_rr_count(denial->nsecs); i++) {
		const ldns_rr *rr = ldns_rr_list_rr(denial->nsecs, i);

		if (ldns_rr_get_type(rr) == LDNS_RR_TYPE_NSEC &&
		    covers(rr, name, denial->zone))
			return rr;
	}
	return NULL;
}

static const ldns_rr *
find_owner(const struct denial *denial, const ldns_rdf *name)
{
	for (size_t i = 0; i < ldns_rr_list_rr_count(denial->nsecs); i++) {
		const ldns_rr *rr = ldns_rr_list_rr(denial->nsecs, i);

		if (ldns_rr_get_type(rr) == LDNS_RR_TYPE_NSEC &&
		    ldns_dname_compare(ldns_rr_owner(rr), name) == 0)
			return rr;
	}
	return NULL;
}

/* RFC 9824: the next name is the smallest there can be behind this one. */
static bool
is_compact(const ldns_rr *nsec)
{
	const ldns_rdf *owner = ldns_rr_owner(nsec), *next = next_name(nsec);
	const uint8_t *bytes = ldns_rdf_data(next);

	return ldns_rdf_size(next) == ldns_rdf_size(owner) + 2 &&
	    bytes[0] == 1 && bytes[1] == 0 &&
	    ldns_dname_is_subdomain(next, owner);
}

static enum trace_fault
nsec_denial(struct denial *denial, const ldns_rdf *name, ldns_rr_type type)
{
	const ldns_rr *here = find_owner(denial, name), *cover, *star;
	enum trace_fault fault = TRACE_FAULT_DENIAL_INCOMPLETE;
	unsigned labels, other;
	ldns_rdf *wildcard;

	denial->kind = "NSEC";
	if (here != NULL) {
		if (is_compact(here))
			denial->kind = "compact NSEC";
		return no_type(here, type);
	}
	cover = find_cover(denial, name);
	if (cover == NULL)
		return fault;
	/* A name with names below it, and no record of its own. */
	if (is_strictly_below(next_name(cover), name))
		return TRACE_FAULT_NONE;
	labels = common_labels(name, ldns_rr_owner(cover));
	other = common_labels(name, next_name(cover));
	wildcard = wildcard_at(name, labels > other ? labels : other);
	if (wildcard == NULL)
		return fault;
	star = find_owner(denial, wildcard);
	if (star != NULL)
		fault = no_type(star, type);
	else if (find_cover(denial, wildcard) != NULL)
		/* It proves that there is no such name at all. */
		fault = TRACE_FAULT_NONE;
	ldns_rdf_deep_free(wildcard);
	return fault;
}

/* NSEC3. */

struct hashing {
	struct denial *denial;
	unsigned left; /* hashes that may still be made */
};

/* The first label of the owner is the hash, in base32hex. */
static bool
has_hash(const ldns_rr *nsec3, const ldns_rdf *hash)
{
	const ldns_rdf *owner = ldns_rr_owner(nsec3);
	ldns_rdf *label = ldns_dname_label(owner, 0);
	bool same = label != NULL && ldns_dname_compare(label, hash) == 0;

	ldns_rdf_deep_free(label);
	return same;
}

static bool
covers_hash(const ldns_rr *nsec3, const ldns_rdf *hash)
{
	ldns_rdf *next_hash = ldns_nsec3_next_owner(nsec3);
	char *text = next_hash == NULL ? NULL : ldns_rdf2str(next_hash);
	ldns_rdf *next = text == NULL ? NULL : ldns_dname_new_frm_str(text);
	ldns_rdf *owner = ldns_dname_label(ldns_rr_owner(nsec3), 0);
	bool covered = false;

	if (next != NULL && owner != NULL) {
		bool wraps = ldns_dname_compare(owner, next) >= 0;
		bool behind = ldns_dname_compare(owner, hash) < 0;
		bool before = ldns_dname_compare(hash, next) < 0;

		covered = wraps ? behind || before : behind && before;
	}
	ldns_rdf_deep_free(next);
	ldns_rdf_deep_free(owner);
	free(text);
	return covered;
}

/* The record whose hash is this name's, or with cover the one that says that
 * there is none. */
static const ldns_rr *
find3(struct hashing *hashing, const ldns_rdf *name, bool cover)
{
	const ldns_rr_list *list = hashing->denial->nsecs;
	const ldns_rr *found = NULL;

	for (size_t i = 0; i < ldns_rr_list_rr_count(list) && found == NULL;
	     i++) {
		const ldns_rr *rr = ldns_rr_list_rr(list, i);
		ldns_rdf *hash;

		if (ldns_rr_get_type(rr) != LDNS_RR_TYPE_NSEC3 ||
		    /* Without types, as of an empty name, there are 5. */
		    ldns_rr_rd_count(rr) < 5 || i >= MAX_NSEC3 ||
		    hashing->left == 0)
			continue;
		hashing->left--;
		hash = ldns_nsec3_hash_name_frm_nsec3(rr, name);
		if (hash != NULL &&
		    (cover ? covers_hash(rr, hash) : has_hash(rr, hash)))
			found = rr;
		ldns_rdf_deep_free(hash);
	}
	return found;
}

/*
 * RFC 5155 section 8.3: the longest name above that exists; and the record
 * that covers the one right below it on the way. 0: not proven.
 */
static unsigned
closest(struct hashing *hashing, const ldns_rdf *name, const ldns_rr **cover)
{
	unsigned labels = ldns_dname_label_count(name);
	unsigned least = ldns_dname_label_count(hashing->denial->zone);
	ldns_rdf *above;
	const ldns_rr *here;

	*cover = NULL;
	for (unsigned n = labels; n > least; n--) {
		above = ldns_dname_clone_from(name, (uint16_t)(labels - n + 1));
		here = above == NULL ? NULL : find3(hashing, above, false);
		ldns_rdf_deep_free(above);
		if (here == NULL)
			continue;
		if (has_type(here, LDNS_RR_TYPE_DNAME) ||
		    (has_type(here, LDNS_RR_TYPE_NS) &&
			!has_type(here, LDNS_RR_TYPE_SOA)))
			return 0;
		above = ldns_dname_clone_from(name, (uint16_t)(labels - n));
		*cover = above == NULL ? NULL : find3(hashing, above, true);
		ldns_rdf_deep_free(above);
		return *cover == NULL ? 0 : n;
	}
	return 0;
}

static enum trace_fault
nsec3_denial(struct denial *denial, const ldns_rdf *name, ldns_rr_type type,
    bool no_such_name)
{
	struct hashing hashing = { denial, MAX_HASHES };
	const ldns_rr *here, *cover, *star;
	enum trace_fault fault = TRACE_FAULT_DENIAL_INCOMPLETE;
	ldns_rdf *wildcard;
	unsigned labels;

	denial->kind = "NSEC3";
	if (denial->iterations > DENIAL_MAX_ITERATIONS)
		return TRACE_FAULT_DENIAL_ITERATIONS;
	here = find3(&hashing, name, false);
	if (here != NULL)
		return no_type(here, type);
	labels = closest(&hashing, name, &cover);
	if (labels == 0)
		return fault;
	denial->opt_out = ldns_nsec3_optout(cover);
	/* RFC 5155 section 8.6: nothing more is shown of a DS. */
	if (denial->opt_out && !no_such_name)
		return TRACE_FAULT_NONE;
	wildcard = wildcard_at(name, labels - 1);
	if (wildcard == NULL)
		return fault;
	star = find3(&hashing, wildcard, false);
	if (star != NULL)
		fault = no_type(star, type);
	else if (find3(&hashing, wildcard, true) != NULL)
		fault = TRACE_FAULT_NONE;
	ldns_rdf_deep_free(wildcard);
	return fault;
}

/* Both. */

static bool
look_over(struct denial *denial)
{
	bool hashed = false;

	for (size_t i = 0; i < ldns_rr_list_rr_count(denial->nsecs); i++) {
		const ldns_rr *rr = ldns_rr_list_rr(denial->nsecs, i);
		unsigned iterations;

		if (ldns_rr_get_type(rr) != LDNS_RR_TYPE_NSEC3)
			continue;
		hashed = true;
		iterations = ldns_nsec3_iterations(rr);
		if (iterations > denial->iterations)
			denial->iterations = iterations;
	}
	return hashed;
}

enum trace_fault
denial_of(struct denial *denial, const ldns_rdf *name, ldns_rr_type type,
    bool no_such_name)
{
	if (ldns_rr_list_rr_count(denial->nsecs) == 0)
		return TRACE_FAULT_DENIAL_MISSING;
	return look_over(denial)
	    ? nsec3_denial(denial, name, type, no_such_name)
	    : nsec_denial(denial, name, type);
}

enum trace_fault
denial_of_expanded(
    struct denial *denial, const ldns_rdf *name, unsigned wildcard_labels)
{
	struct hashing hashing = { denial, MAX_HASHES };
	ldns_rdf *nearer;
	bool denied;

	if (ldns_rr_list_rr_count(denial->nsecs) == 0)
		return TRACE_FAULT_DENIAL_MISSING;
	if (!look_over(denial)) {
		denial->kind = "NSEC";
		return find_cover(denial, name) != NULL
		    ? TRACE_FAULT_NONE
		    : TRACE_FAULT_DENIAL_INCOMPLETE;
	}
	denial->kind = "NSEC3";
	if (denial->iterations > DENIAL_MAX_ITERATIONS)
		return TRACE_FAULT_DENIAL_ITERATIONS;
	/* RFC 5155 section 8.8: the name one label below the wildcard's. */
	nearer = ldns_dname_clone_from(name,
	    (uint16_t)(ldns_dname_label_count(name) - wildcard_labels - 1));
	denied = nearer != NULL && find3(&hashing, nearer, true) != NULL;
	ldns_rdf_deep_free(nearer);
	return denied ? TRACE_FAULT_NONE : TRACE_FAULT_DENIAL_INCOMPLETE;
}
