/* SPDX-License-Identifier: ISC */
/*
 * The state is the report's. Then come the reasons to think worse of it:
 * too few hosts, dates and signatures below the thresholds; the first that
 * is worse than what stands takes over the sentence as well.
 */
#include "report/nagios.h"

#include <string.h>

#include "report/due.h"
#include "report/nagios_out.h"
#include "report/page.h"
#include "report/tally.h"
#include "base/when.h"

enum { HOUR = 3600, DAY = 86400 };

struct plugin {
	const struct danelaw_report *report;
	const struct nagios_options *options;
	struct report_tally tally;
	struct due_cert cert;
	const struct danelaw_clock_rrsig *rrsig;  /* NULL: none counts */
	int64_t days, hours;                      /* left, in thousandths */
	struct range cert_warning, cert_critical; /* in days */
	enum danelaw_state state;
	struct buf sentence;
};

/* In whole tenths, so that the number shown is the number judged. */
static int64_t
left_until(int64_t when, int64_t at, int64_t unit)
{
	/* Both dates may be a peer's; a date beyond this is one of fancy. */
	const int64_t limit = INT64_C(1000000000000);
	int64_t a = when > limit ? limit : when < -limit ? -limit : when;
	int64_t b = at > limit ? limit : at < -limit ? -limit : at;
	int64_t tenths = (a - b) * 10 / unit;

	if ((a - b) * 10 % unit < 0)
		tenths--;
	return tenths * (RANGE_ONE / 10);
}

static enum danelaw_state
state_of_verdict(enum danelaw_verdict verdict)
{
	switch (verdict) {
	case DANELAW_VERDICT_OK:
		return DANELAW_STATE_OK;
	case DANELAW_VERDICT_PARTIAL:
	case DANELAW_VERDICT_NO_DANE:
	case DANELAW_VERDICT_INSECURE:
		return DANELAW_STATE_WARNING;
	case DANELAW_VERDICT_DEFER:
	case DANELAW_VERDICT_NO_MAIL:
	case DANELAW_VERDICT_DEGRADED:
	case DANELAW_VERDICT_FAIL:
		break;
	}
	return DANELAW_STATE_CRITICAL;
}

/* The finding that made the state worse than the verdict has it. */
static const struct danelaw_finding *
finding_to_blame(const struct danelaw_report *report)
{
	enum danelaw_severity severity = report->state == DANELAW_STATE_CRITICAL
	    ? DANELAW_SEVERITY_CRITICAL
	    : DANELAW_SEVERITY_WARNING;

	if (report->state == DANELAW_STATE_UNKNOWN ||
	    report->state == state_of_verdict(report->verdict))
		return NULL;
	for (size_t i = 0; i < report->n_findings; i++) {
		if (report->findings[i].severity == severity &&
		    report->findings[i].text != NULL)
			return &report->findings[i];
	}
	return NULL;
}

static void
say_report(struct plugin *plugin)
{
	const struct danelaw_report *report = plugin->report;
	const struct danelaw_finding *finding = finding_to_blame(report);

	buf_puts(&plugin->sentence,
	    finding != NULL ? finding->text
		: report->summary != NULL
		? report->summary
		: danelaw_verdict_word(report->verdict));
}

/*
 * A lookup that got no answer in time is the domain's failure (interface.md
 * section 4): that the resolver answers was made sure of. So what is critical
 * stays so.
 */
static bool
is_late(const struct plugin *plugin)
{
	const struct nagios_options *options = plugin->options;
	enum danelaw_state state = plugin->report->state;

	return options->budget_ms > 0 &&
	    options->elapsed_ms >= options->budget_ms &&
	    (state == DANELAW_STATE_UNKNOWN || state == DANELAW_STATE_OK);
}

/* Nobody answered, of whom the DNS told; and it is not for us that it is so. */
static bool
is_unreachable(const struct plugin *plugin)
{
	const struct danelaw_report *report = plugin->report;
	const struct tally *addresses = &plugin->tally.addresses;

	return plugin->options->unreachable_state != DANELAW_STATE_OK &&
	    report->state == DANELAW_STATE_UNKNOWN && addresses->all > 0 &&
	    addresses->unreachable == addresses->all &&
	    report->resolver_error == NULL && report->own_lack == NULL;
}

/* True: nothing is known, and timeout_state rules. */
static bool
judge_report(struct plugin *plugin)
{
	const struct danelaw_report *report = plugin->report;
	const struct nagios_options *options = plugin->options;
	bool late = is_late(plugin);
	bool unheard =
	    report->state == DANELAW_STATE_UNKNOWN && plugin->tally.silent > 0;

	plugin->state = report->state;
	buf_printf(&plugin->sentence, "%s: ", page_or(report->domain));
	if (is_unreachable(plugin)) {
		plugin->state = options->unreachable_state;
		say_report(plugin);
		return true;
	}
	if (late && report->resolver_error == NULL) {
		buf_puts(&plugin->sentence, "no result after ");
		range_put_number(options->budget_ms, &plugin->sentence);
		buf_puts(&plugin->sentence, " s: ");
	}
	if (late || unheard || report->resolver_error != NULL ||
	    report->own_lack != NULL) {
		plugin->state = options->timeout_state == DANELAW_STATE_OK
		    ? DANELAW_STATE_UNKNOWN
		    : options->timeout_state;
		say_report(plugin);
		return true;
	}
	if (report->state == DANELAW_STATE_OK &&
	    plugin->tally.hosts.authenticated == 0) {
		plugin->state = DANELAW_STATE_UNKNOWN;
		buf_puts(&plugin->sentence, "no host was authenticated; ");
	}
	say_report(plugin);
	return false;
}

/* Takes over if the state is worse than what stands; empties sentence. */
static bool
is_worse(struct plugin *plugin, enum danelaw_state state)
{
	if (danelaw_state_worse(plugin->state, state) == plugin->state)
		return false;
	plugin->state = state;
	buf_drop(&plugin->sentence, plugin->sentence.len);
	buf_printf(&plugin->sentence, "%s: ", page_or(plugin->report->domain));
	return true;
}

static void
judge_hosts(struct plugin *plugin)
{
	size_t n = plugin->tally.hosts.authenticated;

	if (plugin->options->min_hosts > 0 &&
	    n < (size_t)plugin->options->min_hosts &&
	    is_worse(plugin, DANELAW_STATE_CRITICAL))
		buf_printf(&plugin->sentence,
		    "%zu of %zu MX hosts authenticated, but there must be %ld",
		    n, plugin->tally.hosts.all, plugin->options->min_hosts);
}

/* The threshold that counts, NULL: none is crossed. */
static const struct range *
judge_left(struct plugin *plugin, int64_t left, const struct range *warning,
    const struct range *critical)
{
	if (range_alerts(critical, left))
		return is_worse(plugin, DANELAW_STATE_CRITICAL) ? critical
								: NULL;
	if (range_alerts(warning, left))
		return is_worse(plugin, DANELAW_STATE_WARNING) ? warning : NULL;
	return NULL;
}

/* "61.5 days left, allowed is 90:" */
static void
say_left(struct plugin *plugin, int64_t left, const char *unit,
    const struct range *range)
{
	struct buf *out = &plugin->sentence;

	buf_puts(out, left < 0 ? "ended " : "has ");
	range_put_number(left < 0 ? -left : left, out);
	buf_printf(
	    out, " %s %s, the threshold is ", unit, left < 0 ? "ago" : "left");
	range_put(range, out);
}

static void
judge_cert(struct plugin *plugin)
{
	const struct nagios_options *options = plugin->options;
	const struct due_cert *due = &plugin->cert;
	const struct range *range, *asked;
	int64_t life;

	if (due->cert == NULL)
		return;
	plugin->days = left_until(due->when, plugin->report->at, DAY);
	life = left_until(due->when, due->cert->not_before, DAY);
	plugin->cert_warning =
	    range_of(&options->cert_warning, life < 0 ? 0 : life);
	plugin->cert_critical =
	    range_of(&options->cert_critical, life < 0 ? 0 : life);
	range = judge_left(plugin, plugin->days, &plugin->cert_warning,
	    &plugin->cert_critical);
	if (range == NULL)
		return;
	asked = range == &plugin->cert_warning ? &options->cert_warning
					       : &options->cert_critical;
	buf_printf(&plugin->sentence, "%s of %s [%s]:%u ",
	    due->cert->depth == 0 ? "the certificate"
				  : "a certificate in the chain",
	    page_or(due->host->name), page_or(due->address->ip),
	    due->address->port);
	say_left(plugin, plugin->days, "days", range);
	if (asked->percent) {
		buf_puts(&plugin->sentence, ", which is ");
		range_put(asked, &plugin->sentence);
		buf_puts(&plugin->sentence, " of its life");
	}
}

static void
judge_rrsig(struct plugin *plugin)
{
	const struct danelaw_clock_rrsig *due = plugin->rrsig;
	const struct range *range;

	if (due == NULL)
		return;
	plugin->hours = left_until(due->expires, plugin->report->at, HOUR);
	range = judge_left(plugin, plugin->hours,
	    &plugin->options->rrsig_warning, &plugin->options->rrsig_critical);
	if (range == NULL)
		return;
	buf_printf(&plugin->sentence, "the signature of %s %s ",
	    page_or(due->name), page_or(due->type));
	say_left(plugin, plugin->hours, "hours", range);
}

static void
put_count(struct buf *out, const char *label, size_t value, size_t max,
    const struct range *critical)
{
	const struct nagios_value counted = {
		.label = label,
		.value = (int64_t)value * RANGE_ONE,
		.critical = critical,
		.counted = true,
		.max = (int64_t)max * RANGE_ONE,
	};

	nagios_put_value(&counted, out);
}

static void
put_tally(const struct plugin *plugin, struct buf *out)
{
	const struct tally *hosts = &plugin->tally.hosts;
	const struct tally *addresses = &plugin->tally.addresses;
	const struct range least = {
		.given = plugin->options->min_hosts > 0,
		.no_high = true,
		.low = plugin->options->min_hosts * RANGE_ONE,
	};

	put_count(out, "hosts_authenticated", hosts->authenticated, hosts->all,
	    &least);
	put_count(out, "hosts_failed", hosts->failed, hosts->all, NULL);
	put_count(
	    out, "hosts_unreachable", hosts->unreachable, hosts->all, NULL);
	put_count(out, "addresses_authenticated", addresses->authenticated,
	    addresses->all, NULL);
	put_count(
	    out, "addresses_failed", addresses->failed, addresses->all, NULL);
	put_count(out, "addresses_unreachable", addresses->unreachable,
	    addresses->all, NULL);
	put_count(out, "records_matched", plugin->tally.matched,
	    plugin->tally.records, NULL);
	put_count(out, "records_total", plugin->tally.records,
	    plugin->tally.records, NULL);
}

static void
put_perfdata(const struct plugin *plugin, struct buf *out)
{
	const struct nagios_options *options = plugin->options;
	const struct nagios_value time = {
		.label = "time",
		.value = options->elapsed_ms,
		.unit = "s",
		.counted = true,
		.max = options->budget_ms,
	};
	const struct nagios_value days = {
		.label = "cert_days",
		.value = plugin->days,
		.warning = &plugin->cert_warning,
		.critical = &plugin->cert_critical,
	};
	const struct nagios_value hours = {
		.label = "rrsig_hours",
		.value = plugin->hours,
		.warning = &options->rrsig_warning,
		.critical = &options->rrsig_critical,
	};

	buf_puts(out, " |");
	nagios_put_value(&time, out);
	if (plugin->cert.cert != NULL)
		nagios_put_value(&days, out);
	if (plugin->rrsig != NULL)
		nagios_put_value(&hours, out);
	put_tally(plugin, out);
	buf_puts(out, "\n");
}

void
report_nagios_line(
    enum danelaw_state state, const char *sentence, struct buf *out)
{
	static const char *const words[] = {
		[DANELAW_STATE_OK] = "OK",
		[DANELAW_STATE_WARNING] = "WARNING",
		[DANELAW_STATE_CRITICAL] = "CRITICAL",
		[DANELAW_STATE_UNKNOWN] = "UNKNOWN",
	};
	const size_t head =
	    strlen("DANELAW ") + strlen(words[state]) + strlen(" - ");

	buf_printf(out, "DANELAW %s - ", words[state]);
	nagios_put_text(sentence, NAGIOS_LINE_MAX - head, out);
}

void
report_nagios(const struct danelaw_report *report,
    const struct nagios_options *options, struct buf *out,
    enum danelaw_state *state)
{
	struct plugin plugin = {
		.report = report,
		.options = options,
		.tally = tally_report(report),
		.cert = due_certificate(report, options->ee_expiry),
		.rrsig = report->clocks.rrsig,
	};

	if (!judge_report(&plugin))
		judge_hosts(&plugin);
	judge_cert(&plugin);
	judge_rrsig(&plugin);
	if (buf_failed(&plugin.sentence))
		out->failed = true;
	report_nagios_line(plugin.state, buf_text(&plugin.sentence), out);
	put_perfdata(&plugin, out);
	nagios_put_details(report, options, out);
	buf_finish(&plugin.sentence);
	*state = plugin.state;
}
