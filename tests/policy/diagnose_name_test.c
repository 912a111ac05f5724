/* SPDX-License-Identifier: ISC */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "table.h"
#include "treekit.h"

#define MISMATCH "critical name-mismatch-ta mx1.example\n"
#define FOLLOWS "info name-mismatch-ta mx1.example\n"

static void
leaf_names(struct grown *g, const char *name)
{
	grow_texts(g, &g->leaf->names, &g->leaf->n_names, name, NULL);
}

static void
by_issuer(struct grown *g, const char *presented, const char *reference,
    enum danelaw_name_source source)
{
	grow_records(g, "2 1 1 " INTER_KEY, "3 1 1 " LEAF_KEY, NULL);
	grow_match(g, g->probe, 0, 1);
	g->probe->match->name.checked = true;
	g->probe->match->name.reference = reference;
	g->probe->match->name.presented = presented;
	g->probe->match->name.source = source;
}

static void
mismatch(struct grown *g, const char *name)
{
	by_issuer(g, NULL, NULL, DANELAW_NAME_NONE);
	grow_records(g, "2 1 1 " INTER_KEY, "2 0 1 " INTER_CERT, NULL);
	grow_outcome(g, DANELAW_OUTCOME_NAME_MISMATCH);
	leaf_names(g, name);
}

static void
other_name(struct grown *g)
{
	mismatch(g, "www.example");
}

static void
no_name(struct grown *g)
{
	mismatch(g, NULL);
}

static void
other_name_ee(struct grown *g)
{
	leaf_names(g, "www.example");
}

static void
no_name_ee(struct grown *g)
{
	leaf_names(g, NULL);
}

static void
common_name_ee(struct grown *g)
{
	leaf_names(g, NULL);
	g->leaf->cn = "mx1.example";
}

static void
cn_with_san_ee(struct grown *g)
{
	other_name_ee(g);
	g->leaf->cn = "mx1.example";
}

static void
next_hop(struct grown *g)
{
	by_issuer(g, "et.example", "et.example", DANELAW_NAME_SAN);
	leaf_names(g, "et.example");
}

static void
cn_with_san(struct grown *g)
{
	mismatch(g, "www.example");
	g->leaf->cn = "mx1.example";
}

static void
cn_only(struct grown *g)
{
	by_issuer(g, "mx1.example", "mx1.example", DANELAW_NAME_CN);
	leaf_names(g, NULL);
	g->leaf->cn = "mx1.example";
}

static void
two_cns(struct grown *g)
{
	static const char *cns[] = { "mx1.example", "other.example" };

	cn_only(g);
	g->leaf->cns = cns;
	g->leaf->n_cns = 2;
}

static void
partial(struct grown *g)
{
	mismatch(g, "m*1.example");
}

static void
no_partial(struct grown *g)
{
	mismatch(g, "mx1x*.example");
}

static void
shallow(struct grown *g)
{
	mismatch(g, "*.mx1.example");
}

static void
deep(struct grown *g)
{
	mismatch(g, "*.example");
	grow_texts(g, &g->host->tlsa.references, &g->host->tlsa.n_references,
	    "a.mx.example", NULL);
}

static void
unicode(struct grown *g)
{
	mismatch(g, "m\\xc3\\xbcx.example");
}

static void
cname_base(struct grown *g)
{
	g->host->tlsa.base = "mail.provider.example";
	leaf_names(g, "mail.provider.example");
	grow_texts(g, &g->host->tlsa.references, &g->host->tlsa.n_references,
	    "mail.provider.example", "mx1.example", NULL);
}

/* The host is mx_1.example, or the like, and the leaf has this name. */
static void
named(struct grown *g, const char *host, const char *name)
{
	mismatch(g, name);
	grow_texts(g, &g->host->tlsa.references, &g->host->tlsa.n_references,
	    host, NULL);
}

static void
underscore(struct grown *g)
{
	named(g, "mx_1.et.example", "*.et.example");
}

static void
below_top(struct grown *g)
{
	named(g, "mx.lab", "*.lab");
}

static void
with_dot(struct grown *g)
{
	named(g, "mx1.example", "mx1.example.");
}

static void
with_nul(struct grown *g)
{
	named(g, "mx1.example", "mx1.example\\x00.evil.example");
}

static void
with_bell(struct grown *g)
{
	named(g, "mx1.example", "mx\\x07.example");
}

/* The last one used to be the only one that was looked at. */
static void
first_cn_beside_names(struct grown *g)
{
	other_name(g);
	grow_texts(g, &g->leaf->cns, &g->leaf->n_cns, "mx1.example",
	    "other.example", NULL);
	g->leaf->cn = "other.example";
}

static void
deep_cn(struct grown *g)
{
	no_name(g);
	grow_texts(g, &g->leaf->cns, &g->leaf->n_cns, "*.mx1.example", NULL);
	g->leaf->cn = "*.mx1.example";
}

static const struct tree_row rows[] = {
	{ "7672 3.2.2 other name", other_name, MISMATCH,
	    "+_25._tcp.mx1.example. 3600 IN TLSA 3 1 1 " LEAF_KEY "\n" },
	{ "7672 3.2.2 no name at all", no_name, MISMATCH, NULL },
	{ "7672 3.2.1 other name, usage 3", other_name_ee,
	    "info name-mismatch-ee mx1.example\n", "" },
	{ "7672 3.2.1 no name, usage 3", no_name_ee,
	    "info name-mismatch-ee mx1.example\n", "" },
	{ "7672 3.2.3 common name, usage 3", common_name_ee, "", "" },
	{ "7672 3.2.3 the same beside dNSNames", cn_with_san_ee,
	    "info name-mismatch-ee mx1.example\n", "" },
	{ "7672 3.2.2 the next hop is as good", next_hop,
	    "info name-nexthop-ok mx1.example\n", "" },
	{ "7672 3.2.3 common name beside dNSNames", cn_with_san,
	    "critical name-cn-with-san mx1.example\n" FOLLOWS, NULL },
	{ "7672 3.2.3 common name alone", cn_only,
	    "warning name-cn-only mx1.example\n", "" },
	{ "7672 3.2.3 the right one of two common names", two_cns,
	    "warning name-two-cns mx1.example\n"
	    "info name-cn-only mx1.example\n",
	    "" },
	{ "7672 3.2.3 part of a label", partial,
	    "critical name-wildcard-partial mx1.example\n" FOLLOWS, NULL },
	{ "7672 3.2.3 would not fit either way", no_partial, MISMATCH, NULL },
	{ "7672 3.2.3 a label less", shallow,
	    "critical name-wildcard-depth mx1.example\n" FOLLOWS, NULL },
	{ "7672 3.2.3 a label more", deep,
	    "critical name-wildcard-depth mx1.example\n" FOLLOWS, NULL },
	{ "6698 3 U-label", unicode, "critical name-idn mx1.example\n" FOLLOWS,
	    NULL },
	{ "an underscore under a wildcard", underscore,
	    "critical name-wildcard-underscore mx1.example\n" FOLLOWS, NULL },
	{ "a wildcard right below the top", below_top,
	    "critical name-wildcard-top mx1.example\n" FOLLOWS, NULL },
	{ "5280 4.2.1.6 a dot at the end", with_dot,
	    "critical name-san-trailing-dot mx1.example\n" FOLLOWS, NULL },
	{ "5280 4.2.1.6 NUL is no Unicode", with_nul,
	    "critical name-nul mx1.example\n" FOLLOWS, NULL },
	{ "other bytes are no Unicode", with_bell, MISMATCH, NULL },
	{ "7672 3.2.3 the first of two common names", first_cn_beside_names,
	    "critical name-cn-with-san mx1.example\n" FOLLOWS, NULL },
	{ "7672 3.2.3 a common name that nearly fits", deep_cn,
	    "critical name-wildcard-depth mx1.example\n" FOLLOWS, NULL },
	{ "7671 7 base is the final name", cname_base,
	    "info name-cname-base mx1.example\n", "" },
};

int
main(void)
{
	static struct table table;

	TABLE_ROWS(&table, rows, check_tree_row);
	return table_run(&table);
}
