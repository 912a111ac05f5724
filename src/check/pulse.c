/* SPDX-License-Identifier: ISC */
/*
 * One timer, at the time that health_next() names, looks at the clocks, at
 * resolv.conf and whether a socket can be had, and begins the test that is
 * due. It runs while somebody holds the pulse, waits, or it is steady.
 */
#include "check/pulse.h"

#include <errno.h>
#include <event2/event.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "dns/resolver.h"

struct pulse {
	struct event_base *base;
	struct resolver *resolver;
	struct event *timer;
	struct health health;
	struct resolver_query *query;
	struct stat file; /* resolv.conf, when it was last looked at */
	bool has_file, steady;
	size_t holders;
	uint64_t n_tests;
	TAILQ_HEAD(, pulse_waiter) waiters;
};

static struct health_time
now(void)
{
	return (struct health_time) {
		.ms = clock_boot_ms(),
		.unix = clock_unix(),
	};
}

/* Has it to run? */
static bool
is_wanted(const struct pulse *pulse)
{
	return pulse->steady || pulse->holders > 0 ||
	    !TAILQ_EMPTY(&pulse->waiters);
}

/* For those who wait, or anyway. */
static bool
may_test(const struct pulse *pulse)
{
	return pulse->steady || !TAILQ_EMPTY(&pulse->waiters);
}

static void
set_timer(struct pulse *pulse)
{
	int64_t ms = clock_boot_ms();
	int64_t wait = may_test(pulse) ? health_next(&pulse->health, ms) - ms
				       : HEALTH_TICK_MS;
	const struct timeval limit = {
		.tv_sec = wait / 1000,
		.tv_usec = wait % 1000 * 1000,
	};

	if (is_wanted(pulse))
		evtimer_add(pulse->timer, &limit);
	else
		evtimer_del(pulse->timer);
}

/* Tells those who know enough now. */
static void
tell(struct pulse *pulse)
{
	const struct health *health = &pulse->health;
	struct pulse_waiter *waiter, *next;

	for (waiter = TAILQ_FIRST(&pulse->waiters); waiter != NULL;
	     waiter = next) {
		next = TAILQ_NEXT(waiter, link);
		if (health->state != HEALTH_UNWELL &&
		    (health->state != HEALTH_WELL ||
			!health_tested_since(health, waiter->since)))
			continue;
		TAILQ_REMOVE(&pulse->waiters, waiter, link);
		waiter->pulse = NULL;
		waiter->told(waiter->arg);
	}
}

/* Is a socket to be had? A file takes the same. */
static void
look_at_files(struct pulse *pulse, int64_t ms)
{
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	char why[120];

	if (fd >= 0) {
		close(fd);
		health_files(&pulse->health, ms, NULL);
		return;
	}
	if (errno != EMFILE && errno != ENFILE && errno != ENOBUFS &&
	    errno != ENOMEM)
		return;
	snprintf(
	    why, sizeof(why), "no socket is to be had: %s", strerror(errno));
	health_files(&pulse->health, ms, why);
}

/* The same file with the same times, or none as before. */
static bool
is_same(const struct stat *a, const struct stat *b)
{
	return a->st_dev == b->st_dev && a->st_ino == b->st_ino &&
	    a->st_size == b->st_size &&
	    a->st_mtim.tv_sec == b->st_mtim.tv_sec &&
	    a->st_mtim.tv_nsec == b->st_mtim.tv_nsec;
}

/* One that is gone for a moment, while it is replaced, has not changed. */
static void
look_at_upstreams(struct pulse *pulse)
{
	const char *file = resolver_file(pulse->resolver);
	struct stat status;

	if (file == NULL || stat(file, &status) != 0)
		return;
	if (pulse->has_file && !is_same(&pulse->file, &status))
		health_moved(&pulse->health);
	pulse->file = status;
	pulse->has_file = true;
}

/*
 * Nothing that anybody knows. Forwarders in small networks do not pass on
 * names of one label.
 */
static void
make_name(struct pulse *pulse, char name[static 64])
{
	uint64_t random = 0;

	if (getrandom(&random, sizeof(random), GRND_NONBLOCK) < 0)
		random = (uint64_t)clock_boot_ms() << 16 ^ pulse->n_tests;
	pulse->n_tests++;
	snprintf(name, 64, "health.danelaw-%016" PRIx64, random);
}

static void
tested(const struct answer *answer, void *arg)
{
	struct pulse *pulse = arg;
	const struct danelaw_lookup *lookup = &answer->lookup;
	const struct health_time time = now();
	char why[HEALTH_WHY_MAX];

	pulse->query = NULL;
	/* First, lest one be believed that stood still meanwhile. */
	health_tick(&pulse->health, &time);
	/* A second try may be helped by what was validated before. */
	if (lookup->dnssec == DANELAW_DNSSEC_SECURE &&
	    lookup->failed_first == NULL) {
		health_test_ended(&pulse->health, time.ms, NULL);
	} else {
		snprintf(why, sizeof(why), "the DNS resolver fails: %s",
		    lookup->why != NULL ? lookup->why
			: lookup->failed_first != NULL
			? lookup->failed_first
			: "it does not prove that there is no such name");
		health_test_ended(&pulse->health, time.ms, why);
	}
	/* From the timer: whoever is told may end us. */
	event_active(pulse->timer, EV_TIMEOUT, 0);
}

static void
begin_test(struct pulse *pulse, int64_t ms)
{
	char name[64];

	make_name(pulse, name);
	resolver_retest(pulse->resolver);
	health_test_began(&pulse->health, ms);
	pulse->query = resolver_ask(pulse->resolver, name, RRTYPE_A,
	    clock_monotonic_ms() + PULSE_TEST_MS, tested, pulse);
	if (pulse->query == NULL)
		health_test_ended(&pulse->health, ms, "out of memory");
}

static void
beat(evutil_socket_t fd, short what, void *arg)
{
	struct pulse *pulse = arg;
	const struct health_time time = now();
	bool kept;

	health_tick(&pulse->health, &time);
	kept = pulse->query == NULL &&
	    health_kept(
		&pulse->health, time.ms, resolver_kept_ms(pulse->resolver));
	look_at_files(pulse, time.ms);
	look_at_upstreams(pulse);
	if (pulse->query == NULL &&
	    health_take_renewal(&pulse->health, time.ms))
		resolver_renew(pulse->resolver);
	if (pulse->query == NULL && health_is_stale(&pulse->health, time.ms) &&
	    resolver_refresh(pulse->resolver))
		health_refreshed(&pulse->health, time.ms);
	if ((kept || may_test(pulse)) && health_is_due(&pulse->health, time.ms))
		begin_test(pulse, time.ms);
	set_timer(pulse);
	tell(pulse);
}

struct pulse *
pulse_new(struct event_base *base, struct resolver *resolver, bool steady)
{
	const struct health_time time = now();
	struct pulse *pulse = calloc(1, sizeof(*pulse));

	if (pulse == NULL)
		return NULL;
	pulse->base = base;
	pulse->resolver = resolver;
	pulse->steady = steady;
	TAILQ_INIT(&pulse->waiters);
	health_init(&pulse->health, &time);
	pulse->timer = evtimer_new(base, beat, pulse);
	if (pulse->timer == NULL) {
		pulse_free(pulse);
		return NULL;
	}
	set_timer(pulse);
	return pulse;
}

void
pulse_free(struct pulse *pulse)
{
	if (pulse == NULL)
		return;
	resolver_cancel(pulse->query);
	if (pulse->timer != NULL)
		event_free(pulse->timer);
	free(pulse);
}

void
pulse_hold(struct pulse *pulse)
{
	const struct health_time time = now();

	/* Nobody looked meanwhile, so it cannot have been late. */
	if (!is_wanted(pulse))
		pulse->health.seen = time;
	if (pulse->holders++ == 0)
		set_timer(pulse);
}

void
pulse_release(struct pulse *pulse)
{
	if (--pulse->holders == 0)
		set_timer(pulse);
}

const struct health *
pulse_health(struct pulse *pulse)
{
	const struct health_time time = now();

	if (is_wanted(pulse))
		health_tick(&pulse->health, &time);
	return &pulse->health;
}

void
pulse_await(struct pulse *pulse, struct pulse_waiter *waiter,
    void (*told)(void *arg), void *arg)
{
	*waiter = (struct pulse_waiter) {
		.pulse = pulse,
		.since = pulse->health.n_begun,
		.told = told,
		.arg = arg,
	};
	TAILQ_INSERT_TAIL(&pulse->waiters, waiter, link);
	health_want(&pulse->health);
	event_active(pulse->timer, EV_TIMEOUT, 0);
}

void
pulse_forget(struct pulse_waiter *waiter)
{
	if (waiter->pulse == NULL)
		return;
	TAILQ_REMOVE(&waiter->pulse->waiters, waiter, link);
	waiter->pulse = NULL;
}
