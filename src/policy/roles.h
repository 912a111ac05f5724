/* SPDX-License-Identifier: ISC */
/*
 * roles.h - what each TLSA record is there for, and whether the key could be
 * changed tomorrow (RFC 7671 section 8, RFC 7672 section 4).
 *
 * Pure. Reads what was judged of each record alone and what was sent.
 */
#pragma once

#include <danelaw_report.h>

/* One chain by itself, as from a file. */
void roles_fill_probe(
    const struct danelaw_tlsa *tlsa, struct danelaw_probe *probe);
/*
 * All of a host: a record that is in use with one certificate of a host is
 * not called unused with another.
 */
void roles_fill_host(struct danelaw_host *host);

/*
 * With roles filled in: do the records that count speak of more than the one
 * key in use, be it another key or an issuer? What tells is the key: two
 * records for one key (3 1 1 and 3 1 2, or 3 0 1 and 3 1 1) are no roll-over.
 */
bool roles_allow_rollover(
    const struct danelaw_tlsa *tlsa, const struct danelaw_probe *probe);
