/* SPDX-License-Identifier: ISC */
/* What the DS records, and the iterations of NSEC3, tell of an answer. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#include "table.h"
#include "treekit.h"

#define ERR DANELAW_DNSSEC_ERROR
#define INS DANELAW_DNSSEC_INSECURE
#define SEC DANELAW_DNSSEC_SECURE

#define DATA DANELAW_PRESENCE_DATA
#define NODATA DANELAW_PRESENCE_NODATA

/* ds: "13/2 8/1", algorithm and type of the digest; "" for none. */
static void
add_zone(struct grown *g, const char *name, const char *above,
    enum danelaw_dnssec dnssec, const char *ds)
{
	struct danelaw_zone *zone =
	    ARENA_PUSH(g->tree->arena, g->report->zones, g->report->n_zones);
	unsigned algorithm, digest;
	int used;

	assert_non_null(zone);
	zone->name = name;
	zone->ds.name = name;
	zone->ds.type = "DS";
	zone->ds.dnssec = dnssec;
	zone->ds.presence = *ds == '\0' ? NODATA : DATA;
	if (above != NULL)
		grow_texts(
		    g, &zone->ds.signers, &zone->ds.n_signers, above, NULL);
	for (; sscanf(ds, " %u/%u%n", &algorithm, &digest, &used) == 2;
	     ds += used) {
		struct danelaw_ds *one = ARENA_PUSH(
		    g->tree->arena, zone->ds_records, zone->n_ds_records);

		assert_non_null(one);
		one->algorithm = (uint8_t)algorithm;
		one->digest_type = (uint8_t)digest;
	}
}

static void
sign(struct grown *g, struct danelaw_lookup *lookup, const char *signer)
{
	lookup->signer = signer;
	grow_texts(g, &lookup->signers, &lookup->n_signers, signer, NULL);
}

/* The MX answer is signed, and counts as insecure. */
static struct danelaw_lookup *
mx_unsigned(struct grown *g, const char *signer)
{
	struct danelaw_lookup *lookup = &g->report->mx.lookups[0];

	g->report->mx.dnssec = lookup->dnssec = INS;
	sign(g, lookup, signer);
	return lookup;
}

static void
not_looked_up(struct grown *g)
{
	mx_unsigned(g, "et.example");
}

static void
lookup_failed(struct grown *g)
{
	mx_unsigned(g, "et.example");
	add_zone(g, "et.example", NULL, ERR, "");
}

static void
no_ds(struct grown *g)
{
	mx_unsigned(g, "et.example");
	add_zone(g, "et.example", "example", SEC, "");
}

/* RFC 5155 section 6: the proof of an opted-out DS is insecure. */
static void
no_ds_opt_out(struct grown *g)
{
	mx_unsigned(g, "et.example");
	add_zone(g, "et.example", "example", INS, "");
	add_zone(g, "example", "", SEC, "13/2");
}

static void
parent_unsigned(struct grown *g)
{
	mx_unsigned(g, "et.example");
	add_zone(g, "et.example", NULL, INS, "");
}

/* The DS is there; it is the zone above that has none. */
static void
no_ds_above(struct grown *g)
{
	mx_unsigned(g, "et.co.example");
	add_zone(g, "et.co.example", "co.example", INS, "13/2");
	add_zone(g, "co.example", "example", SEC, "");
}

static void
unknown_algorithm(struct grown *g)
{
	mx_unsigned(g, "et.example");
	add_zone(g, "et.example", "example", SEC, "12/2 17/2");
}

static void
unknown_digest(struct grown *g)
{
	mx_unsigned(g, "et.example");
	add_zone(g, "et.example", "example", SEC, "13/200");
}

static void
unknown_beside_known(struct grown *g)
{
	mx_unsigned(g, "et.example");
	add_zone(g, "et.example", "example", SEC, "13/200 13/2");
}

static void
iterations(struct grown *g)
{
	mx_unsigned(g, "et.example")->nsec3_iterations = 151;
	add_zone(g, "et.example", "example", SEC, "13/2");
}

static void
few_iterations(struct grown *g)
{
	mx_unsigned(g, "et.example")->nsec3_iterations = 150;
	add_zone(g, "et.example", "example", SEC, "13/2");
}

/* More than one is wrong: without the DS iterations do not matter. */
static void
iterations_and_no_ds(struct grown *g)
{
	no_ds(g);
	g->report->mx.lookups[0].nsec3_iterations = 500;
}

static void
wildcard(struct grown *g, uint16_t n)
{
	struct danelaw_lookup *lookup = grow_find(g->host, "TLSA");

	sign(g, lookup, "example");
	lookup->wildcard = true;
	lookup->nsec3_iterations = n;
}

static void
wildcard_51(struct grown *g)
{
	wildcard(g, 51);
}

static void
wildcard_50(struct grown *g)
{
	wildcard(g, 50);
}

/* The alias is secure, what it leads to is not. */
static void
alias(struct grown *g)
{
	struct danelaw_lookup *lookup = grow_find(g->host, "TLSA");

	lookup->dnssec = INS;
	g->host->policy = DANELAW_POLICY_MAY;
	g->host->tlsa.dnssec = INS;
	g->host->tlsa.status = DANELAW_TLSA_NONE;
	grow_outcome(g, DANELAW_OUTCOME_ENCRYPTED);
	g->probe->match = NULL;
	grow_alias(g, lookup, "_dane.et.example");
	grow_texts(g, &lookup->signers, &lookup->n_signers, "example",
	    "et.example", NULL);
	add_zone(g, "example", "", SEC, "13/2");
}

static void
alias_no_ds(struct grown *g)
{
	alias(g);
	add_zone(g, "et.example", "example", SEC, "");
}

static void
alias_unknown(struct grown *g)
{
	alias(g);
	add_zone(g, "et.example", "example", SEC, "12/2");
}

static void
alias_unsigned(struct grown *g)
{
	alias(g);
	grow_find(g->host, "TLSA")->n_signers = 1;
}

static void
dangling(struct grown *g)
{
	alias(g);
	grow_find(g->host, "TLSA")->dnssec = SEC;
	grow_find(g->host, "TLSA")->presence = NODATA;
	g->host->tlsa.dnssec = SEC;
}

static void
sha1_keys(struct grown *g)
{
	add_zone(g, "et.example", "example", SEC, "7/2 5/1");
}

static void
sha1_digests(struct grown *g)
{
	add_zone(g, "et.example", "example", SEC, "13/1");
}

static void
sha1_beside(struct grown *g)
{
	add_zone(g, "et.example", "example", SEC, "7/2 13/1");
}

/* RFC 8624 section 3.1: our library lacks what others have. */
static void
unjudged(struct grown *g)
{
	g->options.unjudged = UINT32_C(1) << 16;
	mx_unsigned(g, "et.example");
	add_zone(g, "et.example", "example", SEC, "16/2");
}

/* Then it is the other one that counts. */
static void
unjudged_beside_known(struct grown *g)
{
	g->options.unjudged = UINT32_C(1) << 16;
	mx_unsigned(g, "et.example");
	add_zone(g, "et.example", "example", SEC, "16/2 13/2");
}

static void
unjudged_and_unassigned(struct grown *g)
{
	g->options.unjudged = UINT32_C(1) << 16;
	mx_unsigned(g, "et.example");
	add_zone(g, "et.example", "example", SEC, "200/2 16/2");
}

static void
judged_by_library(struct grown *g)
{
	mx_unsigned(g, "et.example");
	add_zone(g, "et.example", "example", SEC, "16/2");
}

static const struct tree_row rows[] = {
	{ "8624 3.1 only others can judge it", unjudged,
	    "warning dns-alg-unjudged et.example\n", NULL },
	{ "8624 3.1 nor with one that nobody knows beside it",
	    unjudged_and_unassigned, "warning dns-alg-unjudged et.example\n",
	    NULL },
	{ "4035 5.2 one that we know beside it", unjudged_beside_known,
	    "warning dns-mx-insecure et.example\n", NULL },
	{ "this library knows it", judged_by_library,
	    "warning dns-mx-insecure et.example\n", NULL },
	{ "no DS looked up, nothing said of it", not_looked_up,
	    "warning dns-mx-insecure et.example\n", NULL },
	{ "nor where the lookup failed", lookup_failed,
	    "warning dns-mx-insecure et.example\n", NULL },
	{ "4035 5.2 no DS", no_ds,
	    "warning dns-ds-missing et.example\n"
	    "warning dns-mx-insecure et.example\n",
	    NULL },
	{ "5155 6 no DS, by opt-out", no_ds_opt_out,
	    "warning dns-ds-missing et.example\n"
	    "warning dns-mx-insecure et.example\n",
	    NULL },
	{ "4035 4.3 the zone above is unsigned", parent_unsigned,
	    "warning dns-ds-missing et.example\n"
	    "warning dns-mx-insecure et.example\n",
	    NULL },
	{ "4035 4.3 the zone above has no DS", no_ds_above,
	    "warning dns-ds-missing et.example\n"
	    "warning dns-mx-insecure et.example\n",
	    NULL },
	{ "4035 5.2 unknown algorithms", unknown_algorithm,
	    "warning dns-alg-unsupported et.example\n"
	    "warning dns-mx-insecure et.example\n",
	    NULL },
	{ "6840 5.2 unknown digest", unknown_digest,
	    "warning dns-alg-unsupported et.example\n"
	    "warning dns-mx-insecure et.example\n",
	    NULL },
	{ "4035 5.2 one known way is enough", unknown_beside_known,
	    "warning dns-mx-insecure et.example\n", NULL },
	{ "9276 3.2 too many iterations", iterations,
	    "warning dns-nsec3-iterations et.example\n"
	    "warning dns-mx-insecure et.example\n",
	    NULL },
	{ "9276 3.2 150 are not too many", few_iterations,
	    "warning dns-mx-insecure et.example\n", NULL },
	{ "the DS comes first", iterations_and_no_ds,
	    "warning dns-ds-missing et.example\n"
	    "warning dns-mx-insecure et.example\n",
	    NULL },
	{ "9276 3.2 BIND stops at 50", wildcard_51,
	    "warning dns-nsec3-iterations mx1.example\n"
	    "info tlsa-wildcard-owner mx1.example\n",
	    NULL },
	{ "9276 3.2 50 do for all", wildcard_50,
	    "info tlsa-wildcard-owner mx1.example\n", NULL },
	{ "no DS behind a TLSA alias", alias_no_ds,
	    "warning dns-ds-missing mx1.example\n"
	    "warning dns-tlsa-insecure mx1.example\n",
	    NULL },
	{ "an unknown algorithm behind one", alias_unknown,
	    "warning dns-alg-unsupported mx1.example\n"
	    "warning dns-tlsa-insecure mx1.example\n",
	    NULL },
	{ "an unsigned zone behind one", alias_unsigned,
	    "warning dns-tlsa-insecure mx1.example\n", NULL },
	{ "an alias that leads to nothing", dangling,
	    "warning dns-tlsa-dangling-alias mx1.example\n", NULL },
	{ "8624 3.1 RSA and SHA-1 alone", sha1_keys,
	    "warning dns-alg-sha1 et.example\n", NULL },
	{ "8624 3.3 SHA-1 digests alone", sha1_digests,
	    "warning dns-alg-sha1 et.example\n", NULL },
	{ "8624 3 another way beside them", sha1_beside, "", NULL },
};

/* Whom to send whither. */
static void
test_words(void **state)
{
	static const struct {
		void (*spoil)(struct grown *g);
		const char *text, *remedy;
	} told[] = {
		{ no_ds, "the zone above et.example holds no DS record of it",
		    "Publish the DS record of et.example at the registrar" },
		{ parent_unsigned, "the zone above et.example is not signed",
		    "Have the zone above et.example signed" },
		{ no_ds_above,
		    "the zone above co.example holds no DS record of it",
		    "Publish the DS record of co.example" },
		{ unknown_algorithm, "algorithm 12 and 17 alone",
		    "algorithm 13" },
		{ unknown_digest, "digest type 200 alone", "digest type 2 " },
		{ iterations, "it has 151,", "0 iterations" },
		{ wildcard_51, "BIND from 9.20 at 50", "not by a wildcard" },
	};
	(void)state;

	for (size_t i = 0; i < sizeof(told) / sizeof(told[0]); i++) {
		struct grown g = grow();
		const struct danelaw_finding *finding;

		told[i].spoil(&g);
		diagnose(g.tree, &g.options);
		finding = &g.report->findings[0];
		if (strstr(finding->text, told[i].text) == NULL ||
		    strstr(finding->remedy, told[i].remedy) == NULL)
			fail_msg("row %zu: %s %s", i, finding->text,
			    finding->remedy);
		danelaw_report_free(g.report);
	}
}

int
main(void)
{
	static struct table table;

	TABLE_ROWS(&table, rows, check_tree_row);
	TABLE_TEST(&table, test_words);
	return table_run(&table);
}
