/* SPDX-License-Identifier: ISC */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "wire.h"

struct wire wire;

static void
put(struct wire *w, const void *bytes, size_t len)
{
	assert_true(w->len + len <= sizeof(w->bytes));
	memcpy(w->bytes + w->len, bytes, len);
	w->len += len;
}

static void
put16(struct wire *w, unsigned value)
{
	uint8_t bytes[] = { (uint8_t)(value >> 8), (uint8_t)value };

	put(w, bytes, 2);
}

static void
put32(struct wire *w, uint32_t value)
{
	put16(w, value >> 16);
	put16(w, value & 0xffff);
}

/* "a.b" or "", labels without escapes. */
static void
put_name(struct wire *w, const char *name)
{
	while (*name != '\0') {
		size_t len = strcspn(name, ".");
		uint8_t byte = (uint8_t)len;

		put(w, &byte, 1);
		put(w, name, len);
		name += len + (name[len] == '.');
	}
	put(w, "", 1);
}

void
wire_begin(unsigned rcode, const char *name, enum rrtype type)
{
	wire.len = 0;
	put16(&wire, 0);
	put16(&wire, 0x8180 | rcode);
	put16(&wire, 1);
	put16(&wire, 0);
	put32(&wire, 0);
	put_name(&wire, name);
	put16(&wire, type);
	put16(&wire, 1);
}

void
wire_add(int section, const char *owner, unsigned type, uint32_t ttl,
    const void *rdata, size_t len)
{
	uint8_t *count = wire.bytes + 6 + 2 * section;

	count[0] = (uint8_t)(count[0] + (count[1] == 255));
	count[1]++;
	put_name(&wire, owner);
	put16(&wire, type);
	put16(&wire, 1);
	put32(&wire, ttl);
	put16(&wire, (unsigned)len);
	put(&wire, rdata, len);
}

void
wire_add_name(const char *owner, unsigned type, uint32_t ttl, int preference,
    const char *target)
{
	struct wire *rdata = calloc(1, sizeof(*rdata));

	assert_non_null(rdata);
	if (preference >= 0)
		put16(rdata, (unsigned)preference);
	put_name(rdata, target);
	wire_add(ANSWER, owner, type, ttl, rdata->bytes, rdata->len);
	free(rdata);
}

void
wire_add_signature_of(const char *signer, int section, const char *owner,
    unsigned covered, int64_t inception, int64_t expiration)
{
	struct wire *rdata = calloc(1, sizeof(*rdata));

	assert_non_null(rdata);
	put16(rdata, covered);
	put16(rdata, 13 << 8 | 2);
	put32(rdata, 3600);
	put32(rdata, (uint32_t)expiration);
	put32(rdata, (uint32_t)inception);
	put16(rdata, 12345);
	put_name(rdata, signer);
	put(rdata, "signature", 9);
	wire_add(section, owner, WIRE_RRSIG, 3600, rdata->bytes, rdata->len);
	free(rdata);
}

void
wire_add_signature(int section, const char *owner, unsigned covered,
    int64_t inception, int64_t expiration)
{
	wire_add_signature_of(
	    "example", section, owner, covered, inception, expiration);
}

void
wire_add_soa(uint32_t ttl, uint32_t minimum)
{
	struct wire *rdata = calloc(1, sizeof(*rdata));

	assert_non_null(rdata);
	put_name(rdata, "ns.example");
	put_name(rdata, "h.example");
	for (int i = 0; i < 4; i++)
		put32(rdata, 1000000);
	put32(rdata, minimum);
	wire_add(AUTHORITY, "example", WIRE_SOA, ttl, rdata->bytes, rdata->len);
	free(rdata);
}

const uint8_t wire_ip[4] = { 192, 0, 2, 1 };

struct answer
wire_read(struct arena *arena, const char *name, enum rrtype type)
{
	/* A copy of just this size: valgrind and ASan watch its end. */
	uint8_t *bytes = malloc(wire.len);
	const struct answer_raw raw = {
		.packet = bytes, .len = wire.len, .security = 2, .at = WIRE_AT
	};
	struct answer answer;

	assert_non_null(bytes);
	memcpy(bytes, wire.bytes, wire.len);
	answer_read(arena, name, type, &raw, &answer);
	free(bytes);
	return answer;
}
