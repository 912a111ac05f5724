/* SPDX-License-Identifier: ISC */
/*
 * The DS and the keys of one zone.
 */
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/lack.h"
#include "base/text.h"
#include "dns/proof_inside.h"

#define FLAG_REVOKED 0x0080
#define MAX_DS 16
#define SOON 172800 /* as --rrsig-hours has it */

struct keychain *
keychain_new(const char *zone)
{
	struct keychain *keychain = calloc(1, sizeof(*keychain));

	if (keychain != NULL) {
		keychain->ds = ldns_rr_list_new();
		keychain->anchors = ldns_rr_list_new();
		if (ldns_str2rdf_dname(&keychain->zone,
			*zone == '\0' ? "." : zone) != LDNS_STATUS_OK)
			keychain->zone = NULL;
	}
	if (keychain == NULL || keychain->ds == NULL ||
	    keychain->anchors == NULL || keychain->zone == NULL) {
		lack_note();
		keychain_free(keychain);
		return NULL;
	}
	return keychain;
}

void
keychain_free(struct keychain *keychain)
{
	if (keychain == NULL)
		return;
	for (size_t i = 0; i < keychain->n_sets; i++)
		ldns_rr_list_deep_free(keychain->sets[i].keys);
	ldns_rr_list_deep_free(keychain->ds);
	ldns_rr_list_deep_free(keychain->anchors);
	ldns_rdf_deep_free(keychain->zone);
	free(keychain);
}

static bool
list_take(ldns_rr_list *list, ldns_rr *rr)
{
	if (rr != NULL && ldns_rr_list_push_rr(list, rr))
		return true;
	ldns_rr_free(rr);
	lack_note();
	return false;
}

bool
keychain_add_anchor(struct keychain *keychain, const char *record)
{
	ldns_rr *rr = NULL;

	if (ldns_rr_new_frm_str(&rr, record, 0, NULL, NULL) != LDNS_STATUS_OK)
		return false;
	return list_take(ldns_rr_get_type(rr) == LDNS_RR_TYPE_DS
		? keychain->ds
		: keychain->anchors,
	    rr);
}

void
keychain_add_ds(struct keychain *keychain, const struct heard *heard)
{
	ldns_rr_list *found = message_rrset(
	    &heard->message, MESSAGE_ANSWER, keychain->zone, LDNS_RR_TYPE_DS);

	for (size_t i = 0; i < ldns_rr_list_rr_count(found); i++) {
		const ldns_rr *rr = ldns_rr_list_rr(found, i);

		if (ldns_rr_rd_count(rr) == 4 &&
		    ldns_rr_list_rr_count(keychain->ds) < MAX_DS &&
		    !ldns_rr_list_contains_rr(keychain->ds, rr))
			list_take(keychain->ds, ldns_rr_clone(rr));
	}
	ldns_rr_list_free(found);
}

static uint8_t
ds_algorithm(const ldns_rr *ds)
{
	return ldns_rdf2native_int8(ldns_rr_rdf(ds, 1));
}

static uint8_t
ds_digest(const ldns_rr *ds)
{
	return ldns_rdf2native_int8(ldns_rr_rdf(ds, 2));
}

static bool
ds_is_judged(const ldns_rr *ds)
{
	return proof_knows_algorithm(ds_algorithm(ds)) &&
	    proof_knows_digest(ds_digest(ds));
}

bool
keychain_has_ds(const struct keychain *keychain)
{
	return ldns_rr_list_rr_count(keychain->ds) > 0 ||
	    ldns_rr_list_rr_count(keychain->anchors) > 0;
}

bool
keychain_can_judge(const struct keychain *keychain)
{
	for (size_t i = 0; i < ldns_rr_list_rr_count(keychain->ds); i++) {
		if (ds_is_judged(ldns_rr_list_rr(keychain->ds, i)))
			return true;
	}
	return ldns_rr_list_rr_count(keychain->anchors) > 0;
}

static bool
same_rdata(const ldns_rr *a, const ldns_rr *b)
{
	for (size_t i = 0; i < 4; i++) {
		if (ldns_rr_rd_count(a) != 4 || ldns_rr_rd_count(b) != 4 ||
		    ldns_rdf_compare(ldns_rr_rdf(a, i), ldns_rr_rdf(b, i)) != 0)
			return false;
	}
	return true;
}

/* Is this the key that the DS is of? */
static enum trace_fault
ds_against(const ldns_rr *ds, const ldns_rr *key)
{
	enum trace_fault fault = TRACE_FAULT_DS_DIGEST;
	ldns_rr *made;

	if (ldns_rr_rd_count(key) != 4 ||
	    ldns_rdf2native_int8(ldns_rr_dnskey_algorithm(key)) !=
		ds_algorithm(ds) ||
	    proof_tag(key) != ldns_rdf2native_int16(ldns_rr_rdf(ds, 0)))
		return TRACE_FAULT_DS_NO_KEY;
	made = ldns_key_rr2ds(key, (ldns_hash)ds_digest(ds));
	if (made != NULL && same_rdata(made, ds))
		fault = TRACE_FAULT_NONE;
	ldns_rr_free(made);
	return fault;
}

static bool
is_revoked(const ldns_rr *key)
{
	return (ldns_rdf2native_int16(ldns_rr_dnskey_flags(key)) &
		   FLAG_REVOKED) != 0;
}

/* The best that a DS can say of these keys; *fits is the key. */
static enum trace_fault
ds_fit(const ldns_rr *ds, const ldns_rr_list *keys, const ldns_rr **fits)
{
	enum trace_fault best = TRACE_FAULT_DS_NO_KEY;

	*fits = NULL;
	for (size_t i = 0; i < ldns_rr_list_rr_count(keys); i++) {
		const ldns_rr *key = ldns_rr_list_rr(keys, i);
		enum trace_fault fault = ds_against(ds, key);

		if (fault == TRACE_FAULT_NONE) {
			*fits = key;
			return is_revoked(key) ? TRACE_FAULT_DS_REVOKED
					       : TRACE_FAULT_NONE;
		}
		if (fault == TRACE_FAULT_DS_DIGEST)
			best = fault;
	}
	return best;
}

/*
 * The keys that the anchors or the DS vouch for; to be freed. Any digest will
 * do, as for libunbound.
 */
static ldns_rr_list *
vouched_keys(const struct keychain *keychain, const ldns_rr_list *keys,
    enum trace_fault *fault)
{
	ldns_rr_list *found = ldns_rr_list_new();
	const ldns_rr *key;

	*fault = TRACE_FAULT_DS_NO_KEY;
	for (size_t i = 0; i < ldns_rr_list_rr_count(keychain->ds); i++) {
		const ldns_rr *ds = ldns_rr_list_rr(keychain->ds, i);
		enum trace_fault one;

		if (!ds_is_judged(ds))
			continue;
		one = ds_fit(ds, keys, &key);
		if (one == TRACE_FAULT_NONE && found != NULL)
			ldns_rr_list_push_rr(found, (ldns_rr *)key);
		else if (*fault == TRACE_FAULT_DS_NO_KEY)
			*fault = one;
	}
	for (size_t i = 0; i < ldns_rr_list_rr_count(keys); i++) {
		ldns_rr *own = ldns_rr_list_rr(keys, i);

		for (size_t k = 0; k < ldns_rr_list_rr_count(keychain->anchors);
		     k++) {
			if (found != NULL &&
			    same_rdata(
				own, ldns_rr_list_rr(keychain->anchors, k)))
				ldns_rr_list_push_rr(found, own);
		}
	}
	return found;
}

/* Remembers a set of keys, of which each server may have its own. */
static void
keep_keys(struct keychain *keychain, const ldns_rr_list *keys, bool proven)
{
	struct keyset *set;

	for (size_t i = 0; i < keychain->n_sets; i++) {
		set = &keychain->sets[i];
		if (ldns_rr_list_compare(set->keys, keys) == 0) {
			set->proven |= proven;
			return;
		}
	}
	if (keychain->n_sets == KEYCHAIN_SETS)
		return;
	set = &keychain->sets[keychain->n_sets];
	set->keys = ldns_rr_list_clone(keys);
	set->proven = proven;
	if (set->keys != NULL)
		keychain->n_sets++;
	else
		lack_note();
}

static uint32_t
ds_algorithms(const struct keychain *keychain)
{
	uint32_t bits = 0;

	for (size_t i = 0; i < ldns_rr_list_rr_count(keychain->ds); i++) {
		const ldns_rr *ds = ldns_rr_list_rr(keychain->ds, i);

		if (ds_is_judged(ds) && ds_algorithm(ds) < 32)
			bits |= UINT32_C(1) << ds_algorithm(ds);
	}
	return bits;
}

void
keychain_judge_life(const struct keychain *keychain,
    const struct proof_rrset *job, struct trace_answer *answer)
{
	uint32_t lacking = ds_algorithms(keychain) & ~job->algorithms;
	int64_t left = job->expires - job->at;

	answer->standing = TRACE_SECURE;
	for (unsigned n = 0; lacking != 0 && n < 32; n++) {
		if ((lacking >> n & 1) == 0)
			continue;
		answer->fault = TRACE_FAULT_SIG_ALGORITHM;
		answer->detail = arena_printf(job->arena, "algorithm %u", n);
		return;
	}
	if (left < SOON && left < (job->expires - job->inception) / 4) {
		answer->fault = TRACE_FAULT_SIG_SOON;
		answer->detail = clock_format(job->arena, job->expires);
	}
}

void
keychain_take_keys(struct arena *arena, struct keychain *keychain,
    const struct heard *heard, int64_t at, struct trace_answer *answer)
{
	/* Who signs, and then whether one signs that the DS names. */
	struct proof_rrset all = { .zone = keychain->zone,
		.at = at,
		.arena = arena,
		.answer = answer };
	struct proof_rrset job = {
		.zone = keychain->zone, .at = at, .arena = arena
	};
	ldns_rr_list *keys = message_rrset(&heard->message, MESSAGE_ANSWER,
	    keychain->zone, LDNS_RR_TYPE_DNSKEY);
	ldns_rr_list *sigs = message_sigs(&heard->message, MESSAGE_ANSWER,
	    keychain->zone, LDNS_RR_TYPE_DNSKEY);
	ldns_rr_list *vouched = NULL;
	enum trace_fault fault = TRACE_FAULT_KEYS_MISSING;

	while (ldns_rr_list_rr_count(keys) > KEYCHAIN_KEYS)
		ldns_rr_list_pop_rr(keys);
	all.rrset = job.rrset = keys;
	all.sigs = job.sigs = sigs;
	all.keys = keys;
	proof_verify(&all);
	if (!keychain_has_ds(keychain) || !keychain_can_judge(keychain)) {
		answer->standing = TRACE_INSECURE;
	} else if (ldns_rr_list_rr_count(keys) > 0) {
		vouched = vouched_keys(keychain, keys, &fault);
		job.keys = vouched;
		if (ldns_rr_list_rr_count(vouched) > 0)
			fault = proof_verify(&job);
		/* Signed, but not by the one that the DS names. */
		if (fault == TRACE_FAULT_SIG_NO_KEY)
			fault = TRACE_FAULT_KEYS_UNSIGNED;
		answer->fault = fault;
		if (fault == TRACE_FAULT_NONE) {
			keychain_judge_life(keychain, &job, answer);
		} else {
			answer->standing = TRACE_BOGUS;
			answer->detail = job.detail;
		}
	} else {
		answer->fault = fault;
		answer->standing = TRACE_BOGUS;
	}
	if (ldns_rr_list_rr_count(keys) > 0)
		keep_keys(keychain, keys, answer->standing == TRACE_SECURE);
	ldns_rr_list_free(vouched);
	ldns_rr_list_free(keys);
	ldns_rr_list_free(sigs);
}

/* For people. */

static const char *
ds_of_key(struct arena *arena, const ldns_rr *key)
{
	ldns_rr *ds = ldns_key_rr2ds(key, LDNS_SHA256);
	const char *text = ds == NULL ? NULL : proof_rdata(arena, ds);

	ldns_rr_free(ds);
	return text;
}

static void
describe_key(struct arena *arena, const struct keychain *keychain,
    const ldns_rr *key, struct trace_zone *zone)
{
	struct trace_key *fact;
	uint16_t tag = proof_tag(key);

	for (size_t i = 0; i < zone->n_keys; i++) {
		if (zone->keys[i].tag == tag &&
		    zone->keys[i].algorithm ==
			ldns_rdf2native_int8(ldns_rr_dnskey_algorithm(key)))
			return;
	}
	fact = ARENA_PUSH(arena, zone->keys, zone->n_keys);
	if (fact == NULL)
		return;
	fact->tag = tag;
	fact->flags = ldns_rdf2native_int16(ldns_rr_dnskey_flags(key));
	fact->algorithm = ldns_rdf2native_int8(ldns_rr_dnskey_algorithm(key));
	fact->bits = (unsigned)ldns_rr_dnskey_key_size(key);
	fact->ds = ds_of_key(arena, key);
	for (size_t i = 0; i < ldns_rr_list_rr_count(keychain->ds); i++)
		fact->in_ds |= ds_against(ldns_rr_list_rr(keychain->ds, i),
				   key) == TRACE_FAULT_NONE;
}

static void
describe_ds(struct arena *arena, const struct keychain *keychain,
    const ldns_rr *ds, struct trace_zone *zone)
{
	struct trace_ds *fact = ARENA_PUSH(arena, zone->ds, zone->n_ds);
	const ldns_rdf *digest = ldns_rr_rdf(ds, 3);
	const ldns_rr *key;

	if (fact == NULL)
		return;
	fact->tag = ldns_rdf2native_int16(ldns_rr_rdf(ds, 0));
	fact->algorithm = ds_algorithm(ds);
	fact->digest = ds_digest(ds);
	fact->hex =
	    text_hex(arena, ldns_rdf_data(digest), ldns_rdf_size(digest));
	fact->ttl = ldns_rr_ttl(ds);
	fact->fault = TRACE_FAULT_DS_NO_KEY;
	if (!ds_is_judged(ds))
		fact->fault = TRACE_FAULT_DS_UNJUDGED;
	for (size_t i = 0; i < keychain->n_sets && ds_is_judged(ds) &&
	     fact->fault != TRACE_FAULT_NONE;
	     i++)
		fact->fault = ds_fit(ds, keychain->sets[i].keys, &key);
}

void
keychain_describe(struct arena *arena, const struct keychain *keychain,
    struct trace_zone *zone)
{
	for (size_t i = 0; i < keychain->n_sets; i++) {
		const ldns_rr_list *keys = keychain->sets[i].keys;

		for (size_t k = 0; k < ldns_rr_list_rr_count(keys); k++) {
			if (ldns_rr_rd_count(ldns_rr_list_rr(keys, k)) == 4)
				describe_key(arena, keychain,
				    ldns_rr_list_rr(keys, k), zone);
		}
	}
	for (size_t i = 0; i < ldns_rr_list_rr_count(keychain->ds); i++)
		describe_ds(
		    arena, keychain, ldns_rr_list_rr(keychain->ds, i), zone);
}
