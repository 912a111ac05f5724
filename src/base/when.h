/* SPDX-License-Identifier: ISC */
/*
 * when.h - points in time, written without an arena.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

enum { WHEN_LEN = 20, WHEN_ROOM = 32, WHEN_DAYS_ROOM = 64 };

/*
 * RFC 3339 in UTC, WHEN_LEN characters. False, and nothing written, for a
 * year that has not four digits.
 */
bool when_format(int64_t unix_time, char out[static WHEN_ROOM]);
/* "61 days", "1 day", "5 hours", "less than an hour". Order does not matter. */
void when_between(int64_t a, int64_t b, char out[static WHEN_DAYS_ROOM]);
