/* SPDX-License-Identifier: ISC */
#include "report/page.h"

#include <stdint.h>
#include <string.h>

enum {
	PROSE_INDENT = 2,
	LEAST_HANG = 4,  /* where lines go on at worst */
	LEAST_TEXT = 36, /* room for text that makes a hanging row readable */
};

const char *
page_or(const char *text)
{
	return text == NULL ? "?" : text;
}

const char *
page_s(size_t n)
{
	return n == 1 ? "" : "s";
}

struct page_cut
page_cut(const struct page *page, const char *text, size_t max)
{
	struct page_cut cut = { .text = page_or(text), .more = "" };
	size_t len = strlen(cut.text);

	if (page->verbosity == 0 && len > max) {
		len = max - strlen("...");
		cut.more = "...";
	}
	cut.len = (int)len;
	return cut;
}

void
page_blank(struct page *page)
{
	buf_puts(page->out, "\n");
}

void
page_colored(struct page *page, enum danelaw_state state, const char *word)
{
	static const char *const sgr[] = {
		[DANELAW_STATE_OK] = "32",
		[DANELAW_STATE_WARNING] = "33",
		[DANELAW_STATE_CRITICAL] = "1;31",
		[DANELAW_STATE_UNKNOWN] = "35",
	};

	if (page->color && (size_t)state < sizeof(sgr) / sizeof(sgr[0]))
		buf_printf(page->out, "\033[%sm%s\033[0m", sgr[state], word);
	else
		buf_puts(page->out, word);
}

static int
subject_len(const struct margin *margin)
{
	return margin->subject_len < 0 ? (int)strlen(margin->subject)
				       : margin->subject_len;
}

/* How much of text goes on a line of this width; *next is where to go on. */
static size_t
line_len(const char *text, size_t width, size_t *next)
{
	size_t len = strlen(text), cut = width;

	*next = len;
	if (len > width) {
		while (cut > 0 && text[cut] != ' ')
			cut--;
		/* Leading space is no place to break at. */
		if (strspn(text, " ") >= cut) {
			cut = strspn(text, " ");
			cut += strcspn(text + cut, " ");
		}
		len = cut;
		*next = cut + strspn(text + cut, " ");
	}
	return len;
}

/* Ends what was begun in line, without space at its end. */
static void
put_line(struct page *page, struct buf *line)
{
	while (line->len > 0 && line->bytes[line->len - 1] == ' ')
		line->len--;
	for (size_t i = 0; i < line->len; i++) {
		if (line->bytes[i] == PAGE_GLUE[0])
			line->bytes[i] = ' ';
	}
	if (buf_failed(line))
		page->out->failed = true;
	buf_add(page->out, buf_text(line), line->len);
	buf_puts(page->out, "\n");
	buf_finish(line);
}

/*
 * Goes on in line, which has reached column, and ends it; further lines begin
 * at hang, or further left where that leaves too little room.
 */
static void
put_wrapped(struct page *page, struct buf *line, size_t column, size_t hang,
    const char *text)
{
	size_t width = page->width == 0 ? SIZE_MAX : page->width, len, next;

	if (hang + LEAST_TEXT > width)
		hang = LEAST_HANG;
	for (;;) {
		len =
		    line_len(text, width > column ? width - column : 1, &next);
		buf_add(line, text, len);
		put_line(page, line);
		text += next;
		if (*text == '\0')
			break;
		buf_printf(line, "%*s", (int)hang, "");
		column = hang;
	}
}

/* "  192.0.2.84    said    " */
static void
begin_row(const struct margin *margin, const char *label, struct buf *line)
{
	int pad = margin->subject_width - subject_len(margin);

	buf_printf(line, "%*s%.*s%*s  ", margin->indent, "",
	    subject_len(margin), margin->subject, pad > 0 ? pad : 0, "");
	if (margin->label_width != 0)
		buf_printf(line, "%-*s ", margin->label_width, label);
}

/* Finishes body. */
static void
put_body(struct page *page, const struct margin *margin, const char *label,
    bool wrap, struct buf *body)
{
	const char *text = buf_text(body), *tab = strchr(text, '\t');
	struct buf line = { 0 };

	begin_row(margin, label, &line);
	if (buf_failed(body)) {
		page->out->failed = true;
		buf_finish(&line);
	} else if (wrap) {
		if (tab != NULL) {
			buf_printf(&line, "%.*s ", (int)(tab - text), text);
			text = tab + 1;
		}
		put_wrapped(page, &line, line.len, line.len, text);
	} else {
		buf_puts(&line, text);
		put_line(page, &line);
	}
	buf_finish(body);
}

void
page_row(struct page *page, const struct margin *margin, const char *label,
    const char *format, ...)
{
	struct buf body = { 0 };
	va_list args;

	va_start(args, format);
	buf_vprintf(&body, format, args);
	va_end(args);
	put_body(page, margin, label, true, &body);
}

void
page_data(struct page *page, const struct margin *margin, const char *label,
    const char *format, ...)
{
	struct buf body = { 0 };
	va_list args;

	va_start(args, format);
	buf_vprintf(&body, format, args);
	va_end(args);
	put_body(page, margin, label, false, &body);
}

void
page_list(struct page *page, const struct margin *margin, const char *label,
    const char *lead, const char *const *words, size_t n, size_t max)
{
	size_t shown = max == 0 || n <= max ? n : max;
	struct buf body = { 0 };

	buf_puts(&body, lead);
	for (size_t i = 0; i < shown; i++) {
		struct page_cut word = page_cut(page, words[i], 100);

		buf_printf(&body, "%s" PAGE_CUT, i == 0 ? "" : ", ",
		    PAGE_CUT_ARGS(word));
	}
	if (shown < n)
		buf_printf(&body, " and %zu more", n - shown);
	put_body(page, margin, label, true, &body);
}

void
page_prose(struct page *page, const char *subject, int subject_len,
    const char *lead, const char *format, ...)
{
	struct buf line = { 0 }, body = { 0 };
	size_t column;
	va_list args;

	va_start(args, format);
	buf_vprintf(&body, format, args);
	va_end(args);
	if (buf_failed(&body))
		page->out->failed = true;
	if (subject_len < 0)
		subject_len = (int)strlen(subject);
	buf_printf(&line, "%*s", PROSE_INDENT, "");
	if (*lead != '\0' || subject_len == 0 ||
	    strncmp(buf_text(&body), subject, (size_t)subject_len) != 0)
		buf_printf(&line, "%.*s: ", subject_len, subject);
	column = line.len;
	if (*lead != '\0') {
		buf_printf(&line, "%s%s%s ", page->color ? "\033[1m" : "", lead,
		    page->color ? "\033[0m" : "");
		column += strlen(lead) + 1;
	}
	put_wrapped(page, &line, column, PROSE_INDENT + 2, buf_text(&body));
	buf_finish(&body);
}

void
page_headline(struct page *page, const char *subject, enum danelaw_state state,
    const char *word, const char *text)
{
	struct buf line = { 0 }, colored = { 0 };
	struct page painter = *page;
	size_t column;

	painter.out = &colored;
	page_colored(&painter, state, word);
	buf_printf(&line, "%s: %s", subject, buf_text(&colored));
	column = strlen(subject) + strlen(": ") + strlen(word);
	put_wrapped(page, &line, column, LEAST_HANG, text);
	if (buf_failed(&colored))
		page->out->failed = true;
	buf_finish(&colored);
}
