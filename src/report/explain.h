/* SPDX-License-Identifier: ISC */
/*
 * explain.h - entries of the catalogue, for people and as JSON.
 */
#ifndef REPORT_EXPLAIN_H
#define REPORT_EXPLAIN_H

#include "base/buf.h"
#include "model/catalogue.h"

/* All that is known about one entry. */
void explain_text(const struct catalogue_item *item, struct buf *out);
/* id, severity and what it is, on one line. */
void explain_line(const struct catalogue_item *item, struct buf *out);
/* Schema danelaw-explain/1: an array of entries. */
void explain_json(
    const struct catalogue_item *items, size_t n, struct buf *out);

#endif
