/* SPDX-License-Identifier: ISC */
#include "base/address.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <string.h>

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

struct range {
	unsigned char prefix[16];
	unsigned bits;
	const char *what; /* NULL: a public one */
	int embeds; /* where an IPv4 address stands that decides; 0: none */
};

static const struct range ranges4[] = {
	{ { 0 }, 8, "an address of \"this network\" (RFC 791)", 0 },
	{ { 10 }, 8, "a private address (RFC 1918)", 0 },
	{ { 100, 64 }, 10, "an address behind a carrier's NAT (RFC 6598)", 0 },
	{ { 127 }, 8, "a loopback address (RFC 1122)", 0 },
	{ { 169, 254 }, 16, "a link-local address (RFC 3927)", 0 },
	{ { 172, 16 }, 12, "a private address (RFC 1918)", 0 },
	{ { 192, 0, 0 }, 24, "an address set aside for protocols (RFC 6890)",
	    0 },
	{ { 192, 0, 2 }, 24, "an address for documentation (RFC 5737)", 0 },
	{ { 192, 88, 99 }, 24, "an address of former 6to4 relays (RFC 7526)",
	    0 },
	{ { 192, 168 }, 16, "a private address (RFC 1918)", 0 },
	{ { 198, 18 }, 15, "an address for benchmarks (RFC 2544)", 0 },
	{ { 198, 51, 100 }, 24, "an address for documentation (RFC 5737)", 0 },
	{ { 203, 0, 113 }, 24, "an address for documentation (RFC 5737)", 0 },
	{ { 224 }, 4, "a multicast address (RFC 5771)", 0 },
	{ { 255, 255, 255, 255 }, 32, "the broadcast address (RFC 919)", 0 },
	{ { 240 }, 4, "a reserved address (RFC 1112)", 0 },
};

/* The first that fits; the last ones leave nothing open. */
static const struct range ranges6[] = {
	{ { 0 }, 128, "the unspecified address (RFC 4291)", 0 },
	{ { [15] = 1 }, 128, "the loopback address (RFC 4291)", 0 },
	{ { [10] = 0xff, 0xff }, 96, "an IPv4-mapped address (RFC 4291)", 0 },
	{ { 0 }, 96, "an IPv4-compatible address (RFC 4291)", 0 },
	{ { 0, 0x64, 0xff, 0x9b }, 96, NULL, 12 },
	{ { 0, 0x64, 0xff, 0x9b, 0, 1 }, 48,
	    "an address of a local NAT64 (RFC 8215)", 0 },
	{ { 0x01 }, 64, "an address whose packets are discarded (RFC 6666)",
	    0 },
	{ { 0x20, 0x01 }, 32, "a Teredo address (RFC 4380)", 0 },
	{ { 0x20, 0x01, 0, 2 }, 48, "an address for benchmarks (RFC 5180)", 0 },
	{ { 0x20, 0x01 }, 23, "an address set aside for protocols (RFC 2928)",
	    0 },
	{ { 0x20, 0x01, 0x0d, 0xb8 }, 32,
	    "an address for documentation (RFC 3849)", 0 },
	{ { 0x20, 0x02 }, 16, NULL, 2 },
	{ { 0x3f, 0xff }, 20, "an address for documentation (RFC 9637)", 0 },
	{ { 0x5f }, 16, "a segment routing identifier (RFC 9602)", 0 },
	{ { 0xfc }, 7, "a unique local address (RFC 4193)", 0 },
	{ { 0xfe, 0x80 }, 10, "a link-local address (RFC 4291)", 0 },
	{ { 0xfe, 0xc0 }, 10, "a site-local address (RFC 3879)", 0 },
	{ { 0xff }, 8, "a multicast address (RFC 4291)", 0 },
	{ { 0x20 }, 3, NULL, 0 },
	{ { 0 }, 0, "an address that is not given out (RFC 4291)", 0 },
};

static bool
is_within(const unsigned char *address, const struct range *range)
{
	size_t whole = range->bits / 8;
	unsigned rest = range->bits % 8;

	return memcmp(address, range->prefix, whole) == 0 &&
	    (rest == 0 ||
		(address[whole] ^ range->prefix[whole]) >> (8 - rest) == 0);
}

static const struct range *
find(const unsigned char *address, const struct range *ranges, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		if (is_within(address, &ranges[i]))
			return &ranges[i];
	}
	return NULL;
}

static const char *
special4(const unsigned char *address)
{
	const struct range *range = find(address, ranges4, COUNT(ranges4));

	return range == NULL ? NULL : range->what;
}

const char *
address_special(const char *ip)
{
	unsigned char address[16];
	const struct range *range;

	if (inet_pton(AF_INET, ip, address) == 1)
		return special4(address);
	if (inet_pton(AF_INET6, ip, address) != 1)
		return NULL;
	range = find(address, ranges6, COUNT(ranges6));
	if (range == NULL)
		return NULL;
	return range->embeds == 0 ? range->what
				  : special4(address + range->embeds);
}

/* How much of a prefix is special. */
enum share { NONE, ALL, SOME };

struct prefix {
	unsigned char address[16];
	unsigned bits;
};

struct walk {
	int family;
	unsigned most; /* bits of an address */
	const char *const *spared;
	size_t n_spared;
	address_prefix_fn *fn;
	void *arg;
	bool ended;
};

static bool
holds(const unsigned char *prefix, unsigned bits, const unsigned char *address)
{
	struct range range = { .bits = bits };

	memcpy(range.prefix, prefix, (bits + 7) / 8);
	return is_within(address, &range);
}

static enum share
share_of(const unsigned char *address, unsigned bits,
    const struct range *ranges, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		const struct range *range = &ranges[i];
		unsigned before = (unsigned)range->embeds * 8;

		if (range->bits > bits) {
			if (holds(address, bits, range->prefix))
				return SOME;
			continue;
		}
		if (!is_within(address, range))
			continue;
		if (range->what != NULL)
			return ALL;
		if (range->embeds == 0)
			return NONE;
		bits -= before;
		return share_of(address + range->embeds, bits > 32 ? 32 : bits,
		    ranges4, COUNT(ranges4));
	}
	return NONE;
}

/* Is one that is to be spared in there? */
static bool
has_spared(const struct walk *walk, const struct prefix *prefix)
{
	unsigned char address[16];
	char text[INET6_ADDRSTRLEN];

	for (size_t i = 0; i < walk->n_spared; i++) {
		size_t len = strcspn(walk->spared[i], "@");

		if (len >= sizeof(text))
			continue;
		memcpy(text, walk->spared[i], len);
		text[len] = '\0';
		if (inet_pton(walk->family, text, address) == 1 &&
		    holds(prefix->address, prefix->bits, address))
			return true;
	}
	return false;
}

static void
tell(struct walk *walk, const struct prefix *prefix)
{
	char text[INET6_ADDRSTRLEN], line[INET6_ADDRSTRLEN + 8];

	if (walk->ended ||
	    inet_ntop(walk->family, prefix->address, text, sizeof(text)) ==
		NULL)
		return;
	snprintf(line, sizeof(line), "%s/%u", text, prefix->bits);
	walk->ended = !walk->fn(line, walk->arg);
}

/* Tells of what is special below, but not of the whole. */
static enum share
descend(struct walk *walk, const struct prefix *prefix)
{
	bool is_v4 = walk->family == AF_INET;
	enum share share = share_of(prefix->address, prefix->bits,
	    is_v4 ? ranges4 : ranges6, is_v4 ? COUNT(ranges4) : COUNT(ranges6));
	struct prefix low = *prefix, high;
	enum share left, right;

	if (share == ALL && has_spared(walk, prefix))
		share = prefix->bits == walk->most ? NONE : SOME;
	if (share != SOME)
		return share;
	low.bits++;
	high = low;
	high.address[prefix->bits / 8] |=
	    (unsigned char)(0x80 >> prefix->bits % 8);
	left = descend(walk, &low);
	right = descend(walk, &high);
	if (left == right && left != SOME)
		return left;
	if (left == ALL)
		tell(walk, &low);
	if (right == ALL)
		tell(walk, &high);
	return SOME;
}

bool
address_each_special(const char *const *spared, size_t n_spared,
    address_prefix_fn *fn, void *arg)
{
	static const struct {
		int family;
		unsigned bits;
	} families[] = { { AF_INET, 32 }, { AF_INET6, 128 } };
	bool ended = false;

	for (size_t i = 0; i < COUNT(families) && !ended; i++) {
		struct walk walk = {
			.family = families[i].family,
			.most = families[i].bits,
			.spared = spared,
			.n_spared = n_spared,
			.fn = fn,
			.arg = arg,
		};

		descend(&walk, &(struct prefix) { .bits = 0 });
		ended = walk.ended;
	}
	return !ended;
}

bool
address_text(const void *octets, size_t len, char *text, size_t room)
{
	if (len != 4 && len != 16)
		return false;
	return inet_ntop(len == 4 ? AF_INET : AF_INET6, octets, text,
		   (socklen_t)room) != NULL;
}
