/* SPDX-License-Identifier: ISC */
/*
 * reason.h - what libunbound says of a failure, shortened for people.
 */
#pragma once

#include <danelaw_report.h>

struct arena;

#define REASON_MAX 240

/*
 * One printable line of at most REASON_MAX characters. What only repeats the
 * question, as "validation failure <example.org. MX IN>: ", is left out, and
 * the clumsiest phrases are put in other words. NULL where text is NULL or
 * says nothing.
 */
char *reason_shorten(struct arena *arena, const char *text);

/* What such a line tells. NULL, or words that are not known: UNTOLD. */
enum danelaw_dns_cause reason_cause(const char *why);

/*
 * Reads a line of libunbound's log, as
 * "[1] libunbound[2:0] error: SERVFAIL <a.example. MX IN>: timeout". True
 * where it is about a question: *question and *question_len are then what
 * stands in the angle brackets, and *text what follows. All point into line.
 */
bool reason_parse_log(const char *line, const char **question,
    size_t *question_len, const char **text);
/*
 * Is "a.example. MX IN" the question for name and type? name is without the
 * dot at the end. libunbound writes "?" for what is no letter, digit, hyphen,
 * underscore or asterisk.
 */
bool reason_is_about(
    const char *question, size_t len, const char *name, const char *type);

/*
 * Why questions failed a short time ago. libunbound answers the same question
 * from its cache for some seconds, and then no longer says why.
 */
#define REASON_SLOTS 256
struct reason_memory {
	struct reason_slot {
		char *name, *text;
		int type;
	} slots[REASON_SLOTS];
};
/* Forgets what it has to. text is copied, too much of it is cut off. */
void reason_remember(
    struct reason_memory *memory, const char *name, int type, const char *text);
/* NULL: nothing is known. Valid until the next reason_remember(). */
const char *reason_recall(
    const struct reason_memory *memory, const char *name, int type);
/* Is this text no reason, but only says that there was one? */
bool reason_is_from_cache(const char *text);
void reason_memory_finish(struct reason_memory *memory);
