/* SPDX-License-Identifier: ISC */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "plant.h"
#include "policy/references.h"

static void
test_order(void **state)
{
	static const char mx[] = "mx.example", end[] = "end.example";
	static const char hop[] = "example.org", hop_end[] = "example.net";
	static const struct {
		const char *name;
		struct reference_facts facts;
		size_t n;
		const char *names[REFERENCES_MAX];
	} rows[] = {
		{ "secure MX", { mx, hop, hop, true, true }, 2, { mx, hop } },
		{ "secure MX, aliased next hop",
		    { mx, hop, hop_end, true, true }, 3, { mx, hop, hop_end } },
		{ "the MX host is the next hop", { hop, hop, hop, true, true },
		    1, { hop } },
		{ "the MX host is where the next hop leads",
		    { hop_end, hop, hop_end, true, true }, 2,
		    { hop_end, hop } },
		{ "insecure MX", { mx, hop, hop_end, true, false }, 1, { mx } },
		{ "no MX, no alias", { hop, hop, hop, false, true }, 1,
		    { hop } },
		{ "no MX, base is the end of the alias",
		    { hop_end, hop, hop_end, false, true }, 2,
		    { hop_end, hop } },
		{ "no MX, base is the alias itself",
		    { hop, hop, hop_end, false, true }, 1, { hop } },
		{ "no MX, an alias through an unsigned zone",
		    { hop, hop, end, false, false }, 1, { hop } },
		{ "no MX, a base that is neither",
		    { mx, hop, hop_end, false, true }, 1, { mx } },
		{ "no name twice, however it is written",
		    { mx, "MX.Example.", "mx.EXAMPLE", true, true }, 1,
		    { mx } },
		{ "missing names are left out", { mx, NULL, "", true, true }, 1,
		    { mx } },
		{ "no base, no reference", { NULL, hop, hop, true, true }, 0,
		    { NULL } },
	};
	(void)state;

	for (size_t i = 0; i < COUNT(rows); i++) {
		const char *names[REFERENCES_MAX] = { NULL };

		ROW_EXPECT(rows[i].name,
		    references_for(&rows[i].facts, names) == rows[i].n);
		for (size_t j = 0; j < rows[i].n; j++)
			ROW_EXPECT(rows[i].name,
			    strcmp(names[j], rows[i].names[j]) == 0);
	}
}

static void
test_evidence(void **state)
{
	static const struct {
		const char *name, *cn, *names[3], *references[3];
		bool found;
		const char *reference, *presented;
		enum danelaw_name_source source;
		int san;
	} rows[] = {
		{ "a dNSName", "x.example", { "a.example", "mx.example" },
		    { "mx.example" }, true, "mx.example", "mx.example",
		    DANELAW_NAME_SAN, 1 },
		{ "the base before the next hop", NULL,
		    { "example.org", "mx.example" },
		    { "mx.example", "example.org" }, true, "mx.example",
		    "mx.example", DANELAW_NAME_SAN, 1 },
		{ "the next hop will do", NULL, { "example.org" },
		    { "mx.example", "example.org" }, true, "example.org",
		    "example.org", DANELAW_NAME_SAN, 0 },
		{ "a wildcard", NULL, { "*.mail.example" },
		    { "mx.mail.example" }, true, "mx.mail.example",
		    "*.mail.example", DANELAW_NAME_SAN, 0 },
		{ "CN where there is no dNSName", "mx.example", { NULL },
		    { "mx.example" }, true, "mx.example", "mx.example",
		    DANELAW_NAME_CN, -1 },
		{ "a dNSName rules the CN out", "mx.example", { "a.example" },
		    { "mx.example" }, false, NULL, NULL, DANELAW_NAME_NONE, 0 },
		{ "even an empty dNSName does", "mx.example", { "" },
		    { "mx.example" }, false, NULL, NULL, DANELAW_NAME_NONE, 0 },
		{ "neither", NULL, { NULL }, { "mx.example" }, false, NULL,
		    NULL, DANELAW_NAME_NONE, 0 },
		{ "no reference", "mx.example", { "mx.example" }, { NULL },
		    false, NULL, NULL, DANELAW_NAME_NONE, 0 },
	};
	(void)state;

	for (size_t i = 0; i < COUNT(rows); i++) {
		struct danelaw_name_check check = { .san = 99 };
		const char *names[3];
		struct danelaw_cert leaf = { .cn = rows[i].cn };
		size_t n = 0;

		memcpy(names, rows[i].names, sizeof(names));
		leaf.names = names;
		while (leaf.n_names < 3 && names[leaf.n_names] != NULL)
			leaf.n_names++;
		while (n < 3 && rows[i].references[n] != NULL)
			n++;
		ROW_EXPECT(rows[i].name,
		    references_evidence(&leaf, rows[i].references, n, &check) ==
			rows[i].found);
		if (!rows[i].found) {
			/* Untouched on failure. */
			ROW_EXPECT(
			    rows[i].name, check.san == 99 && !check.checked);
			continue;
		}
		ROW_EXPECT(rows[i].name, check.checked);
		assert_string_equal(check.reference, rows[i].reference);
		assert_string_equal(check.presented, rows[i].presented);
		ROW_EXPECT(rows[i].name, check.source == rows[i].source);
		ROW_EXPECT(rows[i].name, check.san == rows[i].san);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_order),
		cmocka_unit_test(test_evidence),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
