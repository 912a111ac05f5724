/* SPDX-License-Identifier: ISC */
/* "PATH?ARGS", as evhttp hands it on. */
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "fuzz.h"
#include "serve/query.h"

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
	struct arena *arena = arena_new();
	char *text = fuzz_text(bytes, len);
	char *args = strchr(text, '?');
	struct query query = { 0 };
	const char *why = NULL;
	int status;

	if (args != NULL)
		*args++ = '\0';
	status = query_parse(arena, text, args, &query, &why);
	if (status == 200) {
		bool asks =
		    query.path == QUERY_PROBE || query.path == QUERY_CHECK;

		assert(query.path != QUERY_NOWHERE);
		assert(asks == (query.hop.domain != NULL));
		assert(query.has_tls || !query.implicit_tls);
		fuzz_printable(query.hop.domain);
	} else {
		assert(status == 400 || status == 404 || status == 414);
		assert(query.path == QUERY_NOWHERE && why != NULL);
		fuzz_printable(why);
	}
	free(text);
	arena_unref(arena);
	return 0;
}
