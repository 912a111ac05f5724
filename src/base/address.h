/* SPDX-License-Identifier: ISC */
/*
 * address.h - which IP addresses are nobody's on the public Internet.
 */
#ifndef BASE_ADDRESS_H
#define BASE_ADDRESS_H

/*
 * What kind of address it is, as "a private address (RFC 1918)"; NULL where
 * it is a public one, or no address at all. An IPv6 address that stands for
 * one of IPv4 (6to4, NAT64) is what that is. By IANA's registries of special-
 * purpose addresses; ranges out of which only single services are reachable
 * count as a whole.
 */
const char *address_special(const char *ip);

#endif
