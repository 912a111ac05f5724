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
rules_ruling(const struct ruling_row *rows, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		const char *why = NULL;

		ROW_EXPECT(rows[i].rule,
		    ruling_for(&rows[i].facts, &why) == rows[i].policy);
		/* Whoever asks against the advice gets no other promise. */
		ROW_EXPECT(rows[i].rule,
		    ruling_wants_tlsa(&rows[i].facts) ||
			rows[i].policy == DANELAW_POLICY_MAY ||
			rows[i].policy == DANELAW_POLICY_SKIP);
	}
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
rules_bases(const struct bases_row *rows, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		struct address_facts facts = {
			.host = host,
			.final = rows[i].final == NULL ? host : rows[i].final,
			.dnssec = rows[i].addr,
			.alias = rows[i].alias,
		};
		const char *bases[BASES_MAX];

		ROW_EXPECT(rows[i].rule,
		    bases_need_alias(&facts) == rows[i].need_alias);
		ROW_EXPECT(rows[i].rule,
		    same_names(bases, bases_for(&facts, bases), rows[i].bases));
	}
}

void
rules_judge(const struct judge_row *rows, size_t n)
{
	for (size_t i = 0; i < n; i++)
		ROW_EXPECT(rows[i].rule,
		    bases_judge(rows[i].dnssec, rows[i].presence) ==
			rows[i].next);
}

void
rules_verdict(const struct verdict_row *rows, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		struct tree *tree =
		    plant_tree(rows[i].source, rows[i].mx, rows[i].hosts);

		verdict_fill(tree, rows[i].require_dane, false);
		ROW_EXPECT(rows[i].rule,
		    strcmp(danelaw_verdict_word(tree->report.verdict),
			rows[i].verdict) == 0);
		ROW_EXPECT(rows[i].rule,
		    strcmp(danelaw_state_word(tree->report.state),
			rows[i].state) == 0);
		danelaw_report_free(&tree->report);
	}
}

void
rules_outcome(const struct outcome_row *rows, size_t n)
{
	for (size_t i = 0; i < n; i++)
		ROW_EXPECT(rows[i].rule,
		    outcome_for(rows[i].policy, &rows[i].facts) ==
			rows[i].outcome);
}

void
rules_references(const struct reference_row *rows, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		const char *names[REFERENCES_MAX];

		ROW_EXPECT(rows[i].rule,
		    same_names(names, references_for(&rows[i].facts, names),
			rows[i].names));
	}
}

void
rules_match(const struct match_row *rows, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		const char *names[] = { rows[i].san };
		struct danelaw_cert leaf = {
			.cn = rows[i].cn,
			.names = names,
			.n_names = rows[i].san != NULL,
		};
		struct danelaw_name_check check;

		ROW_EXPECT(rows[i].rule,
		    references_evidence(&leaf, &rows[i].reference, 1, &check) ==
			rows[i].match);
	}
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
rules_records(const struct records_row *rows, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		struct arena *arena = arena_new();
		const char *at = rows[i].rrset;
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
		ROW_EXPECT(rows[i].rule, strcmp(kept, rows[i].kept) == 0);
		arena_unref(arena);
	}
}
