/* SPDX-License-Identifier: ISC */
#include "policy/senders_list.h"

#include <string.h>

#include "base/buf.h"

enum { VERSIONS_MAX = 32 };

/* A version, and whether it does so at any address. */
struct known {
	const char *name, *version;
	bool does;
};

struct list {
	struct known known[VERSIONS_MAX];
	size_t n;
};

static void
note(struct list *list, const struct danelaw_sender *sender,
    enum danelaw_delivery outcome)
{
	size_t i = 0;

	while (i < list->n &&
	    (strcmp(list->known[i].name, sender->name) != 0 ||
		strcmp(list->known[i].version, sender->version) != 0))
		i++;
	if (i == VERSIONS_MAX)
		return;
	if (i == list->n)
		list->known[list->n++] =
		    (struct known) { sender->name, sender->version, false };
	list->known[i].does = list->known[i].does || sender->outcome == outcome;
}

static void
note_all(struct list *list, const struct danelaw_report *report,
    enum danelaw_delivery outcome)
{
	for (size_t i = 0; i < report->n_hosts; i++) {
		const struct danelaw_host *host = &report->hosts[i];

		for (size_t j = 0; j < host->n_addresses; j++) {
			const struct danelaw_address *address =
			    &host->addresses[j];

			for (size_t k = 0; k < address->n_senders; k++)
				note(list, &address->senders[k], outcome);
		}
	}
}

/* One program; its versions only where not all of them do so. */
static void
put_program(struct buf *out, const struct list *list, const char *name)
{
	size_t all = 0, some = 0;

	for (size_t i = 0; i < list->n; i++) {
		if (strcmp(list->known[i].name, name) != 0)
			continue;
		all++;
		some += list->known[i].does;
	}
	if (some == 0)
		return;
	buf_printf(out, "%s%s", out->len == 0 ? "" : ", ", name);
	for (size_t i = 0; i < list->n && some < all; i++) {
		if (list->known[i].does &&
		    strcmp(list->known[i].name, name) == 0)
			buf_printf(out, " %s", list->known[i].version);
	}
}

const char *
senders_list(struct arena *arena, const struct danelaw_report *report,
    enum danelaw_delivery outcome)
{
	struct list list = { 0 };
	struct buf out = { 0 };
	const char *text = NULL;

	note_all(&list, report, outcome);
	for (size_t i = 0; i < list.n; i++) {
		if (i == 0 ||
		    strcmp(list.known[i].name, list.known[i - 1].name) != 0)
			put_program(&out, &list, list.known[i].name);
	}
	if (out.len > 0)
		text = arena_strdup(arena, buf_text(&out));
	buf_finish(&out);
	return text;
}
