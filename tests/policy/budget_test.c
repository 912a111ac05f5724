/* SPDX-License-Identifier: ISC */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "policy/budget.h"

#include "table.h"

enum { MOST = 4 };

/* What each of up to four hosts has, and what it gets. */
static const struct row {
	const char *rule;
	size_t domain, host, n, has[MOST], grants[MOST];
} rows[] = {
	{ "all, where there are few", 60, 20, 2, { 4, 2 }, { 4, 2 } },
	{ "no host has more than its limit", 60, 20, 1, { 200 }, { 20 } },
	{ "each host gets as many", 60, 20, 4, { 50, 50, 50, 50 },
	    { 15, 15, 15, 15 } },
	{ "the preferred ones get the rest", 10, 20, 4, { 9, 9, 9, 9 },
	    { 3, 3, 2, 2 } },
	{ "what some do not need is for the others", 10, 20, 4, { 1, 9, 0, 9 },
	    { 1, 5, 0, 4 } },
	{ "one each, before any gets a second", 4, 20, 4, { 9, 9, 9, 9 },
	    { 1, 1, 1, 1 } },
	{ "the default", 0, 0, 3, { 98, 3, 98 }, { 49, 3, 48 } },
	{ "a host has no more than the domain", 5, 20, 1, { 9 }, { 5 } },
};

static void
check_row(void **state)
{
	const struct row *row = *state;
	struct budget budget = budget_of(row->domain, row->host);
	size_t grants[MOST], share;

	share = budget_share(&budget, row->n);
	budget_divide(&budget, row->has, grants, row->n);
	for (size_t j = 0; j < row->n; j++) {
		if (grants[j] != row->grants[j])
			fail_msg(
			    "%s: host %zu gets %zu", row->rule, j, grants[j]);
		/* It may have it before the others are known. */
		assert_true(grants[j] == row->has[j] || grants[j] >= share);
	}
}

static void
test_hosts(void **state)
{
	const struct budget budget = budget_of(60, 20);
	(void)state;

	assert_int_equal(budget_hosts(&budget, 3), 3);
	assert_int_equal(budget_hosts(&budget, 250), 60);
	/* Each of those that are left has one. */
	assert_int_equal(budget_share(&budget, 60), 1);
	assert_int_equal(budget_share(&budget, 3), 20);
}

int
main(void)
{
	static struct table table;

	TABLE_ROWS(&table, rows, check_row);
	TABLE_TEST(&table, test_hosts);
	return table_run(&table);
}
