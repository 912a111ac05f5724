/* SPDX-License-Identifier: ISC */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "plant.h"
#include "policy/bases.h"

static void
test_bases(void **state)
{
	static const char host[] = "mx.example", end[] = "end.example";
	static const struct {
		const char *name;
		struct address_facts facts;
		bool need_alias;
		size_t n;
		const char *bases[BASES_MAX];
	} rows[] = {
		{ "plain and secure", { host, host, SEC, SEC }, false, 1,
		    { host } },
		{ "plain and insecure", { host, host, INS, INS }, false, 0,
		    { NULL } },
		{ "no alias, whatever is said of one", { host, host, INS, SEC },
		    false, 0, { NULL } },
		{ "another case and a dot make no alias",
		    { host, "MX.Example.", INS, SEC }, false, 0, { NULL } },
		{ "no end is no alias", { host, NULL, SEC, ERR }, false, 1,
		    { host } },
		{ "secure alias", { host, end, SEC, SEC }, false, 2,
		    { end, host } },
		{ "a secure end needs no word on the alias",
		    { host, end, SEC, ERR }, false, 2, { end, host } },
		{ "signed alias, unsigned end", { host, end, INS, SEC }, true,
		    1, { host } },
		{ "unsigned alias", { host, end, INS, INS }, true, 0,
		    { NULL } },
		{ "alias lookup fails", { host, end, INS, ERR }, true, 0,
		    { NULL } },
		{ "alias bogus", { host, end, INS, BOG }, true, 0, { NULL } },
		{ "address lookup fails", { host, end, ERR, SEC }, false, 0,
		    { NULL } },
		{ "address bogus", { host, host, BOG, BOG }, false, 0,
		    { NULL } },
		{ "an IPv4 address", { "192.0.2.1", "192.0.2.1", SEC, SEC },
		    false, 0, { NULL } },
		{ "an IPv6 address", { "2001:db8::1", NULL, SEC, SEC }, false,
		    0, { NULL } },
		{ "nothing known", { NULL, NULL, ERR, ERR }, false, 0,
		    { NULL } },
	};
	(void)state;

	for (size_t i = 0; i < COUNT(rows); i++) {
		const char *bases[BASES_MAX] = { NULL };

		ROW_EXPECT(rows[i].name,
		    bases_need_alias(&rows[i].facts) == rows[i].need_alias);
		ROW_EXPECT(rows[i].name,
		    bases_for(&rows[i].facts, bases) == rows[i].n);
		for (size_t j = 0; j < rows[i].n; j++)
			assert_string_equal(bases[j], rows[i].bases[j]);
	}
}

static void
test_judge(void **state)
{
	static const enum bases_next want[4][4] = {
		/* unknown, data, nodata, nxdomain */
		[ERR] = { BASES_STOP_ERROR, BASES_STOP_ERROR, BASES_STOP_ERROR,
		    BASES_STOP_ERROR },
		[BOG] = { BASES_STOP_ERROR, BASES_STOP_ERROR, BASES_STOP_ERROR,
		    BASES_STOP_ERROR },
		[INS] = { BASES_STOP_ERROR, BASES_TRY_NEXT, BASES_TRY_NEXT,
		    BASES_TRY_NEXT },
		[SEC] = { BASES_STOP_ERROR, BASES_USE, BASES_TRY_NEXT,
		    BASES_TRY_NEXT },
	};
	(void)state;

	for (int dnssec = 0; dnssec < 4; dnssec++) {
		for (int presence = 0; presence < 4; presence++)
			assert_int_equal(
			    bases_judge((enum danelaw_dnssec)dnssec,
				(enum danelaw_presence)presence),
			    want[dnssec][presence]);
	}
	assert_int_equal(
	    bases_judge((enum danelaw_dnssec)9, DANELAW_PRESENCE_DATA),
	    BASES_STOP_ERROR);
	assert_int_equal(
	    bases_judge(DANELAW_DNSSEC_SECURE, (enum danelaw_presence)9),
	    BASES_STOP_ERROR);
}

/* Asked for by itself, it may be gone by now. */
static void
test_alias(void **state)
{
	(void)state;

	assert_int_equal(bases_alias(SEC, DANELAW_PRESENCE_DATA), SEC);
	assert_int_equal(bases_alias(SEC, DANELAW_PRESENCE_NODATA), INS);
	assert_int_equal(bases_alias(SEC, DANELAW_PRESENCE_NXDOMAIN), INS);
	assert_int_equal(bases_alias(INS, DANELAW_PRESENCE_DATA), INS);
	assert_int_equal(bases_alias(BOG, DANELAW_PRESENCE_UNKNOWN), BOG);
	assert_int_equal(bases_alias(ERR, DANELAW_PRESENCE_UNKNOWN), ERR);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_alias),
		cmocka_unit_test(test_bases),
		cmocka_unit_test(test_judge),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
