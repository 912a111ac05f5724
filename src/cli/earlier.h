/* SPDX-License-Identifier: ISC */
/*
 * earlier.h - the output of an earlier run, to go on behind it.
 */
#pragma once

#include <stdbool.h>

#include "scan/seen.h"

/*
 * Adds the domains in the file to the set, and cuts a torn last line off.
 * False, after a complaint: the file cannot be read or mended, is none of
 * ours, or is standard output without being open to append to. shown is the
 * path as a complaint may have it.
 */
bool earlier_read(
    const char *path, const char *shown, struct seen *seen, struct seen *hosts);
