/* SPDX-License-Identifier: ISC */
/*
 * trees.h - reports built by hand, one per story that a reporter must tell.
 */
#ifndef TESTS_REPORT_TREES_H
#define TESTS_REPORT_TREES_H

#include <danelaw_report.h>

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))
/* An array with its count, as the tree has them side by side. */
#define LIST(field, array) .field = (array), .n_##field = COUNT(array)
#define TEXTS(field, ...)                                                      \
	.field = (const char *[]) { __VA_ARGS__ },                             \
	.n_##field =                                                           \
	    sizeof((const char *[]) { __VA_ARGS__ }) / sizeof(const char *)

/* 2026-11-22T22:09:00Z */
#define TREES_AT INT64_C(1795385340)
#define DAYS(n) (TREES_AT + (n)*INT64_C(86400))
#define NO_TIMING                                                              \
	{                                                                      \
		-1, -1, -1, -1, -1                                             \
	}

/* Digests that can be told apart by their first and last digits. */
#define HEX_A "a1c5d0e07f3b5d1f9a04e1a6c2c8d4d3b6f7a8890123456789abcdef0123a1a1"
#define HEX_B "b2f1f7f05c1e4b0a8d3c9e6f5a7b8c9d0e1f2a3b4c5d6e7f8091a2b3c4d5b2b2"
#define HEX_C "c3e8d7c6b5a4938271605f4e3d2c1b0a99887766554433221100ffeeddccc3c3"
#define HEX_D "d4a0b1c2d3e4f5061728394a5b6c7d8e9f0011223344556677889900aabbd4d4"
#define HEX_E "e5f6a7b8c9d0e1f20314253647586970a1b2c3d4e5f60718293a4b5c6d7ee5e5"
#define HEX_R3                                                                 \
	"8d02536c887482bc34ff54e41d2ba659bf85b341a0a20afadb5813dcfbcf286d"

extern const struct danelaw_report trees_healthy, trees_seed, trees_open;
extern const struct danelaw_report trees_stale, trees_mixed, trees_name;
extern const struct danelaw_report trees_bogus, trees_null, trees_empty;
/* All of them with their names; the last one is the hostile one. */
extern const size_t trees_count;
const struct danelaw_report *trees_report(size_t i);
const char *trees_name_of(size_t i);
bool trees_is_hostile(size_t i);
/* Set up by trees_hostile(): long strings take too many lines to write. */
const struct danelaw_report *trees_hostile(void);

#endif
