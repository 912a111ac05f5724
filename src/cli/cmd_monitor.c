/* SPDX-License-Identifier: ISC */
/*
 * The monitoring plugin. All that can go wrong, wrong usage included, is one
 * line on stdout and exit status 3: that is all a monitoring system reads.
 */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/clock.h"
#include "cli/cli.h"
#include "report/nagios.h"

enum {
	DEFAULT_TIMEOUT = 60,
	GRACE = 5, /* seconds that the engine may take beyond the timeout */
};

struct monitor {
	const struct settings *settings;
	struct nagios_options options;
	int64_t began; /* clock_monotonic_ms() */
	struct buf out;
	enum danelaw_state state;
	bool done;
};

static void
usage(void)
{
	fputs("Usage: check_danelaw -H DOMAIN [OPTION]...\n"
	      "       check_danelaw --mx HOST [OPTION]...\n\n"
	      "Monitoring plugin: would mail to DOMAIN be delivered under DANE "
	      "(RFC 7672)?\nThe same as danelaw monitor. No mail is sent.\n",
	    stdout);
	options_usage(COMMAND_MONITOR, stdout);
	fputs("\nA RANGE is that of the Monitoring Plugins Development "
	      "Guidelines, but a plain 14\nmeans 14:, alert when less is "
	      "left, and 30% of a certificate\nless than that share of its "
	      "life. Thresholds only make a state worse.\n\n"
	      "Exit status: 0 OK, 1 WARNING, 2 CRITICAL, 3 UNKNOWN.\n",
	    stdout);
}

/* Exit status 3 whatever was asked, as the guidelines have it. */
static int
tell(void)
{
	cli_flush();
	return DANELAW_STATE_UNKNOWN;
}

static int
complain(const char *sentence)
{
	struct buf out = { 0 };

	report_nagios_line(DANELAW_STATE_UNKNOWN, sentence, &out);
	puts(buf_failed(&out) ? "DANELAW UNKNOWN - out of memory"
			      : buf_text(&out));
	buf_finish(&out);
	return tell();
}

/* The last resort, should the engine not come back by itself. */
static volatile int alarm_status = DANELAW_STATE_UNKNOWN;

static void
time_is_up(int signal_number)
{
	static const char unknown[] =
	    "DANELAW UNKNOWN - no result within the time limit\n";
	static const char critical[] =
	    "DANELAW CRITICAL - no result within the time limit\n";
	static const char warning[] =
	    "DANELAW WARNING - no result within the time limit\n";
	ssize_t n;

	if (alarm_status == DANELAW_STATE_CRITICAL)
		n = write(STDOUT_FILENO, critical, sizeof(critical) - 1);
	else if (alarm_status == DANELAW_STATE_WARNING)
		n = write(STDOUT_FILENO, warning, sizeof(warning) - 1);
	else
		n = write(STDOUT_FILENO, unknown, sizeof(unknown) - 1);
	_exit(n > 0 ? alarm_status : DANELAW_STATE_UNKNOWN);
}

static void
set_alarm(const struct monitor *monitor)
{
	struct sigaction action = { .sa_handler = time_is_up };

	if (monitor->options.timeout_state != DANELAW_STATE_OK)
		alarm_status = (int)monitor->options.timeout_state;
	sigemptyset(&action.sa_mask);
	sigaction(SIGALRM, &action, NULL);
	alarm((unsigned)(monitor->options.budget_ms / 1000) + GRACE);
}

static void
report_in(struct danelaw_report *report, void *arg)
{
	struct monitor *monitor = arg;

	if (report == NULL)
		return;
	monitor->options.elapsed_ms = clock_monotonic_ms() - monitor->began;
	report_nagios(
	    report, &monitor->options, &monitor->out, &monitor->state);
	monitor->done = !buf_failed(&monitor->out);
	danelaw_report_free(report);
}

static int
run(struct monitor *monitor, const char *domain)
{
	struct danelaw_config config = { 0 };
	struct danelaw_request request = { 0 };
	struct danelaw_engine *engine = NULL;
	enum danelaw_err err;
	int status;

	cli_config(monitor->settings, &config);
	config.dns_window = CLI_DNS_WINDOW;
	cli_request(monitor->settings, &request);
	request.domain = domain;
	request.all_certs = monitor->settings->certs != NULL &&
	    strcmp(monitor->settings->certs, "all") == 0;
	err = danelaw_engine_new(&config, &engine);
	if (err == DANELAW_OK)
		err = danelaw_engine_add(engine, &request, report_in, monitor);
	if (err == DANELAW_OK)
		err = danelaw_engine_run(engine);
	if (err != DANELAW_OK) {
		status = complain(danelaw_engine_error(engine));
	} else if (!monitor->done) {
		status = complain("out of memory");
	} else {
		fputs(buf_text(&monitor->out), stdout);
		status = fflush(stdout) == 0 && !ferror(stdout)
		    ? (int)monitor->state
		    : DANELAW_STATE_UNKNOWN;
	}
	danelaw_engine_free(engine);
	return status;
}

static bool
take_range(const char *name, const char *text, struct range *range,
    struct option_error *error)
{
	const char *why;

	if (text == NULL)
		return true;
	if (range_parse(text, range, &why)) {
		/* Signatures live for two weeks or so, whoever made them. */
		if (!range->percent || strncmp(name, "rrsig", 5) != 0)
			return true;
		why = "only of certificates there is a percentage";
	}
	options_complain(error, name, text, why);
	return false;
}

/* Both plain: what is critical must be worse than what is a warning. */
static bool
take_ranges(const char *const names[2], const char *const texts[2],
    struct range *warning, struct range *critical, struct option_error *error)
{
	if (!take_range(names[0], texts[0], warning, error) ||
	    !take_range(names[1], texts[1], critical, error))
		return false;
	if (!warning->given || !critical->given || warning->inside ||
	    critical->inside || warning->no_low || critical->no_low ||
	    !warning->no_high || !critical->no_high ||
	    warning->percent != critical->percent ||
	    critical->low <= warning->low)
		return true;
	options_complain(
	    error, names[1], texts[1], "it alerts before the warning does");
	return false;
}

static bool
take_state(const char *name, const char *text, enum danelaw_state *state,
    struct option_error *error)
{
	static const struct {
		const char *word, *number;
		enum danelaw_state state;
	} states[] = {
		{ "warning", "1", DANELAW_STATE_WARNING },
		{ "critical", "2", DANELAW_STATE_CRITICAL },
		{ "unknown", "3", DANELAW_STATE_UNKNOWN },
	};

	if (text == NULL)
		return true;
	for (size_t i = 0; i < sizeof(states) / sizeof(states[0]); i++) {
		if (strcasecmp(text, states[i].word) == 0 ||
		    strcmp(text, states[i].number) == 0) {
			*state = states[i].state;
			return true;
		}
	}
	options_complain(error, name, text,
	    "write warning, critical or unknown; ok would hide an outage");
	return false;
}

static bool
take_options(const struct settings *settings, struct nagios_options *options,
    struct option_error *error)
{
	const char *const cert_names[] = { "warning", "critical" };
	const char *const cert[] = { settings->warning, settings->critical };
	const char *const rrsig_names[] = { "rrsig-warning", "rrsig-critical" };
	const char *const rrsig[] = { settings->rrsig_warning,
		settings->rrsig_critical };

	options->ee_expiry = settings->ee_expiry;
	options->min_hosts = settings->min_hosts;
	options->verbosity = settings->verbose;
	options->budget_ms = 1000 *
	    (int64_t)(settings->timeout != 0 ? settings->timeout
					     : DEFAULT_TIMEOUT);
	return take_ranges(cert_names, cert, &options->cert_warning,
		   &options->cert_critical, error) &&
	    take_ranges(rrsig_names, rrsig, &options->rrsig_warning,
		&options->rrsig_critical, error) &&
	    take_state("timeout-state", settings->timeout_state,
		&options->timeout_state, error) &&
	    take_state("unreachable-state", settings->unreachable_state,
		&options->unreachable_state, error);
}

/* The next hop; NULL and why not, else. */
static const char *
next_hop(const struct settings *settings, struct arena *arena, const char **why)
{
	*why = "out of memory";
	if (settings->hostname != NULL && settings->mx != NULL)
		*why = "only one of -H and --mx can be given";
	else if (settings->hostname != NULL)
		return settings->hostname;
	else if (settings->mx == NULL)
		*why = "which domain? Give -H DOMAIN or --mx HOST";
	else if (settings->mx[0] == '[')
		return settings->mx;
	else
		return arena_printf(arena, "[%s]", settings->mx);
	return NULL;
}

static int
monitor_domain(const struct settings *settings)
{
	struct monitor monitor = {
		.settings = settings,
		.began = clock_monotonic_ms(),
	};
	struct arena *arena = arena_new();
	struct option_error error;
	const char *domain, *why;
	int status;

	if (arena == NULL)
		return complain("out of memory");
	domain = next_hop(settings, arena, &why);
	if (domain == NULL) {
		status = complain(why);
	} else if (!take_options(settings, &monitor.options, &error)) {
		status = complain(error.text);
	} else {
		set_alarm(&monitor);
		status = run(&monitor, domain);
		buf_finish(&monitor.out);
	}
	arena_unref(arena);
	return status;
}

int
cmd_monitor(int argc, char **argv)
{
	struct settings settings = { 0 };
	struct option_error error;
	int first, status;

	if (!options_parse(COMMAND_MONITOR, argc, argv, clock_unix(), &settings,
		&first, &error)) {
		status = complain(error.text);
	} else if (settings.help) {
		usage();
		status = tell();
	} else if (settings.version) {
		fputs("check_", stdout);
		cli_version();
		status = tell();
	} else if (first < argc) {
		status = complain("an argument belongs to no option; the "
				  "domain goes behind -H");
	} else {
		status = monitor_domain(&settings);
	}
	options_finish(&settings);
	return status;
}
