/* SPDX-License-Identifier: ISC */
/*
 * catalogue.h - every fault that has an id, to be looked up by people.
 *
 * First the findings in the order of findings.def, then what unseen.def has.
 */
#pragma once

#include "model/finding.h"

struct catalogue_item {
	const char *id;
	const struct finding_entry *entry; /* NULL: cannot be seen ... */
	const char *unseen;                /* ... and this is why */
};

size_t catalogue_size(void);
/* index must be below catalogue_size(). */
struct catalogue_item catalogue_at(size_t index);
/* False, and nothing changed: no such id. */
bool catalogue_find(const char *id, struct catalogue_item *item);
/* The id that is written most like this one; NULL: none comes near. */
const char *catalogue_nearest(const char *id);

/* Is the text, in whatever case, part of a sentence about the item? */
bool catalogue_says(const struct catalogue_item *item, const char *text);
/*
 * Does a line, such as one of a mail log, hold one of the messages or status
 * codes by which senders tell of the item? A message is what stands in
 * quotes; "..." and words in capitals may be anything.
 */
bool catalogue_quotes(const struct catalogue_item *item, const char *line);
