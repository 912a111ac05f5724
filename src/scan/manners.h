/* SPDX-License-Identifier: ISC */
/*
 * manners.h - no mail server shall see a burst.
 *
 * Rules over connections: one to an address at a time, so many to the
 * addresses of one MX host at once, and some time between two to the same
 * address. Pure: time comes in as clock_monotonic_ms(), nothing waits here.
 * First come, first served, for each address.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/fingerprint.h"

struct manners_options {
	unsigned per_host;    /* connections to one MX host at once; 0: 2 */
	unsigned interval_ms; /* between two to one address */
	struct fingerprint_secret secret; /* head_new() makes its own */
};

struct manners;
struct manners_wish;

struct manners *manners_new(const struct manners_options *options);
void manners_free(struct manners *manners); /* with all wishes left */

/* arg comes back by manners_next(). NULL: no memory. */
struct manners_wish *manners_ask(
    struct manners *manners, const char *ip, const char *host, void *arg);
/* No longer wished for; or, after it was granted, the connection has ended.
 * NULL is fine. */
void manners_end(
    struct manners *manners, struct manners_wish *wish, int64_t now);
/* What was granted was not made use of: the next may go at once. */
void manners_spare(struct manners *manners, struct manners_wish *wish);
/* Grants one wish that may go ahead now: its arg. NULL: none. */
void *manners_next(struct manners *manners, int64_t now);
/* When to ask again: a time, or -1: only after the next ask or end. */
int64_t manners_due(const struct manners *manners, int64_t now);
/* Addresses and hosts being remembered; for tests of its memory. */
size_t manners_size(const struct manners *manners);
