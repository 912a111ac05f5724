/* SPDX-License-Identifier: ISC */
/*
 * For people: the verdict; then domain, host and address from the top of the
 * tree to its leaves; then the findings, last, where the eye is when the
 * prompt comes back. Every line names the host or address it is about.
 */
#include "model/finding.h"
#include "report/page.h"
#include "report/report.h"

static size_t
count_findings(
    const struct danelaw_report *report, enum danelaw_severity severity)
{
	size_t n = 0;

	for (size_t i = 0; i < report->n_findings; i++) {
		if (report->findings[i].severity == severity)
			n += finding_weight(&report->findings[i]);
	}
	return n;
}

/* Wider lines than this are hard to follow by eye. */
enum { LEAST_WIDTH = 40, MOST_WIDTH = 100 };

static size_t
wrap_width(unsigned width)
{
	if (width == 0)
		return 0;
	return width < LEAST_WIDTH ? LEAST_WIDTH
	    : width > MOST_WIDTH   ? MOST_WIDTH
				   : width;
}

/* ", with 2 critical findings and 1 warning" */
static void
put_counts(const struct danelaw_report *report, struct buf *text)
{
	size_t critical = count_findings(report, DANELAW_SEVERITY_CRITICAL);
	size_t warnings = count_findings(report, DANELAW_SEVERITY_WARNING);

	if (critical + warnings > 0)
		buf_puts(text, ", with ");
	if (critical > 0)
		buf_printf(
		    text, "%zu critical finding%s", critical, page_s(critical));
	if (critical > 0 && warnings > 0)
		buf_puts(text, " and ");
	if (warnings > 0)
		buf_printf(text, "%zu warning%s", warnings, page_s(warnings));
}

static void
put_verdict(struct page *page)
{
	const struct danelaw_report *report = page->report;
	struct buf text = { 0 };

	put_counts(report, &text);
	if (report->summary != NULL)
		buf_printf(&text, " - %s", report->summary);
	page_headline(page, page_or(report->domain), report->state,
	    danelaw_verdict_word(report->verdict), buf_text(&text));
	if (buf_failed(&text))
		page->out->failed = true;
	buf_finish(&text);
}

void
report_text(const struct danelaw_report *report,
    const struct report_options *options, struct buf *out)
{
	struct page page = {
		.report = report,
		.out = out,
		.color = options->color,
		.verbosity = options->verbosity > 0 ? 1 : 0,
		.width = wrap_width(options->width),
		.show_at = options->at_given || options->verbosity > 0,
	};

	/* With -q one line is all there is, whatever its length. */
	if (options->verbosity < 0)
		page.width = 0;
	put_verdict(&page);
	if (options->verbosity < 0)
		return;
	text_domain(&page);
	for (size_t i = 0; i < report->n_hosts; i++) {
		text_host(&page, &report->hosts[i]);
		text_addresses(&page, &report->hosts[i]);
	}
	if (report->mx.n_left_out > 0) {
		page_blank(&page);
		buf_printf(out,
		    "%s  %zu more MX host%s not examined, from %s on\n",
		    page_or(report->domain), report->mx.n_left_out,
		    report->mx.n_left_out == 1 ? " was" : "s were",
		    page_or(report->mx.left_out));
	}
	text_findings(&page);
}
