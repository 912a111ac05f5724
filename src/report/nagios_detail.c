/* SPDX-License-Identifier: ISC */
/*
 * The long output: a line for each host and each address; with -v the
 * findings, with -vv the DNS answers, with -vvv what was said in SMTP.
 */
#include "report/due.h"
#include "report/nagios_out.h"
#include "report/page.h"
#include "report/tally.h"
#include "base/when.h"

/* A domain may name more hosts than a monitoring system cares to keep. */
enum { HOSTS_MAX = 50, ADDRESSES_MAX = 20 };

static void
put_host(const struct danelaw_host *host, struct buf *out)
{
	size_t matched = 0;

	for (size_t i = 0; i < host->tlsa.n_records; i++)
		matched += tally_is_matched(host, i);
	nagios_put_line(out,
	    "%s: policy %s, TLSA records matched %zu of %zu, %s",
	    page_or(host->name), danelaw_policy_word(host->policy), matched,
	    host->tlsa.n_records, page_or(host->why));
}

/* ", 2 1 1 8d02536c...fbcf286d matches depth 1" */
static void
put_match(const struct danelaw_host *host,
    const struct danelaw_address *address, struct buf *line)
{
	for (size_t i = 0; i < address->n_probes; i++) {
		const struct danelaw_match *match = address->probes[i].match;

		if (match == NULL || match->record >= host->tlsa.n_records)
			continue;
		buf_puts(line, ", ");
		text_short_rr(&host->tlsa.records[match->record], line);
		buf_printf(line, " matches depth %d", match->depth);
		return;
	}
}

static void
put_trouble(const struct danelaw_address *address, struct buf *line)
{
	for (size_t i = 0; i < address->n_probes; i++) {
		const struct danelaw_probe *probe = &address->probes[i];

		if (probe->outcome != address->outcome)
			continue;
		if (probe->error != NULL)
			buf_printf(line, ", %s", probe->error);
		else if (probe->verify_error != NULL)
			buf_printf(
			    line, ", %s", page_or(probe->verify_error->text));
		break;
	}
	if (address->smtp.refusal != NULL)
		buf_printf(line, ", said \"%s\"", address->smtp.refusal);
}

static void
put_address(const struct danelaw_report *report,
    const struct danelaw_host *host, const struct danelaw_address *address,
    bool ee_expiry, struct buf *out)
{
	struct due_cert due = due_certificate_at(host, address, ee_expiry);
	struct buf line = { 0 };
	char left[WHEN_DAYS_ROOM];

	put_match(host, address, &line);
	if (due.cert != NULL) {
		when_between(due.when, report->at, left);
		buf_printf(&line, ", its certificates %s %s%s",
		    due.when < report->at ? "ended" : "have", left,
		    due.when < report->at ? " ago" : " left");
	}
	if (address->outcome != DANELAW_OUTCOME_AUTHENTICATED)
		put_trouble(address, &line);
	if (buf_failed(&line))
		out->failed = true;
	nagios_put_line(out, "%s [%s]:%u: %s%s", page_or(host->name),
	    page_or(address->ip), address->port,
	    danelaw_outcome_word(address->outcome), buf_text(&line));
	buf_finish(&line);
}

static void
put_findings(const struct danelaw_report *report, struct buf *out)
{
	for (size_t i = 0; i < report->n_findings; i++) {
		const struct danelaw_finding *finding = &report->findings[i];

		nagios_put_line(out, "%s %s: %s",
		    danelaw_severity_word(finding->severity),
		    page_or(finding->id), page_or(finding->text));
		if (finding->remedy != NULL)
			nagios_put_line(out, "%s: do: %s", page_or(finding->id),
			    finding->remedy);
	}
}

static void
put_lookups(const struct danelaw_lookup *lookups, size_t n, struct buf *out)
{
	for (size_t i = 0; i < n; i++) {
		const struct danelaw_lookup *lookup = &lookups[i];
		char when[WHEN_ROOM] = "";
		bool known = lookup->rrsig_expires != 0 &&
		    when_format(lookup->rrsig_expires, when);

		nagios_put_line(out, "%s %s: %s, %s%s%s%s%s",
		    page_or(lookup->name), page_or(lookup->type),
		    danelaw_dnssec_word(lookup->dnssec),
		    danelaw_presence_word(lookup->presence),
		    known ? ", signed until " : "", when,
		    lookup->why != NULL ? ", " : "",
		    lookup->why != NULL ? lookup->why : "");
	}
}

static void
put_answers(const struct danelaw_report *report, struct buf *out)
{
	nagios_put_line(out, "answers from %s", page_or(report->resolver));
	put_lookups(report->mx.lookups, report->mx.n_lookups, out);
	for (size_t i = 0; i < report->n_hosts; i++)
		put_lookups(
		    report->hosts[i].lookups, report->hosts[i].n_lookups, out);
}

static void
put_talk(const struct danelaw_host *host, struct buf *out)
{
	for (size_t i = 0; i < host->n_addresses; i++) {
		const struct danelaw_address *address = &host->addresses[i];

		for (size_t k = 0; k < address->smtp.n_transcript; k++)
			nagios_put_line(out, "%s [%s]:%u %s",
			    page_or(host->name), page_or(address->ip),
			    address->port,
			    page_or(address->smtp.transcript[k]));
	}
}

void
nagios_put_details(const struct danelaw_report *report,
    const struct nagios_options *options, struct buf *out)
{
	for (size_t i = 0; i < report->n_hosts && i < HOSTS_MAX; i++) {
		const struct danelaw_host *host = &report->hosts[i];

		put_host(host, out);
		for (size_t k = 0; k < host->n_addresses && k < ADDRESSES_MAX;
		     k++)
			put_address(report, host, &host->addresses[k],
			    options->ee_expiry, out);
		if (host->n_addresses > ADDRESSES_MAX)
			nagios_put_line(out, "%s: %zu more addresses",
			    page_or(host->name),
			    host->n_addresses - ADDRESSES_MAX);
		if (host->n_left_out > 0)
			nagios_put_line(out,
			    "%s: %zu more addresses were not examined",
			    page_or(host->name), host->n_left_out);
	}
	if (report->n_hosts > HOSTS_MAX)
		nagios_put_line(
		    out, "%zu more hosts", report->n_hosts - HOSTS_MAX);
	if (report->mx.n_left_out > 0)
		nagios_put_line(out, "%zu more hosts were not examined",
		    report->mx.n_left_out);
	if (options->verbosity >= 1)
		put_findings(report, out);
	if (options->verbosity >= 2)
		put_answers(report, out);
	if (options->verbosity >= 3) {
		for (size_t i = 0; i < report->n_hosts; i++)
			put_talk(&report->hosts[i], out);
	}
}
