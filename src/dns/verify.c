/* SPDX-License-Identifier: ISC */
/*
 * The signatures of one RRset. What ldns need not be asked is decided first:
 * whose signature it is, its times, and whether the zone has its key.
 */
#include "base/clock.h"
#include "base/lack.h"
#include "dns/proof_inside.h"

#define MAX_SIGS 12      /* of one RRset */
#define MAX_COLLISIONS 4 /* keys of one tag: RFC 4034 appendix B */

bool
proof_knows_algorithm(uint8_t algorithm)
{
	switch (algorithm) {
	case LDNS_RSASHA1:
	case LDNS_RSASHA1_NSEC3:
	case LDNS_RSASHA256:
	case LDNS_RSASHA512:
	case LDNS_ECDSAP256SHA256:
	case LDNS_ECDSAP384SHA384:
	case LDNS_ED25519:
	case LDNS_ED448:
		return true;
	default:
		return false;
	}
}

bool
proof_knows_digest(uint8_t digest)
{
	return digest == LDNS_SHA1 || digest == LDNS_SHA256 ||
	    digest == LDNS_SHA384;
}

uint16_t
proof_tag(const ldns_rr *key)
{
	return ldns_calc_keytag(key);
}

/* RFC 4034 section 3.1.5. */
static int64_t
serial_time(uint32_t serial, int64_t now)
{
	return now + (int32_t)(serial - (uint32_t)now);
}

static void
read_sig(
    const struct proof_rrset *job, const ldns_rr *rr, struct trace_sig *sig)
{
	sig->tag = ldns_rdf2native_int16(ldns_rr_rrsig_keytag(rr));
	sig->algorithm = ldns_rdf2native_int8(ldns_rr_rrsig_algorithm(rr));
	sig->inception = serial_time(
	    ldns_rdf2native_int32(ldns_rr_rrsig_inception(rr)), job->at);
	sig->expires = serial_time(
	    ldns_rdf2native_int32(ldns_rr_rrsig_expiration(rr)), job->at);
}

/* RFC 4035 section 5.3.1. */
static bool
is_of_zone(const struct proof_rrset *job, const ldns_rr *sig)
{
	const ldns_rr *first = ldns_rr_list_rr(job->rrset, 0);
	unsigned labels = ldns_dname_label_count(ldns_rr_owner(first));

	return ldns_dname_compare(ldns_rr_rrsig_signame(sig), job->zone) == 0 &&
	    ldns_rdf2native_int8(ldns_rr_rrsig_labels(sig)) <= labels;
}

static bool
is_key_of(const ldns_rr *key, const struct trace_sig *sig)
{
	return ldns_rr_rd_count(key) == 4 &&
	    (ldns_rdf2native_int16(ldns_rr_dnskey_flags(key)) & 0x0100) != 0 &&
	    ldns_rdf2native_int8(ldns_rr_dnskey_algorithm(key)) ==
	    sig->algorithm &&
	    proof_tag(key) == sig->tag;
}

/* The signature itself, by the keys that it may be of. */
static enum trace_fault
try_keys(const struct proof_rrset *job, const ldns_rr *rr,
    const struct trace_sig *sig)
{
	enum trace_fault fault = TRACE_FAULT_SIG_NO_KEY;
	ldns_rr_list *one = ldns_rr_list_new(), *good;
	unsigned tried = 0;

	if (one == NULL) {
		lack_note();
		return TRACE_FAULT_SIG_UNJUDGED;
	}
	for (size_t i = 0; i < ldns_rr_list_rr_count(job->keys) &&
	     tried < MAX_COLLISIONS && fault != TRACE_FAULT_NONE;
	     i++) {
		ldns_rr *key = ldns_rr_list_rr(job->keys, i);
		ldns_status status;

		if (!is_key_of(key, sig))
			continue;
		tried++;
		good = ldns_rr_list_new();
		ldns_rr_list_set_rr_count(one, 0);
		if (good == NULL || !ldns_rr_list_push_rr(one, key)) {
			lack_note();
			ldns_rr_list_free(good);
			break;
		}
		status =
		    ldns_verify_rrsig_keylist_notime(job->rrset, rr, one, good);
		fault = status == LDNS_STATUS_OK ? TRACE_FAULT_NONE
						 : TRACE_FAULT_SIG_WRONG;
		ldns_rr_list_free(good);
	}
	ldns_rr_list_free(one);
	return fault;
}

static enum trace_fault
try_sig(const struct proof_rrset *job, const ldns_rr *rr,
    const struct trace_sig *sig)
{
	enum trace_fault fault;

	if (!is_of_zone(job, rr))
		return TRACE_FAULT_SIG_MALFORMED;
	if (!proof_knows_algorithm(sig->algorithm))
		return TRACE_FAULT_SIG_UNJUDGED;
	fault = try_keys(job, rr, sig);
	if (fault != TRACE_FAULT_NONE)
		return fault;
	if (sig->expires < job->at)
		return TRACE_FAULT_SIG_EXPIRED;
	if (sig->inception > job->at)
		return TRACE_FAULT_SIG_EARLY;
	return TRACE_FAULT_NONE;
}

/* Which of two tells more: the later one on this list. */
static bool
tells_more(enum trace_fault a, enum trace_fault b)
{
	static const enum trace_fault order[] = { TRACE_FAULT_SIG_MISSING,
		TRACE_FAULT_SIG_UNJUDGED, TRACE_FAULT_SIG_MALFORMED,
		TRACE_FAULT_SIG_NO_KEY, TRACE_FAULT_SIG_WRONG,
		TRACE_FAULT_SIG_EARLY, TRACE_FAULT_SIG_EXPIRED,
		TRACE_FAULT_NONE };
	size_t n = sizeof(order) / sizeof(order[0]), at_a = 0, at_b = 0;

	for (size_t i = 0; i < n; i++) {
		if (order[i] == a)
			at_a = i;
		if (order[i] == b)
			at_b = i;
	}
	return at_a > at_b;
}

static const char *
detail_of(struct arena *arena, const struct trace_sig *sig)
{
	int64_t when = sig->fault == TRACE_FAULT_SIG_EXPIRED ? sig->expires
	    : sig->fault == TRACE_FAULT_SIG_EARLY            ? sig->inception
							     : 0;
	const char *text = when == 0 ? NULL : clock_format(arena, when);

	if (text != NULL)
		return arena_printf(arena, "key %u, %s", sig->tag, text);
	return arena_printf(
	    arena, "key %u, algorithm %u", sig->tag, sig->algorithm);
}

static void
note_good(
    struct proof_rrset *job, const ldns_rr *rr, const struct trace_sig *sig)
{
	if (sig->algorithm < 32)
		job->algorithms |= UINT32_C(1) << sig->algorithm;
	if (sig->expires <= job->expires)
		return;
	job->expires = sig->expires;
	job->inception = sig->inception;
	job->labels = ldns_rdf2native_int8(ldns_rr_rrsig_labels(rr));
}

enum trace_fault
proof_verify(struct proof_rrset *job)
{
	enum trace_fault best = TRACE_FAULT_SIG_MISSING;
	size_t n = ldns_rr_list_rr_count(job->sigs);

	if (ldns_rr_list_rr_count(job->rrset) == 0)
		return best;
	for (size_t i = 0; i < n && i < MAX_SIGS; i++) {
		const ldns_rr *rr = ldns_rr_list_rr(job->sigs, i);
		struct trace_sig sig = { 0 }, *kept;

		read_sig(job, rr, &sig);
		sig.fault = try_sig(job, rr, &sig);
		if (sig.fault == TRACE_FAULT_NONE)
			note_good(job, rr, &sig);
		if (job->arena != NULL && tells_more(sig.fault, best))
			job->detail = detail_of(job->arena, &sig);
		if (tells_more(sig.fault, best))
			best = sig.fault;
		if (job->arena == NULL || job->answer == NULL)
			continue;
		kept = ARENA_PUSH(
		    job->arena, job->answer->sigs, job->answer->n_sigs);
		if (kept == NULL)
			continue;
		*kept = sig;
		kept->signer =
		    proof_name(job->arena, ldns_rr_rrsig_signame(rr));
	}
	return best;
}
