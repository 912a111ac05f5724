/* SPDX-License-Identifier: ISC */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "cli/zone_records.h"

#define OWNER "_25._tcp.mx.example"

/* Which records of the file are OWNER's, each behind a "|". */
static const struct {
	const char *what, *file, *found;
} rows[] = {
	{ "nothing", "", "" },
	{ "a whole line", OWNER ". 3600 IN TLSA 3 1 1 ab\n",
	    "|" OWNER ". 3600 IN TLSA 3 1 1 ab" },
	{ "no end of the line, and letters of either case",
	    "_25._TCP.MX.example. tlsa 3 1 1 ab",
	    "|_25._TCP.MX.example. tlsa 3 1 1 ab" },
	{ "of another name, and of another type",
	    "_25._tcp.mx2.example. TLSA 3 1 1 ab\n" OWNER ". TXT TLSA\n"
	    "mx.example. A 192.0.2.1\n",
	    "" },
	{ "without a name it is the one above",
	    OWNER ". TLSA 3 1 1 ab\n\tTLSA 3 1 1 cd\nb.example. A 192.0.2.1\n"
		  " TLSA 3 1 1 ef\n",
	    "|" OWNER ". TLSA 3 1 1 ab|\tTLSA 3 1 1 cd" },
	{ "below an origin",
	    "$ORIGIN example.\n_25._tcp.mx TLSA 3 1 1 ab\n"
	    "$ORIGIN other.\n_25._tcp.mx TLSA 3 1 1 cd\n",
	    "|_25._tcp.mx TLSA 3 1 1 ab" },
	{ "no origin is known", "_25._tcp.mx IN TLSA 3 1 1 ab\n",
	    "|_25._tcp.mx IN TLSA 3 1 1 ab" },
	{ "and half a label is none", "_25._tcp.m IN TLSA 3 1 1 ab\n", "" },
	{ "1035 5.1 brackets and comments",
	    OWNER ". TLSA ( 3 1 1 ; the new key\n ab ) ; )\n; " OWNER
		  ". TLSA 3 1 1 cd\n",
	    "|" OWNER ". TLSA ( 3 1 1   ab ) " },
	{ "3597 5 a type by its number", OWNER ". IN TYPE52 \\# 4 030101ab",
	    "|" OWNER ". IN TYPE52 \\# 4 030101ab" },
	{ "a bracket that nobody closes", OWNER ". TLSA ( 3 1 1\nab\n",
	    "|" OWNER ". TLSA ( 3 1 1 ab " },
};

static void
test_rows(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct arena *arena = arena_new();
		struct buf file = { 0 }, found = { 0 };
		const char **texts = NULL;
		size_t n = 0;

		buf_puts(&file, rows[i].file);
		assert_true(zone_records(arena, &file, OWNER, &texts, &n));
		for (size_t j = 0; j < n; j++)
			buf_printf(&found, "|%s", texts[j]);
		if (strcmp(buf_text(&found), rows[i].found) != 0)
			fail_msg("%s: %s", rows[i].what, buf_text(&found));
		buf_finish(&file);
		buf_finish(&found);
		arena_unref(arena);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_rows),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
