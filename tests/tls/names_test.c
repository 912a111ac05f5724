/* SPDX-License-Identifier: ISC */
/*
 * RFC 7672 section 3.2.3 and RFC 6125 section 6.4, sentence by sentence, as
 * OpenSSL judges and as policy/references.h explains: the two must name the
 * same reference, the same presented name and the same place.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "policy/references.h"
#include "tls/cast.h"
#include "tls/match.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))
#define MX "mx.example.org"

static const struct row {
	const char *why;
	struct forge how;
	const char *references[3];
	/* NULL: no name fits. */
	const char *reference, *presented;
	int san; /* -1: the common name */
	bool wildcard;
} rows[] = {
	{ "7672 3.2.3 any dNSName",
	    { .cn = "x", .san = "DNS:a.example,DNS:" MX }, { MX }, MX, MX, 1 },
	{ "6125 6.4.1 case does not matter",
	    { .cn = "x", .san = "DNS:MX.Example.ORG" }, { MX }, MX,
	    "MX.Example.ORG", 0 },
	{ "7672 3.2.2 the next hop", { .cn = "x", .san = "DNS:example.org" },
	    { MX, "example.org" }, "example.org", "example.org", 0 },
	{ "7672 3.2.2 the base goes first",
	    { .cn = "x", .san = "DNS:example.org,DNS:" MX },
	    { MX, "example.org" }, MX, MX, 1 },
	{ "7672 3.2.2 none of them", { .cn = MX, .san = "DNS:other.example" },
	    { MX, "example.org" }, NULL },
	{ "7672 3.2.3 a CN beside a dNSName is dead letters",
	    { .cn = MX, .san = "DNS:other.example" }, { MX }, NULL },
	{ "7672 3.2.3 an empty dNSName is one, too",
	    { .cn = MX, .dns_raw = "", .dns_raw_len = 0 }, { MX }, NULL },
	{ "7672 3.2.3 the CN without any", { .cn = MX }, { MX }, MX, MX, -1 },
	{ "7672 3.2.3 the CN beside an address of mail",
	    { .cn = MX, .san = "email:a@example.org" }, { MX }, MX, MX, -1 },
	{ "7672 3.2.3 the CN beside an IP address",
	    { .cn = MX, .san = "IP:192.0.2.1" }, { MX }, MX, MX, -1 },
	{ "the second of two CNs", { .cn = "x", .cn2 = MX }, { MX }, MX, MX,
	    -1 },
	{ "the first of two CNs", { .cn = MX, .cn2 = "x" }, { MX }, MX, MX,
	    -1 },
	{ "7672 3.2.3 a wildcard for the first label",
	    { .cn = "x", .san = "DNS:*.example.org" }, { MX }, MX,
	    "*.example.org", 0, true },
	{ "the first that fits in the certificate, wildcard or not",
	    { .cn = "x", .san = "DNS:a.example,DNS:*.example.org,DNS:" MX },
	    { MX }, MX, "*.example.org", 1, true },
	{ "7672 3.2.3 a wildcard CN", { .cn = "*.example.org" }, { MX }, MX,
	    "*.example.org", -1, true },
	{ "7672 3.2.3 part of a label is invalid",
	    { .cn = "x", .san = "DNS:m*.example.org,DNS:*x.example.org" },
	    { MX }, NULL },
	{ "6125 6.4.3 one label only",
	    { .cn = "x", .san = "DNS:*.example.org" }, { "a.mx.example.org" },
	    NULL },
	{ "6125 6.4.3 and no less", { .cn = "x", .san = "DNS:*.example.org" },
	    { "example.org" }, NULL },
	{ "6125 6.4.3 not in the middle", { .cn = "x", .san = "DNS:mx.*.org" },
	    { MX }, NULL },
	{ "OpenSSL wants two dots behind the star",
	    { .cn = "x", .san = "DNS:*.org" }, { "example.org" }, NULL },
	{ "6125 6.4.2 A-labels",
	    { .cn = "x", .san = "DNS:xn--bcher-kva.example" },
	    { "xn--bcher-kva.example" }, "xn--bcher-kva.example",
	    "xn--bcher-kva.example", 0 },
	{ "6125 6.4.3 a wildcard for an A-label",
	    { .cn = "x", .san = "DNS:*.mail.example" },
	    { "xn--bcher-kva.mail.example" }, "xn--bcher-kva.mail.example",
	    "*.mail.example", 0, true },
	{ "a dot at the end of a dNSName", { .cn = "x", .san = "DNS:" MX "." },
	    { MX }, NULL },
	{ "a NUL inside a dNSName",
	    { .cn = "x", .dns_raw = MX "\0.evil", .dns_raw_len = 20 }, { MX },
	    NULL },
	{ "a NUL inside a CN", { .cn_raw = MX "\0.evil", .cn_raw_len = 20 },
	    { MX }, NULL },
	{ "no name at all", { .o = "Nobody" }, { MX }, NULL },
};

static struct tls_context *context;

static int
set_up(void **state)
{
	char *error = NULL;

	(void)state;
	context = tls_context_new(NULL, NULL, &error);
	return context == NULL ? -1 : 0;
}

static int
tear_down(void **state)
{
	(void)state;
	tls_context_free(context);
	return 0;
}

/* By usage 3 with names, so that any leaf will do. */
static const struct danelaw_match *
judge(struct arena *arena, const struct row *row, X509 *cert,
    struct tls_chain *chain, size_t n, struct match_answer *answer)
{
	struct danelaw_record record = {
		.usage = 3,
		.selector = 1,
		.mtype = 1,
		.usable = true,
		.rr = "3 1 1",
	};
	const struct match_question question = {
		.records = &record,
		.n_records = 1,
		.references = (const char *const *)row->references,
		.n_references = n,
		.at = FORGE_NOW,
		.ee_names = true,
	};

	record.data = cast_data(arena, cert, 1, 1, &record.len);
	assert_true(match_judge(context, chain, &question, arena, answer));
	assert_non_null(answer->match);
	return answer->match;
}

static bool
same(const char *a, const char *b)
{
	return a == b || (a != NULL && b != NULL && strcmp(a, b) == 0);
}

static void
expect(const struct row *row, const char *who,
    const struct danelaw_name_check *name)
{
	enum danelaw_name_source source = row->reference == NULL
	    ? DANELAW_NAME_NONE
	    : row->san < 0 ? DANELAW_NAME_CN
			   : DANELAW_NAME_SAN;
	int san = row->reference == NULL ? -1 : row->san;

	if (!same(name->reference, row->reference) ||
	    !same(name->presented, row->presented) || name->san != san ||
	    name->source != source || name->wildcard != row->wildcard)
		fail_msg("%s: %s says %s by %s, SAN %d, source %d, %d",
		    row->why, who,
		    name->reference == NULL ? "none" : name->reference,
		    name->presented == NULL ? "none" : name->presented,
		    name->san, (int)name->source, name->wildcard);
}

static void
check_row(const struct row *row)
{
	struct arena *arena = arena_new();
	struct forged leaf = forge_cert(&row->how);
	struct tls_chain *chain = forge_chain(leaf.cert, NULL);
	struct danelaw_name_check ours = { .san = -1 };
	struct match_answer answer;
	struct danelaw_cert *certs;
	size_t n = 0, n_certs;
	bool fits;

	while (n < COUNT(row->references) && row->references[n] != NULL)
		n++;
	expect(row, "OpenSSL",
	    &judge(arena, row, leaf.cert, chain, n, &answer)->name);
	assert_int_equal(answer.name_failed, row->reference == NULL);
	assert_true(tls_chain_facts(chain, arena, &certs, &n_certs));
	fits = references_evidence(
	    &certs[0], (const char *const *)row->references, n, &ours);
	assert_int_equal(fits, row->reference != NULL);
	expect(row, "the explanation", &ours);
	tls_chain_unref(chain);
	forge_free(&leaf);
	arena_unref(arena);
}

static void
test_rows(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++)
		check_row(&rows[i]);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_rows),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
