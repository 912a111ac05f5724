/* SPDX-License-Identifier: ISC */
/*
 * unpack.h - a file as a whole, unpacked where it is gzip's (RFC 1952).
 */
#pragma once

#include "base/buf.h"

/* More than this of a file, packed or not, is not taken. */
enum { UNPACK_MAX = 2 << 20 };

/*
 * path "-" is standard input. False: *why tells, static or of strerror(), and
 * out is empty; buf_finish() is for the caller in any case.
 */
bool unpack_file(const char *path, struct buf *out, const char **why);
