/* SPDX-License-Identifier: ISC */
/* Open addressing, a power of two of slots, at most 7/8 of them in use. */
#include "scan/seen.h"

#include <stdlib.h>

#define FIRST_ROOM 1024

struct seen {
	struct fingerprint_secret secret;
	struct fingerprint *slots; /* all zero: free */
	size_t room, count;
};

struct seen *
seen_new(const struct fingerprint_secret *secret)
{
	struct seen *seen = calloc(1, sizeof(*seen));

	if (seen == NULL)
		return NULL;
	seen->secret = *secret;
	seen->room = FIRST_ROOM;
	seen->slots = calloc(seen->room, sizeof(*seen->slots));
	if (seen->slots == NULL) {
		free(seen);
		return NULL;
	}
	return seen;
}

void
seen_free(struct seen *seen)
{
	if (seen == NULL)
		return;
	free(seen->slots);
	free(seen);
}

static bool
is_free(const struct fingerprint *slot)
{
	return slot->a == 0 && slot->b == 0;
}

/* The slot that holds it, or the free one where it belongs. */
static struct fingerprint *
find_slot(struct fingerprint *slots, size_t room, struct fingerprint print)
{
	size_t at = (size_t)print.a & (room - 1);

	while (!is_free(&slots[at]) &&
	    (slots[at].a != print.a || slots[at].b != print.b))
		at = (at + 1) & (room - 1);
	return &slots[at];
}

static struct fingerprint
print_of(const struct seen *seen, const char *text, size_t len)
{
	struct fingerprint print = fingerprint_of(&seen->secret, text, len);

	if (is_free(&print))
		print.a = 1;
	return print;
}

static bool
grow(struct seen *seen)
{
	size_t room = 2 * seen->room;
	struct fingerprint *slots = calloc(room, sizeof(*slots));

	if (slots == NULL)
		return false;
	for (size_t i = 0; i < seen->room; i++) {
		if (!is_free(&seen->slots[i]))
			*find_slot(slots, room, seen->slots[i]) =
			    seen->slots[i];
	}
	free(seen->slots);
	seen->slots = slots;
	seen->room = room;
	return true;
}

enum seen_answer
seen_add(struct seen *seen, const char *text, size_t len)
{
	struct fingerprint print = print_of(seen, text, len);
	struct fingerprint *slot = find_slot(seen->slots, seen->room, print);

	if (!is_free(slot))
		return SEEN_BEFORE;
	if (seen->count + 1 > seen->room / 8 * 7) {
		if (!grow(seen))
			return SEEN_NO_MEMORY;
		slot = find_slot(seen->slots, seen->room, print);
	}
	*slot = print;
	seen->count++;
	return SEEN_NEW;
}

bool
seen_has(const struct seen *seen, const char *text, size_t len)
{
	return !is_free(
	    find_slot(seen->slots, seen->room, print_of(seen, text, len)));
}

size_t
seen_count(const struct seen *seen)
{
	return seen->count;
}

size_t
seen_bytes(const struct seen *seen)
{
	return seen->room * sizeof(*seen->slots);
}
