/* SPDX-License-Identifier: ISC */
#include "report/prometheus_out.h"

#include <inttypes.h>
#include <stddef.h>
#include <string.h>

/*
 * The format escapes the backslash, the quote and the newline. Other bytes
 * that are not printable ASCII come as \\xNN: a scrape that is no UTF-8 is
 * refused as a whole.
 */
static void
put_escaped(const char *text, struct buf *out)
{
	for (; *text != '\0'; text++) {
		unsigned char byte = (unsigned char)*text;

		if (byte == '\\' || byte == '"')
			buf_printf(out, "\\%c", byte);
		else if (byte == '\n')
			buf_puts(out, "\\n");
		else if (byte < 0x20 || byte >= 0x7f)
			buf_printf(out, "\\\\x%02x", byte);
		else
			buf_add(out, text, 1);
	}
}

static void
put_series(
    struct prometheus_metric *metric, const struct prometheus_label *labels)
{
	const char *before = "{";

	if (!metric->headed)
		buf_printf(metric->out, "# HELP %s %s\n# TYPE %s %s\n",
		    metric->name, metric->help, metric->name, metric->type);
	metric->headed = true;
	buf_puts(metric->out, metric->name);
	for (; labels->name != NULL; labels++) {
		buf_printf(metric->out, "%s%s=\"", before, labels->name);
		put_escaped(
		    labels->value != NULL ? labels->value : "", metric->out);
		buf_puts(metric->out, "\"");
		before = ",";
	}
	if (*before == ',')
		buf_puts(metric->out, "}");
}

void
prometheus_put(struct prometheus_metric *metric,
    const struct prometheus_label *labels, int64_t value)
{
	put_series(metric, labels);
	buf_printf(metric->out, " %" PRId64 "\n", value);
}

void
prometheus_put_ms(struct prometheus_metric *metric,
    const struct prometheus_label *labels, int64_t ms)
{
	const char *sign = ms < 0 ? "-" : "";
	uint64_t size = ms < 0 ? 0 - (uint64_t)ms : (uint64_t)ms;

	put_series(metric, labels);
	buf_printf(metric->out, " %s%" PRIu64 ".%03" PRIu64 "\n", sign,
	    size / 1000, size % 1000);
}

bool
prometheus_same(const char *a, const char *b)
{
	return a == b || (a != NULL && b != NULL && strcmp(a, b) == 0);
}
