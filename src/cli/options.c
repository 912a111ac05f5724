/* SPDX-License-Identifier: ISC */
#include "cli/options.h"

#include <errno.h>
#include <getopt.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/clock.h"
#include "base/mailbox.h"
#include "base/name.h"
#include "base/near.h"
#include "base/text.h"
#include "cli/option_table.h"

#define RETRY_DELAY 30
#define LONG_BASE 1000 /* getopt's values for options without a letter */

void
options_complain(struct option_error *error, const char *what,
    const char *value, const char *why)
{
	struct arena *arena = arena_new();
	char *shown =
	    arena == NULL ? NULL : text_printable_str(arena, value, 100);

	if (value == NULL)
		snprintf(error->text, sizeof(error->text), "%s: %s", what, why);
	else
		snprintf(error->text, sizeof(error->text), "%s \"%s\": %s",
		    what, shown == NULL ? "" : shown, why);
	arena_unref(arena);
}

static bool
complain(struct option_error *error, const char *what, const char *value,
    const char *why)
{
	options_complain(error, what, value, why);
	return false;
}

static bool
take_number(const struct option_spec *spec, const char *text, long *value,
    struct option_error *error)
{
	char range[80], *end;
	long number;

	errno = 0;
	number = strtol(text, &end, 10);
	if (errno == 0 && end != text && *end == '\0' && text[0] >= '0' &&
	    text[0] <= '9' && number >= spec->least && number <= spec->most) {
		*value = number;
		return true;
	}
	snprintf(range, sizeof(range), "must be a number from %ld to %ld",
	    spec->least, spec->most);
	return complain(error, spec->name, text, range);
}

static bool
take_share(const struct option_spec *spec, const char *text,
    struct share *share, struct option_error *error)
{
	size_t len = strlen(text);
	struct option_spec percent = *spec;
	struct share taken = { 0 };
	char digits[4];

	if (len < 2 || text[len - 1] != '%' || len > sizeof(digits)) {
		if (!take_number(spec, text, &taken.days, error))
			return false;
	} else {
		memcpy(digits, text, len - 1);
		digits[len - 1] = '\0';
		percent.least = 1;
		percent.most = 99;
		if (!take_number(&percent, digits, &taken.percent, error))
			return false;
	}
	*share = taken;
	return true;
}

static bool
is_choice(const char *choices, const char *text)
{
	size_t len = strlen(text);

	for (const char *at = choices; at != NULL;) {
		const char *bar = strchr(at, '|');
		size_t n = bar == NULL ? strlen(at) : (size_t)(bar - at);

		if (n == len && memcmp(at, text, len) == 0)
			return true;
		at = bar == NULL ? NULL : bar + 1;
	}
	return false;
}

static bool
take_name(const struct option_spec *spec, const char *text, const char **value,
    struct option_error *error)
{
	struct arena *arena = arena_new();
	const char *why = "out of memory";
	char *inside;
	bool valid = arena != NULL &&
	    (text[0] == '[' ? name_unbracket(arena, text, &inside, &why)
			    : name_parse(arena, text, &why) != NULL);

	arena_unref(arena);
	if (!valid)
		return complain(error, spec->name, text, why);
	*value = text;
	return true;
}

static bool
take_mailbox(const struct option_spec *spec, const char *text,
    const char **value, struct option_error *error)
{
	const char *why;

	/* The null sender receives nothing. */
	if (!(spec->offset == AT(from) && mailbox_is_null(text)) &&
	    !mailbox_check(text, &why))
		return complain(error, spec->name, text, why);
	*value = text;
	return true;
}

static bool
take_text(struct text_list *list, const char *text)
{
	const char **texts =
	    realloc(list->texts, (list->n + 1) * sizeof(*texts));

	if (texts == NULL)
		return false;
	texts[list->n++] = text;
	list->texts = texts;
	return true;
}

static bool
take_value(const struct option_spec *spec, const char *text, int64_t now,
    struct settings *settings, struct option_error *error)
{
	void *value = (char *)settings + spec->offset;

	if (spec->argument != NULL && *text == '\0')
		return complain(error, spec->name, NULL, "the value is empty");
	switch (spec->kind) {
	case KIND_FLAG:
		*(bool *)value = true;
		return true;
	case KIND_COUNT:
		++*(int *)value;
		return true;
	case KIND_NUMBER:
		return take_number(spec, text, value, error);
	case KIND_SHARE:
		return take_share(spec, text, value, error);
	case KIND_TEXT:
		*(const char **)value = text;
		return true;
	case KIND_NAME:
		return take_name(spec, text, value, error);
	case KIND_MAILBOX:
		return take_mailbox(spec, text, value, error);
	case KIND_CHOICE:
		*(const char **)value = text;
		return is_choice(spec->argument, text) ||
		    complain(error, spec->name, text, spec->argument);
	case KIND_TIME:
		return clock_parse(text, now, value) ||
		    complain(error, spec->name, text,
			"write 2026-12-31T00:00:00Z, 2026-12-31 or +14d");
	case KIND_LIST:
		return take_text(value, text) ||
		    complain(error, spec->name, NULL, "out of memory");
	}
	return false;
}

/* Heeded or not. */
static bool
is_taken(const struct option_spec *spec, unsigned command)
{
	return (spec->commands & (command | UNHEEDED(command))) != 0;
}

/* Fills getopt's tables for one command. */
static void
getopt_tables(unsigned command, struct option *longs, char *shorts)
{
	*shorts++ = ':';
	for (size_t i = 0; i < n_option_specs; i++) {
		const struct option_spec *spec = &option_specs[i];

		if (!is_taken(spec, command))
			continue;
		*longs++ = (struct option) {
			.name = spec->name,
			.has_arg = spec->argument != NULL,
			.val = LONG_BASE + (int)i,
		};
		if (spec->letter != 0) {
			*shorts++ = spec->letter;
			if (spec->argument != NULL)
				*shorts++ = ':';
		}
	}
	*longs = (struct option) { 0 };
	*shorts = '\0';
}

static const struct option_spec *
find_spec(unsigned command, int value)
{
	if (value >= LONG_BASE)
		return &option_specs[value - LONG_BASE];
	for (size_t i = 0; i < n_option_specs; i++) {
		const struct option_spec *spec = &option_specs[i];

		if (is_taken(spec, command) && spec->letter != 0 &&
		    spec->letter == value)
			return spec;
	}
	return NULL;
}

/* "--jsn" is near to --json. */
static bool
complain_unknown(unsigned command, const char *what, struct option_error *error)
{
	char why[100];
	const char *nearest;
	struct near near;

	near_begin(&near, what + strspn(what, "-"));
	for (size_t i = 0; i < n_option_specs; i++) {
		if ((option_specs[i].commands & command) != 0)
			near_try(&near, option_specs[i].name);
	}
	nearest = strncmp(what, "--", 2) == 0 ? near_found(&near, 1) : NULL;
	snprintf(why, sizeof(why), "there is no such option%s%s%s",
	    nearest == NULL ? "" : "; did you mean --",
	    nearest == NULL ? "" : nearest, nearest == NULL ? "" : "?");
	return complain(error, "option", what, why);
}

bool
options_parse(unsigned command, int argc, char **argv, int64_t now,
    struct settings *settings, int *first_operand, struct option_error *error)
{
	struct option longs[OPTION_SPECS_MAX + 1];
	char shorts[2 * OPTION_SPECS_MAX + 2], letter[3] = "-?";
	int value;

	getopt_tables(command, longs, shorts);
	settings->retry_delay = RETRY_DELAY;
	opterr = 0;
	optind = 0;
	while ((value = getopt_long(argc, argv, shorts, longs, NULL)) != -1) {
		const struct option_spec *spec;

		if (value == '?' || value == ':') {
			const char *what = argv[optind - 1];

			if (optopt > 0 && optopt < LONG_BASE) {
				letter[1] = (char)optopt;
				what = letter;
			}
			if (value == '?' && optopt < LONG_BASE)
				return complain_unknown(command, what, error);
			return complain(error, "option", what,
			    value == ':' ? "it needs a value"
					 : "it takes no value");
		}
		spec = find_spec(command, value);
		if (!take_value(spec, optarg, now, settings, error))
			return false;
	}
	if (settings->ipv4 && settings->ipv6)
		return complain(
		    error, "options -4 and -6", NULL, "only one of them");
	if (settings->key != NULL && settings->cert == NULL)
		return complain(error, "key", NULL, "it needs --cert");
	if ((settings->from == NULL) != (settings->to == NULL))
		return complain(error, "options --from and --to", NULL,
		    "one needs the other");
	*first_operand = optind;
	return true;
}

void
options_finish(struct settings *settings)
{
	struct text_list *lists[] = { &settings->resolvers, &settings->records,
		&settings->references, &settings->listens,
		&settings->http_hosts, &settings->socketmaps,
		&settings->domains, &settings->domain_files, &settings->hosts,
		&settings->chains, &settings->key_files, &settings->next_keys,
		&settings->requests, &settings->lives };

	for (size_t i = 0; i < sizeof(lists) / sizeof(lists[0]); i++) {
		free(lists[i]->texts);
		*lists[i] = (struct text_list) { .texts = NULL };
	}
}

/* Prints words from column 30 on, 78 wide. */
static void
put_help(FILE *out, int column, const char *text)
{
	enum { INDENT = 30, WIDTH = 78 };

	if (column > INDENT - 2) {
		fputc('\n', out);
		column = 0;
	}
	while (*text != '\0') {
		int len = (int)strcspn(text, " ");

		if (column > INDENT && column + 1 + len > WIDTH) {
			fputc('\n', out);
			column = 0;
		}
		if (column < INDENT)
			column += fprintf(out, "%*s", INDENT - column, "");
		else
			column += fprintf(out, " ");
		column += fprintf(out, "%.*s", len, text);
		text += len;
		text += strspn(text, " ");
	}
	fputc('\n', out);
}

void
options_usage(unsigned command, FILE *out)
{
	const char *group = NULL;

	for (size_t i = 0; i < n_option_specs; i++) {
		const struct option_spec *spec = &option_specs[i];
		int column;

		if (spec->group != NULL)
			group = spec->group;
		if ((spec->commands & command) == 0)
			continue;
		if (group != NULL)
			fprintf(out, "\n%s:\n", group);
		group = NULL;
		if (spec->letter != 0)
			column = fprintf(
			    out, "  -%c, --%s", spec->letter, spec->name);
		else
			column = fprintf(out, "      --%s", spec->name);
		if (spec->argument != NULL)
			column += fprintf(out, " %s", spec->argument);
		put_help(out, column, spec->help);
	}
}

void
options_list(unsigned command, FILE *out)
{
	for (size_t i = 0; i < n_option_specs; i++) {
		if ((option_specs[i].commands & command) != 0)
			fprintf(out, "--%s\n", option_specs[i].name);
	}
}

void
options_each_key(unsigned command,
    void (*fn)(const char *name, bool is_list, bool is_flag, void *arg),
    void *arg)
{
	for (size_t i = 0; i < n_option_specs; i++) {
		const struct option_spec *spec = &option_specs[i];

		if ((spec->commands & command) != 0 &&
		    spec->offset != AT(help) && spec->offset != AT(version) &&
		    spec->offset != AT(config_file))
			fn(spec->name, spec->kind == KIND_LIST,
			    spec->kind == KIND_FLAG || spec->kind == KIND_COUNT,
			    arg);
	}
}
