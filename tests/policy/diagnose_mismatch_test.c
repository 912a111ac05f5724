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
#define ADD_311 "+" ZONE GOOD_311 "\n"
#define R3 "8d02536c887482bc34ff54e41d2ba659bf85b341a0a20afadb5813dcfbcf286d"
#define X1 "0b9fa5a59eed715c26c1020c711b4f6ec42d58b0015e14337a39dad301c5afc3"

static void
mismatch(struct grown *g, const char *a, const char *b)
{
	grow_records(g, a, b, NULL);
	grow_outcome(g, DANELAW_OUTCOME_TLSA_MISMATCH);
}

static void
stale_key(struct grown *g)
{
	mismatch(g, "3 1 1 " OTHER, NULL);
}

static void
stale_key_twice(struct grown *g)
{
	mismatch(g, "3 1 1 " OTHER, "3 1 1 " D64("beef"));
}

static void
wrong_bytes(struct grown *g)
{
	mismatch(g, "3 1 1 " EMPTY, NULL);
}

static void
wrong_bytes_and_stale(struct grown *g)
{
	mismatch(g, "3 1 1 " OTHER, "3 0 1 " EMPTY);
}

static void
wrong_bytes_beside(struct grown *g)
{
	grow_records(g, GOOD_311, "3 1 1 " EMPTY, NULL);
}

static void
grow_old(struct grown *g, int from, int to)
{
	g->leaf->not_before = AT + (int64_t)from * DAYS;
	g->leaf->not_after = AT + (int64_t)to * DAYS;
}

static void
not_reloaded(struct grown *g)
{
	mismatch(g, "3 1 1 " OTHER, NULL);
	grow_old(g, -70, 20);
}

static void
not_reloaded_301(struct grown *g)
{
	mismatch(g, "3 0 1 " OTHER, NULL);
	grow_old(g, -70, 20);
}

static void
not_reloaded_expired(struct grown *g)
{
	mismatch(g, "3 1 2 " D128("dead"), NULL);
	grow_old(g, -95, -5);
}

static void
not_reloaded_issuer(struct grown *g)
{
	mismatch(g, "2 1 1 " OTHER, NULL);
	grow_old(g, -95, -5);
}

/* Of two addresses one was forgotten. */
static void
not_reloaded_one(struct grown *g)
{
	struct danelaw_address *address = grow_address(
	    g, g->host, "192.0.2.2", DANELAW_OUTCOME_TLSA_MISMATCH);

	grow_chain(g, &address->probes[0], "ec inter");
	address->probes[0].chain[0].key = "RSA 2048";
	address->probes[0].chain[0].not_before = AT - 31 * DAYS;
	grow_records(g, GOOD_311, NULL);
}

/* An issuer's digest under usage 3: no server mends that. */
static void
old_and_usage(struct grown *g)
{
	mismatch(g, "3 1 1 " INTER_KEY, NULL);
	grow_old(g, -70, 20);
}

static void
stale_certificate(struct grown *g)
{
	mismatch(g, "3 0 1 " OTHER, NULL);
}

static void
stale_both(struct grown *g)
{
	mismatch(g, "3 0 1 " OTHER, "3 1 1 " OTHER);
}

static void
usage_3_for_issuer(struct grown *g)
{
	mismatch(g, "3 1 1 " INTER_KEY, NULL);
}

static void
swapped_key(struct grown *g)
{
	mismatch(g, "3 1 1 " LEAF_CERT, NULL);
}

static void
swapped_certificate(struct grown *g)
{
	mismatch(g, "3 0 2 " D128("1ae5"), NULL);
}

static void
swapped_issuer(struct grown *g)
{
	mismatch(g, "2 1 1 " INTER_CERT, NULL);
}

static void
agility(struct grown *g)
{
	mismatch(g, "3 1 1 " LEAF_KEY, "3 1 2 " D128("dead"));
}

static void
ta_is_leaf(struct grown *g)
{
	mismatch(g, "2 0 1 " LEAF_CERT, NULL);
	grow_chain(g, g->probe, "self");
}

static void
ta_leaf_only(struct grown *g)
{
	mismatch(g, "2 1 1 " INTER_KEY, NULL);
	grow_chain(g, g->probe, "leaf");
}

static void
ta_root_not_sent(struct grown *g)
{
	mismatch(g, "2 1 1 " ROOT_KEY, NULL);
}

static void
ta_known_root(struct grown *g)
{
	mismatch(g, "2 1 1 " X1, NULL);
}

static void
ta_complete(struct grown *g)
{
	mismatch(g, "2 1 1 " OTHER, NULL);
	grow_chain(g, g->probe, "leaf inter root");
}

static void
ta_retired(struct grown *g)
{
	mismatch(g, "2 1 1 " R3, NULL);
}

static void
ta_200(struct grown *g)
{
	mismatch(g, "2 0 0 3000", NULL);
	grow_chain(g, g->probe, "leaf");
}

static void
ta_appended(struct grown *g)
{
	mismatch(g, "2 1 1 " INTER_KEY, NULL);
	grow_chain(g, g->probe, "leaf stranger inter");
	g->leaf->issuer = "CN=Stranger, O=Elsewhere";
}

/* The names fit and the signatures do not. */
static void
ta_forged(struct grown *g)
{
	mismatch(g, "2 1 1 " INTER_KEY, NULL);
}

/* A CA made again under its name: the old one stands first, and a root of
   both above. */
static void
ta_twin(struct grown *g)
{
	mismatch(g, "2 1 1 " ROOT_KEY, NULL);
	grow_chain(g, g->probe, "leaf inter inter root");
	g->probe->chain[1].spki_sha256 = OTHER;
	g->probe->chain[1].cert_sha256 = OTHER;
	g->probe->chain[0].signed_by = 3;
	g->probe->chain[2].signed_by = 4;
	g->probe->chain[1].signed_by = -1;
}

/* What signed is sent, but the anchor has nothing to do with it. */
static void
ta_other_signer(struct grown *g)
{
	ta_appended(g);
	g->leaf->signed_by = 2;
}

static void
inter_missing(struct grown *g)
{
	mismatch(g, "2 1 1 " ROOT_KEY, NULL);
	grow_chain(g, g->probe, "leaf root");
}

static void
second_certificate(struct grown *g)
{
	struct danelaw_probe *probe;

	g->address->outcome = DANELAW_OUTCOME_TLSA_MISMATCH;
	grow_records(g, GOOD_311, "3 1 1 " OTHER, NULL);
	probe =
	    grow_probe(g, g->address, "ecdsa", DANELAW_OUTCOME_TLSA_MISMATCH);
	grow_chain(g, probe, "ec inter");
}

static void
sni(struct grown *g)
{
	static struct danelaw_probe bare;
	struct danelaw_probe *probe;

	mismatch(g, "3 1 1 " EC_KEY, "2 1 1 " EC_KEY);
	g->host->tlsa.n_records = 1;
	probe =
	    grow_probe(g, g->address, "no-sni", DANELAW_OUTCOME_AUTHENTICATED);
	grow_chain(g, probe, "ec inter");
	probe->tls->sni = NULL;
	bare = *probe;
	g->address->n_probes--;
	g->address->no_sni = &bare;
}

/* The same chain at many addresses: one fault of the RRset. */
static void
two_addresses(struct grown *g)
{
	mismatch(g, "3 1 1 " OTHER, NULL);
	grow_address(g, g->host, "192.0.2.2", DANELAW_OUTCOME_TLSA_MISMATCH);
}

static void
second_host(struct grown *g)
{
	struct danelaw_host *host =
	    grow_host(g, "mx2.example", DANELAW_POLICY_DANE);

	grow_address(g, host, "192.0.2.2", DANELAW_OUTCOME_AUTHENTICATED);
	mismatch(g, "3 1 1 " OTHER, NULL);
}

static void
balancer(struct grown *g)
{
	struct danelaw_address *address = grow_address(
	    g, g->host, "2001:db8::2", DANELAW_OUTCOME_TLSA_MISMATCH);

	grow_chain(g, &address->probes[0], "ec inter");
	address->probes[0].chain[0].key = "RSA 2048";
	grow_records(g, GOOD_311, NULL);
}

static const struct tree_row rows[] = {
	{ "7672 4 new key", stale_key,
	    "critical tlsa-stale-311-new-key mx1.example\n",
	    ADD_311 "-" ZONE "3 1 1 " OTHER "\n" },
	{ "7672 4 two old keys", stale_key_twice,
	    "critical tlsa-stale-311-new-key mx1.example\n",
	    ADD_311 "-" ZONE "3 1 1 " OTHER "\n"
		    "-" ZONE "3 1 1 " D64("beef") "\n" },
	{ "6698 2.1.2 a digest of nothing", wrong_bytes,
	    "critical tlsa-hash-of-wrong-bytes mx1.example\n",
	    ADD_311 "-" ZONE "3 1 1 " EMPTY "\n" },
	{ "6698 2.1.2 beside the key of old", wrong_bytes_and_stale,
	    "critical tlsa-hash-of-wrong-bytes mx1.example\n",
	    ADD_311 "-" ZONE "3 0 1 " EMPTY "\n" },
	{ "6698 2.1.2 beside what fits: no next key", wrong_bytes_beside,
	    "warning tlsa-hash-of-wrong-bytes mx1.example\n"
	    "info tlsa-single-record mx1.example\n",
	    "-" ZONE "3 1 1 " EMPTY "\n" },
	{ "7672 4 not reloaded", not_reloaded,
	    "critical tlsa-server-not-reloaded mx1.example\n", "" },
	{ "7672 4 not reloaded, 3 0 1", not_reloaded_301,
	    "critical tlsa-server-not-reloaded mx1.example\n", "" },
	{ "7672 4 not reloaded, and expired", not_reloaded_expired,
	    "critical tlsa-server-not-reloaded mx1.example\n", "" },
	{ "7672 4 not reloaded, and expired, by issuer", not_reloaded_issuer,
	    "critical tlsa-server-not-reloaded mx1.example\n", "" },
	{ "7672 4 one address not reloaded", not_reloaded_one,
	    "critical tlsa-server-not-reloaded mx1.example [192.0.2.2]:25\n"
	    "critical ops-lb-different-certs mx1.example\n",
	    "" },
	{ "7671 5.1 an issuer, and an old certificate", old_and_usage,
	    "critical tlsa-no-match-ee mx1.example\n", NULL },
	{ "7671 8.1 new certificate", stale_certificate,
	    "critical tlsa-stale-301-after-renewal mx1.example\n",
	    ADD_311 "-" ZONE "3 0 1 " OTHER "\n" },
	{ "7672 3.2 neither nor", stale_both,
	    "critical tlsa-no-match-ee mx1.example\n",
	    ADD_311 "-" ZONE "3 0 1 " OTHER "\n"
		    "-" ZONE "3 1 1 " OTHER "\n" },
	{ "7671 5.1 usage 3 holds an issuer", usage_3_for_issuer,
	    "critical tlsa-no-match-ee mx1.example\n",
	    ADD_311 "-" ZONE "3 1 1 " INTER_KEY "\n" },
	{ "6698 2.1.2 certificate under selector 1", swapped_key,
	    "critical tlsa-swapped-selector mx1.example\n",
	    "+" ZONE "3 0 1 " LEAF_CERT "\n"
	    "-" ZONE "3 1 1 " LEAF_CERT "\n" },
	{ "6698 2.1.2 key under selector 0", swapped_certificate,
	    "critical tlsa-swapped-selector mx1.example\n"
	    "warning tlsa-only-sha512 mx1.example\n",
	    "+" ZONE "3 1 2 " D128("1ae5") "\n"
					   "-" ZONE
					   "3 0 2 " D128("1ae5") "\n" ADD_311 },
	{ "6698 2.1.2 of an issuer", swapped_issuer,
	    "critical tlsa-swapped-selector mx1.example\n",
	    "+" ZONE "2 0 1 " INTER_CERT "\n"
	    "-" ZONE "2 1 1 " INTER_CERT "\n" },
	{ "7671 9 stronger digest rules", agility,
	    "critical tlsa-agility-mismatch mx1.example\n",
	    "-" ZONE "3 1 2 " D128("dead") "\n" },
	{ "7671 5.2 usage 2 for the leaf", ta_is_leaf,
	    "critical tlsa-ta-matches-leaf mx1.example\n",
	    "+" ZONE "3 0 1 " LEAF_CERT "\n"
	    "-" ZONE "2 0 1 " LEAF_CERT "\n" },
	{ "7671 5.2.2 leaf alone", ta_leaf_only,
	    "critical tlsa-ta-not-in-chain mx1.example\n", ADD_311 },
	{ "7671 5.2.2 root not sent", ta_root_not_sent,
	    "critical tlsa-ta-root-not-sent mx1.example\n", ADD_311 },
	{ "7671 5.2.2 well-known root not sent", ta_known_root,
	    "critical tlsa-ta-root-not-sent mx1.example\n",
	    ADD_311 "-" ZONE "2 1 1 " X1 "\n" },
	{ "7671 5.2 complete, and others", ta_complete,
	    "critical tlsa-ta-not-in-chain mx1.example\n", ADD_311 },
	{ "7672 4 retired issuer", ta_retired,
	    "critical tlsa-ta-le-retired mx1.example\n",
	    ADD_311 "-" ZONE "2 1 1 " R3 "\n" },
	{ "7671 5.2.2 full root, no path", ta_200,
	    "critical tlsa-200-missing-inter mx1.example\n", ADD_311 },
	{ "6698 2.1.1 appended anchor", ta_appended,
	    "critical cert-unrelated-ta-appended mx1.example\n", "" },
	{ "6698 2.1.1 another CA of that name", ta_forged,
	    "critical cert-unrelated-ta-appended mx1.example\n", "" },
	{ "6698 2.1.1 the CA of that name before it", ta_twin,
	    "critical cert-twin-first mx1.example\n", "" },
	{ "6698 2.1.1 appended to another CA", ta_other_signer,
	    "critical cert-unrelated-ta-appended mx1.example\n", "" },
	{ "7671 5.2.2 intermediate missing", inter_missing,
	    "critical cert-missing-intermediate mx1.example\n", ADD_311 },
	{ "7671 8 second certificate", second_certificate,
	    "critical tlsa-multi-cert-partial mx1.example [192.0.2.1]:25\n",
	    "+" ZONE "3 1 1 " EC_KEY "\n" },
	{ "7672 8.1 certificate by server name", sni,
	    "critical tls-sni-wrong-cert mx1.example\n", "" },
	{ "told once for two addresses", two_addresses,
	    "critical tlsa-stale-311-new-key mx1.example\n", NULL },
	{ "7672 2.2 one host of two", second_host,
	    "critical tlsa-stale-311-new-key mx1.example\n"
	    "warning ops-one-mx-bad et.example\n"
	    "info name-mismatch-ee mx2.example\n",
	    NULL },
	{ "7671 8 one address of two", balancer,
	    "critical tlsa-stale-311-new-key mx1.example [2001:db8::2]:25\n"
	    "critical ops-lb-different-certs mx1.example\n",
	    NULL },
};

/* The words name host, record and certificate. */
static void
test_words(void **state)
{
	struct grown g = grow();
	(void)state;

	stale_key(&g);
	diagnose(g.tree, NULL);
	assert_string_equal(g.report->findings[0].text,
	    "3 1 1 deaddead...deaddead at _25._tcp.mx1.example is for another "
	    "key than the one mx1.example uses with its certificate "
	    "CN=mx1.example, valid since 2025-05-16T15:06:40Z.");
	assert_non_null(
	    strstr(g.report->findings[0].remedy, "the zone as below"));
	assert_string_equal(g.report->findings[0].fix_add[0],
	    "_25._tcp.mx1.example. 3600 IN TLSA 3 1 1 " LEAF_KEY);
	assert_string_equal(g.report->findings[0].tlsrpt, "tlsa-invalid");
	danelaw_report_free(g.report);
}

/* Two addresses show one chain to both offers, a third shows another. */
static void
test_where(void **state)
{
	struct grown g = grow();
	struct danelaw_address *address;
	(void)state;

	stale_key(&g);
	grow_probe(&g, g.address, "rsa", DANELAW_OUTCOME_TLSA_MISMATCH);
	address = grow_address(
	    &g, g.host, "192.0.2.2", DANELAW_OUTCOME_TLSA_MISMATCH);
	grow_probe(&g, address, "rsa", DANELAW_OUTCOME_TLSA_MISMATCH);
	address = grow_address(
	    &g, g.host, "192.0.2.3", DANELAW_OUTCOME_TLSA_MISMATCH);
	grow_chain(&g, &address->probes[0], "ec inter");
	diagnose(g.tree, NULL);
	assert_string_equal(
	    g.report->findings[0].subject, "mx1.example [192.0.2.1]:25");
	assert_non_null(strstr(g.report->findings[0].text,
	    "the one mx1.example [192.0.2.1]:25 and 1 more uses"));
	assert_string_equal(
	    g.report->findings[1].subject, "mx1.example [192.0.2.3]:25");
	danelaw_report_free(g.report);
}

/* Only what nobody's key signed that was sent may be an attack. */
static void
test_attack(void **state)
{
	static const struct {
		void (*spoil)(struct grown *g);
		bool attack;
	} told[] = {
		{ ta_appended, true },
		{ ta_forged, true },
		{ ta_other_signer, false },
		{ ta_twin, false },
	};
	(void)state;

	for (size_t i = 0; i < sizeof(told) / sizeof(told[0]); i++) {
		struct grown g = grow();
		bool attack;

		told[i].spoil(&g);
		grow_results(&g);
		diagnose(g.tree, &g.options);
		attack = strstr(g.report->findings[0].remedy, "attack") != NULL;
		if (attack != told[i].attack)
			fail_msg(
			    "row %zu: %s", i, g.report->findings[0].remedy);
		danelaw_report_free(g.report);
	}
}

int
main(void)
{
	static struct table table;

	TABLE_ROWS(&table, rows, check_tree_row);
	TABLE_TEST(&table, test_attack);
	TABLE_TEST(&table, test_words);
	TABLE_TEST(&table, test_where);
	return table_run(&table);
}
