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
		{ "rule 1 signatures taken out", LAB_STRIP, 0, NULL,
		    RESOLVER_STRIPS, "without DNSSEC signatures" },
		{ "rule 1 keys taken out", LAB_NO_DNSKEY, 0, NULL,
		    RESOLVER_STRIPS, "without DNSSEC signatures" },
		{ "refused", LAB_REFUSED, 0, NULL, RESOLVER_BROKEN, "REFUSED" },
		{ "failing", LAB_SERVFAIL, 0, NULL, RESOLVER_BROKEN,
		    "SERVFAIL" },
		{ "clock too late", LAB_NORMAL, 30, NULL, RESOLVER_WRONG_CLOCK,
		    "2026-01-31T00:00:00Z" },
		{ "clock too early", LAB_NORMAL, -30, NULL,
		    RESOLVER_WRONG_CLOCK, "2025-12-02T00:00:00Z" },
		{ "rule 3 another key", LAB_NORMAL, 0,
		    ". IN DS 20326 8 2 E06D44B80B8F1D39A95C0B0D7C65D084"
		    "58E880409BBC683457104237C7F8EC8D\n",
		    RESOLVER_STALE_ANCHOR, "trust anchor" },
		{ "rule 3 an algorithm nobody knows: all would be insecure",
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
	assert_true(clock_monotonic_ms() - begun <= 15000);
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

int
main(void)
{
	const struct CMUnitTest tests[] = {
		ASKING_TEST(test_selftest),
		ASKING_TEST(test_selftest_deadline),
		ASKING_TEST(test_fall_back),
		ASKING_TEST(test_words),
		ASKING_TEST(test_errors),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
