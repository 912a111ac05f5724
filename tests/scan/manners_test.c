/* SPDX-License-Identifier: ISC */
/*
 * A row is a script. A wish is a capital letter; words:
 *
 *	A=1x	A wishes for address 1 of host x
 *	+A	A is granted next; + alone: nobody is
 *	-A	A ends
 *	*A	A was granted, and did not connect
 *	@100	it is 100 ms
 *	due50	manners_due() says 50; due-1: nothing is due
 *	size2	so many addresses and hosts are remembered
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "scan/manners.h"

#define MANY 100000

struct script {
	struct manners *manners;
	struct manners_wish *wishes[26];
	int64_t now;
};

static void
perform(struct script *script, const char *word)
{
	char letter = word[1] == '\0' ? '\0' : word[1], *granted;

	if (word[0] == '+') {
		granted = manners_next(script->manners, script->now);
		assert_int_equal(granted == NULL ? '\0' : *granted, letter);
	} else if (word[0] == '-') {
		manners_end(
		    script->manners, script->wishes[letter - 'A'], script->now);
	} else if (word[0] == '*') {
		manners_spare(script->manners, script->wishes[letter - 'A']);
	} else if (word[0] == '@') {
		script->now = atol(word + 1);
	} else if (strncmp(word, "due", 3) == 0) {
		assert_int_equal(
		    manners_due(script->manners, script->now), atol(word + 3));
	} else if (strncmp(word, "size", 4) == 0) {
		assert_int_equal(manners_size(script->manners), atol(word + 4));
	} else {
		static char names[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ";
		const char ip[] = { word[2], '\0' }, host[] = { word[3], '\0' };
		size_t i = (size_t)(word[0] - 'A');

		assert_int_equal(word[1], '=');
		script->wishes[i] =
		    manners_ask(script->manners, ip, host, &names[i]);
		assert_non_null(script->wishes[i]);
	}
}

static void
test_scripts(void **state)
{
	static const struct {
		unsigned per_host, interval_ms;
		const char *script;
	} rows[] = {
		/* nothing to do, and nothing kept */
		{ 0, 0, "due-1 + size0" },
		/* who did not connect keeps nobody waiting: not at the address,
		 * and not at the host */
		{ 1, 1000, "A=1x B=1y +A + *A +B *B due-1 + size0" },
		{ 1, 1000, "A=1x B=2x +A + *A +B -B A=1x +A -A size2" },
		{ 0, 0, "A=1x due0 size2 +A due-1 + -A size0" },
		/* one connection to an address at a time, in order */
		{ 9, 0, "A=1x B=1x C=1x +A + -A +B + -B +C -C size0" },
		/* whatever the names are under which it is known */
		{ 9, 0, "A=1x B=1y +A + -A +B -B size0" },
		/* a host's addresses are not one another's concern */
		{ 9, 0, "A=1x B=2x C=3x +A +B +C + -A -B -C size0" },
		/* two connections to a host unless told otherwise */
		{ 0, 0, "A=1x B=2x C=3x +A +B + -B +C + -A -C size0" },
		{ 1, 0, "A=1x B=2x C=1y D=3y +A +D + -A +B + -D +C" },
		/* the one that waited longest goes first at a host */
		{ 1, 0, "A=1x B=2x C=3x +A -A +B D=1x -B +C -C +D -D size0" },
		/* at an address nobody passes by another */
		{ 1, 0, "A=1x +A B=2x C=2y + -A +B + -B +C -C size0" },
		/* the interval counts from the end of a connection */
		{ 9, 100,
		    "A=1x B=1x +A @50 -A + due150 @149 + @150 due150 +B"
		    " -B size1 due250 @250 + size0" },
		/* for an address and not for a host */
		{ 9, 100, "A=1x B=2x +A -A +B" },
		{ 1, 100, "A=1x B=2x +A + -A +B" },
		/* also where the wish comes later */
		{ 9, 100, "A=1x +A -A @60 B=1x + due100 @100 +B -B" },
		/* a clock that jumps back makes nobody wait forever */
		{ 9, 100,
		    "@500 A=1x B=2x +A +B -A @400 -B due600 @600 + size0" },
		/* wishes dropped: first in line, behind, at a full host */
		{ 9, 0, "A=1x -A size0 +" },
		{ 9, 0, "A=1x B=1x C=1x -A +B -C -B size0" },
		{ 9, 0, "A=1x B=1x C=1x -B +A -A +C -C size0" },
		{ 1, 0, "A=1x B=2x C=3x +A -B -A +C -C size0" },
		/* what was kept for a wish goes to the next of the host */
		{ 1, 0, "A=1x B=2x -A +B -B size0" },
		/* behind the dropped one is one of another host */
		{ 1, 0, "A=1x B=2x C=2y +A -B +C + -A -C size0" },
		/* one that waits for its host's turn drops out of the interval
		 */
		{ 9, 100, "A=1x +A B=1x -A -B size1 @100 + size0" },
	};
	(void)state;

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const struct manners_options options = {
			.per_host = rows[i].per_host,
			.interval_ms = rows[i].interval_ms,
		};
		struct script script = { .manners = manners_new(&options) };
		char text[256], *save = NULL, *word;

		assert_non_null(script.manners);
		print_message("# %s\n", rows[i].script);
		snprintf(text, sizeof(text), "%s", rows[i].script);
		for (word = strtok_r(text, " ", &save); word != NULL;
		     word = strtok_r(NULL, " ", &save))
			perform(&script, word);
		manners_free(script.manners);
	}
}

/* All to a few addresses, all of one host, all at once; each is granted, and
 * never more than there may be. */
static void
test_many(void **state)
{
	const struct manners_options options = { .per_host = 3,
		.interval_ms = 1 };
	struct manners *manners = manners_new(&options);
	struct manners_wish **wishes = calloc(MANY, sizeof(*wishes));
	size_t *order = calloc(MANY, sizeof(*order));
	size_t n_open = 0, granted = 0;
	int64_t now = 0;
	(void)state;

	assert_true(manners != NULL && wishes != NULL && order != NULL);
	for (size_t i = 0; i < MANY; i++) {
		char ip[16];

		snprintf(ip, sizeof(ip), "%zu", i % 5000);
		order[i] = i;
		wishes[i] = manners_ask(manners, ip, "mx", &order[i]);
		assert_non_null(wishes[i]);
	}
	while (granted < MANY) {
		size_t open[3], *next;

		while ((next = manners_next(manners, now)) != NULL) {
			assert_true(n_open < 3);
			open[n_open++] = *next;
			granted++;
		}
		assert_true(n_open > 0);
		while (n_open > 0)
			manners_end(manners, wishes[open[--n_open]], now);
		now++;
	}
	assert_null(manners_next(manners, now + 1));
	assert_int_equal(manners_size(manners), 0);
	manners_free(manners);
	free(wishes);
	free(order);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_scripts),
		cmocka_unit_test(test_many),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
