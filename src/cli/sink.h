/* SPDX-License-Identifier: ISC */
/*
 * sink.h - whole lines, or none.
 *
 * A line that cannot be written to its end is taken out of a regular file
 * again, so that what is there can be read, and gone on with. What went into
 * a pipe cannot be taken back.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

/* One line and its end, at once. False: errno says why. */
bool sink_write(int fd, const char *line, size_t len);
