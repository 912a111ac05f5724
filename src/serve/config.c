/* SPDX-License-Identifier: ISC */
#include "serve/config.h"

#include <string.h>

#include "base/arena.h"
#include "base/text.h"

struct reader {
	struct arena *arena;
	const char *name;
	const struct config_key *keys; /* NULL: a list of values */
	struct config_file file;
	unsigned line;
	const char *why;
};

const char *
config_error(struct arena *arena, const char *name,
    const struct config_item *item, const char *what)
{
	return arena_printf(arena, "%s:%u: %s",
	    text_printable_str(arena, name, 256), item->line, what);
}

static bool
fail(struct reader *reader, const char *what)
{
	struct config_item here = { .line = reader->line };

	reader->why = config_error(reader->arena, reader->name, &here, what);
	return false;
}

/* what has one %s, for text, which is made printable. */
static bool fail_at(struct reader *reader, const char *what, const char *text)
    __attribute__((format(printf, 2, 0)));

static bool
fail_at(struct reader *reader, const char *what, const char *text)
{
	const char *shown = text_printable_str(reader->arena, text, 80);
	char *said = NULL;

	if (shown != NULL)
		said = arena_printf(reader->arena, what, shown);
	return said != NULL && fail(reader, said);
}

static bool
is_blank(char c)
{
	return c == ' ' || c == '\t';
}

/* Text without the blanks around it; in place. */
static char *
trim(char *text)
{
	size_t len;

	while (is_blank(*text))
		text++;
	len = strlen(text);
	while (len > 0 && is_blank(text[len - 1]))
		text[--len] = '\0';
	return text;
}

/*
 * Takes the comment and the quotes off. NULL: the quotes do not fit. In
 * quotes every sign is itself; there is no way to write a quote in them.
 */
static char *
clean_value(char *text)
{
	bool quoted;
	char *end;

	text = trim(text);
	quoted = *text == '"';
	if (quoted) {
		end = strchr(++text, '"');
		if (end == NULL)
			return NULL;
		*end++ = '\0';
		while (is_blank(*end))
			end++;
		return *end == '\0' || *end == '#' ? text : NULL;
	}
	for (char *c = text; *c != '\0'; c++) {
		if (*c == '"')
			return NULL;
		if (*c == '#' && (c == text || is_blank(c[-1]))) {
			*c = '\0';
			break;
		}
	}
	return trim(text);
}

static const struct config_key *
find_key(const struct config_key *keys, const char *name)
{
	for (; keys->name != NULL; keys++)
		if (strcmp(keys->name, name) == 0)
			return keys;
	return NULL;
}

static const struct config_item *
find_item(const struct config_file *file, const struct config_key *key)
{
	for (size_t i = 0; i < file->n_items; i++)
		if (file->items[i].key == key)
			return &file->items[i];
	return NULL;
}

static bool
read_key(struct reader *reader, const char *name, struct config_item *item)
{
	const struct config_item *before;

	item->key = find_key(reader->keys, name);
	if (item->key == NULL)
		return fail_at(reader, "there is no key \"%s\"", name);
	if (item->key->is_list)
		return true;
	before = find_item(&reader->file, item->key);
	if (before != NULL)
		return fail(reader,
		    arena_printf(reader->arena,
			"\"%s\" was set on line %u already", item->key->name,
			before->line));
	return true;
}

static bool
read_flag(struct reader *reader, struct config_item *item)
{
	item->yes = strcmp(item->value, "yes") == 0;
	if (!item->yes && strcmp(item->value, "no") != 0)
		return fail_at(
		    reader, "\"%s\" is neither yes nor no", item->value);
	return true;
}

static bool
add_item(struct reader *reader, const struct config_item *item)
{
	struct config_item *place;

	if (reader->file.n_items >= CONFIG_ITEM_MAX)
		return fail(reader, "there are too many entries");
	place =
	    ARENA_PUSH(reader->arena, reader->file.items, reader->file.n_items);
	if (place == NULL)
		return false;
	*place = *item;
	return true;
}

/* text is one line, in a copy of its own. */
static bool
read_line(struct reader *reader, char *text)
{
	struct config_item item = { .line = reader->line };
	char *value = trim(text), *equals;

	if (*value == '\0' || *value == '#')
		return true;
	if (reader->keys != NULL) {
		equals = strchr(value, '=');
		if (equals == NULL)
			return fail_at(
			    reader, "\"%s\": a line reads key = value", value);
		*equals = '\0';
		if (!read_key(reader, trim(value), &item))
			return false;
		value = equals + 1;
	}
	item.value = value = clean_value(value);
	if (value == NULL)
		return fail(reader, "the quotes do not fit");
	if (*value == '\0')
		return fail(reader, "the value is missing");
	if (item.key != NULL && item.key->is_flag && !read_flag(reader, &item))
		return false;
	return add_item(reader, &item);
}

static bool
take_line(struct reader *reader, const char *bytes, size_t len)
{
	char *copy;

	reader->line++;
	if (len > 0 && bytes[len - 1] == '\r')
		len--;
	if (len > CONFIG_LINE_MAX)
		return fail(reader, "the line is too long");
	for (size_t i = 0; i < len; i++)
		if (((unsigned char)bytes[i] < ' ' && bytes[i] != '\t') ||
		    bytes[i] == 0x7f)
			return fail(reader, "a control character");
	copy = arena_alloc(reader->arena, len + 1);
	if (copy == NULL)
		return false;
	memcpy(copy, bytes, len);
	return read_line(reader, copy);
}

static bool
read_all(struct reader *reader, const char *bytes, size_t len)
{
	static const char mark[] = "\xef\xbb\xbf"; /* of some editors */

	if (len > CONFIG_FILE_MAX) {
		reader->line = 1;
		return fail(reader, "the file is too large");
	}
	if (len >= 3 && memcmp(bytes, mark, 3) == 0) {
		bytes += 3;
		len -= 3;
	}
	while (len > 0) {
		const char *end = memchr(bytes, '\n', len);
		size_t line = end != NULL ? (size_t)(end - bytes) : len;

		if (!take_line(reader, bytes, line))
			return false;
		line += end != NULL;
		bytes += line;
		len -= line;
	}
	return true;
}

static bool
parse(struct reader *reader, const char *bytes, size_t len,
    struct config_file *file, const char **why)
{
	if (!read_all(reader, bytes, len) || arena_failed(reader->arena)) {
		*why = arena_failed(reader->arena) ? NULL : reader->why;
		return false;
	}
	*file = reader->file;
	return true;
}

bool
config_parse(struct arena *arena, const char *name, const char *bytes,
    size_t len, const struct config_key *keys, struct config_file *file,
    const char **why)
{
	struct reader reader = { .arena = arena, .name = name, .keys = keys };

	return parse(&reader, bytes, len, file, why);
}

bool
config_parse_list(struct arena *arena, const char *name, const char *bytes,
    size_t len, struct config_file *file, const char **why)
{
	struct reader reader = { .arena = arena, .name = name };

	return parse(&reader, bytes, len, file, why);
}
