/* SPDX-License-Identifier: ISC */
/* What is wrong, why, and what to do about it. */
#include "report/page.h"

#include <stdlib.h>
#include <string.h>

/* What a paragraph begins with. */
struct lead {
	const char *text;
	int len;
};

static enum danelaw_state
severity_state(enum danelaw_severity severity)
{
	switch (severity) {
	case DANELAW_SEVERITY_INFO:
		return DANELAW_STATE_OK;
	case DANELAW_SEVERITY_WARNING:
		return DANELAW_STATE_WARNING;
	case DANELAW_SEVERITY_CRITICAL:
		return DANELAW_STATE_CRITICAL;
	}
	return DANELAW_STATE_UNKNOWN;
}

static bool
same_text(const char *a, const char *b)
{
	return a == b || (a != NULL && b != NULL && strcmp(a, b) == 0);
}

static bool
same_list(const char *const *a, size_t n_a, const char *const *b, size_t n_b)
{
	if (n_a != n_b)
		return false;
	for (size_t i = 0; i < n_a; i++) {
		if (!same_text(a[i], b[i]))
			return false;
	}
	return true;
}

/* Do two findings differ in nothing but their subject? */
static bool
same_finding(const struct danelaw_finding *a, const struct danelaw_finding *b)
{
	return a->severity == b->severity && same_text(a->id, b->id) &&
	    same_text(a->text, b->text) && same_text(a->remedy, b->remedy) &&
	    same_list(a->fix_add, a->n_fix_add, b->fix_add, b->n_fix_add) &&
	    same_list(
		a->fix_remove, a->n_fix_remove, b->fix_remove, b->n_fix_remove);
}

static const char *
subject_of(const struct page *page, const struct danelaw_finding *finding)
{
	return finding->subject != NULL ? finding->subject
					: page_or(page->report->domain);
}

/*
 * The short name that stands before each paragraph: the host of "mx.example
 * [192.0.2.1]:25" with its address, else the first word.
 */
static struct lead
lead_of(const struct page *page, const struct danelaw_finding *finding)
{
	const char *subject = subject_of(page, finding);
	const char *close = strchr(subject, ']');
	size_t len = close != NULL && strchr(subject, '[') != NULL
	    ? (size_t)(close - subject) + 1
	    : strcspn(subject, " ");

	return (struct lead) { subject, (int)len };
}

static void
put_header(struct page *page, const struct danelaw_finding *finding)
{
	const char *word = danelaw_severity_word(finding->severity);

	if (finding->severity == DANELAW_SEVERITY_INFO)
		buf_puts(page->out, word);
	else
		page_colored(page, severity_state(finding->severity), word);
	buf_printf(page->out, "  %s  %s\n", page_or(finding->id),
	    subject_of(page, finding));
}

static void
prose(struct page *page, const struct lead *lead, const char *word,
    const char *text)
{
	page_prose(page, lead->text, lead->len, word, "%s", text);
}

/* What is wrong, and where it is written that it is. */
static void
put_text(struct page *page, const struct lead *lead,
    const struct danelaw_finding *finding)
{
	const char *text = finding->text, *rfc = finding->rfc;

	if (text != NULL && rfc != NULL)
		page_prose(
		    page, lead->text, lead->len, "", "%s (%s)", text, rfc);
	else if (text != NULL || rfc != NULL)
		prose(page, lead, "", text != NULL ? text : rfc);
}

/* Of the lines that are to go, as they stand in the zone: "NAME TTL IN ..." */
static unsigned long
longest_ttl(const struct danelaw_finding *finding)
{
	unsigned long longest = 0;

	for (size_t i = 0; i < finding->n_fix_remove; i++) {
		const char *line = page_or(finding->fix_remove[i]);
		unsigned long ttl =
		    strtoul(line + strcspn(line, " "), NULL, 10);

		if (ttl > longest)
			longest = ttl;
	}
	return longest;
}

/*
 * Zone lines begin in the first column, where a zone file wants them; those
 * to go are comments, so that all of it can be pasted together. What is new
 * comes first, as a record must be seen before another may go.
 */
static void
put_fix(struct page *page, const struct lead *lead,
    const struct danelaw_finding *finding)
{
	unsigned long ttl;

	if (finding->n_fix_add > 0)
		prose(page, lead, "", "Put into the zone:");
	for (size_t i = 0; i < finding->n_fix_add; i++)
		buf_printf(page->out, "%s\n", page_or(finding->fix_add[i]));
	if (finding->n_fix_remove > 0)
		prose(page, lead, "", "Take out of the zone:");
	for (size_t i = 0; i < finding->n_fix_remove; i++)
		buf_printf(
		    page->out, "; %s\n", page_or(finding->fix_remove[i]));
	ttl = longest_ttl(finding);
	if (ttl > 0)
		page_prose(page, lead->text, lead->len, "",
		    "Senders may hold the old records for up to %lu seconds.",
		    ttl);
}

static void
put_references(struct page *page, const struct lead *lead,
    const struct danelaw_finding *finding)
{
	const char *tlsrpt = finding->tlsrpt, *sendmail = finding->sendmail;

	if (page->verbosity == 0 || (tlsrpt == NULL && sendmail == NULL))
		return;
	page_prose(page, lead->text, lead->len, "", "%s%s%s%s%s.",
	    tlsrpt == NULL ? "" : "TLSRPT calls it ",
	    tlsrpt == NULL ? "" : tlsrpt,
	    tlsrpt == NULL || sendmail == NULL ? "" : "; ",
	    sendmail == NULL ? "" : "sendmail says verify=",
	    sendmail == NULL ? "" : sendmail);
}

static bool
was_shown(const struct danelaw_report *report, size_t index)
{
	for (size_t i = 0; i < index; i++) {
		if (same_finding(
			&report->findings[i], &report->findings[index]))
			return true;
	}
	return false;
}

/* What holds of several hosts or addresses alike is said once. */
static void
put_finding(struct page *page, size_t index)
{
	const struct danelaw_report *report = page->report;
	const struct danelaw_finding *finding = &report->findings[index];
	struct lead lead = lead_of(page, finding);

	page_blank(page);
	put_header(page, finding);
	for (size_t i = index + 1; i < report->n_findings; i++) {
		if (same_finding(finding, &report->findings[i]))
			put_header(page, &report->findings[i]);
	}
	put_text(page, &lead, finding);
	if (finding->remedy != NULL)
		prose(page, &lead, "Do:", finding->remedy);
	put_fix(page, &lead, finding);
	put_references(page, &lead, finding);
}

/* Is this note the first of its id? */
static bool
is_new_note(const struct danelaw_report *report, size_t index)
{
	const struct danelaw_finding *finding = &report->findings[index];

	if (finding->severity != DANELAW_SEVERITY_INFO)
		return false;
	for (size_t i = 0; i < index; i++) {
		if (same_text(report->findings[i].id, finding->id))
			return false;
	}
	return true;
}

/* Notes ask for nothing; the short report only says that there are some. */
static void
put_notes(struct page *page)
{
	const struct danelaw_report *report = page->report;
	struct buf ids = { 0 };
	size_t n = 0;

	for (size_t i = 0; i < report->n_findings; i++) {
		if (is_new_note(report, i))
			buf_printf(&ids, "%s %s", n++ == 0 ? "" : ",",
			    page_or(report->findings[i].id));
	}
	if (n > 0) {
		page_blank(page);
		page_prose(page, page_or(report->domain), -1, "",
		    "%zu note%s, told with -v:%s", n, page_s(n),
		    buf_text(&ids));
	}
	page->out->failed |= buf_failed(&ids);
	buf_finish(&ids);
}

void
text_findings(struct page *page)
{
	for (size_t i = 0; i < page->report->n_findings; i++) {
		if (page->verbosity == 0 &&
		    page->report->findings[i].severity == DANELAW_SEVERITY_INFO)
			continue;
		if (!was_shown(page->report, i))
			put_finding(page, i);
	}
	if (page->verbosity == 0)
		put_notes(page);
}
