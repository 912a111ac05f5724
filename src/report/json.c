/* SPDX-License-Identifier: ISC */
/*
 * Schema danelaw-report/1: doc/interface.md 6, keys in its order. Keys of
 * ours stand beside those of the contract, and none is ever missing.
 */
#include <danelaw.h>

#include "report/json_put.h"
#include "report/report.h"

static void
put_lookup(struct json_out *out, const struct danelaw_lookup *lookup)
{
	json_begin_object(out, NULL);
	json_put_text(out, "name", lookup->name);
	json_put_text(out, "type", lookup->type);
	json_put_text(out, "dnssec", danelaw_dnssec_word(lookup->dnssec));
	json_put_text(out, "presence", danelaw_presence_word(lookup->presence));
	json_put_text(out, "why", lookup->why);
	json_put_text(out, "cause", danelaw_dns_cause_word(lookup->cause));
	json_put_texts(out, "aliases", lookup->aliases, lookup->n_aliases);
	json_put_number(out, "ttl", lookup->ttl);
	json_put_date(out, "rrsig_expires", lookup->rrsig_expires);
	json_put_number(out, "records", (int64_t)lookup->n_records);
	json_put_bool(out, "wildcard", lookup->wildcard);
	json_put_date(out, "rrsig_inception", lookup->rrsig_inception);
	json_put_text(out, "signer", lookup->signer);
	json_put_texts(out, "signers", lookup->signers, lookup->n_signers);
	json_put_number(out, "nsec3_iterations", lookup->nsec3_iterations);
	json_put_text(out, "failed_first", lookup->failed_first);
	json_end_object(out);
}

static void
put_lookups(
    struct json_out *out, const struct danelaw_lookup *lookups, size_t n)
{
	json_begin_array(out, "lookups");
	for (size_t i = 0; i < n; i++)
		put_lookup(out, &lookups[i]);
	json_end_array(out);
}

static void
put_ds(struct json_out *out, const struct danelaw_ds *ds)
{
	json_begin_object(out, NULL);
	json_put_number(out, "key_tag", ds->key_tag);
	json_put_number(out, "algorithm", ds->algorithm);
	json_put_number(out, "digest_type", ds->digest_type);
	json_end_object(out);
}

/* A lookup that was not made has no type. */
static void
put_zone(struct json_out *out, const struct danelaw_zone *zone)
{
	json_begin_object(out, NULL);
	json_put_text(out, "name", zone->name);
	json_put_date(out, "dnskey_rrsig_expires", zone->dnskey.rrsig_expires);
	json_put_date(out, "ds_rrsig_expires", zone->ds.rrsig_expires);
	json_begin_array(out, "lookups");
	if (zone->dnskey.type != NULL)
		put_lookup(out, &zone->dnskey);
	if (zone->ds.type != NULL)
		put_lookup(out, &zone->ds);
	json_end_array(out);
	json_begin_array(out, "ds");
	for (size_t i = 0; i < zone->n_ds_records; i++)
		put_ds(out, &zone->ds_records[i]);
	json_end_array(out);
	json_end_object(out);
}

static void
put_clock_cert(struct json_out *out, const struct danelaw_clock_cert *first)
{
	if (!json_begin_given(out, "certificate", first))
		return;
	json_put_number(out, "days", first->days);
	json_put_date(out, "expires", first->expires);
	json_put_text(out, "subject", first->subject);
	json_put_text(out, "host", first->host);
	json_end_object(out);
}

static void
put_clock_rrsig(struct json_out *out, const struct danelaw_clock_rrsig *first)
{
	if (!json_begin_given(out, "rrsig", first))
		return;
	json_put_number(out, "hours", first->hours);
	json_put_date(out, "expires", first->expires);
	json_put_text(out, "name", first->name);
	json_put_text(out, "type", first->type);
	json_end_object(out);
}

static void
put_mx(struct json_out *out, const struct danelaw_mx *mx)
{
	json_begin_object(out, "mx");
	json_put_text(out, "source", danelaw_mx_source_word(mx->source));
	json_put_text(out, "dnssec", danelaw_dnssec_word(mx->dnssec));
	json_put_text(out, "why", mx->why);
	json_put_texts(out, "unusable", mx->unusable, mx->n_unusable);
	json_put_number(out, "left_out", (int64_t)mx->n_left_out);
	put_lookups(out, mx->lookups, mx->n_lookups);
	json_end_object(out);
}

static void
put_mail_reply(struct json_out *out, const char *key,
    const struct danelaw_mail_reply *reply)
{
	if (!json_begin_given(out, key, reply))
		return;
	json_put_text(out, "address", reply->address);
	if (reply->code == 0)
		json_put_null(out, "code");
	else
		json_put_number(out, "code", reply->code);
	json_put_text(out, "enhanced", reply->enhanced);
	json_put_text(out, "text", reply->text);
	json_end_object(out);
}

static void
put_mail(struct json_out *out, const struct danelaw_mail *mail)
{
	if (!json_begin_given(out, "mail", mail))
		return;
	put_mail_reply(out, "from", mail->from);
	put_mail_reply(out, "to", mail->to);
	put_mail_reply(out, "rset", mail->rset);
	json_put_text(out, "error", mail->error);
	json_end_object(out);
}

static void
put_smtp(struct json_out *out, const struct danelaw_smtp *smtp)
{
	json_begin_object(out, "smtp");
	json_put_text(out, "banner", smtp->banner);
	json_put_texts(out, "ehlo", smtp->ehlo, smtp->n_ehlo);
	json_put_text(out, "starttls", smtp->starttls);
	json_put_text(out, "refusal", smtp->refusal);
	put_mail(out, smtp->mail);
	json_put_text(out, "stage", danelaw_smtp_stage_word(smtp->stage));
	json_put_text(out, "fault", danelaw_smtp_fault_word(smtp->fault));
	json_put_number(out, "code", smtp->code);
	json_put_text(out, "ehlo_refusal", smtp->ehlo_refusal);
	json_put_bool(out, "starttls_again", smtp->starttls_again);
	json_put_bool(out, "mixed_codes", smtp->mixed_codes);
	if (smtp->n_transcript > 0)
		json_put_texts(
		    out, "transcript", smtp->transcript, smtp->n_transcript);
	json_end_object(out);
}

static void
put_sender(struct json_out *out, const struct danelaw_sender *sender)
{
	json_begin_object(out, NULL);
	json_put_text(out, "name", sender->name);
	json_put_text(out, "version", sender->version);
	json_put_text(out, "outcome", danelaw_delivery_word(sender->outcome));
	json_put_text(out, "why", sender->why);
	json_put_bool(out, "held_against_real", sender->held_against_real);
	json_end_object(out);
}

static void
put_timing(struct json_out *out, const struct danelaw_timing *timing)
{
	json_begin_object(out, "timing_ms");
	json_put_index(out, "connect", timing->connect);
	json_put_index(out, "banner", timing->banner);
	json_put_index(out, "starttls", timing->starttls);
	json_put_index(out, "tls", timing->tls);
	json_put_index(out, "total", timing->total);
	json_end_object(out);
}

static void
put_sendmail(struct json_out *out, const struct danelaw_address *address)
{
	if (!json_begin_given(out, "sendmail", address->sendmail))
		return;
	json_put_text(out, "verify", address->sendmail);
	json_put_text(out, "text", address->sendmail_why);
	json_end_object(out);
}

static void
put_trial(struct json_out *out, const struct danelaw_trial *trial)
{
	json_begin_object(out, NULL);
#define OFFER(field) json_put_text(out, #field, trial->field);
#define TEXT(field) json_put_text(out, #field, trial->field);
#define FLAG(field) json_put_bool(out, #field, trial->field);
#define NUMBER(field) json_put_number(out, #field, trial->field);
#define ALERT(field) json_put_index(out, #field, trial->field);
#define CHOICE(field, last, words)                                             \
	json_put_text(out, #field, words(trial->field));
#define TLS(field) json_tls(out, #field, trial->field);
#include "model/trial_fields.def"
	json_end_object(out);
}

static void
put_try(struct json_out *out, const struct danelaw_try *try)
{
	json_begin_object(out, NULL);
	json_put_date(out, "at", try->at);
	json_put_text(out, "outcome", danelaw_outcome_word(try->outcome));
	json_put_text(out, "banner", try->banner);
	json_put_bool(out, "starttls", try->starttls);
	json_put_text(out, "refusal", try->refusal);
	json_end_object(out);
}

static void
put_class(struct json_out *out, const struct danelaw_class *class)
{
	json_begin_object(out, "counted");
	json_put_bool(out, "failing", class->failing);
	json_put_bool(out, "skipped", class->skipped);
	json_put_bool(out, "authenticated", class->authenticated);
	json_put_bool(out, "open", class->open);
	json_put_bool(out, "unexamined", class->unexamined);
	json_end_object(out);
}

static void
put_address(struct json_out *out, const struct danelaw_address *address,
    const struct danelaw_tlsa *tlsa)
{
	json_begin_object(out, NULL);
	json_put_text(out, "ip", address->ip);
	json_put_number(out, "port", address->port);
	json_put_text(out, "outcome", danelaw_outcome_word(address->outcome));
	json_begin_array(out, "probes");
	for (size_t i = 0; i < address->n_probes; i++)
		json_probe(out, NULL, &address->probes[i], tlsa);
	json_end_array(out);
	json_probe(out, "no_sni", address->no_sni, tlsa);
	json_put_text(out, "cause", address->cause);
	json_put_text(out, "left_out", address->left_out);
	json_put_text(out, "untried", address->untried);
	json_put_text(out, "our_lack", address->our_lack);
	put_class(out, &address->counted);
	json_begin_array(out, "trials");
	for (size_t i = 0; i < address->n_trials; i++)
		put_trial(out, &address->trials[i]);
	json_end_array(out);
	json_begin_array(out, "tries");
	for (size_t i = 0; i < address->n_tries; i++)
		put_try(out, &address->tries[i]);
	json_end_array(out);
	put_smtp(out, &address->smtp);
	json_begin_array(out, "senders");
	for (size_t i = 0; i < address->n_senders; i++)
		put_sender(out, &address->senders[i]);
	json_end_array(out);
	put_timing(out, &address->timing);
	put_sendmail(out, address);
	json_end_object(out);
}

static void
put_host(struct json_out *out, const struct danelaw_host *host)
{
	json_begin_object(out, NULL);
	json_put_text(out, "name", host->name);
	json_put_number(out, "preference", host->preference);
	json_put_text(out, "dnssec", danelaw_dnssec_word(host->dnssec));
	json_put_text(out, "policy", danelaw_policy_word(host->policy));
	json_put_text(out, "why", host->why);
	json_put_bool(out, "shared", host->shared);
	put_class(out, &host->counted);
	json_tlsa(out, "tlsa", &host->tlsa);
	json_begin_array(out, "addresses");
	for (size_t i = 0; i < host->n_addresses; i++)
		put_address(out, &host->addresses[i], &host->tlsa);
	json_end_array(out);
	json_put_number(out, "left_out", (int64_t)host->n_left_out);
	put_lookups(out, host->lookups, host->n_lookups);
	json_end_object(out);
}

static void
put_fix(struct json_out *out, const struct danelaw_finding *finding)
{
	if (finding->n_fix_add == 0 && finding->n_fix_remove == 0) {
		json_put_null(out, "fix");
		return;
	}
	json_begin_object(out, "fix");
	json_put_texts(out, "add", finding->fix_add, finding->n_fix_add);
	json_put_texts(
	    out, "remove", finding->fix_remove, finding->n_fix_remove);
	json_end_object(out);
}

static void
put_finding(struct json_out *out, const struct danelaw_finding *finding)
{
	json_begin_object(out, NULL);
	json_put_text(out, "id", finding->id);
	json_put_text(
	    out, "severity", danelaw_severity_word(finding->severity));
	json_put_text(out, "subject", finding->subject);
	json_put_text(out, "text", finding->text);
	json_put_text(out, "remedy", finding->remedy);
	json_put_text(out, "rfc", finding->rfc);
	json_put_text(out, "tlsrpt", finding->tlsrpt);
	json_put_text(out, "sendmail", finding->sendmail);
	put_fix(out, finding);
	json_put_number(out, "folded", (int64_t)finding->folded);
	json_end_object(out);
}

static void
put_report(const struct danelaw_report *report, bool indented, struct buf *buf)
{
	struct json_out out = { .buf = buf, .indented = indented };

	json_begin_object(&out, NULL);
	json_put_text(&out, "schema", "danelaw-report/1");
	json_put_text(&out, "domain", report->domain);
	json_put_text(&out, "unicode", report->unicode);
	json_put_number(&out, "port", report->port);
	json_put_time(&out, "at", report->at);
	json_put_text(&out, "verdict", danelaw_verdict_word(report->verdict));
	json_put_text(&out, "state", danelaw_state_word(report->state));
	json_put_text(&out, "summary", report->summary);
	json_put_text(&out, "danelaw", DANELAW_VERSION);
	json_put_text(&out, "resolver", report->resolver);
	json_put_bool(&out, "resolver_fell_back", report->resolver_fell_back);
	json_put_text(&out, "resolver_error", report->resolver_error);
	json_put_text(&out, "own_lack", report->own_lack);
	put_mx(&out, &report->mx);
	json_begin_array(&out, "hosts");
	for (size_t i = 0; i < report->n_hosts; i++)
		put_host(&out, &report->hosts[i]);
	json_end_array(&out);
	json_begin_array(&out, "findings");
	for (size_t i = 0; i < report->n_findings; i++)
		put_finding(&out, &report->findings[i]);
	json_end_array(&out);
	json_begin_array(&out, "zones");
	for (size_t i = 0; i < report->n_zones; i++)
		put_zone(&out, &report->zones[i]);
	json_end_array(&out);
	json_begin_object(&out, "clocks");
	put_clock_cert(&out, report->clocks.certificate);
	put_clock_rrsig(&out, report->clocks.rrsig);
	json_end_object(&out);
	json_end_object(&out);
}

void
report_json_line(const struct danelaw_report *report, struct buf *out)
{
	put_report(report, false, out);
}

void
report_json(const struct danelaw_report *report, struct buf *out)
{
	put_report(report, true, out);
}

/* Whatever is in both has the same place in both. */
void
report_summary_line(const struct danelaw_report *report, struct buf *buf)
{
	struct json_out out = { .buf = buf };

	json_begin_object(&out, NULL);
	json_put_text(&out, "schema", "danelaw-summary/1");
	json_put_text(&out, "domain", report->domain);
	json_put_text(&out, "verdict", danelaw_verdict_word(report->verdict));
	json_put_text(&out, "state", danelaw_state_word(report->state));
	json_put_text(&out, "summary", report->summary);
	json_put_text(&out, "own_lack", report->own_lack);
	json_begin_object(&out, "mx");
	json_put_text(
	    &out, "source", danelaw_mx_source_word(report->mx.source));
	json_put_text(&out, "dnssec", danelaw_dnssec_word(report->mx.dnssec));
	json_end_object(&out);
	json_end_object(&out);
}
