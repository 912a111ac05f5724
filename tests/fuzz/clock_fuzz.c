/* SPDX-License-Identifier: ISC */
/* Times, and the options of a command line, an argument a line. */
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/clock.h"
#include "cli/options.h"
#include "fuzz.h"

#define NOW INT64_C(1795385340)
#define ARGS_MAX 32

static void
check_time(const char *text)
{
	struct arena *arena = arena_new();
	int64_t when = -1, again = -1;
	const char *written;

	if (!clock_parse(text, NOW, &when)) {
		assert(when == -1);
	} else {
		written = clock_format(arena, when);
		assert(written != NULL);
		fuzz_printable(written);
		/* What is written can be read; but for years like 12026. */
		if (when >= 0 && strlen(written) == 20)
			assert(
			    clock_parse(written, NOW, &again) && again == when);
	}
	arena_unref(arena);
}

static void
check_options(char *text)
{
	char *argv[ARGS_MAX + 2], *save = NULL, *line;
	struct option_error error = { 0 };
	struct settings settings = { 0 };
	int argc = 0, first = -1;

	argv[argc++] = text + strlen(text);
	for (line = strtok_r(text, "\n", &save);
	     line != NULL && argc <= ARGS_MAX;
	     line = strtok_r(NULL, "\n", &save))
		argv[argc++] = line;
	argv[argc] = NULL;
	if (options_parse(
		COMMAND_CHECK, argc, argv, NOW, &settings, &first, &error)) {
		assert(first >= 1 && first <= argc);
		assert(settings.port >= 0 && settings.port <= 65535);
		assert(settings.timeout >= 0 && settings.timeout <= 3600);
	} else {
		assert(error.text[0] != '\0');
	}
	fuzz_printable(error.text);
	options_finish(&settings);
}

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
	char *text = fuzz_text(bytes, len);

	check_time(text);
	check_options(text);
	free(text);
	return 0;
}
