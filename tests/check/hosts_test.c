/* SPDX-License-Identifier: ISC */
/*
 * For how long a domain may rest on what another one's lookups came to. The
 * clock is ours: base/clock.c is not linked.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <danelaw.h>
#include <event2/event.h>
#include <unistd.h>

#include "base/clock.h"
#include "dns/asking.h"
#include "probe/server.h"

static int64_t ahead_ms;

int64_t __real_clock_monotonic_ms(void);
int64_t __wrap_clock_monotonic_ms(void);

int64_t
__wrap_clock_monotonic_ms(void)
{
	return __real_clock_monotonic_ms() + ahead_ms;
}

static void
take(struct danelaw_report *report, void *arg)
{
	struct danelaw_report **out = arg;

	assert_non_null(report);
	*out = report;
}

static struct danelaw_engine *
make_engine(const char *place)
{
	struct danelaw_engine *engine;
	const char *const resolvers[] = { place };
	const struct danelaw_config config = {
		.base = base,
		.resolvers = resolvers,
		.n_resolvers = 1,
		.trust_anchor = lab_anchor(lab),
		.at = LAB_AT,
		.share_ms = DANELAW_SHARE_ALWAYS,
	};

	assert_int_equal(danelaw_engine_new(&config, &engine), DANELAW_OK);
	return engine;
}

static struct danelaw_report *
run(struct danelaw_engine *engine, const struct danelaw_request *request)
{
	struct danelaw_report *report = NULL;

	assert_int_equal(
	    danelaw_engine_add(engine, request, take, &report), DANELAW_OK);
	while (report == NULL)
		assert_int_equal(event_base_loop(base, EVLOOP_ONCE), 0);
	assert_int_equal(report->n_hosts, 1);
	return report;
}

/* Did it share what it says of its host? */
static bool
is_shared(struct danelaw_engine *engine, const char *hop, uint32_t budget_ms,
    bool fails)
{
	const struct danelaw_request request = { .domain = hop,
		.helo = "client.example",
		.budget_ms = budget_ms,
		/* The addresses of the lab are nobody's. */
		.public_only = true };
	struct danelaw_report *report = run(engine, &request);
	bool shared;

	assert_int_equal(
	    report->hosts[0].dnssec == DANELAW_DNSSEC_ERROR, fails);
	shared = report->hosts[0].shared;
	danelaw_report_free(report);
	return shared;
}

/* RFC 2308 section 7 allows five minutes; the trouble may be our own. */
static void
test_failed_lookup(void **state)
{
	struct danelaw_engine *engine = make_engine(lab_place(lab));
	(void)state;

	ahead_ms = 0;
	lab_rule(lab, "mx.plain.example.", 0, LAB_SERVFAIL);
	assert_false(is_shared(engine, "[mx.plain.example]", 0, true));
	ahead_ms += 30000;
	assert_true(is_shared(engine, "[mx.plain.example]", 0, true));
	ahead_ms += 31000;
	assert_false(is_shared(engine, "[mx.plain.example]", 0, true));
	/* What went well is kept. */
	assert_false(is_shared(engine, "[mx.secure.example]", 0, false));
	ahead_ms += 3600000;
	assert_true(is_shared(engine, "[mx.secure.example]", 0, false));
	danelaw_engine_free(engine);
}

/* Who has more time may see more. */
static void
test_budgets(void **state)
{
	struct danelaw_engine *engine = make_engine(lab_place(lab));
	(void)state;

	assert_false(is_shared(engine, "[mx.secure.example]", 9000, false));
	assert_true(is_shared(engine, "[mx.secure.example]", 9000, false));
	assert_false(is_shared(engine, "[mx.secure.example]", 60000, false));
	danelaw_engine_free(engine);
}

/* A resolver that is out of order now may be well in a moment. */
static void
test_dead_resolver(void **state)
{
	struct danelaw_engine *engine = make_engine(lab_place(lab));
	(void)state;

	ahead_ms = 0;
	lab_rule(lab, ".", 0, LAB_REFUSED);
	assert_false(is_shared(engine, "[mx.secure.example]", 0, true));
	lab_rule(lab, ".", 0, LAB_NORMAL);
	ahead_ms += 31000;
	assert_false(is_shared(engine, "[mx.secure.example]", 0, false));
	danelaw_engine_free(engine);
}

/* The same, of one address that is connected to. */
static bool
is_known(
    struct danelaw_engine *engine, uint16_t port, enum danelaw_outcome outcome)
{
	const struct danelaw_request request = { .domain = "[127.0.0.1]",
		.helo = "client.example",
		.connect_port = port };
	struct danelaw_report *report = run(engine, &request);
	bool shared = report->hosts[0].shared;

	assert_int_equal(report->hosts[0].addresses[0].outcome, outcome);
	danelaw_report_free(report);
	return shared;
}

/* Where nobody answers somebody may in a while: gate.h says when. */
static void
test_unreached(void **state)
{
	static const server_talk talks[] = {
		{ "S:554 no", "C:QUIT", "S:221 bye" }, { 0 }
	};
	struct danelaw_engine *engine = make_engine(lab_place(lab));
	struct server server;
	uint16_t port;
	int fd = server_refuse(&port);
	(void)state;

	ahead_ms = 0;
	server_start(&server, "127.0.0.1", NULL, talks);
	assert_false(is_known(engine, port, DANELAW_OUTCOME_CONNECT_REFUSED));
	assert_false(
	    is_known(engine, server.port, DANELAW_OUTCOME_SMTP_PERMFAIL));
	ahead_ms += 590000;
	assert_true(is_known(engine, port, DANELAW_OUTCOME_CONNECT_REFUSED));
	ahead_ms += 10000;
	assert_false(is_known(engine, port, DANELAW_OUTCOME_CONNECT_REFUSED));
	/* What was said is kept. */
	assert_true(
	    is_known(engine, server.port, DANELAW_OUTCOME_SMTP_PERMFAIL));
	danelaw_engine_free(engine);
	server_end(&server);
	close(fd);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		ASKING_TEST(test_failed_lookup),
		ASKING_TEST(test_budgets),
		ASKING_TEST(test_dead_resolver),
		ASKING_TEST(test_unreached),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
