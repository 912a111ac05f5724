/* SPDX-License-Identifier: ISC */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/clock.h"
#include "base/when.h"
#include "cli/plan_job.h"
#include "policy/rollover.h"
#include "report/rollover.h"

#define DEFAULT_DEADLINE 86400

static void
usage(void)
{
	fputs("Usage: danelaw plan --host NAME --new FILE [OPTION]...\n"
	      "       danelaw plan DOMAIN --new FILE [OPTION]...\n\n"
	      "May the chain or the key in FILE go live at the mail host NAME, "
	      "or at all hosts of\nDOMAIN? Looks at what every address "
	      "presents, and asks every server of the zone\nfor the TLSA "
	      "records, as any sender may hold any answer for its TTL. Then "
	      "come the\nsteps, with their times. Nothing is ever changed.\n",
	    stdout);
	options_usage(COMMAND_PLAN, stdout);
	fputs("\nExit status: 0 it may go live now, 1 not yet, 2 it would "
	      "break, 3 it could not be\nfound out, 64 wrong usage or a file "
	      "that makes no sense, 70 own failure.\n",
	    stdout);
}

static bool
print(const struct settings *settings, const struct rollover *rollover)
{
	bool gate = settings->gate && !settings->json;
	struct buf out = { 0 };
	bool printed;

	if (settings->json) {
		rollover_json(rollover, &out);
		buf_puts(&out, "\n");
	} else if (!gate) {
		rollover_text(rollover,
		    settings->quiet > 0 ? -1 : settings->verbose, &out);
	}
	printed = !buf_failed(&out);
	if (printed)
		fputs(buf_text(&out), stdout);
	else
		tlsa_complain_memory();
	buf_finish(&out);
	for (size_t i = 0; gate && i < rollover->n_hosts; i++) {
		struct buf line = { 0 };

		if (rollover->hosts[i].answer != ROLLOVER_NOW) {
			rollover_line(&rollover->hosts[i], &line);
			cli_complain("%s", buf_text(&line));
		}
		buf_finish(&line);
	}
	return printed && cli_flush();
}

static int
add_names(struct plan_job *job, const char *what, const char *const *texts,
    size_t n, bool domain)
{
	for (size_t i = 0; i < n; i++) {
		const char *name = tlsa_take_name(&job->files, what, texts[i]);
		struct look *look;

		if (name == NULL)
			return EXIT_WRONG_USAGE;
		look = tlsa_look_at(&job->files, name);
		if (look == NULL)
			return tlsa_complain_memory();
		look->domain = domain;
	}
	return EXIT_SUCCESS;
}

static void
tell_waiting(const struct rollover *rollover, int64_t again)
{
	char time[WHEN_ROOM];

	for (size_t i = 0; i < rollover->n_hosts; i++) {
		struct buf line = { 0 };

		rollover_line(&rollover->hosts[i], &line);
		if (rollover->hosts[i].answer != ROLLOVER_NOW &&
		    when_format(again, time))
			cli_complain(
			    "%s (next look %s)", buf_text(&line), time);
		buf_finish(&line);
	}
}

/* Ends with what is to be done next: *again is when to look again. */
static int
run(const struct settings *settings, char **domains, int n, int64_t deadline,
    int64_t *again)
{
	struct plan_job job = {
		.files = { .settings = settings, .arena = arena_new() },
	};
	int status;

	if (job.files.arena == NULL)
		return tlsa_complain_memory();
	status = add_names(
	    &job, "host", settings->hosts.texts, settings->hosts.n, false);
	if (status == EXIT_SUCCESS)
		status = add_names(&job, "domain", (const char *const *)domains,
		    (size_t)n, true);
	if (status == EXIT_SUCCESS)
		status = plan_read(&job);
	if (status == EXIT_SUCCESS)
		status = plan_look(&job);
	if (status == EXIT_SUCCESS && job.rollover.answer != ROLLOVER_NOW &&
	    clock_unix() < deadline) {
		*again = rollover_next_look(&job.rollover, deadline);
		tell_waiting(&job.rollover, *again);
		status = (int)job.rollover.answer;
	} else if (status == EXIT_SUCCESS) {
		status = print(settings, &job.rollover)
		    ? (int)job.rollover.answer
		    : EXIT_OWN_FAILURE;
	}
	tlsa_job_finish(&job.files);
	arena_unref(job.files.arena);
	return status;
}

static int
run_until(const struct settings *settings, char **domains, int n)
{
	int64_t deadline = 0, again;
	int status;

	if (settings->wait)
		deadline = clock_unix() +
		    (settings->deadline == 0 ? DEFAULT_DEADLINE
					     : settings->deadline);
	do {
		again = 0;
		status = run(settings, domains, n, deadline, &again);
		for (int64_t now = clock_unix(); again > now;
		     now = clock_unix())
			nanosleep(
			    &(struct timespec) {
				.tv_sec = (time_t)(again - now) },
			    NULL);
	} while (again != 0);
	return status;
}

/* What is missing or too much; NULL: nothing. */
static const char *
lacking(const struct settings *settings, bool domains)
{
	if (settings->hosts.n == 0 && !domains)
		return "for which mail host, or domain? Give its name";
	if (settings->news.n == 0)
		return "what is to go live? Give its chain with --new";
	if (settings->deadline != 0 && !settings->wait)
		return "option --deadline: it needs --wait";
	if (settings->wait && settings->at != 0)
		return "options --wait and --at: only one of them";
	for (size_t i = 0; settings->wait && i < settings->news.n; i++) {
		if (strcmp(settings->news.texts[i], "-") == 0)
			return "option --wait: standard input is read but "
			       "once; give --new a file";
	}
	return NULL;
}

int
cmd_plan(int argc, char **argv)
{
	struct settings settings = { 0 };
	const char *lack;
	int first, status;

	if (!cli_begin(
		COMMAND_PLAN, argc, argv, usage, &settings, &first, &status))
		goto done;
	lack = lacking(&settings, first < argc);
	if (lack != NULL) {
		cli_complain("%s; see danelaw plan --help", lack);
		status = EXIT_WRONG_USAGE;
	} else {
		status = run_until(&settings, argv + first, argc - first);
	}
done:
	options_finish(&settings);
	return status;
}
