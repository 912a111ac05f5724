/* SPDX-License-Identifier: ISC */
#include "cli/caught.h"

#include <errno.h>
#include <signal.h>
#include <stdint.h>
#include <sys/eventfd.h>
#include <unistd.h>

enum { STATUS_OF_SIGNAL = 128 };

static volatile sig_atomic_t first;
static int told = -1;

static void catch (int number)
{
	const uint64_t one = 1;
	int why = errno;

	if (first != 0)
		_exit(STATUS_OF_SIGNAL + number);
	first = number;
	if (write(told, &one, sizeof(one)) < 0)
		_exit(STATUS_OF_SIGNAL + number);
	errno = why;
}

int
caught_open(void)
{
	struct sigaction action = { .sa_handler = catch };

	sigemptyset(&action.sa_mask);
	told = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	if (told < 0 || sigaction(SIGINT, &action, NULL) != 0 ||
	    sigaction(SIGTERM, &action, NULL) != 0)
		return -1;
	return told;
}

int
caught_signal(void)
{
	return first;
}
