/* SPDX-License-Identifier: ISC */
/*
 * All files are made first, then each worker with its socket. Parent and
 * workers hold the two ends of a pipe that nobody writes to: it ends with the
 * last worker, which is how workers_end() waits with a limit.
 */
#include "cli/workers.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"

struct workers {
	size_t n;
	pid_t *pids; /* 0: reaped */
	int *fds, *stores;
	int store_error; /* errno of one that could not be made */
	int life;        /* reads nothing, and ends with the last worker */
};

const char *
workers_folder(void)
{
	const char *folder = getenv("TMPDIR");

	return folder == NULL || *folder == '\0' ? "/tmp" : folder;
}

/* A file without a name, or -1. */
static int
make_store(void)
{
	const char *folder = workers_folder();
	char path[4096];
	int fd;

	fd = open(folder, O_TMPFILE | O_RDWR | O_EXCL | O_CLOEXEC, 0600);
	if (fd >= 0)
		return fd;
	/* Not every file system can do that. */
	if ((size_t)snprintf(path, sizeof(path), "%s/danelaw.XXXXXX", folder) >=
	    sizeof(path)) {
		errno = ENAMETOOLONG;
		return -1;
	}
	fd = mkostemp(path, O_CLOEXEC);
	if (fd >= 0)
		unlink(path);
	return fd;
}

/* Each connection takes a descriptor, and the soft limit is often low. */
static void
raise_limit(void)
{
	struct rlimit limit;

	if (getrlimit(RLIMIT_NOFILE, &limit) != 0)
		return;
	limit.rlim_cur = limit.rlim_max;
	setrlimit(RLIMIT_NOFILE, &limit);
}

static void
ignore_signals(void)
{
	/* The last one: a store that may not grow is no reason to die. */
	static const int signals[] = { SIGINT, SIGTERM, SIGPIPE, SIGXFSZ };
	struct sigaction action = { .sa_handler = SIG_IGN };

	sigemptyset(&action.sa_mask);
	for (size_t i = 0; i < sizeof(signals) / sizeof(signals[0]); i++)
		sigaction(signals[i], &action, NULL);
}

static void
be_worker(const struct workers *workers, const struct workers_options *options,
    int fd, pid_t parent)
{
	const struct worker_seat seat = {
		.index = workers->n,
		.fd = fd,
		.stores = workers->stores,
		.n_stores = options->n,
	};

	ignore_signals();
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (getppid() != parent)
		_exit(EXIT_FAILURE);
	/* As long as these are open the others would not see the parent go. */
	for (size_t i = 0; i <= workers->n; i++)
		close(workers->fds[i]);
	close(workers->life);
	raise_limit();
	/* What stdio holds is the parent's to write. */
	_exit(options->run(&seat, options->arg));
}

static bool
start_one(struct workers *workers, const struct workers_options *options)
{
	pid_t parent = getpid(), pid;
	int ends[2];

	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0)
		return false;
	workers->fds[workers->n] = ends[0];
	pid = fork();
	if (pid == 0)
		be_worker(workers, options, ends[1], parent);
	close(ends[1]);
	if (pid < 0) {
		int why = errno;

		close(ends[0]);
		errno = why;
		return false;
	}
	workers->pids[workers->n++] = pid;
	return true;
}

static void
close_stores(struct workers *workers, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		if (workers->stores[i] >= 0)
			close(workers->stores[i]);
	}
}

static void
workers_free(struct workers *workers)
{
	free(workers->pids);
	free(workers->fds);
	free(workers->stores);
	if (workers->life >= 0)
		close(workers->life);
	free(workers);
}

struct workers *
workers_start(const struct workers_options *options)
{
	struct workers *workers = calloc(1, sizeof(*workers));
	int life[2], why;

	if (workers == NULL)
		return NULL;
	workers->life = -1;
	workers->pids = calloc(options->n, sizeof(*workers->pids));
	workers->fds = calloc(options->n, sizeof(*workers->fds));
	workers->stores = calloc(options->n, sizeof(*workers->stores));
	if (workers->pids == NULL || workers->fds == NULL ||
	    workers->stores == NULL) {
		workers_free(workers);
		errno = ENOMEM;
		return NULL;
	}
	if (pipe2(life, O_CLOEXEC) != 0) {
		why = errno;
		workers_free(workers);
		errno = why;
		return NULL;
	}
	workers->life = life[0];
	for (size_t i = 0; i < options->n; i++)
		if ((workers->stores[i] = make_store()) < 0)
			workers->store_error = errno;
	fflush(NULL);
	while (workers->n < options->n && start_one(workers, options))
		continue;
	why = errno;
	close_stores(workers, options->n);
	close(life[1]);
	if (workers->n == 0) {
		workers_free(workers);
		errno = why;
		return NULL;
	}
	return workers;
}

size_t
workers_count(const struct workers *workers)
{
	return workers->n;
}

const char *
workers_store_error(const struct workers *workers)
{
	return workers->store_error == 0 ? NULL
					 : strerror(workers->store_error);
}

const int *
workers_fds(const struct workers *workers)
{
	return workers->fds;
}

static void
reap(struct workers *workers, int flags, worker_end_fn *ended, void *arg)
{
	for (size_t i = 0; i < workers->n; i++) {
		struct worker_end end = { .index = i };
		int status;
		pid_t pid;

		if (workers->pids[i] == 0)
			continue;
		do
			pid = waitpid(workers->pids[i], &status, flags);
		while (pid < 0 && errno == EINTR);
		if (pid == 0)
			continue;
		workers->pids[i] = 0;
		if (pid < 0)
			continue;
		if (WIFSIGNALED(status))
			end.signal = WTERMSIG(status);
		else
			end.status = WEXITSTATUS(status);
		if (ended != NULL)
			ended(&end, arg);
	}
}

void
workers_reap(struct workers *workers, worker_end_fn *ended, void *arg)
{
	reap(workers, WNOHANG, ended, arg);
}

void
workers_kill(struct workers *workers, size_t index)
{
	if (index < workers->n && workers->pids[index] != 0)
		kill(workers->pids[index], SIGKILL);
}

/* False: some are still there. */
static bool
wait_for_all(const struct workers *workers, int patience_ms)
{
	struct pollfd life = { .fd = workers->life, .events = POLLIN };
	int64_t end = clock_monotonic_ms() + patience_ms;
	int64_t left = patience_ms;
	int n = -1;

	while (n < 0 && left >= 0) {
		n = poll(&life, 1, (int)left);
		if (n < 0 && errno != EINTR)
			return false;
		left = end - clock_monotonic_ms();
	}
	return n > 0;
}

void
workers_end(
    struct workers *workers, int patience_ms, worker_end_fn *ended, void *arg)
{
	if (workers == NULL)
		return;
	if (!wait_for_all(workers, patience_ms)) {
		for (size_t i = 0; i < workers->n; i++) {
			if (workers->pids[i] != 0)
				kill(workers->pids[i], SIGKILL);
		}
	}
	reap(workers, 0, ended, arg);
	workers_free(workers);
}
