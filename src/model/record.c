/* SPDX-License-Identifier: ISC */
#include "model/record.h"

#include <string.h>

bool
record_describes(
    const struct danelaw_record *record, const struct record_subject *subject)
{
	const struct {
		const uint8_t *bytes;
		size_t len;
	} wanted[] = {
		[DANELAW_MTYPE_FULL] = { subject->der, subject->len },
		[DANELAW_MTYPE_SHA256] = { subject->sha256, 32 },
		[DANELAW_MTYPE_SHA512] = { subject->sha512, 64 },
	};

	return record->mtype <= DANELAW_MTYPE_SHA512 && record->len > 0 &&
	    wanted[record->mtype].bytes != NULL &&
	    record->len == wanted[record->mtype].len &&
	    memcmp(record->data, wanted[record->mtype].bytes, record->len) == 0;
}

bool
record_is_outranked(
    const struct danelaw_record *record, const struct danelaw_record *other)
{
	return record->mtype != DANELAW_MTYPE_FULL &&
	    other->usage == record->usage &&
	    other->selector == record->selector && other->mtype > record->mtype;
}
