/* SPDX-License-Identifier: ISC */
#include "policy/clocks.h"

#include <string.h>

enum { HOUR = 3600, DAY = 24 * HOUR };

/* Full units; what is over has a number below 0. */
static int64_t
full_units(int64_t seconds, int64_t unit)
{
	int64_t count = seconds / unit;

	return seconds % unit < 0 ? count - 1 : count;
}

bool
clocks_is_signed(const struct danelaw_lookup *lookup)
{
	static const char *const types[] = { "MX", "A", "AAAA", "CNAME", "TLSA",
		"DNSKEY", "DS" };

	if (lookup->type == NULL || lookup->rrsig_expires == 0 ||
	    lookup->dnssec != DANELAW_DNSSEC_SECURE)
		return false;
	for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++) {
		if (strcmp(lookup->type, types[i]) == 0)
			return true;
	}
	return false;
}

bool
clocks_is_near_end(
    const struct danelaw_lookup *lookup, int64_t at, uint32_t hours)
{
	int64_t left = lookup->rrsig_expires - at;
	int64_t life = lookup->rrsig_expires - lookup->rrsig_inception;

	if (left >= (int64_t)hours * HOUR || !clocks_is_signed(lookup))
		return false;
	return lookup->rrsig_inception == 0 || 4 * left < life;
}

const struct danelaw_cert *
clocks_first_cert(
    const struct danelaw_tlsa *tlsa, const struct danelaw_probe *probe)
{
	const struct danelaw_match *match = probe->match;
	const struct danelaw_cert *first = NULL;

	if (match == NULL || match->record >= tlsa->n_records ||
	    tlsa->records[match->record].usage != DANELAW_USAGE_DANE_TA)
		return NULL;
	for (size_t i = 0; i < probe->n_chain; i++) {
		const struct danelaw_cert *cert = &probe->chain[i];

		if (cert->not_after != 0 && cert->depth >= 0 &&
		    cert->depth <= match->depth &&
		    (first == NULL || cert->not_after < first->not_after))
			first = cert;
	}
	return first;
}

static void
take_cert(struct tree *tree, const struct danelaw_host *host,
    const struct danelaw_cert *cert)
{
	struct danelaw_clocks *clocks = &tree->report.clocks;

	if (cert == NULL ||
	    (clocks->certificate != NULL &&
		clocks->certificate->expires <= cert->not_after))
		return;
	if (clocks->certificate == NULL)
		clocks->certificate =
		    arena_alloc(tree->arena, sizeof(*clocks->certificate));
	if (clocks->certificate == NULL)
		return;
	*clocks->certificate = (struct danelaw_clock_cert) {
		.expires = cert->not_after,
		.days = full_units(cert->not_after - tree->report.at, DAY),
		.subject = cert->subject,
		.host = host->name,
	};
}

static void
take_lookup(struct tree *tree, const struct danelaw_lookup *lookup)
{
	struct danelaw_clocks *clocks = &tree->report.clocks;

	if ((clocks->rrsig != NULL &&
		clocks->rrsig->expires <= lookup->rrsig_expires) ||
	    !clocks_is_signed(lookup))
		return;
	if (clocks->rrsig == NULL)
		clocks->rrsig =
		    arena_alloc(tree->arena, sizeof(*clocks->rrsig));
	if (clocks->rrsig == NULL)
		return;
	*clocks->rrsig = (struct danelaw_clock_rrsig) {
		.expires = lookup->rrsig_expires,
		.hours =
		    full_units(lookup->rrsig_expires - tree->report.at, HOUR),
		.name = lookup->name,
		.type = lookup->type,
	};
}

static void
take_host(struct tree *tree, const struct danelaw_host *host)
{
	for (size_t i = 0; i < host->n_lookups; i++)
		take_lookup(tree, &host->lookups[i]);
	if (host->policy != DANELAW_POLICY_DANE)
		return;
	for (size_t i = 0; i < host->n_addresses; i++) {
		const struct danelaw_address *address = &host->addresses[i];

		for (size_t j = 0; j < address->n_probes; j++)
			take_cert(tree, host,
			    clocks_first_cert(
				&host->tlsa, &address->probes[j]));
	}
}

void
clocks_fill(struct tree *tree)
{
	struct danelaw_report *report = &tree->report;

	report->clocks = (struct danelaw_clocks) { 0 };
	for (size_t i = 0; i < report->mx.n_lookups; i++)
		take_lookup(tree, &report->mx.lookups[i]);
	for (size_t i = 0; i < report->n_hosts; i++)
		take_host(tree, &report->hosts[i]);
	for (size_t i = 0; i < report->n_zones; i++) {
		take_lookup(tree, &report->zones[i].dnskey);
		take_lookup(tree, &report->zones[i].ds);
	}
}
