/* SPDX-License-Identifier: ISC */
/*
 * address.h - which IP addresses are nobody's on the public Internet.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

/*
 * What kind of address it is, as "a private address (RFC 1918)"; NULL where
 * it is a public one, or no address at all. An IPv6 address that stands for
 * one of IPv4 (6to4, NAT64) is what that is. By IANA's registries of special-
 * purpose addresses; ranges out of which only single services are reachable
 * count as a whole.
 */
const char *address_special(const char *ip);

/* False ends it. prefix is "10.0.0.0/8", and lives during the call. */
typedef bool address_prefix_fn(const char *prefix, void *arg);
/*
 * Calls fn for the fewest prefixes that hold all of these addresses but those
 * that are spared, which are "ADDR" or "ADDR@PORT". False: fn said so.
 */
bool address_each_special(const char *const *spared, size_t n_spared,
    address_prefix_fn *fn, void *arg);

/* Of 4 or 16 octets, as text; false where they are no address, or room is too
 * small. */
bool address_text(const void *octets, size_t len, char *text, size_t room);
