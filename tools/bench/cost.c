/* SPDX-License-Identifier: ISC */
/*
 * cost - runs a command and writes to a file what it cost: microseconds of
 * wall time, of CPU in user mode and in the kernel, the biggest process in
 * KiB, and the exit status.
 *
 * It is small itself: the kernel counts what a process was before exec()
 * among its memory, so that a big one cannot measure a small one.
 */
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

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

int
main(int argc, char **argv)
{
	struct rusage usage;
	long long start = now();
	int status;
	FILE *file;
	pid_t pid;

	if (argc < 3) {
		fputs("usage: cost FILE COMMAND [ARGUMENT]...\n", stderr);
		return 64;
	}
	pid = fork();
	if (pid == 0) {
		execvp(argv[2], argv + 2);
		perror(argv[2]);
		_exit(127);
	}
	if (pid < 0 || wait4(pid, &status, 0, &usage) != pid) {
		perror("cost");
		return 71;
	}
	start = now() - start;
	file = fopen(argv[1], "w");
	if (file == NULL) {
		perror(argv[1]);
		return 73;
	}
	fprintf(file, "%lld %lld %lld %ld %d\n", start,
	    microseconds(usage.ru_utime), microseconds(usage.ru_stime),
	    usage.ru_maxrss,
	    WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status));
	return fclose(file) != 0;
}
