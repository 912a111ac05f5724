/* SPDX-License-Identifier: ISC */
/*
 * authority.h - is it us that a Host header names? Pure.
 *
 * A page in a browser may have its own name lead to our address (DNS
 * rebinding) and then read what we answer, since to the browser it is that
 * page's own server. The header tells: it has the page's name.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

/*
 * host: the header's value, with or without a port; NULL: there is none, as
 * no browser would have it. An address is nobody's name and always right, as
 * are "localhost" and names below it (RFC 6761 section 6.3). names are others
 * that are right, in ASCII.
 */
bool authority_is_ours(
    const char *host, const char *const *names, size_t n_names);
