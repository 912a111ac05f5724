/* SPDX-License-Identifier: ISC */
/*
 * For people: the verdict; then domain, host and address from the top of the
 * tree to its leaves; then the findings, last, where the eye is when the
 * prompt comes back. Every line names the host or address it is about.
 */
#include "report/page.h"
#include "report/report.h"

static size_t
count_findings(
    const struct danelaw_report *report, enum danelaw_severity severity)
{
	size_t n = 0;

	for (size_t i = 0; i < report->n_findings; i++)
		n += report->findings[i].severity == severity;
	return n;
}

/* ", with 2 critical findings and 1 warning" */
static void
put_counts(struct page *page)
{
	size_t critical =
	    count_findings(page->report, DANELAW_SEVERITY_CRITICAL);
	size_t warnings =
	    count_findings(page->report, DANELAW_SEVERITY_WARNING);

	if (critical + warnings > 0)
		buf_puts(page->out, ", with ");
	if (critical > 0)
		buf_printf(page->out, "%zu critical finding%s", critical,
		    page_s(critical));
	if (critical > 0 && warnings > 0)
		buf_puts(page->out, " and ");
	if (warnings > 0)
		buf_printf(
		    page->out, "%zu warning%s", warnings, page_s(warnings));
}

/* One line whatever its length: with -q it is all there is. */
static void
put_verdict(struct page *page)
{
	const struct danelaw_report *report = page->report;

	buf_printf(page->out, "%s: ", page_or(report->domain));
	page_colored(
	    page, report->state, danelaw_verdict_word(report->verdict));
	put_counts(page);
	if (report->summary != NULL)
		buf_printf(page->out, " - %s", report->summary);
	buf_puts(page->out, "\n");
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
	};

	put_verdict(&page);
	if (options->verbosity < 0)
		return;
	text_domain(&page);
	for (size_t i = 0; i < report->n_hosts; i++) {
		text_host(&page, &report->hosts[i]);
		text_addresses(&page, &report->hosts[i]);
	}
	text_findings(&page);
}
