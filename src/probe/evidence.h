/* SPDX-License-Identifier: ISC */
/*
 * evidence.h - how evidence begins; the rest of it is told in probe.h.
 */
#pragma once

#include "probe/probe.h"

/* No shakes yet, but room for one per offer. NULL: no memory. */
struct evidence *evidence_new(const struct probe_target *target);
