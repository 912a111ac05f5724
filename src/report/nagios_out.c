/* SPDX-License-Identifier: ISC */
#include "report/nagios_out.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

enum { LINE_MAX_LEN = 400, ESCAPED = 4, DOTS = 3 };

/* How long a byte is in the output. */
static size_t
width(char c)
{
	return c == '|' || c < 0x20 || c > 0x7e ? ESCAPED : 1;
}

void
nagios_put_text(const char *text, size_t max, struct buf *out)
{
	size_t len = strlen(text), used = 0, fits = 0, total = 0;

	for (size_t i = 0; i < len && total <= max; i++) {
		total += width(text[i]);
		if (total + DOTS <= max)
			fits = i + 1;
	}
	if (total <= max)
		fits = len;
	for (; used < fits; used++) {
		if (width(text[used]) == 1)
			buf_add(out, &text[used], 1);
		else
			buf_printf(out, "\\x%02x", (unsigned char)text[used]);
	}
	if (fits < len)
		buf_puts(out, "...");
}

void
nagios_put_line(struct buf *out, const char *format, ...)
{
	struct buf line = { 0 };
	va_list args;

	va_start(args, format);
	buf_vprintf(&line, format, args);
	va_end(args);
	if (buf_failed(&line))
		out->failed = true;
	nagios_put_text(buf_text(&line), LINE_MAX_LEN, out);
	buf_puts(out, "\n");
	buf_finish(&line);
}

/* ";" for each field, with nothing behind the last that says something. */
void
nagios_put_value(const struct nagios_value *value, struct buf *out)
{
	bool warning = value->warning != NULL && value->warning->given;
	bool critical = value->critical != NULL && value->critical->given;

	buf_printf(out, " %s=", value->label);
	range_put_number(value->value, out);
	if (value->unit != NULL)
		buf_puts(out, value->unit);
	if (!warning && !critical && !value->counted)
		return;
	buf_puts(out, ";");
	if (warning)
		range_put(value->warning, out);
	if (!critical && !value->counted)
		return;
	buf_puts(out, ";");
	if (critical)
		range_put(value->critical, out);
	if (!value->counted)
		return;
	buf_puts(out, ";0;");
	range_put_number(value->max, out);
}
