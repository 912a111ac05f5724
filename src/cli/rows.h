/* SPDX-License-Identifier: ISC */
/*
 * rows.h - files of rows, as danelaw scan --stage and --split write them, one
 * by one.
 *
 * No tree is made of the JSON: how a row begins and its members are known
 * again by their bytes, which stand in no text without a '\' in front.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define ROWS_MAX ((size_t)4 * 1024 * 1024) /* bytes of one row */

enum row_kind {
	ROW_OTHER = 0,
	ROW_MX, /* of the stages */
	ROW_HOST,
	ROW_DOMAIN, /* of --split */
	ROW_MAIL_HOST,
	ROW_RUN, /* its name is the version of danelaw */
	N_ROW_KINDS
};

struct row {
	enum row_kind kind;
	const char *text; /* until the next call; no newline */
	size_t len;
	uint64_t offset, line; /* line: from 1 */
	const char *name;      /* as the list had it; "[...]" for literals */
	bool lacking;          /* it says that we could not judge */
};

struct rows;

/* fd stays the caller's. NULL: no memory. */
struct rows *rows_new(int fd);
void rows_free(struct rows *rows);

enum rows_step {
	ROWS_ROW,
	ROWS_END,
	ROWS_TORN,   /* the last row has no end; ROWS_END follows */
	ROWS_WRONG,  /* it is no row; the next one may be */
	ROWS_FAILED, /* errno says why */
};
enum rows_step rows_next(struct rows *rows, struct row *row);
/*
 * Every row of the file at path; take() says no for a want of memory or room,
 * which ends it. False, and a complaint: not all of it was taken.
 */
typedef bool rows_take_fn(const struct row *row, void *arg);
bool rows_each(const char *path, rows_take_fn *take, void *arg);
/* The one row there; text must hold ROWS_MAX bytes. False: it cannot be had. */
bool rows_at(int fd, uint64_t offset, size_t len, char *text);

/* The bytes of a member that is a text, from its first mention on; NULL: there
 * is none. mark is ",\"key\":\"". */
const char *row_text(
    const char *row, size_t len, const char *mark, size_t *text_len);
