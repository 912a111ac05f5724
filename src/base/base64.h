/* SPDX-License-Identifier: ISC */
/*
 * base64.h - bytes as text (RFC 4648 section 4, padded, on one line).
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

struct buf;

/* Appends. False: no memory, or over the limit. */
bool base64_write(struct buf *out, const void *bytes, size_t len);
/* The same. False, too: it is not as base64_write() makes it. */
bool base64_read(struct buf *out, const char *text, size_t len);
