/* SPDX-License-Identifier: ISC */
/*
 * budget.h - how many addresses of each MX host are looked at.
 *
 * Who owns a domain says how many hosts and addresses it has, and each costs
 * time. Every host gets one address first, by preference, then a second one,
 * and so on, until the domain's budget is spent. Pure.
 */
#pragma once

#include <stddef.h>

#define BUDGET_ADDRESSES 100 /* for a domain that sets none */

struct budget {
	size_t domain, host; /* addresses; 0: BUDGET_ADDRESSES */
};

struct budget budget_of(size_t domain, size_t host);
/* So many hosts are looked at at all: each is to have one address. */
size_t budget_hosts(const struct budget *budget, size_t n_hosts);
/* What each of so many hosts may have, whatever the others need. */
size_t budget_share(const struct budget *budget, size_t n_hosts);
/*
 * grants[i] becomes what the i-th host by preference may have of its has[i]
 * addresses, when those of all are known; never less than its share.
 */
void budget_divide(const struct budget *budget, const size_t *has,
    size_t *grants, size_t n_hosts);
