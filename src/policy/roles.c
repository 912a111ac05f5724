/* SPDX-License-Identifier: ISC */
#include "policy/roles.h"

#include <string.h>

#include "policy/diagnose_kit.h"
#include "policy/known_ca.h"

static bool
same_kind(const struct danelaw_record *a, const struct danelaw_record *b)
{
	return a->usage == b->usage && a->selector == b->selector &&
	    a->mtype == b->mtype;
}

static bool
same_record(const struct danelaw_record *a, const struct danelaw_record *b)
{
	return same_kind(a, b) && a->len == b->len && a->data != NULL &&
	    b->data != NULL && memcmp(a->data, b->data, a->len) == 0;
}

static bool
is_repeated(const struct danelaw_tlsa *tlsa, size_t at)
{
	for (size_t i = 0; i < at; i++) {
		if (same_record(&tlsa->records[i], &tlsa->records[at]))
			return true;
	}
	return false;
}

static bool
some_match(const struct danelaw_probe *probe)
{
	for (size_t i = 0; i < probe->n_records; i++) {
		if (probe->records[i].result == DANELAW_RESULT_MATCH)
			return true;
	}
	return false;
}

/* The first certificate sent that the record describes; NULL: none. */
static const struct danelaw_cert *
described(
    const struct danelaw_record *record, const struct danelaw_probe *probe)
{
	for (size_t i = 0; i < probe->n_chain; i++) {
		if (kit_fits(record, &probe->chain[i]))
			return &probe->chain[i];
	}
	return NULL;
}

/* An issuer that matched: was it sent, or does the DNS alone have it? */
static enum danelaw_role
anchor_role(
    const struct danelaw_record *record, const struct danelaw_probe *probe)
{
	for (size_t i = 1; i < probe->n_chain; i++) {
		if (probe->chain[i].depth >= 0 &&
		    kit_fits(record, &probe->chain[i]))
			return DANELAW_ROLE_TA_IN_PATH;
	}
	return DANELAW_ROLE_TA_NOT_SENT;
}

/* The record describes this certificate, and still OpenSSL found no match. */
static enum danelaw_role
presented_role(
    const struct danelaw_record *record, const struct danelaw_cert *cert)
{
	if (cert->depth < 0 && cert->wire > 0)
		return DANELAW_ROLE_PRESENTED_NOT_ON_PATH;
	if (record->usage == DANELAW_USAGE_DANE_TA && cert->wire > 0)
		return DANELAW_ROLE_TA_IN_PATH;
	return DANELAW_ROLE_WRONG_USAGE;
}

/* Is it well known to be the key of the issuer that was left out? */
static bool
is_known_above(
    const struct danelaw_record *record, const struct danelaw_probe *probe)
{
	const struct danelaw_cert *end = kit_path_end(probe);

	return !end->self_issued && known_ca_names(record, end->issuer);
}

static enum danelaw_role
unmatched_role(
    const struct danelaw_record *record, const struct danelaw_probe *probe)
{
	const struct danelaw_cert *cert = described(record, probe);

	if (cert != NULL)
		return presented_role(record, cert);
	if (record->usage == DANELAW_USAGE_DANE_TA &&
	    is_known_above(record, probe))
		return DANELAW_ROLE_TA_NOT_SENT;
	if (some_match(probe))
		return DANELAW_ROLE_NEXT_UNUSED;
	/* The data is that of an issuer, and no server had to send it. */
	if (record->usage == DANELAW_USAGE_DANE_TA &&
	    record->mtype == DANELAW_MTYPE_FULL)
		return DANELAW_ROLE_TA_NOT_SENT;
	return DANELAW_ROLE_ORPHAN;
}

static enum danelaw_role
role_of(const struct danelaw_tlsa *tlsa, const struct danelaw_probe *probe,
    const struct danelaw_record_result *result)
{
	const struct danelaw_record *record = &tlsa->records[result->record];

	if (result->result == DANELAW_RESULT_UNUSABLE)
		return DANELAW_ROLE_UNUSABLE;
	if (result->hashed != NULL)
		return DANELAW_ROLE_WRONG_BYTES;
	if (is_repeated(tlsa, result->record))
		return DANELAW_ROLE_DUPLICATE;
	switch (result->result) {
	case DANELAW_RESULT_UNUSABLE:
		break;
	case DANELAW_RESULT_SUPERSEDED:
		return DANELAW_ROLE_SUPERSEDED;
	case DANELAW_RESULT_MATCH:
		return record->usage == DANELAW_USAGE_DANE_EE
		    ? DANELAW_ROLE_CURRENT_LEAF
		    : anchor_role(record, probe);
	case DANELAW_RESULT_NO_MATCH:
		return unmatched_role(record, probe);
	}
	return DANELAW_ROLE_UNUSABLE;
}

void
roles_fill_probe(const struct danelaw_tlsa *tlsa, struct danelaw_probe *probe)
{
	/* Where nothing was sent nothing is known of the records. */
	for (size_t i = 0; probe->n_chain > 0 && i < probe->n_records; i++) {
		struct danelaw_record_result *result = &probe->records[i];

		if (result->record < tlsa->n_records)
			result->role = role_of(tlsa, probe, result);
	}
}

/* What the record is to another chain that it did match; NULL: to none. */
static const struct danelaw_record_result *
match_elsewhere(const struct danelaw_host *host, size_t record)
{
	for (size_t i = 0; i < host->n_addresses; i++) {
		const struct danelaw_address *address = &host->addresses[i];

		for (size_t j = 0; j < address->n_probes; j++) {
			const struct danelaw_probe *probe = &address->probes[j];

			for (size_t k = 0; k < probe->n_records; k++) {
				if (probe->records[k].record == record &&
				    probe->records[k].result ==
					DANELAW_RESULT_MATCH)
					return &probe->records[k];
			}
		}
	}
	return NULL;
}

static bool
match_anywhere(const struct danelaw_host *host)
{
	for (size_t i = 0; i < host->tlsa.n_records; i++) {
		if (match_elsewhere(host, i) != NULL)
			return true;
	}
	return false;
}

static void
refine(const struct danelaw_host *host, bool some,
    struct danelaw_record_result *result)
{
	const struct danelaw_record_result *other;

	if (result->role != DANELAW_ROLE_ORPHAN &&
	    result->role != DANELAW_ROLE_NEXT_UNUSED &&
	    result->role != DANELAW_ROLE_TA_NOT_SENT)
		return;
	other = match_elsewhere(host, result->record);
	if (result->result == DANELAW_RESULT_NO_MATCH && other != NULL)
		result->role = other->role;
	else if (some && result->role == DANELAW_ROLE_ORPHAN)
		result->role = DANELAW_ROLE_NEXT_UNUSED;
}

static void
refine_probe(
    const struct danelaw_host *host, bool some, struct danelaw_probe *probe)
{
	for (size_t i = 0; probe->n_chain > 0 && i < probe->n_records; i++)
		refine(host, some, &probe->records[i]);
}

void
roles_fill_host(struct danelaw_host *host)
{
	bool some = match_anywhere(host);

	for (size_t i = 0; i < host->n_addresses; i++) {
		struct danelaw_address *address = &host->addresses[i];

		for (size_t j = 0; j < address->n_probes; j++)
			roles_fill_probe(&host->tlsa, &address->probes[j]);
	}
	for (size_t i = 0; i < host->n_addresses; i++) {
		struct danelaw_address *address = &host->addresses[i];

		for (size_t j = 0; j < address->n_probes; j++)
			refine_probe(host, some, &address->probes[j]);
	}
}

/* Does it speak of the same key as a match that was counted before? */
static bool
is_counted(const struct danelaw_tlsa *tlsa, const struct danelaw_probe *probe,
    size_t at)
{
	const struct danelaw_record_result *result = &probe->records[at];

	for (size_t i = 0; i < at; i++) {
		const struct danelaw_record_result *other = &probe->records[i];

		if (other->result == DANELAW_RESULT_MATCH &&
		    other->depth == result->depth &&
		    tlsa->records[other->record].usage ==
			tlsa->records[result->record].usage)
			return true;
	}
	return false;
}

/*
 * Surely for another key than those in use? A digest of a whole certificate
 * may be that of the last one for the same key; only where certificates are
 * what is published does it count as the next. An issuer that is not there
 * helps nobody, unless its record stands beside one for that of today.
 */
static bool
is_next_key(const struct danelaw_tlsa *tlsa, const struct danelaw_probe *probe,
    const struct danelaw_record *record)
{
	if (record->usage == DANELAW_USAGE_DANE_EE &&
	    record->selector == DANELAW_SELECTOR_SPKI)
		return true;
	for (size_t i = 0; i < probe->n_records; i++) {
		const struct danelaw_record_result *other = &probe->records[i];

		if (other->result == DANELAW_RESULT_MATCH &&
		    same_kind(&tlsa->records[other->record], record))
			return true;
	}
	return false;
}

bool
roles_allow_rollover(
    const struct danelaw_tlsa *tlsa, const struct danelaw_probe *probe)
{
	size_t keys = 0;

	for (size_t i = 0; i < probe->n_records; i++) {
		const struct danelaw_record_result *result = &probe->records[i];

		if (result->record >= tlsa->n_records)
			return false;
		if (result->result == DANELAW_RESULT_MATCH)
			keys += !is_counted(tlsa, probe, i);
		else if (result->role == DANELAW_ROLE_NEXT_UNUSED)
			keys += is_next_key(
			    tlsa, probe, &tlsa->records[result->record]);
	}
	return keys >= 2;
}
