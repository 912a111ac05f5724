/* SPDX-License-Identifier: ISC */
/*
 * A row is a script. A question is a hand, 0 to 3, and a letter, its id;
 * words:
 *
 *	0A?k	0A asks for the probe k
 *	!0A	the next answer: go, 0A; ! alone: there is none
 *	=0A7	the next answer: have what lies at 7
 *	0A.7	0A is done, its evidence lies at 7; 0A.: there is none
 *	0A-	0A is dropped, or taken
 *	0A~	0A cannot read it
 *	0A#	what follows is refused: "0A#." done, "0A#~" redo, "0A#?k" ask
 *	0/	hand 0 is no more
 *	n2 p3 r1	questions open, probes, probes reused
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "scan/asks.h"

static bool
act(struct asks *asks, size_t hand, uint64_t id, const char *deed)
{
	const struct asks_question question = { .hand = hand,
		.id = id,
		.key = deed + 1,
		.ip = deed + 1,
		.host = "mx" };
	const struct registry_place place = {
		.offset = strtoul(deed + 1, NULL, 10),
		.store = (uint32_t)hand,
		.len = deed[1] == '\0' ? 0 : 10,
	};

	switch (deed[0]) {
	case '?':
		return asks_ask(asks, &question);
	case '.':
		return asks_done(asks, hand, id, &place, 0);
	case '~':
		return asks_redo(asks, hand, id);
	case '-':
		asks_drop(asks, hand, id, 0);
		return true;
	}
	fail_msg("%s", deed);
	return false;
}

static void
expect(struct asks *asks, const char *word)
{
	struct asks_answer answer = asks_next(asks, 0);

	if (word[1] == '\0') {
		assert_int_equal(answer.type, ASKS_NONE);
		return;
	}
	assert_int_equal(answer.type, word[0] == '!' ? ASKS_GO : ASKS_HAVE);
	assert_int_equal(answer.hand, word[1] - '0');
	assert_int_equal(answer.id, word[2]);
	if (word[0] == '=')
		assert_int_equal(answer.place.offset, atol(word + 3));
}

static void
perform(struct asks *asks, const char *word)
{
	long number = atol(word + 1);

	switch (word[0]) {
	case '!':
	case '=':
		expect(asks, word);
		return;
	case 'n':
		assert_int_equal(asks_open(asks), number);
		return;
	case 'p':
		assert_int_equal(asks_counts(asks).probes, number);
		return;
	case 'r':
		assert_int_equal(asks_counts(asks).reused, number);
		return;
	}
	if (word[1] == '/')
		asks_leave(asks, (size_t)(word[0] - '0'), 0);
	else if (word[2] == '#')
		assert_false(act(asks, (size_t)(word[0] - '0'),
		    (uint64_t)word[1], word + 3));
	else
		assert_true(act(asks, (size_t)(word[0] - '0'),
		    (uint64_t)word[1], word + 2));
}

static void
test_scripts(void **state)
{
	static const char *const rows[] = {
		"! n0 p0 r0",
		/* alone */
		"0A?k !0A ! 0A.7 ! n0 p1 r0",
		/* what is known needs no probe, even years later */
		"0A?k !0A 0A.7 1A?k =1A7 1A- 0B?k =0B7 0B- n0 p1 r2",
		/* who comes while somebody is at it waits for the evidence */
		"0A?k 1A?k 2A?k !0A ! 0A.7 =1A7 =2A7 ! 1A- 2A- n0 p1 r2",
		/* also in the same hand */
		"0A?k 0B?k !0A ! 0A.7 =0B7 0B- n0 p1 r1",
		/* without evidence one after the other probes */
		"0A?k 1A?k 2A?k !0A 0A. !1A ! 1A. !2A 2A. n0 p3 r0",
		"0A?k 1A?k 2A?k !0A 0A. !1A 1A.5 =2A5 2A- n0 p2 r1",
		/* different probes are none of each other's concern */
		"0A?k 1A?m !0A !1A 0A.1 1A.2 n0 p2",
		/* dropped while it waits, is at it, has been told to go */
		"0A?k 0A- ! n0 p0",
		"0A?k 1A?k !0A 1A- 0A.7 ! n0 p1 r0",
		"0A?k 1A?k 0A- !1A 1A.7 n0 p1",
		"0A?k 1A?k !0A 0A- !1A 1A.7 n0 p1",
		/* and what was told to go ends after that: it had crossed */
		"0A?k !0A 0A- 0A. 0A.7 ! n0 p0",
		"0A?k !0A 0A.7 1A?k 1A- ! 1A- n0 r0",
		/* a hand dies: at its probe, waiting, with an answer on its way
		 */
		"0A?k 1A?k !0A 0/ !1A 1A.7 n0 p2",
		"0A?k 0B?k 0C?m 1A?k 1B?m 0/ !1A !1B 1A.7 1B.8 n0",
		"0A?k 1A?k 2A?k !0A 1/ 0A.7 =2A7 2A- n0",
		"0A?k !0A 0A.7 1A?k 1/ ! n0 r0",
		/* what it brought to light stays */
		"0A?k !0A 0A.7 0/ 1A?k =1A7 1A- n0 p1",
		/* the last one who waits is gone when the evidence comes */
		"0A?k 1A?k !0A 0A.7 1A- ! 2A?k =2A7 2A- n0 r1",
		/* cannot be read: probed again, and that is what counts then */
		"0A?k !0A 0A.7 1A?k =1A7 1A~ !1A 1A.9 2A?k =2A9 2A- n0 p2 r1",
		/* by two at once: the second has what the first finds */
		"0A?k !0A 0A.7 1A?k 2A?k =1A7 =2A7 1A~ 2A~ !1A ! 1A.9 =2A9 n1",
		/* while somebody is at it again, what is old is not given */
		"0A?k !0A 0A.7 1A?k =1A7 1A~ 2A?k !1A ! 1A. !2A 2A.9 n0",
		/* nobody may say what makes no sense */
		"0A?k 0A#?k 0A#. 0A#.7 0A#~ !0A 0A#~ 0A.7 n0",
		"0A?k !0A 0A.7 1A?k =1A7 1A#. 1A- 0B. 0B~ 0B- n0",
	};
	(void)state;

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const struct manners_options options = { .per_host = 9 };
		struct asks *asks = asks_new(&options, 4);
		char text[256], *save = NULL, *word;

		assert_non_null(asks);
		print_message("# %s\n", rows[i]);
		snprintf(text, sizeof(text), "%s", rows[i]);
		for (word = strtok_r(text, " ", &save); word != NULL;
		     word = strtok_r(NULL, " ", &save))
			perform(asks, word);
		asks_free(asks);
	}
}

/* Ends with everything open. */
static void
test_open_at_end(void **state)
{
	const struct manners_options options = { 0 };
	struct asks *asks = asks_new(&options, 2);
	(void)state;

	assert_non_null(asks);
	perform(asks, "0A?k");
	perform(asks, "!0A");
	perform(asks, "0B?k");
	perform(asks, "1A?k");
	perform(asks, "1B?m");
	asks_free(asks);
	asks_free(NULL);
}

/* As many as a large run has: found again, each at its own place. */
static void
test_many(void **state)
{
	enum { MANY = 200000 };
	const struct fingerprint_secret secret = { { 1 } };
	struct registry *registry = registry_new(&secret);
	struct registry_claim claim;
	struct registry_place place;
	char key[32];
	(void)state;

	assert_non_null(registry);
	for (size_t i = 0; i < MANY; i++) {
		snprintf(key, sizeof(key), "%zu", i);
		assert_int_equal(
		    registry_ask(registry, key, false, &claim, &place),
		    REGISTRY_YOURS);
		place = (struct registry_place) { .offset = i, .len = 1 };
		registry_end(registry, &claim, i % 3 == 0 ? NULL : &place);
	}
	assert_int_equal(registry_busy(registry), 0);
	assert_int_equal(registry_settled(registry), MANY - MANY / 3 - 1);
	for (size_t i = 0; i < MANY; i++) {
		snprintf(key, sizeof(key), "%zu", i);
		assert_int_equal(
		    registry_ask(registry, key, false, &claim, &place),
		    i % 3 == 0 ? REGISTRY_YOURS : REGISTRY_KNOWN);
		if (i % 3 != 0)
			assert_int_equal(place.offset, i);
		registry_end(registry, &claim, NULL);
	}
	registry_free(registry);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_scripts),
		cmocka_unit_test(test_open_at_end),
		cmocka_unit_test(test_many),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
