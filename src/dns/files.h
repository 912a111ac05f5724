/* SPDX-License-Identifier: ISC */
/*
 * files.h - the files a resolver is made from: records in zone format, and
 * resolv.conf.
 *
 * Where a function says *why, it becomes the end of a sentence that begins
 * with the file: "cannot be read: Permission denied". It lives in the arena
 * or is static. Nothing else is changed then.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include <ldns/ldns.h>

struct arena;

/* The whole file, to be freed; NULL where it is no text of sensible size. */
char *file_read(struct arena *arena, const char *file, const char **why);

/* False ends the reading: no memory. */
typedef bool file_record_fn(struct arena *arena, const ldns_rr *rr, void *arg);
/* Calls fn for each record. text is not kept, but may be scribbled on. */
bool file_each_record(struct arena *arena, char *text, file_record_fn *fn,
    void *arg, const char **why);

/* The addresses of the root servers that it names, of which there are some. */
bool file_read_hints(struct arena *arena, const char *file,
    const char ***places, size_t *n_places, const char **why);

/*
 * The addresses of its "nameserver" lines, at least one and at most
 * FILE_MAX_NAMESERVERS. Unlike elsewhere "@PORT" may follow; lines whose
 * address is not understood are passed over.
 */
#define FILE_MAX_NAMESERVERS 8
bool file_read_resolv_conf(struct arena *arena, const char *file,
    const char ***places, size_t *n_places, const char **why);
