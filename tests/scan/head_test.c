/* SPDX-License-Identifier: ISC */
/*
 * A head and real processes, which do what the names say (fake_hand.h).
 *
 * With a number: so many domains of one question each, and how long it took.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <event2/event.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "fake_hand.h"
#include "scan/head.h"

#define NAMES_MAX 32
#define PATIENCE_MS 20000

struct run {
	struct event_base *base;
	struct workers *workers;
	struct head *head;
	const char *const *names;
	struct manners_options manners;
	size_t n_names, n_added, n_done, concurrency, most_in_flight;
	char outcomes[NAMES_MAX][40];
	size_t n_lost, n_left; /* workers */
	int signals, statuses; /* of those that ended, summed up */
	bool quick;            /* only counts */
	unsigned patience_ms;
	size_t n_hung;
};

static const char *
outcome_of(const struct head_result *result, char *text, size_t room)
{
	if (result->error != NULL)
		snprintf(text, room, "%s:%s", result->lost ? "lost" : "bad",
		    result->error);
	else if (result->lacking)
		snprintf(text, room, "lacking");
	else
		snprintf(text, room, "%zu:%.20s", result->len, result->line);
	return text;
}

static void
on_report(const struct head_result *result, void *arg)
{
	struct run *run = arg;

	if (!run->quick) {
		assert_true(result->id < run->n_names);
		assert_string_equal(result->domain, run->names[result->id]);
		assert_string_equal(run->outcomes[result->id], "");
		outcome_of(result, run->outcomes[result->id],
		    sizeof(run->outcomes[0]));
	}
	if (++run->n_done == run->n_names)
		event_base_loopbreak(run->base);
}

static void
on_hungry(void *arg)
{
	struct run *run = arg;

	assert_true(head_room(run->head) > 0);
	while (run->n_added < run->n_names && head_room(run->head) > 0) {
		char text[32];

		snprintf(text, sizeof(text), "ask %c",
		    (char)('!' + run->n_added % 90));
		assert_true(head_add(run->head, run->n_added,
		    run->quick ? text : run->names[run->n_added]));
		run->n_added++;
	}
	if (head_counts(run->head).in_flight > run->most_in_flight)
		run->most_in_flight = head_counts(run->head).in_flight;
}

static void
on_worker_lost(size_t n_left, void *arg)
{
	struct run *run = arg;

	run->n_lost++;
	run->n_left = n_left;
	if (n_left > 0)
		return;
	assert_int_equal(head_counts(run->head).in_flight, 0);
	assert_int_equal(head_room(run->head), 0);
	assert_false(head_add(run->head, 0, "a"));
	event_base_loopbreak(run->base);
}

static void
on_worker_hung(size_t index, void *arg)
{
	struct run *run = arg;

	run->n_hung++;
	workers_kill(run->workers, index);
}

static void
on_end(const struct worker_end *end, void *arg)
{
	struct run *run = arg;

	run->signals += end->signal;
	run->statuses += end->status;
}

/* From the start to the last result, or for as long as it may take. */
static void
run_begin(struct run *run, const struct workers_options *workers)
{
	const struct timeval patience = { PATIENCE_MS / 1000, 0 };
	struct head_options options = {
		.concurrency = run->concurrency,
		.manners = run->manners,
		.report = on_report,
		.hungry = on_hungry,
		.worker_lost = on_worker_lost,
		.worker_hung = on_worker_hung,
		.patience_ms = run->patience_ms,
		.arg = run,
	};

	run->workers = workers_start(workers);
	assert_non_null(run->workers);
	run->n_left = workers->n;
	run->base = event_base_new();
	options.base = run->base;
	options.fds = workers_fds(run->workers);
	options.n_fds = workers_count(run->workers);
	run->head = head_new(&options);
	assert_non_null(run->head);
	event_base_loopexit(run->base, &patience);
	event_base_dispatch(run->base);
}

static void
run_end(struct run *run)
{
	head_free(run->head);
	workers_end(run->workers, PATIENCE_MS, on_end, run);
	event_base_free(run->base);
}

#define LOST "lost:two workers died over it"
#define ALONE "lost:no worker is left"

static void
test_runs(void **state)
{
	static const struct {
		const char *what;
		size_t n_workers, concurrency, n_lost;
		int signals, statuses;
		bool refuse;
		const char *names[NAMES_MAX], *outcomes[NAMES_MAX];
	} rows[] = {
		{ "results of all kinds", 2, 10, 0, 0, 0, false,
		    { "a", "bad one", "lost one", "lack", "large", "b" },
		    { "1:a", "bad:bad one", "lost:lost one", "lacking",
			"1048576:xxxxxxxxxxxxxxxxxxxx", "1:b" } },
		{ "one at a time", 3, 1, 0, 0, 0, false,
		    { "a", "b", "c", "d", "e" },
		    { "1:a", "1:b", "1:c", "1:d", "1:e" } },
		{ "the same name twice is two domains", 2, 9, 0, 0, 0, false,
		    { "a", "a" }, { "1:a", "1:a" } },
		{ "a probe that two want is made once", 1, 9, 0, 0, 0, false,
		    { "ask 1", "ask 1", "ask 2" },
		    { "6:probed", "3:had", "6:probed" } },
		{ "a domain takes two workers along and no third", 4, 9, 2, 0,
		    6, false, { "a", "die", "b", "c", "d", "e", "f" },
		    { "1:a", LOST, "1:b", "1:c", "1:d", "1:e", "1:f" } },
		{ "two of them, one at a time", 5, 1, 4, 0, 12, false,
		    { "a", "die", "die again", "b" },
		    { "1:a", LOST, LOST, "1:b" } },
		{ "a signal is told", 3, 9, 2, 2 * SIGKILL, 0, false,
		    { "abort", "a", "b", "c" }, { LOST, "1:a", "1:b", "1:c" } },
		{ "the last worker", 1, 9, 1, 0, 3, false, { "die", "mute" },
		    { ALONE, ALONE } },
		{ "dying at a probe frees it for others", 3, 9, 2, 0, 6, false,
		    { "ask 1 die" }, { LOST } },
		{ "a forged result", 3, 9, 2, 0, 0, false, { "forge", "a" },
		    { LOST, "1:a" } },
		{ "bytes that are no frame", 3, 9, 2, 0, 0, false,
		    { "garble", "a" }, { LOST, "1:a" } },
		{ "a worker that never starts costs nothing", 2, 9, 1, 0, 64,
		    true, { "a", "b", "c" }, { "1:a", "1:b", "1:c" } },
	};
	(void)state;

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const struct workers_options workers = { .n = rows[i].n_workers,
			.run =
			    rows[i].refuse ? fake_hand_refuse : fake_hand_run };
		struct run run = { .names = rows[i].names,
			.concurrency = rows[i].concurrency };

		print_message("# %s\n", rows[i].what);
		while (run.n_names < NAMES_MAX &&
		    rows[i].names[run.n_names] != NULL)
			run.n_names++;
		run_begin(&run, &workers);
		assert_int_equal(run.n_done, run.n_names);
		for (size_t j = 0; j < run.n_names; j++)
			assert_string_equal(
			    run.outcomes[j], rows[i].outcomes[j]);
		assert_true(run.most_in_flight <= run.concurrency);
		assert_int_equal(head_counts(run.head).in_flight, 0);
		run_end(&run);
		/* The end of one that never began may be seen too late. */
		if (!rows[i].refuse)
			assert_int_equal(run.n_lost, rows[i].n_lost);
		assert_int_equal(run.signals, rows[i].signals);
		assert_int_equal(run.statuses, rows[i].statuses);
	}
}

/* To end with everything open is to hang up. */
static void
test_hang_up(void **state)
{
	static const char *const names[] = { "mute", "mute", "a" };
	const struct workers_options workers = { .n = 2, .run = fake_hand_run };
	struct run run = { .names = names, .n_names = 3, .concurrency = 9 };
	(void)state;

	/* The answer to "a" stops it. */
	run.n_done = 2;
	run_begin(&run, &workers);
	assert_int_equal(run.n_done, 3);
	assert_int_equal(head_counts(run.head).in_flight, 2);
	run_end(&run);
	assert_int_equal(run.signals + run.statuses, 0);
}

/*
 * One that stands still is as good as dead, and one that is only slow is not:
 * its loop turns.
 */
static void
test_hung(void **state)
{
	static const char *const names[] = { "a", "stop", "b", "ask 1" };
	const struct workers_options workers = { .n = 3, .run = fake_hand_run };
	struct run run = { .names = names,
		.n_names = 4,
		.concurrency = 9,
		.patience_ms = 1200 };
	(void)state;

	run_begin(&run, &workers);
	assert_int_equal(run.n_done, 4);
	assert_string_equal(run.outcomes[0], "1:a");
	assert_string_equal(run.outcomes[1], LOST);
	assert_string_equal(run.outcomes[2], "1:b");
	assert_string_equal(run.outcomes[3], "6:probed");
	run_end(&run);
	assert_int_equal(run.n_hung, 2);
	assert_int_equal(run.n_lost, 2);
	assert_int_equal(run.signals, 2 * SIGKILL);
}

/* Nobody connects to an address before its time, but then somebody does. */
static void
test_interval(void **state)
{
	static const char *const names[] = { "ask 1x", "ask 2x", "ask 3x" };
	const struct workers_options workers = { .n = 2, .run = fake_hand_run };
	struct run run = { .names = names,
		.n_names = 3,
		.concurrency = 9,
		.manners = { .interval_ms = 40 } };
	int64_t start = clock_monotonic_ms(), took;
	(void)state;

	run_begin(&run, &workers);
	assert_int_equal(run.n_done, 3);
	assert_int_equal(head_counts(run.head).probes, 3);
	took = clock_monotonic_ms() - start;
	assert_true(took >= 80 && took <= PATIENCE_MS / 2);
	run_end(&run);
}

static void
run_quick(struct run *run, size_t n, size_t n_workers)
{
	const struct workers_options workers = { .n = n_workers,
		.run = fake_hand_run };

	*run =
	    (struct run) { .quick = true, .n_names = n, .concurrency = 1000 };
	run_begin(run, &workers);
	assert_int_equal(run->n_done, n);
	assert_int_equal(head_counts(run->head).probes, n < 90 ? n : 90);
	assert_int_equal(
	    head_counts(run->head).probes_reused, n < 90 ? 0 : n - 90);
	run_end(run);
}

static void
test_many(void **state)
{
	struct run run;
	(void)state;

	run_quick(&run, 20000, 3);
	assert_int_equal(run.n_lost, 0);
	assert_int_equal(run.most_in_flight, 1000);
}

int
main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_runs),
		cmocka_unit_test(test_hang_up),
		cmocka_unit_test(test_hung),
		cmocka_unit_test(test_interval),
		cmocka_unit_test(test_many),
	};

	if (argc > 1) {
		size_t n = strtoul(argv[1], NULL, 10);
		int64_t start = clock_monotonic_ms(), ms;
		struct run run;

		run_quick(&run, n, 4);
		ms = clock_monotonic_ms() - start;
		printf("%zu domains in %lld ms\n", n, (long long)ms);
		return 0;
	}
	return cmocka_run_group_tests(tests, NULL, NULL);
}
