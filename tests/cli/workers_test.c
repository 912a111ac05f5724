/* SPDX-License-Identifier: ISC */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <dirent.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cli/workers.h"

#define PATIENCE_MS 20000

static size_t
count_sockets(void)
{
	DIR *folder = opendir("/proc/self/fd");
	const struct dirent *entry;
	size_t n = 0;

	if (folder == NULL)
		return 0;
	while ((entry = readdir(folder)) != NULL) {
		struct stat about;

		if (fstat(atoi(entry->d_name), &about) == 0 &&
		    S_ISSOCK(about.st_mode))
			n++;
	}
	closedir(folder);
	return n;
}

/* Reads until the parent hangs up. */
static void
wait_for_parent(const struct worker_seat *seat)
{
	char byte;

	while (read(seat->fd, &byte, 1) > 0)
		continue;
}

/* What a worker finds; the number of the first thing that is wrong. */
static int
look_around(const struct worker_seat *seat, void *arg)
{
	struct rlimit limit;
	struct sigaction action;
	char mine = (char)('a' + seat->index), read_back = '\0';
	int wrong = 0;

	if (count_sockets() != *(const size_t *)arg + 1)
		wrong = 1;
	if (getrlimit(RLIMIT_NOFILE, &limit) != 0 ||
	    limit.rlim_cur != limit.rlim_max)
		wrong = 2;
	if (sigaction(SIGINT, NULL, &action) != 0 ||
	    action.sa_handler != SIG_IGN ||
	    sigaction(SIGPIPE, NULL, &action) != 0 ||
	    action.sa_handler != SIG_IGN)
		wrong = 3;
	/* To the neighbour's store, and from there. */
	if (pwrite(seat->stores[(seat->index + 1) % seat->n_stores], &mine, 1,
		(off_t)seat->index) != 1 ||
	    pread(seat->stores[(seat->index + 1) % seat->n_stores], &read_back,
		1, (off_t)seat->index) != 1 ||
	    read_back != mine)
		wrong = 4;
	if (fcntl(seat->stores[0], F_GETFD) != FD_CLOEXEC)
		wrong = 5;
	wait_for_parent(seat);
	return wrong;
}

static int
sleep_deeply(const struct worker_seat *seat, void *arg)
{
	(void)seat;
	(void)arg;

	while (pause() < 0)
		continue;
	return 0;
}

static int
die(const struct worker_seat *seat, void *arg)
{
	(void)arg;

	if (seat->index == 1)
		raise(SIGKILL);
	wait_for_parent(seat);
	return 7;
}

struct ends {
	size_t n;
	struct worker_end ends[WORKERS_MAX];
};

static void
on_end(const struct worker_end *end, void *arg)
{
	struct ends *ends = arg;

	assert_true(end->index < WORKERS_MAX);
	ends->ends[end->index] = *end;
	ends->n++;
}

static void
hang_up(const struct workers *workers)
{
	for (size_t i = 0; i < workers_count(workers); i++)
		close(workers_fds(workers)[i]);
}

static void
test_seat(void **state)
{
	size_t n_sockets = count_sockets();
	const struct workers_options options = {
		.n = 4, .run = look_around, .arg = &n_sockets
	};
	struct workers *workers = workers_start(&options);
	struct ends ends = { 0 };
	(void)state;

	assert_non_null(workers);
	assert_int_equal(workers_count(workers), 4);
	workers_reap(workers, on_end, &ends);
	assert_int_equal(ends.n, 0);
	hang_up(workers);
	workers_end(workers, PATIENCE_MS, on_end, &ends);
	assert_int_equal(ends.n, 4);
	for (size_t i = 0; i < 4; i++) {
		assert_int_equal(ends.ends[i].signal, 0);
		assert_int_equal(ends.ends[i].status, 0);
	}
}

static void
test_ends(void **state)
{
	const struct workers_options options = { .n = 2, .run = die };
	struct workers *workers = workers_start(&options);
	struct pollfd second;
	struct ends ends = { 0 };
	(void)state;

	assert_non_null(workers);
	/* The death of one is seen while the other lives. */
	second =
	    (struct pollfd) { .fd = workers_fds(workers)[1], .events = POLLIN };
	assert_int_equal(poll(&second, 1, PATIENCE_MS), 1);
	hang_up(workers);
	workers_end(workers, PATIENCE_MS, on_end, &ends);
	assert_int_equal(ends.n, 2);
	assert_int_equal(ends.ends[0].signal, 0);
	assert_int_equal(ends.ends[0].status, 7);
	assert_int_equal(ends.ends[1].signal, SIGKILL);
}

static void
test_deaf(void **state)
{
	const struct workers_options options = { .n = 2, .run = sleep_deeply };
	struct workers *workers = workers_start(&options);
	struct ends ends = { 0 };
	(void)state;

	assert_non_null(workers);
	hang_up(workers);
	workers_end(workers, 10, on_end, &ends);
	assert_int_equal(ends.n, 2);
	assert_int_equal(ends.ends[0].signal, SIGKILL);
	assert_int_equal(ends.ends[1].signal, SIGKILL);
	workers_end(NULL, 0, NULL, NULL);
}

/* Where the parent is killed its workers go, too, and what it had not written
 * yet is written by nobody. */
static void
test_orphans(void **state)
{
	const struct workers_options options = { .n = 3, .run = sleep_deeply };
	struct pollfd end;
	int life[2];
	pid_t parent;
	char byte;
	(void)state;

	assert_int_equal(pipe(life), 0);
	fflush(stdout);
	parent = fork();
	assert_true(parent >= 0);
	if (parent == 0) {
		dup2(life[1], STDOUT_FILENO);
		close(life[0]);
		close(life[1]);
		if (workers_start(&options) == NULL)
			_exit(1);
		raise(SIGKILL);
	}
	close(life[1]);
	/* As long as one of them lives its standard output is open. */
	end = (struct pollfd) { .fd = life[0], .events = POLLIN };
	assert_int_equal(poll(&end, 1, PATIENCE_MS), 1);
	assert_int_equal(read(life[0], &byte, 1), 0);
	close(life[0]);
	assert_int_equal(waitpid(parent, NULL, 0), parent);
}

/* Without a folder for them there are workers, but no stores. */
static int
has_none(const struct worker_seat *seat, void *arg)
{
	(void)arg;

	return seat->stores[0] == -1 && seat->stores[1] == -1 ? 0 : 1;
}

static void
test_no_stores(void **state)
{
	const struct workers_options options = { .n = 2, .run = has_none };
	struct workers *workers;
	struct ends ends = { 0 };
	(void)state;

	setenv("TMPDIR", "/nonexistent", 1);
	workers = workers_start(&options);
	unsetenv("TMPDIR");
	assert_non_null(workers);
	workers_end(workers, PATIENCE_MS, on_end, &ends);
	assert_int_equal(ends.n, 2);
	assert_int_equal(ends.ends[0].status + ends.ends[1].status, 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_seat),
		cmocka_unit_test(test_ends),
		cmocka_unit_test(test_deaf),
		cmocka_unit_test(test_orphans),
		cmocka_unit_test(test_no_stores),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
