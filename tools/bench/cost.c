/* SPDX-License-Identifier: ISC */
/*
 * cost - runs a command and writes to a file what it cost: microseconds of
 * wall time, of CPU in user mode and in the kernel, the biggest process in
 * KiB, and the exit status (less than zero: a signal).
 *
 *	cost [-k MICROSECONDS] FILE COMMAND [ARGUMENT]...
 *
 * With -k the command has a process group of its own, which gets SIGKILL after
 * that time, all of it at once. What orphans of the command have used counts.
 *
 * It is small itself: the kernel counts what a process was before exec()
 * among its memory, so that a big one cannot measure a small one.
 */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

struct sum {
	long long user, system;
	long rss_kib;
	int status;
};

static pid_t command;

static long long
microseconds(struct timeval time)
{
	return time.tv_sec * 1000000LL + time.tv_usec;
}

static long long
now(void)
{
	struct timespec time;

	clock_gettime(CLOCK_MONOTONIC, &time);
	return time.tv_sec * 1000000LL + time.tv_nsec / 1000;
}

static void
kill_group(int signal_number)
{
	(void)signal_number;
	kill(-command, SIGKILL);
}

/* Its orphans will be ours. */
static void
arm(long long after)
{
	struct sigaction action = { .sa_handler = kill_group,
		.sa_flags = SA_RESTART };
	struct itimerval timer = { .it_value = { .tv_sec = after / 1000000,
				       .tv_usec = after % 1000000 } };

	sigaction(SIGALRM, &action, NULL);
	prctl(PR_SET_CHILD_SUBREAPER, 1);
	setitimer(ITIMER_REAL, &timer, NULL);
}

static void
wait_all(struct sum *sum)
{
	struct rusage usage;
	int status;
	pid_t pid;

	while ((pid = wait4(-1, &status, 0, &usage)) > 0) {
		sum->user += microseconds(usage.ru_utime);
		sum->system += microseconds(usage.ru_stime);
		if (usage.ru_maxrss > sum->rss_kib)
			sum->rss_kib = usage.ru_maxrss;
		if (pid == command)
			sum->status = WIFEXITED(status) ? WEXITSTATUS(status)
							: -WTERMSIG(status);
	}
}

int
main(int argc, char **argv)
{
	struct sum sum = { 0 };
	long long start = now(), after = 0;
	int option;
	FILE *file;

	while ((option = getopt(argc, argv, "+k:")) == 'k')
		after = atoll(optarg);
	argv += optind;
	if (option != -1 || argc - optind < 2 || after < 0) {
		fputs("usage: cost [-k MICROSECONDS] FILE COMMAND "
		      "[ARGUMENT]...\n",
		    stderr);
		return 64;
	}
	command = fork();
	if (command == 0) {
		prctl(PR_SET_PDEATHSIG, SIGTERM);
		if (after > 0)
			setpgid(0, 0);
		execvp(argv[1], argv + 1);
		perror(argv[1]);
		_exit(127);
	}
	if (command < 0) {
		perror("cost");
		return 71;
	}
	if (after > 0) {
		setpgid(command, command);
		arm(after);
	}
	wait_all(&sum);
	start = now() - start;
	file = fopen(argv[0], "w");
	if (file == NULL) {
		perror(argv[0]);
		return 73;
	}
	fprintf(file, "%lld %lld %lld %ld %d\n", start, sum.user, sum.system,
	    sum.rss_kib, sum.status);
	return fclose(file) != 0;
}
