/* SPDX-License-Identifier: ISC */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "table.h"
#include "treekit.h"

#define ZONE "_25._tcp.mx1.example. 3600 IN TLSA "
#define GOOD_311 "3 1 1 " LEAF_KEY
#define ISSUER "2 1 1 " INTER_KEY

/* A key of 91 bytes, as EC P-256 has. */
static void
full_key(struct grown *g)
{
	static const uint8_t key[91] = { 0x30 };
	struct danelaw_record *record;

	grow_records(g, GOOD_311, ISSUER, "3 1 0 00", NULL);
	record = &g->host->tlsa.records[2];
	record->data = key;
	record->len = sizeof(key);
	g->leaf->spki = key;
	g->leaf->spki_len = sizeof(key);
}

/* 1200 bytes of digests, each of which is a record of its own. */
static void
many(struct grown *g)
{
	grow_records(g, GOOD_311, ISSUER, "2 1 1 " D64("0001"),
	    "2 1 1 " D64("0002"), "2 1 1 " D64("0003"), "2 1 1 " D64("0004"),
	    "2 1 1 " D64("0005"), "2 1 1 " D64("0006"), "2 1 1 " D64("0007"),
	    "2 1 1 " D64("0008"), "2 1 1 " D64("0009"), "2 1 1 " D64("000a"),
	    "2 1 1 " D64("000b"), "2 1 1 " D64("000c"), "2 1 1 " D64("000d"),
	    "2 1 1 " D64("000e"), "2 1 1 " D64("000f"), "2 1 1 " D64("0010"),
	    "2 1 1 " D64("0011"), NULL);
}

static void
full_cert(struct grown *g)
{
	grow_records(g, "3 0 1 " LEAF_CERT, "3 0 1 " OTHER, NULL);
}

static void
ta_key(struct grown *g)
{
	grow_records(g, ISSUER, "2 1 1 " OTHER, NULL);
	grow_match(g, g->probe, 0, 1);
}

static void
ta_cert(struct grown *g)
{
	grow_records(g, "2 0 1 " INTER_CERT, ISSUER, NULL);
	grow_match(g, g->probe, 0, 1);
}

static void
uneven(struct grown *g)
{
	grow_records(g, GOOD_311, "3 1 1 " OTHER, "3 1 2 " D128("1ae5"), NULL);
}

/* Without the SHA-512 record nothing would be left that fits. */
static void
uneven_needed(struct grown *g)
{
	grow_records(g, "3 1 1 " OTHER, "3 1 1 " D64("beef"),
	    "3 1 2 " D128("1ae5"), NULL);
}

static void
even(struct grown *g)
{
	grow_records(g, GOOD_311, "3 1 2 " D128("1ae5"), NULL);
}

static void
wildcard(struct grown *g)
{
	grow_find(g->host, "TLSA")->wildcard = true;
}

static void
long_signature(struct grown *g)
{
	grow_find(g->host, "TLSA")->rrsig_expires = AT + 32 * DAYS;
}

static void
month_signature(struct grown *g)
{
	grow_find(g->host, "TLSA")->rrsig_expires = AT + 31 * DAYS;
}

/* mx2 has the records of mx1 and another certificate. */
static struct danelaw_host *
second_host(struct grown *g)
{
	struct danelaw_host *host =
	    grow_host(g, "mx2.example", DANELAW_POLICY_DANE);
	struct danelaw_address *address =
	    grow_address(g, host, "192.0.2.2", DANELAW_OUTCOME_AUTHENTICATED);

	grow_chain(g, &address->probes[0], "ec inter");
	grow_match(g, &address->probes[0], 1, 0);
	grow_records(g, GOOD_311, "3 1 1 " EC_KEY, NULL);
	host->tlsa.records = g->host->tlsa.records;
	host->tlsa.n_records = g->host->tlsa.n_records;
	return host;
}

static void
shared(struct grown *g)
{
	second_host(g);
}

static void
shared_alias(struct grown *g)
{
	struct danelaw_host *host = second_host(g);

	grow_alias(g, grow_find(host, "TLSA"), "_25._tcp.mx1.example");
}

static const struct tree_row rows[] = {
	{ "7671 10.1.2 a key in full", full_key,
	    "info tlsa-full0 mx1.example\n", "-" ZONE "3 1 0 00\n" },
	{ "7671 10.1.1 too many records", many,
	    "warning tlsa-rrset-large mx1.example\n"
	    "info tlsa-stale-extra mx1.example\n"
	    "info tlsa-many-records mx1.example\n",
	    "" },
	{ "7671 5.1 the whole certificate", full_cert,
	    "info tlsa-stale-extra mx1.example\n"
	    "info tlsa-ee-full-cert mx1.example\n",
	    "+" ZONE GOOD_311 "\n" },
	{ "7672 3.1.2 the key of an issuer", ta_key,
	    "info tlsa-stale-extra mx1.example\n"
	    "info tlsa-ta-key-only mx1.example\n",
	    "" },
	/* The same key twice is no next key. */
	{ "7672 3.1.2 its certificate as well", ta_cert,
	    "info tlsa-single-record mx1.example\n", "" },
	{ "7671 8.3 a key in one digest", uneven,
	    "warning tlsa-digests-uneven mx1.example\n"
	    "info tlsa-single-record mx1.example\n"
	    "info tlsa-stale-extra mx1.example\n",
	    "-" ZONE "3 1 2 " D128("1ae5") "\n" },
	{ "7671 8.3 the only one that fits", uneven_needed,
	    "warning tlsa-combination-stale mx1.example\n"
	    "warning tlsa-digests-uneven mx1.example\n"
	    "info tlsa-single-record mx1.example\n",
	    NULL },
	{ "7671 8.3 both digests", even,
	    "info tlsa-single-record mx1.example\n", "" },
	{ "6698 A.2.1.3 wildcard", wildcard,
	    "info tlsa-wildcard-owner mx1.example\n", "" },
	{ "7671 13 signed for too long", long_signature,
	    "warning ops-rrsig-too-long mx1.example\n", "" },
	{ "7671 13 signed for a month", month_signature, "", "" },
	{ "7672 2.2.3 the same records at two names", shared,
	    "info tlsa-stale-extra mx1.example\n"
	    "info tlsa-stale-extra mx2.example\n"
	    "info name-mismatch-ee mx2.example\n"
	    "info tlsa-shared-ee et.example\n",
	    "" },
	{ "7672 2.2.3 one alias of the other", shared_alias,
	    "warning tlsa-shared-ee et.example\n"
	    "info dns-tlsa-cname mx2.example\n"
	    "info tlsa-stale-extra mx1.example\n"
	    "info tlsa-stale-extra mx2.example\n"
	    "info name-mismatch-ee mx2.example\n",
	    "" },
};

int
main(void)
{
	static struct table table;

	TABLE_ROWS(&table, rows, check_tree_row);
	return table_run(&table);
}
