/* SPDX-License-Identifier: ISC */
#include "model/catalogue.h"

#include <ctype.h>
#include <string.h>

#include "base/near.h"

/* A shorter message would be found in lines that are about other things. */
enum { PIECE_MIN = 8 };

static const struct {
	const char *id, *why;
} unseen[] = {
#define UNSEEN(id, why) { id, why },
#include "model/unseen.def"
#undef UNSEEN
};

#define N_UNSEEN (sizeof(unseen) / sizeof(unseen[0]))

size_t
catalogue_size(void)
{
	return FINDING_COUNT + N_UNSEEN;
}

struct catalogue_item
catalogue_at(size_t index)
{
	struct catalogue_item item = { 0 };

	if (index < FINDING_COUNT) {
		item.entry = finding_entry((enum finding_id)index);
		item.id = item.entry->id;
	} else {
		item.id = unseen[index - FINDING_COUNT].id;
		item.unseen = unseen[index - FINDING_COUNT].why;
	}
	return item;
}

bool
catalogue_find(const char *id, struct catalogue_item *item)
{
	for (size_t i = 0; i < catalogue_size(); i++) {
		struct catalogue_item one = catalogue_at(i);

		if (strcmp(one.id, id) == 0) {
			*item = one;
			return true;
		}
	}
	return false;
}

const char *
catalogue_nearest(const char *id)
{
	struct near near;

	near_begin(&near, id);
	for (size_t i = 0; i < catalogue_size(); i++)
		near_try(&near, catalogue_at(i).id);
	return near_found(&near, 2);
}

static size_t
texts_of(const struct catalogue_item *item, const char *texts[8])
{
	const struct finding_entry *entry = item->entry;
	size_t n = 0;

	texts[n++] = item->id;
	if (entry == NULL) {
		texts[n++] = item->unseen;
		return n;
	}
	texts[n++] = entry->text;
	texts[n++] = entry->what;
	texts[n++] = entry->who;
	texts[n++] = entry->remedy;
	texts[n++] = entry->check;
	if (entry->tlsrpt != NULL)
		texts[n++] = entry->tlsrpt;
	return n;
}

bool
catalogue_says(const struct catalogue_item *item, const char *text)
{
	const char *texts[8];
	size_t n = texts_of(item, texts);

	for (size_t i = 0; i < n; i++) {
		if (strcasestr(texts[i], text) != NULL)
			return true;
	}
	return false;
}

/* How much of a message is fixed: up to "..." or a word like HOST. */
static size_t
piece_len(const char *at, const char *end)
{
	const char *start = at;

	for (; at < end; at++) {
		if (strncmp(at, "...", 3) == 0)
			break;
		if (at + 1 < end && isupper((unsigned char)at[0]) &&
		    isupper((unsigned char)at[1]) &&
		    strncmp(at, "HOST", 4) == 0)
			break;
	}
	return (size_t)(at - start);
}

/* All fixed parts of the message stand in the line. */
static bool
line_holds(const char *line, const char *at, const char *end)
{
	char piece[128];
	bool some = false;

	while (at < end) {
		size_t len = piece_len(at, end);
		const char *next = at + len;

		while (len > 0 && strchr(" .,:", at[len - 1]) != NULL)
			len--;
		if (len >= sizeof(piece))
			return false;
		memcpy(piece, at, len);
		piece[len] = '\0';
		if (len > 0 &&
		    strcasestr(line, piece + strspn(piece, " ")) == NULL)
			return false;
		some = some || len >= PIECE_MIN;
		if (next < end)
			next += *next == '.' ? 3 : 4;
		at = next;
	}
	return some;
}

/* "5.7.323", where no further digit stands beside it. */
static size_t
code_len(const char *at)
{
	const char *start = at;

	for (int part = 0; part < 3; part++) {
		size_t digits = strspn(at, "0123456789");

		if (digits == 0 || digits > 3)
			return 0;
		at += digits;
		if (part < 2 && *at++ != '.')
			return 0;
	}
	return (size_t)(at - start);
}

static bool
has_code(const char *text, const char *code, size_t len)
{
	for (; *text != '\0'; text++) {
		size_t n = code_len(text);

		if (n == len && memcmp(text, code, len) == 0)
			return true;
		if (n > 0)
			text += n - 1;
	}
	return false;
}

static bool
shares_code(const char *text, const char *line)
{
	for (; *line != '\0'; line++) {
		size_t n = code_len(line);

		if (n == 0)
			continue;
		if (has_code(text, line, n))
			return true;
		line += n - 1;
	}
	return false;
}

bool
catalogue_quotes(const struct catalogue_item *item, const char *line)
{
	const char *open, *close, *at;

	if (item->entry == NULL)
		return false;
	at = item->entry->who;
	while ((open = strchr(at, '"')) != NULL &&
	    (close = strchr(open + 1, '"')) != NULL) {
		if (line_holds(line, open + 1, close))
			return true;
		at = close + 1;
	}
	return shares_code(item->entry->who, line);
}
