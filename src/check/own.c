/* SPDX-License-Identifier: ISC */
#include "check/own.h"

#include <arpa/inet.h>
#include <ifaddrs.h>
#include <netinet/in.h>
#include <stddef.h>
#include <string.h>
#include <unistd.h>

#include "base/address.h"
#include "base/name.h"

/* An IPv4 address that is written as one of IPv6 is what it stands for. */
static bool
parse(const char *ip, struct in6_addr *address)
{
	struct in_addr four;

	if (inet_pton(AF_INET6, ip, address) == 1)
		return true;
	if (inet_pton(AF_INET, ip, &four) != 1)
		return false;
	memset(address, 0, sizeof(*address));
	address->s6_addr[10] = address->s6_addr[11] = 0xff;
	memcpy(&address->s6_addr[12], &four, sizeof(four));
	return true;
}

static bool
is_at(const struct sockaddr *interface, const struct in6_addr *address)
{
	struct sockaddr_in four;
	struct sockaddr_in6 six;

	if (interface == NULL)
		return false;
	if (interface->sa_family == AF_INET6) {
		memcpy(&six, interface, sizeof(six));
		return memcmp(&six.sin6_addr, address, sizeof(*address)) == 0;
	}
	if (interface->sa_family != AF_INET || !IN6_IS_ADDR_V4MAPPED(address))
		return false;
	memcpy(&four, interface, sizeof(four));
	return memcmp(&four.sin_addr, &address->s6_addr[12],
		   sizeof(four.sin_addr)) == 0;
}

const char *
own_address(const char *ip)
{
	static const char words[] = "an address of this machine";
	struct in6_addr address;
	struct ifaddrs *all, *one;

	if (!parse(ip, &address))
		return NULL;
	if (getifaddrs(&all) != 0)
		return words;
	for (one = all; one != NULL && !is_at(one->ifa_addr, &address);
	     one = one->ifa_next) {
	}
	freeifaddrs(all);
	return one == NULL ? NULL : words;
}

/* 0.0.0.0 and :: connect to localhost as well. */
static bool
is_localhost(const struct in6_addr *address)
{
	static const unsigned char one[4] = { 127, 0, 0, 1 },
				   nowhere[16] = { [10] = 0xff, 0xff };

	return IN6_IS_ADDR_UNSPECIFIED(address) ||
	    memcmp(address, nowhere, sizeof(nowhere)) == 0 ||
	    (IN6_IS_ADDR_V4MAPPED(address) &&
		memcmp(&address->s6_addr[12], one, sizeof(one)) == 0);
}

static bool
is_loopback(const struct in6_addr *address)
{
	return is_localhost(address) || IN6_IS_ADDR_LOOPBACK(address) ||
	    (IN6_IS_ADDR_V4MAPPED(address) && address->s6_addr[12] == 127);
}

const char *
own_here(enum own_scope scope, const char *ip)
{
	struct in6_addr address;
	const char *special = address_special(ip);

	if (special == NULL || !parse(ip, &address))
		return NULL;
	switch (scope) {
	case OWN_SPECIAL:
		return is_loopback(&address) ? special : own_address(ip);
	case OWN_LOCALHOST:
		return is_localhost(&address) ? special : NULL;
	case OWN_NOTHING:
		break;
	}
	return NULL;
}

bool
own_host_name(const char *name)
{
	char host[256] = "";

	return gethostname(host, sizeof(host) - 1) == 0 &&
	    name_equal(name, host);
}
