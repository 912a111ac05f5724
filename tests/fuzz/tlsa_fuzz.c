/* SPDX-License-Identifier: ISC */
/*
 * TLSA records: the input as presentation form, as RDATA, and as an RRset of
 * records that each begin with their length.
 */
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "fuzz.h"
#include "policy/tlsa.h"

#define SET_MAX 32

/* RFC 6698 sections 2.1 and 4.1, RFC 7672 section 3.1. */
static bool
may_be_usable(const struct danelaw_record *record)
{
	static const size_t lengths[] = { 0, 32, 64 };

	return (record->usage == 2 || record->usage == 3) &&
	    record->selector <= 1 && record->mtype <= 2 && record->len > 0 &&
	    (record->mtype == 0 || record->len == lengths[record->mtype]);
}

static void
check_record(struct arena *arena, const struct danelaw_record *record)
{
	struct danelaw_record again;

	assert(record->usable == may_be_usable(record));
	assert(record->usable == (record->reason == NULL));
	fuzz_printable(record->rr);
	fuzz_printable(record->reason);
	if (record->len == 0)
		return;
	assert(tlsa_from_text(arena, record->rr, &again, NULL));
	assert(strcmp(again.rr, record->rr) == 0);
	assert(again.len == record->len);
	assert(memcmp(again.data, record->data, record->len) == 0);
}

static void
check_set(struct arena *arena, const uint8_t *bytes, size_t len)
{
	struct danelaw_record records[SET_MAX] = { 0 };
	size_t n = 0, usable = 0, in_force = 0;

	while (len > 0 && n < SET_MAX) {
		size_t size = *bytes++;

		len--;
		size = size > len ? len : size;
		assert(tlsa_from_rdata(arena, bytes, size, &records[n]));
		check_record(arena, &records[n++]);
		bytes += size;
		len -= size;
	}
	for (size_t i = 0; i < n; i++) {
		usable += records[i].usable;
		in_force +=
		    records[i].usable && !tlsa_is_superseded(records, n, i);
	}
	/* However weak a digest is, some record is left to go by. */
	assert((usable > 0) == (in_force > 0));
	assert(tlsa_count_usable(records, n) == usable);
	assert(tlsa_status(records, n) ==
	    (n == 0              ? DANELAW_TLSA_NONE
		    : usable > 0 ? DANELAW_TLSA_USABLE
				 : DANELAW_TLSA_UNUSABLE));
}

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
	struct arena *arena = arena_new();
	char *text = fuzz_text(bytes, len);
	struct danelaw_record record;
	const char *why = NULL;

	if (tlsa_from_text(arena, text, &record, &why))
		check_record(arena, &record);
	else
		assert(why != NULL);
	assert(tlsa_from_rdata(arena, bytes, len, &record));
	check_record(arena, &record);
	check_set(arena, bytes, len);
	free(text);
	arena_unref(arena);
	return 0;
}
