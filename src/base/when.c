/* SPDX-License-Identifier: ISC */
#include "base/when.h"

#include <stdio.h>
#include <string.h>

/* From the begin of the year 0000 to the end of 9999. */
#define FIRST INT64_C(-62167219200)
#define LAST INT64_C(253402300799)

static char *
put_two(char *p, unsigned value, char after)
{
	p[0] = (char)('0' + value / 10);
	p[1] = (char)('0' + value % 10);
	p[2] = after;
	return p + 3;
}

/*
 * A report is full of times: gmtime_r() would be felt. Let years begin in
 * March, and leap days end them: then every 400 years are the same, and in a
 * year every 5 months, but for the last. Days are counted from -0400-03-01
 * on, 60 days less than 400 years before the first that we write.
 */
bool
when_format(int64_t unix_time, char out[static WHEN_ROOM])
{
	enum { DAY = 86400, YEARS_400 = 146097, MONTHS_5 = 153 };
	unsigned second, day, rest, year, month;
	char *p = out;

	if (unix_time < FIRST || unix_time > LAST)
		return false;
	second = (unsigned)((unix_time - FIRST) % DAY);
	day = (unsigned)((unix_time - FIRST) / DAY) + YEARS_400 - 60;
	rest = day % YEARS_400;
	/* What is left over without the leap days are years of 365 days. */
	year =
	    (rest - rest / 1460 + rest / 36524 - rest / (YEARS_400 - 1)) / 365;
	rest -= 365 * year + year / 4 - year / 100;
	year += day / YEARS_400 * 400;
	month = (5 * rest + 2) / MONTHS_5;
	rest -= (MONTHS_5 * month + 2) / 5;
	year += month >= 10;
	year -= 400;

	p = put_two(p, year / 100, '-') - 1;
	p = put_two(p, year % 100, '-');
	p = put_two(p, month >= 10 ? month - 9 : month + 3, '-');
	p = put_two(p, rest + 1, 'T');
	p = put_two(p, second / 3600, ':');
	p = put_two(p, second / 60 % 60, ':');
	put_two(p, second % 60, 'Z')[0] = '\0';
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
