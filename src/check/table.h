/* SPDX-License-Identifier: ISC */
/*
 * table.h - uthash as this floor uses it: where memory ran out, an element
 * that was added is not in the table and has no hh.tbl.
 */
#ifndef CHECK_TABLE_H
#define CHECK_TABLE_H

#define HASH_NONFATAL_OOM 1
#include <uthash.h>

#include "base/fingerprint.h"

/* For the _BYHASHVALUE macros: uthash's own hashes have no secret, and who
 * knows them can have all names meet in one chain. */
static inline unsigned
table_hash(const struct fingerprint_secret *secret, const char *key, size_t len)
{
	return (unsigned)fingerprint_of(secret, key, len).a;
}

#endif
