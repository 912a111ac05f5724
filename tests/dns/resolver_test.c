/* SPDX-License-Identifier: ISC */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "dns/resolver.h"
#include "lab.h"

#define LONG_MS 30000 /* longer than any answer may take */

static struct event_base *base;
static struct lab *lab;

/* What came of one question. */
struct got {
	bool done;
	enum danelaw_dnssec dnssec;
	enum danelaw_presence presence;
	size_t n_records, n_aliases;
	char why[600], final[300], first[300];
	uint32_t ttl;
	int64_t expires;
	bool timed_out;
};

static int
setup(void **state)
{
	(void)state;
	base = event_base_new();
	lab = lab_new(base);
	return base == NULL;
}

static int
teardown(void **state)
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

static void
wait_for(const struct got *got)
{
	while (!got->done)
		assert_int_equal(event_base_loop(base, EVLOOP_ONCE), 0);
}

static struct resolver_query *
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

static void
ask(struct resolver *resolver, const char *name, enum rrtype type,
    struct got *got)
{
	begin(resolver, name, type, LONG_MS, got);
	wait_for(got);
}

static struct resolver *
make(const struct resolver_config *config)
{
	struct resolver *resolver = NULL;
	char *error = NULL;

	if (resolver_new(base, config, &resolver, &error) != RESOLVER_OK)
		fail_msg("%s", error);
	assert_null(error);
	return resolver;
}

/* One that forwards to the lab. */
static struct resolver *
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

static struct resolver *
make_good(void)
{
	return make_forwarding(LAB_AT, lab_anchor(lab));
}

#define SECURE DANELAW_DNSSEC_SECURE
#define INSECURE DANELAW_DNSSEC_INSECURE
#define BOGUS DANELAW_DNSSEC_BOGUS, DANELAW_PRESENCE_UNKNOWN
#define ERROR DANELAW_DNSSEC_ERROR, DANELAW_PRESENCE_UNKNOWN
#define HAS DANELAW_PRESENCE_DATA
#define NODATA DANELAW_PRESENCE_NODATA
#define NXDOMAIN DANELAW_PRESENCE_NXDOMAIN

/* The second time they come out of the cache, and must be the same. */
static void
test_answers(void **state)
{
	static const struct {
		const char *name;
		enum rrtype type;
		enum danelaw_dnssec dnssec;
		enum danelaw_presence presence;
		size_t n;
		const char *final; /* NULL: the name */
		int days;          /* to the expiry; 0: unsigned */
		uint32_t ttl;      /* at first */
		const char *why;   /* part of it; NULL: none */
	} rows[] = {
		{ "secure.example", RRTYPE_MX, SECURE, HAS, 2, NULL, 20, 3600,
		    NULL },
		{ "mx.secure.example", RRTYPE_A, SECURE, HAS, 2, NULL, 20, 600,
		    NULL },
		{ "mx.secure.example", RRTYPE_AAAA, SECURE, HAS, 1, NULL, 20,
		    600, NULL },
		{ "_25._tcp.mx.secure.example", RRTYPE_TLSA, SECURE, HAS, 1,
		    NULL, 20, 60, NULL },
		{ "_25._tcp.short.secure.example", RRTYPE_TLSA, SECURE, HAS, 1,
		    NULL, 20, 300, NULL },
		{ "_465._tcp.mx.secure.example", RRTYPE_TLSA, SECURE, NXDOMAIN,
		    0, NULL, 20, 120, NULL },
		{ "mx.secure.example", RRTYPE_MX, SECURE, NODATA, 0, NULL, 20,
		    120, NULL },
		{ "nope.secure.example", RRTYPE_MX, SECURE, NXDOMAIN, 0, NULL,
		    20, 120, NULL },
		{ "big.secure.example", RRTYPE_TXT, SECURE, HAS, 12, NULL, 20,
		    300, NULL },
		{ "", RRTYPE_DNSKEY, SECURE, HAS, 1, NULL, 20, 3600, NULL },
		{ "near.secure.example", RRTYPE_A, SECURE, HAS, 2,
		    "mx.secure.example", 20, 100, NULL },
		{ "gone.secure.example", RRTYPE_A, SECURE, NXDOMAIN, 0,
		    "nothing.secure.example", 20, 120, NULL },
		/* 7672 2.1.3: as weak as the weakest link ... */
		{ "away.secure.example", RRTYPE_A, INSECURE, HAS, 1,
		    "mx.plain.example", 20, 300, NULL },
		{ "back.plain.example", RRTYPE_A, INSECURE, HAS, 2,
		    "mx.secure.example", 20, 300, NULL },
		/* ... but the alias itself is secure. */
		{ "away.secure.example", RRTYPE_CNAME, SECURE, HAS, 1, NULL, 20,
		    300, NULL },
		{ "plain.example", RRTYPE_MX, INSECURE, HAS, 1, NULL, 0, 300,
		    NULL },
		{ "nope.plain.example", RRTYPE_MX, INSECURE, NXDOMAIN, 0, NULL,
		    0, 120, NULL },
		/* A special name, but who forwards may have it there. */
		{ "lab.test", RRTYPE_MX, INSECURE, HAS, 1, NULL, 0, 300, NULL },
		{ "bogus.example", RRTYPE_MX, BOGUS, 0, NULL, 20, 60,
		    "signature" },
		{ "mx.bogus.example", RRTYPE_A, SECURE, HAS, 1, NULL, 20, 300,
		    NULL },
		{ "expired.example", RRTYPE_MX, BOGUS, 0, NULL, -5, 300,
		    "signature expired" },
		{ "early.example", RRTYPE_MX, BOGUS, 0, NULL, 40, 300,
		    "before inception" },
		{ "dead.example", RRTYPE_MX, ERROR, 0, NULL, 0, 0, "SERVFAIL" },
		{ "loop.secure.example", RRTYPE_A, ERROR, 0, NULL, 0, 0,
		    "CNAME" },
		{ "localhost", RRTYPE_A, INSECURE, HAS, 1, NULL, 0, 10800,
		    "RFC 6761" },
		{ "x.onion", RRTYPE_A, INSECURE, NXDOMAIN, 0, NULL, 0, 10800,
		    "RFC 7686" },
		/* No names at all. */
		{ "a..example", RRTYPE_A, ERROR, 0, NULL, 0, 0,
		    "no such name" },
		{ "b\xc3\xbc.example", RRTYPE_A, ERROR, 0, NULL, 0, 0,
		    "no such name" },
	};
	enum { N = sizeof(rows) / sizeof(rows[0]) };
	struct resolver *resolver = make_good();
	static struct got got[N];
	unsigned asked = 0;
	(void)state;

	for (int turn = 0; turn < 2; turn++) {
		for (size_t i = 0; i < N; i++)
			begin(resolver, rows[i].name, rows[i].type, LONG_MS,
			    &got[i]);
		for (size_t i = 0; i < N; i++) {
			const char *final = rows[i].final == NULL
			    ? rows[i].name
			    : rows[i].final;

			print_message("# %s %s\n", rows[i].name,
			    rrtype_word(rows[i].type));
			wait_for(&got[i]);
			assert_int_equal(got[i].dnssec, rows[i].dnssec);
			assert_int_equal(got[i].presence, rows[i].presence);
			assert_int_equal(got[i].n_records, rows[i].n);
			assert_string_equal(got[i].final, final);
			assert_int_equal(got[i].expires,
			    rows[i].days == 0
				? 0
				: LAB_AT + rows[i].days * LAB_DAY);
			assert_in_range(got[i].ttl,
			    rows[i].ttl < 30 ? 0 : rows[i].ttl - 30,
			    rows[i].ttl);
			assert_false(got[i].timed_out);
			if (rows[i].why == NULL)
				assert_string_equal(got[i].why, "");
			else
				assert_non_null(
				    strstr(got[i].why, rows[i].why));
		}
		if (turn == 0)
			asked = lab_asked(lab);
	}
	/* Only what no cache keeps was asked again: the loop. */
	assert_in_range(lab_asked(lab) - asked, 0, 20);
	assert_true(lab_asked_tcp(lab) > 0);
	assert_int_equal(resolver_health(resolver), RESOLVER_GOOD);
	assert_null(resolver_reason(resolver));
	resolver_free(resolver);
}

/* The trap of traps: out of the cache it comes as success, and insecure. */
static void
test_cached_servfail(void **state)
{
	struct resolver *resolver = make_good();
	struct got first, second;
	unsigned asked;
	(void)state;

	ask(resolver, "dead.example", RRTYPE_MX, &first);
	asked = lab_asked(lab);
	ask(resolver, "dead.example", RRTYPE_MX, &second);
	assert_int_equal(lab_asked(lab), asked);
	assert_int_equal(second.dnssec, DANELAW_DNSSEC_ERROR);
	assert_int_equal(second.presence, DANELAW_PRESENCE_UNKNOWN);
	/* And the reason is not forgotten. */
	assert_non_null(strstr(first.why, "SERVFAIL"));
	assert_string_equal(second.why, first.why);
	resolver_free(resolver);
}

/* Each code that a server may refuse with is an error, never an absence. */
static void
test_refusals(void **state)
{
	static const struct {
		enum lab_action action;
		const char *name, *why;
	} rows[] = {
		{ LAB_SERVFAIL, "_25._tcp.f.secure.example", "SERVFAIL" },
		{ LAB_REFUSED, "_25._tcp.g.secure.example", "REFUSED" },
		{ LAB_NOTIMP, "_25._tcp.h.secure.example", "NOTIMP" },
	};
	struct resolver *resolver = make_good();
	struct got got;
	(void)state;

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		lab_rule(lab, rows[i].name, LDNS_RR_TYPE_TLSA, rows[i].action);
		for (int turn = 0; turn < 2; turn++) {
			ask(resolver, rows[i].name, RRTYPE_TLSA, &got);
			assert_int_equal(got.dnssec, DANELAW_DNSSEC_ERROR);
			assert_int_equal(
			    got.presence, DANELAW_PRESENCE_UNKNOWN);
			assert_non_null(strstr(got.why, rows[i].why));
		}
	}
	/* Signatures taken away from a signed zone: bogus, not insecure. */
	lab_rule(lab, "s.secure.example", 0, LAB_STRIP);
	ask(resolver, "s.secure.example", RRTYPE_A, &got);
	assert_int_equal(got.dnssec, DANELAW_DNSSEC_BOGUS);
	resolver_free(resolver);
}

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
	int64_t begun;
	(void)state;

	ask(resolver, "secure.example", RRTYPE_MX, &got);
	begun = clock_monotonic_ms();
	begin(resolver, "silent.example", RRTYPE_MX, 200, &got);
	wait_for(&got);
	assert_in_range(clock_monotonic_ms() - begun, 190, 5000);
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

/* With questions waiting, flying and landed, from outside and inside. */
static void
test_end(void **state)
{
	int before = event_base_get_num_events(base, EVENT_BASE_COUNT_ADDED);
	struct resolver *resolver = make_good();
	struct got never[4], got;
	struct killer killer = { 0 };
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
	lab_rule(lab, "silent.example", 0, LAB_SILENT);
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
	assert_in_range(event_base_get_num_events(base, EVENT_BASE_COUNT_ADDED),
	    before, before + 4);
}

/* Nothing is believed before the test, and nothing after a failed one. */
static void
test_selftest(void **state)
{
	static const struct {
		const char *what;
		enum lab_action action;
		int days;           /* from the time of the zones */
		const char *anchor; /* NULL: the right one */
		enum resolver_health health;
		const char *why;
	} rows[] = {
		{ "signatures taken out", LAB_STRIP, 0, NULL, RESOLVER_STRIPS,
		    "without DNSSEC signatures" },
		{ "keys taken out", LAB_NO_DNSKEY, 0, NULL, RESOLVER_STRIPS,
		    "without DNSSEC signatures" },
		{ "refused", LAB_REFUSED, 0, NULL, RESOLVER_BROKEN, "REFUSED" },
		{ "failing", LAB_SERVFAIL, 0, NULL, RESOLVER_BROKEN,
		    "SERVFAIL" },
		{ "clock too late", LAB_NORMAL, 30, NULL, RESOLVER_WRONG_CLOCK,
		    "2026-01-31T00:00:00Z" },
		{ "clock too early", LAB_NORMAL, -30, NULL,
		    RESOLVER_WRONG_CLOCK, "2025-12-02T00:00:00Z" },
		{ "another key", LAB_NORMAL, 0,
		    ". IN DS 20326 8 2 E06D44B80B8F1D39A95C0B0D7C65D084"
		    "58E880409BBC683457104237C7F8EC8D\n",
		    RESOLVER_STALE_ANCHOR, "trust anchor" },
		{ "an algorithm nobody knows: all would be insecure",
		    LAB_NORMAL, 0,
		    ". IN DS 20326 200 2 E06D44B80B8F1D39A95C0B0D7C65D084"
		    "58E880409BBC683457104237C7F8EC8D\n",
		    RESOLVER_STALE_ANCHOR, "trust anchor" },
	};
	struct resolver *resolver;
	struct got got[2];
	(void)state;

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		print_message("# %s\n", rows[i].what);
		lab_rule(lab, ".", 0, rows[i].action);
		resolver = make_forwarding(LAB_AT + rows[i].days * LAB_DAY,
		    rows[i].anchor == NULL ? lab_anchor(lab)
					   : lab_file(lab, rows[i].anchor));
		assert_int_equal(resolver_health(resolver), RESOLVER_UNTESTED);
		assert_null(resolver_reason(resolver));
		begin(resolver, "plain.example", RRTYPE_MX, LONG_MS, &got[0]);
		begin(resolver, "localhost", RRTYPE_A, LONG_MS, &got[1]);
		for (size_t j = 0; j < 2; j++) {
			wait_for(&got[j]);
			assert_int_equal(got[j].dnssec, DANELAW_DNSSEC_ERROR);
			assert_non_null(strstr(got[j].why, rows[i].why));
		}
		assert_int_equal(resolver_health(resolver), rows[i].health);
		assert_non_null(strstr(resolver_reason(resolver), rows[i].why));
		/* And later ones, too. */
		ask(resolver, "secure.example", RRTYPE_MX, &got[0]);
		assert_int_equal(got[0].dnssec, DANELAW_DNSSEC_ERROR);
		resolver_free(resolver);
	}
}

/* A deadline holds while the test is waited for. */
static void
test_selftest_deadline(void **state)
{
	struct resolver *resolver = make_good();
	struct got got;
	(void)state;

	lab_rule(lab, ".", 0, LAB_SILENT);
	begin(resolver, "secure.example", RRTYPE_MX, 100, &got);
	wait_for(&got);
	assert_true(got.timed_out);
	assert_non_null(strstr(got.why, "self-test"));
	assert_int_equal(resolver_health(resolver), RESOLVER_UNTESTED);
	resolver_free(resolver);
}

/* No root server there: what resolv.conf names, still validating. */
static void
test_fall_back(void **state)
{
	char conf[100];
	struct resolver_config config = {
		/* A loopback address that nobody serves. */
		.root_hints =
		    lab_file(lab, ". 3600 NS a.\na. 3600 A 127.83.19.7\n"),
		.trust_anchor = lab_anchor(lab),
		.at = LAB_AT,
	};
	struct resolver *resolver;
	struct got got;
	int64_t begun = clock_monotonic_ms();
	(void)state;

	snprintf(conf, sizeof(conf), "nameserver %s\n", lab_place(lab));
	config.resolv_conf = lab_file(lab, conf);
	resolver = make(&config);
	assert_non_null(
	    strstr(resolver_words(resolver), "own recursion from the root by"));
	ask(resolver, "secure.example", RRTYPE_MX, &got);
	assert_int_equal(got.dnssec, DANELAW_DNSSEC_SECURE);
	assert_in_range(clock_monotonic_ms() - begun, 0, 15000);
	ask(resolver, "bogus.example", RRTYPE_MX, &got);
	assert_int_equal(got.dnssec, DANELAW_DNSSEC_BOGUS);
	assert_int_equal(resolver_health(resolver), RESOLVER_GOOD);
	assert_non_null(strstr(resolver_words(resolver), lab_place(lab)));
	assert_non_null(
	    strstr(resolver_words(resolver), "because no root server answers"));
	/* It was not told of by name: "test" stays special. */
	ask(resolver, "lab.test", RRTYPE_MX, &got);
	assert_int_equal(got.presence, DANELAW_PRESENCE_NXDOMAIN);
	assert_non_null(strstr(got.why, "RFC 6761"));
	resolver_free(resolver);
}

/*
 * A name whose servers are silent: when libunbound has given up on it, the
 * forwarder it was asked of must not be given up for the others.
 */
static void
test_silence_is_local(void **state)
{
	static const char *const silent[] = { "silent.example",
		"a.silent.example", "b.silent.example", "c.silent.example" };
	struct resolver *resolver = make_good();
	struct got got[4], other;
	char name[64];
	(void)state;

	for (size_t i = 0; i < 4; i++)
		begin(resolver, silent[i], RRTYPE_MX, LONG_MS, &got[i]);
	for (size_t i = 0; i < 4; i++) {
		wait_for(&got[i]);
		assert_int_equal(got[i].dnssec, DANELAW_DNSSEC_ERROR);
		assert_false(got[i].timed_out);
		assert_non_null(strstr(got[i].why, "timeout"));
		for (int j = 0; j < 5; j++) {
			snprintf(
			    name, sizeof(name), "n%zu%d.secure.example", i, j);
			ask(resolver, name, RRTYPE_MX, &other);
			assert_int_equal(other.dnssec, DANELAW_DNSSEC_SECURE);
		}
	}
	resolver_free(resolver);
}

static void
test_words(void **state)
{
	const char *const forwarders[] = { "192.0.2.1", "2001:db8::1@5300",
		lab_place(lab) };
	struct resolver_config config = { .trust_anchor = lab_anchor(lab),
		.at = LAB_AT };
	struct resolver *resolver = make(&config);
	struct got got;
	char conf[100];
	(void)state;

	assert_non_null(strstr(resolver_words(resolver),
	    "own recursion from the root, trust anchor /tmp/"));
	resolver_free(resolver);
	config.trust_anchor = NULL;
	config.forwarders = forwarders;
	config.n_forwarders = 3;
	resolver = make(&config);
	assert_non_null(strstr(resolver_words(resolver),
	    "forwarding to 192.0.2.1, 2001:db8::1@5300 and 127.0.0.1@"));
	resolver_free(resolver);
	snprintf(conf, sizeof(conf), "nameserver %s\n", lab_place(lab));
	config = (struct resolver_config) {
		.system = true,
		.resolv_conf = lab_file(lab, conf),
		.trust_anchor = lab_anchor_key(lab),
		.at = LAB_AT,
	};
	resolver = make(&config);
	assert_non_null(strstr(resolver_words(resolver), ", named in /tmp/"));
	/* And it works, with a key as its anchor. */
	ask(resolver, "secure.example", RRTYPE_MX, &got);
	assert_int_equal(got.dnssec, DANELAW_DNSSEC_SECURE);
	resolver_free(resolver);
	assert_non_null(strchr(resolver_library(), '.'));
}

static void
test_errors(void **state)
{
	static const char *const bad[] = { "", "localhost", "192.0.2.1@",
		"192.0.2.1@0", "192.0.2.1@65536", "192.0.2.1@x",
		"192.0.2.1@53 ", "[2001:db8::1]", "192.0.2.1:53", "@53",
		"192.0.2.1@5300\x1b[31m" };
	const char *empty = lab_file(lab, "");
	const char *garbage = lab_file(lab, "hello world\n");
	const struct {
		struct resolver_config config;
		enum resolver_err err;
		const char *why;
	} rows[] = {
		{ { .trust_anchor = empty }, RESOLVER_EANCHOR, "is empty" },
		{ { .trust_anchor = garbage }, RESOLVER_EANCHOR,
		    "makes no sense" },
		{ { .trust_anchor = "/nonexistent" }, RESOLVER_EANCHOR,
		    "cannot be read" },
		{ { .root_hints = empty }, RESOLVER_EFILE, "root hints" },
		{ { .root_hints = "/nonexistent" }, RESOLVER_EFILE,
		    "cannot be read" },
		{ { .system = true, .resolv_conf = "/nonexistent" },
		    RESOLVER_EFILE, "cannot be read" },
		{ { .system = true, .resolv_conf = garbage }, RESOLVER_EFILE,
		    "no name server" },
	};
	struct resolver *resolver = NULL;
	char *error;
	(void)state;

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		const struct resolver_config config = { .forwarders = &bad[i],
			.n_forwarders = 1 };

		error = NULL;
		assert_int_equal(resolver_new(base, &config, &resolver, &error),
		    RESOLVER_EINVAL);
		assert_null(resolver);
		assert_non_null(strstr(error, "is no address"));
		assert_null(strchr(error, '\x1b'));
		free(error);
	}
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		error = NULL;
		assert_int_equal(
		    resolver_new(base, &rows[i].config, &resolver, &error),
		    rows[i].err);
		assert_null(resolver);
		assert_non_null(strstr(error, rows[i].why));
		free(error);
		assert_int_equal(
		    resolver_new(base, &rows[i].config, &resolver, NULL),
		    rows[i].err);
	}
}

#define TEST(function)                                                         \
	cmocka_unit_test_setup_teardown(function, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_answers),
		TEST(test_cached_servfail),
		TEST(test_refusals),
		TEST(test_asked_inside),
		TEST(test_many),
		TEST(test_deadline),
		TEST(test_cancel),
		TEST(test_end),
		TEST(test_selftest),
		TEST(test_selftest_deadline),
		TEST(test_fall_back),
		TEST(test_silence_is_local),
		TEST(test_words),
		TEST(test_errors),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
