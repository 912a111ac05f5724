/* SPDX-License-Identifier: ISC */
#include "policy/budget.h"

#include <stdbool.h>

static size_t
least(size_t a, size_t b)
{
	return a < b ? a : b;
}

struct budget
budget_of(size_t domain, size_t host)
{
	struct budget budget = { domain, host };

	if (budget.domain == 0)
		budget.domain = BUDGET_ADDRESSES;
	if (budget.host == 0)
		budget.host = BUDGET_ADDRESSES;
	budget.host = least(budget.host, budget.domain);
	return budget;
}

size_t
budget_hosts(const struct budget *budget, size_t n_hosts)
{
	return least(n_hosts, budget->domain);
}

size_t
budget_share(const struct budget *budget, size_t n_hosts)
{
	return n_hosts == 0 ? budget->host
			    : least(budget->domain / n_hosts, budget->host);
}

/* To share first and to go round then is to go round from the beginning. */
void
budget_divide(const struct budget *budget, const size_t *has, size_t *grants,
    size_t n_hosts)
{
	size_t left = budget->domain;
	bool some = true;

	for (size_t i = 0; i < n_hosts; i++) {
		grants[i] = least(has[i], budget_share(budget, n_hosts));
		left -= grants[i];
	}
	while (some && left > 0) {
		some = false;
		for (size_t i = 0; i < n_hosts && left > 0; i++) {
			if (grants[i] >= least(has[i], budget->host))
				continue;
			grants[i]++;
			left--;
			some = true;
		}
	}
}
