/* SPDX-License-Identifier: ISC */
/*
 * When the users of a host hear that it is looked up, and when that it is
 * done. The examination is a stand-in of this file.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <event2/event.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "check/engine.h"
#include "check/hosts.h"
#include "check/looks.h"
#include "dns/resolver.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

struct host_job {
	struct danelaw_host host;
	host_done_fn *known, *done;
	void *arg;
	size_t granted;
};

static const char *at_once; /* what it calls before it has begun */
static struct host_job *last;
static char heard[40];

static void
call(struct host_job *job, char what)
{
	if (what == 'k')
		job->known(job, job->arg);
	else if (what == 'd')
		job->done(job, job->arg);
}

struct host_job *
host_job_start(struct danelaw_engine *engine, const struct host_spec *spec,
    host_done_fn *known, host_done_fn *done, void *arg)
{
	(void)engine;
	(void)spec;
	last = calloc(1, sizeof(*last));
	assert_non_null(last);
	last->known = known;
	last->done = done;
	last->arg = arg;
	for (const char *p = at_once; *p != '\0'; p++)
		call(last, *p);
	return last;
}

void
host_job_free(struct host_job *job)
{
	free(job);
}

const struct danelaw_host *
host_job_host(const struct host_job *job)
{
	return &job->host;
}

const struct looks *
host_job_looks(const struct host_job *job)
{
	return (const struct looks *)(const void *)job;
}

bool
looks_would_grant(const struct looks *looks, size_t n)
{
	const struct host_job *job = (const void *)looks;

	return job->granted < n;
}

bool
host_job_grant(struct host_job *job, size_t n)
{
	job->granted = n;
	return true;
}

bool
host_job_is_whole(const struct host_job *job)
{
	(void)job;
	return true;
}

bool
host_job_is_unreached(const struct host_job *job)
{
	(void)job;
	return false;
}

static bool unwell;

const struct health *
pulse_health(struct pulse *pulse)
{
	static const struct health health = { .state = HEALTH_WELL };

	(void)pulse;
	return &health;
}

bool
host_job_is_excused(
    const struct host_job *job, const struct health *health, int64_t begun)
{
	(void)health;
	(void)begun;
	return unwell && job->host.n_lookups > 0;
}

enum resolver_health
resolver_health(const struct resolver *resolver)
{
	(void)resolver;
	return RESOLVER_GOOD;
}

static void
hear(char what, const char *who)
{
	size_t len = strlen(heard);

	snprintf(heard + len, sizeof(heard) - len, "%c%s ", what, who);
}

static void
on_known(void *arg)
{
	hear('k', arg);
}

static void
on_done(void *arg)
{
	hear('d', arg);
}

/* k, d: what the examination says; 1, 2: a use begins; a, b: that use is
 * granted one address, A, B: two; .: the loop's turn; f: a lookup fails; x: it
 * turns out that we were not well. */
static const struct {
	const char *at_once, *steps, *heard;
	uint32_t share_ms;
} rows[] = {
	{ "", "1k.d.", "k1 d1 ", 0 },
	{ "", "1kd.", "k1 d1 ", 0 },
	/* Nothing to probe: done alone is said, both are heard. */
	{ "", "1d.", "k1 d1 ", 0 },
	{ "d", "1.", "k1 d1 ", 0 },
	/* An address. */
	{ "k", "1.d.", "k1 d1 ", 0 },
	{ "kd", "1.", "k1 d1 ", 0 },
	/* Never from inside of what is called. */
	{ "kd", "1", "", 0 },
	{ "", "1k", "", 0 },
	/* Another joins: before, between, and after. */
	{ "", "12k.d.", "k1 k2 d1 d2 ", 60000 },
	{ "", "1k.2.d.", "k1 k2 d1 d2 ", 60000 },
	{ "", "1k.d.2.", "k1 d1 k2 d2 ", 60000 },
	{ "k", "1.2d.", "k1 k2 d2 d1 ", 60000 },
	/* What is granted is waited for, */
	{ "", "1k.ad.", "k1 d1 ", 60000 },
	/* once more where more is granted, */
	{ "", "1k.ad.Ad.", "k1 d1 d1 ", 60000 },
	{ "", "1k.ad.A.", "k1 d1 ", 60000 },
	{ "", "1k.ad.Ad.", "k1 d1 d1 ", 0 },
	/* but not where that was looked at already, */
	{ "", "1k.Ad.a.", "k1 d1 ", 60000 },
	/* and only by those that were not told that all is over. */
	{ "", "1k.ad.2.Bd.", "k1 d1 k2 d2 d2 ", 60000 },
	{ "", "1k.a2d.", "k1 k2 d2 d1 ", 60000 },
	/* What failed is kept for a while, but not if it was our fault. */
	{ "", "1fk.d.2.", "k1 d1 k2 d2 ", 60000 },
	{ "", "1fk.d.x2.", "k1 d1 ", 60000 },
	{ "", "1k.d.x2.", "k1 d1 k2 d2 ", 60000 },
};

static void
fail_lookup(struct host_job *job)
{
	static struct danelaw_lookup failed = {
		.dnssec = DANELAW_DNSSEC_ERROR,
	};

	job->host.lookups = &failed;
	job->host.n_lookups = 1;
}

static void
run_row(size_t row, struct event_base *base)
{
	static const struct host_spec spec = { .name = "mx.example",
		.helo = "localhost" };
	static char names[][2] = { "1", "2" };
	struct danelaw_engine engine = { .base = base };
	struct hosts *hosts = hosts_new(&engine, rows[row].share_ms, 0);
	struct host_use *uses[2] = { NULL, NULL };

	assert_non_null(hosts);
	at_once = rows[row].at_once;
	heard[0] = '\0';
	unwell = false;
	for (const char *p = rows[row].steps; *p != '\0'; p++) {
		if (*p == '.')
			event_base_loop(base, EVLOOP_NONBLOCK);
		else if (*p == 'f')
			fail_lookup(last);
		else if (*p == 'x')
			unwell = true;
		else if (*p == '1' || *p == '2')
			uses[*p - '1'] = hosts_use(
			    hosts, &spec, on_known, on_done, names[*p - '1']);
		else if (*p == 'a' || *p == 'b')
			host_use_grant(uses[*p - 'a'], 1);
		else if (*p == 'A' || *p == 'B')
			host_use_grant(uses[*p - 'A'], 2);
		else
			call(last, *p);
	}
	host_use_free(uses[0]);
	host_use_free(uses[1]);
	hosts_free(hosts);
}

static void
test_order(void **state)
{
	struct event_base *base = event_base_new();

	(void)state;
	assert_non_null(base);
	for (size_t i = 0; i < COUNT(rows); i++) {
		run_row(i, base);
		if (strcmp(heard, rows[i].heard) != 0)
			fail_msg("row %zu: \"%s\", not \"%s\"", i, heard,
			    rows[i].heard);
	}
	event_base_free(base);
}

int
main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(test_order) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
