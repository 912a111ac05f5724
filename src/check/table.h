/* SPDX-License-Identifier: ISC */
/*
 * table.h - uthash as this floor uses it: where memory ran out, an element
 * that was added is not in the table and has no hh.tbl.
 */
#ifndef CHECK_TABLE_H
#define CHECK_TABLE_H

#define HASH_NONFATAL_OOM 1
#include <uthash.h>

#endif
