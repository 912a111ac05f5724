/* SPDX-License-Identifier: ISC */
#include "cli/notify.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#define FIRST_FD 3

static void
notify(const char *text)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	const char *path = getenv("NOTIFY_SOCKET");
	size_t len = path == NULL ? 0 : strlen(path);
	int fd;

	if (len < 2 || len >= sizeof(address.sun_path) ||
	    (path[0] != '/' && path[0] != '@'))
		return;
	memcpy(address.sun_path, path, len);
	if (path[0] == '@') /* an abstract name begins with NUL */
		address.sun_path[0] = '\0';
	fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd < 0)
		return;
	(void)sendto(fd, text, strlen(text), MSG_NOSIGNAL,
	    (const struct sockaddr *)&address,
	    (socklen_t)(offsetof(struct sockaddr_un, sun_path) + len));
	close(fd);
}

void
notify_ready(const char *status)
{
	char text[300];

	snprintf(text, sizeof(text), "READY=1\nSTATUS=%s", status);
	notify(text);
}

/* The time lets systemd tell the READY=1 that ends it from an older one. */
void
notify_reloading(void)
{
	char text[80];
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	snprintf(text, sizeof(text), "RELOADING=1\nMONOTONIC_USEC=%lld",
	    (long long)now.tv_sec * 1000000 + now.tv_nsec / 1000);
	notify(text);
}

void
notify_stopping(void)
{
	notify("STOPPING=1");
}

void
notify_watchdog(void)
{
	notify("WATCHDOG=1");
}

static long long
number(const char *name)
{
	const char *text = getenv(name);
	char *end;
	long long value;

	if (text == NULL || *text == '\0')
		return -1;
	value = strtoll(text, &end, 10);
	return *end == '\0' ? value : -1;
}

/* Twice in the time that is allowed, as sd_watchdog_enabled(3) has it. */
int64_t
notify_watchdog_ms(void)
{
	long long usec = number("WATCHDOG_USEC"), pid = number("WATCHDOG_PID");

	if (usec < 2000 || (pid >= 0 && pid != getpid()))
		return 0;
	return usec / 1000 / 2;
}

size_t
notify_take_fds(struct notify_fd fds[static NOTIFY_FDS_MAX])
{
	long long n = number("LISTEN_FDS");
	const char *names = getenv("LISTEN_FDNAMES");
	size_t taken = 0;

	if (number("LISTEN_PID") != getpid() || n <= 0)
		return 0;
	for (; taken < NOTIFY_FDS_MAX && (long long)taken < n; taken++) {
		size_t len = names == NULL ? 0 : strcspn(names, ":");

		fds[taken].fd = FIRST_FD + (int)taken;
		fcntl(fds[taken].fd, F_SETFD, FD_CLOEXEC);
		fcntl(fds[taken].fd, F_SETFL,
		    fcntl(fds[taken].fd, F_GETFL) | O_NONBLOCK);
		snprintf(fds[taken].name, sizeof(fds[taken].name), "%.*s",
		    (int)len, names == NULL ? "" : names);
		if (names != NULL)
			names += len + (names[len] == ':');
	}
	return taken;
}
