/* SPDX-License-Identifier: ISC */
/*
 * clock.h - the only place where danelaw reads a clock, and how times are
 * written.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

struct arena;

/* Milliseconds on a clock that only goes forward; for deadlines. */
int64_t clock_monotonic_ms(void);
/* The same, but it goes on while the machine sleeps. */
int64_t clock_boot_ms(void);
/* Unix seconds. */
int64_t clock_unix(void);

/* "2026-11-22T22:09:00Z" */
char *clock_format(struct arena *arena, int64_t unix_time);
/*
 * RFC 3339 ("2026-11-22T22:09:00Z", "...+01:00"), a date alone (midnight
 * UTC), or an offset to now: "+14d", "-2h", units s m h d w. False, and
 * nothing changed, where it is none of these.
 */
bool clock_parse(const char *text, int64_t now, int64_t *unix_time);
