/* SPDX-License-Identifier: ISC */
/*
 * escape.so - loaded into the daemon, does on SIGUSR1 what an intruder would.
 *
 * What came of it goes to the file of ESCAPE, opened before: a line for each
 * deed, "NAME done" or "NAME ERRNO". ESCAPE_FOLDER is one that nobody named
 * to the daemon, with a file "secret" in it.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/ptrace.h>
#include <sys/wait.h>
#include <unistd.h>

static int out = -1;
static char secret[4096], made[4096];

static void
tell(const char *deed, int failed)
{
	if (failed)
		dprintf(out, "%s %d\n", deed, errno);
	else
		dprintf(out, "%s done\n", deed);
}

static int
try_exec(void)
{
	static char program[] = "/bin/true";
	char *const words[] = { program, NULL };
	pid_t pid = fork();
	int status = 0;

	if (pid == 0) {
		execv(words[0], words);
		_exit(errno);
	}
	waitpid(pid, &status, 0);
	errno = WEXITSTATUS(status);
	return errno != 0;
}

static void
escape(int number)
{
	(void)number;
	tell("exec", try_exec());
	tell("trace", ptrace(PTRACE_SEIZE, getppid(), NULL, NULL) != 0);
	tell("signal", kill(getppid(), 0) != 0);
	tell("read", open(secret, O_RDONLY | O_CLOEXEC) < 0);
	tell("make", open(made, O_CREAT | O_WRONLY | O_CLOEXEC, 0600) < 0);
	tell("remove", unlink(secret) != 0);
	tell("resolv", open("/etc/resolv.conf", O_RDONLY | O_CLOEXEC) < 0);
	tell("end", 0);
}

__attribute__((constructor)) static void
begin(void)
{
	const char *path = getenv("ESCAPE"), *folder = getenv("ESCAPE_FOLDER");

	if (path == NULL || folder == NULL)
		return;
	out = open(path, O_WRONLY | O_APPEND | O_CLOEXEC);
	snprintf(secret, sizeof(secret), "%s/secret", folder);
	snprintf(made, sizeof(made), "%s/made", folder);
	signal(SIGUSR1, escape);
}
