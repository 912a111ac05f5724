/* SPDX-License-Identifier: ISC */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#include "asking.h"
#include "base/clock.h"

struct event_base *base;
struct lab *lab;

int
asking_setup(void **state)
{
	(void)state;
	base = event_base_new();
	lab = lab_new(base);
	return base == NULL;
}

int
asking_teardown(void **state)
{
	(void)state;
	lab_free(lab);
	event_base_free(base);
	return 0;
}

static void
on_done(const struct answer *answer, void *arg)
{
	struct got *got = arg;
	const struct danelaw_lookup *lookup = &answer->lookup;

	assert_false(got->done);
	got->done = true;
	got->dnssec = lookup->dnssec;
	got->presence = lookup->presence;
	got->n_records = answer->n_records;
	got->n_aliases = lookup->n_aliases;
	got->ttl = lookup->ttl;
	got->expires = lookup->rrsig_expires;
	got->timed_out = answer->timed_out;
	snprintf(got->why, sizeof(got->why), "%s",
	    lookup->why == NULL ? "" : lookup->why);
	snprintf(got->final, sizeof(got->final), "%s", answer->final);
	if (answer->n_records > 0 && answer->records[0].name != NULL)
		snprintf(got->first, sizeof(got->first), "%s",
		    answer->records[0].name);
}

void
wait_for(const struct got *got)
{
	while (!got->done)
		assert_int_equal(event_base_loop(base, EVLOOP_ONCE), 0);
}

struct resolver_query *
begin(struct resolver *resolver, const char *name, enum rrtype type, int ms,
    struct got *got)
{
	struct resolver_query *query;

	*got = (struct got) { 0 };
	query = resolver_ask(
	    resolver, name, type, clock_monotonic_ms() + ms, on_done, got);
	assert_non_null(query);
	assert_false(got->done);
	return query;
}

void
ask(struct resolver *resolver, const char *name, enum rrtype type,
    struct got *got)
{
	begin(resolver, name, type, LONG_MS, got);
	wait_for(got);
}

struct resolver *
make(const struct resolver_config *config)
{
	struct resolver *resolver = NULL;
	char *error = NULL;

	if (resolver_new(base, config, &resolver, &error) != RESOLVER_OK)
		fail_msg("%s", error);
	assert_null(error);
	return resolver;
}

struct resolver *
make_forwarding(int64_t at, const char *anchor)
{
	const char *const forwarders[] = { lab_place(lab) };
	const struct resolver_config config = {
		.forwarders = forwarders,
		.n_forwarders = 1,
		.trust_anchor = anchor,
		.at = at,
	};

	return make(&config);
}

struct resolver *
make_good(void)
{
	return make_forwarding(LAB_AT, lab_anchor(lab));
}
