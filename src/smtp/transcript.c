/* SPDX-License-Identifier: ISC */
#include "smtp/transcript.h"

#include <string.h>

#include "base/text.h"

void
transcript_init(struct transcript *transcript, struct arena *arena,
    struct danelaw_smtp *facts)
{
	*transcript = (struct transcript) { .arena = arena, .facts = facts };
}

const char *
transcript_add(struct transcript *transcript, const char *mark,
    const void *bytes, size_t len)
{
	struct danelaw_smtp *facts = transcript->facts;
	/* Longer by one than what is kept, so that a cut is marked as one. */
	char line[TRANSCRIPT_LINE + 1];
	const char *text;

	if (transcript->full)
		return NULL;
	if (facts->n_transcript == TRANSCRIPT_LINES - 1 ||
	    transcript->used > TRANSCRIPT_TEXT - TRANSCRIPT_LINE) {
		transcript->full = true;
		arena_push_text(transcript->arena, &facts->transcript,
		    &facts->n_transcript, "... more");
		return NULL;
	}
	if (len > sizeof(line) - TRANSCRIPT_MARK)
		len = sizeof(line) - TRANSCRIPT_MARK;
	memcpy(line, mark, TRANSCRIPT_MARK);
	memcpy(line + TRANSCRIPT_MARK, bytes, len);
	text = text_printable(
	    transcript->arena, line, TRANSCRIPT_MARK + len, TRANSCRIPT_LINE);
	if (text == NULL ||
	    !arena_push_text(transcript->arena, &facts->transcript,
		&facts->n_transcript, text))
		return NULL;
	transcript->used += strlen(text) + 1;
	return text;
}
