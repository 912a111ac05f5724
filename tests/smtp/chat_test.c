/* SPDX-License-Identifier: ISC */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <glob.h>
#include <stdio.h>
#include <stdlib.h>

#include "chat.h"

/* A chat must come out the same however the network cuts it up. */
static void
test_chat(void **state)
{
	static const size_t portions[] = { 0, 1, 2, 3, 7, 100 };

	for (size_t i = 0; i < sizeof(portions) / sizeof(portions[0]); i++)
		chat_replay(*state, portions[i]);
}

int
main(void)
{
	char pattern[4096];
	struct CMUnitTest *tests;
	glob_t found;
	int failed;

	snprintf(pattern, sizeof(pattern), "%s/testdata/smtp/*.chat",
	    getenv("DANELAW_SOURCE"));
	if (glob(pattern, 0, NULL, &found) != 0)
		return 1;
	tests = calloc(found.gl_pathc, sizeof(*tests));
	if (tests == NULL)
		return 1;
	for (size_t i = 0; i < found.gl_pathc; i++) {
		tests[i].name = found.gl_pathv[i];
		tests[i].test_func = test_chat;
		tests[i].initial_state = found.gl_pathv[i];
	}
	failed =
	    _cmocka_run_group_tests("chats", tests, found.gl_pathc, NULL, NULL);
	free(tests);
	globfree(&found);
	return failed;
}
