/* SPDX-License-Identifier: ISC */
/* Lookups that failed when they were asked first, and not the second time. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "table.h"
#include "treekit.h"

static void
tlsa_denied(struct grown *g)
{
	grow_find(g->host, "TLSA")->first_cause = DANELAW_DNS_DENIAL;
	grow_find(g->host, "TLSA")->failed_first =
	    "nodata proof failed from 192.0.2.53";
}

static void
tlsa_servfail(struct grown *g)
{
	grow_find(g->host, "TLSA")->failed_first = "the server says SERVFAIL";
}

static void
address_servfail(struct grown *g)
{
	grow_find(g->host, "A")->failed_first = "the server says SERVFAIL";
}

/* Twice: that is told as ever, and once. */
static void
tlsa_twice(struct grown *g)
{
	struct danelaw_lookup *lookup = grow_find(g->host, "TLSA");

	lookup->failed_first = lookup->why = "the server says SERVFAIL";
	lookup->dnssec = DANELAW_DNSSEC_ERROR;
	lookup->presence = DANELAW_PRESENCE_UNKNOWN;
	g->host->policy = DANELAW_POLICY_SKIP;
	g->host->tlsa.status = DANELAW_TLSA_ERROR;
	g->host->tlsa.n_records = 0;
	g->host->n_addresses = 0;
}

static const struct tree_row rows[] = {
	{ "9156 5 a name between is denied", tlsa_denied,
	    "warning dns-tlsa-broken-denial mx1.example\n", "" },
	{ "TLSA fails once", tlsa_servfail,
	    "warning dns-tlsa-servfail mx1.example\n", "" },
	{ "an address fails once", address_servfail,
	    "warning dns-mx-host-addr-error mx1.example\n", "" },
	{ "TLSA fails twice", tlsa_twice,
	    "critical dns-tlsa-servfail mx1.example\n", "" },
};

int
main(void)
{
	static struct table table;

	TABLE_ROWS(&table, rows, check_tree_row);
	return table_run(&table);
}
