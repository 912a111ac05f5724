/* SPDX-License-Identifier: ISC */
/*
 * pins.h - records that are to be published, in the forms that people paste
 * and programs read.
 *
 * As report.h: when the buffer has failed, the output is not to be used.
 */
#ifndef REPORT_PINS_H
#define REPORT_PINS_H

#include "base/buf.h"
#include "model/pins.h"

/* Lines of a zone file, and comments in its syntax unless it is bare. */
void pins_zone(const struct pin_set *set, bool bare, struct buf *out);
/* The same for zones that do not know the type (RFC 3597 section 5). */
void pins_rfc3597(const struct pin_set *set, bool bare, struct buf *out);
/* What is to be done with each record of hosts that were looked at, a line
 * each: "add", "keep" or "drop?". */
void pins_current(const struct pin_set *set, struct buf *out);
/*
 * A script for nsupdate (RFC 2136) that does it, for those hosts that could
 * be looked at: only while nothing has changed since. What may go is taken
 * out with drop, and is a comment without.
 */
void pins_nsupdate(const struct pin_set *set, bool drop, struct buf *out);
/* Schema danelaw-tlsa/1, indented, no newline at the end. */
void pins_json(const struct pin_set *set, struct buf *out);

#endif
