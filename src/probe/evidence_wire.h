/* SPDX-License-Identifier: ISC */
/*
 * evidence_wire.h - evidence as bytes, for another process of the same run.
 *
 * Certificates travel as DER; all that can be told from them is told anew by
 * the reader. It takes nothing on trust: lengths, counts, texts and values
 * are checked, and what is not exactly as evidence_write() makes it is refused
 * as a whole.
 */
#pragma once

#include "base/buf.h"
#include "probe/probe.h"

#define EVIDENCE_WIRE_MAX (4U * 1024 * 1024)

/* Appends. False: this machine lacked something here or while it was
 * gathered, or beyond the limit of out; what was appended is of no use then. */
bool evidence_write(struct evidence *evidence, struct buf *out);
/* One reference. NULL: no evidence, or no memory. context (NULL is fine) may
 * know the certificates. */
struct evidence *evidence_read(
    struct tls_context *context, const void *bytes, size_t len);
