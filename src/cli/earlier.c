/* SPDX-License-Identifier: ISC */
#include "cli/earlier.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cli/cli.h"
#include "scan/resume.h"

/* Written over from its beginning it would be neither old nor new. */
static bool
would_overwrite(int fd)
{
	struct stat file, out;

	return fstat(fd, &file) == 0 && fstat(STDOUT_FILENO, &out) == 0 &&
	    file.st_dev == out.st_dev && file.st_ino == out.st_ino &&
	    (fcntl(STDOUT_FILENO, F_GETFL) & O_APPEND) == 0;
}

static bool
read_all(const char *shown, int fd, struct resume *resume)
{
	char block[65536];

	for (;;) {
		ssize_t n = read(fd, block, sizeof(block));
		struct resume_state state;

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			cli_complain("%s: %s", shown, strerror(errno));
		if (n <= 0)
			return n == 0;
		if (resume_feed(resume, block, (size_t)n))
			continue;
		state = resume_state(resume);
		cli_complain(
		    "%s:%" PRIu64 ": %s", shown, state.lines + 1, state.why);
		return false;
	}
}

static bool
cut_torn(const char *shown, int fd, const struct resume_state *state)
{
	if (state->torn == 0)
		return true;
	if (!state->torn_is_ours) {
		cli_complain("%s:%" PRIu64 ": it is no report of danelaw",
		    shown, state->lines + 1);
		return false;
	}
	if (ftruncate(fd, (off_t)state->whole) != 0) {
		cli_complain("%s: its last line is torn and cannot be cut "
			     "off: %s",
		    shown, strerror(errno));
		return false;
	}
	cli_complain("%s: the last line was torn, %" PRIu64 " bytes are cut "
		     "off",
	    shown, state->torn);
	return true;
}

bool
earlier_read(
    const char *path, const char *shown, struct seen *seen, struct seen *hosts)
{
	struct resume *resume = resume_new(seen, hosts);
	struct resume_state state;
	bool done = false;
	int fd = open(path, O_RDWR | O_CLOEXEC);

	if (fd < 0 && (errno == EACCES || errno == EROFS || errno == EPERM))
		fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0 || resume == NULL) {
		cli_complain("%s: %s", shown, strerror(errno));
		goto done;
	}
	if (would_overwrite(fd)) {
		cli_complain("%s: is standard output, and would be written "
			     "over; open it by >>",
		    shown);
		goto done;
	}
	if (!read_all(shown, fd, resume))
		goto done;
	state = resume_state(resume);
	done = cut_torn(shown, fd, &state);
done:
	if (fd >= 0)
		close(fd);
	resume_free(resume);
	return done;
}
