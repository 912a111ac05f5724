/* SPDX-License-Identifier: ISC */
/* Thresholds as operators write them, and addresses and their prefixes. */
#include <arpa/inet.h>
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/address.h"
#include "fuzz.h"
#include "report/range.h"

static bool
same_range(const struct range *a, const struct range *b)
{
	return a->given == b->given && a->inside == b->inside &&
	    a->no_low == b->no_low && a->no_high == b->no_high &&
	    a->low == b->low && a->high == b->high;
}

static void
check_range(const char *text)
{
	struct range range = { 0 }, again = { 0 };
	struct buf out = { 0 };
	const char *why = NULL;

	if (!range_parse(text, &range, &why)) {
		assert(why != NULL && !range.given);
		fuzz_printable(why);
		return;
	}
	range_put(&range, &out);
	assert(!buf_failed(&out) && strlen(buf_text(&out)) < 40);
	fuzz_printable(buf_text(&out));
	assert(range_parse(buf_text(&out), &again, &why));
	assert(same_range(&range, &again));
	buf_finish(&out);
	/* Both ends belong to it, and what is beyond them does not. */
	if (!range.no_low) {
		assert(range_alerts(&range, range.low) == range.inside);
		assert(range_alerts(&range, range.low - 1) != range.inside);
	}
	if (!range.no_high) {
		assert(range_alerts(&range, range.high) == range.inside);
		assert(range_alerts(&range, range.high + 1) != range.inside);
	}
}

/* Octets and their text, "10.0.0.0/8": is it within? */
static bool
holds(const char *prefix, int family, const uint8_t *address)
{
	const char *slash = strchr(prefix, '/');
	uint8_t base[16];
	char ip[64];
	size_t bits;

	assert(slash != NULL && slash - prefix < (ptrdiff_t)sizeof(ip));
	memcpy(ip, prefix, (size_t)(slash - prefix));
	ip[slash - prefix] = '\0';
	if (inet_pton(family, ip, base) != 1)
		return false;
	bits = (size_t)strtoul(slash + 1, NULL, 10);
	assert(bits <= (family == AF_INET ? 32 : 128));
	for (size_t i = 0; i < bits; i++) {
		if (((base[i / 8] ^ address[i / 8]) >> (7 - i % 8) & 1) != 0)
			return false;
	}
	return true;
}

/* Those that hold what is special; found but once, which takes a while. */
static char prefixes[400][64];
static size_t n_prefixes;

static bool
on_prefix(const char *prefix, void *arg)
{
	(void)arg;
	fuzz_printable(prefix);
	assert(n_prefixes < 400 && strlen(prefix) < sizeof(prefixes[0]));
	strcpy(prefixes[n_prefixes++], prefix);
	return true;
}

struct look {
	int family;
	uint8_t octets[16];
	size_t held;
};

static bool
on_spared(const char *prefix, void *arg)
{
	struct look *look = arg;

	look->held += holds(prefix, look->family, look->octets);
	return true;
}

/* What is special is in one prefix, unless it is spared. */
static void
check_address(const char *text, bool spare)
{
	struct look look = { 0 };
	const char *special = address_special(text);

	fuzz_printable(special);
	if (inet_pton(AF_INET, text, look.octets) == 1)
		look.family = AF_INET;
	else if (inet_pton(AF_INET6, text, look.octets) == 1)
		look.family = AF_INET6;
	else
		assert(special == NULL);
	if (look.family == 0)
		return;
	if (n_prefixes == 0)
		assert(address_each_special(NULL, 0, on_prefix, NULL));
	for (size_t i = 0; i < n_prefixes; i++)
		on_spared(prefixes[i], &look);
	assert(look.held == (special != NULL));
	if (!spare)
		return;
	look.held = 0;
	assert(address_each_special(&text, 1, on_spared, &look));
	assert(look.held == 0);
}

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
	char *text = fuzz_text(bytes, len);
	char ip[INET6_ADDRSTRLEN];

	check_range(text);
	check_address(text, len % 16 == 0);
	free(text);
	/* Octets find addresses faster than text does. */
	if (len == 4 || len == 16) {
		inet_ntop(len == 4 ? AF_INET : AF_INET6, bytes, ip, sizeof(ip));
		check_address(ip, false);
	}
	return 0;
}
