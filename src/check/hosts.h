/* SPDX-License-Identifier: ISC */
/*
 * hosts.h - examinations of MX hosts, shared by the domains that name them.
 *
 * Whoever needs a host takes a use of it. While one examination of it runs
 * others join it; what it has shown is kept for some time, as long as there is
 * room, the least recently used going first. A lookup that failed is kept
 * but a short while, and what this machine cut short not at all. Where nothing
 * is to be shared each use is an examination of its own.
 */
#pragma once

#include "check/host.h"

struct hosts;
struct host_use;
typedef void host_use_fn(void *arg);

/* share_ms 0: nothing is shared; n 0: the default. NULL: no memory. */
struct hosts *hosts_new(
    struct danelaw_engine *engine, uint32_t share_ms, size_t n);
/* Without uses. NULL is fine. */
void hosts_free(struct hosts *hosts);

/*
 * known(): its lookups are done; after it, sooner or later, done(), where that
 * has something to wait for after a grant. Both come from the loop, known() in
 * any case. NULL: no memory.
 */
struct host_use *hosts_use(struct hosts *hosts, const struct host_spec *spec,
    host_use_fn *known, host_use_fn *done, void *arg);
/*
 * From known() on: n of its addresses, in all, may be looked at; what others
 * were granted is seen as well. True: done() follows, perhaps once more.
 */
bool host_use_grant(struct host_use *use, size_t n);
/* Before or after done(). What nobody uses any more and has not ended is
 * given up. NULL is fine. */
void host_use_free(struct host_use *use);
/* Borrowed from the use. */
struct host_job *host_use_job(const struct host_use *use);
/* When it was begun, by clock_boot_ms(). */
int64_t host_use_begun(const struct host_use *use);
/* Was it begun for another one? */
bool host_use_is_shared(const struct host_use *use);
/* True for one of those that wait for the same. */
bool host_use_is_first(const struct host_use *use);
