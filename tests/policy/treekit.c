/* SPDX-License-Identifier: ISC */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#include "base/buf.h"
#include "base/name.h"
#include "policy/diagnose_kit.h"
#include "policy/roles.h"
#include "policy/tlsa.h"
#include "treekit.h"

static const struct danelaw_cert canned[] = {
	{ .cn = "leaf",
	    .subject = "CN=mx1.example",
	    .issuer = "CN=Inter, O=Lab",
	    .key = "RSA 2048",
	    .cert_sha256 = LEAF_CERT,
	    .cert_sha512 = D128("1ace"),
	    .spki_sha256 = LEAF_KEY,
	    .spki_sha512 = D128("1ae5") },
	{ .cn = "ec",
	    .subject = "CN=mx1.example",
	    .issuer = "CN=Inter, O=Lab",
	    .key = "EC P-256",
	    .cert_sha256 = EC_CERT,
	    .cert_sha512 = D128("ecce"),
	    .spki_sha256 = EC_KEY,
	    .spki_sha512 = D128("ece5") },
	{ .cn = "self",
	    .subject = "CN=mx1.example",
	    .issuer = "CN=mx1.example",
	    .self_issued = true,
	    .key = "RSA 2048",
	    .cert_sha256 = LEAF_CERT,
	    .cert_sha512 = D128("1ace"),
	    .spki_sha256 = LEAF_KEY,
	    .spki_sha512 = D128("1ae5") },
	{ .cn = "inter",
	    .subject = "CN=Inter, O=Lab",
	    .issuer = "CN=Root, O=Lab",
	    .key = "RSA 2048",
	    .ca = true,
	    .cert_sha256 = INTER_CERT,
	    .cert_sha512 = D128("2bce"),
	    .spki_sha256 = INTER_KEY,
	    .spki_sha512 = D128("2be5") },
	{ .cn = "root",
	    .subject = "CN=Root, O=Lab",
	    .issuer = "CN=Root, O=Lab",
	    .self_issued = true,
	    .key = "RSA 4096",
	    .ca = true,
	    .cert_sha256 = ROOT_CERT,
	    .cert_sha512 = D128("3cce"),
	    .spki_sha256 = ROOT_KEY,
	    .spki_sha512 = D128("3ce5") },
	{ .cn = "stranger",
	    .subject = "CN=Stranger, O=Elsewhere",
	    .issuer = "CN=Stranger, O=Elsewhere",
	    .self_issued = true,
	    .key = "RSA 4096",
	    .ca = true,
	    .cert_sha256 = D64("4dce"),
	    .cert_sha512 = D128("4dce"),
	    .spki_sha256 = D64("4de5"),
	    .spki_sha512 = D128("4de5") },
};

static void
add_cert(struct grown *g, struct danelaw_probe *probe, const char *name)
{
	struct danelaw_cert *cert =
	    ARENA_PUSH(g->tree->arena, probe->chain, probe->n_chain);
	size_t i = 0;

	assert_non_null(cert);
	while (strcmp(canned[i].cn, name) != 0)
		i++;
	*cert = canned[i];
	cert->cn = NULL;
	cert->wire = cert->depth = (int)probe->n_chain - 1;
	cert->version = 3;
	cert->path_len = -1;
	cert->signature = "sha256WithRSAEncryption";
	cert->not_before = AT - 30 * DAYS;
	cert->not_after = AT + 60 * DAYS;
	if (!cert->ca)
		grow_texts(
		    g, &cert->names, &cert->n_names, "mx1.example", NULL);
}

void
grow_chain(struct grown *g, struct danelaw_probe *probe, const char *names)
{
	char word[16];
	int used;

	probe->chain = NULL;
	probe->n_chain = 0;
	for (; sscanf(names, "%15s%n", word, &used) == 1; names += used)
		add_cert(g, probe, word);
	g->leaf = g->probe->chain;
}

void
grow_texts(struct grown *g, const char ***list, size_t *n, ...)
{
	va_list args;
	const char *text;

	*list = NULL;
	*n = 0;
	va_start(args, n);
	while ((text = va_arg(args, const char *)) != NULL)
		assert_true(arena_push_text(g->tree->arena, list, n, text));
	va_end(args);
}

void
grow_smtp(struct grown *g, enum danelaw_smtp_stage stage,
    enum danelaw_smtp_fault fault)
{
	g->address->smtp.stage = stage;
	g->address->smtp.fault = fault;
}

static void
add_record(struct grown *g, struct danelaw_tlsa *tlsa, const char *text)
{
	struct danelaw_record *record =
	    ARENA_PUSH(g->tree->arena, tlsa->records, tlsa->n_records);
	const char *why = NULL;

	assert_non_null(record);
	if (!tlsa_from_text(g->tree->arena, text, record, &why))
		fail_msg("%s: %s", text, why);
}

void
grow_records(struct grown *g, ...)
{
	struct danelaw_tlsa *tlsa = &g->host->tlsa;
	va_list args;
	const char *text;

	tlsa->records = NULL;
	tlsa->n_records = 0;
	va_start(args, g);
	while ((text = va_arg(args, const char *)) != NULL)
		add_record(g, tlsa, text);
	va_end(args);
	tlsa->status = tlsa_status(tlsa->records, tlsa->n_records);
}

void
grow_match(
    struct grown *g, struct danelaw_probe *probe, size_t record, int depth)
{
	probe->match = arena_alloc(g->tree->arena, sizeof(*probe->match));
	assert_non_null(probe->match);
	probe->match->record = record;
	probe->match->depth = depth;
	probe->match->name.san = -1;
}

struct danelaw_probe *
grow_probe(struct grown *g, struct danelaw_address *address, const char *offer,
    enum danelaw_outcome outcome)
{
	struct danelaw_probe *probe =
	    ARENA_PUSH(g->tree->arena, address->probes, address->n_probes);

	assert_non_null(probe);
	g->probe = g->address == NULL ? probe : &g->address->probes[0];
	probe->offer = offer;
	probe->outcome = outcome;
	probe->tls = arena_alloc(g->tree->arena, sizeof(*probe->tls));
	assert_non_null(probe->tls);
	probe->tls->version = "TLSv1.3";
	probe->tls->cipher = "TLS_AES_256_GCM_SHA384";
	probe->tls->group = "X25519";
	probe->tls->signature = "rsa_pss_rsae_sha256";
	probe->tls->sni = "mx1.example";
	probe->tls->ems = true;
	grow_chain(g, probe, "leaf inter");
	if (outcome == DANELAW_OUTCOME_AUTHENTICATED)
		grow_match(g, probe, 0, 0);
	return probe;
}

struct danelaw_address *
grow_address(struct grown *g, struct danelaw_host *host, const char *ip,
    enum danelaw_outcome outcome)
{
	struct danelaw_address *address =
	    ARENA_PUSH(g->tree->arena, host->addresses, host->n_addresses);

	assert_non_null(address);
	if (host == g->host)
		g->address = &host->addresses[0];
	address->ip = ip;
	address->port = 25;
	address->outcome = outcome;
	address->smtp.banner = "220 mx1.example ESMTP";
	address->timing = (struct danelaw_timing) { 5, 20, 6, 30, 80 };
	grow_texts(g, &address->smtp.ehlo, &address->smtp.n_ehlo, "mx1.example",
	    "STARTTLS", NULL);
	address->smtp.starttls = "220 go ahead";
	address->smtp.stage = DANELAW_SMTP_AT_QUIT;
	grow_probe(g, address, "default", outcome);
	return address;
}

struct danelaw_lookup *
grow_lookup(struct grown *g, struct danelaw_host *host, const char *name,
    const char *type, enum danelaw_dnssec dnssec,
    enum danelaw_presence presence)
{
	struct danelaw_mx *mx = &g->report->mx;
	struct danelaw_lookup *lookup = host != NULL
	    ? ARENA_PUSH(g->tree->arena, host->lookups, host->n_lookups)
	    : ARENA_PUSH(g->tree->arena, mx->lookups, mx->n_lookups);

	assert_non_null(lookup);
	lookup->name = name;
	lookup->type = type;
	lookup->dnssec = dnssec;
	lookup->presence = presence;
	lookup->ttl = 3600;
	if (dnssec == DANELAW_DNSSEC_SECURE)
		lookup->rrsig_expires = AT + 10 * DAYS;
	lookup->n_records = presence == DANELAW_PRESENCE_DATA;
	return lookup;
}

struct danelaw_lookup *
grow_find(struct danelaw_host *host, const char *type)
{
	for (size_t i = 0; i < host->n_lookups; i++) {
		if (strcmp(host->lookups[i].type, type) == 0)
			return &host->lookups[i];
	}
	fail_msg("no lookup of type %s", type);
	return NULL;
}

void
grow_alias(struct grown *g, struct danelaw_lookup *lookup, const char *final)
{
	grow_texts(g, &lookup->aliases, &lookup->n_aliases, final, NULL);
}

struct danelaw_host *
grow_host(struct grown *g, const char *name, enum danelaw_policy policy)
{
	struct danelaw_host *host =
	    ARENA_PUSH(g->tree->arena, g->report->hosts, g->report->n_hosts);
	bool dane = policy == DANELAW_POLICY_DANE;

	assert_non_null(host);
	g->host = &g->report->hosts[0];
	host->name = name;
	host->preference = 10;
	host->dnssec = DANELAW_DNSSEC_SECURE;
	host->policy = policy;
	host->why = "for the test";
	host->tlsa.name = name_tlsa(g->tree->arena, 25, name);
	host->tlsa.base = name;
	host->tlsa.dnssec = DANELAW_DNSSEC_SECURE;
	host->tlsa.status = dane ? DANELAW_TLSA_USABLE : DANELAW_TLSA_NONE;
	grow_texts(
	    g, &host->tlsa.references, &host->tlsa.n_references, name, NULL);
	grow_lookup(
	    g, host, name, "A", DANELAW_DNSSEC_SECURE, DANELAW_PRESENCE_DATA);
	grow_lookup(g, host, name, "AAAA", DANELAW_DNSSEC_SECURE,
	    DANELAW_PRESENCE_NODATA);
	grow_lookup(g, host, host->tlsa.name, "TLSA", DANELAW_DNSSEC_SECURE,
	    dane ? DANELAW_PRESENCE_DATA : DANELAW_PRESENCE_NXDOMAIN);
	if (dane) {
		add_record(g, &host->tlsa, "3 1 1 " LEAF_KEY);
		add_record(g, &host->tlsa, "2 1 1 " INTER_KEY);
	}
	return host;
}

struct grown
grow(void)
{
	struct grown g = { .tree = tree_new() };
	struct danelaw_host *host;

	assert_non_null(g.tree);
	g.report = &g.tree->report;
	g.report->domain = "et.example";
	g.report->port = 25;
	g.report->at = AT;
	g.report->mx.source = DANELAW_MX_MX;
	g.report->mx.dnssec = DANELAW_DNSSEC_SECURE;
	grow_lookup(&g, NULL, "et.example", "MX", DANELAW_DNSSEC_SECURE,
	    DANELAW_PRESENCE_DATA);
	host = grow_host(&g, "mx1.example", DANELAW_POLICY_DANE);
	grow_address(&g, host, "192.0.2.1", DANELAW_OUTCOME_AUTHENTICATED);
	return g;
}

void
grow_outcome(struct grown *g, enum danelaw_outcome outcome)
{
	g->address->outcome = outcome;
	g->probe->outcome = outcome;
	if (outcome == DANELAW_OUTCOME_TLSA_MISMATCH)
		g->probe->match = NULL;
}

void
grow_no_tls(struct grown *g, enum danelaw_outcome outcome, const char *error)
{
	grow_outcome(g, outcome);
	g->probe->error = error;
	g->probe->tls = NULL;
	g->probe->match = NULL;
	g->probe->chain = NULL;
	g->probe->n_chain = 0;
	g->address->timing.tls = -1;
	g->address->smtp = (struct danelaw_smtp) { 0 };
}

static bool
is_whole(const char *text)
{
	size_t len = text == NULL ? 0 : strlen(text);

	return len > 0 && text[len - 1] == '.' && strchr(text, '?') == NULL &&
	    strchr(text, '{') == NULL && strstr(text, "  ") == NULL &&
	    strstr(text, "no reason given") == NULL;
}

void
check_sentences(const char *row, const struct danelaw_report *report)
{
	for (size_t i = 0; i < report->n_findings; i++) {
		const struct danelaw_finding *finding = &report->findings[i];

		if (!is_whole(finding->text) || !is_whole(finding->remedy))
			fail_msg("%s: %s: \"%s\" / \"%s\"", row, finding->id,
			    finding->text, finding->remedy);
		if (strstr(finding->remedy, "record below") != NULL &&
		    finding->n_fix_add == 0)
			fail_msg("%s: %s: nothing is below: %s", row,
			    finding->id, finding->remedy);
	}
}

/* As the judge would see it: issuers count where the names lead to them. */
static struct danelaw_record_result
judge_record(const struct danelaw_tlsa *tlsa, size_t at,
    const struct danelaw_probe *probe)
{
	const struct danelaw_record *record = &tlsa->records[at];
	struct danelaw_record_result result = { .record = at, .depth = -1 };
	const struct danelaw_cert *cert = &probe->chain[0];

	if (record->usable && record->len == 32 &&
	    memcmp(record->data, "\xe3\xb0\xc4\x42", 4) == 0)
		result.hashed = "nothing (zero bytes)";
	if (!record->usable)
		result.result = DANELAW_RESULT_UNUSABLE;
	if (!record->usable)
		return result;
	for (int depth = 0; cert != NULL && depth < 9; depth++) {
		if (kit_fits(record, cert) &&
		    (record->usage == 3) == (depth == 0))
			result.depth = depth;
		if (result.depth >= 0)
			break;
		cert = kit_issuer(probe, cert);
	}
	if (tlsa_is_superseded(tlsa->records, tlsa->n_records, at))
		result.result = DANELAW_RESULT_SUPERSEDED;
	else if (result.depth >= 0)
		result.result = DANELAW_RESULT_MATCH;
	return result;
}

/* What a test has put there stays. */
static void
grow_judged(struct grown *g, const struct danelaw_host *host,
    struct danelaw_probe *probe)
{
	if (probe->n_records > 0 || probe->n_chain == 0)
		return;
	for (size_t i = 0; i < host->tlsa.n_records; i++) {
		struct danelaw_record_result *result = ARENA_PUSH(
		    g->tree->arena, probe->records, probe->n_records);

		assert_non_null(result);
		*result = judge_record(&host->tlsa, i, probe);
	}
}

void
grow_results(struct grown *g)
{
	for (size_t i = 0; i < g->report->n_hosts; i++) {
		struct danelaw_host *host = &g->report->hosts[i];

		for (size_t j = 0; j < host->n_addresses; j++) {
			struct danelaw_address *address = &host->addresses[j];

			for (size_t k = 0; k < address->n_probes; k++)
				grow_judged(g, host, &address->probes[k]);
		}
		roles_fill_host(host);
	}
}

static void
list_findings(const struct danelaw_report *report, struct buf *findings,
    struct buf *fixes)
{
	for (size_t i = 0; i < report->n_findings; i++) {
		const struct danelaw_finding *finding = &report->findings[i];

		buf_printf(findings, "%s %s %s\n",
		    danelaw_severity_word(finding->severity), finding->id,
		    finding->subject);
		for (size_t j = 0; j < finding->n_fix_add; j++)
			buf_printf(fixes, "+%s\n", finding->fix_add[j]);
		for (size_t j = 0; j < finding->n_fix_remove; j++)
			buf_printf(fixes, "-%s\n", finding->fix_remove[j]);
	}
}

void
check_tree_row(void **state)
{
	const struct tree_row *row = *state;
	struct grown g = grow();
	struct buf findings = { 0 }, fixes = { 0 };

	if (row->spoil != NULL)
		row->spoil(&g);
	grow_results(&g);
	diagnose(g.tree, &g.options);
	list_findings(g.report, &findings, &fixes);
	if (strcmp(buf_text(&findings), row->findings) != 0)
		fail_msg("%s: found:\n%swanted:\n%s", row->name,
		    buf_text(&findings), row->findings);
	if (row->fixes != NULL && strcmp(buf_text(&fixes), row->fixes) != 0)
		fail_msg("%s: fixes:\n%swanted:\n%s", row->name,
		    buf_text(&fixes), row->fixes);
	check_sentences(row->name, g.report);
	buf_finish(&findings);
	buf_finish(&fixes);
	danelaw_report_free(g.report);
}
