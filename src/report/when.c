/* SPDX-License-Identifier: ISC */
#include "report/when.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

bool
when_format(int64_t unix_time, char out[static WHEN_ROOM])
{
	time_t when = (time_t)unix_time;
	struct tm tm;

	if (gmtime_r(&when, &tm) == NULL || tm.tm_year < -1900 ||
	    tm.tm_year > 9999 - 1900)
		return false;
	/* "%Y" has no leading zeros in years that a certificate may claim. */
	snprintf(out, WHEN_ROOM, "%04u-%02u-%02uT%02u:%02u:%02uZ",
	    (unsigned)(tm.tm_year + 1900) % 10000, (unsigned)(tm.tm_mon + 1),
	    (unsigned)tm.tm_mday, (unsigned)tm.tm_hour, (unsigned)tm.tm_min,
	    (unsigned)tm.tm_sec);
	return true;
}

void
when_between(int64_t a, int64_t b, char out[static WHEN_DAYS_ROOM])
{
	enum { HOUR = 3600, DAY = 86400 };
	/* Unsigned: the difference of two peers' dates may be any. */
	uint64_t seconds =
	    a < b ? (uint64_t)b - (uint64_t)a : (uint64_t)a - (uint64_t)b;
	uint64_t count = seconds >= DAY ? seconds / DAY : seconds / HOUR;

	if (seconds < HOUR) {
		strcpy(out, "less than an hour");
		return;
	}
	snprintf(out, WHEN_DAYS_ROOM, "%llu %s%s", (unsigned long long)count,
	    seconds >= DAY ? "day" : "hour", count == 1 ? "" : "s");
}
