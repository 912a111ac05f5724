/* SPDX-License-Identifier: ISC */
/*
 * The daemon: sockets are opened, the engine is made, systemd is told, and
 * then the loop runs until it is broken.
 *
 *	SIGHUP		reads the options again and makes a new engine; where
 *			they make no sense the old ones stay
 *	SIGTERM, SIGINT	running -> stopping: no new connection, no new check.
 *			Ends when nobody waits for an answer any more, at the
 *			end of the grace time in any case; a second one ends
 *			it at once
 *
 * Which sockets there are is settled at the start.
 */
#include <event2/event.h>
#include <malloc.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "cli/cli.h"
#include "cli/memory.h"
#include "cli/notify.h"
#include "cli/sandbox.h"
#include "cli/serve_settings.h"
#include "serve/http.h"
#include "serve/listen.h"
#include "serve/maps.h"
#include "serve/stats.h"
#include "serve/watch.h"

#define DEFAULT_LISTEN "127.0.0.1:9899"
#define DEFAULT_CLIENTS 512
#define DEFAULT_GRACE 10
#define DEFAULT_IDLE 30
/* For what has been refused at the end of the grace time to be sent. */
#define LAST_WORDS_MS 1000
#define LOOK_MS 50
/* A resolver that works is tested by then. */
#define START_MS 7000
#define START_LOOK_MS 5
#define WEIGH_S 5
#define SHARE_MS 60000
#define DEFAULT_INTERVAL 300
#define WATCH_AT_ONCE 16
#define MAX_OPENED 64
/* Known at a time. */
#define MAX_DOMAINS 10000
#define MAX_LISTS 64 /* whose folders may be read later */
#define LEAST_LIFE_MS 60000
#define MOST_LIFE_MS 3600000
#define FAILED_LIFE_MS 30000
/* Postfix keeps connections for a while, and waits 100 s for an answer. */
#define MAP_IDLE_MS 600000
#define MAP_FRAME_MS 10000
#define DEFAULT_PATIENCE 2
/* It asks again for what it put off after 4000 s at the most. */
#define MAP_BEFORE_MS 7200000

struct daemon {
	int argc;
	char **argv;
	struct serve_settings *settings;
	struct danelaw_config config;
	struct danelaw_request request;
	struct event_base *base;
	struct server *server;
	struct http *http;
	struct maps *maps;
	struct watch *watch;
	struct event *on_term, *on_int, *on_hup, *watchdog, *look, *start;
	struct event *weigh;
	int64_t ready_at; /* at the latest */
	unsigned memory;  /* MiB */
	int memory_fd;
	int64_t refuse_at, end_at; /* once it is stopping */
	bool stopping, refused;
	char *opened[MAX_OPENED]; /* addresses of sockets, to be cleared */
	size_t n_opened;
};

static void
usage(void)
{
	fputs("Usage: danelaw serve [OPTION]...\n\n"
	      "Answers over HTTP whether mail to a domain would be delivered "
	      "under DANE: for\nPrometheus (/probe?target=DOMAIN, /metrics) "
	      "and for programs\n(/check?domain=DOMAIN, JSON). Answers Postfix "
	      "as a socketmap for\nsmtp_tls_policy_maps. Results are kept as "
	      "long as the DNS allows.\n",
	    stdout);
	options_usage(COMMAND_SERVE, stdout);
	fputs("\nExit status: 0 ended by a signal, 64 wrong usage, 70 own "
	      "failure.\n",
	    stdout);
}

static void
log_line(const char *line, void *arg)
{
	cli_complain("%s", line);
}

/* What libevent has to say is of no use to anybody but us. */
static void
log_event(int severity, const char *line)
{
	if (severity >= EVENT_LOG_WARN)
		cli_complain("libevent: %s", line);
}

static void
metrics(void *arg, struct buf *out)
{
	const struct daemon *daemon = arg;

	watch_metrics(daemon->watch, out);
	stats_metrics(daemon->server, daemon->http, daemon->maps, out);
}

static void
take_settings(struct daemon *daemon, struct serve_settings *settings)
{
	daemon->settings = settings;
	daemon->config = (struct danelaw_config) {
		.share_ms = SHARE_MS,
		.watch_health = true,
	};
	cli_config(&settings->options, &daemon->config);
	daemon->memory = settings->options.memory == 0
	    ? MEMORY_USUAL
	    : (unsigned)settings->options.memory;
	daemon->config.dns_memory = memory_share(daemon->memory).dns;
	daemon->request = (struct danelaw_request) { 0 };
	cli_request(&settings->options, &daemon->request);
	cli_request_of_many(&daemon->request);
	daemon->config.public_dns = !settings->options.allow_private;
	daemon->request.public_only = !settings->options.allow_private;
	daemon->request.others_only = !settings->options.allow_private;
	daemon->request.all_certs = settings->options.certs != NULL &&
	    strcmp(settings->options.certs, "all") == 0;
}

static bool
watch_domains(struct daemon *daemon)
{
	const struct serve_settings *settings = daemon->settings;
	long interval = settings->options.interval;
	const struct watch_options options = {
		.base = daemon->base,
		.server = daemon->server,
		.interval_ms =
		    (interval == 0 ? DEFAULT_INTERVAL : interval) * 1000,
		.at_once = WATCH_AT_ONCE,
	};
	size_t n = settings->n_domains;
	struct server_target *targets = calloc(n + 1, sizeof(*targets));

	for (size_t i = 0; targets != NULL && i < n; i++)
		targets[i] = (struct server_target) {
			.domain = settings->domains[i].domain,
			.is_address = settings->domains[i].is_address,
			.port = settings->domains[i].port,
		};
	watch_free(daemon->watch);
	daemon->watch =
	    targets == NULL ? NULL : watch_new(&options, targets, n);
	free(targets);
	if (daemon->watch == NULL)
		cli_complain("out of memory");
	return daemon->watch != NULL;
}

static void
set_map(struct daemon *daemon)
{
	const struct settings *options = &daemon->settings->options;
	enum postfix_level level = POSTFIX_LEVEL_MAY;

	if (options->level != NULL)
		postfix_level(options->level, &level);
	maps_use(daemon->maps, level,
	    (options->patience == 0 ? DEFAULT_PATIENCE : options->patience) *
		1000);
}

/* An engine with these settings, and the domains they name. */
static int
use_settings(struct daemon *daemon, struct serve_settings *settings)
{
	const struct server_setup setup = {
		.config = &daemon->config,
		.request = &daemon->request,
	};
	const char *why;
	bool keep = serve_settings_alike(daemon->settings, settings);
	enum danelaw_err err;

	take_settings(daemon, settings);
	http_names(daemon->http, settings->options.http_hosts.texts,
	    settings->options.http_hosts.n);
	set_map(daemon);
	err = server_use(daemon->server, &setup, keep, &why);
	if (err == DANELAW_OK)
		return watch_domains(daemon) ? EXIT_SUCCESS : EXIT_OWN_FAILURE;
	cli_complain("%s", why);
	return cli_status(err);
}

static void
on_term(evutil_socket_t fd, short what, void *arg)
{
	struct daemon *daemon = arg;
	long grace = daemon->settings->options.grace;
	const struct timeval every = { .tv_usec = LOOK_MS * 1000 };

	if (daemon->stopping) {
		event_base_loopbreak(daemon->base);
		return;
	}
	cli_complain("ending");
	notify_stopping();
	daemon->stopping = true;
	daemon->refuse_at =
	    clock_monotonic_ms() + (grace == 0 ? DEFAULT_GRACE : grace) * 1000;
	daemon->end_at = daemon->refuse_at + LAST_WORDS_MS;
	server_stop(daemon->server);
	http_stop(daemon->http);
	maps_stop(daemon->maps);
	event_add(daemon->look, &every);
}

/* Is all said that is to be said? */
static void
look(evutil_socket_t fd, short what, void *arg)
{
	struct daemon *daemon = arg;
	int64_t now = clock_monotonic_ms();

	if (!daemon->refused && now >= daemon->refuse_at) {
		server_refuse(daemon->server, "the server is ending");
		daemon->refused = true;
	}
	if ((!http_busy(daemon->http) && !maps_busy(daemon->maps)) ||
	    now >= daemon->end_at)
		event_base_loopbreak(daemon->base);
}

/*
 * The engine is made only after the one before it has ended; where that
 * fails, one as it was before is made again.
 */
static void
on_hup(evutil_socket_t fd, short what, void *arg)
{
	struct daemon *daemon = arg;
	struct serve_settings *before = daemon->settings, *settings;
	struct option_error error;

	if (daemon->stopping)
		return;
	notify_reloading();
	settings = serve_settings_read(
	    daemon->argc, daemon->argv, clock_unix(), &error);
	if (settings == NULL) {
		cli_complain("%s; all stays as it was", error.text);
	} else if (use_settings(daemon, settings) == EXIT_SUCCESS) {
		serve_settings_free(before);
		cli_complain("options read again");
	} else if (use_settings(daemon, before) == EXIT_SUCCESS) {
		serve_settings_free(settings);
		cli_complain("all stays as it was");
	} else {
		serve_settings_free(settings);
		cli_complain("nothing can be checked until a further SIGHUP");
	}
	notify_ready("running");
}

/* What is kept is the first that can be spared. */
static void
on_weigh(evutil_socket_t fd, short what, void *arg)
{
	struct daemon *daemon = arg;
	unsigned used = memory_used(daemon->memory_fd);

	if (!memory_is_short(used, daemon->memory))
		return;
	cli_complain("%u MiB in use: what was kept is given up", used);
	server_shed(daemon->server);
	malloc_trim(0);
}

static void
on_watchdog(evutil_socket_t fd, short what, void *arg)
{
	notify_watchdog();
}

static bool
serve_socket(struct daemon *daemon, int fd, bool is_map, const char *where)
{
	bool taken = is_map ? maps_listen(daemon->maps, fd)
			    : http_listen(daemon->http, fd);

	if (taken)
		cli_complain("%s at %s",
		    is_map ? "listening to Postfix" : "listening to HTTP",
		    where);
	else
		cli_complain("%s: out of memory", where);
	return taken;
}

static bool
open_socket(struct daemon *daemon, bool is_map, const char *where)
{
	char why[LISTEN_WHY_MAX];
	int fd = listen_open(where, why);

	if (fd >= 0) {
		if (daemon->n_opened < MAX_OPENED)
			daemon->opened[daemon->n_opened++] = strdup(where);
		return serve_socket(daemon, fd, is_map, where);
	}
	cli_complain(
	    "%s \"%s\": %s", is_map ? "socketmap" : "listen", where, why);
	return false;
}

static bool
open_list(struct daemon *daemon, bool is_map, const struct text_list *addresses)
{
	for (size_t i = 0; i < addresses->n; i++) {
		if (!open_socket(daemon, is_map, addresses->texts[i]))
			return false;
	}
	return true;
}

/* Those of systemd come in the place of the default. */
static bool
open_sockets(struct daemon *daemon)
{
	const struct settings *options = &daemon->settings->options;
	struct notify_fd fds[NOTIFY_FDS_MAX];
	size_t n = notify_take_fds(fds);

	for (size_t i = 0; i < n; i++) {
		bool is_map = strcmp(fds[i].name, "socketmap") == 0;

		if (!serve_socket(daemon, fds[i].fd, is_map,
			"a socket that systemd opened"))
			return false;
	}
	if (n == 0 && options->listens.n == 0 &&
	    !open_socket(daemon, false, DEFAULT_LISTEN))
		return false;
	return open_list(daemon, false, &options->listens) &&
	    open_list(daemon, true, &options->socketmaps);
}

/*
 * Nothing is given up that SIGHUP would want: of a file that is named later
 * and lies elsewhere it is said that it cannot be read.
 */
static void
confine(const struct daemon *daemon)
{
	const struct settings *options = &daemon->settings->options;
	const char *files[16 + MAX_LISTS] = { options->config_file,
		options->trust_anchor, options->root_hints, options->cert,
		options->key, options->cafile, options->capath,
		options->resolv_conf, getenv("SSL_CERT_FILE"),
		getenv("SSL_CERT_DIR") };
	const char *sockets[MAX_OPENED];
	size_t n_files = 16, n_sockets = 0;
	const char *lack;

	for (size_t i = 0; i < options->domain_files.n && i < MAX_LISTS; i++)
		files[n_files++] = options->domain_files.texts[i];
	for (size_t i = 0; i < daemon->n_opened; i++) {
		const char *path = daemon->opened[i] == NULL
		    ? NULL
		    : listen_path(daemon->opened[i]);

		if (path != NULL)
			sockets[n_sockets++] = path;
	}
	lack = sandbox_enter(files, n_files, sockets, n_sockets);
	if (lack != NULL)
		cli_complain("not confined: %s", lack);
}

static struct event *
add_event(struct daemon *daemon, int fd, short what, event_callback_fn fn)
{
	return event_new(daemon->base, fd, what | EV_PERSIST, fn, daemon);
}

/* Ready: /healthz can tell, one way or the other, if it will soon. */
static void
start(evutil_socket_t fd, short what, void *arg)
{
	struct daemon *daemon = arg;

	if (!server_look(daemon->server) &&
	    clock_monotonic_ms() < daemon->ready_at)
		return;
	evtimer_del(daemon->start);
	if (!daemon->stopping)
		notify_ready("running");
}

static bool
await_health(struct daemon *daemon)
{
	const struct timeval every = { .tv_usec = START_LOOK_MS * 1000 };

	daemon->ready_at = clock_monotonic_ms() + START_MS;
	return event_add(daemon->start, &every) == 0;
}

static bool
make_events(struct daemon *daemon)
{
	static const struct timeval weigh_every = { WEIGH_S, 0 };
	int64_t watchdog_ms = notify_watchdog_ms();
	const struct timeval every = {
		.tv_sec = watchdog_ms / 1000,
		.tv_usec = watchdog_ms % 1000 * 1000,
	};

	daemon->on_term = add_event(daemon, SIGTERM, EV_SIGNAL, on_term);
	daemon->on_int = add_event(daemon, SIGINT, EV_SIGNAL, on_term);
	daemon->on_hup = add_event(daemon, SIGHUP, EV_SIGNAL, on_hup);
	daemon->look = add_event(daemon, -1, 0, look);
	daemon->watchdog = add_event(daemon, -1, 0, on_watchdog);
	daemon->start = add_event(daemon, -1, 0, start);
	daemon->weigh = add_event(daemon, -1, 0, on_weigh);
	return daemon->on_term != NULL && daemon->on_int != NULL &&
	    daemon->on_hup != NULL && daemon->look != NULL &&
	    daemon->watchdog != NULL && daemon->start != NULL &&
	    daemon->weigh != NULL &&
	    event_add(daemon->weigh, &weigh_every) == 0 &&
	    event_add(daemon->on_term, NULL) == 0 &&
	    event_add(daemon->on_int, NULL) == 0 &&
	    event_add(daemon->on_hup, NULL) == 0 &&
	    (watchdog_ms == 0 || event_add(daemon->watchdog, &every) == 0);
}

static bool
make_parts(struct daemon *daemon)
{
	long clients = daemon->settings->options.max_clients;
	long idle = daemon->settings->options.idle;
	size_t connections = clients == 0 ? DEFAULT_CLIENTS : (size_t)clients;
	const struct memory_shares shares = memory_share(daemon->memory);
	const struct server_options server = {
		.base = daemon->base,
		.cache = { .entries = MAX_DOMAINS,
		    .bytes = shares.results,
		    .checks = shares.checks },
		.life = { .least = LEAST_LIFE_MS,
		    .most = MOST_LIFE_MS,
		    .failed = FAILED_LIFE_MS },
		.clients =
		    clients_limits(connections, shares.checks, WATCH_AT_ONCE),
		.log_checks = daemon->settings->options.verbose > 0,
		.log = log_line,
	};
	struct http_options http = {
		.base = daemon->base,
		.connections = connections,
		.idle_ms = (idle == 0 ? DEFAULT_IDLE : idle) * 1000,
		.metrics = metrics,
		.metrics_arg = daemon,
	};
	struct maps_options maps = {
		.base = daemon->base,
		.connections = connections,
		.idle_ms = MAP_IDLE_MS,
		.frame_ms = MAP_FRAME_MS,
		.before_ms = MAP_BEFORE_MS,
	};

	daemon->server = server_new(&server);
	http.server = daemon->server;
	maps.server = daemon->server;
	if (daemon->server != NULL)
		daemon->http = http_new(&http);
	if (daemon->http != NULL)
		daemon->maps = maps_new(&maps);
	if (daemon->maps != NULL && make_events(daemon))
		return true;
	cli_complain("out of memory");
	return false;
}

static void
finish(struct daemon *daemon)
{
	struct event *events[] = { daemon->on_term, daemon->on_int,
		daemon->on_hup, daemon->look, daemon->watchdog, daemon->start,
		daemon->weigh };

	maps_free(daemon->maps);
	http_free(daemon->http);
	watch_free(daemon->watch);
	server_free(daemon->server);
	for (size_t i = 0; i < sizeof(events) / sizeof(events[0]); i++) {
		if (events[i] != NULL)
			event_free(events[i]);
	}
	if (daemon->base != NULL)
		event_base_free(daemon->base);
	for (size_t i = 0; i < daemon->n_opened; i++) {
		if (daemon->opened[i] != NULL)
			listen_remove(daemon->opened[i]);
		free(daemon->opened[i]);
	}
	if (daemon->memory_fd >= 0)
		close(daemon->memory_fd);
	serve_settings_free(daemon->settings);
}

static int
run(struct daemon *daemon)
{
	int status;

	event_set_log_callback(log_event);
	daemon->base = event_base_new();
	if (daemon->base == NULL) {
		cli_complain("out of memory");
		return EXIT_OWN_FAILURE;
	}
	if (!make_parts(daemon))
		return EXIT_OWN_FAILURE;
	status = use_settings(daemon, daemon->settings);
	if (status != EXIT_SUCCESS)
		return status;
	if (!open_sockets(daemon) || !await_health(daemon))
		return EXIT_OWN_FAILURE;
	confine(daemon);
	if (event_base_dispatch(daemon->base) < 0) {
		cli_complain("the event loop failed");
		return EXIT_OWN_FAILURE;
	}
	cli_complain("ended");
	return EXIT_SUCCESS;
}

int
cmd_serve(int argc, char **argv)
{
	struct daemon daemon = {
		.argc = argc, .argv = argv, .memory_fd = memory_open()
	};
	struct serve_settings *settings;
	struct option_error error;
	int status;

	settings = serve_settings_read(argc, argv, clock_unix(), &error);
	if (settings == NULL) {
		cli_complain("%s", error.text);
		return EXIT_WRONG_USAGE;
	}
	take_settings(&daemon, settings);
	if (settings->options.help || settings->options.version) {
		if (settings->options.help)
			usage();
		else
			cli_version();
		status = cli_flush() ? EXIT_SUCCESS : EXIT_OWN_FAILURE;
	} else {
		status = run(&daemon);
	}
	finish(&daemon);
	return status;
}
