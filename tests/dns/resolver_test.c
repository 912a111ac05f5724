/* SPDX-License-Identifier: ISC */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "asking.h"
#include "base/clock.h"

#define SECURE DANELAW_DNSSEC_SECURE
#define INSECURE DANELAW_DNSSEC_INSECURE
#define BOGUS DANELAW_DNSSEC_BOGUS, DANELAW_PRESENCE_UNKNOWN
#define ERROR DANELAW_DNSSEC_ERROR, DANELAW_PRESENCE_UNKNOWN
#define HAS DANELAW_PRESENCE_DATA
#define NODATA DANELAW_PRESENCE_NODATA
#define NXDOMAIN DANELAW_PRESENCE_NXDOMAIN

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
} answers[] = {
	{ "secure.example", RRTYPE_MX, SECURE, HAS, 2, NULL, 20, 3600, NULL },
	{ "mx.secure.example", RRTYPE_A, SECURE, HAS, 2, NULL, 20, 600, NULL },
	{ "mx.secure.example", RRTYPE_AAAA, SECURE, HAS, 1, NULL, 20, 600,
	    NULL },
	{ "_25._tcp.mx.secure.example", RRTYPE_TLSA, SECURE, HAS, 1, NULL, 20,
	    60, NULL },
	{ "_25._tcp.short.secure.example", RRTYPE_TLSA, SECURE, HAS, 1, NULL,
	    20, 300, NULL },
	{ "_465._tcp.mx.secure.example", RRTYPE_TLSA, SECURE, NXDOMAIN, 0, NULL,
	    20, 120, NULL },
	{ "mx.secure.example", RRTYPE_MX, SECURE, NODATA, 0, NULL, 20, 120,
	    NULL },
	{ "nope.secure.example", RRTYPE_MX, SECURE, NXDOMAIN, 0, NULL, 20, 120,
	    NULL },
	{ "big.secure.example", RRTYPE_TXT, SECURE, HAS, 12, NULL, 20, 300,
	    NULL },
	{ "", RRTYPE_DNSKEY, SECURE, HAS, 1, NULL, 20, 3600, NULL },
	{ "near.secure.example", RRTYPE_A, SECURE, HAS, 2, "mx.secure.example",
	    20, 100, NULL },
	{ "gone.secure.example", RRTYPE_A, SECURE, NXDOMAIN, 0,
	    "nothing.secure.example", 20, 120, NULL },
	/* 7672 2.1.3: as weak as the weakest link ... */
	{ "away.secure.example", RRTYPE_A, INSECURE, HAS, 1, "mx.plain.example",
	    20, 300, NULL },
	{ "back.plain.example", RRTYPE_A, INSECURE, HAS, 2, "mx.secure.example",
	    20, 300, NULL },
	/* ... but the alias itself is secure. */
	{ "away.secure.example", RRTYPE_CNAME, SECURE, HAS, 1, NULL, 20, 300,
	    NULL },
	{ "plain.example", RRTYPE_MX, INSECURE, HAS, 1, NULL, 0, 300, NULL },
	{ "nope.plain.example", RRTYPE_MX, INSECURE, NXDOMAIN, 0, NULL, 0, 120,
	    NULL },
	/* A special name, but who forwards may have it there. */
	{ "lab.test", RRTYPE_MX, INSECURE, HAS, 1, NULL, 0, 300, NULL },
	{ "bogus.example", RRTYPE_MX, BOGUS, 0, NULL, 20, 60, "signature" },
	{ "mx.bogus.example", RRTYPE_A, SECURE, HAS, 1, NULL, 20, 300, NULL },
	{ "expired.example", RRTYPE_MX, BOGUS, 0, NULL, -5, 300,
	    "signature expired" },
	{ "early.example", RRTYPE_MX, BOGUS, 0, NULL, 40, 300,
	    "before inception" },
	{ "dead.example", RRTYPE_MX, ERROR, 0, NULL, 0, 0, "SERVFAIL" },
	{ "loop.secure.example", RRTYPE_A, ERROR, 0, NULL, 0, 0, "CNAME" },
	{ "localhost", RRTYPE_A, INSECURE, HAS, 1, NULL, 0, 10800, "RFC 6761" },
	{ "x.onion", RRTYPE_A, INSECURE, NXDOMAIN, 0, NULL, 0, 10800,
	    "RFC 7686" },
	/* No names at all. */
	{ "a..example", RRTYPE_A, ERROR, 0, NULL, 0, 0, "no such name" },
	{ "b\xc3\xbc.example", RRTYPE_A, ERROR, 0, NULL, 0, 0, "no such name" },
};

/* The second time they come out of the cache, and must be the same. */
static void
test_answers(void **state)
{
	enum { N = sizeof(answers) / sizeof(answers[0]) };
	struct resolver *resolver = make_good();
	static struct got got[N];
	unsigned asked = 0;
	(void)state;

	for (int turn = 0; turn < 2; turn++) {
		for (size_t i = 0; i < N; i++)
			begin(resolver, answers[i].name, answers[i].type,
			    LONG_MS, &got[i]);
		for (size_t i = 0; i < N; i++) {
			const char *final = answers[i].final == NULL
			    ? answers[i].name
			    : answers[i].final;

			print_message("# %s %s\n", answers[i].name,
			    rrtype_word(answers[i].type));
			wait_for(&got[i]);
			assert_int_equal(got[i].dnssec, answers[i].dnssec);
			assert_int_equal(got[i].presence, answers[i].presence);
			assert_int_equal(got[i].n_records, answers[i].n);
			assert_string_equal(got[i].final, final);
			assert_int_equal(got[i].expires,
			    answers[i].days == 0
				? 0
				: LAB_AT + answers[i].days * LAB_DAY);
			assert_true(got[i].ttl <= answers[i].ttl &&
			    got[i].ttl + 30 >= answers[i].ttl);
			assert_false(got[i].timed_out);
			if (answers[i].why == NULL)
				assert_string_equal(got[i].why, "");
			else
				assert_non_null(
				    strstr(got[i].why, answers[i].why));
		}
		if (turn == 0)
			asked = lab_asked(lab);
	}
	/* Only what no cache keeps was asked again: the loop. */
	assert_true(lab_asked(lab) - asked <= 20);
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

int
main(void)
{
	const struct CMUnitTest tests[] = {
		{ .name = "rule 3 a lab with all that can be wrong",
		    .test_func = test_answers,
		    .setup_func = asking_setup,
		    .teardown_func = asking_teardown },
		ASKING_TEST(test_cached_servfail),
		ASKING_TEST(test_refusals),
		ASKING_TEST(test_silence_is_local),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
