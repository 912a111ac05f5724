/* SPDX-License-Identifier: ISC */
/*
 * nagios_out.h - what a monitoring system takes: lines and numbers.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include <danelaw_report.h>

#include "base/buf.h"
#include "report/nagios.h"
#include "report/range.h"

/*
 * No more than max characters; what is cut off ends in "...". A byte that
 * would end the text for the reader becomes \xNN.
 */
void nagios_put_text(const char *text, size_t max, struct buf *out);
/* A line of the long output, with its newline. */
void nagios_put_line(struct buf *out, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

struct nagios_value {
	const char *label;                      /* no quote, no "=" */
	int64_t value;                          /* thousandths, as the rest */
	const char *unit;                       /* NULL: none */
	const struct range *warning, *critical; /* NULL: none */
	bool counted;                           /* from 0 to max */
	int64_t max;
};
/* With a space before it. */
void nagios_put_value(const struct nagios_value *value, struct buf *out);

/* The long output (nagios_detail.c). */
void nagios_put_details(const struct danelaw_report *report,
    const struct nagios_options *options, struct buf *out);
