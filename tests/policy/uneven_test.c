/* SPDX-License-Identifier: ISC */
/*
 * What senders meet at an address that is another server from one connection
 * to the next: it varies, where they would not do the same at both.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "policy/senders.h"
#include "policy/uneven.h"
#include "table.h"
#include "treekit.h"

static struct danelaw_probe *
again(struct grown *g, const char *chain, enum danelaw_outcome outcome)
{
	struct danelaw_probe *probe =
	    grow_probe(g, g->address, "again", outcome);

	if (chain != NULL) {
		grow_chain(g, probe, chain);
	} else {
		probe->tls = NULL;
		probe->chain = NULL;
		probe->n_chain = 0;
	}
	if (outcome != DANELAW_OUTCOME_AUTHENTICATED)
		g->address->outcome = outcome;
	return probe;
}

static void
same(struct grown *g)
{
	again(g, "leaf inter", DANELAW_OUTCOME_AUTHENTICATED);
}

static void
other_cert(struct grown *g)
{
	grow_records(g, "3 1 1 " LEAF_KEY, NULL);
	again(g, "ec inter", DANELAW_OUTCOME_TLSA_MISMATCH);
}

/* By the offer: a sender meets one of them, always the same. */
static void
other_offer(struct grown *g)
{
	other_cert(g);
	g->address->probes[1].offer = "ecdsa";
}

static void
no_starttls(struct grown *g)
{
	again(g, NULL, DANELAW_OUTCOME_STARTTLS_MISSING);
	g->address->smtp.starttls = "220 go ahead";
}

static void
no_handshake(struct grown *g)
{
	again(g, NULL, DANELAW_OUTCOME_TLS_FAILED);
}

static void
other_version(struct grown *g)
{
	struct danelaw_probe *probe =
	    again(g, "leaf inter", DANELAW_OUTCOME_AUTHENTICATED);
	struct danelaw_tls *tls =
	    arena_memdup(g->tree->arena, probe->tls, sizeof(*probe->tls));

	assert_non_null(tls);
	tls->version = "TLSv1.2";
	tls->ems = true;
	probe->tls = tls;
	grow_match(g, probe, 0, 0);
}

/* The type that some prefer could not be seen. */
static void
denied(struct grown *g)
{
	struct danelaw_probe *probe;

	grow_chain(g, g->probe, "ec inter");
	grow_records(g, "3 1 1 " EC_KEY, NULL);
	grow_match(g, g->probe, 0, 0);
	probe = again(g, NULL, DANELAW_OUTCOME_AUTHENTICATED);
	probe->offer = "rsa";
	probe->outcome = DANELAW_OUTCOME_SMTP_TEMPFAIL;
}

struct row {
	const char *name;
	void (*spoil)(struct grown *g);
	enum uneven_kind kind;
	enum danelaw_delivery postfix, exim;
	const char *why; /* of Exim 4.96 */
};

#define DELIVER DANELAW_DELIVERY_DELIVER
#define REFUSE DANELAW_DELIVERY_REFUSE
#define VARIES DANELAW_DELIVERY_VARIES
static const struct row rows[] = {
	{ "the same twice", same, UNEVEN_NOT, DELIVER, DELIVER, NULL },
	{ "two certificates, by the offer", other_offer, UNEVEN_NOT, DELIVER,
	    DELIVER, NULL },
	{ "two certificates, by chance", other_cert, UNEVEN_CERTS, VARIES,
	    VARIES, "Verification failed. The certificate differs." },
	{ "STARTTLS by chance", no_starttls, UNEVEN_STARTTLS, VARIES, VARIES,
	    "a TLS session is required, but the server did not offer TLS "
	    "support" },
	{ "a handshake by chance", no_handshake, UNEVEN_SHAKE, VARIES, VARIES,
	    NULL },
	{ "two versions, and both pass", other_version, UNEVEN_VERSIONS,
	    DELIVER, DELIVER, NULL },
	{ "RSA could not be seen", denied, UNEVEN_NOT, DELIVER, DELIVER,
	    SENDERS_UNSEEN },
};

static const struct danelaw_sender *
find(const struct danelaw_address *address, const char *name)
{
	for (size_t i = 0; i < address->n_senders; i++) {
		if (strcmp(address->senders[i].name, name) == 0)
			return &address->senders[i];
	}
	fail_msg("no row for %s", name);
	return NULL;
}

static void
test_row(void **state)
{
	const struct row *row = *state;
	const struct danelaw_sender *exim;
	struct grown g = grow();

	row->spoil(&g);
	assert_int_equal(uneven_of(g.address).kind, row->kind);
	assert_true(
	    senders_predict(g.tree->arena, g.report, g.host, g.address));
	assert_int_equal(find(g.address, "postfix")->outcome, row->postfix);
	exim = find(g.address, "exim-gnutls");
	assert_int_equal(exim->outcome, row->exim);
	if (row->why != NULL)
		assert_string_equal(exim->why, row->why);
	danelaw_report_free(g.report);
}

int
main(void)
{
	static struct table table;

	TABLE_ROWS(&table, rows, test_row);
	return table_run(&table);
}
