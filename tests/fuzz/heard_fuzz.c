/* SPDX-License-Identifier: ISC */
/*
 * Answers of name servers, as a trace hears them: two packets, the first with
 * the keys of the zone. The input begins with the type asked for, how much of
 * the name is the zone's, and the length of the first packet.
 */
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/name.h"
#include "dns/answer.h"
#include "dns/proof.h"
#include "dns/query.h"
#include "fuzz.h"

#define LEADING 4
#define AT INT64_C(1796130000) /* 2026-12-01 */
#define MOST_SERVERS 100000

static const uint16_t types[] = { RRTYPE_A, RRTYPE_MX, RRTYPE_AAAA, RRTYPE_DS,
	RRTYPE_DNSKEY, RRTYPE_TLSA, 2, 6 };

/* The name in the question, as far as it can be one. */
static const char *
name_asked(struct arena *arena, const uint8_t *bytes, size_t len)
{
	char text[NAME_MAX_LEN + 2];
	size_t at = 12, out = 0;

	while (at < len && bytes[at] > 0 && bytes[at] < 64 &&
	    out + bytes[at] + 1 < sizeof(text) && at + 1 + bytes[at] <= len) {
		for (size_t i = at + 1; i <= at + bytes[at]; i++)
			text[out++] = bytes[i] > 32 && bytes[i] < 127 &&
				bytes[i] != '\\' && bytes[i] != '.'
			    ? (char)bytes[i]
			    : 'x';
		text[out++] = '.';
		at += 1 + (size_t)bytes[at];
	}
	text[out] = '\0';
	return name_from_dns(arena, text);
}

static void
check(const struct trace_answer *answer)
{
	assert(answer->n_records <= 64 && answer->n_sigs <= 64);
	for (size_t i = 0; i < answer->n_records; i++)
		fuzz_printable(answer->records[i]);
	for (size_t i = 0; i < answer->n_sigs; i++)
		fuzz_printable(answer->sigs[i].signer);
	fuzz_printable(answer->alias);
	fuzz_printable(answer->detail);
	fuzz_printable(answer->denial);
	/* What is good has a reason to be. */
	if (answer->standing == TRACE_SECURE) {
		assert(answer->n_sigs > 0 || answer->denial != NULL);
		assert(answer->content != TRACE_NOTHING);
	}
	if (answer->standing == TRACE_BOGUS)
		assert(answer->fault != TRACE_FAULT_NONE);
}

static void
on_server(const char *server, const char *ip, void *arg)
{
	unsigned *n = arg;

	fuzz_printable(server);
	fuzz_printable(ip);
	assert(++*n < MOST_SERVERS);
}

static void
hear(struct arena *arena, struct keychain *keychain, const char *zone,
    uint16_t type, const uint8_t *bytes, size_t len)
{
	const char *name = name_asked(arena, bytes, len);
	struct heard *heard = heard_new(bytes, len);
	struct trace_answer answer = { .end = TRACE_ANSWERED };
	struct trace_zone fact = { .name = zone };
	unsigned n = 0;

	query_fits(bytes, len, bytes, len);
	query_is_cut(bytes, len);
	if (heard == NULL || name == NULL) {
		heard_free(heard);
		return;
	}
	if (fuzz_taken < 0)
		fuzz_taken = 0;
	fuzz_taken++;
	heard_describe(arena, heard, zone, name, type, &answer);
	heard_serial(heard);
	heard_each_server(heard, zone, name, on_server, &n);
	keychain_judge(arena, keychain, heard, name, type, AT, &answer);
	check(&answer);
	keychain_add_ds(keychain, heard);
	keychain_describe(arena, keychain, &fact);
	for (size_t i = 0; i < fact.n_ds; i++)
		fuzz_printable(fact.ds[i].hex);
	for (size_t i = 0; i < fact.n_keys; i++)
		fuzz_printable(fact.keys[i].ds);
	heard_free(heard);
}

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
	struct trace_answer keys = { .end = TRACE_ANSWERED };
	struct keychain *keychain;
	struct arena *arena;
	struct heard *heard;
	const char *zone;
	uint16_t type;
	size_t first;

	if (len < LEADING)
		return 0;
	type = types[bytes[0] % (sizeof(types) / sizeof(types[0]))];
	first = (size_t)(bytes[2] << 8 | bytes[3]);
	if (first > len - LEADING)
		return 0;
	arena = arena_new();
	zone = name_asked(arena, bytes + LEADING, first);
	keychain = keychain_new(zone == NULL ? "" : zone);
	heard = heard_new(bytes + LEADING, first);
	if (zone != NULL && keychain != NULL && heard != NULL) {
		/* With the DS of its parent; without it nothing is proven. */
		if ((bytes[1] & 1) != 0)
			keychain_add_ds(keychain, heard);
		heard_describe(arena, heard, zone, zone, RRTYPE_DNSKEY, &keys);
		keychain_take_keys(arena, keychain, heard, AT, &keys);
		hear(arena, keychain, zone, type, bytes + LEADING + first,
		    len - LEADING - first);
	}
	heard_free(heard);
	keychain_free(keychain);
	arena_unref(arena);
	return 0;
}
