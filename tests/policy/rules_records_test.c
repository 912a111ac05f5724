/* SPDX-License-Identifier: ISC */
/*
 * Rules 50 to 61 and 71 to 111: which records are usable, matching, names,
 * life cycle and reports (RFC 6698, 7671, 7672, 8460, 7505).
 *
 * These are kept by other floors, and tested there:
 *
 *	rule 52       weak algorithms: none of the digests is     -
 *	rule 54       usages 0 and 1 on port 25: a finding        diagnose
 *	rule 58 - 61  what had better be published: findings      diagnose
 *	rule 62 - 70  TLS and STARTTLS                            tls, smtp
 *	rule 73       what a selector and a type cover: OpenSSL   tests/tls
 *	rule 78       no local anchors for usage 2                tests/tls
 *	rule 79       2 0 0, the anchor only in the DNS           tests/tls
 *	rule 80       2 1 0, the bare key signs the topmost       tests/tls
 *	rule 81, 82   what a server with 2 x x sends: findings    diagnose
 *	rule 90 - 97  names and life cycle of records: findings   diagnose
 *	rule 99 - 107 TLSRPT result-types: findings.def           diagnose
 *	rule 109      TLSRPT policy type and string: not written  -
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "base/name.h"

#include "rules.h"
#include "table.h"

static const struct records_row records[] = {
	{ "rule 50 unknown usage", "411 511", "--" },
	{ "rule 50 unknown selector", "321 301", "-U" },
	{ "rule 50 unknown matching type", "313 314", "--" },
	{ "rule 50 private use is unknown as well", "P11 3P1 31P", "---" },
	{ "rule 51 a digest of the wrong length",
	    "311:20 311:31 311:33 312:32 312:63 311", "-----U" },
	{ "rule 51 no data", "311:0 310:0 200:0", "---" },
	{ "rule 52 no digest that is supported is too weak", "311 312", "SU" },
	{ "rule 53 usages 0 and 1 are unusable in SMTP", "001 101 011 111",
	    "----" },
	{ "rule 54 next to them the others count", "111 311 001 201", "-U-U" },
	{ "rule 55 selectors 0 and 1, types 0, 1 and 2", "300 310 301 311",
	    "UUUU" },
	{ "rule 55 type 2", "302 312", "UU" },
	{ "rule 56 just usages 2 and 3", "011 111 211 311", "--UU" },
	{ "rule 57 the strongest digest only", "311 312", "SU" },
	{ "rule 57 per usage and selector", "311 302 212", "UUU" },
	{ "rule 57 type 0 stays beside it", "310 311 312", "USU" },
	{ "rule 57 after unusable records are dropped", "311 312:63", "U-" },
	{ "rule 58 SHA-512 alone is usable", "312", "U" },
	{ "rule 59 3 1 1 and 2 0 1", "311 201", "UU" },
	{ "rule 60 type 0 is usable", "300 310 200 210", "UUUU" },
	{ "rule 73 SHA-256 has 32 octets, SHA-512 64", "311:32 302:64", "UU" },
	{ "rule 79 2 0 0 is usable", "200", "U" },
	{ "rule 80 2 1 0 is usable", "210", "U" },
	{ "rule 83 usages 0 and 1 are not for port 25", "101 001", "--" },
	{ "rule 91 each combination stands for itself", "301 311 201 211",
	    "UUUU" },
	{ "rule 93 but for a weaker digest of the same", "301 302 311 312",
	    "SUSU" },
};

/* mx, addr, alias, tlsa, literal, asked, records, usable */
static const struct ruling_row rulings[] = {
	{ "rule 50 all unknown: TLS, but no match",
	    { SEC, SEC, SEC, SEC, false, true, 2, 0 }, DANELAW_POLICY_ENCRYPT },
	{ "rule 53 all of usage 0 or 1: TLS is forced",
	    { SEC, SEC, SEC, SEC, false, true, 1, 0 }, DANELAW_POLICY_ENCRYPT },
	{ "rule 54 one usable among them: a match is required",
	    { SEC, SEC, SEC, SEC, false, true, 2, 1 }, DANELAW_POLICY_DANE },
};

static const struct outcome_row outcomes[] = {
	{ "rule 71 any one matching record is enough", DANELAW_POLICY_DANE,
	    { .reached = DANELAW_OUTCOME_ENCRYPTED,
		.verified = true,
		.matched = true },
	    DANELAW_OUTCOME_AUTHENTICATED },
	{ "rule 72 no match: no delivery", DANELAW_POLICY_DANE,
	    { .reached = DANELAW_OUTCOME_ENCRYPTED, .verify_code = 65 },
	    DANELAW_OUTCOME_TLSA_MISMATCH },
	{ "rule 72 not even with a certificate public CAs vouch for",
	    DANELAW_POLICY_DANE,
	    { .reached = DANELAW_OUTCOME_ENCRYPTED, .verified = true },
	    DANELAW_OUTCOME_TLSA_MISMATCH },
	{ "rule 74 usage 3: no name is checked", DANELAW_POLICY_DANE,
	    { .reached = DANELAW_OUTCOME_ENCRYPTED,
		.verified = true,
		.matched = true,
		.name_failed = true },
	    DANELAW_OUTCOME_AUTHENTICATED },
	{ "rule 75 usage 3: dates are ignored", DANELAW_POLICY_DANE,
	    { .reached = DANELAW_OUTCOME_ENCRYPTED,
		.verified = true,
		.matched = true,
		.date_failed = true },
	    DANELAW_OUTCOME_AUTHENTICATED },
	{ "rule 76 usage 2: the path must be valid in time",
	    DANELAW_POLICY_DANE,
	    { .reached = DANELAW_OUTCOME_ENCRYPTED,
		.matched = true,
		.verify_code = 10,
		.date_failed = true },
	    DANELAW_OUTCOME_CERT_EXPIRED },
	{ "rule 76 usage 2: CA bits, purpose and signatures",
	    DANELAW_POLICY_DANE,
	    { .reached = DANELAW_OUTCOME_ENCRYPTED,
		.matched = true,
		.verify_code = 79 },
	    DANELAW_OUTCOME_CHAIN_INVALID },
	{ "rule 77 usage 2: constraints of the anchor", DANELAW_POLICY_DANE,
	    { .reached = DANELAW_OUTCOME_ENCRYPTED,
		.matched = true,
		.verify_code = 25 },
	    DANELAW_OUTCOME_CHAIN_INVALID },
	{ "rule 84 usage 2: a name must fit", DANELAW_POLICY_DANE,
	    { .reached = DANELAW_OUTCOME_ENCRYPTED,
		.matched = true,
		.verify_code = 62,
		.name_failed = true },
	    DANELAW_OUTCOME_NAME_MISMATCH },
	{ "rule 110 a public certificate never rescues DANE",
	    DANELAW_POLICY_DANE,
	    { .reached = DANELAW_OUTCOME_ENCRYPTED, .verified = true },
	    DANELAW_OUTCOME_TLSA_MISMATCH },
};

static const char mx[] = "mx.example", end[] = "end.example";
static const char hop[] = "example.org", hop_end[] = "example.net";
static const struct reference_row references[] = {
	{ "rule 84 the TLSA base domain comes first",
	    { mx, mx, mx, false, true }, "mx.example" },
	{ "rule 85 secure MX: the next hop is second",
	    { mx, hop, hop, true, true }, "mx.example example.org" },
	{ "rule 85 so it is for the expanded name of an MX host",
	    { end, hop, hop, true, true }, "end.example example.org" },
	{ "rule 85 its CNAME expansion is third",
	    { mx, hop, hop_end, true, true },
	    "mx.example example.org example.net" },
	{ "rule 86 insecure MX: the base only",
	    { mx, hop, hop_end, true, false }, "mx.example" },
	{ "rule 87 no MX, the base is the expansion: the next hop is "
	  "second",
	    { hop_end, hop, hop_end, false, true }, "example.net example.org" },
	{ "rule 87 no MX, the base is the next hop itself",
	    { hop, hop, hop_end, false, true }, "example.org" },
};

static const char san[] = "mx.example.com";
static const struct match_row names[] = {
	{ "rule 84 the base is in the certificate", san, NULL, san, true },
	{ "rule 84 it is not", "mx2.example.com", NULL, san, false },
	{ "rule 88 a dNSName rules the CN out", "mx2.example.com", san, san,
	    false },
	{ "rule 88 the CN only where there is none", NULL, san, san, true },
	{ "rule 88 and it must fit", NULL, "mx2.example.com", san, false },
	{ "rule 89 the whole left-most label", "*.example.com", NULL, san,
	    true },
	{ "rule 89 in a CN, too", NULL, "*.example.com", san, true },
	{ "rule 89 partial: before", "m*.example.com", NULL, san, false },
	{ "rule 89 partial: behind", "*x.example.com", NULL, san, false },
	{ "rule 89 another label", "mx.*.com", NULL, san, false },
	{ "rule 89 two of them", "*.*.com", NULL, san, false },
	{ "rule 89 one label, not two", "*.example.com", NULL,
	    "a.mx.example.com", false },
	{ "rule 89 one label, not none", "*.example.com", NULL, "example.com",
	    false },
	{ "rule 89 not all of a top level", "*.com", NULL, "example.com",
	    false },
	{ "rule 90 a wildcard for the base", "*.example.com", NULL, san, true },
};

static const struct verdict_row verdicts[] = {
	{ "rule 72 no match is a failure", DANELAW_MX_MX, SEC,
	    "dane tlsa-mismatch", false, "dane-fail", "critical" },
	{ "rule 106 DANE mandatory, no TLSA", DANELAW_MX_MX, SEC,
	    "may encrypted", true, "no-dane", "critical" },
	{ "rule 108 a timeout is no fault of theirs", DANELAW_MX_MX, SEC,
	    "dane connect-timeout smtp-timeout tls-timeout", false, "defer",
	    "unknown" },
	{ "rule 108 nor is a busy server", DANELAW_MX_MX, SEC,
	    "dane authenticated | dane smtp-tempfail", false, "dane-ok", "ok" },
	{ "rule 111 null MX: no delivery", DANELAW_MX_NULL, SEC, "", false,
	    "no-mail", "critical" },
	{ "rule 111 signed or not", DANELAW_MX_NULL, INS, "", false, "no-mail",
	    "critical" },
};

/* Other ports only on request; the name says which. */
static void
test_ports(void **state)
{
	struct arena *arena = arena_new();
	const char *name;
	(void)state;

	assert_non_null(arena);
	name = name_tlsa(arena, 465, "mx.example");
	ROW_EXPECT("rule 98 another port has other records",
	    name != NULL && strcmp(name, "_465._tcp.mx.example") == 0);
	arena_unref(arena);
}

int
main(void)
{
	static struct table table;

	TABLE_ROWS(&table, records, rules_records);
	TABLE_ROWS(&table, rulings, rules_ruling);
	TABLE_ROWS(&table, outcomes, rules_outcome);
	TABLE_ROWS(&table, references, rules_references);
	TABLE_ROWS(&table, names, rules_match);
	TABLE_ROWS(&table, verdicts, rules_verdict);
	TABLE_TEST(&table, test_ports);
	return table_run(&table);
}
