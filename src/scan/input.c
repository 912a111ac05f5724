/* SPDX-License-Identifier: ISC */
#include "scan/input.h"

#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/name.h"
#include "base/text.h"

#define SHOWN_MAX 100 /* characters of a bad line */
#define ROW_MAX ((size_t)4 * 1024 * 1024)

static const char no_memory[] = "out of memory";

struct input {
	struct buf bytes;
	size_t at;           /* of these were read */
	size_t row, row_end; /* what is left of a row of the stage before */
	bool hosts;
	uint64_t line;
	struct arena *arena; /* of the last item */
	bool begun;          /* a byte order mark may not come any more */
	bool passing_over;   /* the rest of a line that was reported */
	bool ended;
	bool unreadable; /* no line of it can be */
};

struct input *
input_new(bool hosts)
{
	struct input *input = calloc(1, sizeof(*input));

	if (input != NULL)
		input->hosts = hosts;
	return input;
}

void
input_free(struct input *input)
{
	if (input == NULL)
		return;
	buf_finish(&input->bytes);
	arena_unref(input->arena);
	free(input);
}

bool
input_feed(struct input *input, const void *bytes, size_t len)
{
	buf_drop(&input->bytes, input->at);
	input->at = 0;
	return buf_add(&input->bytes, bytes, len);
}

void
input_end(struct input *input)
{
	input->ended = true;
}

/* False: the next bytes may still become one. */
static bool
pass_mark(struct input *input)
{
	static const char mark[] = { '\xef', '\xbb', '\xbf' };
	size_t len = input->bytes.len - input->at;
	const char *at = buf_text(&input->bytes) + input->at;

	if (input->begun)
		return true;
	if (len < sizeof(mark) && !input->ended && memcmp(at, mark, len) == 0)
		return false;
	if (len >= sizeof(mark) && memcmp(at, mark, sizeof(mark)) == 0)
		input->at += sizeof(mark);
	input->begun = true;
	return true;
}

/*
 * By the mark that programs put at the beginning; each line would be a bad one
 * else. False: the next bytes may still become one.
 */
static bool
look_for_utf16(struct input *input)
{
	size_t len = input->bytes.len - input->at;
	const char *at = buf_text(&input->bytes) + input->at;
	char first = len > 0 ? *at : '\0';

	if (input->begun || (first != '\xff' && first != '\xfe'))
		return true;
	if (len < 2 && !input->ended)
		return false;
	input->unreadable =
	    len >= 2 && at[1] == (first == '\xff' ? '\xfe' : '\xff');
	return true;
}

static enum input_step
report_bad(struct input *input, const char *line, size_t len, const char *why,
    struct input_item *item)
{
	const char *shown = text_printable(input->arena, line, len, SHOWN_MAX);

	*item = (struct input_item) {
		.line = input->line,
		.text = shown == NULL ? "" : shown,
		.why = why,
	};
	return INPUT_BAD;
}

static bool
is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r';
}

/* What is no comment, without the space around it. */
static void
trim(const char **line, size_t *len)
{
	const char *comment = memchr(*line, '#', *len);

	if (comment != NULL)
		*len = (size_t)(comment - *line);
	while (*len > 0 && is_blank((*line)[*len - 1]))
		--*len;
	while (*len > 0 && is_blank(**line)) {
		++*line;
		--*len;
	}
}

/* As the report has it, but for the brackets. */
static const char *
read_domain(struct arena *arena, const char *text, bool host, const char **why)
{
	const char *domain;
	char *inside;

	if (text[0] != '[' && !host)
		return name_parse(arena, text, why);
	if (text[0] != '[') {
		text = arena_printf(arena, "[%s]", text);
		if (text == NULL) {
			*why = no_memory;
			return NULL;
		}
	}
	if (!name_unbracket(arena, text, &inside, why))
		return NULL;
	domain = arena_printf(arena, "[%s]", inside);
	if (domain == NULL)
		*why = no_memory;
	return domain;
}

/* As much is known of it in any case, however the bytes came in. */
static enum input_step
read_long(struct input *input, const char *line, struct input_item *item)
{
	size_t len = INPUT_LINE_MAX;

	while (len > 0 && is_blank(*line)) {
		line++;
		len--;
	}
	if (len > 0 && *line == '#')
		return INPUT_MORE;
	return report_bad(input, line, len, "the line is too long", item);
}

/* INPUT_MORE: there is nothing on the line. */
static enum input_step
read_line(
    struct input *input, const char *line, size_t len, struct input_item *item)
{
	const char *name = line, *why = no_memory;
	size_t name_len = len;
	char *text;

	trim(&name, &name_len);
	if (name_len == 0 && len <= INPUT_LINE_MAX)
		return INPUT_MORE;
	arena_unref(input->arena);
	input->arena = arena_new();
	if (input->arena == NULL) {
		*item = (struct input_item) {
			.line = input->line,
			.text = "",
			.why = no_memory,
		};
		return INPUT_BAD;
	}
	if (len > INPUT_LINE_MAX)
		return read_long(input, line, item);
	if (memchr(name, '\0', name_len) != NULL)
		return report_bad(input, name, name_len,
		    "the name has a character that no host name can have",
		    item);
	text = arena_alloc(input->arena, name_len + 1);
	if (text == NULL)
		return report_bad(input, name, name_len, why, item);
	memcpy(text, name, name_len);
	*item = (struct input_item) {
		.line = input->line,
		.text = read_domain(input->arena, text, input->hosts, &why),
	};
	if (item->text == NULL)
		return report_bad(input, name, name_len, why, item);
	return INPUT_DOMAIN;
}

/*
 * No JSON is read: what danelaw writes is known again, and the quotes in these
 * bytes stand in no text of JSON without a '\' in front.
 */
static const char row_begins[] = "{\"schema\":\"danelaw-mx/1\",";
static const char hosts_begin[] = ",\"hosts\":[";
static const char name_begins[] = "{\"name\":\"";

static bool
is_row(const struct input *input, const char *line, size_t len)
{
	size_t n = sizeof(row_begins) - 1;

	return input->hosts && memcmp(line, row_begins, len < n ? len : n) == 0;
}

/* False: it is no whole one. */
static bool
begin_row(struct input *input, const char *line, size_t len)
{
	const char *list =
		       memmem(line, len, hosts_begin, sizeof(hosts_begin) - 1),
		   *end;

	/* Behind a torn row another one may begin. */
	if (list == NULL || line[len - 1] != '}' ||
	    memmem(line + 1, len - 1, row_begins, sizeof(row_begins) - 1) !=
		NULL)
		return false;
	list += sizeof(hosts_begin) - 1;
	/* No name has a bracket. */
	end = memchr(list, ']', len - (size_t)(list - line));
	if (end == NULL)
		return false;
	input->row = (size_t)(list - buf_text(&input->bytes));
	input->row_end = (size_t)(end - buf_text(&input->bytes));
	return true;
}

/* INPUT_MORE: the row has ended. */
static enum input_step
next_of_row(struct input *input, struct input_item *item)
{
	const char *at = buf_text(&input->bytes) + input->row, *end;
	size_t left = input->row_end - input->row, n = sizeof(name_begins) - 1;
	const char *name = left == 0 ? NULL : memmem(at, left, name_begins, n);

	input->row = input->row_end;
	if (name == NULL)
		return INPUT_MORE;
	name += n;
	end = memchr(name, '"', left - (size_t)(name - at));
	if (end == NULL)
		return INPUT_MORE;
	input->row = (size_t)(end - buf_text(&input->bytes));
	return read_line(input, name, (size_t)(end - name), item);
}

/* In a row; longer lines are none. */
static size_t
line_max(const struct input *input, const char *line, size_t len)
{
	return is_row(input, line, len) ? ROW_MAX : INPUT_LINE_MAX;
}

/*
 * The next whole line, or what there is of one that is too long already, or
 * the last one without its end. False: there is none yet.
 */
static bool
cut_line(struct input *input, const char **line, size_t *len)
{
	size_t left = input->bytes.len - input->at;
	const char *at = buf_text(&input->bytes) + input->at;
	const char *end = left == 0 ? NULL : memchr(at, '\n', left);

	if (end == NULL && left <= line_max(input, at, left) &&
	    (left == 0 || !input->ended))
		return false;
	*line = at;
	*len = end == NULL ? left : (size_t)(end - at);
	input->at += *len + (end != NULL);
	input->passing_over = end == NULL;
	return true;
}

static enum input_step
refuse_all(struct input *input, struct input_item *item)
{
	bool told = input->line > 0;

	input->at = input->bytes.len;
	if (told)
		return INPUT_END;
	input->line = 1;
	*item = (struct input_item) {
		.line = input->line,
		.text = "",
		.why = "the list is in UTF-16; write it in UTF-8",
	};
	return INPUT_BAD;
}

enum input_step
input_next(struct input *input, struct input_item *item)
{
	const char *line;
	size_t len;

	if (!look_for_utf16(input) || !pass_mark(input))
		return INPUT_MORE;
	if (input->unreadable)
		return refuse_all(input, item);
	for (;;) {
		bool rest = input->passing_over;
		enum input_step step = next_of_row(input, item);

		if (step != INPUT_MORE)
			return step;
		if (!cut_line(input, &line, &len))
			return input->ended ? INPUT_END : INPUT_MORE;
		if (rest)
			continue;
		input->line++;
		if (len > 0 && is_row(input, line, len) &&
		    begin_row(input, line, len))
			continue;
		step = read_line(input, line, len, item);
		if (step != INPUT_MORE)
			return step;
	}
}
