/* SPDX-License-Identifier: ISC */
/*
 * A reader of JSON that keeps nothing but the nesting, a bit for each level,
 * and the one text it is looking at, cut where it is longer than any name.
 *
 * Of each line it wants "schema", "domain" and "mx"."source". The last tells
 * the domain example.org from the next hop [example.org], which the report
 * writes without brackets. Where "own_lack" is a text the line is no more than
 * a note that we could not look.
 */
#include "scan/resume.h"

#include <stdlib.h>
#include <string.h>

#define DEPTH_MAX 64
#define TEXT_MAX 300 /* longer than any name */

enum place {
	PLACE_BEGIN,     /* of the line: an object must come */
	PLACE_FIRST_KEY, /* or the end of the object */
	PLACE_KEY,
	PLACE_COLON,
	PLACE_FIRST_VALUE, /* or the end of the array */
	PLACE_VALUE,
	PLACE_BEHIND, /* a value: a comma or the end of what it is in */
	PLACE_TEXT,
	PLACE_ESCAPE,
	PLACE_HEX,
	PLACE_NUMBER,
	PLACE_WORD,
	PLACE_END, /* the object has ended */
};

enum member {
	MEMBER_OTHER = 0,
	MEMBER_SCHEMA,
	MEMBER_DOMAIN,
	MEMBER_MX,
	MEMBER_SOURCE,
	MEMBER_OWN_LACK,
};

static const struct {
	const char *key;
	unsigned depth;
	enum member inside, member;
} members[] = {
	{ "schema", 1, MEMBER_OTHER, MEMBER_SCHEMA },
	{ "domain", 1, MEMBER_OTHER, MEMBER_DOMAIN },
	{ "mx", 1, MEMBER_OTHER, MEMBER_MX },
	{ "source", 2, MEMBER_MX, MEMBER_SOURCE },
	{ "own_lack", 1, MEMBER_OTHER, MEMBER_OWN_LACK },
};

/* What is known of one line; all zero at its beginning. */
struct line {
	enum place place;
	uint64_t objects; /* a bit for each level: it is no array */
	unsigned depth;
	bool in_key, text_is_whole;
	unsigned hex, hex_left; /* of a \u escape */
	const char *word;       /* what must follow */
	enum member outer;      /* the member of level 1 that we are in */
	enum member member;     /* that the next value belongs to */
	char text[TEXT_MAX];
	size_t text_len;
	char domain[TEXT_MAX];
	bool has_schema, has_domain, is_literal, is_lacking;
	const char *why; /* it is none of ours; the end may show it is torn */
};

struct resume {
	struct seen *seen;
	struct line line;
	struct resume_state state;
};

/* So begins each line that we write. */
static const char beginning[] = "{\"schema\":\"danelaw-";
static const char no_json[] = "it is no JSON";
static const char not_ours[] = "it is no report of danelaw";

struct resume *
resume_new(struct seen *seen)
{
	struct resume *resume = calloc(1, sizeof(*resume));

	if (resume != NULL)
		resume->seen = seen;
	return resume;
}

void
resume_free(struct resume *resume)
{
	free(resume);
}

struct resume_state
resume_state(const struct resume *resume)
{
	return resume->state;
}

static bool
in_object(const struct line *line)
{
	return (line->objects >> (line->depth - 1) & 1) != 0;
}

static bool
is_space(unsigned char c)
{
	return c == ' ' || c == '\t' || c == '\r';
}

static void
add_char(struct line *line, unsigned c)
{
	if (!line->text_is_whole)
		return;
	/* All that we look for is ASCII. */
	if (line->text_len + 1 >= sizeof(line->text) || c == 0 || c >= 0x80) {
		line->text_is_whole = false;
		return;
	}
	line->text[line->text_len++] = (char)c;
	line->text[line->text_len] = '\0';
}

/* Texts in which nothing is looked for are not kept. */
static void
begin_text(struct line *line, bool in_key)
{
	line->in_key = in_key;
	line->text_is_whole = !in_key ? line->member != MEMBER_OTHER
				      : line->depth == 1 ||
		(line->depth == 2 && line->outer == MEMBER_MX);
	line->text_len = 0;
	line->text[0] = '\0';
	line->place = PLACE_TEXT;
}

static enum member
member_of(const struct line *line)
{
	for (size_t i = 0; i < sizeof(members) / sizeof(members[0]); i++) {
		if (line->text_is_whole && members[i].depth == line->depth &&
		    (line->depth == 1 || members[i].inside == line->outer) &&
		    strcmp(members[i].key, line->text) == 0)
			return members[i].member;
	}
	return MEMBER_OTHER;
}

/* False: this is no line of ours. */
static bool
take_text(struct line *line)
{
	bool whole = line->text_is_whole && line->text_len > 0;

	switch (line->member) {
	case MEMBER_SCHEMA:
		if (line->has_schema || !whole ||
		    (strcmp(line->text, "danelaw-report/1") != 0 &&
			strcmp(line->text, "danelaw-summary/1") != 0))
			return false;
		line->has_schema = true;
		break;
	case MEMBER_DOMAIN:
		if (line->has_domain || !whole)
			return false;
		line->has_domain = true;
		memcpy(line->domain, line->text, line->text_len + 1);
		break;
	case MEMBER_SOURCE:
		line->is_literal = whole && strcmp(line->text, "literal") == 0;
		break;
	case MEMBER_OWN_LACK:
		line->is_lacking = true;
		break;
	case MEMBER_MX:
	case MEMBER_OTHER:
		break;
	}
	return true;
}

static bool
end_text(struct line *line)
{
	if (!line->in_key) {
		line->place = PLACE_BEHIND;
		return take_text(line);
	}
	line->place = PLACE_COLON;
	line->member = member_of(line);
	if (line->depth == 1)
		line->outer = line->member;
	return true;
}

static bool
open_level(struct line *line, bool object)
{
	uint64_t bit;

	if (line->depth == DEPTH_MAX)
		return false;
	bit = UINT64_C(1) << line->depth;
	line->objects = object ? line->objects | bit : line->objects & ~bit;
	line->depth++;
	line->member = MEMBER_OTHER;
	line->place = object ? PLACE_FIRST_KEY : PLACE_FIRST_VALUE;
	return true;
}

static void
close_level(struct line *line)
{
	line->depth--;
	line->place = line->depth == 0 ? PLACE_END : PLACE_BEHIND;
}

static bool
begin_word(struct line *line, const char *rest)
{
	line->word = rest;
	line->place = PLACE_WORD;
	return true;
}

static bool
begin_value(struct line *line, unsigned char c)
{
	switch (c) {
	case '{':
	case '[':
		return open_level(line, c == '{');
	case '"':
		begin_text(line, false);
		return true;
	case 't':
		return begin_word(line, "rue");
	case 'f':
		return begin_word(line, "alse");
	case 'n':
		return begin_word(line, "ull");
	default:
		line->place = PLACE_NUMBER;
		return c == '-' || (c >= '0' && c <= '9');
	}
}

static bool
take_behind(struct line *line, unsigned char c)
{
	bool object = in_object(line);

	line->member = MEMBER_OTHER;
	if (c == ',') {
		line->place = object ? PLACE_KEY : PLACE_VALUE;
		return true;
	}
	if (c != (object ? '}' : ']'))
		return false;
	close_level(line);
	return true;
}

static int
hex_value(unsigned char c)
{
	static const char digits[] = "0123456789abcdef";
	const char *at;

	if (c >= 'A' && c <= 'F')
		c = (unsigned char)(c - 'A' + 'a');
	at = c == 0 ? NULL : strchr(digits, c);
	return at == NULL ? -1 : (int)(at - digits);
}

static bool
take_hex(struct line *line, unsigned char c)
{
	int value = hex_value(c);

	if (value < 0)
		return false;
	line->hex = line->hex << 4 | (unsigned)value;
	if (--line->hex_left > 0)
		return true;
	add_char(line, line->hex);
	line->place = PLACE_TEXT;
	return true;
}

static bool
take_escape(struct line *line, unsigned char c)
{
	static const char letters[] = "\"\\/bfnrt", meant[] = "\"\\/\b\f\n\r\t";
	const char *at = c == 0 ? NULL : strchr(letters, c);

	if (c == 'u') {
		line->hex = 0;
		line->hex_left = 4;
		line->place = PLACE_HEX;
		return true;
	}
	if (at == NULL)
		return false;
	add_char(line, (unsigned char)meant[at - letters]);
	line->place = PLACE_TEXT;
	return true;
}

static bool
take_in_text(struct line *line, unsigned char c)
{
	if (c == '"')
		return end_text(line);
	if (c == '\\')
		line->place = PLACE_ESCAPE;
	else
		add_char(line, c);
	return c >= 0x20;
}

static bool
take_in_word(struct line *line, unsigned char c)
{
	if (c != (unsigned char)*line->word)
		return false;
	if (*++line->word == '\0')
		line->place = PLACE_BEHIND;
	return true;
}

/* Any byte but the end of a line. False: no JSON, or none of ours. */
static bool
take_byte(struct line *line, unsigned char c)
{
	if (line->place == PLACE_NUMBER) {
		if (c != 0 && strchr("0123456789+-.eE", c) != NULL)
			return true;
		line->place = PLACE_BEHIND;
	}
	if (is_space(c) && line->place != PLACE_TEXT &&
	    line->place != PLACE_ESCAPE && line->place != PLACE_HEX &&
	    line->place != PLACE_WORD)
		return true;
	switch (line->place) {
	case PLACE_TEXT:
		return take_in_text(line, c);
	case PLACE_ESCAPE:
		return take_escape(line, c);
	case PLACE_HEX:
		return take_hex(line, c);
	case PLACE_WORD:
		return take_in_word(line, c);
	case PLACE_BEGIN:
		return c == '{' && open_level(line, true);
	case PLACE_FIRST_KEY:
	case PLACE_KEY:
		if (c == '}' && line->place == PLACE_FIRST_KEY) {
			close_level(line);
			return true;
		}
		begin_text(line, true);
		return c == '"';
	case PLACE_COLON:
		line->place = PLACE_VALUE;
		return c == ':';
	case PLACE_FIRST_VALUE:
		if (c == ']') {
			close_level(line);
			return true;
		}
		return begin_value(line, c);
	case PLACE_VALUE:
		return begin_value(line, c);
	case PLACE_BEHIND:
	case PLACE_NUMBER:
		return take_behind(line, c);
	case PLACE_END:
		break;
	}
	return false;
}

/* The beginning of a text that holds nothing of interest, in one stride. */
static size_t
pass_plain(struct line *line, const unsigned char *bytes, size_t len)
{
	size_t n = 0;

	if (line->place != PLACE_TEXT || line->text_is_whole ||
	    line->why != NULL)
		return 0;
	while (
	    n < len && bytes[n] >= 0x20 && bytes[n] != '"' && bytes[n] != '\\')
		n++;
	return n;
}

/* Why the line is none of ours, or NULL. */
static const char *
end_line(struct resume *resume)
{
	struct line *line = &resume->line;
	char name[TEXT_MAX + 2];
	size_t len;

	if (line->why != NULL)
		return line->why;
	if (line->place != PLACE_END)
		return line->has_schema ? "it is torn" : no_json;
	if (!line->has_schema || !line->has_domain)
		return not_ours;
	/* It says that it is about us: to be done again. */
	if (line->is_lacking) {
		*line = (struct line) { .place = PLACE_BEGIN };
		return NULL;
	}
	len = strlen(line->domain);
	memcpy(name + 1, line->domain, len);
	name[0] = '[';
	name[len + 1] = ']';
	if (seen_add(resume->seen, line->is_literal ? name : name + 1,
		line->is_literal ? len + 2 : len) == SEEN_NO_MEMORY)
		return "out of memory";
	*line = (struct line) { .place = PLACE_BEGIN };
	return NULL;
}

/* Counts a byte of the line that is not whole yet. */
static void
count_byte(struct resume_state *state, unsigned char c)
{
	size_t len = sizeof(beginning) - 1;

	if (state->torn < len)
		state->torn_is_ours =
		    (state->torn == 0 || state->torn_is_ours) &&
		    c == (unsigned char)beginning[state->torn];
	state->torn++;
}

bool
resume_feed(struct resume *resume, const void *bytes, size_t len)
{
	struct resume_state *state = &resume->state;
	struct line *line = &resume->line;
	const unsigned char *at = bytes;

	for (size_t i = 0; i < len && state->why == NULL;) {
		size_t n = pass_plain(line, at + i, len - i);
		unsigned char c;

		state->torn += n;
		i += n;
		if (i == len)
			break;
		c = at[i++];
		if (c != '\n') {
			count_byte(state, c);
			if (line->why == NULL && !take_byte(line, c))
				line->why =
				    line->has_schema ? no_json : not_ours;
			continue;
		}
		state->why = end_line(resume);
		if (state->why != NULL)
			break;
		state->lines++;
		state->whole += state->torn + 1;
		state->torn = 0;
		state->torn_is_ours = false;
	}
	return state->why == NULL;
}
