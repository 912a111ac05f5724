/* SPDX-License-Identifier: ISC */
/*
 * Schema danelaw-report/1: INTERFACE section 6, keys in its order. Keys of
 * ours stand beside those of the contract, and none is ever missing.
 */
#include "report/json_put.h"
#include "report/report.h"

static json_t *
lookup_object(struct json_maker *maker, const struct danelaw_lookup *lookup)
{
	json_t *item = json_object();

	json_put_text(maker, item, "name", lookup->name);
	json_put_text(maker, item, "type", lookup->type);
	json_put_text(
	    maker, item, "dnssec", danelaw_dnssec_word(lookup->dnssec));
	json_put_text(
	    maker, item, "presence", danelaw_presence_word(lookup->presence));
	json_put_text(maker, item, "why", lookup->why);
	json_put_texts(
	    maker, item, "aliases", lookup->aliases, lookup->n_aliases);
	json_put_number(maker, item, "ttl", lookup->ttl);
	json_put_date(maker, item, "rrsig_expires", lookup->rrsig_expires);
	json_put_number(maker, item, "records", (int64_t)lookup->n_records);
	json_put_bool(maker, item, "wildcard", lookup->wildcard);
	json_put_date(maker, item, "rrsig_inception", lookup->rrsig_inception);
	json_put_text(maker, item, "signer", lookup->signer);
	json_put_texts(
	    maker, item, "signers", lookup->signers, lookup->n_signers);
	return item;
}

static json_t *
lookups_array(
    struct json_maker *maker, const struct danelaw_lookup *lookups, size_t n)
{
	json_t *array = json_array();

	for (size_t i = 0; i < n; i++)
		json_add(maker, array, lookup_object(maker, &lookups[i]));
	return array;
}

/* A lookup that was not made has no type. */
static json_t *
zones_array(
    struct json_maker *maker, const struct danelaw_zone *zones, size_t n)
{
	json_t *array = json_array();

	for (size_t i = 0; i < n; i++) {
		const struct danelaw_zone *zone = &zones[i];
		json_t *item = json_object(), *lookups = json_array();

		if (zone->dnskey.type != NULL)
			json_add(maker, lookups,
			    lookup_object(maker, &zone->dnskey));
		if (zone->ds.type != NULL)
			json_add(
			    maker, lookups, lookup_object(maker, &zone->ds));
		json_put_text(maker, item, "name", zone->name);
		json_put_date(maker, item, "dnskey_rrsig_expires",
		    zone->dnskey.rrsig_expires);
		json_put_date(
		    maker, item, "ds_rrsig_expires", zone->ds.rrsig_expires);
		json_put(maker, item, "lookups", lookups);
		json_add(maker, array, item);
	}
	return array;
}

static json_t *
clocks_object(struct json_maker *maker, const struct danelaw_clocks *clocks)
{
	json_t *object = json_object();
	json_t *certificate = json_null(), *rrsig = json_null();

	if (clocks->certificate != NULL) {
		const struct danelaw_clock_cert *cert = clocks->certificate;

		certificate = json_object();
		json_put_number(maker, certificate, "days", cert->days);
		json_put_date(maker, certificate, "expires", cert->expires);
		json_put_text(maker, certificate, "subject", cert->subject);
		json_put_text(maker, certificate, "host", cert->host);
	}
	if (clocks->rrsig != NULL) {
		const struct danelaw_clock_rrsig *first = clocks->rrsig;

		rrsig = json_object();
		json_put_number(maker, rrsig, "hours", first->hours);
		json_put_date(maker, rrsig, "expires", first->expires);
		json_put_text(maker, rrsig, "name", first->name);
		json_put_text(maker, rrsig, "type", first->type);
	}
	json_put(maker, object, "certificate", certificate);
	json_put(maker, object, "rrsig", rrsig);
	return object;
}

static json_t *
mx_object(struct json_maker *maker, const struct danelaw_mx *mx)
{
	json_t *object = json_object();

	json_put_text(
	    maker, object, "source", danelaw_mx_source_word(mx->source));
	json_put_text(maker, object, "dnssec", danelaw_dnssec_word(mx->dnssec));
	json_put_text(maker, object, "why", mx->why);
	json_put(maker, object, "lookups",
	    lookups_array(maker, mx->lookups, mx->n_lookups));
	return object;
}

static json_t *
mail_reply_object(
    struct json_maker *maker, const struct danelaw_mail_reply *reply)
{
	json_t *object;

	if (reply == NULL)
		return json_null();
	object = json_object();
	json_put_text(maker, object, "address", reply->address);
	json_put(maker, object, "code",
	    reply->code == 0 ? json_null() : json_integer(reply->code));
	json_put_text(maker, object, "enhanced", reply->enhanced);
	json_put_text(maker, object, "text", reply->text);
	return object;
}

static json_t *
mail_object(struct json_maker *maker, const struct danelaw_mail *mail)
{
	json_t *object;

	if (mail == NULL)
		return json_null();
	object = json_object();
	json_put(maker, object, "from", mail_reply_object(maker, mail->from));
	json_put(maker, object, "to", mail_reply_object(maker, mail->to));
	json_put(maker, object, "rset", mail_reply_object(maker, mail->rset));
	json_put_text(maker, object, "error", mail->error);
	return object;
}

static json_t *
smtp_object(struct json_maker *maker, const struct danelaw_smtp *smtp)
{
	json_t *object = json_object();

	json_put_text(maker, object, "banner", smtp->banner);
	json_put_texts(maker, object, "ehlo", smtp->ehlo, smtp->n_ehlo);
	json_put_text(maker, object, "starttls", smtp->starttls);
	json_put_text(maker, object, "refusal", smtp->refusal);
	json_put(maker, object, "mail", mail_object(maker, smtp->mail));
	if (smtp->n_transcript > 0)
		json_put_texts(maker, object, "transcript", smtp->transcript,
		    smtp->n_transcript);
	return object;
}

static json_t *
senders_array(
    struct json_maker *maker, const struct danelaw_sender *senders, size_t n)
{
	json_t *array = json_array();

	for (size_t i = 0; i < n; i++) {
		json_t *item = json_object();

		json_put_text(maker, item, "name", senders[i].name);
		json_put_text(maker, item, "outcome",
		    senders[i].delivers ? "deliver" : "refuse");
		json_put_text(maker, item, "why", senders[i].why);
		json_put(maker, item, "held_against_real",
		    json_boolean(senders[i].held_against_real));
		json_add(maker, array, item);
	}
	return array;
}

static json_t *
timing_object(struct json_maker *maker, const struct danelaw_timing *timing)
{
	json_t *object = json_object();

	json_put_index(maker, object, "connect", timing->connect);
	json_put_index(maker, object, "banner", timing->banner);
	json_put_index(maker, object, "starttls", timing->starttls);
	json_put_index(maker, object, "tls", timing->tls);
	json_put_index(maker, object, "total", timing->total);
	return object;
}

static json_t *
sendmail_object(struct json_maker *maker, const struct danelaw_address *address)
{
	json_t *object;

	if (address->sendmail == NULL)
		return json_null();
	object = json_object();
	json_put_text(maker, object, "verify", address->sendmail);
	json_put_text(maker, object, "text", address->sendmail_why);
	return object;
}

static json_t *
trials_array(
    struct json_maker *maker, const struct danelaw_trial *trials, size_t n)
{
	json_t *array = json_array();

	for (size_t i = 0; i < n; i++) {
		const struct danelaw_trial *trial = &trials[i];
		json_t *item = json_object();

		json_put_text(maker, item, "offer", trial->offer);
		json_put_bool(maker, item, "ok", trial->ok);
		json_put_text(maker, item, "error", trial->error);
		json_put_index(maker, item, "alert", trial->alert);
		json_put(maker, item, "tls", json_tls(maker, trial->tls));
		json_put_text(maker, item, "key", trial->key);
		json_put_bool(maker, item, "client_cert_requested",
		    trial->client_cert_requested);
		json_put_bool(
		    maker, item, "client_cert_sent", trial->client_cert_sent);
		json_add(maker, array, item);
	}
	return array;
}

static json_t *
tries_array(struct json_maker *maker, const struct danelaw_try *tries, size_t n)
{
	json_t *array = json_array();

	for (size_t i = 0; i < n; i++) {
		json_t *item = json_object();

		json_put_date(maker, item, "at", tries[i].at);
		json_put_text(maker, item, "outcome",
		    danelaw_outcome_word(tries[i].outcome));
		json_put_text(maker, item, "banner", tries[i].banner);
		json_put_bool(maker, item, "starttls", tries[i].starttls);
		json_put_text(maker, item, "refusal", tries[i].refusal);
		json_add(maker, array, item);
	}
	return array;
}

static json_t *
address_object(struct json_maker *maker, const struct danelaw_address *address,
    const struct danelaw_tlsa *tlsa)
{
	json_t *object = json_object(), *probes = json_array();

	for (size_t i = 0; i < address->n_probes; i++)
		json_add(maker, probes,
		    json_probe(maker, &address->probes[i], tlsa));
	json_put_text(maker, object, "ip", address->ip);
	json_put_number(maker, object, "port", address->port);
	json_put_text(
	    maker, object, "outcome", danelaw_outcome_word(address->outcome));
	json_put(maker, object, "probes", probes);
	json_put(maker, object, "no_sni",
	    address->no_sni == NULL ? json_null()
				    : json_probe(maker, address->no_sni, tlsa));
	json_put_text(maker, object, "cause", address->cause);
	json_put(maker, object, "trials",
	    trials_array(maker, address->trials, address->n_trials));
	json_put(maker, object, "tries",
	    tries_array(maker, address->tries, address->n_tries));
	json_put(maker, object, "smtp", smtp_object(maker, &address->smtp));
	json_put(maker, object, "senders",
	    senders_array(maker, address->senders, address->n_senders));
	json_put(
	    maker, object, "timing_ms", timing_object(maker, &address->timing));
	json_put(maker, object, "sendmail", sendmail_object(maker, address));
	return object;
}

static json_t *
host_object(struct json_maker *maker, const struct danelaw_host *host)
{
	json_t *object = json_object(), *addresses = json_array();

	for (size_t i = 0; i < host->n_addresses; i++)
		json_add(maker, addresses,
		    address_object(maker, &host->addresses[i], &host->tlsa));
	json_put_text(maker, object, "name", host->name);
	json_put_number(maker, object, "preference", host->preference);
	json_put_text(
	    maker, object, "dnssec", danelaw_dnssec_word(host->dnssec));
	json_put_text(
	    maker, object, "policy", danelaw_policy_word(host->policy));
	json_put_text(maker, object, "why", host->why);
	json_put_bool(maker, object, "shared", host->shared);
	json_put(maker, object, "tlsa", json_tlsa(maker, &host->tlsa));
	json_put(maker, object, "addresses", addresses);
	json_put(maker, object, "lookups",
	    lookups_array(maker, host->lookups, host->n_lookups));
	return object;
}

static json_t *
fix_object(struct json_maker *maker, const struct danelaw_finding *finding)
{
	json_t *object;

	if (finding->n_fix_add == 0 && finding->n_fix_remove == 0)
		return json_null();
	object = json_object();
	json_put_texts(
	    maker, object, "add", finding->fix_add, finding->n_fix_add);
	json_put_texts(maker, object, "remove", finding->fix_remove,
	    finding->n_fix_remove);
	return object;
}

static json_t *
finding_object(struct json_maker *maker, const struct danelaw_finding *finding)
{
	json_t *object = json_object();

	json_put_text(maker, object, "id", finding->id);
	json_put_text(maker, object, "severity",
	    danelaw_severity_word(finding->severity));
	json_put_text(maker, object, "subject", finding->subject);
	json_put_text(maker, object, "text", finding->text);
	json_put_text(maker, object, "remedy", finding->remedy);
	json_put_text(maker, object, "rfc", finding->rfc);
	json_put_text(maker, object, "tlsrpt", finding->tlsrpt);
	json_put_text(maker, object, "sendmail", finding->sendmail);
	json_put(maker, object, "fix", fix_object(maker, finding));
	return object;
}

static json_t *
report_object(struct json_maker *maker, const struct danelaw_report *report)
{
	json_t *object = json_object(), *hosts = json_array(),
	       *findings = json_array();

	for (size_t i = 0; i < report->n_hosts; i++)
		json_add(maker, hosts, host_object(maker, &report->hosts[i]));
	for (size_t i = 0; i < report->n_findings; i++)
		json_add(maker, findings,
		    finding_object(maker, &report->findings[i]));
	json_put_text(maker, object, "schema", "danelaw-report/1");
	json_put_text(maker, object, "domain", report->domain);
	json_put_text(maker, object, "unicode", report->unicode);
	json_put_number(maker, object, "port", report->port);
	json_put_time(maker, object, "at", report->at);
	json_put_text(
	    maker, object, "verdict", danelaw_verdict_word(report->verdict));
	json_put_text(
	    maker, object, "state", danelaw_state_word(report->state));
	json_put_text(maker, object, "summary", report->summary);
	json_put_text(maker, object, "resolver", report->resolver);
	json_put(maker, object, "mx", mx_object(maker, &report->mx));
	json_put(maker, object, "hosts", hosts);
	json_put(maker, object, "findings", findings);
	json_put(maker, object, "zones",
	    zones_array(maker, report->zones, report->n_zones));
	json_put(
	    maker, object, "clocks", clocks_object(maker, &report->clocks));
	return object;
}

void
report_json(const struct danelaw_report *report, struct buf *out)
{
	struct json_maker maker = { .failed = false };
	json_t *object = report_object(&maker, report);

	json_finish(&maker, object, JSON_INDENT(2) | JSON_PRESERVE_ORDER, out);
}

void
report_json_line(const struct danelaw_report *report, struct buf *out)
{
	struct json_maker maker = { .failed = false };
	json_t *object = report_object(&maker, report);

	json_finish_line(&maker, object, out);
}

/* Whatever is in both has the same place in both. */
void
report_summary_line(const struct danelaw_report *report, struct buf *out)
{
	struct json_maker maker = { .failed = false };
	json_t *object = json_object(), *mx = json_object();

	json_put_text(
	    &maker, mx, "source", danelaw_mx_source_word(report->mx.source));
	json_put_text(
	    &maker, mx, "dnssec", danelaw_dnssec_word(report->mx.dnssec));
	json_put_text(&maker, object, "schema", "danelaw-summary/1");
	json_put_text(&maker, object, "domain", report->domain);
	json_put_text(
	    &maker, object, "verdict", danelaw_verdict_word(report->verdict));
	json_put_text(
	    &maker, object, "state", danelaw_state_word(report->state));
	json_put_text(&maker, object, "summary", report->summary);
	json_put(&maker, object, "mx", mx);
	json_finish_line(&maker, object, out);
}
