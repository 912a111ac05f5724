/* SPDX-License-Identifier: ISC */
/* Group D as far as the dates of signatures have it. */
#include <string.h>

#include "policy/clocks.h"
#include "policy/diagnose_kit.h"

void
signatures_other_time(struct exam *exam, struct danelaw_finding *finding)
{
	const char *text;

	if (finding == NULL || !exam->options.other_time)
		return;
	text = arena_printf(exam->arena,
	    "%s But this is seen from %s: zones are signed again all the time, "
	    "so only certificates can be judged for another day.",
	    finding->text, kit_date(exam, exam->report->at));
	if (text != NULL)
		finding->text = text;
}

/*
 * Unbound by its defaults goes on with a signature for a tenth of its life, an
 * hour at least and a day at most, after its end and before its begin; BIND,
 * PowerDNS and others do not, and nor do we.
 */
static void
add_forgiving(struct exam *exam, struct danelaw_finding *finding,
    const struct danelaw_lookup *lookup)
{
	int64_t at = exam->report->at;
	int64_t skew = (lookup->rrsig_expires - lookup->rrsig_inception) / 10;
	const char *text = NULL;

	if (finding == NULL || lookup->rrsig_expires == 0 ||
	    lookup->rrsig_inception == 0)
		return;
	skew = skew < 3600 ? 3600 : skew > 86400 ? 86400 : skew;
	if (at > lookup->rrsig_expires && at <= lookup->rrsig_expires + skew)
		text = arena_printf(exam->arena,
		    "%s Senders with Unbound forgive that until %s, others do "
		    "not.",
		    finding->text,
		    kit_date(exam, lookup->rrsig_expires + skew));
	else if (at < lookup->rrsig_inception &&
	    at >= lookup->rrsig_inception - skew)
		text = arena_printf(exam->arena,
		    "%s Senders with Unbound forgive that already, others only "
		    "from %s on.",
		    finding->text, kit_date(exam, lookup->rrsig_inception));
	if (text != NULL)
		finding->text = text;
}

static bool
is_about_time(enum finding_id id)
{
	return id == FINDING_DNS_RRSIG_EXPIRED ||
	    id == FINDING_DNS_RRSIG_NOT_YET_VALID;
}

void
signatures_explain(struct exam *exam, struct danelaw_finding *finding,
    enum finding_id id, const struct danelaw_lookup *lookup)
{
	if (!is_about_time(id))
		return;
	add_forgiving(exam, finding, lookup);
	signatures_other_time(exam, finding);
}

static bool
told_expiry(const struct exam *exam, const char *when)
{
	const struct danelaw_report *report = exam->report;
	const char *id = finding_entry(FINDING_DNS_RRSIG_EXPIRING)->id;

	for (size_t i = 0; i < report->n_findings; i++) {
		if (strcmp(report->findings[i].id, id) == 0 &&
		    kit_says(report->findings[i].text, when))
			return true;
	}
	return false;
}

void
signatures_expiring(struct exam *exam, const char *subject,
    const struct danelaw_lookup *lookups, size_t n)
{
	uint32_t hours = exam->options.rrsig_hours;
	const struct danelaw_lookup *first = NULL;
	struct danelaw_finding *finding;
	const char *when, *left;
	int64_t seconds;

	if (hours == 0)
		hours = CLOCKS_RRSIG_HOURS;
	for (size_t i = 0; i < n; i++) {
		if (clocks_is_near_end(&lookups[i], exam->report->at, hours) &&
		    (first == NULL ||
			lookups[i].rrsig_expires < first->rrsig_expires))
			first = &lookups[i];
	}
	if (first == NULL)
		return;
	seconds = first->rrsig_expires - exam->report->at;
	when = kit_date(exam, first->rrsig_expires);
	/* Hosts of one zone are signed by one job. */
	if (told_expiry(exam, when))
		return;
	if (seconds <= 0)
		left = "which is past";
	else if (seconds < 3600)
		left = "within the hour";
	else
		left = arena_printf(exam->arena, "in %ld hours or less",
		    (long)(seconds / 3600) + 1);
	finding = finding_add(exam->tree, FINDING_DNS_RRSIG_EXPIRING, subject,
	    "type", kit_text(exam, first->type), "name",
	    kit_text(exam, first->name), "when", when, "left",
	    kit_text(exam, left), NULL);
	/* A registry has its own people; nobody else can do a thing. */
	if (finding != NULL && first->signer != NULL &&
	    strchr(first->signer, '.') == NULL)
		finding->severity = DANELAW_SEVERITY_INFO;
}
