/* SPDX-License-Identifier: ISC */
/* Which part each record plays, told from digests and from the path. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "base/buf.h"
#include "policy/roles.h"
#include "table.h"
#include "treekit.h"

#define X1_KEY                                                                 \
	"0b9fa5a59eed715c26c1020c711b4f6ec42d58b0015e14337a39dad301c5afc3"

struct row {
	const char *name, *chain;
	const char *records[5];
	const char *roles; /* one word a record */
	bool rollover;
};

static const struct row rows[] = {
	{ "the key in use", "leaf inter", { "3 1 1 " LEAF_KEY }, "current-leaf",
	    false },
	{ "7671 8.1 the key in use and the next", "leaf inter",
	    { "3 1 1 " OTHER, "3 1 1 " LEAF_KEY }, "next-unused current-leaf",
	    true },
	{ "7671 8.4 the key in use and an issuer", "leaf inter",
	    { "3 1 1 " LEAF_KEY, "2 1 1 " INTER_KEY },
	    "current-leaf ta-in-path", true },
	{ "an issuer alone", "leaf inter", { "2 1 1 " INTER_KEY }, "ta-in-path",
	    false },
	{ "one issuer by key and by certificate", "leaf inter root",
	    { "2 1 1 " INTER_KEY, "2 0 1 " INTER_CERT },
	    "ta-in-path ta-in-path", false },
	{ "two issuers of one path", "leaf inter root",
	    { "2 1 1 " INTER_KEY, "2 1 1 " ROOT_KEY }, "ta-in-path ta-in-path",
	    true },
	{ "7671 9 two digests of one key", "leaf inter",
	    { "3 1 1 " LEAF_KEY, "3 1 2 " D128("1ae5") },
	    "superseded current-leaf", false },
	{ "7671 9 a next key of the weaker digest", "leaf inter",
	    { "3 1 1 " OTHER, "3 1 2 " D128("1ae5") },
	    "superseded current-leaf", false },
	{ "certificate and key", "leaf inter",
	    { "3 0 1 " LEAF_CERT, "3 1 1 " LEAF_KEY },
	    "current-leaf current-leaf", false },
	{ "the key in use, a certificate of old", "leaf inter",
	    { "3 0 1 " OTHER, "3 1 1 " LEAF_KEY }, "next-unused current-leaf",
	    false },
	{ "said twice", "leaf inter",
	    { "3 1 1 " LEAF_KEY, "3 1 1 " LEAF_KEY, "3 1 1 " OTHER,
		"3 1 1 " OTHER },
	    "current-leaf duplicate next-unused duplicate", true },
	{ "7672 3.1.3 usages 0 and 1", "leaf inter",
	    { "1 1 1 " LEAF_KEY, "0 1 1 " INTER_KEY, "3 1 1 " LEAF_KEY },
	    "unusable unusable current-leaf", false },
	{ "nothing fits", "leaf inter", { "3 1 1 " OTHER, "2 1 1 " OTHER },
	    "orphan orphan", false },
	{ "6698 2.1.1 appended, but no issuer", "leaf inter stranger",
	    { "2 0 1 " D64("4dce"), "3 1 1 " LEAF_KEY },
	    "presented-not-on-path current-leaf", false },
	{ "6698 2.1.1 nothing but what is appended", "leaf inter stranger",
	    { "2 1 1 " D64("4de5"), "3 1 1 " OTHER },
	    "presented-not-on-path orphan", false },
	{ "7671 5.1 usage 3 for what is appended", "leaf inter stranger",
	    { "3 1 1 " D64("4de5") }, "presented-not-on-path", false },
	{ "7671 5.2 usage 2 for the leaf", "leaf inter",
	    { "2 1 1 " LEAF_KEY, "2 0 1 " LEAF_CERT },
	    "wrong-usage wrong-usage", false },
	{ "7671 5.1 usage 3 for the issuer", "leaf inter",
	    { "3 1 1 " INTER_KEY, "3 1 1 " LEAF_KEY },
	    "wrong-usage current-leaf", false },
	{ "7671 5.2.2 a root above what was sent", "leaf toroot",
	    { "2 1 1 " X1_KEY, "3 1 1 " LEAF_KEY }, "ta-not-sent current-leaf",
	    false },
	{ "7671 5.2.2 the same, but the path leads elsewhere", "leaf inter",
	    { "2 1 1 " X1_KEY, "3 1 1 " LEAF_KEY }, "next-unused current-leaf",
	    false },
	{ "7671 5.2.2 an issuer in full, no path to it", "leaf",
	    { "2 0 0 3003020100" }, "ta-not-sent", false },
	{ "an issuer in full beside what fits", "leaf",
	    { "2 0 0 3003020100", "3 1 1 " LEAF_KEY },
	    "next-unused current-leaf", false },
	{ "a digest of nothing is no next key", "leaf inter",
	    { "3 1 1 " LEAF_KEY, "3 1 1 " EMPTY }, "current-leaf wrong-bytes",
	    false },
	{ "a digest of nothing alone, said twice", "leaf inter",
	    { "3 1 1 " EMPTY, "3 1 1 " EMPTY }, "wrong-bytes wrong-bytes",
	    false },
	{ "this issuer and the next", "leaf inter",
	    { "2 1 1 " OTHER, "2 1 1 " INTER_KEY }, "next-unused ta-in-path",
	    true },
};

static void
plant(struct grown *g, const struct row *row)
{
	bool to_root = strcmp(row->chain, "leaf toroot") == 0;

	grow_chain(g, g->probe, to_root ? "leaf inter" : row->chain);
	if (to_root)
		g->probe->chain[1].issuer = "CN=ISRG Root X1, O=ISRG";
	for (size_t i = 0; i < g->probe->n_chain; i++) {
		struct danelaw_cert *cert = &g->probe->chain[i];

		if (cert->subject != NULL &&
		    strstr(cert->subject, "Stranger") != NULL)
			cert->depth = -1;
	}
	grow_records(g, row->records[0], row->records[1], row->records[2],
	    row->records[3], NULL);
	grow_results(g);
}

static char *
roles_of(const struct danelaw_probe *probe, struct buf *out)
{
	for (size_t i = 0; i < probe->n_records; i++)
		buf_printf(out, "%s%s", i == 0 ? "" : " ",
		    danelaw_role_word(probe->records[i].role));
	return (char *)buf_text(out);
}

static void
check_row(void **state)
{
	const struct row *row = *state;
	struct grown g = grow();
	struct buf out = { 0 };
	bool rollover;

	plant(&g, row);
	roles_of(g.probe, &out);
	rollover = roles_allow_rollover(&g.host->tlsa, g.probe);
	if (strcmp(buf_text(&out), row->roles) != 0 ||
	    rollover != row->rollover)
		fail_msg("%s, roll-over %d", buf_text(&out), rollover);
	buf_finish(&out);
	danelaw_report_free(g.report);
}

/* What matched without being sent: 2 0 0, and 2 1 0 by its key alone. */
static void
test_not_sent(void **state)
{
	struct grown g = grow();
	struct danelaw_record_result result = {
		.result = DANELAW_RESULT_MATCH,
		.depth = 2,
	};
	(void)state;

	grow_records(&g, "2 0 0 3003020100", NULL);
	g.probe->records = &result;
	g.probe->n_records = 1;
	roles_fill_probe(&g.host->tlsa, g.probe);
	assert_int_equal(result.role, DANELAW_ROLE_TA_NOT_SENT);
	danelaw_report_free(g.report);
}

/* A record for one of two certificates is not unused with the other. */
static void
test_two_certificates(void **state)
{
	struct grown g = grow();
	struct danelaw_probe *other =
	    grow_probe(&g, g.address, "ecdsa", DANELAW_OUTCOME_AUTHENTICATED);
	(void)state;

	grow_chain(&g, other, "ec inter");
	grow_records(
	    &g, "3 1 1 " LEAF_KEY, "3 1 1 " EC_KEY, "3 1 1 " OTHER, NULL);
	grow_results(&g);
	for (size_t i = 0; i < 2; i++) {
		const struct danelaw_probe *probe = &g.address->probes[i];

		assert_int_equal(
		    probe->records[0].role, DANELAW_ROLE_CURRENT_LEAF);
		assert_int_equal(
		    probe->records[1].role, DANELAW_ROLE_CURRENT_LEAF);
		assert_int_equal(
		    probe->records[2].role, DANELAW_ROLE_NEXT_UNUSED);
		assert_true(roles_allow_rollover(&g.host->tlsa, probe));
	}
	/* The key of the other certificate is not the next of this one. */
	g.host->tlsa.n_records = 2;
	g.address->probes[0].n_records = g.address->probes[1].n_records = 2;
	assert_false(
	    roles_allow_rollover(&g.host->tlsa, &g.address->probes[0]));
	danelaw_report_free(g.report);
}

/* One address has the right certificate, the other fits no record. */
static void
test_elsewhere(void **state)
{
	struct grown g = grow();
	struct danelaw_address *address = grow_address(
	    &g, g.host, "192.0.2.2", DANELAW_OUTCOME_TLSA_MISMATCH);
	(void)state;

	grow_chain(&g, &address->probes[0], "ec");
	grow_records(&g, "3 1 1 " LEAF_KEY, "3 1 1 " OTHER, NULL);
	grow_results(&g);
	assert_int_equal(
	    address->probes[0].records[0].role, DANELAW_ROLE_CURRENT_LEAF);
	assert_int_equal(
	    address->probes[0].records[1].role, DANELAW_ROLE_NEXT_UNUSED);
	danelaw_report_free(g.report);
}

int
main(void)
{
	static struct table table;

	TABLE_ROWS(&table, rows, check_row);
	TABLE_TEST(&table, test_not_sent);
	TABLE_TEST(&table, test_two_certificates);
	TABLE_TEST(&table, test_elsewhere);
	return table_run(&table);
}
