/* SPDX-License-Identifier: ISC */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "policy/tlsa.h"

#include "rules.h"

static const char host[] = "mx.example";

void
rules_ruling(void **state)
{
	const struct ruling_row *row = *state;
	const char *why = NULL;

	ROW_EXPECT(row->rule, ruling_for(&row->facts, &why) == row->policy);
	/* Whoever asks against the advice gets no other promise. */
	ROW_EXPECT(row->rule,
	    ruling_wants_tlsa(&row->facts) ||
		row->policy == DANELAW_POLICY_MAY ||
		row->policy == DANELAW_POLICY_SKIP);
}

/* Are these the names of the list, in this order? */
static bool
same_names(const char *const *names, size_t n, const char *list)
{
	struct arena *arena = arena_new();
	const char *joined = "";
	bool same;

	assert_non_null(arena);
	for (size_t i = 0; i < n; i++)
		joined = arena_printf(
		    arena, "%s%s%s", joined, i > 0 ? " " : "", names[i]);
	same = strcmp(joined, list) == 0;
	arena_unref(arena);
	return same;
}

void
rules_bases(void **state)
{
	const struct bases_row *row = *state;
	struct address_facts facts = {
		.host = host,
		.final = row->final == NULL ? host : row->final,
		.dnssec = row->addr,
		.alias = row->alias,
	};
	const char *bases[BASES_MAX];

	ROW_EXPECT(row->rule, bases_need_alias(&facts) == row->need_alias);
	ROW_EXPECT(
	    row->rule, same_names(bases, bases_for(&facts, bases), row->bases));
}

void
rules_judge(void **state)
{
	const struct judge_row *row = *state;

	ROW_EXPECT(
	    row->rule, bases_judge(row->dnssec, row->presence) == row->next);
}

void
rules_verdict(void **state)
{
	const struct verdict_row *row = *state;
	struct tree *tree = plant_tree(row->source, row->mx, row->hosts);

	verdict_fill(tree, row->require_dane, false);
	ROW_EXPECT(row->rule,
	    strcmp(danelaw_verdict_word(tree->report.verdict), row->verdict) ==
		0);
	ROW_EXPECT(row->rule,
	    strcmp(danelaw_state_word(tree->report.state), row->state) == 0);
	danelaw_report_free(&tree->report);
}

void
rules_outcome(void **state)
{
	const struct outcome_row *row = *state;

	ROW_EXPECT(
	    row->rule, outcome_for(row->policy, &row->facts) == row->outcome);
}

void
rules_references(void **state)
{
	const struct reference_row *row = *state;
	const char *names[REFERENCES_MAX];

	ROW_EXPECT(row->rule,
	    same_names(names, references_for(&row->facts, names), row->names));
}

void
rules_match(void **state)
{
	const struct match_row *row = *state;
	const char *names[] = { row->san };
	struct danelaw_cert leaf = {
		.cn = row->cn,
		.names = names,
		.n_names = row->san != NULL,
	};
	struct danelaw_name_check check;

	ROW_EXPECT(row->rule,
	    references_evidence(&leaf, &row->reference, 1, &check) ==
		row->match);
}

/* "311:20" or "311" with as many octets as its matching type asks for. */
static void
read_kind(struct arena *arena, const char **at, struct danelaw_record *record)
{
	static const size_t usual[] = { 100, 32, 64 };
	uint8_t rdata[3 + 128] = { 0 };
	char *end;
	size_t len = 32;

	for (int i = 0; i < 3; i++)
		rdata[i] = (uint8_t)((*at)[i] == 'P' ? 255 : (*at)[i] - '0');
	if (rdata[2] < COUNT(usual))
		len = usual[rdata[2]];
	*at += 3;
	if (**at == ':') {
		len = strtoul(*at + 1, &end, 10);
		*at = end;
	}
	*at += strspn(*at, " ");
	assert_true(3 + len <= sizeof(rdata));
	assert_true(tlsa_from_rdata(arena, rdata, 3 + len, record));
}

void
rules_records(void **state)
{
	const struct records_row *row = *state;
	struct arena *arena = arena_new();
	const char *at = row->rrset;
	struct danelaw_record records[8];
	char kept[COUNT(records) + 1];
	size_t n_records = 0;

	assert_non_null(arena);
	while (*at != '\0' && n_records < COUNT(records))
		read_kind(arena, &at, &records[n_records++]);
	for (size_t j = 0; j < n_records; j++) {
		if (!records[j].usable)
			kept[j] = '-';
		else if (tlsa_is_superseded(records, n_records, j))
			kept[j] = 'S';
		else
			kept[j] = 'U';
	}
	kept[n_records] = '\0';
	ROW_EXPECT(row->rule, strcmp(kept, row->kept) == 0);
	arena_unref(arena);
}
