/* SPDX-License-Identifier: ISC */
/*
 * name.h - domain names as danelaw keeps them: A-labels, lower case, no
 * trailing dot, at most 253 characters in labels of at most 63.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct arena;

#define NAME_MAX_LEN 253

/*
 * Reads what a person wrote: Unicode in UTF-8 or A-labels, either case, with
 * or without the dot at the end (RFC 5890, non-transitional IDNA 2008).
 * NULL where no such name can exist; *why is then a static sentence without
 * the full stop. why may be NULL.
 */
char *name_parse(struct arena *arena, const char *text, const char **why);

/*
 * The same for a name out of the DNS in presentation form: no IDNA, labels
 * may hold any octet but must be written printably. NULL where it does not
 * fit. The root is "".
 */
char *name_from_dns(struct arena *arena, const char *text);

/* Case does not matter, nor does one trailing dot. NULL equals nothing. */
bool name_equal(const char *a, const char *b);
/* Is name equal to zone or below it? */
bool name_is_below(const char *name, const char *zone);

/* An IPv4 address or an IPv6 address, without brackets. */
bool name_is_address(const char *text);
/*
 * "[...]": the inside, in *inside, is an address ("[192.0.2.1]",
 * "[IPv6:2001:db8::1]") or a host name. False where text is not bracketed or
 * nothing sensible stands in it; why as for name_parse().
 */
bool name_unbracket(
    struct arena *arena, const char *text, char **inside, const char **why);

/* "_25._tcp.<base>" (RFC 7672 section 2.2.3); NULL where it grows too long. */
char *name_tlsa(struct arena *arena, uint16_t port, const char *base);
