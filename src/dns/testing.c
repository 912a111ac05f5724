/* SPDX-License-Identifier: ISC */
/*
 * The self-test is a flight of its own, for ". DNSKEY". When no root server
 * answers it, the upstream is replaced by one that forwards to what
 * resolv.conf names, and tested again. After a failure a query that comes
 * RETEST_MS later sets off a new test with a new upstream, since the old
 * one remembers for a while which servers did not answer.
 */
#include "dns/testing.h"

#include <event2/event.h>

#include "base/clock.h"
#include "dns/selftest.h"

#define WINDOW 1000 /* flights at a time, about 22 KB each */

/* For the root servers while there is a second choice; and for the last. */
static const struct timeval test_wait = { 4, 0 };
static const struct timeval test_wait_long = { 10, 0 };

const char *
testing_upstream(struct resolver *resolver)
{
	const char *why = NULL;
	const struct settings *settings = &resolver->settings;
	const struct upstream_config config = settings_upstream(settings);

	resolver->upstream =
	    upstream_new(resolver->base, &config, resolver->run_arena, &why);
	if (resolver->upstream != NULL)
		resolver->unjudged = upstream_unjudged(resolver->upstream);
	/* What waits inside libunbound cannot be told from what was asked. */
	resolver->window = upstream_ports(settings->window);
	if (resolver->window > WINDOW)
		resolver->window = WINDOW;
	resolver->words = settings_words(resolver->run_arena, settings);
	return resolver->upstream != NULL ? NULL
	    : why == NULL                 ? "out of memory"
					  : why;
}

static void
test_failed(
    struct resolver *resolver, enum resolver_health health, const char *reason)
{
	resolver->phase = PHASE_FAILED;
	resolver->health = health;
	resolver->reason = reason == NULL ? "out of memory" : reason;
	resolver->failed_at = clock_monotonic_ms();
	resolver_wake(resolver);
}

void
testing_forget(struct resolver *resolver)
{
	struct arena *arena = arena_new();

	resolver_drop_upstream(resolver);
	settings_restore(&resolver->settings);
	if (arena == NULL)
		return;
	arena_unref(resolver->run_arena);
	resolver->run_arena = arena;
	resolver->reason = NULL;
	resolver->words = settings_words(arena, &resolver->settings);
}

void
testing_begin(struct resolver *resolver)
{
	const char *why = NULL;
	struct timeval wait;

	resolver->phase = PHASE_TESTING;
	if (resolver->upstream == NULL)
		why = testing_upstream(resolver);
	if (why == NULL)
		why = flight_start(&resolver->fleet, resolver->upstream, "",
		    RRTYPE_DNSKEY, NULL, &resolver->test);
	if (why != NULL) {
		test_failed(resolver, RESOLVER_BROKEN, why);
		return;
	}
	wait = settings_can_fall_back(resolver->run_arena, &resolver->settings)
	    ? test_wait
	    : test_wait_long;
	evtimer_add(resolver->test_timer, &wait);
}

static void
test_judge(struct resolver *resolver, const struct answer *answer)
{
	enum resolver_health health = selftest_health(answer);
	struct settings *settings = &resolver->settings;
	const struct selftest_subject subject = {
		.own = settings->n_forwarders == 0,
		.servers = settings_servers(resolver->run_arena, settings),
		.anchor = settings->anchors.source,
		.at = settings->at != 0 ? settings->at : clock_unix(),
		.at_given = settings->at != 0,
	};
	const char *reason;

	evtimer_del(resolver->test_timer);
	if (health == RESOLVER_GOOD) {
		resolver->phase = PHASE_GOOD;
		resolver->health = health;
		resolver->reason = NULL;
		resolver_wake(resolver);
		return;
	}
	if (health == RESOLVER_NO_NETWORK &&
	    settings_fall_back(resolver->run_arena, settings)) {
		resolver_drop_upstream(resolver);
		testing_begin(resolver);
		return;
	}
	reason = selftest_reason(resolver->run_arena, health, &subject, answer);
	if (settings->fell_back && reason != NULL)
		reason = arena_printf(resolver->run_arena,
		    "no root server answers, and %s", reason);
	test_failed(resolver, health, reason);
}

void
testing_landed(struct resolver *resolver, struct flight *flight)
{
	struct arena *arena = arena_new();
	struct answer answer;

	if (arena == NULL) {
		flight_free(flight);
		resolver->test = NULL;
		test_failed(resolver, RESOLVER_BROKEN, "out of memory");
		return;
	}
	flight_read(flight, arena, "", RRTYPE_DNSKEY, &answer);
	flight_free(flight);
	resolver->test = NULL;
	test_judge(resolver, &answer);
	arena_unref(arena);
}

void
testing_deadline(evutil_socket_t fd, short what, void *arg)
{
	struct resolver *resolver = arg;
	const struct answer answer = {
		.lookup = { .why = "no answer came in time" },
		.timed_out = true,
	};

	/* It may have landed in this very turn of the loop. */
	if (resolver->phase != PHASE_TESTING || resolver->test == NULL ||
	    resolver->test->landed)
		return;
	/* The flight goes on for nobody; resolver_drop_upstream() would end it.
	 */
	resolver->test = NULL;
	test_judge(resolver, &answer);
}

/* Its settings, read anew: does that change anything? */
static bool
reread(struct resolver *resolver)
{
	struct settings *settings = &resolver->settings;

	if (settings->system)
		return settings_reread(resolver->arena, settings);
	/* From the root, or what stands in for it. */
	return settings->n_forwarders == 0 || settings->fell_back;
}

void
resolver_retest(struct resolver *resolver)
{
	if (resolver->phase == PHASE_FAILED)
		resolver->phase = PHASE_IDLE;
}

void
resolver_renew(struct resolver *resolver)
{
	if (resolver->phase == PHASE_TESTING || !reread(resolver))
		return;
	resolver->phase = PHASE_IDLE;
	resolver_wake(resolver);
}

bool
resolver_refresh(struct resolver *resolver)
{
	if (resolver->phase == PHASE_TESTING)
		return false;
	resolver_drop_upstream(resolver);
	resolver->lacked_at = 0;
	resolver->phase = PHASE_IDLE;
	resolver_wake(resolver);
	return true;
}

const char *
resolver_file(const struct resolver *resolver)
{
	const struct settings *settings = &resolver->settings;

	return settings->system || settings->fell_back ? settings->resolv_conf
						       : NULL;
}
