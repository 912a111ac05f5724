/* SPDX-License-Identifier: ISC */
/*
 * A row is a script. A question is a hand, 0 to 3, and a letter, its id;
 * words:
 *
 *	0A?k	0A asks for the probe k; 0A?ke: at the endpoint e, not k
 *	!0A	the next answer: go, 0A; ! alone: there is none
 *	=0A7	the next answer: have what lies at 7
 *	0A.7	0A is done, its evidence lies at 7; 0A.: there is none
 *	0Ax7	so it is, and no connection came about
 *	@9	it is 9 seconds
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
#include "scan/unreached.h"

static int64_t now;

static bool
act(struct asks *asks, size_t hand, uint64_t id, const char *deed)
{
	const char *endpoint = deed + strlen(deed) - 1;
	const struct asks_question question = { .hand = hand,
		.id = id,
		.key = deed + 1,
		.endpoint = endpoint,
		.ip = endpoint,
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
	case 'x':
		return asks_done(asks, hand, id, &place, deed[0] == 'x', now);
	case '~':
		return asks_redo(asks, hand, id);
	case '-':
		asks_drop(asks, hand, id, now);
		return true;
	}
	fail_msg("%s", deed);
	return false;
}

static void
expect(struct asks *asks, const char *word)
{
	struct asks_answer answer = asks_next(asks, now);

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
	case '@':
		now = number * 1000;
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
		asks_leave(asks, (size_t)(word[0] - '0'), now);
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
		/* nobody answers: that is so for all names of the endpoint,
		 * those that wait for their turn and those that come */
		"0A?ke 1A?le 2A?me !0A ! 0Ax7 =1A7 =2A7 ! 1A- 2A- 0B?oe =0B7 "
		"0B- n0 p1 r3",
		/* a reply is not: it may depend on the name */
		"0A?ke 1A?le !0A 0A.7 !1A 1A.8 n0 p2 r0",
		/* who waits behind one that waits */
		"0A?ke 1A?le 2A?le !0A 0Ax7 =1A7 =2A7 1A- 2A- n0 p1 r2",
		/* the same probe in several hands */
		"0A?ke 1A?ke !0A 0Ax7 =1A7 1A- 2A?ke =2A7 2A- n0 p1 r2",
		/* no evidence, no word */
		"0A?ke 1A?le !0A 0Ax !1A 1A.7 n0 p2 r0",
		/* what is known of the probe itself counts more */
		"0A?ke !0A 0A.7 1A?le !1A 1Ax8 2A?ke =2A7 2A- n0",
		/* other endpoints are no concern of it */
		"0A?ke 1A?lf !0A !1A 0Ax7 1A.8 n0 p2",
		/* not for ever, whatever the name */
		"0A?ke !0A 0Ax7 @599 1A?le =1A7 1A- @600 1A?le !1A 1A.8 n0 p2",
		"0A?ke !0A 0Ax7 @600 1A?ke !1A 1Ax8 @1199 2A?me =2A8 2A- n0",
		/* cannot be read: one connects, the others have what it finds
		 */
		"0A?ke !0A 0Ax7 1A?le 2A?me =1A7 =2A7 1A~ 2A~ !1A ! 1Ax9 =2A9 "
		"2A- n0 p2 r1",
		"0A?ke !0A 0Ax7 1A?le 2A?me =1A7 =2A7 1A~ !1A 1Ax9 2A~ =2A9 "
		"2A- n0 p2 r1",
		/* dropped, and a hand that dies, with the answer on its way */
		"0A?ke 1A?le 1B?me !0A 0Ax7 =1A7 1/ ! n0 p1",
		"0A?ke 1A?le 2A?me !0A 0Ax7 1A- =2A7 2A- ! n0 p1 r1",
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
		now = 0;
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
	size_t n_lasting = 0;
	char key[32];
	(void)state;

	assert_non_null(registry);
	for (size_t i = 0; i < MANY; i++) {
		snprintf(key, sizeof(key), "%zu", i);
		n_lasting += i % 3 != 0 && i % 5 != 0;
		assert_int_equal(
		    registry_ask(registry, key, false, &claim, &place),
		    REGISTRY_YOURS);
		place = (struct registry_place) { .offset = i, .len = 1 };
		registry_end(
		    registry, &claim, i % 3 == 0 ? NULL : &place, i % 5 != 0);
	}
	assert_int_equal(registry_busy(registry), 0);
	assert_int_equal(registry_settled(registry), n_lasting);
	for (size_t i = 0; i < MANY; i++) {
		snprintf(key, sizeof(key), "%zu", i);
		assert_int_equal(
		    registry_ask(registry, key, false, &claim, &place),
		    i % 3 != 0 && i % 5 != 0 ? REGISTRY_KNOWN : REGISTRY_YOURS);
		if (i % 3 != 0 && i % 5 != 0)
			assert_int_equal(place.offset, i);
		registry_end(registry, &claim, NULL, false);
	}
	registry_free(registry);
}

/* Thousands of names of an address that nobody answers at: one connection,
 * and no interval between them. What is old is forgotten. */
static void
test_unreached(void **state)
{
	enum { MANY = 20000 };
	const struct manners_options options = { .interval_ms = 1000 };
	const struct registry_place place = { .offset = 7, .len = 1 };
	struct asks *asks = asks_new(&options, 1);
	char key[32], host[32];
	(void)state;

	assert_non_null(asks);
	for (size_t i = 0; i < MANY; i++) {
		const struct asks_question question = {
			.id = i,
			.key = key,
			.endpoint = "e 25 0",
			.ip = "e",
			.host = host,
		};

		snprintf(key, sizeof(key), "k%zu", i);
		snprintf(host, sizeof(host), "mx%zu", i);
		assert_true(asks_ask(asks, &question));
	}
	assert_int_equal(asks_next(asks, 0).type, ASKS_GO);
	assert_int_equal(asks_next(asks, 8000).type, ASKS_NONE);
	assert_true(asks_done(asks, 0, 0, &place, true, 8000));
	for (size_t i = 1; i < MANY; i++) {
		struct asks_answer answer = asks_next(asks, 9000);

		assert_int_equal(answer.type, ASKS_HAVE);
		assert_int_equal(answer.place.offset, 7);
		asks_drop(asks, 0, answer.id, 9000);
	}
	assert_int_equal(asks_next(asks, 9000).type, ASKS_NONE);
	assert_int_equal(asks_open(asks), 0);
	assert_int_equal(asks_counts(asks).probes, 1);
	asks_free(asks);
}

static void
test_unreached_many(void **state)
{
	enum { MANY = 1000 };
	const struct fingerprint_secret secret = { { 1 } };
	struct unreached *unreached = unreached_new(&secret, 100);
	struct registry_place place = { .len = 1 }, found;
	char endpoint[32];
	(void)state;

	assert_non_null(unreached);
	for (int i = 0; i < MANY; i++) {
		snprintf(endpoint, sizeof(endpoint), "%d", i);
		place.offset = (uint64_t)i;
		unreached_note(unreached, endpoint, &place, i);
		assert_true(unreached_size(unreached) <= 100);
		/* Again, at another place: that counts. */
		place.offset += MANY;
		unreached_note(unreached, endpoint, &place, i);
		assert_true(unreached_find(unreached, endpoint, i, &found));
		assert_int_equal(found.offset, i + MANY);
	}
	place.offset = MANY - 1;
	unreached_forget(unreached, endpoint, &place);
	assert_true(unreached_find(unreached, endpoint, MANY, &found));
	unreached_forget(unreached, endpoint, &found);
	assert_false(unreached_find(unreached, endpoint, MANY, &found));
	assert_false(unreached_find(unreached, "0", MANY, &found));
	assert_int_equal(unreached_size(unreached), 98);
	unreached_free(unreached);
	unreached_free(NULL);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_scripts),
		cmocka_unit_test(test_open_at_end),
		cmocka_unit_test(test_many),
		cmocka_unit_test(test_unreached),
		cmocka_unit_test(test_unreached_many),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
