/* SPDX-License-Identifier: ISC */
#include "cli/zone_records.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "base/name.h"

struct zone {
	struct arena *arena;
	const char *owner; /* the one that is looked for */
	char origin[NAME_MAX_LEN + 2];
	bool ours; /* the name that lines without one go on with */
	const char ***texts;
	size_t *n;
};

/*
 * One entry: to the end of the line, or of the line that closes the last
 * bracket; comments and the breaks within become spaces. Returns what follows.
 */
static const char *
take_entry(const char *at, const char *end, struct buf *entry)
{
	bool quoted = false;
	int depth = 0;

	buf_clear(entry);
	for (; at < end; at++) {
		char c = *at;

		if (c == ';' && !quoted) {
			while (at < end && *at != '\n')
				at++;
			c = '\n';
		}
		if (c == '\n' && depth == 0)
			return at < end ? at + 1 : end;
		if (c == '"')
			quoted = !quoted;
		else if (c == '(' && !quoted)
			depth++;
		else if (c == ')' && !quoted && depth > 0)
			depth--;
		buf_add(entry, c == '\n' || c == '\0' ? " " : &c, 1);
	}
	return end;
}

static bool
is_word(const char *at, size_t len, const char *word)
{
	return len == strlen(word) && strncasecmp(at, word, len) == 0;
}

/* Is the name, as it stands in the file, that of the records? */
static bool
is_ours(const struct zone *zone, const char *name, size_t len)
{
	char whole[2 * NAME_MAX_LEN + 4];
	size_t owner_len = strlen(zone->owner);

	if (len > NAME_MAX_LEN + 1)
		return false;
	if (len > 0 && name[len - 1] == '.') {
		snprintf(whole, sizeof(whole), "%.*s", (int)len, name);
		return name_equal(whole, zone->owner);
	}
	if (zone->origin[0] == '\0')
		return len <= owner_len &&
		    strncasecmp(name, zone->owner, len) == 0 &&
		    (zone->owner[len] == '.' || zone->owner[len] == '\0');
	snprintf(whole, sizeof(whole), "%.*s.%s", (int)len, name, zone->origin);
	return name_equal(whole, zone->owner);
}

/* Does one of the words behind the name say that it is a TLSA record? */
static bool
is_tlsa(const char *at)
{
	enum { WORDS = 3 };

	/* "TTL IN TLSA" at most; a word that is neither ends it. */
	for (int i = 0; i < WORDS; i++) {
		size_t len;

		at += strspn(at, " \t\r(");
		len = strcspn(at, " \t\r(");
		if (is_word(at, len, "TLSA") || is_word(at, len, "TYPE52"))
			return true;
		if (!is_word(at, len, "IN") && (*at < '0' || *at > '9'))
			break;
		at += len;
	}
	return false;
}

static void
take_origin(struct zone *zone, const char *at)
{
	at += strspn(at, " \t");
	snprintf(zone->origin, sizeof(zone->origin), "%.*s",
	    (int)strcspn(at, " \t\r"), at);
}

static bool
read_entry(struct zone *zone, const char *entry)
{
	size_t len = strcspn(entry, " \t\r(");

	if (entry[strspn(entry, " \t\r")] == '\0')
		return true;
	if (is_word(entry, len, "$ORIGIN"))
		take_origin(zone, entry + len);
	if (entry[0] == '$')
		return true;
	if (len > 0)
		zone->ours = is_ours(zone, entry, len);
	return !zone->ours || !is_tlsa(entry + len) ||
	    arena_push_text(zone->arena, zone->texts, zone->n,
		arena_strdup(zone->arena, entry));
}

bool
zone_records(struct arena *arena, const struct buf *file, const char *owner,
    const char ***texts, size_t *n)
{
	struct zone zone = {
		.arena = arena, .owner = owner, .texts = texts, .n = n
	};
	const char *at = buf_text(file), *end = at + file->len;
	struct buf entry;
	bool good = true;

	buf_init(&entry, 0);
	while (good && at < end) {
		at = take_entry(at, end, &entry);
		good =
		    !buf_failed(&entry) && read_entry(&zone, buf_text(&entry));
	}
	buf_finish(&entry);
	return good && !arena_failed(arena);
}
