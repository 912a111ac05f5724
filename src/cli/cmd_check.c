/* SPDX-License-Identifier: ISC */
/*
 * Reports come in as the checks end, and are printed in the order of the
 * domains on the command line, each as soon as those before it are out.
 */
#include <event2/event.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/arena.h"
#include "base/clock.h"
#include "base/text.h"
#include "cli/cli.h"
#include "cli/progress.h"
#include "report/report.h"

struct slot {
	struct check *check;
	const char *domain;
	struct danelaw_report *report;
	bool done;
};

struct check {
	const struct settings *settings;
	enum danelaw_err err; /* of the engine's making */
	struct report_options options;
	struct progress *progress;
	struct slot *slots;
	size_t n_slots, n_printed, n_shown;
	bool holds; /* nothing is printed until it is known to be the last */
	enum danelaw_state worst;
	bool failed; /* our own failure */
};

static void
usage(void)
{
	fputs(
	    "Usage: danelaw check [OPTION]... DOMAIN...\n\n"
	    "Would mail to DOMAIN be delivered under DANE? Follows RFC 7672 "
	    "from the MX records\nto the certificate of every address, and "
	    "says what is to blame and what to change.\nDOMAIN is what stands "
	    "behind the @; [HOST] or [ADDRESS] skips the MX lookup.\nNo mail "
	    "is sent.\n",
	    stdout);
	options_usage(COMMAND_CHECK, stdout);
	fputs("\nExit status: 0 ok, 1 warning, 2 critical, 3 unknown (could "
	      "not look),\n64 wrong usage, 70 own failure. The worst of all "
	      "domains counts.\n",
	    stdout);
}

static bool
print_report(struct check *check, const struct danelaw_report *report)
{
	const char *before = "", *after = "";
	bool many = check->n_slots > 1, printed;
	struct buf out;

	buf_init(&out, 0);
	if (check->settings->json) {
		report_json(report, &out);
		before = !many ? "" : check->n_shown == 0 ? "[\n" : ",\n";
		after = many ? "" : "\n";
	} else {
		report_text(report, &check->options, &out);
		if (check->n_printed > 0 && check->options.verbosity >= 0)
			before = "\n";
	}
	printed = !buf_failed(&out);
	progress_clear(check->progress);
	if (printed) {
		printf("%s%s%s", before, buf_text(&out), after);
		check->n_shown++;
	}
	buf_finish(&out);
	return printed;
}

/* The end of the array, whichever of them there was no memory for. */
static void
print_end(const struct check *check)
{
	if (check->settings->json && check->n_slots > 1)
		fputs(check->n_shown == 0 ? "[]\n" : "\n]\n", stdout);
}

static void
print_ready(struct check *check)
{
	while (check->n_printed < check->n_slots) {
		struct slot *slot = &check->slots[check->n_printed];

		if (!slot->done)
			break;
		if (slot->report == NULL ||
		    !print_report(check, slot->report)) {
			cli_complain("%s: out of memory", slot->domain);
			check->failed = true;
		} else {
			check->worst = danelaw_state_worse(
			    check->worst, slot->report->state);
		}
		danelaw_report_free(slot->report);
		slot->report = NULL;
		check->n_printed++;
		if (check->n_printed == check->n_slots)
			print_end(check);
	}
	fflush(stdout);
}

static void
report_in(struct danelaw_report *report, void *arg)
{
	struct slot *slot = arg;

	slot->report = report;
	slot->done = true;
	if (!slot->check->holds)
		print_ready(slot->check);
}

/* All domains are taken up before the first is looked at. */
static int
add_domains(struct check *check, struct danelaw_engine *engine, char **domains)
{
	struct danelaw_request request = { 0 };
	struct arena *arena = arena_new();
	int status = EXIT_SUCCESS;

	if (arena == NULL)
		return EXIT_OWN_FAILURE;
	cli_request(check->settings, &request);
	request.hints = true;
	request.all_certs = check->settings->certs == NULL ||
	    strcmp(check->settings->certs, "all") == 0;
	for (size_t i = 0; i < check->n_slots; i++) {
		struct slot *slot = &check->slots[i];
		enum danelaw_err err;

		slot->check = check;
		slot->domain = domains[i];
		request.domain = domains[i];
		err = danelaw_engine_add(engine, &request, report_in, slot);
		if (err == DANELAW_OK)
			continue;
		cli_complain("domain \"%s\": %s",
		    text_printable_str(arena, domains[i], 300),
		    danelaw_engine_error(engine));
		status = cli_status(err);
		break;
	}
	arena_unref(arena);
	return status;
}

/* One round: each domain once. */
static int
run(struct check *check, struct event_base *base, char **domains)
{
	struct danelaw_config config = { .base = base };
	struct danelaw_engine *engine = NULL;
	enum danelaw_err err;
	int status;

	cli_config(check->settings, &config);
	if (check->n_slots < 16)
		config.dns_window = CLI_DNS_WINDOW * (unsigned)check->n_slots;
	config.pkix = config.pkix || check->options.verbosity > 0;
	err = check->err = danelaw_engine_new(&config, &engine);
	if (err != DANELAW_OK) {
		cli_complain("%s", danelaw_engine_error(engine));
		status = cli_status(err);
		goto done;
	}
	status = add_domains(check, engine, domains);
	if (status != EXIT_SUCCESS)
		goto done;
	check->progress = progress_new(base, engine);
	err = danelaw_engine_run(engine);
	progress_free(check->progress);
	if (err != DANELAW_OK) {
		cli_complain("%s", danelaw_engine_error(engine));
		status = cli_status(err);
	} else {
		status = check->failed ? EXIT_OWN_FAILURE : (int)check->worst;
	}
done:
	danelaw_engine_free(engine);
	return status;
}

/* The worst of the round that was held; forgets it unless it is the last. */
static enum danelaw_state
judge_round(struct check *check, bool last)
{
	enum danelaw_state worst = DANELAW_STATE_OK;

	for (size_t i = 0; i < check->n_slots; i++) {
		const struct danelaw_report *report = check->slots[i].report;

		worst = danelaw_state_worse(worst,
		    report == NULL ? DANELAW_STATE_UNKNOWN : report->state);
	}
	if (worst == DANELAW_STATE_OK || last)
		return worst;
	for (size_t i = 0; i < check->n_slots; i++) {
		danelaw_report_free(check->slots[i].report);
		check->slots[i] = (struct slot) { 0 };
	}
	return worst;
}

/* What waits for caches to forget need not ask more often than this. */
static int64_t
pause_between(int64_t all_ms)
{
	enum { PARTS = 10, LEAST_MS = 1000, MOST_MS = 60000 };
	int64_t ms = all_ms / PARTS;

	return ms < LEAST_MS ? LEAST_MS : ms > MOST_MS ? MOST_MS : ms;
}

/*
 * Round after round, each with a cache of its own, until all is well or no
 * time is left for one more. Only the last is printed.
 */
static int
run_until_ok(struct check *check, struct event_base *base, char **domains)
{
	int64_t all_ms = (int64_t)check->settings->until_ok * 1000;
	int64_t end = clock_monotonic_ms() + all_ms;
	int64_t pause = pause_between(all_ms);
	int status;

	check->holds = true;
	for (;;) {
		int64_t left;
		enum danelaw_state worst;

		status = run(check, base, domains);
		if (check->err != DANELAW_OK || status == EXIT_OWN_FAILURE ||
		    status == EXIT_WRONG_USAGE)
			return status;
		left = end - clock_monotonic_ms();
		worst = judge_round(check, left < pause);
		if (worst == DANELAW_STATE_OK || left < pause)
			break;
		cli_complain("%s: checking again in %lld s, for %lld s more",
		    danelaw_state_word(worst), (long long)pause / 1000,
		    (long long)left / 1000);
		nanosleep(&(struct timespec) { .tv_sec = pause / 1000,
			      .tv_nsec = pause % 1000 * 1000000 },
		    NULL);
	}
	print_ready(check);
	return check->failed ? EXIT_OWN_FAILURE : (int)check->worst;
}

static int
check_domains(const struct settings *settings, char **domains, size_t n)
{
	struct check check = {
		.settings = settings,
		.options = {
			.color = cli_wants_color(settings),
			.verbosity = settings->quiet > 0 ? -1
			    : settings->verbose,
			.width = cli_width(),
			.at_given = settings->at != 0,
		},
		.n_slots = n,
	};
	struct event_base *base = event_base_new();
	int status = EXIT_OWN_FAILURE;

	check.slots = calloc(n, sizeof(*check.slots));
	if (base != NULL && check.slots != NULL)
		status = settings->until_ok > 0
		    ? run_until_ok(&check, base, domains)
		    : run(&check, base, domains);
	else
		cli_complain("out of memory");
	for (size_t i = 0; check.slots != NULL && i < n; i++)
		danelaw_report_free(check.slots[i].report);
	free(check.slots);
	cli_base_free(base, check.err);
	if (!cli_flush())
		status = EXIT_OWN_FAILURE;
	return status;
}

int
cmd_check(int argc, char **argv)
{
	struct settings settings = { 0 };
	int first, status;

	if (!cli_begin(
		COMMAND_CHECK, argc, argv, usage, &settings, &first, &status))
		goto done;
	if (first >= argc) {
		cli_complain("which domain? See danelaw check --help");
		status = EXIT_WRONG_USAGE;
	} else {
		status = check_domains(
		    &settings, argv + first, (size_t)(argc - first));
	}
done:
	options_finish(&settings);
	return status;
}
