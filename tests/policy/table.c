/* SPDX-License-Identifier: ISC */
#include "table.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void
table_test(struct table *table, const char *name, CMUnitTestFunction function,
    const void *state)
{
	/* TAP reads a "#" as the begin of a directive. */
	if (table->n == TABLE_MAX || name == NULL || strchr(name, '#')) {
		printf("Bail out! no room or no name: %s\n", name);
		exit(1);
	}
	table->tests[table->n++] = (struct CMUnitTest) {
		.name = name,
		.test_func = function,
		.initial_state = (void *)(uintptr_t)state,
	};
}

void
table_rows(struct table *table, const void *rows, size_t n, size_t size,
    CMUnitTestFunction function)
{
	for (size_t i = 0; i < n; i++) {
		const void *row = (const char *)rows + i * size;
		const char *name;

		memcpy(&name, row, sizeof(name));
		table_test(table, name, function, row);
	}
}

int
table_run(struct table *table)
{
	/* cmocka passes over those without a name. */
	return cmocka_run_group_tests_name("rows", table->tests, NULL, NULL);
}
