/* SPDX-License-Identifier: ISC */
/* Lines of libunbound's log, and the names that they may be about. */
#include <assert.h>
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/name.h"
#include "dns/reason.h"
#include "fuzz.h"

static void
check_short(struct arena *arena, const char *text)
{
	const char *reason = reason_shorten(arena, text);

	if (reason == NULL)
		return;
	assert(*reason != '\0' && strlen(reason) <= REASON_MAX);
	fuzz_printable(reason);
	assert(*reason != ' ');
}

/* A question that libunbound wrote for the name is about it, and no other. */
static void
check_about(struct arena *arena, const char *text)
{
	const char *name = name_from_dns(arena, text);
	char *question;
	size_t len;

	if (name == NULL || *name == '\0' || strchr(name, '\\') != NULL)
		return;
	question = arena_printf(arena, "%s. MX IN", name);
	for (char *c = question; *c != ' '; c++) {
		if (!isalnum((unsigned char)*c) && strchr(".-_*", *c) == NULL)
			*c = '?';
	}
	len = strlen(question);
	assert(reason_is_about(question, len, name, "MX"));
	assert(!reason_is_about(question, len, name, "M"));
	assert(!reason_is_about(question, len, name, "MX IN"));
	question[0] = question[0] == 'z' ? 'y' : 'z';
	assert(reason_is_about(question, len, name, "MX") ==
	    (name[0] == question[0]));
}

static void
check_memory(const char *line, const char *text)
{
	struct reason_memory memory = { 0 };
	const char *kept;

	reason_remember(&memory, line, 1, text);
	reason_remember(&memory, text, 2, line);
	kept = reason_recall(&memory, text, 2);
	assert(kept != NULL && strlen(kept) <= 4 * REASON_MAX);
	assert(strncmp(kept, line, strlen(kept)) == 0);
	kept = reason_recall(&memory, line, 1);
	assert(kept == NULL || strncmp(kept, text, strlen(kept)) == 0);
	assert(reason_recall(&memory, text, 3) == NULL);
	reason_memory_finish(&memory);
}

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
	struct arena *arena = arena_new();
	char *line = fuzz_text(bytes, len);
	const char *end = line + strlen(line), *question = NULL, *text = NULL;
	size_t n = 0;

	assert(arena != NULL);
	check_short(arena, line);
	if (reason_parse_log(line, &question, &n, &text)) {
		assert(question > line && question + n < text && text <= end);
		check_short(arena, text);
		reason_is_about(question, n, text, "MX");
		reason_is_about(question, n, line, "A");
		check_memory(line, text);
	}
	check_about(arena, line);
	reason_is_from_cache(line);
	free(line);
	arena_unref(arena);
	return 0;
}
