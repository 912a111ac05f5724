/* SPDX-License-Identifier: ISC */
/* What tools/check-pure must find: one breach of each kind. */
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>

#include "base/clock.h"

long impure_all(const char *text);

long
impure_all(const char *text)
{
	static long calls;

	calls += (long)time(NULL) + (long)clock_monotonic_ms();
	calls += socket(AF_INET, SOCK_STREAM, 0) + puts(text);
	return calls + (long)strlen(text);
}
