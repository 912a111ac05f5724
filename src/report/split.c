/* SPDX-License-Identifier: ISC */
/*
 * Rows of --split: what the questions of a survey need, each thing once. A
 * host's row is that of the report which names it first.
 */
#include <danelaw.h>

#include "base/owner.h"
#include "report/json_put.h"
#include "report/report.h"

static void
begin(struct json_out *out, const char *type)
{
	json_begin_object(out, NULL);
	buf_printf(out->buf, "\"schema\":\"danelaw-split-%s/1\"", type);
	out->more = true;
	json_put_text(out, "type", type);
}

void
report_run_line(int64_t at, struct buf *buf)
{
	struct json_out out = { .buf = buf };

	begin(&out, "run");
	json_put_text(&out, "danelaw", DANELAW_VERSION);
	json_put_time(&out, "at", at);
	json_end_object(&out);
}

void
report_domain_line(const struct danelaw_report *report, struct buf *buf)
{
	const struct danelaw_mx *mx = &report->mx;
	struct json_out out = { .buf = buf };

	begin(&out, "domain");
	json_put_text(&out, "domain", report->domain);
	json_put_time(&out, "at", report->at);
	json_put_text(&out, "verdict", danelaw_verdict_word(report->verdict));
	json_put_text(&out, "state", danelaw_state_word(report->state));
	json_put_text(&out, "own_lack", report->own_lack);
	json_begin_object(&out, "mx");
	json_put_text(&out, "source", danelaw_mx_source_word(mx->source));
	json_put_text(&out, "dnssec", danelaw_dnssec_word(mx->dnssec));
	json_end_object(&out);
	json_put_text(&out, "provider",
	    report->n_hosts == 0 ? NULL : owner_of(report->hosts[0].name));
	json_begin_array(&out, "hosts");
	for (size_t i = 0; i < report->n_hosts; i++) {
		json_begin_object(&out, NULL);
		json_put_text(&out, "name", report->hosts[i].name);
		json_put_number(
		    &out, "preference", report->hosts[i].preference);
		json_end_object(&out);
	}
	json_end_array(&out);
	json_begin_array(&out, "findings");
	for (size_t i = 0; i < report->n_findings; i++)
		json_put_text(&out, NULL, report->findings[i].id);
	json_end_array(&out);
	json_end_object(&out);
}

static void
put_record(struct json_out *out, const struct danelaw_record *record)
{
	json_begin_object(out, NULL);
	json_put_number(out, "usage", record->usage);
	json_put_number(out, "selector", record->selector);
	json_put_number(out, "mtype", record->mtype);
	json_put_bool(out, "usable", record->usable);
	json_end_object(out);
}

/* Of the certificate that the server shows unless asked for another. */
static void
put_cert(struct json_out *out, const struct danelaw_address *address)
{
	const struct danelaw_probe *probe =
	    address->n_probes > 0 ? &address->probes[0] : NULL;
	const struct danelaw_cert *cert =
	    probe != NULL && probe->n_chain > 0 ? &probe->chain[0] : NULL;

	json_put_text(out, "tls",
	    probe == NULL || probe->tls == NULL ? NULL : probe->tls->version);
	json_put_text(out, "key", cert == NULL ? NULL : cert->key);
	json_put_text(out, "issuer", cert == NULL ? NULL : cert->issuer);
	json_put_date(out, "not_after", cert == NULL ? 0 : cert->not_after);
	json_put_text(
	    out, "spki_sha256", cert == NULL ? NULL : cert->spki_sha256);
}

void
report_mail_host_line(const struct danelaw_report *report,
    const struct danelaw_host *host, struct buf *buf)
{
	const struct danelaw_tlsa *tlsa = &host->tlsa;
	struct json_out out = { .buf = buf };

	begin(&out, "host");
	json_put_text(&out, "host", host->name);
	json_put_time(&out, "at", report->at);
	json_put_text(&out, "owner", owner_of(host->name));
	json_put_text(&out, "dnssec", danelaw_dnssec_word(host->dnssec));
	json_put_text(&out, "policy", danelaw_policy_word(host->policy));
	json_put_text(
	    &out, "tlsa_status", danelaw_tlsa_status_word(tlsa->status));
	json_begin_array(&out, "tlsa");
	for (size_t i = 0; i < tlsa->n_records; i++)
		put_record(&out, &tlsa->records[i]);
	json_end_array(&out);
	json_begin_array(&out, "addresses");
	for (size_t i = 0; i < host->n_addresses; i++) {
		const struct danelaw_address *address = &host->addresses[i];

		json_begin_object(&out, NULL);
		json_put_text(&out, "ip", address->ip);
		json_put_text(
		    &out, "outcome", danelaw_outcome_word(address->outcome));
		put_cert(&out, address);
		json_end_object(&out);
	}
	json_end_array(&out);
	json_end_object(&out);
}
