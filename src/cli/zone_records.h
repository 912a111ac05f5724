/* SPDX-License-Identifier: ISC */
/*
 * zone_records.h - the TLSA records of one name in a zone file.
 */
#pragma once

#include "base/arena.h"
#include "base/buf.h"

/*
 * The lines of the file that are TLSA records (or TYPE52) of owner, each as
 * one text without comments, in the arena. $ORIGIN is heeded; before there is
 * one, a relative name is taken for owner where that begins with it. False:
 * no memory.
 */
bool zone_records(struct arena *arena, const struct buf *file,
    const char *owner, const char ***texts, size_t *n);
