/* SPDX-License-Identifier: ISC */
#include "report/range.h"

#include <string.h>

enum { HUNDRED = 100 * RANGE_ONE }; /* percent */

/* Reads a decimal number of at most nine digits before the point. */
static bool
take_number(const char **text, int64_t *thousandths)
{
	enum { DIGITS = 9, DECIMALS = 3 };
	const char *at = *text;
	bool minus = *at == '-';
	int64_t value = 0;
	int digits = 0, decimals = 0;

	at += minus;
	for (; *at >= '0' && *at <= '9' && digits < DIGITS; at++, digits++)
		value = 10 * value + (*at - '0');
	if (digits == 0 || (*at >= '0' && *at <= '9'))
		return false;
	if (*at == '.') {
		at++;
		for (; *at >= '0' && *at <= '9' && decimals < DECIMALS;
		     at++, decimals++)
			value = 10 * value + (*at - '0');
		if (decimals == 0 || (*at >= '0' && *at <= '9'))
			return false;
	}
	for (; decimals < DECIMALS; decimals++)
		value *= 10;
	*thousandths = minus ? -value : value;
	*text = at;
	return true;
}

/* "%" at the very end is for all of it. */
static bool
is_end(const char *text, struct range *read)
{
	read->percent = *text == '%';
	return text[read->percent] == '\0';
}

bool
range_parse(const char *text, struct range *range, const char **why)
{
	struct range read = { .given = true };

	*why = "a range is written 10, 10:, ~:10, 10:20 or @10:20";
	if (*text == '@') {
		read.inside = true;
		text++;
	}
	if (text[0] == '~' && text[1] == ':') {
		read.no_low = true;
		text++;
	} else if (!take_number(&text, &read.low)) {
		return false;
	}
	if (is_end(text, &read) && read.inside) {
		read.high = read.low; /* "@10" is "@0:10" */
		read.low = 0;
	} else if (is_end(text, &read)) {
		read.no_high = true;
	} else if (*text++ != ':') {
		return false;
	} else if (is_end(text, &read)) {
		read.no_high = true;
	} else if (!take_number(&text, &read.high) || !is_end(text, &read)) {
		return false;
	}
	if (read.percent &&
	    (read.low < 0 || read.low > HUNDRED || read.high > HUNDRED)) {
		*why = "a percentage is from 0 to 100";
		return false;
	}
	if (!read.no_low && !read.no_high && read.low > read.high) {
		*why = "the range ends before it begins";
		return false;
	}
	*range = read;
	return true;
}

struct range
range_of(const struct range *range, int64_t whole)
{
	struct range of = *range;

	if (!range->percent)
		return of;
	of.percent = false;
	of.low = range->low * (whole / HUNDRED) +
	    range->low * (whole % HUNDRED) / HUNDRED;
	of.high = range->high * (whole / HUNDRED) +
	    range->high * (whole % HUNDRED) / HUNDRED;
	return of;
}

bool
range_alerts(const struct range *range, int64_t thousandths)
{
	bool within = (range->no_low || thousandths >= range->low) &&
	    (range->no_high || thousandths <= range->high);

	return range->given && within == range->inside;
}

void
range_put_number(int64_t thousandths, struct buf *out)
{
	uint64_t size =
	    thousandths < 0 ? 0 - (uint64_t)thousandths : (uint64_t)thousandths;
	uint64_t whole = size / RANGE_ONE;
	unsigned rest = (unsigned)(size % RANGE_ONE);

	buf_printf(out, "%s%llu", thousandths < 0 ? "-" : "",
	    (unsigned long long)whole);
	if (rest % 1000 == 0)
		return;
	if (rest % 100 == 0)
		buf_printf(out, ".%u", rest / 100);
	else if (rest % 10 == 0)
		buf_printf(out, ".%02u", rest / 10);
	else
		buf_printf(out, ".%03u", rest);
}

void
range_put(const struct range *range, struct buf *out)
{
	if (!range->given)
		return;
	if (range->inside)
		buf_puts(out, "@");
	if (range->no_low)
		buf_puts(out, "~");
	else
		range_put_number(range->low, out);
	buf_puts(out, ":");
	if (!range->no_high)
		range_put_number(range->high, out);
	if (range->percent)
		buf_puts(out, "%");
}
