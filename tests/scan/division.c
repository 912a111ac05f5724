/* SPDX-License-Identifier: ISC */
/*
 * A run of a head and real hands, for tests.
 *
 * usage: division WORKERS CONCURRENCY KILL OPTION... DOMAIN...
 *
 * The options are those of danelaw check. After KILL results, unless it is 0,
 * the first worker is killed; with "spoil" each worker finds only zeros in the
 * stores of others. Writes a line per result, "DOMAIN report JSON",
 * "DOMAIN bad WHY" or "DOMAIN lost WHY", and at the end "= PROBES REUSED".
 */
#include <event2/event.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "cli/cli.h"
#include "cli/workers.h"
#include "report/report.h"
#include "scan/hand.h"
#include "scan/head.h"

struct run {
	struct event_base *base;
	struct head *head;
	char **domains;
	size_t n_domains, n_added, n_done, kill_at;
	struct danelaw_config config;
	struct danelaw_request request;
	pid_t *first_worker; /* shared */
	bool spoil;
};

static bool
render(const struct danelaw_report *report, struct buf *out)
{
	report_json_line(report, out);
	return !buf_failed(out);
}

/* Zeros for all but its own; false: it could not be done. */
static bool
spoil(const struct worker_seat *seat)
{
	int zeros = open("/dev/zero", O_RDWR);

	for (size_t i = 0; i < seat->n_stores; i++) {
		if (i != seat->index && dup2(zeros, seat->stores[i]) < 0)
			return false;
	}
	return zeros >= 0;
}

static int
work(const struct worker_seat *seat, void *arg)
{
	struct run *run = arg;
	const struct hand_options options = {
		.fd = seat->fd,
		.stores = seat->stores,
		.n_stores = seat->n_stores,
		.own_store = seat->index,
		.config = &run->config,
		.request = &run->request,
		.render = render,
	};
	char *why = NULL;
	enum danelaw_err err;

	if (seat->index == 0)
		*run->first_worker = getpid();
	if (run->spoil && !spoil(seat))
		return 1;
	err = hand_run(&options, &why);
	if (err != DANELAW_OK)
		fprintf(stderr, "%s\n", why);
	free(why);
	return err == DANELAW_OK ? 0 : 1;
}

static void
on_report(const struct head_result *result, void *arg)
{
	struct run *run = arg;

	if (result->error != NULL)
		printf("%s %s %s\n", result->domain,
		    result->lost ? "lost" : "bad", result->error);
	else
		printf("%s report %.*s\n", result->domain, (int)result->len,
		    result->line);
	if (++run->n_done == run->kill_at)
		kill(*run->first_worker, SIGKILL);
	if (run->n_done == run->n_domains)
		event_base_loopbreak(run->base);
}

static void
on_hungry(void *arg)
{
	struct run *run = arg;

	while (run->n_added < run->n_domains && head_room(run->head) > 0) {
		if (!head_add(
			run->head, run->n_added, run->domains[run->n_added]))
			abort();
		run->n_added++;
	}
}

static void
on_worker_lost(size_t n_left, void *arg)
{
	struct run *run = arg;

	printf("! %zu\n", n_left);
	if (n_left == 0)
		event_base_loopbreak(run->base);
}

static void
on_end(const struct worker_end *end, void *arg)
{
	(void)arg;

	if (end->signal != 0 || end->status != 0)
		printf("- %zu %d %d\n", end->index, end->signal, end->status);
}

static void
divide(struct run *run, struct workers *workers, size_t concurrency)
{
	const struct head_options options = {
		.base = run->base,
		.fds = workers_fds(workers),
		.n_fds = workers_count(workers),
		.concurrency = concurrency,
		.report = on_report,
		.hungry = on_hungry,
		.worker_lost = on_worker_lost,
		.arg = run,
	};
	struct head_counts counts;

	run->head = head_new(&options);
	if (run->head == NULL)
		abort();
	event_base_dispatch(run->base);
	counts = head_counts(run->head);
	printf("= %llu %llu\n", (unsigned long long)counts.probes,
	    (unsigned long long)counts.probes_reused);
	head_free(run->head);
}

int
main(int argc, char **argv)
{
	struct run run = { 0 };
	struct settings settings = { 0 };
	struct option_error error;
	struct workers_options options = { .run = work, .arg = &run };
	struct workers *workers;
	size_t concurrency;
	int first;

	if (argc < 5)
		return EXIT_FAILURE;
	options.n = strtoul(argv[1], NULL, 10);
	concurrency = strtoul(argv[2], NULL, 10);
	run.kill_at = strtoul(argv[3], NULL, 10);
	run.spoil = strcmp(argv[3], "spoil") == 0;
	argv += 3;
	argc -= 3;
	if (!options_parse(
		COMMAND_CHECK, argc, argv, 0, &settings, &first, &error)) {
		fprintf(stderr, "%s\n", error.text);
		return EXIT_FAILURE;
	}
	cli_config(&settings, &run.config);
	cli_request(&settings, &run.request);
	run.config.share_ms = DANELAW_SHARE_ALWAYS;
	run.request.hints = true;
	run.request.all_certs =
	    settings.certs == NULL || strcmp(settings.certs, "all") == 0;
	run.domains = argv + first;
	run.n_domains = (size_t)(argc - first);
	run.first_worker = mmap(NULL, sizeof(pid_t), PROT_READ | PROT_WRITE,
	    MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (run.first_worker == MAP_FAILED)
		return EXIT_FAILURE;
	workers = workers_start(&options);
	if (workers == NULL)
		return EXIT_FAILURE;
	run.base = event_base_new();
	divide(&run, workers, concurrency);
	workers_end(workers, 10000, on_end, NULL);
	event_base_free(run.base);
	options_finish(&settings);
	return fflush(stdout) == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
