/* SPDX-License-Identifier: ISC */
#include "cli/sink.h"

#include <errno.h>
#include <poll.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

/* Others may have a pipe set to non-blocking behind our back. */
static bool
may_go_on(int fd)
{
	struct pollfd ready = { .fd = fd, .events = POLLOUT };

	if (errno == EINTR)
		return true;
	return (errno == EAGAIN || errno == EWOULDBLOCK) &&
	    (poll(&ready, 1, -1) >= 0 || errno == EINTR);
}

/*
 * Only what stands at the end, as it does unless somebody else has written
 * to the same file meanwhile.
 */
static void
take_back(int fd, size_t len)
{
	int why = errno;
	off_t end = lseek(fd, 0, SEEK_CUR);
	struct stat file;

	if (end >= (off_t)len && fstat(fd, &file) == 0 &&
	    S_ISREG(file.st_mode) && file.st_size == end &&
	    ftruncate(fd, end - (off_t)len) == 0)
		lseek(fd, end - (off_t)len, SEEK_SET);
	errno = why;
}

bool
sink_write(int fd, const char *line, size_t len)
{
	static const char newline = '\n';
	size_t written = 0;

	while (written < len + 1) {
		struct iovec parts[] = {
			{ .iov_base =
				(char *)line + (written < len ? written : len),
			    .iov_len = written < len ? len - written : 0 },
			{ .iov_base = (char *)&newline, .iov_len = 1 },
		};
		ssize_t n = writev(fd, parts, 2);

		if (n < 0 && may_go_on(fd))
			continue;
		if (n < 0) {
			if (written > 0)
				take_back(fd, written);
			return false;
		}
		written += (size_t)n;
	}
	return true;
}
