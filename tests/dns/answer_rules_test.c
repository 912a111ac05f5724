/* SPDX-License-Identifier: ISC */
/* Rules 2, 7 and 13 to 15 where they are kept: in the packet. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>

#include "base/arena.h"
#include "wire.h"

#define TYPE_DNAME 39
#define ERROR DANELAW_DNSSEC_ERROR, DANELAW_PRESENCE_UNKNOWN
#define BOGUS DANELAW_DNSSEC_BOGUS, DANELAW_PRESENCE_UNKNOWN

/* RFC 7672 section 2.1.3 */
static void
test_alias_rules(void **state)
{
	static const struct {
		const char *rule;
		int links;      /* from 0.example on */
		bool circle;    /* the last one leads to the first */
		bool synthetic; /* there is a DNAME beside each */
		bool data;      /* at the end */
		unsigned rcode;
		int security;
		enum danelaw_dnssec dnssec;
		enum danelaw_presence presence;
	} rows[] = {
		{ "rule 13 aliases are followed", 8, false, false, true, 0, 2,
		    DANELAW_DNSSEC_SECURE, DANELAW_PRESENCE_DATA },
		{ "rule 13 up to a limit", 65, false, false, true, 0, 2,
		    ERROR },
		{ "rule 13 a circle is an error", 3, true, false, false, 0, 2,
		    ERROR },
		{ "rule 13 an error at a hop is an error", 2, false, false,
		    false, 2, 2, ERROR },
		{ "rule 13 even where the end is there", 2, false, false, true,
		    2, 2, ERROR },
		{ "rule 13 a bogus hop makes all bogus", 2, false, false, true,
		    0, 1, BOGUS },
		{ "rule 7 an alias to nothing is an answer", 2, false, false,
		    false, 3, 2, DANELAW_DNSSEC_SECURE,
		    DANELAW_PRESENCE_NXDOMAIN },
		{ "rule 14 an insecure hop makes all insecure", 2, false, false,
		    true, 0, 0, DANELAW_DNSSEC_INSECURE,
		    DANELAW_PRESENCE_DATA },
		{ "rule 15 the CNAME made from a DNAME is followed", 1, false,
		    true, true, 0, 2, DANELAW_DNSSEC_SECURE,
		    DANELAW_PRESENCE_DATA },
		{ "rule 15 a DNAME without one leads nowhere", 0, false, true,
		    false, 0, 2, DANELAW_DNSSEC_SECURE,
		    DANELAW_PRESENCE_NODATA },
	};
	char owner[32], target[32];
	(void)state;

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct arena *arena = arena_new();
		struct answer_raw raw = { .security = rows[i].security,
			.at = WIRE_AT };
		struct answer answer;

		print_message("# %s\n", rows[i].rule);
		wire_begin(rows[i].rcode, "0.example", RRTYPE_A);
		if (rows[i].synthetic)
			wire_add_name("example", TYPE_DNAME, 300, -1, "x.org");
		for (int j = 0; j < rows[i].links; j++) {
			bool last = j + 1 == rows[i].links;

			snprintf(owner, sizeof(owner), "%d.example", j);
			snprintf(target, sizeof(target), "%d.example",
			    last && rows[i].circle ? 0 : j + 1);
			wire_add_name(owner, RRTYPE_CNAME, 300, -1,
			    rows[i].synthetic ? "0.x.org" : target);
		}
		snprintf(target, sizeof(target), "%d.%s",
		    rows[i].synthetic ? 0 : rows[i].links,
		    rows[i].synthetic ? "x.org" : "example");
		if (rows[i].data)
			wire_add(ANSWER, target, RRTYPE_A, 300, wire_ip, 4);
		else
			wire_add_soa(300, 300);
		raw.packet = wire.bytes;
		raw.len = wire.len;
		answer_read(arena, "0.example", RRTYPE_A, &raw, &answer);
		assert_int_equal(answer.lookup.dnssec, rows[i].dnssec);
		assert_int_equal(answer.lookup.presence, rows[i].presence);
		assert_int_equal(answer.n_records,
		    rows[i].presence == DANELAW_PRESENCE_DATA);
		if (rows[i].presence == DANELAW_PRESENCE_DATA)
			assert_string_equal(answer.final, target);
		arena_unref(arena);
	}
}

/* Only libunbound's word counts; RFC 4035 section 3.2.3 has the bit. */
static void
test_ad(void **state)
{
	static const struct {
		const char *rule;
		int security;
		bool ad;
		enum danelaw_dnssec dnssec;
	} rows[] = {
		{ "rule 2 AD makes nothing secure", 0, true,
		    DANELAW_DNSSEC_INSECURE },
		{ "rule 2 nor anything good", 1, true, DANELAW_DNSSEC_BOGUS },
		{ "rule 2 nor is it missed", 2, false, DANELAW_DNSSEC_SECURE },
	};
	(void)state;

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct arena *arena = arena_new();
		struct answer_raw raw = { .security = rows[i].security,
			.at = WIRE_AT };
		struct answer answer;

		print_message("# %s\n", rows[i].rule);
		wire_begin(0, "a.example", RRTYPE_A);
		wire_add(ANSWER, "a.example", RRTYPE_A, 300, wire_ip, 4);
		wire.bytes[3] = (uint8_t)(wire.bytes[3] & ~0x20);
		if (rows[i].ad)
			wire.bytes[3] |= 0x20;
		raw.packet = wire.bytes;
		raw.len = wire.len;
		answer_read(arena, "a.example", RRTYPE_A, &raw, &answer);
		assert_int_equal(answer.lookup.dnssec, rows[i].dnssec);
		arena_unref(arena);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_alias_rules),
		cmocka_unit_test(test_ad),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
