/* SPDX-License-Identifier: ISC */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "policy/known_ca.h"
#include "table.h"
#include "treekit.h"

#define ZONE "_25._tcp.mx1.example. 3600 IN TLSA "
#define ADD_311 "+" ZONE "3 1 1 " LEAF_KEY "\n"
#define SINGLE "info tlsa-single-record mx1.example\n"
#define PUBLIC                                                                 \
	"info tlsa-ta-public-ca mx1.example\n"                                 \
	"info tlsa-ta-key-only mx1.example\n"
#define RETIRED "critical tlsa-ta-le-retired mx1.example\n"
#define OTHER_ISSUER "critical tlsa-ta-le-other-issuer mx1.example\n"
#define INCOMPLETE "warning tlsa-ta-le-incomplete mx1.example\n"

#define R10 "2bbad93ab5c79279ec121507f272cbe0c6647a3aae52e22f388afab426b4adba"
#define R10_CERT                                                               \
	"9d7c3f1aa6ad2b2ec0d5cf1e246f8d9ae6cbc9fd0755ad37bb974b1f2fb603f3"
#define E5 "3586d4ecf070578cbd27aedce20b964e48bc149faeb9dad72f46b857869172b8"
#define X3 "60b87575447dcba2a36b7d11ac09fb24a9db406fee12d2cc90180517616e8a18"
#define X1 "0b9fa5a59eed715c26c1020c711b4f6ec42d58b0015e14337a39dad301c5afc3"
#define YE1 "6ebcefb4210b088654a38b03fea3d7d1c711b4fb1ddc363a45f9b1a4e53da01e"
#define YE2 "b3fb5d00e994cddf2cc9a4eea9f806bc5727e83cc0e4299bf956f2d524fe5376"
#define YE3 "a698a20824be04e47a1a33c4fa488731be92011f23a31e900e2ca26c9c2acfce"
#define YR1 "2e8307068b6db620e4a39d068b5dee5d6ef5788cbb2c0b6d23ead84fcc17178c"
#define YR2 "9d637b3d27a9e570d07607b9ccadb80a70915c7af72afce12841b1b1da825fd1"
#define YR3 "51aaa87d984b559ac69e929f888a022d832e089ff4dba0a412b5101bca4bc799"
#define ALL_RSA                                                                \
	"+" ZONE "2 1 1 " YR1 "\n+" ZONE "2 1 1 " YR2 "\n+" ZONE "2 1 1 " YR3  \
	"\n"

/* An issuer of Let's Encrypt of this name. */
static void
issue(struct grown *g, const char *subject)
{
	g->leaf->issuer = subject;
	if (g->probe->n_chain > 1)
		g->probe->chain[1].subject = subject;
}

static void
mismatch(struct grown *g, const char *a, const char *b)
{
	grow_records(g, a, b, NULL);
	grow_outcome(g, DANELAW_OUTCOME_TLSA_MISMATCH);
	issue(g, "CN=YR1, O=Let's Encrypt, C=US");
}

static void
ecdsa(struct grown *g)
{
	g->leaf->key = "EC P-256";
}

static void
retired(struct grown *g)
{
	mismatch(g, "2 1 1 " R10, "2 1 1 " E5);
}

static void
retired_by_certificate(struct grown *g)
{
	mismatch(g, "2 0 1 " R10_CERT, NULL);
}

static void
retired_sha512(struct grown *g)
{
	const struct known_ca *ca = NULL;
	const char *text;

	for (size_t i = 0; (ca = known_ca_at(i)) != NULL; i++) {
		if (strcmp(ca->cn, "R10") == 0)
			break;
	}
	assert_non_null(ca);
	text = arena_printf(g->tree->arena, "2 1 2 %s", ca->spki_sha512);
	mismatch(g, text, NULL);
}

static void
retired_elsewhere(struct grown *g)
{
	mismatch(g, "2 1 1 " R10, NULL);
	issue(g, "CN=Inter, O=Lab");
}

static void
retired_root_appended(struct grown *g)
{
	mismatch(g, "2 1 1 " R10, NULL);
	grow_chain(g, g->probe, "leaf inter root");
	issue(g, "CN=YR1, O=Let's Encrypt, C=US");
}

static void
retired_and_root(struct grown *g)
{
	mismatch(g, "2 1 1 " X1, "2 1 1 " R10);
}

static void
stale_and_retired(struct grown *g)
{
	mismatch(g, "3 1 1 " OTHER, "2 1 1 " R10);
}

static void
other_key(struct grown *g)
{
	mismatch(g, "2 1 1 " YE1, "2 1 1 " YE2);
}

static void
sibling(struct grown *g)
{
	mismatch(g, "2 1 1 " YR2, NULL);
}

static void
no_such_key(struct grown *g)
{
	mismatch(g, "2 1 1 " R10, NULL);
	g->leaf->key = "Ed25519";
}

static void
root(struct grown *g)
{
	mismatch(g, "2 1 1 " X1, NULL);
}

/* As sent by the server: the digest is of the lab's key. */
static void
covered(struct grown *g, const char *a, const char *b, const char *c)
{
	grow_records(g, "2 1 1 " INTER_KEY, a, b, c, NULL);
	grow_match(g, g->probe, 0, 1);
	issue(g, "CN=YE1, O=Let's Encrypt, C=US");
	ecdsa(g);
}

static void
one(struct grown *g)
{
	covered(g, NULL, NULL, NULL);
}

static void
all_but_backup(struct grown *g)
{
	covered(g, "2 1 1 " YE2, NULL, NULL);
}

static void
all(struct grown *g)
{
	covered(g, "2 1 1 " YE2, "2 1 1 " YE3, NULL);
}

static void
one_and_unknown(struct grown *g)
{
	covered(g, "2 1 1 " OTHER, NULL, NULL);
}

static void
one_beside_key(struct grown *g)
{
	issue(g, "CN=YR1, O=Let's Encrypt, C=US");
}

static void
one_for_old_table(struct grown *g)
{
	covered(g, "2 1 1 " YE2, "2 1 1 " YE3, NULL);
	g->report->at = known_ca_time() + (int64_t)400 * DAYS;
	for (size_t i = 0; i < g->probe->n_chain; i++) {
		g->probe->chain[i].not_before = g->report->at - 30 * DAYS;
		g->probe->chain[i].not_after = g->report->at + 90 * DAYS;
	}
	for (size_t i = 0; i < g->host->n_lookups; i++)
		g->host->lookups[i].rrsig_expires = 0;
	for (size_t i = 0; i < g->report->mx.n_lookups; i++)
		g->report->mx.lookups[i].rrsig_expires = 0;
}

static void
another_time(struct grown *g)
{
	one_for_old_table(g);
	g->options.other_time = true;
}

static void
young_table(struct grown *g)
{
	one_for_old_table(g);
	g->report->at -= (int64_t)40 * DAYS;
}

static void
many(struct grown *g)
{
	grow_records(g, "3 1 1 " LEAF_KEY, "2 1 1 " INTER_KEY, "2 1 1 " R10,
	    "2 1 1 " E5, "2 1 1 " D64("0001"), "2 1 1 " D64("0002"),
	    "2 1 1 " D64("0003"), "2 1 1 " D64("0004"), "2 1 1 " D64("0005"),
	    "2 1 1 " D64("0006"), "2 1 1 " D64("0007"), "2 1 1 " D64("0008"),
	    "2 1 1 " D64("0009"), NULL);
}

static void
twelve(struct grown *g)
{
	many(g);
	g->host->tlsa.n_records--;
}

#define STALE "info tlsa-stale-extra mx1.example\n"
#define REMOVE_R10 "-" ZONE "2 1 1 " R10 "\n"

static const struct tree_row rows[] = {
	{ "7672 4 retired issuers", retired, RETIRED,
	    ADD_311 ALL_RSA REMOVE_R10 "-" ZONE "2 1 1 " E5 "\n" },
	{ "7672 4 by the digest of its certificate", retired_by_certificate,
	    RETIRED, NULL },
	{ "7672 4 by SHA-512", retired_sha512,
	    RETIRED "warning tlsa-only-sha512 mx1.example\n", NULL },
	{ "7672 4 the server went to another CA", retired_elsewhere, RETIRED,
	    ADD_311 REMOVE_R10 },
	{ "7672 4 the root appended does not help", retired_root_appended,
	    RETIRED, ADD_311 ALL_RSA REMOVE_R10 },
	{ "7672 4 beside a root that is not sent", retired_and_root, RETIRED,
	    NULL },
	{ "7672 4 beside a key that was changed", stale_and_retired,
	    "critical tlsa-stale-311-new-key mx1.example\n" RETIRED, NULL },
	{ "7672 4 a key Let's Encrypt does not sign", no_such_key,
	    RETIRED "warning tls-sigalg-unsupported mx1.example\n",
	    ADD_311 REMOVE_R10 },
	{ "7671 8 issuers for another type of key", other_key, OTHER_ISSUER,
	    ADD_311 ALL_RSA "-" ZONE "2 1 1 " YE1 "\n-" ZONE "2 1 1 " YE2
			    "\n" },
	{ "7671 8 another one was drawn", sibling, OTHER_ISSUER,
	    ADD_311 "+" ZONE "2 1 1 " YR1 "\n+" ZONE "2 1 1 " YR3 "\n-" ZONE
		    "2 1 1 " YR2 "\n" },
	{ "7671 5.2.2 a well-known root", root,
	    "critical tlsa-ta-root-not-sent mx1.example\n",
	    ADD_311 "-" ZONE "2 1 1 " X1 "\n" },
	{ "7671 8 one issuer of three", one, INCOMPLETE SINGLE PUBLIC,
	    ADD_311 "+" ZONE "2 1 1 " YE1 "\n+" ZONE "2 1 1 " YE2 "\n+" ZONE
		    "2 1 1 " YE3 "\n" },
	{ "7671 8 the backup is missing", all_but_backup,
	    INCOMPLETE STALE PUBLIC, NULL },
	{ "7671 8 all issuers", all, STALE PUBLIC, "" },
	{ "7671 8 one issuer, and one that may be new", one_and_unknown,
	    STALE PUBLIC, "" },
	{ "7671 8 one issuer beside the key", one_beside_key, "", "" },
	{ "7672 4 an old table", one_for_old_table,
	    "warning ops-ca-table-old mx1.example\n" STALE PUBLIC, "" },
	{ "7672 4 an old table, judged for another time", another_time,
	    STALE PUBLIC, "" },
	{ "7672 4 a table of less than a year", young_table, STALE PUBLIC, "" },
	{ "7671 10.1.1 13 records", many,
	    STALE "info tlsa-many-records mx1.example\n",
	    REMOVE_R10 "-" ZONE "2 1 1 " E5 "\n" },
	{ "7671 10.1.1 12 records", twelve, STALE, "" },
};

static void
expect_words(void (*spoil)(struct grown *g), const char *text, const char *fix)
{
	struct grown g = grow();

	spoil(&g);
	grow_results(&g);
	diagnose(g.tree, NULL);
	assert_true(g.report->n_findings > 0);
	if (strstr(g.report->findings[0].text, text) == NULL)
		fail_msg("%s", g.report->findings[0].text);
	if (strstr(g.report->findings[0].remedy, fix) == NULL)
		fail_msg("%s", g.report->findings[0].remedy);
	danelaw_report_free(g.report);
}

static void
shared_key(struct grown *g)
{
	mismatch(g, "2 1 1 " X3, NULL);
}

static void
test_words(void **state)
{
	(void)state;
	expect_words(retired, "(R10 and E5)", "YR1, YR2 and YR3, backup");
	expect_words(retired_elsewhere, "(R10)", "keep the key at renewals.");
	expect_words(
	    shared_key, "Let's Encrypt Authority X1 and X3 (one key)", "3 1 1");
	expect_words(other_key, "YE1 and YE2, who issue for another", "YR1");
	expect_words(root, "and never ISRG Root X1", "intermediate");
	expect_words(one, "lack YE2 and YE3", "YE1, YE2 and YE3");
}

static void
check_digest(const char *hex, size_t len)
{
	assert_non_null(hex);
	assert_int_equal(strlen(hex), len);
	assert_int_equal(strspn(hex, "0123456789abcdef"), len);
}

/* Whatever the table is made of: what is used of it holds. */
static void
test_table(void **state)
{
	static const char *const wanted[] = { "YR1", "YE3", "R14", "E9", "R3",
		"E2", "ISRG Root X1", "ISRG Root X2", "Root YR", "Root YE",
		"Let's Encrypt Authority X4", "DST Root CA X3" };
	const struct known_ca *ca;
	size_t n_issuing[KNOWN_CA_NO_KEY] = { 0 };
	(void)state;

	for (size_t i = 0; i < sizeof(wanted) / sizeof(wanted[0]); i++) {
		bool found = false;

		for (size_t j = 0; (ca = known_ca_at(j)) != NULL; j++)
			found = found || strcmp(ca->cn, wanted[i]) == 0;
		if (!found)
			fail_msg("%s", wanted[i]);
	}
	for (size_t i = 0; (ca = known_ca_at(i)) != NULL; i++) {
		check_digest(ca->spki_sha256, 64);
		check_digest(ca->cert_sha256, 64);
		check_digest(ca->spki_sha512, 128);
		check_digest(ca->cert_sha512, 128);
		assert_true(ca->not_after > 0);
		n_issuing[ca->key] += known_ca_issues(ca);
	}
	assert_true(n_issuing[KNOWN_CA_RSA] >= 2);
	assert_true(n_issuing[KNOWN_CA_ECDSA] >= 2);
	assert_true(known_ca_has_cn("CN=R1, O=x", "R1"));
	assert_false(known_ca_has_cn("CN=R10, O=x", "R1"));
	assert_false(known_ca_has_cn(NULL, "R1"));
}

int
main(void)
{
	static struct table table;

	TABLE_ROWS(&table, rows, check_tree_row);
	TABLE_TEST(&table, test_words);
	TABLE_TEST(&table, test_table);
	return table_run(&table);
}
