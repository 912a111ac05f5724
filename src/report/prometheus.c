/* SPDX-License-Identifier: ISC */
/*
 * A table of metrics, each with the function that writes its samples for one
 * target. The format wants all samples of a metric in a row, so the table is
 * the outer loop and the targets the inner one.
 *
 * Cardinality. Verdict and policy are state sets, a sample for each word, so
 * that "== 1" and "== 0" both work in an alert: there are few of them. An
 * address has 20 outcomes and there are many addresses, so only the present
 * one is written, with the value 1: a rule asks for the word it fears, and
 * Prometheus ends the old series when the outcome changes. Findings are
 * counted by severity, and those that are there by id. Of what a peer sent
 * nothing becomes a label; names and digests come from the DNS.
 */
#include "report/prometheus.h"

#include <danelaw.h>
#include <string.h>

#include "model/finding.h"
#include "report/prometheus_host.h"
#include "report/prometheus_out.h"

#define LABELS PROMETHEUS_LABELS
#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static void
put_check_success(
    struct prometheus_metric *metric, const struct prometheus_item *item)
{
	if (item->checked_at != 0)
		prometheus_put(metric, LABELS({ "domain", item->target }),
		    item->report != NULL);
}

static void
put_check_time(
    struct prometheus_metric *metric, const struct prometheus_item *item)
{
	if (item->checked_at != 0)
		prometheus_put(metric, LABELS({ "domain", item->target }),
		    item->checked_at);
}

static void
put_check_duration(
    struct prometheus_metric *metric, const struct prometheus_item *item)
{
	if (item->duration_ms >= 0)
		prometheus_put_ms(metric, LABELS({ "domain", item->target }),
		    item->duration_ms);
}

static void
put_verdict(
    struct prometheus_metric *metric, const struct prometheus_item *item)
{
	static const enum danelaw_verdict all[] = { DANELAW_VERDICT_OK,
		DANELAW_VERDICT_PARTIAL, DANELAW_VERDICT_DEGRADED,
		DANELAW_VERDICT_FAIL, DANELAW_VERDICT_NO_DANE,
		DANELAW_VERDICT_INSECURE, DANELAW_VERDICT_NO_MAIL,
		DANELAW_VERDICT_DEFER };

	for (size_t i = 0; i < COUNT(all); i++)
		prometheus_put(metric,
		    LABELS({ "domain", item->target },
			{ "verdict", danelaw_verdict_word(all[i]) }),
		    item->report->verdict == all[i]);
}

static void
put_state(struct prometheus_metric *metric, const struct prometheus_item *item)
{
	prometheus_put(
	    metric, LABELS({ "domain", item->target }), item->report->state);
}

/* Behind brackets there are no MX records to be signed. */
static void
put_mx_secure(
    struct prometheus_metric *metric, const struct prometheus_item *item)
{
	const struct danelaw_mx *mx = &item->report->mx;

	if (mx->source != DANELAW_MX_LITERAL)
		prometheus_put(metric, LABELS({ "domain", item->target }),
		    mx->dnssec == DANELAW_DNSSEC_SECURE);
}

static void
put_hosts(struct prometheus_metric *metric, const struct prometheus_item *item)
{
	const struct danelaw_report *report = item->report;
	struct {
		const char *word;
		int64_t n;
	} all[] = { { "authenticated", 0 }, { "failing", 0 }, { "skipped", 0 },
		{ "open", 0 }, { "unexamined", 0 } };

	for (size_t i = 0; i < report->n_hosts; i++) {
		const struct danelaw_class *class = &report->hosts[i].counted;

		all[0].n += class->authenticated;
		all[1].n += class->failing;
		all[2].n += class->skipped;
		all[3].n += class->open;
		all[4].n += class->unexamined;
	}
	for (size_t i = 0; i < COUNT(all); i++)
		prometheus_put(metric,
		    LABELS(
			{ "domain", item->target }, { "class", all[i].word }),
		    all[i].n);
}

static void
put_not_after(
    struct prometheus_metric *metric, const struct prometheus_item *item)
{
	const struct danelaw_clock_cert *clock =
	    item->report->clocks.certificate;

	if (clock != NULL)
		prometheus_put(metric,
		    LABELS({ "domain", item->target }, { "host", clock->host }),
		    clock->expires);
}

static void
put_rrsig(struct prometheus_metric *metric, const struct prometheus_item *item)
{
	const struct danelaw_clock_rrsig *clock = item->report->clocks.rrsig;

	if (clock != NULL)
		prometheus_put(metric,
		    LABELS({ "domain", item->target }, { "name", clock->name },
			{ "type", clock->type }),
		    clock->expires);
}

static void
put_findings(
    struct prometheus_metric *metric, const struct prometheus_item *item)
{
	static const enum danelaw_severity all[] = { DANELAW_SEVERITY_CRITICAL,
		DANELAW_SEVERITY_WARNING, DANELAW_SEVERITY_INFO };
	const struct danelaw_report *report = item->report;

	for (size_t i = 0; i < COUNT(all); i++) {
		int64_t n = 0;

		for (size_t k = 0; k < report->n_findings; k++) {
			if (report->findings[k].severity == all[i])
				n += (int64_t)finding_weight(
				    &report->findings[k]);
		}
		prometheus_put(metric,
		    LABELS({ "domain", item->target },
			{ "severity", danelaw_severity_word(all[i]) }),
		    n);
	}
}

static bool
is_same_finding(
    const struct danelaw_finding *a, const struct danelaw_finding *b)
{
	return prometheus_same(a->id, b->id) && a->severity == b->severity;
}

static void
put_finding(
    struct prometheus_metric *metric, const struct prometheus_item *item)
{
	const struct danelaw_report *report = item->report;

	for (size_t i = 0; i < report->n_findings; i++) {
		const struct danelaw_finding *finding = &report->findings[i];
		size_t before = 0;
		int64_t n = 0;

		for (size_t k = 0; k < report->n_findings; k++) {
			bool same =
			    is_same_finding(&report->findings[k], finding);

			if (same)
				n += (int64_t)finding_weight(
				    &report->findings[k]);
			before += same && k < i;
		}
		if (before == 0)
			prometheus_put(metric,
			    LABELS({ "domain", item->target },
				{ "id", finding->id },
				{ "severity",
				    danelaw_severity_word(finding->severity) }),
			    n);
	}
}

static const struct {
	const char *name, *help;
	prometheus_put_fn *put;
	bool needs_report;
} metrics[] = {
	{ "danelaw_check_success",
	    "Did the last check run to its end and leave a report (1) or not "
	    "(0).",
	    put_check_success, false },
	{ "danelaw_check_timestamp_seconds",
	    "Unix time when the last check ended.", put_check_time, false },
	{ "danelaw_check_duration_seconds",
	    "How long the last check took, DNS included.", put_check_duration,
	    false },
	{ "danelaw_domain_verdict",
	    "1 for the verdict on the domain, 0 for every other.", put_verdict,
	    true },
	{ "danelaw_domain_state",
	    "State of the domain: 0 ok, 1 warning, 2 critical, 3 unknown.",
	    put_state, true },
	{ "danelaw_mx_secure",
	    "Are the MX records signed and valid (1), or unsigned, bogus or "
	    "not to be had (0).",
	    put_mx_secure, true },
	{ "danelaw_hosts",
	    "MX hosts by how they count; one may be both authenticated and "
	    "failing, by different addresses.",
	    put_hosts, true },
	{ "danelaw_host_policy",
	    "1 for what RFC 7672 tells a sender to do with the MX host, 0 for "
	    "the rest.",
	    prometheus_put_policy, true },
	{ "danelaw_tlsa_records",
	    "TLSA records of the MX host; none where the lookup failed or was "
	    "not made.",
	    prometheus_put_tlsa, true },
	{ "danelaw_tlsa_usable_records",
	    "TLSA records of the MX host that a sender can use.",
	    prometheus_put_tlsa_usable, true },
	{ "danelaw_address_outcome",
	    "1 for how the talk with the address ended; other outcomes have "
	    "no sample.",
	    prometheus_put_outcome, true },
	{ "danelaw_record_match",
	    "Does the TLSA record match what the address presents (1) or not "
	    "(0); none where no certificate was seen.",
	    prometheus_put_match, true },
	{ "danelaw_probe_duration_seconds",
	    "How long the talk with the address took.",
	    prometheus_put_probe_duration, true },
	{ "danelaw_certificate_not_after_seconds",
	    "Unix time when the first certificate ends that delivery depends "
	    "on: one that DANE-TA(2) leads to.",
	    put_not_after, true },
	{ "danelaw_rrsig_expiry_seconds",
	    "Unix time when the first signature ends that delivery depends "
	    "on.",
	    put_rrsig, true },
	{ "danelaw_findings", "Findings of the last check by severity.",
	    put_findings, true },
	{ "danelaw_finding",
	    "How often a finding was made in the last check; others have no "
	    "sample.",
	    put_finding, true },
};

void
report_prometheus(
    const struct prometheus_item *items, size_t n, struct buf *out)
{
	for (size_t i = 0; i < COUNT(metrics); i++) {
		struct prometheus_metric metric = { metrics[i].name,
			metrics[i].help, "gauge", out, false };

		for (size_t k = 0; k < n; k++)
			if (!metrics[i].needs_report || items[k].report != NULL)
				metrics[i].put(&metric, &items[k]);
	}
}

static bool
is_success(const struct danelaw_report *report)
{
	return report != NULL &&
	    (report->state == DANELAW_STATE_OK ||
		report->state == DANELAW_STATE_WARNING);
}

void
report_prometheus_probe(const struct prometheus_item *item, struct buf *out)
{
	struct prometheus_value values[] = {
		{ .name = "probe_success",
		    .help = "Is the state of the domain ok or warning (1), or "
			    "critical, unknown or not to be had (0).",
		    .value = is_success(item->report) },
		{ .name = "probe_duration_seconds",
		    .help = "How long the check took; of a cached answer, how "
			    "long it had taken.",
		    .value = item->duration_ms < 0 ? 0 : item->duration_ms,
		    .is_ms = true },
	};

	report_prometheus_values(values, COUNT(values), out);
	report_prometheus(item, 1, out);
}

void
report_prometheus_values(
    const struct prometheus_value *values, size_t n, struct buf *out)
{
	struct prometheus_metric metric = { .name = NULL };

	for (size_t i = 0; i < n; i++) {
		const struct prometheus_value *value = &values[i];
		const struct prometheus_label *labels =
		    LABELS({ value->label, value->label_value });

		if (!prometheus_same(metric.name, value->name))
			metric = (struct prometheus_metric) { value->name,
				value->help,
				value->type == PROMETHEUS_COUNTER ? "counter"
								  : "gauge",
				out, false };
		if (value->is_ms)
			prometheus_put_ms(&metric, labels, value->value);
		else
			prometheus_put(&metric, labels, value->value);
	}
}

void
report_prometheus_build(struct buf *out)
{
	struct prometheus_value value = { .name = "danelaw_build_info",
		.help = "1; the label says which danelaw this is.",
		.label = "version",
		.label_value = DANELAW_VERSION,
		.value = 1 };

	report_prometheus_values(&value, 1, out);
}
