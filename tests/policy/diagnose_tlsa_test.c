/* SPDX-License-Identifier: ISC */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "policy/tlsa.h"
#include "table.h"
#include "treekit.h"

#define ZONE "_25._tcp.mx1.example. 3600 IN TLSA "
#define GOOD_311 "3 1 1 " LEAF_KEY
#define ADD_311 "+" ZONE GOOD_311 "\n"
#define ADD_311_AT_2 "+_25._tcp.mx2.example. 3600 IN TLSA " GOOD_311 "\n"
#define SINGLE "info tlsa-single-record mx1.example\n"

/* Records that nobody can use are skipped by the judge, too. */
static void
only_encrypt(struct grown *g)
{
	g->host->policy = DANELAW_POLICY_ENCRYPT;
	grow_outcome(g, DANELAW_OUTCOME_ENCRYPTED);
	g->probe->match = NULL;
}

static void
none(struct grown *g)
{
	grow_records(g, NULL);
	grow_find(g->host, "TLSA")->presence = DANELAW_PRESENCE_NXDOMAIN;
	g->host->policy = DANELAW_POLICY_MAY;
	grow_outcome(g, DANELAW_OUTCOME_ENCRYPTED);
	g->probe->match = NULL;
}

static void
none_required(struct grown *g)
{
	none(g);
	g->options.require_dane = true;
}

static void
wrong_owner(struct grown *g)
{
	none(g);
	grow_lookup(g, NULL, "_25._tcp.et.example", "TLSA",
	    DANELAW_DNSSEC_SECURE, DANELAW_PRESENCE_DATA);
}

static void
wrong_port(struct grown *g)
{
	none(g);
	grow_lookup(g, g->host, "_465._tcp.mx1.example", "TLSA",
	    DANELAW_DNSSEC_SECURE, DANELAW_PRESENCE_DATA);
}

static void
partial(struct grown *g)
{
	struct danelaw_host *host =
	    grow_host(g, "mx2.example", DANELAW_POLICY_MAY);

	grow_address(g, host, "192.0.2.2", DANELAW_OUTCOME_ENCRYPTED);
}

static void
all_pkix(struct grown *g)
{
	grow_records(g, "1 1 1 " LEAF_KEY, "0 1 1 " ROOT_KEY, NULL);
	only_encrypt(g);
}

static void
some_pkix(struct grown *g)
{
	grow_records(g, GOOD_311, "2 1 1 " INTER_KEY, "1 1 1 " LEAF_KEY, NULL);
}

static void
bad_length(struct grown *g)
{
	grow_records(g, "3 1 1 abcdef", NULL);
	only_encrypt(g);
}

static void
bad_length_twice(struct grown *g)
{
	grow_records(g, GOOD_311, "2 1 1 " INTER_KEY, "3 1 1 abcdef",
	    "3 1 2 " LEAF_KEY, NULL);
}

static void
empty(struct grown *g)
{
	static const uint8_t rdata[] = { 3, 1, 1 };

	grow_records(g, GOOD_311, NULL);
	assert_true(tlsa_from_rdata(
	    g->tree->arena, rdata, sizeof(rdata), &g->host->tlsa.records[0]));
	g->host->tlsa.status = DANELAW_TLSA_UNUSABLE;
	only_encrypt(g);
}

static void
unknown(struct grown *g)
{
	grow_records(g, "3 1 3 " LEAF_KEY, NULL);
	only_encrypt(g);
}

static void private(struct grown *g)
{
	grow_records(g, "3 1 255 " LEAF_KEY, NULL);
	only_encrypt(g);
}

static void
garbage(struct grown *g)
{
	grow_records(g, "3 1 0 " LEAF_KEY, NULL);
	tlsa_set_unusable(&g->host->tlsa.records[0], "not DER");
	g->host->tlsa.status = DANELAW_TLSA_UNUSABLE;
	only_encrypt(g);
}

static void
large(struct grown *g)
{
	uint8_t *der = arena_alloc(g->tree->arena, 600);
	struct danelaw_record *record;

	assert_non_null(der);
	grow_records(g, GOOD_311, "2 1 1 " INTER_KEY, "3 0 0 00", NULL);
	record = &g->host->tlsa.records[2];
	record->data = der;
	record->len = 600;
	g->leaf->der = der;
	g->leaf->der_len = 600;
}

static void
only_sha512(struct grown *g)
{
	grow_records(g, "3 1 2 " D128("1ae5"), "2 1 2 " D128("2be5"), NULL);
}

static void
single(struct grown *g)
{
	grow_records(g, GOOD_311, NULL);
}

static void
one_key_two_digests(struct grown *g)
{
	grow_records(g, GOOD_311, "3 1 2 " D128("1ae5"), NULL);
	grow_match(g, g->probe, 1, 0);
}

static void
one_key_two_selectors(struct grown *g)
{
	grow_records(g, "3 0 1 " LEAF_CERT, GOOD_311, NULL);
}

static void
next_key(struct grown *g)
{
	grow_records(g, "3 1 1 " OTHER, GOOD_311, NULL);
	grow_match(g, g->probe, 1, 0);
}

static void
next_key_hidden(struct grown *g)
{
	grow_records(g, "3 1 1 " OTHER, GOOD_311, "3 1 2 " D128("1ae5"), NULL);
	grow_match(g, g->probe, 2, 0);
}

static void
next_certificate(struct grown *g)
{
	grow_records(g, "3 0 1 " LEAF_CERT, "3 0 1 " OTHER, NULL);
}

static void
old_certificate(struct grown *g)
{
	grow_records(g, GOOD_311, "3 0 1 " OTHER, NULL);
}

static void
one_issuer(struct grown *g)
{
	grow_records(g, "2 1 1 " INTER_KEY, "2 0 1 " INTER_CERT, NULL);
	grow_match(g, g->probe, 0, 1);
}

static void
two_issuers(struct grown *g)
{
	grow_chain(g, g->probe, "leaf inter root");
	grow_records(g, "2 1 1 " INTER_KEY, "2 1 1 " ROOT_KEY, NULL);
	grow_match(g, g->probe, 0, 1);
}

static void
absent_issuer(struct grown *g)
{
	grow_records(g, GOOD_311, "2 1 1 " ROOT_KEY, NULL);
}

static void
stale_kind(struct grown *g)
{
	grow_records(g, GOOD_311, "2 1 1 " OTHER, NULL);
}

static void
stale_extra(struct grown *g)
{
	grow_records(g, GOOD_311, "3 1 1 " OTHER, "3 1 1 " D64("beef"), NULL);
}

static void
mixed(struct grown *g)
{
	grow_records(g, "3 1 1 " OTHER, "2 1 1 " INTER_KEY, NULL);
	grow_match(g, g->probe, 1, 1);
}

static void
bare_key(struct grown *g)
{
	grow_records(g, "2 1 0 00ff", NULL);
	grow_match(g, g->probe, 0, 0);
	g->probe->match->how = DANELAW_HOW_SIGNED_BY;
	g->probe->records = arena_alloc(
	    g->tree->arena, 2 * sizeof(struct danelaw_record_result));
	assert_non_null(g->probe->records);
	g->probe->records[0].result = DANELAW_RESULT_MATCH;
	g->probe->records[1].result = DANELAW_RESULT_MATCH;
	g->probe->records[1].record = 1;
	g->probe->n_records = 2;
}

static void
public_ca(struct grown *g)
{
	grow_match(g, g->probe, 1, 1);
	g->probe->chain[1].subject = "CN=X1, O=DigiCert Inc, C=US";
	g->leaf->issuer = g->probe->chain[1].subject;
}

static void
one_of_many(struct grown *g)
{
	grow_records(g, "2 1 1 " INTER_KEY, "2 1 1 " INTER_KEY, NULL);
	g->host->tlsa.n_records = 1;
	grow_match(g, g->probe, 0, 1);
	g->probe->chain[1].subject = "CN=R12, O=Let's Encrypt, C=US";
	g->leaf->issuer = g->probe->chain[1].subject;
}

static const struct tree_row rows[] = {
	{ "7672 2.2 no TLSA", none, "info tlsa-none mx1.example\n", ADD_311 },
	{ "7672 6 DANE is mandatory", none_required,
	    "critical tlsa-none mx1.example\n", ADD_311 },
	{ "7672 2.2.3 at the mail domain", wrong_owner,
	    "warning tlsa-wrong-owner-domain et.example\n"
	    "info tlsa-none mx1.example\n",
	    ADD_311 ADD_311 },
	{ "6698 3 other port", wrong_port,
	    "warning tlsa-wrong-port mx1.example\n"
	    "info tlsa-none mx1.example\n",
	    ADD_311 ADD_311 },
	{ "7672 2.2.1 one host open", partial,
	    "warning tlsa-partial-mx et.example\n"
	    "info tlsa-none mx2.example\n",
	    ADD_311_AT_2 ADD_311_AT_2 },
	{ "7672 3.1.3 usages 0 and 1 only", all_pkix,
	    "warning tlsa-all-unusable-pkix mx1.example\n",
	    ADD_311 "-" ZONE "1 1 1 " LEAF_KEY "\n"
		    "-" ZONE "0 1 1 " ROOT_KEY "\n" },
	{ "7672 3.1.3 usage 1 among others", some_pkix,
	    "warning tlsa-pkix-mixed mx1.example\n",
	    "-" ZONE "1 1 1 " LEAF_KEY "\n" },
	{ "6698 2.1.3 digest cut off", bad_length,
	    "warning tlsa-malformed-length mx1.example\n",
	    ADD_311 "-" ZONE "3 1 1 abcdef\n" },
	{ "6698 2.1.3 told once for two", bad_length_twice,
	    "warning tlsa-malformed-length mx1.example\n",
	    "-" ZONE "3 1 1 abcdef\n"
	    "-" ZONE "3 1 2 " LEAF_KEY "\n" },
	{ "6698 4.1 no data", empty, "warning tlsa-empty-data mx1.example\n",
	    ADD_311 "-" ZONE "3 1 1\n" },
	{ "6698 4.1 matching type 3", unknown,
	    "warning tlsa-unknown-params mx1.example\n", NULL },
	{ "7671 2 private use", private,
	    "warning tlsa-private-255 mx1.example\n", NULL },
	{ "6698 2.1.4 digest as full data", garbage,
	    "warning tlsa-full0-garbage mx1.example\n", NULL },
	{ "7671 10.1.2 full data", large,
	    "warning tlsa-full0-large mx1.example\n", NULL },
	{ "7671 2 SHA-512 alone", only_sha512,
	    "warning tlsa-only-sha512 mx1.example\n", ADD_311 },
	{ "7672 4 no second record", single, SINGLE, "" },
	{ "7671 8 one key, two digests", one_key_two_digests, SINGLE, "" },
	{ "7671 8 one key, by itself and in its certificate",
	    one_key_two_selectors, SINGLE, "" },
	{ "7671 8 this key and the next", next_key,
	    "info tlsa-stale-extra mx1.example\n", "" },
	{ "7671 9 a next key that a stronger digest hides", next_key_hidden,
	    "warning tlsa-digests-uneven mx1.example\n" SINGLE
	    "info tlsa-stale-extra mx1.example\n",
	    NULL },
	{ "7671 8 this certificate and the next", next_certificate,
	    "info tlsa-stale-extra mx1.example\n"
	    "info tlsa-ee-full-cert mx1.example\n",
	    NULL },
	{ "7671 8 an old certificate is no next key", old_certificate,
	    "warning tlsa-combination-stale mx1.example\n" SINGLE, NULL },
	{ "7671 8 one issuer, two digests", one_issuer, SINGLE, "" },
	{ "7671 8 two issuers", two_issuers,
	    "info tlsa-ta-key-only mx1.example\n", "" },
	{ "7671 8 an issuer that is not sent is no fallback", absent_issuer,
	    "warning tlsa-combination-stale mx1.example\n" SINGLE, NULL },
	{ "7671 8 a kind that does not fit", stale_kind,
	    "warning tlsa-combination-stale mx1.example\n" SINGLE,
	    "-" ZONE "2 1 1 " OTHER "\n" },
	{ "7671 8.4 left over or made ahead", stale_extra,
	    "info tlsa-stale-extra mx1.example\n", "" },
	{ "7672 3.2 one match is enough", mixed,
	    "info tlsa-mixed-2-and-3 mx1.example\n",
	    ADD_311 "-" ZONE "3 1 1 " OTHER "\n" },
	{ "7671 5.2.3 bare key", bare_key,
	    "warning tlsa-210-bare-key mx1.example\n" SINGLE
	    "info tlsa-ta-key-only mx1.example\n",
	    ADD_311 },
	{ "7672 3.1.2 public CA", public_ca,
	    "info tlsa-ta-public-ca mx1.example\n", "" },
	{ "7671 8 one of many issuers", one_of_many,
	    "warning tlsa-ta-le-incomplete mx1.example\n" SINGLE
	    "info tlsa-ta-public-ca mx1.example\n"
	    "info tlsa-ta-key-only mx1.example\n",
	    NULL },
};

/* RFC 8460 section 4.3.2.1. */
static void
test_required(void **state)
{
	struct grown g = grow();
	(void)state;

	none_required(&g);
	diagnose(g.tree, &g.options);
	assert_int_equal(g.report->n_findings, 1);
	assert_string_equal(g.report->findings[0].tlsrpt, "dane-required");
	danelaw_report_free(g.report);
}

/* Records are changed where they are, with the TTL they have. */
static void
test_owner(void **state)
{
	struct grown g = grow();
	(void)state;

	some_pkix(&g);
	grow_alias(&g, grow_find(g.host, "TLSA"), "_tlsa.provider.example");
	grow_find(g.host, "TLSA")->ttl = 300;
	diagnose(g.tree, NULL);
	assert_string_equal(g.report->findings[0].id, "tlsa-pkix-mixed");
	assert_string_equal(g.report->findings[0].fix_remove[0],
	    "_tlsa.provider.example. 300 IN TLSA 1 1 1 " LEAF_KEY);
	danelaw_report_free(g.report);
}

int
main(void)
{
	static struct table table;

	TABLE_ROWS(&table, rows, check_tree_row);
	TABLE_TEST(&table, test_required);
	TABLE_TEST(&table, test_owner);
	return table_run(&table);
}
