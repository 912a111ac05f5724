/* SPDX-License-Identifier: ISC */
/*
 * An argument is an id, or words out of a mail log. Words are looked for in
 * the catalogue; where they stand nowhere as a whole, the messages of the
 * catalogue are looked for in them, so that a whole line may be pasted.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/text.h"
#include "cli/cli.h"
#include "report/explain.h"

struct hits {
	struct catalogue_item *items;
	size_t n;
};

static void
usage(void)
{
	fputs("Usage: danelaw explain [OPTION]... [ID|WORDS]...\n\n"
	      "Tells what a finding means, which senders refuse and in which "
	      "words, what to do,\nand how to check that it is mended. WORDS "
	      "out of a mail log, or a whole line of\nit, find the entries "
	      "that tell of them. Without arguments: all entries, a line\n"
	      "each.\n",
	    stdout);
	options_usage(COMMAND_EXPLAIN, stdout);
	fputs(
	    "\nExit status: 0, or 64 where there is no such entry.\n", stdout);
}

static void
add_hits(struct hits *hits, const char *words,
    bool (*fits)(const struct catalogue_item *item, const char *words))
{
	for (size_t i = 0; i < catalogue_size(); i++) {
		struct catalogue_item item = catalogue_at(i);

		if (fits(&item, words))
			hits->items[hits->n++] = item;
	}
}

/* Ids are small letters, digits and at least one hyphen. */
static bool
looks_like_id(const char *text)
{
	return strchr(text, '-') != NULL &&
	    strspn(text, "abcdefghijklmnopqrstuvwxyz0123456789-") ==
	    strlen(text);
}

/* As catalogue_says(), but the beginning of an id is no word. */
static bool
says_beside_id(const struct catalogue_item *item, const char *words)
{
	return strstr(item->id, words) == NULL && catalogue_says(item, words);
}

static bool
explain_none(const char *words)
{
	const char *nearest = catalogue_nearest(words);
	struct arena *arena = arena_new();
	const char *shown =
	    arena == NULL ? NULL : text_printable_str(arena, words, 200);

	if (shown == NULL)
		shown = "";
	if (nearest != NULL)
		cli_complain("there is no entry \"%s\"; did you mean %s?",
		    shown, nearest);
	else
		cli_complain("no entry tells of \"%s\"; danelaw explain lists "
			     "them all",
		    shown);
	arena_unref(arena);
	return false;
}

/* False: nothing was found, and that was said. */
static bool
look_up(const char *words, bool search, struct hits *hits)
{
	hits->n = 0;
	if (!search && catalogue_find(words, &hits->items[0])) {
		hits->n = 1;
		return true;
	}
	if (words[strspn(words, " \t")] == '\0')
		return explain_none(words);
	add_hits(hits, words,
	    !search && looks_like_id(words) ? says_beside_id : catalogue_says);
	if (hits->n == 0)
		add_hits(hits, words, catalogue_quotes);
	return hits->n > 0 || explain_none(words);
}

static void
put_hits(const struct hits *hits, bool first, struct buf *out)
{
	if (!first)
		buf_puts(out, "\n");
	if (hits->n == 1) {
		explain_text(&hits->items[0], out);
		return;
	}
	for (size_t i = 0; i < hits->n; i++)
		explain_line(&hits->items[i], out);
}

static int
put_out(struct buf *out)
{
	int status = EXIT_SUCCESS;

	if (buf_failed(out)) {
		cli_complain("out of memory");
		status = EXIT_OWN_FAILURE;
	} else {
		fputs(buf_text(out), stdout);
	}
	return cli_flush() ? status : EXIT_OWN_FAILURE;
}

/* All entries asked for, one after the other, into one list. */
static int
explain(const struct settings *settings, char **words, size_t n)
{
	struct hits hits = { 0 }, all = { 0 };
	struct buf out = { 0 };
	bool found = true;
	int status = EXIT_OWN_FAILURE;

	hits.items = calloc(catalogue_size(), sizeof(*hits.items));
	all.items = calloc((n + 1) * catalogue_size(), sizeof(*all.items));
	if (hits.items == NULL || all.items == NULL) {
		cli_complain("out of memory");
		goto done;
	}
	for (size_t i = 0; i < n; i++) {
		if (!look_up(words[i], settings->search, &hits)) {
			found = false;
			continue;
		}
		put_hits(&hits, all.n == 0, &out);
		memcpy(&all.items[all.n], hits.items,
		    hits.n * sizeof(*hits.items));
		all.n += hits.n;
	}
	for (size_t i = 0; n == 0 && i < catalogue_size(); i++) {
		all.items[all.n++] = catalogue_at(i);
		explain_line(&all.items[i], &out);
	}
	if (settings->json) {
		buf_finish(&out);
		explain_json(all.items, all.n, &out);
	}
	status = put_out(&out);
	if (status == EXIT_SUCCESS && !found)
		status = EXIT_WRONG_USAGE;
done:
	buf_finish(&out);
	free(hits.items);
	free(all.items);
	return status;
}

int
cmd_explain(int argc, char **argv)
{
	struct settings settings = { 0 };
	int first, status;

	if (!cli_begin(
		COMMAND_EXPLAIN, argc, argv, usage, &settings, &first, &status))
		goto done;
	if (settings.search && first >= argc) {
		cli_complain("search for what? See danelaw explain --help");
		status = EXIT_WRONG_USAGE;
	} else {
		status =
		    explain(&settings, argv + first, (size_t)(argc - first));
	}
done:
	options_finish(&settings);
	return status;
}
