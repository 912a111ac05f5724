/* SPDX-License-Identifier: ISC */
/*
 * A chain and the records it was held against: the outcome, then what leads
 * to it, then what to do.
 */
#include "report/page.h"

enum { LABEL = 7 };

static void
put_outcome(struct page *page, const struct danelaw_probe *probe)
{
	const struct danelaw_report *report = page->report;

	buf_printf(page->out, "%s: ", page_or(report->domain));
	page_colored(page, report->state, danelaw_outcome_word(probe->outcome));
	if (report->summary != NULL)
		buf_printf(page->out, " - %s", report->summary);
	buf_puts(page->out, "\n");
}

static void
lookup_rows(struct page *page, const struct margin *margin,
    const struct danelaw_host *host)
{
	for (size_t i = 0; i < host->n_lookups; i++) {
		const struct danelaw_lookup *lookup = &host->lookups[i];
		const char *presence =
		    lookup->presence == DANELAW_PRESENCE_NODATA ? ", none"
		    : lookup->presence == DANELAW_PRESENCE_NXDOMAIN
		    ? ", no such name"
		    : "";

		page_row(page, margin, "dns", "%s %s: %s%s%s%s",
		    page_or(lookup->name), page_or(lookup->type),
		    danelaw_dnssec_word(lookup->dnssec), presence,
		    lookup->why == NULL ? "" : ", ",
		    lookup->why == NULL ? "" : lookup->why);
	}
}

static void
unusable_rows(struct page *page, const struct margin *margin,
    const struct danelaw_tlsa *tlsa)
{
	for (size_t i = 0; i < tlsa->n_records; i++) {
		const struct danelaw_record *record = &tlsa->records[i];
		struct buf rr = { 0 };

		if (record->usable)
			continue;
		text_short_rr(record, &rr);
		page_row(page, margin, "tlsa", "%s  unusable: %s",
		    buf_text(&rr), page_or(record->reason));
		buf_finish(&rr);
	}
}

void
report_verify(const struct danelaw_report *report,
    const struct report_options *options, struct buf *out)
{
	struct page page = {
		.report = report,
		.out = out,
		.color = options->color,
		.verbosity = options->verbosity > 0 ? 1 : 0,
	};
	const struct danelaw_host *host = &report->hosts[0];
	const struct danelaw_probe *probe = &host->addresses[0].probes[0];
	const struct margin margin = {
		.indent = 2,
		.subject = page_or(report->domain),
		.subject_len = -1,
		.label_width = LABEL,
	};

	put_outcome(&page, probe);
	if (options->verbosity < 0)
		return;
	page_blank(&page);
	lookup_rows(&page, &margin, host);
	text_proof(&page, &margin, probe, &host->tlsa);
	unusable_rows(&page, &margin, &host->tlsa);
	text_findings(&page);
}
