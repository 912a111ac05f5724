/* SPDX-License-Identifier: ISC */
/*
 * Which questions are asked, and which answers find their way into the
 * report. The resolver and the hosts are stand-ins of this file.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "check/domain.h"
#include "check/extras.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))
#define ASKS 32
#define HOSTS 12

struct resolver_query {
	char words[300];
	resolver_done_fn *done;
	void *arg;
	bool cancelled;
};

static struct resolver_query asked[ASKS];
static size_t n_asked;
static int n_done;

struct resolver_query *
resolver_ask(struct resolver *resolver, const char *name, enum rrtype type,
    int64_t deadline, resolver_done_fn *done, void *arg)
{
	struct resolver_query *query = &asked[n_asked];

	(void)resolver;
	assert_true(n_asked < ASKS);
	assert_true(deadline <= clock_monotonic_ms() + 3000);
	n_asked++;
	query->done = done;
	query->arg = arg;
	query->cancelled = false;
	snprintf(query->words, sizeof(query->words), "%s %s",
	    type == RRTYPE_TXT        ? "TXT"
		: type == RRTYPE_A    ? "A"
		: type == RRTYPE_AAAA ? "AAAA"
		: type == RRTYPE_MX   ? "MX"
				      : "TLSA",
	    name);
	return query;
}

void
resolver_cancel(struct resolver_query *query)
{
	if (query != NULL)
		query->cancelled = true;
}

const struct danelaw_host *
host_job_host(const struct host_job *job)
{
	return (const void *)job;
}

static void
count_done(struct domain_job *job)
{
	(void)job;
	n_done++;
}

/* A signed domain with one host, which is proven to have no TLSA records. */
struct scene {
	struct danelaw_engine engine;
	struct domain_job job;
	struct domain_host hosts[HOSTS];
	struct danelaw_host facts[HOSTS];
	struct danelaw_record record;
};

static void
open_scene(struct scene *scene)
{
	*scene = (struct scene) { .job.engine = &scene->engine,
		.job.hosts = scene->hosts,
		.job.n_hosts = 1,
		.job.request = { .hints = true, .port = 25 },
		.job.deadline = INT64_MAX };
	scene->job.tree = tree_new();
	assert_non_null(scene->job.tree);
	scene->job.tree->report.domain = "et.example";
	scene->job.tree->report.mx.source = DANELAW_MX_MX;
	scene->job.tree->report.mx.dnssec = DANELAW_DNSSEC_SECURE;
	for (size_t i = 0; i < HOSTS; i++) {
		scene->facts[i] = (struct danelaw_host) {
			.name = "mx.example",
			.dnssec = DANELAW_DNSSEC_SECURE,
			.tlsa = { .base = "mx.example",
			    .status = DANELAW_TLSA_NONE,
			    .dnssec = DANELAW_DNSSEC_SECURE },
		};
		scene->hosts[i].job = (void *)&scene->facts[i];
	}
	n_asked = 0;
	n_done = 0;
}

static void
close_scene(struct scene *scene)
{
	danelaw_report_free(&scene->job.tree->report);
}

static void
as_it_is(struct scene *scene)
{
	(void)scene;
}

static void
has_tlsa(struct scene *scene)
{
	scene->facts[0].tlsa.records = &scene->record;
	scene->facts[0].tlsa.n_records = 1;
	scene->facts[0].tlsa.status = DANELAW_TLSA_USABLE;
}

static void
no_hints(struct scene *scene)
{
	scene->job.request.hints = false;
}

static void
mx_insecure(struct scene *scene)
{
	scene->job.tree->report.mx.dnssec = DANELAW_DNSSEC_INSECURE;
}

static void
host_insecure(struct scene *scene)
{
	scene->facts[0].dnssec = DANELAW_DNSSEC_INSECURE;
}

static void
other_port(struct scene *scene)
{
	scene->job.request.port = 587;
}

static void
literal_with_tlsa(struct scene *scene)
{
	has_tlsa(scene);
	scene->job.tree->report.mx.source = DANELAW_MX_LITERAL;
}

static void
mx_is_domain(struct scene *scene)
{
	scene->facts[0].name = scene->facts[0].tlsa.base = "et.example";
}

/* There is no address, though the name exists. */
static void
bare(struct scene *scene)
{
	static struct danelaw_lookup nothing[] = {
		{ .type = "A", .presence = DANELAW_PRESENCE_NODATA },
		{ .type = "AAAA", .presence = DANELAW_PRESENCE_NODATA },
	};

	mx_insecure(scene);
	scene->facts[0].name = "mx.et.example";
	scene->facts[0].lookups = nothing;
	scene->facts[0].n_lookups = COUNT(nothing);
}

static void
bare_domain(struct scene *scene)
{
	bare(scene);
	scene->facts[0].name = "a.b.c.example";
	scene->job.tree->report.mx.source = DANELAW_MX_IMPLICIT;
}

static void
unfinished(struct scene *scene)
{
	scene->hosts[0].job = NULL;
}

static const struct {
	const char *name;
	void (*spoil)(struct scene *scene);
	const char *asked;
} rows[] = {
	{ "no TLSA records: perhaps elsewhere", as_it_is,
	    "TLSA _25._tcp.et.example, TLSA _465._tcp.mx.example, "
	    "TLSA _587._tcp.mx.example" },
	{ "8460 3 with TLSA records", has_tlsa, "TXT _smtp._tls.et.example" },
	{ "nobody wants advice", no_hints, "" },
	{ "an insecure MX RRset proves nothing", mx_insecure, "" },
	{ "an insecure host has no TLSA records to look for", host_insecure,
	    "" },
	{ "for another port only the domain itself", other_port,
	    "TLSA _587._tcp.et.example" },
	{ "a literal is no domain with a TLSRPT record", literal_with_tlsa,
	    "" },
	{ "the domain is its own MX", mx_is_domain,
	    "TLSA _465._tcp.et.example, TLSA _587._tcp.et.example" },
	{ "4592 2.2.2 a wildcard that gives no more", bare,
	    "A *.et.example, AAAA *.et.example" },
	{ "4592 2.2.2 and the domain is the host", bare_domain,
	    "A *.b.c.example, AAAA *.b.c.example, MX *.b.c.example, "
	    "A *.c.example, AAAA *.c.example, MX *.c.example" },
	{ "a host that nothing is known of", unfinished, "" },
};

static void
test_questions(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct scene scene;
		struct extras *extras;
		char text[2000] = "";

		open_scene(&scene);
		rows[i].spoil(&scene);
		extras = extras_start(&scene.job, count_done);
		for (size_t j = 0; j < n_asked; j++) {
			strcat(text, j == 0 ? "" : ", ");
			strcat(text, asked[j].words);
		}
		if (strcmp(text, rows[i].asked) != 0 ||
		    extras_pending(extras) != (n_asked > 0))
			fail_msg("%s: %s", rows[i].name, text);
		extras_free(extras);
		for (size_t j = 0; j < n_asked; j++)
			assert_true(asked[j].cancelled);
		assert_int_equal(n_done, 0);
		close_scene(&scene);
	}
}

/* Twelve hosts would be 25 questions. */
static void
test_bound(void **state)
{
	struct scene scene;
	struct extras *extras;
	(void)state;

	open_scene(&scene);
	scene.job.n_hosts = HOSTS;
	extras = extras_start(&scene.job, count_done);
	assert_int_equal(n_asked, 16);
	extras_free(extras);
	close_scene(&scene);
}

static void
reply(size_t i, enum danelaw_dnssec dnssec, enum danelaw_presence presence)
{
	const struct answer answer = {
		.lookup = { .name = asked[i].words,
		    .type = "TLSA",
		    .dnssec = dnssec,
		    .presence = presence },
	};

	asked[i].done(&answer, asked[i].arg);
}

/* Only what is validated and new; a host's list may be another report's. */
static void
test_merge(void **state)
{
	static struct danelaw_lookup old = { .name = "old" };
	struct scene scene;
	struct danelaw_host host = { .lookups = &old, .n_lookups = 1 };
	struct danelaw_report *report;
	struct extras *extras;
	(void)state;

	open_scene(&scene);
	report = &scene.job.tree->report;
	report->hosts = &host;
	report->n_hosts = 1;
	extras = extras_start(&scene.job, count_done);
	assert_int_equal(n_asked, 3);
	reply(0, DANELAW_DNSSEC_SECURE, DANELAW_PRESENCE_DATA);
	reply(1, DANELAW_DNSSEC_INSECURE, DANELAW_PRESENCE_DATA);
	assert_true(extras_pending(extras));
	assert_int_equal(n_done, 0);
	reply(2, DANELAW_DNSSEC_SECURE, DANELAW_PRESENCE_DATA);
	assert_false(extras_pending(extras));
	assert_int_equal(n_done, 1);
	assert_true(extras_merge(extras, &scene.job));
	assert_int_equal(report->mx.n_lookups, 1);
	assert_string_equal(report->mx.lookups[0].name, asked[0].words);
	assert_int_equal(host.n_lookups, 2);
	assert_string_equal(host.lookups[0].name, "old");
	assert_string_equal(host.lookups[1].name, asked[2].words);
	assert_ptr_not_equal(host.lookups, &old);
	extras_free(extras);
	close_scene(&scene);
}

/* Of TLSRPT the lack is news; of TLSA records the presence. */
static void
test_telling(void **state)
{
	static const struct {
		bool tlsa;
		enum danelaw_dnssec dnssec;
		enum danelaw_presence presence;
		size_t kept;
	} kinds[] = {
		{ false, DANELAW_DNSSEC_SECURE, DANELAW_PRESENCE_NXDOMAIN, 1 },
		{ false, DANELAW_DNSSEC_SECURE, DANELAW_PRESENCE_NODATA, 1 },
		{ false, DANELAW_DNSSEC_SECURE, DANELAW_PRESENCE_DATA, 0 },
		{ false, DANELAW_DNSSEC_INSECURE, DANELAW_PRESENCE_NXDOMAIN,
		    0 },
		{ false, DANELAW_DNSSEC_ERROR, DANELAW_PRESENCE_NXDOMAIN, 0 },
		{ true, DANELAW_DNSSEC_SECURE, DANELAW_PRESENCE_NXDOMAIN, 0 },
		{ true, DANELAW_DNSSEC_BOGUS, DANELAW_PRESENCE_DATA, 0 },
		{ true, DANELAW_DNSSEC_SECURE, DANELAW_PRESENCE_DATA, 1 },
	};
	(void)state;

	for (size_t i = 0; i < COUNT(kinds); i++) {
		struct scene scene;
		struct extras *extras;

		open_scene(&scene);
		if (!kinds[i].tlsa)
			has_tlsa(&scene);
		extras = extras_start(&scene.job, count_done);
		assert_non_null(extras);
		reply(0, kinds[i].dnssec, kinds[i].presence);
		assert_true(extras_merge(extras, &scene.job));
		assert_int_equal(
		    scene.job.tree->report.mx.n_lookups, kinds[i].kept);
		extras_free(extras);
		close_scene(&scene);
	}
}

static void
test_nothing(void **state)
{
	struct scene scene;
	(void)state;

	open_scene(&scene);
	assert_true(extras_merge(NULL, &scene.job));
	close_scene(&scene);
	assert_false(extras_pending(NULL));
	extras_free(NULL);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_questions),
		cmocka_unit_test(test_bound),
		cmocka_unit_test(test_merge),
		cmocka_unit_test(test_telling),
		cmocka_unit_test(test_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
