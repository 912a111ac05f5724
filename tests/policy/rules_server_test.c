/* SPDX-License-Identifier: ISC */
/*
 * Rules 20 to 49: choosing the server, the TLSA query and the four outcomes
 * (RFC 7672 sections 2.2 and 6).
 *
 * These are kept by other floors, and tested there:
 *
 *	rule 39  TLS on the port that TLSA was asked for        tests/check
 *	rule 41  shared records for unlike servers: a finding   diagnose
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

/* mx, addr, alias, tlsa, literal, asked, records, usable */
static const struct ruling_row rulings[] = {
	{ "rule 23 insecure MX: the host keeps its own ruling",
	    { INS, SEC, SEC, SEC, false, true, 1, 1 }, DANELAW_POLICY_DANE },
	{ "rule 25 secure MX: as if there were none",
	    { SEC, SEC, SEC, SEC, false, true, 1, 1 }, DANELAW_POLICY_DANE },
	{ "rule 27 an address has no TLSA records",
	    { SEC, SEC, SEC, SEC, true, true, 1, 1 }, DANELAW_POLICY_MAY },
	{ "rule 30 insecure addresses: TLSA does not count",
	    { SEC, INS, INS, SEC, false, true, 1, 1 }, DANELAW_POLICY_MAY },
	{ "rule 32 insecure end, secure alias: DANE",
	    { SEC, INS, SEC, SEC, false, true, 1, 1 }, DANELAW_POLICY_DANE },
	{ "rule 32 insecure end, insecure alias: no DANE",
	    { SEC, INS, INS, SEC, false, true, 1, 1 }, DANELAW_POLICY_MAY },
	{ "rule 40 one secure record, unusable: TLS is promised",
	    { SEC, SEC, SEC, SEC, false, true, 1, 0 }, DANELAW_POLICY_ENCRYPT },
	{ "rule 43 secure and usable: authenticate",
	    { SEC, SEC, SEC, SEC, false, true, 3, 1 }, DANELAW_POLICY_DANE },
	{ "rule 44 secure, none usable: encrypt",
	    { SEC, SEC, SEC, SEC, false, true, 3, 0 }, DANELAW_POLICY_ENCRYPT },
	{ "rule 45 insecure: opportunistic",
	    { SEC, SEC, SEC, INS, false, true, 3, 3 }, DANELAW_POLICY_MAY },
	{ "rule 45 validly absent: opportunistic",
	    { SEC, SEC, SEC, SEC, false, true, 0, 0 }, DANELAW_POLICY_MAY },
	{ "rule 46 any lookup error: the next server",
	    { SEC, SEC, SEC, ERR, false, true, 0, 0 }, DANELAW_POLICY_SKIP },
	{ "rule 49 none usable is not none at all",
	    { SEC, SEC, SEC, SEC, false, true, 1, 0 }, DANELAW_POLICY_ENCRYPT },
};

/* TLSA is asked for or not. */
static const struct wants_tlsa_row {
	const char *rule;
	struct host_facts facts;
	bool wants;
} wants_tlsa[] = {
	{ "rule 28 not before the addresses are known", { .mx = SEC }, false },
	{ "rule 28 then it is", { .mx = SEC, .addr = SEC, .alias = SEC },
	    true },
	{ "rule 30 insecure addresses: it is not",
	    { .mx = SEC, .addr = INS, .alias = INS }, false },
	{ "rule 30 but for an alias in a signed zone (rule 16)",
	    { .mx = SEC, .addr = INS, .alias = SEC }, true },
	{ "rule 27 an address: it is not",
	    { .mx = SEC, .addr = SEC, .is_literal = true }, false },
	{ "rule 23 insecure MX: it is, to tell",
	    { .mx = INS, .addr = SEC, .alias = SEC }, true },
};

static void
check_wants_tlsa(void **state)
{
	const struct wants_tlsa_row *row = *state;

	ROW_EXPECT(row->rule, ruling_wants_tlsa(&row->facts) == row->wants);
}

static const struct bases_row bases[] = {
	{ "rule 31 not an alias, secure: the host name", NULL, SEC, SEC, false,
	    "mx.example" },
	{ "rule 30 not an alias, insecure: nothing", NULL, INS, INS, false,
	    "" },
	{ "rule 32 alias, insecure end, secure alias: the original "
	  "name only",
	    "end.example", INS, SEC, true, "mx.example" },
	{ "rule 32 alias, insecure end, insecure alias: nothing", "end.example",
	    INS, INS, true, "" },
	{ "rule 33 alias, fully secure: the end, then the original",
	    "end.example", SEC, SEC, false, "end.example mx.example" },
};

static const struct judge_row answers[] = {
	{ "rule 33 the first has no secure TLSA: the original", SEC,
	    DANELAW_PRESENCE_NXDOMAIN, BASES_TRY_NEXT },
	{ "rule 34 an error at the first is an error", ERR,
	    DANELAW_PRESENCE_UNKNOWN, BASES_STOP_ERROR },
	{ "rule 34 and so is a bogus answer", BOG, DANELAW_PRESENCE_DATA,
	    BASES_STOP_ERROR },
	{ "rule 37 the first secure TLSA RRset is the base's", SEC,
	    DANELAW_PRESENCE_DATA, BASES_USE },
	{ "rule 38 TLSA alias with an insecure hop: the next", INS,
	    DANELAW_PRESENCE_DATA, BASES_TRY_NEXT },
	{ "rule 38 TLSA alias to nothing: the next", SEC,
	    DANELAW_PRESENCE_NODATA, BASES_TRY_NEXT },
};

static const struct names_row {
	const char *rule;
	uint16_t port;
	const char *base, *name;
} names[] = {
	{ "rule 35 the port in decimal", 25, "mx.example",
	    "_25._tcp.mx.example" },
	{ "rule 35 the real port", 2525, "mx.example",
	    "_2525._tcp.mx.example" },
	{ "rule 35 without leading zeros", 7, "mx.example",
	    "_7._tcp.mx.example" },
	{ "rule 36 A-labels", 25, "m\xc3\xbcx.example",
	    "_25._tcp.xn--mx-xka.example" },
};

static void
check_names(void **state)
{
	const struct names_row *row = *state;
	struct arena *arena = arena_new();
	const char *name;

	assert_non_null(arena);
	name = name_tlsa(arena, row->port, name_parse(arena, row->base, NULL));
	ROW_EXPECT(row->rule, name != NULL && strcmp(name, row->name) == 0);
	arena_unref(arena);
}

static const struct outcome_row outcomes[] = {
	{ "rule 40 TLS is promised, STARTTLS is not offered",
	    DANELAW_POLICY_ENCRYPT,
	    { .reached = DANELAW_OUTCOME_STARTTLS_MISSING },
	    DANELAW_OUTCOME_STARTTLS_MISSING },
	{ "rule 40 TLS is promised, STARTTLS is refused",
	    DANELAW_POLICY_ENCRYPT,
	    { .reached = DANELAW_OUTCOME_STARTTLS_REFUSED },
	    DANELAW_OUTCOME_STARTTLS_REFUSED },
	{ "rule 42 TLSA for a server without TLS", DANELAW_POLICY_DANE,
	    { .reached = DANELAW_OUTCOME_STARTTLS_MISSING },
	    DANELAW_OUTCOME_STARTTLS_MISSING },
	{ "rule 43 usable: TLS without a match is a failure",
	    DANELAW_POLICY_DANE, { .reached = DANELAW_OUTCOME_ENCRYPTED },
	    DANELAW_OUTCOME_TLSA_MISMATCH },
	{ "rule 43 usable: TLS with a match", DANELAW_POLICY_DANE,
	    { .reached = DANELAW_OUTCOME_ENCRYPTED,
		.verified = true,
		.matched = true },
	    DANELAW_OUTCOME_AUTHENTICATED },
	{ "rule 44 none usable: TLS is enough", DANELAW_POLICY_ENCRYPT,
	    { .reached = DANELAW_OUTCOME_ENCRYPTED },
	    DANELAW_OUTCOME_ENCRYPTED },
	{ "rule 44 none usable: a failed handshake is a failure",
	    DANELAW_POLICY_ENCRYPT, { .reached = DANELAW_OUTCOME_TLS_FAILED },
	    DANELAW_OUTCOME_TLS_FAILED },
	{ "rule 45 opportunistic: in clear where TLS is not offered",
	    DANELAW_POLICY_MAY, { .reached = DANELAW_OUTCOME_STARTTLS_MISSING },
	    DANELAW_OUTCOME_CLEARTEXT },
	{ "rule 45 opportunistic: in clear where it is refused",
	    DANELAW_POLICY_MAY, { .reached = DANELAW_OUTCOME_STARTTLS_REFUSED },
	    DANELAW_OUTCOME_CLEARTEXT },
	{ "rule 45 opportunistic: TLS where it is offered", DANELAW_POLICY_MAY,
	    { .reached = DANELAW_OUTCOME_ENCRYPTED },
	    DANELAW_OUTCOME_ENCRYPTED },
	{ "rule 46 lookup error: nothing the host does counts",
	    DANELAW_POLICY_SKIP,
	    { .reached = DANELAW_OUTCOME_ENCRYPTED,
		.verified = true,
		.matched = true },
	    DANELAW_OUTCOME_SKIPPED },
	{ "rule 48 reported as a strict client sees it", DANELAW_POLICY_DANE,
	    { .reached = DANELAW_OUTCOME_ENCRYPTED, .verify_code = 65 },
	    DANELAW_OUTCOME_TLSA_MISMATCH },
};

static const struct verdict_row verdicts[] = {
	{ "rule 20 TLSA at a worse preference rescues nothing", DANELAW_MX_MX,
	    SEC, "may cleartext | dane authenticated", false, "dane-partial",
	    "warning" },
	{ "rule 20 nor does a failing one become harmless", DANELAW_MX_MX, SEC,
	    "dane tlsa-mismatch | dane authenticated", false, "dane-degraded",
	    "critical" },
	{ "rule 21 each MX host by itself", DANELAW_MX_MX, SEC,
	    "dane authenticated | encrypt encrypted | may cleartext", false,
	    "dane-partial", "warning" },
	{ "rule 22 an insecure hop to the MX RRset", DANELAW_MX_MX, INS,
	    "dane authenticated", false, "insecure", "warning" },
	{ "rule 23 insecure MX, DANE mandatory: mail waits", DANELAW_MX_MX, INS,
	    "dane authenticated", true, "insecure", "critical" },
	{ "rule 24 success over an insecure MX is no secure delivery",
	    DANELAW_MX_MX, INS, "dane authenticated", false, "insecure",
	    "warning" },
	{ "rule 25 secure MX", DANELAW_MX_MX, SEC, "dane authenticated", false,
	    "dane-ok", "ok" },
	{ "rule 26 no MX: the domain is the host", DANELAW_MX_IMPLICIT, SEC,
	    "dane authenticated", false, "dane-ok", "ok" },
	{ "rule 27 an address literal: no DANE", DANELAW_MX_LITERAL, SEC,
	    "may encrypted", false, "no-dane", "warning" },
	{ "rule 29 no address: unreachable", DANELAW_MX_MX, SEC, "dane", false,
	    "defer", "unknown" },
	{ "rule 29 another host will do", DANELAW_MX_MX, SEC,
	    "dane | dane authenticated", false, "dane-ok", "ok" },
	{ "rule 40 TLS is promised and not offered", DANELAW_MX_MX, SEC,
	    "encrypt starttls-missing", false, "dane-fail", "critical" },
	{ "rule 42 TLSA for a server without TLS", DANELAW_MX_MX, SEC,
	    "dane starttls-missing", false, "dane-fail", "critical" },
	{ "rule 43 failure: the next server or wait", DANELAW_MX_MX, SEC,
	    "dane tlsa-mismatch", false, "dane-fail", "critical" },
	{ "rule 45 opportunistic TLS is no DANE", DANELAW_MX_MX, SEC,
	    "may encrypted", false, "no-dane", "warning" },
	{ "rule 46 all servers skipped: mail waits", DANELAW_MX_MX, SEC, "skip",
	    false, "defer", "critical" },
	{ "rule 47 DANE mandatory, no TLSA: mail waits", DANELAW_MX_MX, SEC,
	    "may encrypted", true, "no-dane", "critical" },
	{ "rule 47 DANE mandatory, none usable: mail waits", DANELAW_MX_MX, SEC,
	    "encrypt encrypted", true, "no-dane", "critical" },
	{ "rule 47 DANE mandatory, one host without: it shows", DANELAW_MX_MX,
	    SEC, "dane authenticated | may encrypted", true, "dane-partial",
	    "critical" },
	{ "rule 47 DANE mandatory and had", DANELAW_MX_MX, SEC,
	    "dane authenticated", true, "dane-ok", "ok" },
	{ "rule 48 what a strict client would do", DANELAW_MX_MX, SEC,
	    "dane name-mismatch", false, "dane-fail", "critical" },
};

static const struct reference_row references[] = {
	{ "rule 38 the TLSA alias does not change the base",
	    { "mx.example", "example.org", "example.org", true, true },
	    "mx.example example.org" },
};

int
main(void)
{
	static struct table table;

	TABLE_ROWS(&table, rulings, rules_ruling);
	TABLE_ROWS(&table, wants_tlsa, check_wants_tlsa);
	TABLE_ROWS(&table, bases, rules_bases);
	TABLE_ROWS(&table, answers, rules_judge);
	TABLE_ROWS(&table, names, check_names);
	TABLE_ROWS(&table, outcomes, rules_outcome);
	TABLE_ROWS(&table, verdicts, rules_verdict);
	TABLE_ROWS(&table, references, rules_references);
	return table_run(&table);
}
