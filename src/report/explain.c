/* SPDX-License-Identifier: ISC */
#include "report/explain.h"

#include <ctype.h>
#include <string.h>

#include "report/json_put.h"
#include "report/page.h"

enum { ID_COLUMN = 30 };

/* A key of a template, for a reader who sees no report. */
static void
put_key(struct buf *out, const char *key, size_t len)
{
	static const struct {
		const char *key, *words;
	} special[] = {
		/* What is put into a sentence, and may be nothing. */
		{ "effect", "" },
		{ "hint", "" },
		{ "more", "" },
		{ "offer",
		    ", or 2 1 1 of all issuers for its type of key, or "
		    "both" },
		{ "new", "the record that danelaw check prints" },
	};

	for (size_t i = 0; i < sizeof(special) / sizeof(special[0]); i++) {
		if (strlen(special[i].key) == len &&
		    memcmp(special[i].key, key, len) == 0) {
			buf_puts(out, special[i].words);
			return;
		}
	}
	for (size_t i = 0; i < len; i++) {
		char upper = (char)toupper((unsigned char)key[i]);

		buf_add(out, &upper, 1);
	}
}

/* "{host} has no ..." becomes "HOST has no ...". */
static void
put_template(struct buf *out, const char *template)
{
	const char *open, *close;

	while ((open = strchr(template, '{')) != NULL &&
	    (close = strchr(open, '}')) != NULL) {
		buf_add(out, template, (size_t)(open - template));
		put_key(out, open + 1, (size_t)(close - open - 1));
		template = close + 1;
	}
	buf_puts(out, template);
}

static const char *
severity_of(const struct catalogue_item *item)
{
	return item->entry == NULL
	    ? "unseen"
	    : danelaw_severity_word(item->entry->severity);
}

void
explain_line(const struct catalogue_item *item, struct buf *out)
{
	buf_printf(out, "%-*s %-8s  ", ID_COLUMN, item->id, severity_of(item));
	if (item->entry == NULL)
		buf_puts(out, item->unseen);
	else
		put_template(out, item->entry->text);
	buf_puts(out, "\n");
}

static void
put_row(struct page *page, const char *label, const char *template)
{
	struct margin margin = { .subject = "", .label_width = 8 };
	struct buf text = { 0 };

	put_template(&text, template);
	page_row(page, &margin, label, "%s", buf_text(&text));
	page->out->failed |= buf_failed(&text);
	buf_finish(&text);
}

void
explain_text(const struct catalogue_item *item, struct buf *out)
{
	const struct finding_entry *entry = item->entry;
	struct page page = { .out = out, .width = 78 };

	buf_printf(out, "%s: %s\n", item->id, severity_of(item));
	if (entry == NULL) {
		put_row(&page, "unseen", item->unseen);
		return;
	}
	put_row(&page, "says", entry->text);
	put_row(&page, "what", entry->what);
	put_row(&page, "who", entry->who);
	put_row(&page, "do", entry->remedy);
	put_row(&page, "check", entry->check);
	put_row(&page, "rfc", entry->rfc);
	if (entry->tlsrpt != NULL)
		put_row(&page, "tlsrpt", entry->tlsrpt);
	if (entry->sendmail != NULL)
		buf_printf(
		    out, "  sendmail  ${verify} = %s\n", entry->sendmail);
}

static void
put_template_json(struct json_out *out, const char *key, const char *template)
{
	struct buf text = { 0 };

	if (template != NULL)
		put_template(&text, template);
	json_put_text(out, key, template == NULL ? NULL : buf_text(&text));
	out->buf->failed |= buf_failed(&text);
	buf_finish(&text);
}

static void
put_item(struct json_out *out, const struct catalogue_item *item)
{
	static const struct finding_entry none = { .id = NULL };
	const struct finding_entry *entry =
	    item->entry == NULL ? &none : item->entry;

	json_begin_object(out, NULL);
	json_put_text(out, "schema", "danelaw-explain/1");
	json_put_text(out, "id", item->id);
	json_put_text(
	    out, "severity", item->entry == NULL ? NULL : severity_of(item));
	json_put_text(out, "unseen", item->unseen);
	put_template_json(out, "text", entry->text);
	json_put_text(out, "what", entry->what);
	json_put_text(out, "who", entry->who);
	put_template_json(out, "remedy", entry->remedy);
	json_put_text(out, "check", entry->check);
	json_put_text(out, "rfc", entry->rfc);
	json_put_text(out, "tlsrpt", entry->tlsrpt);
	json_put_text(out, "sendmail", entry->sendmail);
	json_end_object(out);
}

void
explain_json(const struct catalogue_item *items, size_t n, struct buf *buf)
{
	struct buf line = { 0 };
	struct json_out out = { .buf = &line };

	json_begin_array(&out, NULL);
	for (size_t i = 0; i < n; i++)
		put_item(&out, &items[i]);
	json_end_array(&out);
	json_indent(&line, buf);
	buf_puts(buf, "\n");
	buf_finish(&line);
}
