/* SPDX-License-Identifier: ISC */
#include "cli/rows.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/text.h"
#include "cli/cli.h"

#define SHOWN_MAX 300 /* characters of a path */

#define NAME_MAX_LEN 260

static const char *const beginnings[] = {
	[ROW_MX] = "{\"schema\":\"danelaw-mx/1\",\"domain\":\"",
	[ROW_HOST] = "{\"schema\":\"danelaw-host/1\",\"host\":\"",
	[ROW_DOMAIN] = "{\"schema\":\"danelaw-split-domain/1\",\"type\":"
		       "\"domain\",\"domain\":\"",
	[ROW_MAIL_HOST] = "{\"schema\":\"danelaw-split-host/1\",\"type\":"
			  "\"host\",\"host\":\"",
	[ROW_RUN] = "{\"schema\":\"danelaw-split-run/1\",\"type\":\"run\","
		    "\"danelaw\":\"",
};

struct rows {
	int fd;
	char *bytes; /* ROWS_MAX + 1 */
	size_t at, len;
	uint64_t offset; /* of bytes[at] in the file */
	uint64_t line;
	bool ended;
	char name[NAME_MAX_LEN + 3];
};

struct rows *
rows_new(int fd)
{
	struct rows *rows = calloc(1, sizeof(*rows));

	if (rows == NULL)
		return NULL;
	rows->fd = fd;
	rows->bytes = malloc(ROWS_MAX + 1);
	if (rows->bytes != NULL)
		return rows;
	free(rows);
	return NULL;
}

void
rows_free(struct rows *rows)
{
	if (rows == NULL)
		return;
	free(rows->bytes);
	free(rows);
}

const char *
row_text(const char *row, size_t len, const char *mark, size_t *text_len)
{
	size_t n = strlen(mark);
	const char *text = memmem(row, len, mark, n), *end;

	if (text == NULL)
		return NULL;
	text += n;
	end = memchr(text, '"', len - (size_t)(text - row));
	if (end == NULL)
		return NULL;
	*text_len = (size_t)(end - text);
	return text;
}

static bool
has(const struct row *row, const char *mark)
{
	return memmem(row->text, row->len, mark, strlen(mark)) != NULL;
}

/* Behind a torn row another one may begin on the same line. */
static bool
begins_again(const struct row *row)
{
	static const char mark[] = "{\"schema\":\"danelaw-";

	return memmem(row->text + 1, row->len - 1, mark, sizeof(mark) - 1) !=
	    NULL;
}

/* False: it is none of ours, or torn in the middle. */
static bool
know(struct rows *rows, struct row *row)
{
	for (enum row_kind kind = ROW_MX; kind < N_ROW_KINDS; kind++) {
		const char *mark = beginnings[kind], *name;
		bool literal;
		size_t len;

		if (row->len < strlen(mark) ||
		    memcmp(row->text, mark, strlen(mark)) != 0)
			continue;
		name = row_text(row->text, row->len, mark, &len);
		if (name == NULL || len == 0 || len > NAME_MAX_LEN ||
		    row->text[row->len - 1] != '}' || begins_again(row))
			return false;
		literal = (kind == ROW_MX || kind == ROW_DOMAIN) &&
		    has(row, ",\"mx\":{\"source\":\"literal\"");
		snprintf(rows->name, sizeof(rows->name),
		    literal ? "[%.*s]" : "%.*s", (int)len, name);
		row->kind = kind;
		row->name = rows->name;
		row->lacking = has(row, ",\"own_lack\":\"");
		return true;
	}
	return false;
}

/* False: errno says why. */
static bool
fill(struct rows *rows)
{
	ssize_t n;

	memmove(rows->bytes, rows->bytes + rows->at, rows->len - rows->at);
	rows->len -= rows->at;
	rows->at = 0;
	if (rows->len == ROWS_MAX + 1) {
		errno = EFBIG;
		return false;
	}
	do
		n = read(rows->fd, rows->bytes + rows->len,
		    ROWS_MAX + 1 - rows->len);
	while (n < 0 && errno == EINTR);
	if (n < 0)
		return false;
	rows->len += (size_t)n;
	rows->ended = n == 0;
	return true;
}

enum rows_step
rows_next(struct rows *rows, struct row *row)
{
	const char *end = NULL;
	size_t len;

	for (;;) {
		len = rows->len - rows->at;
		if (len > 0)
			end = memchr(rows->bytes + rows->at, '\n', len);
		if (end != NULL || rows->ended)
			break;
		if (!fill(rows))
			return ROWS_FAILED;
	}
	if (len == 0)
		return ROWS_END;
	rows->line++;
	if (end != NULL)
		len = (size_t)(end - (rows->bytes + rows->at));
	*row = (struct row) {
		.text = rows->bytes + rows->at,
		.len = len,
		.offset = rows->offset,
		.line = rows->line,
	};
	rows->at += len + (end != NULL);
	rows->offset += len + (end != NULL);
	if (end == NULL)
		return ROWS_TORN;
	return know(rows, row) ? ROWS_ROW : ROWS_WRONG;
}

bool
rows_at(int fd, uint64_t offset, size_t len, char *text)
{
	size_t got = 0;

	while (len <= ROWS_MAX && got < len) {
		ssize_t n =
		    pread(fd, text + got, len - got, (off_t)(offset + got));

		if (n > 0)
			got += (size_t)n;
		else if (n == 0 || errno != EINTR)
			return false;
	}
	return got == len;
}

bool
rows_each(const char *path, rows_take_fn *take, void *arg)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	struct rows *rows = fd < 0 ? NULL : rows_new(fd);
	const char *why = strerror(errno);
	enum rows_step step = ROWS_FAILED;
	bool taken = true;
	struct row row;

	while (
	    taken && rows != NULL && (step = rows_next(rows, &row)) == ROWS_ROW)
		taken = take(&row, arg);
	if (step == ROWS_TORN || step == ROWS_WRONG)
		why = "a row is torn, or none of danelaw";
	if (!taken || step != ROWS_END) {
		struct arena *arena = arena_new();
		const char *shown = text_printable_str(arena, path, SHOWN_MAX);

		cli_complain("%s: %s", shown == NULL ? "" : shown,
		    taken ? why : "out of memory, or no room for it");
		arena_unref(arena);
	}
	rows_free(rows);
	if (fd >= 0)
		close(fd);
	return taken && step == ROWS_END;
}
