/* SPDX-License-Identifier: ISC */
#include "scan/seen.h"

#include <stdlib.h>

struct seen {
	struct fingerprint_secret secret;
	struct packed prints;
};

struct seen *
seen_new(const struct fingerprint_secret *secret)
{
	struct seen *seen = calloc(1, sizeof(*seen));

	if (seen != NULL)
		seen->secret = *secret;
	return seen;
}

void
seen_free(struct seen *seen)
{
	if (seen == NULL)
		return;
	packed_finish(&seen->prints);
	free(seen);
}

enum seen_answer
seen_add(struct seen *seen, const char *text, size_t len)
{
	size_t before = seen->prints.n;

	if (packed_add(&seen->prints,
		fingerprint_of(&seen->secret, text, len)) == NULL)
		return SEEN_NO_MEMORY;
	return seen->prints.n == before ? SEEN_BEFORE : SEEN_NEW;
}

bool
seen_has(const struct seen *seen, const char *text, size_t len)
{
	return packed_find(&seen->prints,
		   fingerprint_of(&seen->secret, text, len)) != NULL;
}

size_t
seen_count(const struct seen *seen)
{
	return seen->prints.n;
}

size_t
seen_bytes(const struct seen *seen)
{
	return seen->prints.room * sizeof(struct fingerprint);
}
