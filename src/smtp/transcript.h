/* SPDX-License-Identifier: ISC */
/*
 * transcript.h - what was said, for people, within bounds.
 *
 * At most 200 lines and some 16 KiB, whatever the server sends; what is left
 * out is told by a last line "... more".
 */
#pragma once

#include <danelaw_report.h>

#include "base/arena.h"

#define TRANSCRIPT_LINES 200
#define TRANSCRIPT_TEXT (16 * 1024)
#define TRANSCRIPT_LINE 512 /* characters, escapes counted */
#define TRANSCRIPT_MARK 2   /* "> " said, "< " heard, "* " our remark */

struct transcript {
	struct arena *arena;
	struct danelaw_smtp *facts;
	size_t used;
	bool full;
};

void transcript_init(struct transcript *transcript, struct arena *arena,
    struct danelaw_smtp *facts);
/* Returns the line as it was added; NULL: full, or no memory. */
const char *transcript_add(struct transcript *transcript, const char *mark,
    const void *bytes, size_t len);
