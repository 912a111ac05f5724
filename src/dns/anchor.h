/* SPDX-License-Identifier: ISC */
/*
 * anchor.h - the keys of the root zone that validation begins with.
 *
 * libunbound takes an empty or missing anchor file without a word and then
 * calls every zone insecure: so the file is read here, and libunbound is
 * given the records.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

struct arena;

struct anchors {
	const char **records; /* DS or DNSKEY in zone format */
	size_t n_records;
	const char *source; /* the file, or "built in (IANA keys ...)" */
};

/*
 * DS and DNSKEY records of the root zone, one per line or in parentheses.
 * Keys that unbound-anchor (RFC 5011) has noted down as not yet or no longer
 * valid are left out, and so are revoked ones. False: *why is a sentence in
 * the arena, without the full stop; anchors is unchanged.
 */
bool anchors_read(struct arena *arena, const char *file,
    struct anchors *anchors, const char **why);

/*
 * The first of these files that can be read and holds an anchor, else what is
 * built in. files NULL: where systems keep them. False: no memory.
 */
bool anchors_find(struct arena *arena, const char *const *files, size_t n_files,
    struct anchors *anchors);
