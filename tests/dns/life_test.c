/* SPDX-License-Identifier: ISC */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <string.h>

#include "asking.h"
#include "base/clock.h"

/* Questions put from inside done(), out of the cache: no stack is too small,
 * and no answer is taken for another one. */
struct chain {
	struct resolver *resolver;
	int left;
	bool inside, ended;
};

static void
on_chain(const struct answer *answer, void *arg)
{
	struct chain *chain = arg;
	bool mx = chain->left % 2 == 0;

	assert_false(chain->inside);
	assert_int_equal(answer->lookup.dnssec, DANELAW_DNSSEC_SECURE);
	assert_int_equal(answer->n_records, 2);
	assert_int_equal(answer->records[0].len, mx ? 2 : 4);
	if (--chain->left == 0) {
		chain->ended = true;
		return;
	}
	chain->inside = true;
	for (int i = 0; i < 2; i++) {
		struct resolver_query *query = resolver_ask(chain->resolver,
		    mx ? "mx.secure.example" : "secure.example",
		    mx ? RRTYPE_A : RRTYPE_MX, clock_monotonic_ms() + LONG_MS,
		    on_chain, chain);

		assert_non_null(query);
		/* A second one, only to be cancelled from in here. */
		if (i == 1)
			resolver_cancel(query);
	}
	chain->inside = false;
}

static void
test_asked_inside(void **state)
{
	struct chain chain = { .resolver = make_good(), .left = 20000 };
	(void)state;

	assert_non_null(resolver_ask(chain.resolver, "secure.example",
	    RRTYPE_MX, clock_monotonic_ms() + LONG_MS, on_chain, &chain));
	while (!chain.ended)
		event_base_loop(base, EVLOOP_ONCE);
	resolver_free(chain.resolver);
}

/* More at once than the window is wide. */
static void
test_many(void **state)
{
	enum { N = 2500 };
	struct resolver *resolver = make_good();
	struct got *got = calloc(N, sizeof(*got));
	char name[64];
	(void)state;

	assert_non_null(got);
	for (int i = 0; i < N; i++) {
		snprintf(name, sizeof(name), "m%d.plain.example", i);
		begin(resolver, name, RRTYPE_MX, 2 * LONG_MS, &got[i]);
	}
	for (int i = 0; i < N; i++) {
		wait_for(&got[i]);
		assert_int_equal(got[i].dnssec, DANELAW_DNSSEC_INSECURE);
		assert_int_equal(got[i].presence, DANELAW_PRESENCE_NXDOMAIN);
		snprintf(name, sizeof(name), "m%d.plain.example", i);
		assert_string_equal(got[i].final, name);
	}
	free(got);
	resolver_free(resolver);
}

static void
test_deadline(void **state)
{
	struct resolver *resolver = make_good();
	struct got got;
	int64_t begun, took;
	(void)state;

	ask(resolver, "secure.example", RRTYPE_MX, &got);
	begun = clock_monotonic_ms();
	begin(resolver, "silent.example", RRTYPE_MX, 200, &got);
	wait_for(&got);
	took = clock_monotonic_ms() - begun;
	assert_true(took >= 190 && took <= 5000);
	assert_true(got.timed_out);
	assert_int_equal(got.dnssec, DANELAW_DNSSEC_ERROR);
	assert_non_null(strstr(got.why, "no answer came within 0."));
	/* Long past: yet not from inside the call. */
	begin(resolver, "x.plain.example", RRTYPE_MX, -1000, &got);
	wait_for(&got);
	assert_true(got.timed_out);
	/* What goes on below harms nobody. */
	ask(resolver, "mx.secure.example", RRTYPE_A, &got);
	assert_int_equal(got.dnssec, DANELAW_DNSSEC_SECURE);
	resolver_free(resolver);
}

struct killer {
	struct resolver_query *victim;
	struct resolver *resolver;
	bool done;
};

static void
on_killer(const struct answer *answer, void *arg)
{
	struct killer *killer = arg;

	assert_int_equal(answer->lookup.dnssec, DANELAW_DNSSEC_SECURE);
	resolver_cancel(killer->victim);
	resolver_free(killer->resolver);
	assert_string_equal(answer->final, "secure.example");
	killer->done = true;
}

/*
 * Those whose servers are silent fill the window; what stands behind them has
 * as much time as it would have alone.
 */
static void
have_patience(size_t n_silent)
{
	const char *const forwarders[] = { lab_place(lab) };
	const struct resolver_config config = { .forwarders = forwarders,
		.n_forwarders = 1,
		.trust_anchor = lab_anchor(lab),
		.at = LAB_AT,
		.patient = true };
	struct resolver *resolver = make(&config);
	struct got *silent = calloc(n_silent, sizeof(*silent)), got, late;
	char name[64];

	assert_non_null(silent);
	lab_rule(lab, "silent.example.", 0, LAB_SILENT);
	for (size_t i = 0; i < n_silent; i++) {
		snprintf(name, sizeof(name), "s%zu.silent.example", i);
		begin(resolver, name, RRTYPE_MX, 3000, &silent[i]);
	}
	begin(resolver, "secure.example", RRTYPE_MX, 1000, &got);
	begin(resolver, "late.silent.example", RRTYPE_MX, 100, &late);
	wait_for(&got);
	assert_string_equal(got.why, "");
	assert_false(got.timed_out);
	assert_int_equal(got.dnssec, DANELAW_DNSSEC_SECURE);
	/* And when it is put, the time runs. */
	wait_for(&late);
	assert_true(late.timed_out);
	assert_non_null(strstr(late.why, "no answer came within 0."));
	free(silent);
	resolver_free(resolver);
}

static void
test_patient(void **state)
{
	(void)state;
	have_patience(1000);
}

/* With few files fewer are asked at once. */
static void
test_few_files(void **state)
{
	struct rlimit limit, few;
	(void)state;

	assert_int_equal(getrlimit(RLIMIT_NOFILE, &limit), 0);
	few = limit;
	few.rlim_cur = 150;
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &few), 0);
	have_patience(60);
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &limit), 0);
}

/* Where we were kept from looking, what has come counts. */
static void
test_stopped(void **state)
{
	struct resolver *resolver = make_good();
	unsigned asked;
	struct got got;
	int64_t end;
	(void)state;

	ask(resolver, "secure.example", RRTYPE_MX, &got);
	asked = lab_asked(lab);
	begin(resolver, "mx.secure.example", RRTYPE_A, 100, &got);
	while (lab_asked(lab) == asked)
		assert_int_equal(event_base_loop(base, EVLOOP_ONCE), 0);
	for (end = clock_monotonic_ms() + 150; clock_monotonic_ms() < end;)
		continue;
	wait_for(&got);
	assert_string_equal(got.why, "");
	assert_int_equal(got.dnssec, DANELAW_DNSSEC_SECURE);
	resolver_free(resolver);
}

static void
test_cancel(void **state)
{
	struct resolver *resolver = make_good();
	struct got got, never;
	struct killer killer = { 0 };
	(void)state;

	resolver_cancel(NULL);
	/* While it waits for the self-test. */
	resolver_cancel(
	    begin(resolver, "secure.example", RRTYPE_MX, LONG_MS, &never));
	ask(resolver, "secure.example", RRTYPE_MX, &got);
	/* In flight, begun by the turn of another one. */
	killer.victim =
	    begin(resolver, "silent.example", RRTYPE_MX, LONG_MS, &never);
	ask(resolver, "secure.example", RRTYPE_MX, &got);
	resolver_cancel(killer.victim);
	ask(resolver, "mx.secure.example", RRTYPE_A, &got);
	/* One that has landed in the same turn, from inside done(). */
	killer.resolver = NULL;
	assert_non_null(resolver_ask(resolver, "secure.example", RRTYPE_MX,
	    clock_monotonic_ms() + LONG_MS, on_killer, &killer));
	killer.victim =
	    begin(resolver, "mx.secure.example", RRTYPE_A, LONG_MS, &never);
	while (!killer.done)
		event_base_loop(base, EVLOOP_ONCE);
	ask(resolver, "mx.secure.example", RRTYPE_AAAA, &got);
	assert_false(never.done);
	resolver_free(resolver);
}

/* It goes out before the self-test is over, and its answer is kept. */
static void
test_ahead(void **state)
{
	struct resolver *resolver = make_good();
	struct got got;
	unsigned asked;
	(void)state;

	lab_rule(lab, ".", LDNS_RR_TYPE_DNSKEY, LAB_SILENT);
	resolver_ahead(resolver, "secure.example", RRTYPE_MX);
	while (lab_asked_mx(lab) == 0)
		assert_int_equal(event_base_loop(base, EVLOOP_ONCE), 0);
	assert_int_equal(resolver_health(resolver), RESOLVER_UNTESTED);
	lab_rule(lab, ".", LDNS_RR_TYPE_DNSKEY, LAB_NORMAL);
	ask(resolver, "secure.example", RRTYPE_MX, &got);
	assert_int_equal(got.dnssec, DANELAW_DNSSEC_SECURE);
	assert_int_equal(lab_asked_mx(lab), 1);
	/* One that fails is nobody's. */
	lab_rule(lab, "silent.example.", 0, LAB_SILENT);
	resolver_ahead(resolver, "silent.example", RRTYPE_MX);
	asked = lab_asked(lab);
	ask(resolver, "mx.secure.example", RRTYPE_A, &got);
	assert_int_equal(got.dnssec, DANELAW_DNSSEC_SECURE);
	assert_true(lab_asked(lab) > asked);
	resolver_free(resolver);
}

/* What has failed fails again, without being asked for; then no more. */
static void
test_refresh(void **state)
{
	struct resolver *resolver = make_good();
	struct got got, flying;
	unsigned asked;
	(void)state;

	lab_rule(lab, "secure.example.", LDNS_RR_TYPE_MX, LAB_SERVFAIL);
	ask(resolver, "secure.example", RRTYPE_MX, &got);
	assert_int_equal(got.dnssec, DANELAW_DNSSEC_ERROR);
	lab_rule(lab, "secure.example.", LDNS_RR_TYPE_MX, LAB_NORMAL);
	ask(resolver, "secure.example", RRTYPE_MX, &got);
	assert_int_equal(got.dnssec, DANELAW_DNSSEC_ERROR);
	/* One that is in flight meanwhile gets its answer, too. */
	lab_rule(lab, "silent.example.", 0, LAB_SILENT);
	asked = lab_asked(lab);
	begin(resolver, "silent.example", RRTYPE_MX, LONG_MS, &flying);
	while (lab_asked(lab) == asked)
		assert_int_equal(event_base_loop(base, EVLOOP_ONCE), 0);
	lab_rule(lab, "silent.example.", 0, LAB_NORMAL);
	assert_true(resolver_refresh(resolver));
	assert_int_equal(resolver_health(resolver), RESOLVER_GOOD);
	ask(resolver, "secure.example", RRTYPE_MX, &got);
	assert_string_equal(got.why, "");
	assert_int_equal(got.dnssec, DANELAW_DNSSEC_SECURE);
	wait_for(&flying);
	assert_string_equal(flying.why, "");
	/* Not while they are being tested. */
	assert_true(resolver_refresh(resolver));
	asked = lab_asked(lab);
	begin(resolver, "secure.example", RRTYPE_MX, LONG_MS, &got);
	while (lab_asked(lab) == asked)
		assert_int_equal(event_base_loop(base, EVLOOP_ONCE), 0);
	assert_false(resolver_refresh(resolver));
	wait_for(&got);
	assert_int_equal(got.dnssec, DANELAW_DNSSEC_SECURE);
	resolver_free(resolver);
}

/* With questions waiting, flying and landed, from outside and inside. */
static void
test_end(void **state)
{
	int before = event_base_get_num_events(base, EVENT_BASE_COUNT_ADDED);
	struct resolver *resolver = make_good();
	struct got never[4], got;
	struct killer killer = { 0 };
	int after;
	(void)state;

	resolver_free(NULL);
	begin(resolver, "secure.example", RRTYPE_MX, LONG_MS, &never[0]);
	resolver_free(resolver);
	/* While the self-test flies. */
	lab_rule(lab, ".", 0, LAB_SILENT);
	resolver = make_good();
	begin(resolver, "secure.example", RRTYPE_MX, LONG_MS, &never[0]);
	event_base_loop(base, EVLOOP_NONBLOCK);
	resolver_free(resolver);

	lab_rule(lab, ".", 0, LAB_NORMAL);
	lab_rule(lab, "silent.example.", 0, LAB_SILENT);
	resolver = make_good();
	ask(resolver, "secure.example", RRTYPE_MX, &got);
	begin(resolver, "silent.example", RRTYPE_MX, LONG_MS, &never[1]);
	event_base_loop(base, EVLOOP_NONBLOCK);
	killer.resolver = resolver;
	assert_non_null(resolver_ask(resolver, "secure.example", RRTYPE_MX,
	    clock_monotonic_ms() + LONG_MS, on_killer, &killer));
	begin(resolver, "mx.secure.example", RRTYPE_A, LONG_MS, &never[2]);
	begin(resolver, "secure.example", RRTYPE_MX, LONG_MS, &never[3]);
	while (!killer.done)
		event_base_loop(base, EVLOOP_ONCE);
	event_base_loop(base, EVLOOP_NONBLOCK);
	for (size_t i = 0; i < 4; i++)
		assert_false(never[i].done);
	/* Nothing of it is left in the loop but the lab's streams. */
	after = event_base_get_num_events(base, EVENT_BASE_COUNT_ADDED);
	assert_true(after >= before && after <= before + 4);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		ASKING_TEST(test_asked_inside),
		ASKING_TEST(test_many),
		ASKING_TEST(test_deadline),
		ASKING_TEST(test_patient),
		ASKING_TEST(test_few_files),
		ASKING_TEST(test_stopped),
		ASKING_TEST(test_cancel),
		ASKING_TEST(test_ahead),
		ASKING_TEST(test_refresh),
		ASKING_TEST(test_end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
