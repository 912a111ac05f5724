/* SPDX-License-Identifier: ISC */
/* Group O: what hosts, addresses and records tell when seen together. */
#include <string.h>

#include "base/buf.h"
#include "base/name.h"
#include "policy/diagnose_kit.h"
#include "policy/verdict.h"

enum { LONG_TTL = 24 * 3600, SMTP_PORT = 25 };

/* The certificate that an address shows by its own choice. */
static const struct danelaw_cert *
default_leaf(const struct danelaw_address *address)
{
	return address->n_probes > 0 && address->probes[0].n_chain > 0
	    ? &address->probes[0].chain[0]
	    : NULL;
}

static const char *
leaf_at(const struct exam *exam, const struct danelaw_cert *leaf,
    const struct danelaw_address *address)
{
	const char *text = arena_printf(
	    exam->arena, "%s at %s", kit_cert(exam, leaf), address->ip);

	return text == NULL ? "" : text;
}

static bool
is_same(const struct danelaw_cert *a, const struct danelaw_cert *b)
{
	return a->cert_sha256 == NULL || b->cert_sha256 == NULL ||
	    strcmp(a->cert_sha256, b->cert_sha256) == 0;
}

/* Harmless where the records cover them all. */
static void
diagnose_balancer(struct exam *exam, const struct danelaw_host *host)
{
	const struct danelaw_address *first = NULL, *other = NULL;
	struct danelaw_class class = verdict_class(host);
	struct danelaw_finding *finding;

	for (size_t i = 0; i < host->n_addresses && other == NULL; i++) {
		const struct danelaw_address *address = &host->addresses[i];

		if (default_leaf(address) == NULL)
			continue;
		if (first == NULL)
			first = address;
		else if (!is_same(default_leaf(first), default_leaf(address)))
			other = address;
	}
	if (other == NULL || host->policy != DANELAW_POLICY_DANE)
		return;
	finding = finding_add(exam->tree, FINDING_OPS_LB_DIFFERENT_CERTS,
	    host->name, "who",
	    kit_text(exam,
		arena_printf(exam->arena,
		    "The addresses of %s present different certificates",
		    host->name)),
	    "do",
	    kit_text(exam,
		arena_printf(exam->arena,
		    "Load the same key and certificate behind every address "
		    "of %s, or publish a TLSA record for each",
		    host->name)),
	    "first", leaf_at(exam, default_leaf(first), first), "second",
	    leaf_at(exam, default_leaf(other), other), "effect",
	    class.failing ? ", and not all of them pass"
			  : "; the TLSA records fit them all",
	    NULL);
	if (class.failing)
		kit_publish_all_311(exam, finding, host);
	else if (finding != NULL)
		finding->severity = DANELAW_SEVERITY_INFO;
}

static void
diagnose_one_bad(struct exam *exam)
{
	const struct danelaw_report *report = exam->report;
	const char **bad = NULL, **good = NULL;
	size_t n_bad = 0, n_good = 0;

	for (size_t i = 0; i < report->n_hosts; i++) {
		struct danelaw_class class = verdict_class(&report->hosts[i]);
		const char *name = report->hosts[i].name;

		if (class.failing || class.skipped)
			arena_push_text(exam->arena, &bad, &n_bad, name);
		else if (class.authenticated)
			arena_push_text(exam->arena, &good, &n_good, name);
	}
	if (n_bad > 0 && n_good > 0)
		finding_add(exam->tree, FINDING_OPS_ONE_MX_BAD, report->domain,
		    "domain", report->domain, "bad", kit_list(exam, bad, n_bad),
		    "good", kit_list(exam, good, n_good), NULL);
}

static void
diagnose_ttl(struct exam *exam, const struct danelaw_host *host)
{
	const struct danelaw_lookup *lookup = kit_tlsa_lookup(host);
	struct danelaw_finding *finding;
	const char *name;

	if (lookup == NULL || lookup->ttl <= LONG_TTL ||
	    host->tlsa.n_records == 0)
		return;
	name = kit_owner(exam, host);
	finding = finding_add(exam->tree, FINDING_OPS_TTL_TOO_LONG, host->name,
	    "name", name, NULL);
	name = kit_zone_owner(exam, host);
	for (size_t i = 0; i < host->tlsa.n_records; i++) {
		const char *rr = host->tlsa.records[i].rr;

		/* The resolver may have cut the TTL down. */
		kit_add_line(exam, finding,
		    arena_printf(exam->arena, "%s. 3600 IN TLSA %s", name, rr));
		kit_remove_line(exam, finding,
		    arena_printf(exam->arena, "%s. IN TLSA %s", name, rr));
	}
}

static void
diagnose_tlsrpt(struct exam *exam)
{
	const struct danelaw_report *report = exam->report;

	for (size_t i = 0; i < report->mx.n_lookups; i++) {
		const struct danelaw_lookup *lookup = &report->mx.lookups[i];
		struct danelaw_finding *finding;

		if (!kit_is_type(lookup, "TXT") || lookup->name == NULL ||
		    strncmp(lookup->name, "_smtp._tls.", 11) != 0 ||
		    (lookup->presence != DANELAW_PRESENCE_NODATA &&
			lookup->presence != DANELAW_PRESENCE_NXDOMAIN))
			continue;
		finding = finding_add(exam->tree, FINDING_OPS_TLSRPT_MISSING,
		    report->domain, "domain", report->domain, "name",
		    lookup->name, NULL);
		kit_add_line(exam, finding,
		    arena_printf(exam->arena,
			"%s. 3600 IN TXT \"v=TLSRPTv1; "
			"rua=mailto:tlsrpt@%s\"",
			lookup->name, report->domain));
		return;
	}
}

static void
diagnose_port(struct exam *exam)
{
	const struct danelaw_report *report = exam->report;

	if (report->port != SMTP_PORT && report->port != 0 &&
	    !exam->options.offline)
		finding_add(exam->tree, FINDING_OPS_OTHER_PORT, report->domain,
		    "domain", report->domain, "port",
		    kit_number(exam, report->port), NULL);
}

/* "; 30 addresses were not examined" */
static void
add_left_out(struct buf *what, size_t n, const char *noun, const char *why)
{
	if (n > 0)
		buf_printf(what, "%s%zu %s%s %s", what->len == 0 ? "" : "; ", n,
		    noun,
		    n == 1               ? ""
			: noun[0] == 'a' ? "es"
					 : "s",
		    why);
}

/* By our own limits: what was seen may be good, but it is not all. */
static void
diagnose_left_out(struct exam *exam)
{
	const struct danelaw_report *report = exam->report;
	struct buf what = { 0 };
	size_t n = 0;

	for (size_t i = 0; i < report->n_hosts; i++) {
		const struct danelaw_host *host = &report->hosts[i];

		n += host->n_left_out;
		for (size_t j = 0; j < host->n_addresses; j++)
			n += host->addresses[j].left_out != NULL;
	}
	add_left_out(&what, report->mx.n_left_out, "MX host",
	    "that came behind the others");
	add_left_out(&what, n, "address", "of its hosts");
	if (exam->options.late)
		buf_printf(&what, "%sthe time for the domain ran out",
		    what.len == 0 ? "" : "; ");
	if (what.len > 0)
		finding_add(exam->tree, FINDING_OPS_NOT_ALL_EXAMINED,
		    report->domain, "domain", report->domain, "what",
		    buf_text(&what), NULL);
	buf_finish(&what);
}

/* Beyond our bounds, at one connection; NULL: none was cut. */
static const struct danelaw_probe *
cut_probe(const struct danelaw_address *address)
{
	const struct danelaw_probe *cut = NULL;

	for (size_t i = 0; i < address->n_probes; i++) {
		const struct danelaw_probe *probe = &address->probes[i];

		if (probe->tls != NULL && probe->tls->certs_cut > 0 &&
		    (cut == NULL ||
			probe->outcome == DANELAW_OUTCOME_NOT_EXAMINED))
			cut = probe;
	}
	return cut;
}

static void
diagnose_cut_chain(struct exam *exam, const struct danelaw_host *host)
{
	for (size_t i = 0; i < host->n_addresses; i++) {
		const struct danelaw_probe *cut =
		    cut_probe(&host->addresses[i]);
		struct danelaw_finding *finding;

		if (cut == NULL)
			continue;
		finding = finding_add(exam->tree, FINDING_OPS_CHAIN_CUT,
		    host->name, "host", host->name, "n",
		    kit_number(exam, cut->tls->certs_cut), "ip",
		    kit_text(exam, host->addresses[i].ip), NULL);
		if (finding != NULL &&
		    cut->outcome != DANELAW_OUTCOME_NOT_EXAMINED)
			finding->severity = DANELAW_SEVERITY_INFO;
		return;
	}
}

struct danelaw_finding
diagnose_cut(const struct danelaw_report *report)
{
	const struct finding_entry *entry =
	    finding_entry(FINDING_OPS_REPORT_CUT);

	/* It has no {keys}. A note: the domain is as it is. */
	return (struct danelaw_finding) {
		.id = entry->id,
		.severity = entry->severity,
		.subject = report->domain,
		.text = entry->text,
		.remedy = entry->remedy,
		.rfc = entry->rfc,
	};
}

void
diagnose_ops(struct exam *exam)
{
	const struct danelaw_report *report = exam->report;

	diagnose_port(exam);
	diagnose_left_out(exam);
	diagnose_one_bad(exam);
	diagnose_tlsrpt(exam);
	for (size_t i = 0; i < report->n_hosts; i++) {
		diagnose_balancer(exam, &report->hosts[i]);
		diagnose_ttl(exam, &report->hosts[i]);
		diagnose_cut_chain(exam, &report->hosts[i]);
	}
}
