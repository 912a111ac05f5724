/* SPDX-License-Identifier: ISC */
/*
 * extras.h - a few lookups that may only add advice to a report: TLSA records
 * where no sender of mail looks for them, and a missing TLSRPT record.
 *
 * They are made once the hosts are looked up, only where they can change a
 * finding, and not where a lookup failed or the answer was unsigned. What
 * comes back without a meaning, or too late, is forgotten.
 */
#pragma once

#include <stdbool.h>

struct domain_job;
struct extras;

/*
 * Asks for the job, whose hosts are looked up. done() comes from the loop.
 * NULL: there is nothing to ask, or no memory; done() is not called.
 */
struct extras *extras_start(
    struct domain_job *job, void (*done)(struct domain_job *job));
/* Adds what is worth it to the lookups of the report. NULL is fine. */
bool extras_merge(const struct extras *extras, struct domain_job *job);
/* Ends it, finished or not. NULL is fine. */
void extras_free(struct extras *extras);
/* Is an answer outstanding? NULL: no. */
bool extras_pending(const struct extras *extras);
