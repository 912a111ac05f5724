/* SPDX-License-Identifier: ISC */
/*
 * A clock that does not wait: linked into a test, it stands in for libc's in
 * all of the process, libevent and libunbound with it. Where the loop would
 * sleep until its next timer, that time has passed. Our servers are on the
 * same loop, so nothing else can be on its way; a moment is left to the kernel
 * to hand packets over on a busy machine.
 */
#include <sys/epoll.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

#define MOMENT_MS 2

static long long skipped_ms;

int
clock_gettime(clockid_t clock, struct timespec *now)
{
	int result = (int)syscall(SYS_clock_gettime, clock, now);

	if (result == 0 && clock != CLOCK_PROCESS_CPUTIME_ID &&
	    clock != CLOCK_THREAD_CPUTIME_ID) {
		now->tv_sec += (time_t)(skipped_ms / 1000);
		now->tv_nsec += (long)(skipped_ms % 1000 * 1000000);
		now->tv_sec += now->tv_nsec / 1000000000;
		now->tv_nsec %= 1000000000;
	}
	return result;
}

int
gettimeofday(struct timeval *restrict now, void *restrict zone)
{
	struct timespec spec;

	(void)zone;
	clock_gettime(CLOCK_REALTIME, &spec);
	now->tv_sec = spec.tv_sec;
	now->tv_usec = (suseconds_t)(spec.tv_nsec / 1000);
	return 0;
}

time_t
time(time_t *at)
{
	struct timespec spec;

	clock_gettime(CLOCK_REALTIME, &spec);
	if (at != NULL)
		*at = spec.tv_sec;
	return spec.tv_sec;
}

int
epoll_wait(int epoll, struct epoll_event *events, int most, int timeout)
{
	int moment = timeout > MOMENT_MS ? MOMENT_MS : timeout;
	int n = epoll_pwait(epoll, events, most, moment, NULL);

	if (n == 0 && timeout > moment)
		skipped_ms += timeout - moment;
	return n;
}
