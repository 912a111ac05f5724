/* SPDX-License-Identifier: ISC */
/*
 * Whether the keys of the zones are looked up, and what rests on them.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <danelaw.h>
#include <event2/event.h>

#include "dns/asking.h"

static void
take(struct danelaw_report *report, void *arg)
{
	struct danelaw_report **out = arg;

	assert_non_null(report);
	*out = report;
}

static struct danelaw_report *
check(const char *domain, bool no_zones)
{
	const char *const resolvers[] = { lab_place(lab) };
	const struct danelaw_config config = {
		.base = base,
		.resolvers = resolvers,
		.n_resolvers = 1,
		.trust_anchor = lab_anchor(lab),
		.at = LAB_AT,
	};
	const struct danelaw_request request = {
		.domain = domain,
		.helo = "client.example",
		/* The addresses of the lab are nobody's. */
		.public_only = true,
		.no_zones = no_zones,
	};
	struct danelaw_report *report = NULL;
	struct danelaw_engine *engine;

	assert_int_equal(danelaw_engine_new(&config, &engine), DANELAW_OK);
	assert_int_equal(
	    danelaw_engine_add(engine, &request, take, &report), DANELAW_OK);
	while (report == NULL)
		assert_int_equal(event_base_loop(base, EVLOOP_ONCE), 0);
	danelaw_engine_free(engine);
	return report;
}

struct row {
	const char *what, *domain;
	bool no_zones;
	const char *zones[3];
};

/* The zones that signed, and those above but the root. */
static const struct row rows[] = {
	{ "by default", "secure.example", false,
	    { "secure.example", "example" } },
	{ "not asked for", "secure.example", true, { 0 } },
	{ "a host alone", "[mx.secure.example]", false,
	    { "secure.example", "example" } },
	{ "a host alone, not asked for", "[mx.secure.example]", true, { 0 } },
	{ "nobody signed", "[mx.plain.example]", false, { 0 } },
};

static void
test_zones(void **state)
{
	const struct row *row = *state;
	struct danelaw_report *report = check(row->domain, row->no_zones);
	bool is_signed = row->zones[0] != NULL || row->no_zones;
	size_t n = 0;

	for (; row->zones[n] != NULL; n++) {
		const struct danelaw_zone *zone = &report->zones[n];

		assert_true(n < report->n_zones);
		assert_string_equal(zone->name, row->zones[n]);
		assert_int_equal(zone->ds.dnssec, DANELAW_DNSSEC_SECURE);
		assert_int_equal(zone->dnskey.dnssec, DANELAW_DNSSEC_SECURE);
		assert_int_equal(zone->dnskey.rrsig_expires, LAB_EXPIRES);
	}
	assert_int_equal(report->n_zones, n);
	assert_true(report->n_hosts > 0);
	assert_int_equal(report->hosts[0].dnssec,
	    is_signed ? DANELAW_DNSSEC_SECURE : DANELAW_DNSSEC_INSECURE);
	/* What was looked up all the same has its clock. */
	assert_int_equal(report->clocks.rrsig != NULL, is_signed);
	danelaw_report_free(report);
}

#define N_ROWS (sizeof(rows) / sizeof(rows[0]))

int
main(void)
{
	struct CMUnitTest tests[N_ROWS];

	for (size_t i = 0; i < N_ROWS; i++)
		tests[i] = (struct CMUnitTest) {
			.name = rows[i].what,
			.test_func = test_zones,
			.setup_func = asking_setup,
			.teardown_func = asking_teardown,
			.initial_state = (void *)(uintptr_t)&rows[i],
		};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
