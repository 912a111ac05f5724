/* SPDX-License-Identifier: ISC */
/*
 * config.h - the file of danelaw serve: key = value, one a line.
 *
 *	# white space before this sign, or nothing
 *	listen = 127.0.0.1:9899
 *	domain = example.com            # a key of a list may come again
 *	helo = "mx.example.org"         # quotes keep blanks and '#'
 *	require-dane = yes
 *
 * and of a list of domains: one a line, comments as above. Keys are the long
 * options without their dashes. Pure over bytes.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

struct arena;

/* Bytes of a line, of a file; items of a file. */
#define CONFIG_LINE_MAX 1024
#define CONFIG_FILE_MAX (4 * 1024 * 1024)
#define CONFIG_ITEM_MAX 100000

/* What may stand in the file; the table ends in a NULL name. */
struct config_key {
	const char *name;
	bool is_list; /* may come more than once */
	bool is_flag; /* yes or no */
};

struct config_item {
	const struct config_key *key; /* NULL in a list of domains */
	const char *value;            /* NUL-terminated; never empty */
	bool yes;                     /* of a flag */
	unsigned line;                /* from 1 */
};

struct config_file {
	struct config_item *items; /* in the order of the file */
	size_t n_items;
};

/*
 * name is for errors only: *why is "NAME:LINE: what is wrong", in the arena,
 * with nothing in it that is not printable. False also where memory runs out,
 * then *why is NULL.
 */
bool config_parse(struct arena *arena, const char *name, const char *bytes,
    size_t len, const struct config_key *keys, struct config_file *file,
    const char **why);
/* One value a line; no key. */
bool config_parse_list(struct arena *arena, const char *name, const char *bytes,
    size_t len, struct config_file *file, const char **why);

/* "NAME:LINE: what" for what the caller finds wrong with an item. */
const char *config_error(struct arena *arena, const char *name,
    const struct config_item *item, const char *what);
