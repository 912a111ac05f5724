/* SPDX-License-Identifier: ISC */
#include "base/clock.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/arena.h"
#include "base/when.h"

static int64_t
clock_ms(clockid_t clock)
{
	struct timespec now;

	clock_gettime(clock, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

int64_t
clock_monotonic_ms(void)
{
	return clock_ms(CLOCK_MONOTONIC);
}

int64_t
clock_boot_ms(void)
{
	return clock_ms(CLOCK_BOOTTIME);
}

int64_t
clock_unix(void)
{
	return (int64_t)time(NULL);
}

char *
clock_format(struct arena *arena, int64_t unix_time)
{
	char text[WHEN_ROOM];

	if (!when_format(unix_time, text))
		return arena_printf(arena, "@%lld", (long long)unix_time);
	return arena_strdup(arena, text);
}

/* Reads exactly n digits. */
static bool
digits(const char **text, int n, int *value)
{
	int sum = 0;

	for (int i = 0; i < n; i++) {
		char c = (*text)[i];

		if (c < '0' || c > '9')
			return false;
		sum = 10 * sum + (c - '0');
	}
	*text += n;
	*value = sum;
	return true;
}

static bool
skip(const char **text, const char *any_of)
{
	if (**text == '\0' || strchr(any_of, **text) == NULL)
		return false;
	(*text)++;
	return true;
}

static bool
parse_offset(const char *text, int64_t now, int64_t *unix_time)
{
	static const struct {
		char unit;
		int64_t seconds;
	} units[] = { { 's', 1 }, { 'm', 60 }, { 'h', 3600 }, { 'd', 86400 },
		{ 'w', 604800 } };
	int64_t count = 0;
	bool minus = *text == '-';

	text++;
	if (!isdigit((unsigned char)*text))
		return false;
	for (; isdigit((unsigned char)*text); text++) {
		count = 10 * count + (*text - '0');
		if (count > 1000000000)
			return false;
	}
	for (size_t i = 0; i < sizeof(units) / sizeof(units[0]); i++) {
		if (*text == units[i].unit && text[1] == '\0') {
			count *= units[i].seconds;
			*unix_time = minus ? now - count : now + count;
			return true;
		}
	}
	return false;
}

/* "Z" or "+hh:mm"; seconds east of UTC. */
static bool
parse_zone(const char **text, int *east)
{
	int hours, minutes, sign;

	if (skip(text, "Zz")) {
		*east = 0;
		return true;
	}
	sign = **text == '-' ? -1 : 1;
	if (!skip(text, "+-") || !digits(text, 2, &hours) || !skip(text, ":") ||
	    !digits(text, 2, &minutes) || hours > 23 || minutes > 59)
		return false;
	*east = sign * (hours * 3600 + minutes * 60);
	return true;
}

static bool
parse_time(const char **text, struct tm *tm, int *east)
{
	if (!skip(text, "Tt ") || !digits(text, 2, &tm->tm_hour) ||
	    !skip(text, ":") || !digits(text, 2, &tm->tm_min) ||
	    !skip(text, ":") || !digits(text, 2, &tm->tm_sec))
		return false;
	if (skip(text, ".")) {
		if (!isdigit((unsigned char)**text))
			return false;
		while (isdigit((unsigned char)**text))
			(*text)++;
	}
	return parse_zone(text, east);
}

bool
clock_parse(const char *text, int64_t now, int64_t *unix_time)
{
	int year, month, east = 0;
	struct tm tm = { 0 }, back;
	time_t when;

	if (*text == '+' || *text == '-')
		return parse_offset(text, now, unix_time);
	if (!digits(&text, 4, &year) || !skip(&text, "-") ||
	    !digits(&text, 2, &month) || !skip(&text, "-") ||
	    !digits(&text, 2, &tm.tm_mday))
		return false;
	if (*text != '\0' && !parse_time(&text, &tm, &east))
		return false;
	if (*text != '\0' || tm.tm_hour > 23 || tm.tm_min > 59 ||
	    tm.tm_sec > 60)
		return false;
	tm.tm_year = year - 1900;
	tm.tm_mon = month - 1;
	back = tm;
	when = timegm(&back);
	/* timegm() takes February 30 for March 1 or 2; we do not. */
	if (back.tm_mon != tm.tm_mon || year < 1970)
		return false;
	*unix_time = (int64_t)when - east;
	return true;
}
