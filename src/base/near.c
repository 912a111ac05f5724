/* SPDX-License-Identifier: ISC */
#include "base/near.h"

#include <ctype.h>
#include <string.h>

static size_t
least(size_t a, size_t b)
{
	return a < b ? a : b;
}

static bool
differ(char a, char b)
{
	return tolower((unsigned char)a) != tolower((unsigned char)b);
}

/* Letters to put in, take out or change to make one of the other. */
static size_t
distance(const char *a, const char *b)
{
	size_t n = strlen(b), row[NEAR_MAX + 1];

	for (size_t j = 0; j <= n; j++)
		row[j] = j;
	for (size_t i = 0; a[i] != '\0'; i++) {
		size_t corner = row[0];

		row[0] = i + 1;
		for (size_t j = 0; j < n; j++) {
			size_t change = corner + differ(a[i], b[j]);

			corner = row[j + 1];
			row[j + 1] =
			    least(change, 1 + least(row[j], row[j + 1]));
		}
	}
	return row[n];
}

void
near_begin(struct near *near, const char *word)
{
	near->word = word;
	near->found = NULL;
	near->best = NEAR_MAX;
}

void
near_try(struct near *near, const char *candidate)
{
	size_t len = strlen(near->word), far;

	if (len == 0 || len > NEAR_MAX || strlen(candidate) > NEAR_MAX)
		return;
	far = distance(near->word, candidate);
	/* The beginning of a word is nearer than it looks. */
	if (strncmp(candidate, near->word, len) == 0)
		far = least(far, 1);
	if (far < near->best) {
		near->best = far;
		near->found = candidate;
	}
}

const char *
near_found(const struct near *near, size_t slack)
{
	return near->found != NULL &&
		near->best <= slack + strlen(near->word) / 3
	    ? near->found
	    : NULL;
}
