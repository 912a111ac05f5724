/* SPDX-License-Identifier: ISC */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <danelaw.h>
#include <event2/event.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "check/gate.h"
#include "probe/rows.h"
#include "probe/server.h"
#include "report/report.h"
#include "tls/forge.h"

#define REPORTS 8
#define ASKS 16

static struct event_base *base;
static SSL_CTX *side;

/* An engine, the reports it gave, and what its gate was told. */
struct scene {
	struct danelaw_engine *engine;
	struct danelaw_report *reports[REPORTS];
	size_t n_reports;
	uint64_t ids[ASKS];
	char keys[ASKS][GATE_KEY_MAX];
	size_t n_ids, n_dropped, n_done;
	struct buf bytes; /* of the last one done */
	bool unreached;
};

static int
set_up(void **state)
{
	struct forged cert =
	    forge_cert(&(struct forge) { .kind = "P-256", .cn = "mx.example" });
	(void)state;

	base = event_base_new();
	side = SSL_CTX_new(TLS_server_method());
	assert_int_equal(SSL_CTX_use_certificate(side, cert.cert), 1);
	assert_int_equal(SSL_CTX_use_PrivateKey(side, cert.key), 1);
	forge_free(&cert);
	return base == NULL ? -1 : 0;
}

static int
tear_down(void **state)
{
	(void)state;
	SSL_CTX_free(side);
	event_base_free(base);
	return 0;
}

static void
open_scene(struct scene *scene, uint32_t share_ms, size_t share_hosts)
{
	/* Nobody listens there, and literals need no DNS. */
	static const char *const nobody[] = { "127.0.0.1@1" };
	const struct danelaw_config config = {
		.base = base,
		.resolvers = nobody,
		.n_resolvers = 1,
		.at = FORGE_NOW,
		.share_ms = share_ms,
		.share_hosts = share_hosts,
	};

	*scene = (struct scene) { 0 };
	assert_int_equal(
	    danelaw_engine_new(&config, &scene->engine), DANELAW_OK);
}

/* Reports outlive their engine. */
static void
close_scene(struct scene *scene)
{
	danelaw_engine_free(scene->engine);
	for (size_t i = 0; i < scene->n_reports; i++)
		danelaw_report_free(scene->reports[i]);
	buf_finish(&scene->bytes);
}

static void
take(struct danelaw_report *report, void *arg)
{
	struct scene *scene = arg;

	assert_non_null(report);
	assert_true(scene->n_reports < REPORTS);
	scene->reports[scene->n_reports++] = report;
}

static void
add(struct scene *scene, const char *domain, uint16_t port, uint32_t budget_ms)
{
	const struct danelaw_request request = {
		.domain = domain,
		.connect_port = port,
		.helo = "client.example",
		.budget_ms = budget_ms,
	};

	assert_int_equal(
	    danelaw_engine_add(scene->engine, &request, take, scene),
	    DANELAW_OK);
}

static void
run_until(struct scene *scene, size_t n)
{
	while (scene->n_reports < n)
		assert_int_equal(event_base_loop(base, EVLOOP_ONCE), 0);
}

static void
check(struct scene *scene, const char *domain, uint16_t port, bool shared)
{
	size_t n = scene->n_reports;

	add(scene, domain, port, 0);
	run_until(scene, n + 1);
	assert_int_equal(scene->reports[n]->hosts[0].shared, shared);
}

static void
test_shared(void **state)
{
	static const server_talk talks[] = { { ALL }, { 0 } };
	struct scene scene;
	struct server server;
	struct buf first = { 0 }, third = { 0 };
	(void)state;

	server_start(&server, "127.0.0.1", side, talks);
	open_scene(&scene, DANELAW_SHARE_ALWAYS, 0);
	/* Two at once, and one that comes later. */
	add(&scene, "[127.0.0.1]", server.port, 0);
	add(&scene, "[127.0.0.1]", server.port, 0);
	run_until(&scene, 2);
	assert_false(scene.reports[0]->hosts[0].shared);
	assert_true(scene.reports[1]->hosts[0].shared);
	check(&scene, "[127.0.0.1]", server.port, true);
	server_end(&server);
	assert_int_equal(scene.reports[2]->hosts[0].addresses[0].outcome,
	    DANELAW_OUTCOME_ENCRYPTED);
	/* All else is the same, and the first may go. */
	scene.reports[2]->hosts[0].shared = false;
	report_json_line(scene.reports[0], &first);
	danelaw_report_free(scene.reports[0]);
	scene.reports[0] = NULL;
	report_json_line(scene.reports[2], &third);
	assert_string_equal(buf_text(&first), buf_text(&third));
	buf_finish(&first);
	buf_finish(&third);
	close_scene(&scene);
}

static void
test_not_shared(void **state)
{
	uint16_t port;
	int fd = server_refuse(&port);
	struct scene scene;
	(void)state;

	open_scene(&scene, 0, 0);
	check(&scene, "[127.0.0.1]", port, false);
	check(&scene, "[127.0.0.1]", port, false);
	close_scene(&scene);
	/* So much time, and no more. */
	open_scene(&scene, 1, 0);
	check(&scene, "[127.0.0.1]", port, false);
	for (int64_t end = clock_monotonic_ms() + 3;
	     clock_monotonic_ms() < end;)
		event_base_loop(base, EVLOOP_NONBLOCK);
	check(&scene, "[127.0.0.1]", port, false);
	close_scene(&scene);
	close(fd);
}

/* Other questions are other examinations. */
static void
test_keys(void **state)
{
	uint16_t port;
	int fd = server_refuse(&port);
	struct danelaw_request request = { .domain = "[127.0.0.1]",
		.helo = "client.example" };
	struct scene scene;
	(void)state;

	request.connect_port = port;
	open_scene(&scene, DANELAW_SHARE_ALWAYS, 0);
	check(&scene, "[127.0.0.1]", port, false);
	request.all_certs = true;
	danelaw_engine_add(scene.engine, &request, take, &scene);
	run_until(&scene, 2);
	assert_false(scene.reports[1]->hosts[0].shared);
	request.implicit_tls = true;
	danelaw_engine_add(scene.engine, &request, take, &scene);
	run_until(&scene, 3);
	assert_false(scene.reports[2]->hosts[0].shared);
	request.helo = "other.example";
	danelaw_engine_add(scene.engine, &request, take, &scene);
	run_until(&scene, 4);
	assert_false(scene.reports[3]->hosts[0].shared);
	request.require_dane = true;
	danelaw_engine_add(scene.engine, &request, take, &scene);
	run_until(&scene, 5);
	assert_true(scene.reports[4]->hosts[0].shared);
	close_scene(&scene);
	close(fd);
}

static void
test_least_recently_used(void **state)
{
	uint16_t port;
	int fd = server_refuse(&port);
	struct scene scene;
	(void)state;

	open_scene(&scene, DANELAW_SHARE_ALWAYS, 2);
	check(&scene, "[127.0.0.1]", port, false);
	check(&scene, "[127.0.0.2]", port, false);
	check(&scene, "[127.0.0.1]", port, true);
	check(&scene, "[127.0.0.3]", port, false);
	check(&scene, "[127.0.0.1]", port, true);
	check(&scene, "[127.0.0.2]", port, false);
	close_scene(&scene);
	close(fd);
}

static void
ask(void *arg, uint64_t id, const struct gate_wish *wish)
{
	struct scene *scene = arg;

	assert_true(scene->n_ids < ASKS);
	assert_int_equal(strncmp(wish->key, wish->ip, strlen(wish->ip)), 0);
	assert_int_equal(
	    strncmp(wish->key, wish->endpoint, strlen(wish->ip) + 1), 0);
	assert_string_equal(wish->host, wish->ip);
	snprintf(scene->keys[scene->n_ids], GATE_KEY_MAX, "%s", wish->key);
	scene->ids[scene->n_ids++] = id;
}

static void
drop(void *arg, uint64_t id)
{
	struct scene *scene = arg;

	assert_int_not_equal(id, 0);
	scene->n_dropped++;
}

static void
done(void *arg, uint64_t id, const void *bytes, size_t len, bool unreached)
{
	struct scene *scene = arg;

	assert_int_not_equal(id, 0);
	scene->n_done++;
	scene->unreached = unreached;
	buf_finish(&scene->bytes);
	if (bytes != NULL)
		buf_add(&scene->bytes, bytes, len);
}

static void
open_gated(struct scene *scene)
{
	const struct gate gate = {
		.arg = scene, .ask = ask, .drop = drop, .done = done
	};

	open_scene(scene, DANELAW_SHARE_ALWAYS, 0);
	engine_set_gate(scene->engine, &gate);
}

static void
wait_for_wishes(const struct scene *scene, size_t n)
{
	while (scene->n_ids < n)
		assert_int_equal(event_base_loop(base, EVLOOP_ONCE), 0);
}

/* One engine probes, the other takes its word for it. */
static void
test_gate(void **state)
{
	static const server_talk talks[] = { { ALL }, { 0 } };
	struct scene probing, reading;
	struct buf own = { 0 }, taken = { 0 };
	struct server server;
	(void)state;

	server_start(&server, "127.0.0.1", side, talks);
	open_gated(&probing);
	open_gated(&reading);
	add(&probing, "[127.0.0.1]", server.port, 0);
	add(&reading, "[127.0.0.1]", server.port, 0);
	wait_for_wishes(&probing, 1);
	wait_for_wishes(&reading, 1);
	assert_string_equal(probing.keys[0], reading.keys[0]);
	engine_gate_go(probing.engine, probing.ids[0]);
	run_until(&probing, 1);
	server_end(&server);
	assert_int_equal(probing.n_done, 1);
	assert_false(probing.unreached);
	assert_true(engine_gate_have(reading.engine, reading.ids[0],
	    probing.bytes.bytes, probing.bytes.len));
	run_until(&reading, 1);
	report_json(probing.reports[0], &own);
	report_json(reading.reports[0], &taken);
	assert_non_null(strstr(buf_text(&own), "\"key\": \"EC P-256\""));
	assert_string_equal(buf_text(&own), buf_text(&taken));
	assert_int_equal(reading.n_done, 0);
	buf_finish(&own);
	buf_finish(&taken);
	close_scene(&probing);
	close_scene(&reading);
	assert_int_equal(probing.n_dropped + reading.n_dropped, 0);
}

/* What cannot be read, or is about another address, is as good as nothing. */
static void
test_bad_bytes(void **state)
{
	uint16_t port;
	int fd = server_refuse(&port);
	struct scene scene;
	uint64_t id;
	(void)state;

	open_gated(&scene);
	add(&scene, "[127.0.0.1]", port, 0);
	wait_for_wishes(&scene, 1);
	id = scene.ids[0];
	assert_false(engine_gate_have(scene.engine, id, "x", 1));
	assert_false(engine_gate_have(scene.engine, id, NULL, 0));
	add(&scene, "[127.0.0.2]", port, 0);
	wait_for_wishes(&scene, 2);
	engine_gate_go(scene.engine, scene.ids[1]);
	run_until(&scene, 1);
	assert_true(scene.bytes.len > 0);
	assert_true(scene.unreached);
	assert_false(engine_gate_have(
	    scene.engine, id, scene.bytes.bytes, scene.bytes.len));
	engine_gate_go(scene.engine, id);
	run_until(&scene, 2);
	assert_int_equal(scene.n_done, 2);
	/* What is gone. */
	assert_true(engine_gate_have(scene.engine, id, "x", 1));
	engine_gate_go(scene.engine, id);
	assert_int_equal(scene.n_done, 3);
	assert_int_equal(scene.bytes.len, 0);
	assert_false(scene.unreached);
	close_scene(&scene);
	close(fd);
}

/* It may take as long as it likes. */
static void
test_patience(void **state)
{
	uint16_t port;
	int fd = server_refuse(&port);
	struct scene scene;
	(void)state;

	open_gated(&scene);
	add(&scene, "[127.0.0.1]", port, 250);
	for (int64_t end = clock_monotonic_ms() + 300;
	     clock_monotonic_ms() < end;)
		event_base_loop(base, EVLOOP_NONBLOCK);
	assert_int_equal(scene.n_reports, 0);
	engine_gate_go(scene.engine, scene.ids[0]);
	run_until(&scene, 1);
	assert_int_equal(scene.reports[0]->hosts[0].addresses[0].outcome,
	    DANELAW_OUTCOME_CONNECT_REFUSED);
	close_scene(&scene);
	close(fd);
}

/* At its end an engine owes the gate a word for each wish. */
static void
test_end(void **state)
{
	uint16_t port;
	int fd = server_listen("127.0.0.1", &port);
	struct scene scene;
	(void)state;

	open_gated(&scene);
	add(&scene, "[127.0.0.1]", port, 0);
	add(&scene, "[127.0.0.2]", port, 0);
	add(&scene, "[127.0.0.3]", port, 0);
	wait_for_wishes(&scene, 3);
	engine_gate_go(scene.engine, scene.ids[0]);
	event_base_loop(base, EVLOOP_NONBLOCK);
	engine_gate_go(scene.engine, scene.ids[1]);
	close_scene(&scene);
	assert_int_equal(scene.n_reports, 0);
	assert_int_equal(scene.n_done, 2);
	assert_int_equal(scene.n_dropped, 1);
	close(fd);
}

/* Nobody waits at the gate for what is not connected to. */
static void
test_public_only(void **state)
{
	static const struct {
		const char *domain, *words;
	} hops[] = {
		{ "[127.0.0.1]", "a loopback address (RFC 1122)" },
		{ "[10.1.2.3]", "a private address (RFC 1918)" },
		{ "[IPv6:fd00::1]", "a unique local address (RFC 4193)" },
	};
	struct danelaw_request request = { .public_only = true };
	struct scene scene;
	(void)state;

	open_gated(&scene);
	for (size_t i = 0; i < sizeof(hops) / sizeof(hops[0]); i++) {
		const struct danelaw_report *report;
		const struct danelaw_finding *finding;

		request.domain = hops[i].domain;
		assert_int_equal(
		    danelaw_engine_add(scene.engine, &request, take, &scene),
		    DANELAW_OK);
		assert_int_equal(scene.n_reports, i);
		run_until(&scene, i + 1);
		report = scene.reports[i];
		assert_int_equal(report->hosts[0].addresses[0].outcome,
		    DANELAW_OUTCOME_NOT_EXAMINED);
		assert_int_equal(
		    report->hosts[0].addresses[0].timing.total, -1);
		assert_string_equal(
		    report->hosts[0].addresses[0].untried, hops[i].words);
		assert_false(report->hosts[0].counted.failing);
		finding = NULL;
		for (size_t j = 0; j < report->n_findings; j++) {
			assert_string_not_equal(
			    report->findings[j].id, "tcp-refused");
			if (strcmp(report->findings[j].id, "ops-not-public") ==
			    0)
				finding = &report->findings[j];
		}
		assert_non_null(finding);
		assert_non_null(strstr(finding->text, hops[i].words));
	}
	assert_int_equal(scene.n_ids, 0);
	close_scene(&scene);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_shared),
		cmocka_unit_test(test_not_shared),
		cmocka_unit_test(test_keys),
		cmocka_unit_test(test_least_recently_used),
		cmocka_unit_test(test_gate),
		cmocka_unit_test(test_bad_bytes),
		cmocka_unit_test(test_patience),
		cmocka_unit_test(test_end),
		cmocka_unit_test(test_public_only),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
