/* SPDX-License-Identifier: ISC */
/*
 * log.h - lines of mail logs: which words mean what, and whom they are about.
 *
 * Lines come from anywhere and may hold anything; no more than LOG_MAX bytes
 * of one are looked at.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

struct arena;

#define LOG_MAX 16384

struct log_words {
	const char *pattern;
	const char *who;   /* says it */
	const char *means; /* a sentence */
	const char *ids;   /* of the catalogue, the likeliest first */
};

/* NULL: there are no more. */
const struct log_words *log_words_at(size_t index);
/* For people. */
const char *log_pattern(const struct log_words *words);
/*
 * The words that the line holds, at most max of them, the most telling ones
 * first; how many. Codes alone count only where nothing better is there.
 */
size_t log_find(const char *line, const struct log_words **found, size_t max);
/* What is written most like a short text; NULL: nothing comes near. */
const char *log_nearest(const char *text);

/* Names as name_parse() gives them, or NULL. */
struct log_names {
	const char *domain; /* of the recipient */
	const char *host;   /* the mail host */
};

struct log_names log_names(struct arena *arena, const char *line);
