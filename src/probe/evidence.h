/* SPDX-License-Identifier: ISC */
/*
 * evidence.h - how evidence begins; the rest of it is told in probe.h.
 */
#pragma once

#include "probe/probe.h"

/* How many shakes there can be: one per offer, and some more (probe.h). */
size_t evidence_shakes_max(void);
/* No shakes yet, but room for all. NULL: no memory. */
struct evidence *evidence_new(const struct probe_target *target);
