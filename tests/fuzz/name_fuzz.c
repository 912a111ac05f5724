/* SPDX-License-Identifier: ISC */
/* Domain names: from people, from the DNS, in brackets. */
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/name.h"
#include "fuzz.h"

static void
check_name(struct arena *arena, const char *name)
{
	const char *again, *tlsa;

	assert(strlen(name) > 0 && strlen(name) <= NAME_MAX_LEN);
	assert(name[0] != '.' && name[strlen(name) - 1] != '.');
	assert(strstr(name, "..") == NULL);
	for (const char *c = name; *c != '\0'; c++)
		assert((*c >= 'a' && *c <= 'z') || (*c >= '0' && *c <= '9') ||
		    *c == '-' || *c == '_' || *c == '.');
	assert(!name_is_address(name));
	again = name_parse(arena, name, NULL);
	assert(again != NULL && strcmp(again, name) == 0);
	again = name_from_dns(arena, name);
	assert(again != NULL && strcmp(again, name) == 0);
	assert(name_equal(name, again) && name_is_below(name, again));
	assert(name_is_below(name, ""));
	tlsa = name_tlsa(arena, 25, name);
	assert(tlsa == NULL || name_is_below(tlsa, name));
}

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
	struct arena *arena = arena_new();
	char *text = fuzz_text(bytes, len), *inside = NULL;
	char *bracketed = malloc(len + 3);
	const char *why = NULL, *name;

	assert(bracketed != NULL);
	name = name_parse(arena, text, &why);
	if (name != NULL)
		check_name(arena, name);
	else
		assert(why != NULL);
	name = name_from_dns(arena, text);
	fuzz_printable(name);
	if (name != NULL) {
		const char *again = name_from_dns(arena, name);

		assert(name_equal(name, text));
		assert(again != NULL && strcmp(again, name) == 0);
	}
	bracketed[0] = '[';
	strcpy(bracketed + 1, text);
	strcat(bracketed, "]");
	why = NULL;
	if (!name_unbracket(arena, bracketed, &inside, &why))
		assert(why != NULL);
	else if (!name_is_address(inside))
		check_name(arena, inside);
	name_unbracket(arena, text, &inside, NULL);
	free(bracketed);
	free(text);
	arena_unref(arena);
	return 0;
}
