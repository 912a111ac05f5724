/* SPDX-License-Identifier: ISC */
#include "model/log.h"

#include <ctype.h>
#include <string.h>

#include "base/near.h"

static const struct log_words table[] = {
#define LOG(pattern, who, means, ids) { pattern, who, means, ids },
#include "model/log.def"
#undef LOG
};

#define N_TABLE (sizeof(table) / sizeof(table[0]))

const struct log_words *
log_words_at(size_t index)
{
	return index < N_TABLE ? &table[index] : NULL;
}

const char *
log_pattern(const struct log_words *words)
{
	return words->pattern + (words->pattern[0] == '*');
}

/* Does c go on with a word or number that ends, or begins, with edge? */
static bool
goes_on(char edge, char c, char beyond, bool hyphens)
{
	if (!isalnum((unsigned char)edge))
		return false;
	if (isalnum((unsigned char)c) || c == '_' || (c == '-' && hyphens))
		return true;
	/* "4.7.5" in "10.4.7.5". */
	return c == '.' && isdigit((unsigned char)edge) &&
	    isdigit((unsigned char)beyond);
}

/* Blanks in the piece may be any in the line. NULL: it does not begin here. */
static const char *
match_here(const char *at, const char *piece, size_t len)
{
	for (size_t i = 0; i < len; i++) {
		if (piece[i] == ' ') {
			if (!isspace((unsigned char)*at))
				return NULL;
			while (isspace((unsigned char)*at))
				at++;
		} else if (tolower((unsigned char)*at++) !=
		    tolower((unsigned char)piece[i])) {
			return NULL;
		}
	}
	return at;
}

/* Where the piece ends that is found first, as words of their own. */
static const char *
find_piece(const char *line, const char *from, const char *piece, size_t len)
{
	bool hyphens = memchr(piece, '-', len) != NULL;
	const char either[] = { (char)tolower((unsigned char)*piece),
		(char)toupper((unsigned char)*piece), '\0' };
	const char *end;

	for (const char *at = from; *at != '\0'; at++) {
		/* Most of a line is passed over at once. */
		if (*piece != ' ')
			at += strcspn(at, either);
		if (*at == '\0')
			break;
		end = match_here(at, piece, len);
		if (end == NULL)
			continue;
		if (at > line &&
		    goes_on(
			*piece, at[-1], at > line + 1 ? at[-2] : '\0', hyphens))
			continue;
		if (*end != '\0' &&
		    goes_on(piece[len - 1], end[0], end[1], hyphens))
			continue;
		return end;
	}
	return NULL;
}

/* How many letters of the pattern the line holds; 0: not all of them. */
static size_t
weigh(const char *line, const char *pattern)
{
	const char *at = line;
	size_t weight = 0;

	while (*pattern != '\0') {
		size_t len = strcspn(pattern, "*");

		if (len > 0 &&
		    (at = find_piece(line, at, pattern, len)) == NULL)
			return 0;
		weight += len;
		pattern += len;
		pattern += *pattern == '*';
	}
	return weight;
}

enum rank { RANK_WORDS, RANK_GENERAL, RANK_CODE, RANK_COUNT };

static enum rank
rank_of(const char *pattern)
{
	if (pattern[0] == '*')
		return RANK_GENERAL;
	return strspn(pattern, "0123456789.") == strlen(pattern) ? RANK_CODE
								 : RANK_WORDS;
}

/* Puts one in its place; what is lighter than all of max is dropped. */
static size_t
insert(const struct log_words **found, size_t *weights, size_t n, size_t max,
    const struct log_words *words, size_t weight)
{
	size_t at = n;

	while (at > 0 && weights[at - 1] < weight)
		at--;
	if (at == max)
		return n;
	n = n < max ? n + 1 : max;
	memmove(&found[at + 1], &found[at], (n - at - 1) * sizeof(found[0]));
	memmove(
	    &weights[at + 1], &weights[at], (n - at - 1) * sizeof(weights[0]));
	found[at] = words;
	weights[at] = weight;
	return n;
}

size_t
log_find(const char *line, const struct log_words **found, size_t max)
{
	enum { MOST = 8 };
	size_t weights[MOST], n = 0;
	char start[LOG_MAX];

	if (max > MOST)
		max = MOST;
	if (strlen(line) >= sizeof(start)) {
		memcpy(start, line, sizeof(start) - 1);
		start[sizeof(start) - 1] = '\0';
		line = start;
	}
	for (int rank = 0; rank < RANK_COUNT && n == 0; rank++) {
		for (size_t i = 0; i < N_TABLE; i++) {
			size_t weight;

			if ((int)rank_of(table[i].pattern) != rank)
				continue;
			weight = weigh(line, table[i].pattern);
			if (weight > 0)
				n = insert(
				    found, weights, n, max, &table[i], weight);
		}
	}
	return n;
}

const char *
log_nearest(const char *text)
{
	struct near near;

	near_begin(&near, text);
	for (size_t i = 0; i < N_TABLE; i++)
		near_try(&near, log_pattern(&table[i]));
	return near_found(&near, 1);
}
