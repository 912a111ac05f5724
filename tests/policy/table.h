/* SPDX-License-Identifier: ISC */
/*
 * table.h - tables of rows, of which each is a test of its own: all of them
 * run, and each has its line of TAP.
 *
 *	static struct table table;
 *
 *	TABLE_ROWS(&table, rows, check_row);
 *	TABLE_TEST(&table, test_bounds);
 *	return table_run(&table);
 */
#ifndef TESTS_POLICY_TABLE_H
#define TESTS_POLICY_TABLE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

enum { TABLE_MAX = 400 };

struct table {
	struct CMUnitTest tests[TABLE_MAX];
	size_t n;
};

/* The first member of a row is its name; *state is the row. */
#define TABLE_ROWS(table, rows, function)                                      \
	table_rows(table, rows, sizeof(rows) / sizeof((rows)[0]),              \
	    sizeof((rows)[0]), function)
#define TABLE_TEST(table, function) table_test(table, #function, function, NULL)

void table_rows(struct table *table, const void *rows, size_t n, size_t size,
    CMUnitTestFunction function);
void table_test(struct table *table, const char *name,
    CMUnitTestFunction function, const void *state);
/* What main() returns. */
int table_run(struct table *table);

#endif
