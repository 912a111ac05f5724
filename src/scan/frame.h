/* SPDX-License-Identifier: ISC */
/*
 * frame.h - what head and hands say to each other, and how it is written.
 *
 *	hand	READY				its engine stands
 *	head	DOMAIN id text			to be examined
 *	hand	RESULT id verdict state line	the report, perhaps lacking
 *	hand	BAD id lost why			there is no report
 *	hand	ASK id key endpoint ip host	may I probe?
 *	head	GO id				yes
 *	head	HAVE id store offset len	no need to: read this
 *	hand	TOOK id				so I did
 *	hand	REDO id				this cannot be read
 *	hand	DROP id				never mind
 *	hand	DONE id unreached offset len	the probe has ended
 *	hand	ALIVE				its loop turns
 *
 * DONE says where in the hand's own store the evidence lies; len 0: nowhere.
 * For key, endpoint and unreached see check/gate.h.
 * The id of a domain is the head's own, that of a question the hand's. Both
 * sides run the same program, but a hand has talked to strangers: what it
 * says is checked as theirs would be.
 */
#pragma once

#include <danelaw_report.h>

#include "base/buf.h"

#define FRAME_MAX (4U << 20)       /* bytes of one frame, a report's line */
#define FRAME_TEXT_MAX 1024U       /* of any other text */
#define FRAME_STORED_MAX FRAME_MAX /* what lies in a store */

enum frame_type {
	FRAME_READY = 1,
	FRAME_DOMAIN,
	FRAME_RESULT,
	FRAME_BAD,
	FRAME_ASK,
	FRAME_GO,
	FRAME_HAVE,
	FRAME_TOOK,
	FRAME_REDO,
	FRAME_DROP,
	FRAME_DONE,
	FRAME_ALIVE,
};

/* Which fields count depends on the type; the others are 0. */
struct frame {
	enum frame_type type;
	uint64_t id;
	enum danelaw_verdict verdict;
	enum danelaw_state state;
	bool lacking, lost, unreached;
	uint64_t offset;
	uint32_t store, len;
	/* NUL-terminated where they come from frame_read(). */
	const char *text; /* domain, line, why or key */
	size_t text_len;
	const char *endpoint, *ip, *host;
};

enum frame_status {
	FRAME_MORE, /* *used is how many bytes it takes in all; 0: unknown */
	FRAME_OK,   /* *used bytes were the frame */
	FRAME_WRONG,
};

/* False: it does not fit into a frame, or no memory; nothing was added. */
bool frame_write(struct buf *out, const struct frame *frame);
/* What *frame points to lies in bytes. */
enum frame_status frame_read(
    const char *bytes, size_t len, struct frame *frame, size_t *used);
