/* SPDX-License-Identifier: ISC */
/*
 * pack.h - bodies as gzip packs them (RFC 1952), for clients that take it.
 */
#pragma once

#include "base/buf.h"

/* Does the header Accept-Encoding (NULL: there is none) allow gzip? */
bool pack_is_wanted(const char *accept);
/* False: no memory. */
bool pack_gzip(const struct buf *in, struct buf *out);
