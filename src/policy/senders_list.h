/* SPDX-License-Identifier: ISC */
/*
 * senders_list.h - which senders do so: "exim-gnutls, go 1.24 1.27".
 *
 * Pure.
 */
#pragma once

#include "base/arena.h"

#include <danelaw_report.h>

/*
 * Those with this outcome at any address, with versions where not all of a
 * program's do. In the arena; NULL: there are none, or no memory.
 */
const char *senders_list(struct arena *arena,
    const struct danelaw_report *report, enum danelaw_delivery outcome);
