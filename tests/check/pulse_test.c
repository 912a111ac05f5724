/* SPDX-License-Identifier: ISC */
/*
 * How we are, by a resolver and name servers that are real. What waits, waits
 * for the loop; the test's own time limit is the only other one.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <event2/event.h>
#include <stdio.h>
#include <string.h>

#include "asking.h"
#include "check/pulse.h"

static enum health_state
wait_while(struct pulse *pulse, enum health_state state)
{
	while (pulse_health(pulse)->state == state)
		assert_int_equal(event_base_loop(base, EVLOOP_ONCE), 0);
	return pulse_health(pulse)->state;
}

static void
put_file(const char *path, const char *place)
{
	FILE *file = fopen(path, "w");

	assert_non_null(file);
	fprintf(file, "nameserver %s\n", place);
	fclose(file);
}

static void
count(void *arg)
{
	++*(int *)arg;
}

static void
test_well(void **state)
{
	struct resolver *resolver = make_good();
	struct pulse *pulse = pulse_new(base, resolver, false);
	struct pulse_waiter waiters[3] = { 0 };
	unsigned asked;
	int told = 0;
	(void)state;

	assert_non_null(pulse);
	assert_int_equal(pulse_health(pulse)->state, HEALTH_UNTESTED);
	for (size_t i = 0; i < 3; i++)
		pulse_await(pulse, &waiters[i], count, &told);
	pulse_forget(&waiters[1]);
	assert_int_equal(told, 0);
	assert_int_equal(wait_while(pulse, HEALTH_UNTESTED), HEALTH_WELL);
	while (told < 2)
		assert_int_equal(event_base_loop(base, EVLOOP_ONCE), 0);
	/* One more asks again, of somebody who must answer. */
	asked = lab_asked(lab);
	pulse_await(pulse, &waiters[1], count, &told);
	while (told < 3)
		assert_int_equal(event_base_loop(base, EVLOOP_ONCE), 0);
	assert_true(lab_asked(lab) > asked);
	/* Then nothing is left that would keep a loop going. */
	pulse_free(pulse);
	resolver_free(resolver);
}

/* All that a resolver can do wrong once it has passed its first test. */
static void
test_rows(void **state)
{
	static const enum lab_action actions[] = { LAB_SERVFAIL, LAB_REFUSED,
		LAB_SILENT, LAB_STRIP };
	(void)state;

	for (size_t i = 0; i < sizeof(actions) / sizeof(actions[0]); i++) {
		struct resolver *resolver = make_good();
		struct pulse *pulse = pulse_new(base, resolver, false);
		struct pulse_waiter waiter = { 0 };
		int told = 0;

		pulse_await(pulse, &waiter, count, &told);
		assert_int_equal(
		    wait_while(pulse, HEALTH_UNTESTED), HEALTH_WELL);
		while (told < 1)
			assert_int_equal(event_base_loop(base, EVLOOP_ONCE), 0);
		lab_rule(lab, ".", 0, actions[i]);
		pulse_await(pulse, &waiter, count, &told);
		while (told < 2)
			assert_int_equal(event_base_loop(base, EVLOOP_ONCE), 0);
		if (pulse_health(pulse)->state != HEALTH_UNWELL)
			fail_msg("row %zu: %u", i, pulse_health(pulse)->state);
		assert_non_null(strstr(
		    health_why(pulse_health(pulse)), "the DNS resolver fails"));
		lab_rule(lab, ".", 0, LAB_NORMAL);
		pulse_free(pulse);
		resolver_free(resolver);
	}
}

/* The network changes: resolv.conf names somebody else, and it goes on. */
static void
test_resolv_conf(void **state)
{
	const char *path = lab_file(lab, "nameserver 127.0.0.1@1\n");
	const struct resolver_config config = {
		.system = true,
		.resolv_conf = path,
		.trust_anchor = lab_anchor(lab),
		.at = LAB_AT,
	};
	struct resolver *resolver = make(&config);
	struct pulse *pulse = pulse_new(base, resolver, true);
	(void)state;

	assert_non_null(pulse);
	assert_int_equal(wait_while(pulse, HEALTH_UNTESTED), HEALTH_UNWELL);
	put_file(path, lab_place(lab));
	assert_int_equal(wait_while(pulse, HEALTH_UNWELL), HEALTH_WELL);
	assert_non_null(strstr(resolver_words(resolver), lab_place(lab)));
	pulse_free(pulse);
	resolver_free(resolver);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		ASKING_TEST(test_well),
		ASKING_TEST(test_rows),
		ASKING_TEST(test_resolv_conf),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
