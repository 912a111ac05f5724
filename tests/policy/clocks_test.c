/* SPDX-License-Identifier: ISC */
/* What ends first: whose dates count is a sentence of RFC 7671. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "policy/clocks.h"
#include "table.h"
#include "treekit.h"

#define NONE INT64_MIN

static void
by_issuer(struct grown *g)
{
	grow_chain(g, g->probe, "leaf inter root");
	grow_match(g, g->probe, 1, 1);
}

static void
issuer_first(struct grown *g)
{
	by_issuer(g);
	g->probe->chain[1].not_after = AT + 5 * DAYS - 1;
}

/* RFC 7671 section 5.2: what is above the anchor is not looked at. */
static void
root_first(struct grown *g)
{
	by_issuer(g);
	g->probe->chain[2].not_after = AT + DAYS;
}

static void
not_on_path(struct grown *g)
{
	by_issuer(g);
	grow_chain(g, g->probe, "leaf inter stranger");
	g->probe->chain[2].depth = -1;
	g->probe->chain[2].not_after = AT + DAYS;
}

static void
over(struct grown *g)
{
	by_issuer(g);
	grow_outcome(g, DANELAW_OUTCOME_CERT_EXPIRED);
	g->leaf->not_after = AT - 1;
}

static void
no_dane(struct grown *g)
{
	by_issuer(g);
	g->host->policy = DANELAW_POLICY_ENCRYPT;
}

static void
tlsa_first(struct grown *g)
{
	grow_find(g->host, "TLSA")->rrsig_expires = AT + 7199;
}

static void
bogus_first(struct grown *g)
{
	grow_find(g->host, "TLSA")->rrsig_expires = AT - 3600;
	grow_find(g->host, "TLSA")->dnssec = DANELAW_DNSSEC_BOGUS;
}

static void
reports_first(struct grown *g)
{
	grow_lookup(g, NULL, "_smtp._tls.et.example", "TXT",
	    DANELAW_DNSSEC_SECURE, DANELAW_PRESENCE_DATA)
	    ->rrsig_expires = AT + 3600;
}

static void
zone_first(struct grown *g)
{
	struct danelaw_zone *zone =
	    ARENA_PUSH(g->tree->arena, g->report->zones, g->report->n_zones);

	assert_non_null(zone);
	zone->name = "example";
	zone->ds = g->report->mx.lookups[0];
	zone->ds.type = "DS";
	zone->ds.rrsig_expires = AT + 86400;
}

static void
unsigned_all(struct grown *g)
{
	g->report->mx.lookups[0].rrsig_expires = 0;
	for (size_t i = 0; i < g->host->n_lookups; i++)
		g->host->lookups[i].rrsig_expires = 0;
}

static const struct row {
	const char *name;
	void (*spoil)(struct grown *g);
	int64_t days, hours;
	const char *subject, *type;
} rows[] = {
	{ "7671 5.1 usage 3: dates are ignored", NULL, NONE, 240, NULL, "MX" },
	{ "7671 5.2 usage 2: the leaf", by_issuer, 60, 240, "CN=mx1.example",
	    "MX" },
	{ "7671 5.2 usage 2: the issuer", issuer_first, 4, 240,
	    "CN=Inter, O=Lab", "MX" },
	{ "7671 5.2 above the anchor", root_first, 60, 240, "CN=mx1.example",
	    "MX" },
	{ "not on the path", not_on_path, 60, 240, "CN=mx1.example", "MX" },
	{ "over since a second", over, -1, 240, "CN=mx1.example", "MX" },
	{ "nobody looks without DANE", no_dane, NONE, 240, NULL, "MX" },
	{ "TLSA ends first", tlsa_first, NONE, 1, NULL, "TLSA" },
	{ "bogus is no clock", bogus_first, NONE, 240, NULL, "MX" },
	{ "nobody needs TXT", reports_first, NONE, 240, NULL, "MX" },
	{ "a zone above", zone_first, NONE, 24, NULL, "DS" },
	{ "nothing is signed", unsigned_all, NONE, NONE, NULL, NULL },
};

static void
check_clocks(const struct row *row, const struct danelaw_clocks *clocks)
{
	const struct danelaw_clock_cert *cert = clocks->certificate;
	const struct danelaw_clock_rrsig *rrsig = clocks->rrsig;

	if ((cert == NULL ? NONE : cert->days) != row->days ||
	    (rrsig == NULL ? NONE : rrsig->hours) != row->hours)
		fail_msg("%s: %ld days, %ld hours", row->name,
		    cert == NULL ? -9999L : (long)cert->days,
		    rrsig == NULL ? -9999L : (long)rrsig->hours);
	if (cert != NULL)
		assert_string_equal(cert->subject, row->subject);
	if (rrsig != NULL)
		assert_string_equal(rrsig->type, row->type);
}

static void
check_row(void **state)
{
	const struct row *row = *state;
	struct grown g = grow();

	if (row->spoil != NULL)
		row->spoil(&g);
	clocks_fill(g.tree);
	check_clocks(row, &g.report->clocks);
	/* Filled anew, it is the same. */
	clocks_fill(g.tree);
	check_clocks(row, &g.report->clocks);
	danelaw_report_free(g.report);
}

int
main(void)
{
	static struct table table;

	TABLE_ROWS(&table, rows, check_row);
	return table_run(&table);
}
