/* SPDX-License-Identifier: ISC */
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/clock.h"
#include "base/text.h"
#include "cli/cli.h"
#include "cli/earlier.h"
#include "cli/scan.h"
#include "cli/sink.h"
#include "report/report.h"
#include "scan/hand.h"

#define CONCURRENCY 2000
#define RATE 10
#define DRAIN_SECONDS 10
#define SHARDS_MAX 1000000
#define LEAST_WINDOW 500
#define LEAST_FILES 128
#define FILES_A_WORKER 3
/*
 * What a worker keeps of the DNS. A list passes by only once, so more is of no
 * use than what all lists have in common, and for each domain in work what is
 * known of its zone until the last answer has come: 4 KiB or so.
 */
#define DNS_MEMORY 3 /* MiB */
#define DNS_DOMAIN_KIB 6
#define SHOWN_MAX 300

/* What a worker needs to know; made before it is. */
struct work {
	struct danelaw_config config;
	struct danelaw_request request;
	enum stage stage;
	bool summary, split;
};

static void
usage(void)
{
	fputs("Usage: danelaw scan [OPTION]... [FILE]\n\n"
	      "Checks all domains in FILE, one a line, as danelaw check does, "
	      "and writes one line\nof JSON for each as it ends. Without FILE, "
	      "or with -, it reads standard input. Each\nMX host is examined "
	      "once, however many domains share it. # begins a comment.\n",
	    stdout);
	options_usage(COMMAND_SCAN, stdout);
	fputs("\nExit status: 0 ok, 1 warning, 2 critical, 3 unknown (could "
	      "not look),\n64 wrong usage, 70 own failure, 128 and more: a "
	      "signal. The worst of all domains\ncounts; lines that are no "
	      "domains do not, but where all are so it is 64.\n",
	    stdout);
}

static bool
render_report(const struct danelaw_report *report, struct buf *out)
{
	report_json_line(report, out);
	return !buf_failed(out);
}

static bool
render_summary(const struct danelaw_report *report, struct buf *out)
{
	report_summary_line(report, out);
	return !buf_failed(out);
}

static bool
render_mx(const struct danelaw_report *report, struct buf *out)
{
	report_mx_line(report, out);
	return !buf_failed(out);
}

static bool
render_host(const struct danelaw_report *report, struct buf *out)
{
	report_host_line(report, out);
	return !buf_failed(out);
}

/* Whoever writes them leaves out the hosts that have a row. */
static bool
render_split(const struct danelaw_report *report, struct buf *out)
{
	for (size_t i = 0; i < report->n_hosts; i++) {
		report_mail_host_line(report, &report->hosts[i], out);
		buf_puts(out, "\n");
	}
	report_domain_line(report, out);
	return !buf_failed(out);
}

static int
work(const struct worker_seat *seat, void *arg)
{
	const struct work *work = arg;
	const struct hand_options options = {
		.fd = seat->fd,
		.stores = seat->stores,
		.n_stores = seat->n_stores,
		.own_store = seat->index,
		.config = &work->config,
		.request = &work->request,
		.stage = work->stage,
		.render = work->stage == STAGE_MX ? render_mx
		    : work->stage == STAGE_HOSTS  ? render_host
		    : work->split                 ? render_split
		    : work->summary               ? render_summary
						  : render_report,
	};
	char *why = NULL;
	enum danelaw_err err = hand_run(&options, &why);
	int status = cli_status(err);

	/* What is wrong with the options is the same for all. */
	if (err != DANELAW_OK &&
	    (status != EXIT_WRONG_USAGE || seat->index == 0))
		cli_complain("%s", why == NULL ? "out of memory" : why);
	free(why);
	return status;
}

static long
count_cpus(void)
{
	cpu_set_t set;

	if (sched_getaffinity(0, sizeof(set), &set) == 0)
		return CPU_COUNT(&set);
	return sysconf(_SC_NPROCESSORS_ONLN);
}

static size_t
workers_of(const struct settings *settings)
{
	long n = settings->workers > 0 ? settings->workers : count_cpus();

	if (n > WORKERS_MAX)
		n = WORKERS_MAX;
	/* More would have nothing to do. */
	if (settings->concurrency > 0 && n > settings->concurrency)
		n = settings->concurrency;
	return n < 1 ? 1 : (size_t)n;
}

/* What a complaint may have of a text. */
static const char *
shown(struct arena *arena, const char *path)
{
	const char *text = text_printable_str(arena, path, SHOWN_MAX);

	return text == NULL ? "" : text;
}

/* "K/N" */
static bool
read_shard(const char *text, struct scan_options *options)
{
	unsigned long shard, n_shards;
	char *end;

	if (text == NULL)
		return true;
	if (text[0] < '1' || text[0] > '9')
		return false;
	errno = 0;
	shard = strtoul(text, &end, 10);
	if (*end != '/' || end[1] < '1' || end[1] > '9')
		return false;
	n_shards = strtoul(end + 1, &end, 10);
	if (errno != 0 || *end != '\0' || n_shards > SHARDS_MAX ||
	    shard > n_shards)
		return false;
	options->shard = (uint32_t)shard;
	options->n_shards = (uint32_t)n_shards;
	return true;
}

static enum stage
read_stage(const struct settings *settings)
{
	if (settings->stage == NULL)
		return STAGE_WHOLE;
	return strcmp(settings->stage, "mx") == 0 ? STAGE_MX : STAGE_HOSTS;
}

/* What the parts of one run go by. */
static bool
read_parts(const struct settings *settings, struct arena *arena,
    struct scan_options *options)
{
	options->stage = read_stage(settings);
	options->tells_run = settings->status != NULL
	    ? strcmp(settings->status, "run") == 0
	    : settings->stage != NULL || settings->shard != NULL;
	if ((settings->summary || settings->split) &&
	    options->stage != STAGE_WHOLE) {
		cli_complain("--summary and --split are of whole reports, not "
			     "of a stage");
		return false;
	}
	if (settings->summary && settings->split) {
		cli_complain("--summary and --split do not go together");
		return false;
	}
	if (read_shard(settings->shard, options))
		return true;
	cli_complain("shard \"%s\": write K/N, with K from 1 to N",
	    shown(arena, settings->shard));
	return false;
}

/*
 * Connections of one worker at once. Of the files that it may have open the
 * DNS takes up to five twelfths (dns/upstream.c), these a third of what the
 * stores leave over; the rest is for itself. False: that would be too little,
 * and domains would suffer for it.
 */
static bool
probe_window(size_t share, size_t n_workers, size_t *window)
{
	size_t least = LEAST_FILES + FILES_A_WORKER * n_workers;
	struct rlimit limit;

	*window = share > LEAST_WINDOW ? share : LEAST_WINDOW;
	if (getrlimit(RLIMIT_NOFILE, &limit) != 0 ||
	    limit.rlim_max == RLIM_INFINITY)
		return true;
	/* Main has raised the soft limit to it, and so do the workers. */
	if (limit.rlim_max < least) {
		cli_complain("only %ju files may be open at once; %zu workers "
			     "need %zu: see ulimit -n",
		    (uintmax_t)limit.rlim_max, n_workers, least);
		return false;
	}
	if ((limit.rlim_max - n_workers) / 3 < *window)
		*window = (size_t)(limit.rlim_max - n_workers) / 3;
	return true;
}

static void
make_work(const struct settings *settings, enum stage stage, struct work *work)
{
	*work = (struct work) {
		.stage = stage,
		.summary = settings->summary,
		.split = settings->split,
	};
	cli_config(settings, &work->config);
	work->config.share_ms = DANELAW_SHARE_ALWAYS;
	cli_request(settings, &work->request);
	cli_request_of_many(&work->request);
	work->request.all_certs =
	    settings->certs != NULL && strcmp(settings->certs, "all") == 0;
	work->request.no_zones = !settings->zones;
	work->config.public_dns = !settings->allow_private;
	work->request.public_only = !settings->allow_private;
}

/* Which danelaw, and when. */
static bool
begin_split(const struct danelaw_config *config)
{
	struct buf line = { .limit = 0 };
	bool done;

	report_run_line(config->at != 0 ? config->at : clock_unix(), &line);
	done = !buf_failed(&line) &&
	    sink_write(STDOUT_FILENO, line.bytes, line.len);
	if (!done)
		cli_complain("standard output: %s", strerror(errno));
	buf_finish(&line);
	return done;
}

static int
scan_list(const struct settings *settings, struct arena *arena, int in,
    const char *name)
{
	size_t n_workers = workers_of(settings), share;
	struct fingerprint_secret secret;
	struct scan_options options = {
		.name = name,
		.in = in,
		.out = STDOUT_FILENO,
		.manners = { .per_host = (unsigned)settings->per_host,
		    .interval_ms = settings->rate == 0
			? 0
			: (unsigned)(1000 / settings->rate) },
		.concurrency = settings->concurrency > 0
		    ? (size_t)settings->concurrency
		    : CONCURRENCY,
		.drain_seconds = settings->drain,
		.order = settings->order,
		.quiet = settings->quiet > 0,
	};
	struct work its_work;
	int status = EXIT_WRONG_USAGE;

	if (!read_parts(settings, arena, &options))
		return status;
	make_work(settings, options.stage, &its_work);
	share = (options.concurrency + n_workers - 1) / n_workers;
	its_work.config.dns_memory =
	    DNS_MEMORY + (unsigned)(share * DNS_DOMAIN_KIB / 1024);
	if (!probe_window(share, n_workers, &its_work.config.probe_window))
		return EXIT_OWN_FAILURE;
	if (fingerprint_secret_make(&secret)) {
		options.seen = seen_new(&secret);
		options.done =
		    settings->resume == NULL ? NULL : seen_new(&secret);
		options.hosts = settings->split ? seen_new(&secret) : NULL;
	}
	if (options.seen == NULL ||
	    (settings->split && options.hosts == NULL) ||
	    (settings->resume != NULL && options.done == NULL)) {
		cli_complain("out of memory");
		status = EXIT_OWN_FAILURE;
		goto done;
	}
	if (settings->resume != NULL &&
	    !earlier_read(settings->resume, shown(arena, settings->resume),
		options.done, options.hosts))
		goto done;
	options.workers = workers_start(&(struct workers_options) {
	    .n = n_workers,
	    .run = work,
	    .arg = &its_work,
	});
	if (options.workers == NULL) {
		cli_complain("no worker can be made: %s", strerror(errno));
		status = EXIT_OWN_FAILURE;
		goto done;
	}
	if (n_workers > 1 && workers_store_error(options.workers) != NULL)
		cli_complain("%s: %s; so workers cannot share what they find, "
			     "and may each probe an address",
		    shown(arena, workers_folder()),
		    workers_store_error(options.workers));
	status = EXIT_OWN_FAILURE;
	if (!settings->split || begin_split(&its_work.config))
		status = scan_run(&options);
	else
		workers_end(options.workers, 0, NULL, NULL);
done:
	seen_free(options.seen);
	seen_free(options.done);
	seen_free(options.hosts);
	return status;
}

static int
open_list(struct arena *arena, const char *path, const char **name)
{
	int fd;

	*name = "standard input";
	if (path == NULL || strcmp(path, "-") == 0)
		return STDIN_FILENO;
	*name = shown(arena, path);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		cli_complain("%s: %s", *name, strerror(errno));
	return fd;
}

/* A socket that took the place of a closed one would get our reports. */
static bool
has_output(void)
{
	if (fcntl(STDOUT_FILENO, F_GETFD) >= 0)
		return true;
	cli_complain("standard output: %s", strerror(errno));
	return false;
}

/* Nor may one that took the place of the list, or get our messages. */
static bool
fill_gaps(void)
{
	static const int needed[] = { STDIN_FILENO, STDERR_FILENO };

	for (size_t i = 0; i < sizeof(needed) / sizeof(needed[0]); i++) {
		if (fcntl(needed[i], F_GETFD) < 0 &&
		    open("/dev/null", O_WRONLY) != needed[i])
			return false;
	}
	return true;
}

int
cmd_scan(int argc, char **argv)
{
	struct settings settings = { .rate = RATE, .drain = DRAIN_SECONDS };
	struct arena *arena = arena_new();
	int first, status, in = -1;
	const char *name;

	if (!cli_begin(
		COMMAND_SCAN, argc, argv, usage, &settings, &first, &status))
		goto done;
	/* A limit on the size of files is to be an error of write(). */
	signal(SIGXFSZ, SIG_IGN);
	status = EXIT_WRONG_USAGE;
	if (argc - first > 1) {
		cli_complain("one list at a time; see danelaw scan --help");
		goto done;
	}
	if (arena == NULL || !has_output() || !fill_gaps()) {
		status = EXIT_OWN_FAILURE;
		goto done;
	}
	in = open_list(arena, first < argc ? argv[first] : NULL, &name);
	if (in >= 0)
		status = scan_list(&settings, arena, in, name);
done:
	arena_unref(arena);
	if (in > STDIN_FILENO)
		close(in);
	options_finish(&settings);
	return status;
}
