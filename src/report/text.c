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

/* All of it was looked at, and every sender delivers to all of it. */
static bool
is_sound(const struct danelaw_host *host)
{
	if (host->policy != DANELAW_POLICY_DANE || host->n_addresses == 0 ||
	    host->n_left_out > 0)
		return false;
	for (size_t i = 0; i < host->n_addresses; i++) {
		const struct danelaw_address *address = &host->addresses[i];

		if (address->outcome != DANELAW_OUTCOME_AUTHENTICATED)
			return false;
		for (size_t j = 0; j < address->n_senders; j++) {
			if (address->senders[j].outcome !=
			    DANELAW_DELIVERY_DELIVER)
				return false;
		}
	}
	return true;
}

/* Who was woken by it looks at the first thing first. */
enum rank { RANK_BAD, RANK_OTHER, RANK_SOUND, N_RANKS };

static enum rank
rank_of(const struct danelaw_host *host)
{
	if (host->counted.failing || host->counted.skipped)
		return RANK_BAD;
	return is_sound(host) ? RANK_SOUND : RANK_OTHER;
}

/* "mx2.example  authenticated  at 2 addresses; -v shows it" */
static void
put_sound(struct page *page, const struct danelaw_host *host)
{
	const char *word = danelaw_outcome_word(DANELAW_OUTCOME_AUTHENTICATED);

	buf_printf(page->out, "%s  ", page_or(host->name));
	page_colored(page, DANELAW_STATE_OK, word);
	buf_printf(page->out, "  at %zu address%s; -v shows it\n",
	    host->n_addresses, host->n_addresses == 1 ? "" : "es");
}

/* One host is what the reader asked for; of many the sound ones take a line. */
static void
put_hosts(struct page *page)
{
	const struct danelaw_report *report = page->report;
	bool folds = page->verbosity == 0 && report->n_hosts > 1;
	bool begun = false;

	for (enum rank rank = RANK_BAD; rank < N_RANKS; rank++) {
		for (size_t i = 0; i < report->n_hosts; i++) {
			const struct danelaw_host *host = &report->hosts[i];

			if (rank_of(host) != rank)
				continue;
			if (rank < RANK_SOUND || !folds) {
				text_host(page, host);
				text_addresses(page, host);
				continue;
			}
			if (!begun)
				page_blank(page);
			begun = true;
			put_sound(page, host);
		}
	}
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
	put_hosts(&page);
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
