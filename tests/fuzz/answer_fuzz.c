/* SPDX-License-Identifier: ISC */
/*
 * DNS packets. The input begins with what libunbound said of it: security,
 * rcode of the call, the type asked for, and flags.
 */
#include <assert.h>
#include <string.h>

#include "dns/answer.h"
#include "fuzz.h"

#define LEADING 4
#define AT INT64_C(1767225600)

static const enum rrtype types[] = { RRTYPE_A, RRTYPE_CNAME, RRTYPE_MX,
	RRTYPE_TXT, RRTYPE_AAAA, RRTYPE_DS, RRTYPE_DNSKEY, RRTYPE_TLSA,
	RRTYPE_SOA };

static void
check_records(const struct answer *answer)
{
	assert(answer->n_records <= ANSWER_MAX_RECORDS);
	for (size_t i = 0; i < answer->n_records; i++) {
		const struct answer_record *record = &answer->records[i];
		unsigned sum = 0;

		fuzz_printable(record->name);
		/* Every octet is there to be read. */
		for (size_t octet = 0; octet < record->len; octet++)
			sum += record->rdata[octet];
		assert(sum <= 255 * record->len);
	}
}

/* RFC 7672 section 2.1.1, and the traps of a cached SERVFAIL. */
static void
check_standing(const struct answer_raw *raw, const struct answer *answer)
{
	enum danelaw_dnssec dnssec = answer->lookup.dnssec;
	bool good = dnssec == DANELAW_DNSSEC_SECURE ||
	    dnssec == DANELAW_DNSSEC_INSECURE;
	unsigned packet = raw->len >= 12 ? raw->packet[3] & 0xfU : 2;

	assert(good == (answer->lookup.presence != DANELAW_PRESENCE_UNKNOWN));
	assert(good || answer->n_records == 0);
	assert(good || answer->lookup.why != NULL);
	if (good)
		assert(packet == 0 || packet == 3);
	if (good)
		assert(raw->rcode == 0 || raw->rcode == 3);
	if (dnssec == DANELAW_DNSSEC_SECURE)
		assert(raw->security == 2);
	if (raw->security == 1)
		assert(!good);
	if (answer->lookup.presence == DANELAW_PRESENCE_DATA)
		assert(answer->n_records > 0);
	else
		assert(answer->n_records == 0);
}

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
	struct arena *arena;
	struct answer_raw raw = { .at = AT };
	struct answer answer = { 0 };
	enum rrtype type;

	if (len < LEADING)
		return 0;
	raw.security = bytes[0] % 3;
	raw.rcode = bytes[1] % 24;
	type = types[bytes[2] % (sizeof(types) / sizeof(types[0]))];
	raw.why_bogus = bytes[3] & 1 ? "no \x1b signature" : NULL;
	raw.servfail = bytes[3] & 2 ? "all servers \x1b failed" : NULL;
	raw.local = (bytes[3] & 4) != 0;
	raw.packet = bytes + LEADING;
	raw.len = len - LEADING;
	arena = arena_new();
	answer_read(arena, "mx.example", type, &raw, &answer);
	assert(!arena_failed(arena));
	check_standing(&raw, &answer);
	check_records(&answer);
	fuzz_printable(answer.final);
	fuzz_printable(answer.lookup.why);
	for (size_t i = 0; i < answer.lookup.n_aliases; i++)
		fuzz_printable(answer.lookup.aliases[i]);
	arena_unref(arena);
	return 0;
}
