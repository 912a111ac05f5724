/* SPDX-License-Identifier: ISC */
#include "fuzz.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

long fuzz_taken = -1;

char *
fuzz_text(const uint8_t *bytes, size_t len)
{
	char *text = malloc(len + 1);

	assert(text != NULL);
	if (len > 0)
		memcpy(text, bytes, len);
	text[len] = '\0';
	return text;
}

void
fuzz_printable(const char *text)
{
	for (; text != NULL && *text != '\0'; text++)
		assert(*text >= ' ' && *text <= '~');
}

bool
fuzz_same(const char *a, const char *b)
{
	return a == NULL || b == NULL ? a == b : strcmp(a, b) == 0;
}
