/* SPDX-License-Identifier: ISC */
/* What is wrong, why, and what to do about it. */
#include "report/page.h"

#include <string.h>

enum { TEXT_COLUMNS = 78 };

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
 * The short name that stands before each line: the address of "mx.example
 * [192.0.2.1]:25", else the first word.
 */
static struct margin
margin_of(const struct page *page, const struct danelaw_finding *finding)
{
	const char *subject = subject_of(page, finding);
	const char *open = strchr(subject, '['), *close;
	struct margin margin = {
		.indent = 2,
		.subject = subject,
		.subject_len = (int)strcspn(subject, " "),
		.columns = TEXT_COLUMNS,
	};

	close = open == NULL ? NULL : strchr(open, ']');
	if (close != NULL && close > open + 1) {
		margin.subject = open + 1;
		margin.subject_len = (int)(close - open - 1);
	}
	return margin;
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

/*
 * Zone lines begin in the first column, where a zone file wants them; those
 * to go are comments, so that all of it can be pasted together.
 */
static void
put_fix(struct page *page, const struct margin *margin,
    const struct danelaw_finding *finding)
{
	if (finding->n_fix_remove > 0)
		page_row(page, margin, "", "Take out of the zone:");
	for (size_t i = 0; i < finding->n_fix_remove; i++)
		buf_printf(
		    page->out, "; %s\n", page_or(finding->fix_remove[i]));
	if (finding->n_fix_add > 0)
		page_row(page, margin, "", "Put into the zone:");
	for (size_t i = 0; i < finding->n_fix_add; i++)
		buf_printf(page->out, "%s\n", page_or(finding->fix_add[i]));
}

static void
put_references(struct page *page, const struct margin *margin,
    const struct danelaw_finding *finding)
{
	bool more = page->verbosity > 0;
	const char *tlsrpt = more ? finding->tlsrpt : NULL;
	const char *sendmail = more ? finding->sendmail : NULL;

	if (finding->rfc == NULL && tlsrpt == NULL && sendmail == NULL)
		return;
	page_row(page, margin, "", "See %s%s%s%s%s.",
	    finding->rfc == NULL ? "also" : finding->rfc,
	    tlsrpt == NULL ? "" : "; TLSRPT ", tlsrpt == NULL ? "" : tlsrpt,
	    sendmail == NULL ? "" : "; sendmail verify=",
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
	struct margin margin = margin_of(page, finding);

	page_blank(page);
	put_header(page, finding);
	for (size_t i = index + 1; i < report->n_findings; i++) {
		if (same_finding(finding, &report->findings[i]))
			put_header(page, &report->findings[i]);
	}
	if (finding->text != NULL)
		page_row(page, &margin, "", "%s", finding->text);
	if (finding->remedy != NULL)
		page_row(page, &margin, "", "Do: %s", finding->remedy);
	put_fix(page, &margin, finding);
	put_references(page, &margin, finding);
}

void
text_findings(struct page *page)
{
	for (size_t i = 0; i < page->report->n_findings; i++) {
		if (!was_shown(page->report, i))
			put_finding(page, i);
	}
}
