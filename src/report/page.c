/* SPDX-License-Identifier: ISC */
#include "report/page.h"

#include <string.h>

enum { COLUMNS = 80, LEAST_TEXT = 40, LEAST_HANGING = 20 };

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

/* The subject may be padded, never cut. */
static int
subject_pad(const struct margin *margin)
{
	int pad = margin->subject_width - subject_len(margin);

	return pad > 0 ? pad : 0;
}

/* Where the text of a row begins. */
static size_t
text_column(const struct margin *margin)
{
	int label = margin->label_width == 0 ? 0 : margin->label_width + 1;

	return (size_t)(margin->indent + subject_len(margin) +
	    subject_pad(margin) + 2 + label);
}

/* Leaves no space at the end of the line. */
static void
put_line(struct page *page, const struct margin *margin, const char *label,
    const struct buf *text)
{
	struct buf line = { 0 };

	buf_printf(&line, "%*s%.*s%*s  ", margin->indent, "",
	    subject_len(margin), margin->subject, subject_pad(margin), "");
	if (margin->label_width != 0)
		buf_printf(&line, "%-*s ", margin->label_width, label);
	buf_add(&line, buf_text(text), text->len);
	while (line.len > 0 && line.bytes[line.len - 1] == ' ')
		line.len--;
	if (buf_failed(&line))
		page->out->failed = true;
	buf_add(page->out, buf_text(&line), line.len);
	buf_puts(page->out, "\n");
	buf_finish(&line);
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
	while (len > 0 && text[len - 1] == ' ')
		len--;
	return len;
}

static void
put_wrapped(struct page *page, const struct margin *margin, const char *label,
    const char *text)
{
	size_t columns =
	    margin->columns == 0 ? COLUMNS : (size_t)margin->columns;
	size_t before = text_column(margin), next;
	size_t width =
	    before + LEAST_TEXT > columns ? LEAST_TEXT : columns - before;
	const char *tab = strchr(text, '\t'), *head = text;
	size_t hang = tab == NULL ? 0 : (size_t)(tab - text) + 1;

	text += hang;
	width = width < hang + LEAST_HANGING ? LEAST_HANGING : width - hang;
	do {
		size_t len = line_len(text, width, &next);
		struct buf line = { 0 };

		buf_printf(&line, "%-*.*s%.*s", (int)hang,
		    hang == 0 || head == NULL ? 0 : (int)hang - 1,
		    head == NULL ? "" : head, (int)len, text);
		if (buf_failed(&line))
			page->out->failed = true;
		put_line(page, margin, label, &line);
		buf_finish(&line);
		text += next;
		label = "";
		head = NULL;
	} while (*text != '\0');
}

static void
put_body(struct page *page, const struct margin *margin, const char *label,
    bool wrap, struct buf *body)
{
	if (buf_failed(body))
		page->out->failed = true;
	else if (wrap)
		put_wrapped(page, margin, label, buf_text(body));
	else
		put_line(page, margin, label, body);
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
