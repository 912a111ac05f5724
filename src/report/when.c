/* SPDX-License-Identifier: ISC */
#include "report/when.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

/* A report is full of times: snprintf() would be felt. */
static char *
put(char *p, int value, int digits, char after)
{
	for (int i = digits - 1; i >= 0; i--, value /= 10)
		p[i] = (char)('0' + value % 10);
	p[digits] = after;
	return p + digits + 1;
}

bool
when_format(int64_t unix_time, char out[static WHEN_ROOM])
{
	time_t when = (time_t)unix_time;
	char *p = out;
	struct tm tm;

	if (gmtime_r(&when, &tm) == NULL || tm.tm_year < -1900 ||
	    tm.tm_year > 9999 - 1900)
		return false;
	/* "%Y" has no leading zeros in years that a certificate may claim. */
	p = put(p, tm.tm_year + 1900, 4, '-');
	p = put(p, tm.tm_mon + 1, 2, '-');
	p = put(p, tm.tm_mday, 2, 'T');
	p = put(p, tm.tm_hour, 2, ':');
	p = put(p, tm.tm_min, 2, ':');
	p = put(p, tm.tm_sec, 2, 'Z');
	*p = '\0';
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
