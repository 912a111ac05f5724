/* SPDX-License-Identifier: ISC */
/*
 * query.h - the packet of a question, and what is an answer to it.
 */
#ifndef DNS_QUERY_H
#define DNS_QUERY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define QUERY_UDP_SIZE 1232 /* what fits everywhere */

/* To be freed; NULL: no such name, or no memory. dnssec: EDNS with DO. */
uint8_t *query_make(const char *name, uint16_t type, bool dnssec, size_t *len);
/* Has it the id and the question of the query, and is it an answer? */
bool query_fits(
    const uint8_t *query, size_t query_len, const uint8_t *answer, size_t len);
/* Does it say that there is more over TCP? */
bool query_is_cut(const uint8_t *answer, size_t len);

#endif
