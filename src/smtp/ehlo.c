/* SPDX-License-Identifier: ISC */
#include "smtp/ehlo.h"

#include <stdbool.h>
#include <string.h>
#include <strings.h>

#define MASKED_MIN 4 /* shorter ones may be somebody's keyword */

static bool
is_blank(char c)
{
	return c == ' ' || c == '\t';
}

/* Cisco's inspection makes STARTTLS "XXXXXXXA"; others use asterisks. */
static bool
is_masked(const char *word, size_t len)
{
	if (len >= MASKED_MIN && word[len - 1] == 'A')
		len--;
	if (len < MASKED_MIN || (word[0] != 'X' && word[0] != '*'))
		return false;
	for (size_t i = 1; i < len; i++) {
		if (word[i] != word[0])
			return false;
	}
	return true;
}

enum ehlo_keyword
ehlo_keyword(const char *text, size_t len)
{
	static const char starttls[] = "STARTTLS";
	size_t end = 0;

	while (len > 0 && is_blank(*text)) {
		text++;
		len--;
	}
	while (end < len && !is_blank(text[end]))
		end++;
	if (end == strlen(starttls) && strncasecmp(text, starttls, end) == 0)
		return EHLO_STARTTLS;
	return is_masked(text, end) ? EHLO_MASKED : EHLO_OTHER;
}
