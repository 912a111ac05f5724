/* SPDX-License-Identifier: ISC */
/*
 * fakesmtpd - a mail server that does what a script says, for tests and
 * for the benchmark. One process, one loop, any number of listeners; with
 * --workers, several processes that share the listeners and the counters.
 *
 * usage.h documents options, script and count file.
 */
#include <errno.h>
#include <getopt.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <sysexits.h>
#include <unistd.h>

#include "server.h"
#include "usage.h"

#define MAX_WORKERS 64

struct daemon {
	const char *config_path, *count_file;
	uint16_t port;
	int ready_fd;
	size_t workers;              /* wanted, this process included */
	pid_t children[MAX_WORKERS]; /* of the first process */
	size_t n_children;
	bool is_child;
	struct config config;
	struct server server;
	struct event_base *base;
	struct event *signals[3];
};

/* To whoever waits; a reader that sleeps does not hold us up. */
static void
say(const struct daemon *daemon, const char *text)
{
	struct pollfd poll_fd = { .fd = daemon->ready_fd, .events = POLLOUT };

	if (poll(&poll_fd, 1, 0) == 1)
		(void)!write(daemon->ready_fd, text, strlen(text));
}

static void
count(struct daemon *daemon)
{
	if (daemon->count_file != NULL &&
	    !server_count(&daemon->server, daemon->count_file))
		fprintf(stderr, "fakesmtpd: %s: cannot write\n",
		    daemon->count_file);
}

static void
on_signal(evutil_socket_t number, short what, void *arg)
{
	struct daemon *daemon = arg;

	(void)what;
	if (number == SIGUSR1) {
		if (daemon->is_child)
			return;
		count(daemon);
		say(daemon, "counted\n");
	} else {
		event_base_loopbreak(daemon->base);
	}
}

static bool
watch_signals(struct daemon *daemon)
{
	static const int numbers[] = { SIGTERM, SIGINT, SIGUSR1 };

	signal(SIGPIPE, SIG_IGN);
	for (size_t i = 0; i < 3; i++) {
		daemon->signals[i] =
		    evsignal_new(daemon->base, numbers[i], on_signal, daemon);
		if (daemon->signals[i] == NULL ||
		    event_add(daemon->signals[i], NULL) != 0)
			return false;
	}
	return true;
}

/* Ports the kernel chose first, then "ready". */
static void
announce(const struct daemon *daemon)
{
	char line[128];

	for (size_t i = 0; i < daemon->server.n_listeners; i++) {
		const struct listener *listener = &daemon->server.listeners[i];
		uint16_t asked = listener->script->has_port
		    ? listener->script->port
		    : daemon->port;

		if (asked != 0)
			continue;
		snprintf(line, sizeof(line), "port %s %u\n", listener->address,
		    listener->port);
		say(daemon, line);
	}
	say(daemon, "ready\n");
}

/* Before there is an event base: epoll does not survive a fork. */
static bool
fork_workers(struct daemon *daemon)
{
	pid_t parent = getpid();

	while (daemon->n_children + 1 < daemon->workers) {
		pid_t pid = fork();

		if (pid < 0)
			return false;
		if (pid > 0) {
			daemon->children[daemon->n_children++] = pid;
			continue;
		}
		daemon->n_children = 0;
		daemon->is_child = true;
		prctl(PR_SET_PDEATHSIG, SIGTERM);
		return getppid() == parent;
	}
	return true;
}

static void
end_workers(struct daemon *daemon)
{
	for (size_t i = 0; i < daemon->n_children; i++)
		kill(daemon->children[i], SIGTERM);
	while (daemon->n_children > 0)
		waitpid(daemon->children[--daemon->n_children], NULL, 0);
}

static int
serve(struct daemon *daemon)
{
	daemon->base = event_base_new();
	if (daemon->base == NULL || !watch_signals(daemon) ||
	    !server_start(&daemon->server, daemon->base)) {
		fprintf(stderr, "fakesmtpd: cannot start\n");
		return EX_OSERR;
	}
	if (!daemon->is_child)
		announce(daemon);
	event_base_dispatch(daemon->base);
	end_workers(daemon);
	if (!daemon->is_child)
		count(daemon);
	return 0;
}

static int
run(struct daemon *daemon, struct arena *arena)
{
	int status = EX_OSERR;
	const char *why;

	if (!config_load(arena, daemon->config_path, &daemon->config, &why)) {
		fprintf(
		    stderr, "fakesmtpd: %s: %s\n", daemon->config_path, why);
		return EX_USAGE;
	}
	if (!server_open(
		arena, &daemon->config, daemon->port, &daemon->server, &why))
		fprintf(
		    stderr, "fakesmtpd: %s: %s\n", daemon->config_path, why);
	else if (!fork_workers(daemon))
		fprintf(stderr, "fakesmtpd: fork: %s\n", strerror(errno));
	else
		status = serve(daemon);
	end_workers(daemon);
	server_finish(&daemon->server);
	for (size_t i = 0; i < 3; i++) {
		if (daemon->signals[i] != NULL)
			event_free(daemon->signals[i]);
	}
	if (daemon->base != NULL)
		event_base_free(daemon->base);
	config_finish(&daemon->config);
	return status;
}

static void
raise_descriptors(void)
{
	struct rlimit limit;

	if (getrlimit(RLIMIT_NOFILE, &limit) == 0) {
		limit.rlim_cur = limit.rlim_max;
		setrlimit(RLIMIT_NOFILE, &limit);
	}
}

static bool
read_number(const char *text, unsigned long max, unsigned long *number)
{
	char *end;

	errno = 0;
	*number = strtoul(text, &end, 10);
	return errno == 0 && end != text && *end == '\0' && *text != '-' &&
	    *number <= max;
}

/* -1: go on; else the exit status. */
static int
read_options(int argc, char **argv, struct daemon *daemon)
{
	static const struct option options[] = {
		{ "port", required_argument, NULL, 'p' },
		{ "ready-fd", required_argument, NULL, 'r' },
		{ "count-file", required_argument, NULL, 'c' },
		{ "workers", required_argument, NULL, 'w' },
		{ "die-with-parent", no_argument, NULL, 'd' },
		{ "help", no_argument, NULL, 'h' },
		{ 0 },
	};
	pid_t parent = getppid();
	unsigned long number = 0;
	int c;

	while ((c = getopt_long(argc, argv, "h", options, NULL)) != -1) {
		switch (c) {
		case 'p':
			if (!read_number(optarg, 65535, &number))
				goto misused;
			daemon->port = (uint16_t)number;
			break;
		case 'r':
			if (!read_number(optarg, 1 << 20, &number))
				goto misused;
			daemon->ready_fd = (int)number;
			break;
		case 'c':
			daemon->count_file = optarg;
			break;
		case 'w':
			if (!read_number(optarg, MAX_WORKERS, &number) ||
			    number == 0)
				goto misused;
			daemon->workers = number;
			break;
		case 'd':
			prctl(PR_SET_PDEATHSIG, SIGTERM);
			if (getppid() != parent)
				return 0;
			break;
		case 'h':
			printf(
			    "%s%s%s", usage_short, usage_options, usage_script);
			return 0;
		default:
			goto misused;
		}
	}
	if (argc - optind == 1) {
		daemon->config_path = argv[optind];
		return -1;
	}
misused:
	fputs(usage_short, stderr);
	return EX_USAGE;
}

int
main(int argc, char **argv)
{
	struct daemon daemon = {
		.port = 25, .ready_fd = STDOUT_FILENO, .workers = 1
	};
	int status = read_options(argc, argv, &daemon);
	struct arena *arena;

	if (status >= 0)
		return status;
	raise_descriptors();
	/* The system's openssl.cnf has no say here. */
	OPENSSL_init_ssl(OPENSSL_INIT_NO_LOAD_CONFIG, NULL);
	arena = arena_new();
	if (arena == NULL)
		return EX_OSERR;
	status = run(&daemon, arena);
	arena_unref(arena);
	return status;
}
