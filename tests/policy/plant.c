/* SPDX-License-Identifier: ISC */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "plant.h"

enum { WORD_MAX = 64 };

static enum danelaw_policy
policy_of(const char *word)
{
	for (int i = DANELAW_POLICY_SKIP; i <= DANELAW_POLICY_DANE; i++) {
		if (strcmp(word, danelaw_policy_word((enum danelaw_policy)i)) ==
		    0)
			return (enum danelaw_policy)i;
	}
	fail_msg("no such policy: %s", word);
	return DANELAW_POLICY_SKIP;
}

static enum danelaw_outcome
outcome_of(const char *word)
{
	for (int i = 0; i <= DANELAW_OUTCOME_NOT_EXAMINED; i++) {
		if (strcmp(word,
			danelaw_outcome_word((enum danelaw_outcome)i)) == 0)
			return (enum danelaw_outcome)i;
	}
	fail_msg("no such outcome: %s", word);
	return DANELAW_OUTCOME_SKIPPED;
}

/* The next word, NULL at the end. */
static const char *
next_word(const char **at, char word[WORD_MAX])
{
	size_t len;

	*at += strspn(*at, " ");
	len = strcspn(*at, " ");
	if (len == 0)
		return NULL;
	assert_true(len < WORD_MAX);
	memcpy(word, *at, len);
	word[len] = '\0';
	*at += len;
	return word;
}

static struct danelaw_host *
add_host(struct tree *tree, const char *policy)
{
	struct danelaw_report *report = &tree->report;
	struct danelaw_host *host =
	    ARENA_PUSH(tree->arena, report->hosts, report->n_hosts);

	assert_non_null(host);
	host->name =
	    arena_printf(tree->arena, "mx%zu.example", report->n_hosts);
	host->preference = (uint16_t)(10 * report->n_hosts);
	host->policy = policy_of(policy);
	host->dnssec = DANELAW_DNSSEC_SECURE;
	host->tlsa.status = DANELAW_TLSA_NONE;
	host->tlsa.dnssec = DANELAW_DNSSEC_SECURE;
	return host;
}

static void
add_address(struct tree *tree, struct danelaw_host *host, char *outcome)
{
	struct danelaw_address *address =
	    ARENA_PUSH(tree->arena, host->addresses, host->n_addresses);
	char *reply = strchr(outcome, '=');

	assert_non_null(address);
	if (reply != NULL) {
		*reply = '\0';
		address->smtp.starttls = arena_strdup(tree->arena, reply + 1);
	}
	address->outcome = outcome_of(outcome);
	address->port = 25;
	address->ip =
	    arena_printf(tree->arena, "192.0.2.%zu", host->n_addresses);
}

struct tree *
plant_tree(enum danelaw_mx_source source, enum danelaw_dnssec dnssec,
    const char *hosts)
{
	struct tree *tree = tree_new();
	struct danelaw_host *host = NULL;
	char word[WORD_MAX];

	assert_non_null(tree);
	tree->report.domain = "example.org";
	tree->report.port = 25;
	tree->report.mx.source = source;
	tree->report.mx.dnssec = dnssec;
	while (next_word(&hosts, word) != NULL) {
		if (strcmp(word, "|") == 0)
			host = NULL;
		else if (host == NULL)
			host = add_host(tree, word);
		else
			add_address(tree, host, word);
	}
	return tree;
}

void
plant_finding(struct tree *tree, enum danelaw_severity severity)
{
	struct danelaw_finding *finding = ARENA_PUSH(
	    tree->arena, tree->report.findings, tree->report.n_findings);

	assert_non_null(finding);
	finding->id = "planted";
	finding->severity = severity;
}

void
plant_mx_lookup(struct tree *tree, enum danelaw_dnssec dnssec,
    enum danelaw_presence presence)
{
	struct danelaw_mx *mx = &tree->report.mx;
	struct danelaw_lookup *lookup =
	    ARENA_PUSH(tree->arena, mx->lookups, mx->n_lookups);

	assert_non_null(lookup);
	lookup->name = tree->report.domain;
	lookup->type = "MX";
	lookup->dnssec = dnssec;
	lookup->presence = presence;
}
