/* SPDX-License-Identifier: ISC */
/*
 * A question is an id, or words out of a mail log, or a whole line of it. An
 * argument with blanks in it is a question of its own, and so is each where
 * all are ids; else the arguments are one line, pasted without quotes.
 *
 * A line is held against model/log.def. What that does not have is looked
 * for in the catalogue: in its texts as a whole, then for the messages it
 * quotes.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/text.h"
#include "cli/cli.h"
#include "cli/explain_ca.h"
#include "cli/unpack.h"
#include "report/explain.h"

/* So many words of one line lead to ids; the rest tells nothing new. */
enum { WORDS_MAX = 4, SHOWN_MAX = 200 };

struct questions {
	struct arena *arena;
	const char **texts;
	size_t n;
	struct explain_answer *answers;
	size_t n_answers;
	bool search;
};

static void
usage(void)
{
	fputs("Usage: danelaw explain [OPTION]... [ID|WORDS|LINE]...\n"
	      "       danelaw explain [OPTION]... REPORT\n\n"
	      "Tells what a finding means, which senders refuse and in which "
	      "words, what to do,\nand how to check that it is mended. WORDS "
	      "out of a mail log, or a whole LINE of it,\nwith or without "
	      "quotes, find the entries that tell of them, the likeliest "
	      "first,\nand the check to run. Without arguments: all entries, a "
	      "line each.\n\n"
	      "REPORT is a TLS report (RFC 8460), a file that ends in .json "
	      "or .gz; - is standard\ninput. Its failures are told by host and "
	      "result.\n\n"
	      "  danelaw explain " EXPLAIN_CA
	      "  the issuers of Let's Encrypt, and what to publish\n",
	    stdout);
	options_usage(COMMAND_EXPLAIN, stdout);
	fputs(
	    "\nExit status: 0, or 64 where there is no such entry.\n", stdout);
}

static bool
add_item(struct arena *arena, struct explain_answer *answer,
    const struct catalogue_item *item)
{
	struct catalogue_item *added;

	for (size_t i = 0; i < answer->n_items; i++) {
		if (strcmp(answer->items[i].id, item->id) == 0)
			return true;
	}
	added = ARENA_PUSH(arena, answer->items, answer->n_items);
	if (added != NULL)
		*added = *item;
	return added != NULL;
}

static void
add_hits(struct arena *arena, struct explain_answer *answer, const char *words,
    bool (*fits)(const struct catalogue_item *item, const char *words))
{
	for (size_t i = 0; i < catalogue_size(); i++) {
		struct catalogue_item item = catalogue_at(i);

		if (fits == NULL || fits(&item, words))
			add_item(arena, answer, &item);
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

/* The ids of a pattern, separated by blanks. */
static void
add_ids(struct arena *arena, struct explain_answer *answer, const char *ids)
{
	while (*ids != '\0') {
		char id[64];
		size_t len = strcspn(ids, " ");
		struct catalogue_item item;

		if (len < sizeof(id)) {
			memcpy(id, ids, len);
			id[len] = '\0';
			if (catalogue_find(id, &item))
				add_item(arena, answer, &item);
		}
		ids += len;
		ids += strspn(ids, " ");
	}
}

static bool
find_words(struct arena *arena, const char *line, struct explain_answer *answer)
{
	const struct log_words *found[WORDS_MAX];
	size_t n = log_find(line, found, WORDS_MAX);

	if (n == 0)
		return false;
	answer->words = found[0];
	/* What is said beside "all is well" is no fault. */
	for (size_t i = 0; i < n && found[0]->ids[0] != '\0'; i++)
		add_ids(arena, answer, found[i]->ids);
	return true;
}

static void
explain_none(
    struct arena *arena, const char *words, const struct log_names *names)
{
	const char *nearest = catalogue_nearest(words);
	const char *shown = text_printable_str(arena, words, SHOWN_MAX);

	if (shown == NULL)
		shown = "";
	if (nearest == NULL)
		nearest = log_nearest(words);
	if (nearest != NULL)
		cli_complain("there is no entry \"%s\"; did you mean %s?",
		    shown, nearest);
	else if (names->domain != NULL)
		cli_complain("no entry tells of \"%s\"; danelaw check %s may "
			     "tell what is wrong",
		    shown, names->domain);
	else
		cli_complain("no entry tells of \"%s\"; danelaw explain lists "
			     "them all",
		    shown);
}

/* False: nothing was found, and that was said. */
static bool
look_up(struct questions *questions, const char *words)
{
	struct arena *arena = questions->arena;
	struct explain_answer answer = { .n_items = 0 }, *added;
	struct catalogue_item item;
	bool search = questions->search, found = true;

	if (!search && catalogue_find(words, &item)) {
		add_item(arena, &answer, &item);
	} else if (!search && strcmp(words, EXPLAIN_CA) == 0) {
		explain_ca(arena, &answer);
	} else {
		answer.names = log_names(arena, words);
		found = words[strspn(words, " \t\r\n")] != '\0';
		if (found && (search || !find_words(arena, words, &answer))) {
			add_hits(arena, &answer, words,
			    !search && looks_like_id(words) ? says_beside_id
							    : catalogue_says);
			if (answer.n_items == 0)
				add_hits(
				    arena, &answer, words, catalogue_quotes);
			found = answer.n_items > 0;
		}
	}
	if (!found) {
		explain_none(arena, words, &answer.names);
		return false;
	}
	added = ARENA_PUSH(arena, questions->answers, questions->n_answers);
	if (added != NULL)
		*added = answer;
	return true;
}

/* "-", and names that reports have (RFC 8460 section 5.1). */
static bool
is_report(const char *text)
{
	static const char *const ends[] = { ".json", ".json.gz", ".gz" };
	size_t len = strlen(text);

	for (size_t i = 0; i < sizeof(ends) / sizeof(ends[0]); i++) {
		size_t n = strlen(ends[i]);

		if (len > n && strcmp(text + len - n, ends[i]) == 0 &&
		    strchr(text, ' ') == NULL)
			return true;
	}
	return strcmp(text, "-") == 0;
}

/* The reason tells more than the result, where it is one we know. */
static void
add_failure(struct questions *questions, const struct tlsrpt_failure *failure)
{
	struct arena *arena = questions->arena;
	struct explain_answer *answer =
	    ARENA_PUSH(arena, questions->answers, questions->n_answers);

	if (answer == NULL)
		return;
	if (failure->reason == NULL ||
	    !find_words(arena, failure->reason, answer))
		find_words(arena, failure->type, answer);
	answer->failure = failure;
	answer->names.domain = failure->domain;
	answer->names.host = failure->host;
}

/* False: it could not be read, and that was said. */
static bool
read_report(struct questions *questions, const char *path, struct buf *out)
{
	struct tlsrpt report;
	struct buf text = { 0 };
	const char *why;
	bool good = unpack_file(path, &text, &why) &&
	    tlsrpt_read(
		questions->arena, buf_text(&text), text.len, &report, &why);

	if (good) {
		explain_report(&report, out);
		for (size_t i = 0; i < report.n_failures; i++)
			add_failure(questions, &report.failures[i]);
	} else {
		const char *shown =
		    text_printable_str(questions->arena, path, SHOWN_MAX);

		cli_complain(
		    "%s: no TLS report: %s", shown == NULL ? "" : shown, why);
	}
	buf_finish(&text);
	return good;
}

static bool
stands_alone(const char *text)
{
	struct catalogue_item item;

	return strchr(text, ' ') != NULL || looks_like_id(text) ||
	    catalogue_find(text, &item);
}

/* Makes questions of the arguments. */
static void
read_arguments(struct questions *questions, char **args, size_t n)
{
	struct buf line = { 0 };
	bool apart = questions->search || n <= 1;

	if (!apart) {
		apart = true;
		for (size_t i = 0; i < n; i++)
			apart = apart && stands_alone(args[i]);
	}
	for (size_t i = 0; i < n; i++) {
		if (apart)
			arena_push_text(questions->arena, &questions->texts,
			    &questions->n, args[i]);
		else
			buf_printf(&line, "%s%s", i == 0 ? "" : " ", args[i]);
	}
	if (!apart)
		arena_push_text(questions->arena, &questions->texts,
		    &questions->n,
		    arena_strdup(questions->arena, buf_text(&line)));
	buf_finish(&line);
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

static int
explain(const struct settings *settings, char **args, size_t n)
{
	struct questions questions = { .arena = arena_new(),
		.search = settings->search };
	struct explain_answer all = { .n_items = 0 };
	struct buf out = { 0 };
	bool found = true;
	int status;

	if (questions.arena == NULL) {
		cli_complain("out of memory");
		return EXIT_OWN_FAILURE;
	}
	if (n == 1 && !settings->search && is_report(args[0]))
		found = read_report(&questions, args[0], &out);
	else
		read_arguments(&questions, args, n);
	for (size_t i = 0; i < questions.n; i++)
		found = look_up(&questions, questions.texts[i]) && found;
	if (n == 0) {
		add_hits(questions.arena, &all, "", NULL);
		questions.answers = &all;
		questions.n_answers = 1;
	}
	if (settings->json)
		buf_finish(&out);
	for (size_t i = 0; !settings->json && i < questions.n_answers; i++) {
		if (i > 0 && questions.answers[i].failure == NULL)
			buf_puts(&out, "\n");
		explain_text(&questions.answers[i], &out);
	}
	if (settings->json)
		explain_json(questions.answers, questions.n_answers, &out);
	out.failed |= arena_failed(questions.arena);
	status = put_out(&out);
	if (status == EXIT_SUCCESS && !found)
		status = EXIT_WRONG_USAGE;
	buf_finish(&out);
	arena_unref(questions.arena);
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
