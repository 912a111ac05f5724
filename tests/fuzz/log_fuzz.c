/* SPDX-License-Identifier: ISC */
/* Lines of mail logs, as they are pasted. */
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/name.h"
#include "fuzz.h"
#include "model/log.h"

static void
check_name(const char *name)
{
	if (name == NULL)
		return;
	assert(strlen(name) > 0 && strlen(name) <= NAME_MAX_LEN);
	assert(strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789-._") ==
	    strlen(name));
	assert(name[0] != '-' && name[0] != '.');
}

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
	struct arena *arena = arena_new();
	char *line = fuzz_text(bytes, len);
	const struct log_words *found[3];
	struct log_names names;
	size_t n;

	assert(arena != NULL);
	n = log_find(line, found, 3);
	assert(n <= 3);
	for (size_t i = 0; i < n; i++)
		assert(found[i] != NULL);
	names = log_names(arena, line);
	check_name(names.domain);
	check_name(names.host);
	/* That takes a hundred times as long as the rest. */
	if (len % 16 == 0)
		log_nearest(line);
	free(line);
	arena_unref(arena);
	return 0;
}
