/* SPDX-License-Identifier: ISC */
#include "report/explain.h"

#include <ctype.h>
#include <inttypes.h>
#include <string.h>

#include "base/arena.h"
#include "base/clock.h"
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

static void
put_line(const struct catalogue_item *item, struct buf *out)
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

/* Not a template: a "{" is one. */
static void
put_unseen(struct page *page, const char *why)
{
	struct margin margin = { .subject = "", .label_width = 8 };

	page_row(page, &margin, "unseen", "%s", why);
}

static void
put_entry(struct page *page, const struct finding_entry *entry)
{
	put_row(page, "says", entry->text);
	put_row(page, "what", entry->what);
	put_row(page, "who", entry->who);
	put_row(page, "do", entry->remedy);
	put_row(page, "check", entry->check);
	put_row(page, "rfc", entry->rfc);
	if (entry->tlsrpt != NULL)
		put_row(page, "tlsrpt", entry->tlsrpt);
	if (entry->sendmail != NULL)
		buf_printf(
		    page->out, "  sendmail  ${verify} = %s\n", entry->sendmail);
}

/* The check that tells more; names hold letters, digits and "-._". */
static void
put_command(struct buf *out, const struct log_names *names)
{
	if (names->domain != NULL)
		buf_printf(out, "danelaw check %s", names->domain);
	else if (names->host != NULL)
		buf_printf(out, "danelaw check '[%s]'", names->host);
}

static void
put_words(struct page *page, const struct explain_answer *answer)
{
	struct margin margin = { .subject = "", .label_width = 8 };
	struct buf command = { 0 };

	if (answer->words != NULL)
		page_row(page, &margin, "line", "%s: %s", answer->words->who,
		    answer->words->means);
	put_command(&command, &answer->names);
	if (command.len > 0)
		page_data(page, &margin, "run", "%s", buf_text(&command));
	if (answer->names.domain != NULL && answer->names.host != NULL)
		page_data(page, &margin, "host", "%s", answer->names.host);
	page->out->failed |= buf_failed(&command);
	buf_finish(&command);
}

static void
put_until(struct buf *out, int64_t until)
{
	struct arena *arena = arena_new();
	const char *text = arena == NULL ? NULL : clock_format(arena, until);

	out->failed |= text == NULL;
	buf_printf(out, "%.10s", text == NULL ? "" : text);
	arena_unref(arena);
}

static void
put_issuers(const struct explain_answer *answer, struct page *page)
{
	struct buf *out = page->out;

	buf_printf(out, "%s: as of %s\n", answer->ca, answer->ca_date);
	put_row(page, "do", answer->ca_advice);
	for (size_t i = 0; i < answer->n_issuers; i++) {
		const struct explain_issuer *issuer = &answer->issuers[i];

		buf_printf(out, "  %-8s 2 1 1 %s  %s, %s, until ",
		    issuer->state, issuer->spki_sha256, issuer->name,
		    issuer->key);
		put_until(out, issuer->until);
		buf_printf(out, ", signed by %s\n", issuer->signers);
	}
}

/* The likeliest in full, the others in a line each. */
static void
explain_log(const struct explain_answer *answer, struct page *page)
{
	struct buf *out = page->out;
	const struct catalogue_item *first = answer->items;

	if (answer->n_items == 0) {
		buf_printf(out, "%s: no fault\n", log_pattern(answer->words));
		put_words(page, answer);
		return;
	}
	buf_printf(out, "%s: %s\n", first->id, severity_of(first));
	put_words(page, answer);
	if (first->entry == NULL)
		put_unseen(page, first->unseen);
	else
		put_entry(page, first->entry);
	if (answer->n_items > 1)
		buf_puts(out, "\nOr it is, the likeliest first:\n");
	for (size_t i = 1; i < answer->n_items; i++)
		put_line(&answer->items[i], out);
}

void
explain_report(const struct tlsrpt *report, struct buf *out)
{
	buf_printf(out,
	    "TLS report of %s, %s to %s: %" PRId64
	    " sessions went well, %" PRId64 " failed\n",
	    page_or(report->organization), page_or(report->start),
	    page_or(report->end), report->successful, report->failed);
	if (report->n_more > 0)
		buf_printf(out, "%zu more kinds of failures are not shown\n",
		    report->n_more);
}

/* One kind of failure of a TLS report; the entries by their ids alone. */
static void
put_failure(struct page *page, const struct explain_answer *answer)
{
	const struct tlsrpt_failure *failure = answer->failure;
	struct margin margin = { .subject = "", .label_width = 8 };
	struct buf ids = { 0 };

	buf_printf(page->out, "\n%s: %s, %" PRId64 " session%s%s%s\n",
	    failure->host == NULL ? failure->shown_host : failure->host,
	    failure->type, failure->sessions, page_s((size_t)failure->sessions),
	    failure->reason == NULL ? "" : ", ",
	    failure->reason == NULL ? "" : failure->reason);
	page_row(page, &margin, "domain", "%s",
	    failure->domain == NULL ? failure->shown_domain : failure->domain);
	put_words(page, answer);
	for (size_t i = 0; i < answer->n_items; i++)
		buf_printf(
		    &ids, "%s%s", i == 0 ? "" : ", ", answer->items[i].id);
	if (ids.len > 0)
		page_row(page, &margin, "entries", "%s", buf_text(&ids));
	page->out->failed |= buf_failed(&ids);
	buf_finish(&ids);
}

void
explain_text(const struct explain_answer *answer, struct buf *out)
{
	struct page page = { .out = out, .width = 78 };
	const struct catalogue_item *first = answer->items;

	if (answer->ca != NULL) {
		put_issuers(answer, &page);
		return;
	}
	if (answer->failure != NULL) {
		put_failure(&page, answer);
		return;
	}
	if (answer->words != NULL) {
		explain_log(answer, &page);
		return;
	}
	for (size_t i = 0; answer->n_items > 1 && i < answer->n_items; i++)
		put_line(&answer->items[i], out);
	if (answer->n_items != 1)
		return;
	buf_printf(out, "%s: %s\n", first->id, severity_of(first));
	if (first->entry == NULL)
		put_unseen(&page, first->unseen);
	else
		put_entry(&page, first->entry);
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
put_words_json(struct json_out *out, const struct explain_answer *answer)
{
	struct buf command = { 0 };

	if (answer->words == NULL) {
		json_put_null(out, "line");
		return;
	}
	put_command(&command, &answer->names);
	json_begin_object(out, "line");
	json_put_text(out, "pattern", log_pattern(answer->words));
	json_put_text(out, "said_by", answer->words->who);
	json_put_text(out, "means", answer->words->means);
	json_put_text(out, "domain", answer->names.domain);
	json_put_text(out, "host", answer->names.host);
	json_put_text(out, "run", command.len == 0 ? NULL : buf_text(&command));
	json_end_object(out);
	out->buf->failed |= buf_failed(&command);
	buf_finish(&command);
}

static void
put_failure_json(struct json_out *out, const struct tlsrpt_failure *failure)
{
	if (!json_begin_given(out, "failure", failure))
		return;
	json_put_text(out, "domain", failure->domain);
	json_put_text(out, "host", failure->host);
	json_put_text(out, "said_domain", failure->shown_domain);
	json_put_text(out, "said_host", failure->shown_host);
	json_put_text(out, "result_type", failure->type);
	json_put_text(out, "reason_code", failure->reason);
	json_put_number(out, "sessions", failure->sessions);
	json_end_object(out);
}

static void
put_issuers_json(struct json_out *out, const struct explain_answer *answer)
{
	json_put_text(out, "issuers_as_of", answer->ca_date);
	json_begin_array(out, "issuers");
	for (size_t i = 0; i < answer->n_issuers; i++) {
		const struct explain_issuer *issuer = &answer->issuers[i];

		json_begin_object(out, NULL);
		json_put_text(out, "name", issuer->name);
		json_put_text(out, "key", issuer->key);
		json_put_text(out, "state", issuer->state);
		json_put_date(out, "until", issuer->until);
		json_put_text(out, "signed_by", issuer->signers);
		json_put_text(out, "spki_sha256", issuer->spki_sha256);
		json_end_object(out);
	}
	json_end_array(out);
}

/* item NULL: of a line in which nothing is wrong, or of a CA. */
static void
put_item(struct json_out *out, const struct explain_answer *answer,
    const struct catalogue_item *item)
{
	static const struct finding_entry none = { .id = NULL };
	static const struct catalogue_item no_item = { .id = NULL };
	const struct finding_entry *entry;

	if (item == NULL)
		item = &no_item;
	entry = item->entry == NULL ? &none : item->entry;
	json_begin_object(out, NULL);
	json_put_text(out, "schema", "danelaw-explain/1");
	json_put_text(out, "id", item->id == NULL ? answer->ca : item->id);
	json_put_text(
	    out, "severity", item->entry == NULL ? NULL : severity_of(item));
	json_put_text(out, "unseen", item->unseen);
	put_template_json(out, "text", entry->text);
	json_put_text(out, "what", entry->what);
	json_put_text(out, "who", entry->who);
	put_template_json(out, "remedy",
	    answer->ca == NULL ? entry->remedy : answer->ca_advice);
	json_put_text(out, "check", entry->check);
	json_put_text(out, "rfc", entry->rfc);
	json_put_text(out, "tlsrpt", entry->tlsrpt);
	json_put_text(out, "sendmail", entry->sendmail);
	put_words_json(out, answer);
	put_failure_json(out, answer->failure);
	put_issuers_json(out, answer);
	json_end_object(out);
}

void
explain_json(const struct explain_answer *answers, size_t n, struct buf *buf)
{
	struct json_out out = { .buf = buf, .indented = true };

	json_begin_array(&out, NULL);
	for (size_t i = 0; i < n; i++) {
		const struct explain_answer *answer = &answers[i];

		if (answer->n_items == 0)
			put_item(&out, answer, NULL);
		/* Of a report, where each failure is one, the likeliest. */
		for (size_t j = 0;
		     j < answer->n_items && (j == 0 || answer->failure == NULL);
		     j++)
			put_item(&out, answer, &answer->items[j]);
	}
	json_end_array(&out);
	buf_puts(buf, "\n");
}
