/* SPDX-License-Identifier: ISC */
#include "cli/memory.h"

#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#define MIB (1024UL * 1024)
#define MOST_CHECKS 500

struct memory_shares
memory_share(unsigned mib)
{
	/* One with twenty addresses of long chains takes less than 400 KiB. */
	size_t checks = (size_t)mib;

	return (struct memory_shares) {
		.dns = mib / 2,
		.results = mib / 8 * MIB,
		.checks = checks > MOST_CHECKS ? MOST_CHECKS : checks,
	};
}

int
memory_open(void)
{
	return open("/proc/self/statm", O_RDONLY | O_CLOEXEC);
}

/* "SIZE RESIDENT SHARED ...", in pages. */
unsigned
memory_used(int fd)
{
	long page = sysconf(_SC_PAGESIZE);
	char text[128], *end;
	ssize_t len = fd < 0 ? -1 : pread(fd, text, sizeof(text) - 1, 0);
	unsigned long pages;

	if (len <= 0 || page <= 0)
		return 0;
	text[len] = '\0';
	strtoul(text, &end, 10);
	pages = strtoul(end, NULL, 10);
	return (unsigned)(pages / (MIB / (unsigned long)page));
}

bool
memory_is_short(unsigned used, unsigned mib)
{
	return used > mib - mib / 16;
}
