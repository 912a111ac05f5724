/* SPDX-License-Identifier: ISC */
/*
 * Group D: a lookup that failed, and did not when it was asked once more. The
 * verdict rests on the second answer, as with every stub; that the first one
 * failed is to be mended all the same.
 */
#include "policy/diagnose_kit.h"
#include "policy/ruling.h"

static enum finding_id
id_for(const struct danelaw_lookup *lookup)
{
	enum finding_id id = dns_cause(lookup, lookup->first_cause);

	if (id != FINDING_COUNT && id != FINDING_DNS_RESOLVER_NOT_VALIDATING)
		return id;
	if (kit_is_type(lookup, "TLSA"))
		return FINDING_DNS_TLSA_SERVFAIL;
	return kit_is_type(lookup, "MX") ? FINDING_DNS_MX_LOOKUP_ERROR
					 : FINDING_DNS_MX_HOST_ADDR_ERROR;
}

static void
tell(
    struct exam *exam, const char *subject, const struct danelaw_lookup *lookup)
{
	enum finding_id id = id_for(lookup);
	const char *why = kit_text(exam, lookup->failed_first);
	struct danelaw_finding *finding;
	const char *text;

	if (lookup->failed_first == NULL || ruling_is_failure(lookup->dnssec) ||
	    finding_present(exam->report, id, subject))
		return;
	finding = finding_add(exam->tree, id, subject, "type",
	    kit_text(exam, lookup->type), "name", kit_text(exam, lookup->name),
	    "host", subject, "domain", exam->report->domain, "why", why, NULL);
	text = arena_printf(exam->arena,
	    "The %s lookup of %s failed when it was asked first (%s), and "
	    "worked when it was asked again; resolvers that ask for one label "
	    "after the other (RFC 9156) fail now and then.",
	    kit_text(exam, lookup->type), kit_text(exam, lookup->name), why);
	if (finding == NULL || text == NULL)
		return;
	finding->text = text;
	finding->severity = DANELAW_SEVERITY_WARNING;
	finding->tlsrpt = finding->sendmail = NULL;
}

void
diagnose_again(struct exam *exam)
{
	const struct danelaw_report *report = exam->report;

	for (size_t i = 0; i < report->mx.n_lookups; i++) {
		if (kit_is_type(&report->mx.lookups[i], "MX"))
			tell(exam, report->domain, &report->mx.lookups[i]);
	}
	for (size_t i = 0; i < report->n_hosts; i++) {
		const struct danelaw_host *host = &report->hosts[i];

		for (size_t j = 0; j < host->n_lookups; j++)
			tell(exam, host->name, &host->lookups[j]);
	}
}
