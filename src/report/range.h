/* SPDX-License-Identifier: ISC */
/*
 * range.h - thresholds as the Monitoring Plugins Development Guidelines
 * write them: "10", "10:", "~:10", "10:20", "@10:20".
 *
 * Numbers are counted in thousandths, so that neither rounding nor a locale
 * has a say. The all-zero range was not given and never alerts.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"

#define RANGE_ONE INT64_C(1000)

struct range {
	bool given;
	bool inside;          /* "@": alert within, ends included */
	bool no_low, no_high; /* open on this side */
	int64_t low, high;    /* thousandths */
	bool percent;         /* "30%": of the whole, see range_of() */
};

/*
 * For what is left of something, as days or hours, the plain "10" is "10:":
 * alert below 10. False, and *why in a few words, for what is no range.
 */
bool range_parse(const char *text, struct range *range, const char **why);
/*
 * What a range in percent comes to where the whole is so many thousandths, at
 * most 10^12 of them; any other as it is.
 */
struct range range_of(const struct range *range, int64_t whole);
bool range_alerts(const struct range *range, int64_t thousandths);
/* As the guidelines write it; nothing for one not given. */
void range_put(const struct range *range, struct buf *out);
/* "60.5", "-1", "0.125" */
void range_put_number(int64_t thousandths, struct buf *out);
