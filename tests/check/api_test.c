/* SPDX-License-Identifier: ISC */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <danelaw.h>
#include <event2/event.h>
#include <stdio.h>
#include <string.h>

/* Nobody listens on port 1, so no check of these tests leaves the machine. */
static const char *const nobody[] = { "127.0.0.1@1" };
static const struct danelaw_config dead = { .resolvers = nobody,
	.n_resolvers = 1 };

struct seen {
	struct danelaw_engine *engine;
	struct danelaw_report *report;
	int calls, more, told;
};

static void
keep(struct danelaw_report *report, void *arg)
{
	struct seen *seen = arg;

	danelaw_report_free(seen->report);
	seen->report = report;
	seen->calls++;
	if (seen->more > 0) {
		const struct danelaw_request request = {
			.domain = "[127.0.0.1]",
			.connect_port = 1,
		};

		seen->more--;
		assert_int_equal(
		    danelaw_engine_add(seen->engine, &request, keep, seen),
		    DANELAW_OK);
	}
}

static struct danelaw_engine *
engine_new(const struct danelaw_config *config)
{
	struct danelaw_engine *engine = NULL;

	assert_int_equal(danelaw_engine_new(config, &engine), DANELAW_OK);
	assert_non_null(engine);
	return engine;
}

static void
test_bad_config(void **state)
{
	static const char *const named[] = { "resolver.example" };
	static const struct {
		struct danelaw_config config;
		enum danelaw_err err;
		const char *words;
	} rows[] = {
		{ { .resolvers = named, .n_resolvers = 1 }, DANELAW_EINVAL,
		    "resolver.example" },
		{ { .trust_anchor = "/nonexistent" }, DANELAW_ENOANCHOR,
		    "/nonexistent" },
		{ { .trust_anchor = "/dev/null" }, DANELAW_ENOANCHOR, "empty" },
		{ { .root_hints = "/nonexistent" }, DANELAW_EFILE,
		    "/nonexistent" },
		{ { .system_resolver = true, .resolv_conf = "/nonexistent" },
		    DANELAW_EFILE, "/nonexistent" },
		{ { .cert_file = "/nonexistent" }, DANELAW_EFILE,
		    "/nonexistent" },
	};
	(void)state;

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct danelaw_engine *engine = NULL;

		assert_int_equal(
		    danelaw_engine_new(&rows[i].config, &engine), rows[i].err);
		assert_non_null(
		    strstr(danelaw_engine_error(engine), rows[i].words));
		danelaw_engine_free(engine);
	}
}

static void
test_bad_request(void **state)
{
	static const char *const domains[] = { NULL, "", "a..b", "a b",
		"192.0.2.1", "[192.0.2.1", "[]" };
	struct danelaw_engine *engine = engine_new(&dead);
	struct seen seen = { .engine = engine };
	(void)state;

	for (size_t i = 0; i < sizeof(domains) / sizeof(domains[0]); i++) {
		struct danelaw_request request = { .domain = domains[i] };

		assert_int_equal(
		    danelaw_engine_add(engine, &request, keep, &seen),
		    DANELAW_EINVAL);
		assert_true(strlen(danelaw_engine_error(engine)) > 10);
	}
	assert_int_equal(danelaw_engine_run(engine), DANELAW_OK);
	assert_int_equal(seen.calls, 0);
	danelaw_engine_free(engine);
}

/* A report outlives its engine. */
static void
test_dead_resolver(void **state)
{
	const struct danelaw_request request = { .domain = "A.example.",
		.budget_ms = 3000 };
	struct danelaw_engine *engine = engine_new(&dead);
	struct seen seen = { .engine = engine };
	(void)state;

	assert_int_equal(
	    danelaw_engine_add(engine, &request, keep, &seen), DANELAW_OK);
	assert_int_equal(seen.calls, 0);
	assert_int_equal(danelaw_engine_run(engine), DANELAW_OK);
	danelaw_engine_free(engine);
	assert_int_equal(seen.calls, 1);
	assert_string_equal(seen.report->domain, "a.example");
	assert_int_equal(seen.report->verdict, DANELAW_VERDICT_DEFER);
	assert_int_equal(seen.report->state, DANELAW_STATE_UNKNOWN);
	assert_non_null(seen.report->resolver_error);
	danelaw_report_free(seen.report);
}

/* done() may add; on a base of the caller's own. */
static void
test_add_in_done(void **state)
{
	const struct danelaw_request request = {
		.domain = "[127.0.0.1]",
		.connect_port = 1,
	};
	struct event_base *base = event_base_new();
	struct danelaw_config config = dead;
	struct danelaw_engine *engine;
	struct seen seen = { .more = 3 };
	(void)state;

	config.base = base;
	engine = engine_new(&config);
	seen.engine = engine;
	assert_int_equal(
	    danelaw_engine_add(engine, &request, keep, &seen), DANELAW_OK);
	assert_int_equal(danelaw_engine_run(engine), DANELAW_OK);
	assert_int_equal(seen.calls, 4);
	assert_int_equal(seen.report->n_hosts, 1);
	assert_int_equal(seen.report->hosts[0].addresses[0].outcome,
	    DANELAW_OUTCOME_CONNECT_REFUSED);
	danelaw_report_free(seen.report);
	danelaw_engine_free(engine);
	event_base_free(base);
}

static void
count(const char *text, void *arg)
{
	assert_non_null(strstr(text, "a.example"));
	++*(int *)arg;
}

/* What still runs is dropped without a word. */
static void
hear(const struct danelaw_mx *mx, const struct danelaw_host *host,
    size_t n_pending, void *arg)
{
	struct seen *seen = arg;

	assert_int_equal(seen->calls, 0);
	assert_int_equal(mx->source, DANELAW_MX_LITERAL);
	assert_string_equal(host->name, "127.0.0.1");
	assert_int_equal(host->policy, DANELAW_POLICY_MAY);
	assert_int_equal(n_pending, 0);
	seen->told++;
}

/* What the DNS says comes before the end, and not from inside of add(). */
static void
test_facts(void **state)
{
	struct danelaw_request request = {
		.domain = "[127.0.0.1]",
		.connect_port = 1,
		.facts = hear,
	};
	struct seen seen = { .engine = engine_new(&dead) };
	(void)state;

	assert_int_equal(
	    danelaw_engine_add(seen.engine, &request, keep, &seen), DANELAW_OK);
	assert_int_equal(seen.told, 0);
	assert_int_equal(danelaw_engine_run(seen.engine), DANELAW_OK);
	assert_int_equal(seen.told, 1);
	assert_int_equal(seen.calls, 1);
	/* Nothing is known where the MX lookup fails. */
	request.domain = "nobody.example";
	assert_int_equal(
	    danelaw_engine_add(seen.engine, &request, keep, &seen), DANELAW_OK);
	assert_int_equal(danelaw_engine_run(seen.engine), DANELAW_OK);
	assert_int_equal(seen.told, 1);
	assert_int_equal(seen.calls, 2);
	danelaw_engine_free(seen.engine);
	danelaw_report_free(seen.report);
}

static void
test_free_while_running(void **state)
{
	const struct danelaw_request request = { .domain = "a.example" };
	struct danelaw_engine *engine = engine_new(&dead);
	struct seen seen = { .engine = engine };
	int waiting = 0;
	(void)state;

	for (int i = 0; i < 10; i++)
		assert_int_equal(
		    danelaw_engine_add(engine, &request, keep, &seen),
		    DANELAW_OK);
	danelaw_engine_waiting(engine, count, &waiting);
	assert_int_equal(waiting, 10);
	danelaw_engine_free(engine);
	assert_int_equal(seen.calls, 0);
	danelaw_engine_free(NULL);
	danelaw_report_free(NULL);
}

static void
test_versions(void **state)
{
	(void)state;
	assert_string_equal(danelaw_version(), DANELAW_VERSION);
	assert_non_null(strstr(danelaw_version_libraries(), "OpenSSL "));
	assert_non_null(strstr(danelaw_version_libraries(), "libunbound"));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_bad_config),
		cmocka_unit_test(test_bad_request),
		cmocka_unit_test(test_dead_resolver),
		cmocka_unit_test(test_add_in_done),
		cmocka_unit_test(test_facts),
		cmocka_unit_test(test_free_while_running),
		cmocka_unit_test(test_versions),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
