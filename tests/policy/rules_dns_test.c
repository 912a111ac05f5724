/* SPDX-License-Identifier: ISC */
/*
 * Rules 1 to 19: DNS lookups and how far they are believed (RFC 7672 section
 * 2.1, RFC 6698 section 4.1).
 *
 * These are kept by other floors, and tested there:
 *
 *	rule 2   the AD bit of another resolver is never read   tests/dns
 *	rule 3   libunbound validates                           tests/dns
 *	rule 15  DNAME: the CNAME made from it is in the packet tests/dns
 *	rule 17  TTLs and the cache: libunbound                 tests/dns
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "rules.h"
#include "table.h"

/* mx, addr, alias, tlsa, literal, asked, records, usable */
static const struct ruling_row rulings[] = {
	{ "rule 1 what nobody validated is an error, not insecure",
	    { SEC, SEC, SEC, ERR, false, true, 1, 1 }, DANELAW_POLICY_SKIP },
	{ "rule 4 secure is told from the rest",
	    { SEC, SEC, SEC, SEC, false, true, 1, 1 }, DANELAW_POLICY_DANE },
	{ "rule 4 insecure is told from the rest",
	    { SEC, SEC, SEC, INS, false, true, 1, 1 }, DANELAW_POLICY_MAY },
	{ "rule 4 bogus is told from the rest",
	    { SEC, SEC, SEC, BOG, false, true, 1, 1 }, DANELAW_POLICY_SKIP },
	{ "rule 5 indeterminate addresses are an error",
	    { SEC, ERR, ERR, SEC, false, true, 1, 1 }, DANELAW_POLICY_SKIP },
	{ "rule 5 as bogus ones are", { SEC, BOG, BOG, SEC, false, true, 1, 1 },
	    DANELAW_POLICY_SKIP },
	{ "rule 6 insecure addresses are all the same",
	    { SEC, INS, INS, ERR, false, false, 0, 0 }, DANELAW_POLICY_MAY },
	{ "rule 6 insecure TLSA records are all the same",
	    { SEC, SEC, SEC, INS, false, true, 2, 2 }, DANELAW_POLICY_MAY },
	{ "rule 7 secure proof of absence is an answer",
	    { SEC, SEC, SEC, SEC, false, true, 0, 0 }, DANELAW_POLICY_MAY },
	{ "rule 7 insecure proof of absence is an answer",
	    { SEC, SEC, SEC, INS, false, true, 0, 0 }, DANELAW_POLICY_MAY },
	{ "rule 8 SERVFAIL and timeout for the addresses",
	    { SEC, ERR, ERR, ERR, false, false, 0, 0 }, DANELAW_POLICY_SKIP },
	{ "rule 8 bogus for the alias",
	    { SEC, INS, BOG, SEC, false, true, 1, 1 }, DANELAW_POLICY_SKIP },
	{ "rule 8 SERVFAIL and timeout for TLSA",
	    { SEC, SEC, SEC, ERR, false, true, 0, 0 }, DANELAW_POLICY_SKIP },
	{ "rule 9 no MX answer, no host to use",
	    { ERR, SEC, SEC, SEC, false, true, 1, 1 }, DANELAW_POLICY_SKIP },
	{ "rule 11 a secure host whose TLSA nobody asked for",
	    { SEC, SEC, SEC, SEC, false, false, 0, 0 }, DANELAW_POLICY_SKIP },
	{ "rule 12 TLSA fails: as if it were unreachable",
	    { SEC, SEC, SEC, ERR, false, true, 1, 1 }, DANELAW_POLICY_SKIP },
	{ "rule 12 bogus TLSA stops TLS",
	    { SEC, SEC, SEC, BOG, false, true, 1, 1 }, DANELAW_POLICY_SKIP },
	{ "rule 12 so it is for an alias in a signed zone",
	    { SEC, INS, SEC, BOG, false, true, 1, 1 }, DANELAW_POLICY_SKIP },
	{ "rule 13 an error at any hop fails the whole lookup",
	    { SEC, ERR, SEC, SEC, false, true, 1, 1 }, DANELAW_POLICY_SKIP },
	{ "rule 14 an insecure alias and all after it",
	    { SEC, INS, INS, SEC, false, true, 1, 1 }, DANELAW_POLICY_MAY },
	{ "rule 16 the alias lookup fails",
	    { SEC, INS, ERR, SEC, false, true, 1, 1 }, DANELAW_POLICY_SKIP },
	{ "rule 18 insecure TLSA is unusable",
	    { SEC, SEC, SEC, INS, false, true, 1, 1 }, DANELAW_POLICY_MAY },
	{ "rule 18 indeterminate TLSA is an error (rule 5)",
	    { SEC, SEC, SEC, ERR, false, true, 1, 1 }, DANELAW_POLICY_SKIP },
	{ "rule 19 secure TLSA must be used",
	    { SEC, SEC, SEC, SEC, false, true, 1, 1 }, DANELAW_POLICY_DANE },
};

static const struct bases_row bases[] = {
	{ "rule 11 a secure host has a base to ask for", NULL, SEC, SEC, false,
	    "mx.example" },
	{ "rule 13 an error at any hop leaves no base", "end.example", ERR, SEC,
	    false, "" },
	{ "rule 14 an insecure alias leaves no base", "end.example", INS, INS,
	    true, "" },
	{ "rule 16 an aliased, insecure answer asks for the CNAME",
	    "end.example", INS, SEC, true, "mx.example" },
	{ "rule 16 a secure one does not", "end.example", SEC, SEC, false,
	    "end.example mx.example" },
	{ "rule 16 one without alias does not", NULL, INS, INS, false, "" },
};

static const struct judge_row answers[] = {
	{ "rule 7 secure NODATA is an answer", SEC, DANELAW_PRESENCE_NODATA,
	    BASES_TRY_NEXT },
	{ "rule 7 secure NXDOMAIN is an answer", SEC, DANELAW_PRESENCE_NXDOMAIN,
	    BASES_TRY_NEXT },
	{ "rule 7 insecure NODATA is an answer", INS, DANELAW_PRESENCE_NODATA,
	    BASES_TRY_NEXT },
	{ "rule 7 insecure NXDOMAIN (opt-out) is an answer", INS,
	    DANELAW_PRESENCE_NXDOMAIN, BASES_TRY_NEXT },
	{ "rule 8 bogus denial is an error", BOG, DANELAW_PRESENCE_NXDOMAIN,
	    BASES_STOP_ERROR },
	{ "rule 8 SERVFAIL is an error", ERR, DANELAW_PRESENCE_UNKNOWN,
	    BASES_STOP_ERROR },
	{ "rule 8 bogus data are an error", BOG, DANELAW_PRESENCE_DATA,
	    BASES_STOP_ERROR },
	{ "rule 18 insecure data are not used", INS, DANELAW_PRESENCE_DATA,
	    BASES_TRY_NEXT },
	{ "rule 19 secure data are used", SEC, DANELAW_PRESENCE_DATA,
	    BASES_USE },
};

static const struct verdict_row verdicts[] = {
	{ "rule 9 the MX lookup times out: mail waits", DANELAW_MX_NONE, ERR,
	    "", false, "defer", "critical" },
	{ "rule 9 bogus MX records: mail waits", DANELAW_MX_NONE, BOG, "",
	    false, "defer", "critical" },
	{ "rule 9 even where they name a host that would do", DANELAW_MX_MX,
	    BOG, "dane authenticated", false, "defer", "critical" },
	{ "rule 10 one host's addresses fail, the other may be used",
	    DANELAW_MX_MX, SEC, "skip | dane authenticated", false,
	    "dane-degraded", "critical" },
	{ "rule 12 no server left: mail waits", DANELAW_MX_MX, SEC,
	    "skip | skip", false, "defer", "critical" },
};

int
main(void)
{
	static struct table table;

	TABLE_ROWS(&table, rulings, rules_ruling);
	TABLE_ROWS(&table, bases, rules_bases);
	TABLE_ROWS(&table, answers, rules_judge);
	TABLE_ROWS(&table, verdicts, rules_verdict);
	return table_run(&table);
}
