/* SPDX-License-Identifier: ISC */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <arpa/inet.h>
#include <cmocka.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "base/address.h"

/* A range by its first and last address, and what lies next to it. */
static const struct {
	const char *before, *first, *last, *behind;
	const char *what; /* part of it */
} rows[] = {
	{ NULL, "0.0.0.0", "0.255.255.255", "1.0.0.0", "RFC 791" },
	{ "9.255.255.255", "10.0.0.0", "10.255.255.255", "11.0.0.0",
	    "private" },
	{ "100.63.255.255", "100.64.0.0", "100.127.255.255", "100.128.0.0",
	    "RFC 6598" },
	{ "126.255.255.255", "127.0.0.0", "127.255.255.255", "128.0.0.0",
	    "loopback" },
	{ "169.253.255.255", "169.254.0.0", "169.254.255.255", "169.255.0.0",
	    "link-local" },
	{ "172.15.255.255", "172.16.0.0", "172.31.255.255", "172.32.0.0",
	    "private" },
	{ "191.255.255.255", "192.0.0.0", "192.0.0.255", "192.0.1.0",
	    "RFC 6890" },
	{ "192.0.1.255", "192.0.2.0", "192.0.2.255", "192.0.3.0",
	    "documentation" },
	{ "192.88.98.255", "192.88.99.0", "192.88.99.255", "192.88.100.0",
	    "RFC 7526" },
	{ "192.167.255.255", "192.168.0.0", "192.168.255.255", "192.169.0.0",
	    "private" },
	{ "198.17.255.255", "198.18.0.0", "198.19.255.255", "198.20.0.0",
	    "benchmarks" },
	{ "198.51.99.255", "198.51.100.0", "198.51.100.255", "198.51.101.0",
	    "documentation" },
	{ "203.0.112.255", "203.0.113.0", "203.0.113.255", "203.0.114.0",
	    "documentation" },
	{ "223.255.255.255", "224.0.0.0", "239.255.255.255", NULL,
	    "multicast" },
	{ NULL, "240.0.0.0", "255.255.255.254", NULL, "RFC 1112" },
	{ NULL, "255.255.255.255", "255.255.255.255", NULL, "broadcast" },

	{ NULL, "::", "::", NULL, "unspecified" },
	{ NULL, "::1", "::1", NULL, "loopback" },
	{ NULL, "::2", "::ffff:ffff", NULL, "IPv4-compatible" },
	{ NULL, "::1:0:0", "::fffe:ffff:ffff", NULL, "not given out" },
	{ NULL, "::ffff:0.0.0.0", "::ffff:255.255.255.255", NULL,
	    "IPv4-mapped" },
	{ NULL, "::ffff:8.8.8.8", "::ffff:10.0.0.1", NULL, "IPv4-mapped" },
	{ NULL, "::1:0:0:0", "64:ff9a:ffff:ffff:ffff:ffff:ffff:ffff", NULL,
	    "not given out" },
	{ "64:ff9b::9.255.255.255", "64:ff9b::10.0.0.0",
	    "64:ff9b::10.255.255.255", "64:ff9b::11.0.0.0", "RFC 1918" },
	{ NULL, "64:ff9b::1:0:0", "64:ff9b:0:ffff:ffff:ffff:ffff:ffff", NULL,
	    "not given out" },
	{ NULL, "64:ff9b:1::", "64:ff9b:1:ffff:ffff:ffff:ffff:ffff", NULL,
	    "RFC 8215" },
	{ NULL, "64:ff9b:2::", "ff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", NULL,
	    "not given out" },
	{ NULL, "100::", "100::ffff:ffff:ffff:ffff", NULL, "RFC 6666" },
	{ NULL, "100:0:0:1::", "1fff:ffff:ffff:ffff:ffff:ffff:ffff:ffff",
	    "2000::", "not given out" },
	{ "2000:ffff:ffff:ffff:ffff:ffff:ffff:ffff",
	    "2001::", "2001:0:ffff:ffff:ffff:ffff:ffff:ffff", NULL, "Teredo" },
	{ NULL, "2001:1::", "2001:1:ffff:ffff:ffff:ffff:ffff:ffff", NULL,
	    "RFC 2928" },
	{ NULL, "2001:2::", "2001:2:0:ffff:ffff:ffff:ffff:ffff", NULL,
	    "benchmarks" },
	{ NULL, "2001:2:1::", "2001:1ff:ffff:ffff:ffff:ffff:ffff:ffff",
	    "2001:200::", "RFC 2928" },
	{ "2001:db7:ffff:ffff:ffff:ffff:ffff:ffff",
	    "2001:db8::", "2001:db8:ffff:ffff:ffff:ffff:ffff:ffff",
	    "2001:db9::", "documentation" },
	{ "2001:ffff:ffff:ffff:ffff:ffff:ffff:ffff", "2002::",
	    "2002:ff:ffff:ffff:ffff:ffff:ffff:ffff", "2002:100::", "RFC 791" },
	{ "2002:c0a7:ffff::1", "2002:c0a8::1", "2002:c0a8:ffff::1",
	    "2002:c0a9::1", "private" },
	{ "2002:dfff:ffff::1", "2002:e000::1",
	    "2002:efff:ffff:ffff:ffff:ffff:ffff:ffff", NULL, "multicast" },
	{ "3ffe:ffff:ffff:ffff:ffff:ffff:ffff:ffff",
	    "3fff::", "3fff:fff:ffff:ffff:ffff:ffff:ffff:ffff",
	    "3fff:1000::", "documentation" },
	{ "3fff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", "4000::",
	    "5eff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", NULL, "not given out" },
	{ NULL, "5f00::", "5f00:ffff:ffff:ffff:ffff:ffff:ffff:ffff", NULL,
	    "RFC 9602" },
	{ NULL, "5f01::", "fbff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", NULL,
	    "not given out" },
	{ NULL, "fc00::", "fdff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", NULL,
	    "RFC 4193" },
	{ NULL, "fe00::", "fe7f:ffff:ffff:ffff:ffff:ffff:ffff:ffff", NULL,
	    "not given out" },
	{ NULL, "fe80::", "febf:ffff:ffff:ffff:ffff:ffff:ffff:ffff", NULL,
	    "link-local" },
	{ NULL, "fec0::", "feff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", NULL,
	    "site-local" },
	{ NULL, "ff00::", "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", NULL,
	    "multicast" },
};

static void
assert_special(const char *ip, const char *what)
{
	const char *words = address_special(ip);

	if (words == NULL || strstr(words, what) == NULL)
		fail_msg("%s: %s, not %s", ip, words == NULL ? "public" : words,
		    what);
}

static void
assert_public(const char *ip)
{
	if (ip != NULL && address_special(ip) != NULL)
		fail_msg("%s: %s", ip, address_special(ip));
}

static void
test_ranges(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		assert_public(rows[i].before);
		assert_special(rows[i].first, rows[i].what);
		assert_special(rows[i].last, rows[i].what);
		assert_public(rows[i].behind);
	}
}

static void
test_others(void **state)
{
	(void)state;
	assert_public("8.8.8.8");
	assert_public("192.31.196.1");
	assert_public("192.175.48.1");
	assert_public("2a01:4f8::1");
	assert_public("2620:4f:8000::1");
	assert_public("64:ff9b::8.8.8.8");
	assert_public("mx.example");
	assert_public("10.0.0");
	assert_public("");
}

/* What a list of prefixes holds. */
struct listed {
	unsigned char prefixes[1000][16];
	unsigned bits[1000];
	int families[1000];
	size_t n;
};

static bool
take_prefix(const char *prefix, void *arg)
{
	struct listed *listed = arg;
	char ip[64];

	assert_true(listed->n < 1000);
	assert_int_equal(
	    sscanf(prefix, "%63[^/]/%u", ip, &listed->bits[listed->n]), 2);
	listed->families[listed->n] =
	    strchr(ip, ':') == NULL ? AF_INET : AF_INET6;
	assert_int_equal(inet_pton(listed->families[listed->n], ip,
			     listed->prefixes[listed->n]),
	    1);
	listed->n++;
	return true;
}

static bool
is_listed(const struct listed *listed, const char *ip)
{
	int family = strchr(ip, ':') == NULL ? AF_INET : AF_INET6;
	unsigned char address[16];

	assert_int_equal(inet_pton(family, ip, address), 1);
	for (size_t i = 0; i < listed->n; i++) {
		unsigned bit = 0;

		if (listed->families[i] != family)
			continue;
		while (bit < listed->bits[i] &&
		    ((address[bit / 8] ^ listed->prefixes[i][bit / 8]) >>
			    (7 - bit % 8) &
			1) == 0)
			bit++;
		if (bit == listed->bits[i])
			return true;
	}
	return false;
}

static void
assert_alike(const struct listed *listed, const char *ip)
{
	if (ip != NULL &&
	    is_listed(listed, ip) != (address_special(ip) != NULL))
		fail_msg(
		    "%s is%s listed", ip, is_listed(listed, ip) ? "" : " not");
}

/* The prefixes are the same ranges. */
static void
test_prefixes(void **state)
{
	static struct listed listed;
	(void)state;

	assert_true(address_each_special(NULL, 0, take_prefix, &listed));
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		assert_alike(&listed, rows[i].before);
		assert_alike(&listed, rows[i].first);
		assert_alike(&listed, rows[i].last);
		assert_alike(&listed, rows[i].behind);
	}
	assert_alike(&listed, "8.8.8.8");
	assert_alike(&listed, "2a01:4f8::1");
	assert_alike(&listed, "64:ff9b::8.8.8.8");
	assert_alike(&listed, "64:ff9b::10.0.0.1");
	assert_alike(&listed, "2002:808:808::1");
	assert_true(listed.n < 400);
}

static void
test_spared(void **state)
{
	static const char *const spared[] = { "127.0.0.1@5300", "10.1.2.3",
		"::1", "8.8.8.8", "no address" };
	static struct listed listed;
	(void)state;

	assert_true(address_each_special(spared, 5, take_prefix, &listed));
	assert_false(is_listed(&listed, "127.0.0.1"));
	assert_false(is_listed(&listed, "10.1.2.3"));
	assert_false(is_listed(&listed, "::1"));
	assert_alike(&listed, "127.0.0.0");
	assert_alike(&listed, "127.0.0.2");
	assert_alike(&listed, "127.255.255.255");
	assert_alike(&listed, "10.1.2.2");
	assert_alike(&listed, "10.1.2.4");
	assert_alike(&listed, "10.0.0.0");
	assert_alike(&listed, "::");
	assert_alike(&listed, "::2");
	assert_alike(&listed, "fd00::1");
}

static bool
take_none(const char *prefix, void *arg)
{
	(void)prefix;
	++*(int *)arg;
	return false;
}

static void
test_ended(void **state)
{
	int n = 0;
	(void)state;

	assert_false(address_each_special(NULL, 0, take_none, &n));
	assert_int_equal(n, 1);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_ranges),
		cmocka_unit_test(test_others),
		cmocka_unit_test(test_prefixes),
		cmocka_unit_test(test_spared),
		cmocka_unit_test(test_ended),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
