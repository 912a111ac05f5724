/* SPDX-License-Identifier: ISC */
/*
 * Schemas danelaw-mx/1 and danelaw-host/1. What people and databases ask for
 * stands in keys; "facts" is for danelaw join, and holds all the rest.
 */
#include <danelaw.h>

#include "base/base64.h"
#include "base/owner.h"
#include "model/tree.h"
#include "report/json_put.h"
#include "report/report.h"

static void
put_facts(struct json_out *out, const struct danelaw_report *report)
{
	const struct tree *tree = (const struct tree *)report;

	buf_puts(out->buf, ",\"facts\":\"");
	base64_write(out->buf, tree->facts, tree->n_facts);
	buf_puts(out->buf, "\"");
}

static void
begin_row(struct json_out *out, const struct danelaw_report *report,
    const char *schema, const char *key, const char *name)
{
	json_begin_object(out, NULL);
	json_put_text(out, "schema", schema);
	json_put_text(out, key, name);
	json_put_text(out, "owner", owner_of(name));
	json_put_text(out, "danelaw", DANELAW_VERSION);
	json_put_time(out, "at", report->at);
	json_put_text(out, "own_lack", report->own_lack);
}

void
report_mx_line(const struct danelaw_report *report, struct buf *buf)
{
	const struct danelaw_mx *mx = &report->mx;
	struct json_out out = { .buf = buf };

	begin_row(&out, report, "danelaw-mx/1", "domain", report->domain);
	json_begin_object(&out, "mx");
	json_put_text(&out, "source", danelaw_mx_source_word(mx->source));
	json_put_text(&out, "dnssec", danelaw_dnssec_word(mx->dnssec));
	json_put_text(&out, "why", mx->why);
	json_put_texts(&out, "unusable", mx->unusable, mx->n_unusable);
	json_put_number(&out, "left_out", (int64_t)mx->n_left_out);
	json_end_object(&out);
	json_begin_array(&out, "hosts");
	for (size_t i = 0; i < report->n_hosts; i++) {
		json_begin_object(&out, NULL);
		json_put_text(&out, "name", report->hosts[i].name);
		json_put_number(
		    &out, "preference", report->hosts[i].preference);
		json_put_text(&out, "owner", owner_of(report->hosts[i].name));
		json_end_object(&out);
	}
	json_end_array(&out);
	put_facts(&out, report);
	json_end_object(&out);
}

static void
put_addresses(struct json_out *out, const struct danelaw_host *host)
{
	json_begin_array(out, "addresses");
	for (size_t i = 0; i < host->n_addresses; i++) {
		json_begin_object(out, NULL);
		json_put_text(out, "ip", host->addresses[i].ip);
		json_put_text(out, "outcome",
		    danelaw_outcome_word(host->addresses[i].outcome));
		json_end_object(out);
	}
	json_end_array(out);
}

void
report_host_line(const struct danelaw_report *report, struct buf *buf)
{
	const struct danelaw_host *host = &report->hosts[0];
	struct json_out out = { .buf = buf };

	begin_row(&out, report, "danelaw-host/1", "host", report->domain);
	json_put_text(&out, "dnssec", danelaw_dnssec_word(host->dnssec));
	json_put_text(&out, "policy", danelaw_policy_word(host->policy));
	json_tlsa(&out, "tlsa", &host->tlsa);
	put_addresses(&out, host);
	json_begin_array(&out, "findings");
	for (size_t i = 0; i < report->n_findings; i++)
		json_put_text(&out, NULL, report->findings[i].id);
	json_end_array(&out);
	put_facts(&out, report);
	json_end_object(&out);
}
