/* SPDX-License-Identifier: ISC */
/*
 * Each line of the file is read as the option that it names, so that there
 * is one parser of values, and what it complains about belongs to that line.
 * When all of them are known to be good they are read once more, in one go,
 * with the arguments behind them, which so come on top.
 */
#include "cli/serve_settings.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "cli/cli.h"
#include "scan/seen.h"
#include "serve/config.h"

#define KEYS_MAX 100

struct reading {
	struct serve_settings *settings;
	int64_t now;
	struct option_error *error;
	struct config_key keys[KEYS_MAX + 1];
	size_t n_keys;
	struct seen *seen;  /* domains */
	const char **words; /* options from the file; in the arena */
	size_t n_words;
};

static bool
say(struct reading *reading, const char *text)
{
	snprintf(reading->error->text, sizeof(reading->error->text), "%s",
	    text == NULL ? "out of memory" : text);
	return false;
}

static void
add_key(const char *name, bool is_list, bool is_flag, void *arg)
{
	struct reading *reading = arg;

	if (reading->n_keys < KEYS_MAX)
		reading->keys[reading->n_keys++] = (struct config_key) {
			.name = name,
			.is_list = is_list,
			.is_flag = is_flag,
		};
}

/* All of it, but no more than CONFIG_FILE_MAX bytes. */
static bool
slurp(struct reading *reading, const char *path, struct buf *out)
{
	char bytes[16384];
	FILE *file = fopen(path, "re");
	size_t n;

	buf_init(out, CONFIG_FILE_MAX);
	if (file == NULL) {
		options_complain(
		    reading->error, "config", path, strerror(errno));
		return false;
	}
	while ((n = fread(bytes, 1, sizeof(bytes), file)) > 0 &&
	    buf_add(out, bytes, n)) {
	}
	if (ferror(file))
		options_complain(
		    reading->error, "config", path, strerror(errno));
	else if (buf_failed(out))
		options_complain(
		    reading->error, "config", path, "the file is too big");
	n = (size_t)(ferror(file) || buf_failed(out));
	fclose(file);
	return n == 0;
}

static bool
take_item(
    struct reading *reading, const char *name, const struct config_item *item)
{
	struct arena *arena = reading->settings->arena;
	struct option_error error = { "" };
	char *words[] = { (char *)"serve", NULL, NULL };
	int first;

	if (item->key->is_flag && !item->yes)
		return true;
	words[1] = item->key->is_flag
	    ? arena_printf(arena, "--%s", item->key->name)
	    : arena_printf(arena, "--%s=%s", item->key->name, item->value);
	if (words[1] == NULL ||
	    !arena_push_text(
		arena, &reading->words, &reading->n_words, words[1]))
		return say(reading, NULL);
	if (options_parse(COMMAND_SERVE, 2, words, reading->now,
		&reading->settings->options, &first, &error))
		return true;
	return say(reading, config_error(arena, name, item, error.text));
}

static bool
take_file(struct reading *reading, const char *path)
{
	struct arena *arena = reading->settings->arena;
	struct config_file file = { .items = NULL };
	const char *why = NULL;
	struct buf bytes;
	bool taken = slurp(reading, path, &bytes);

	if (!taken)
		goto done;
	taken = config_parse(arena, path, buf_text(&bytes), bytes.len,
	    reading->keys, &file, &why);
	if (!taken)
		say(reading, why);
	/* A key wants its certificate, whichever stands first. */
	for (size_t i = 0; taken && i < 2 * file.n_items; i++) {
		const struct config_item *item = &file.items[i % file.n_items];
		bool is_cert = strcmp(item->key->name, "cert") == 0;

		if (is_cert == (i < file.n_items))
			taken = take_item(reading, path, item);
	}
done:
	buf_finish(&bytes);
	return taken;
}

/* Each is watched once, however often it is named. */
static bool
add_domain(struct reading *reading, const struct nexthop *hop)
{
	struct serve_settings *settings = reading->settings;
	struct arena *arena = settings->arena;
	char *key = arena_printf(arena, "%s %u", hop->domain, hop->port);
	struct nexthop *added;

	switch (key == NULL ? SEEN_NO_MEMORY
			    : seen_add(reading->seen, key, strlen(key))) {
	case SEEN_BEFORE:
		return true;
	case SEEN_NO_MEMORY:
		return false;
	case SEEN_NEW:
		break;
	}
	added = ARENA_PUSH(arena, settings->domains, settings->n_domains);
	if (added == NULL)
		return false;
	*added = *hop;
	return true;
}

static bool
take_domains(struct reading *reading)
{
	const struct text_list *list = &reading->settings->options.domains;

	for (size_t i = 0; i < list->n; i++) {
		const char *text = list->texts[i], *why = NULL;
		struct nexthop hop;

		if (!nexthop_parse(reading->settings->arena, text, strlen(text),
			&hop, &why)) {
			options_complain(reading->error, "domain", text, why);
			return false;
		}
		if (!add_domain(reading, &hop))
			return say(reading, NULL);
	}
	return true;
}

static bool
take_domain_list(struct reading *reading, const char *path)
{
	struct arena *arena = reading->settings->arena;
	struct config_file file = { .items = NULL };
	const char *why = NULL;
	struct buf bytes;
	bool taken = slurp(reading, path, &bytes);

	if (!taken)
		goto done;
	taken = config_parse_list(
	    arena, path, buf_text(&bytes), bytes.len, &file, &why);
	if (!taken)
		say(reading, why);
	for (size_t i = 0; taken && i < file.n_items; i++) {
		const struct config_item *item = &file.items[i];
		struct nexthop hop;

		taken = nexthop_parse(
		    arena, item->value, strlen(item->value), &hop, &why);
		if (!taken)
			say(reading, config_error(arena, path, item, why));
		else if (!add_domain(reading, &hop))
			taken = say(reading, NULL);
	}
done:
	buf_finish(&bytes);
	return taken;
}

static bool
take_words(struct reading *reading, int argc, char **argv)
{
	struct settings *options = &reading->settings->options;
	int first;

	options_finish(options);
	*options = (struct settings) { 0 };
	if (!options_parse(COMMAND_SERVE, argc, argv, reading->now, options,
		&first, reading->error))
		return false;
	if (first < argc) {
		options_complain(reading->error, "argument", argv[first],
		    "serve takes none");
		return false;
	}
	return true;
}

/* The words of the file come behind argv[0]. */
static bool
take_all_words(struct reading *reading, int argc, char **argv)
{
	size_t n = (size_t)argc + reading->n_words;
	char **words = calloc(n + 1, sizeof(*words));
	bool taken;

	if (words == NULL)
		return say(reading, NULL);
	words[0] = argv[0];
	for (size_t i = 0; i < reading->n_words; i++)
		words[1 + i] = (char *)reading->words[i];
	for (int i = 1; i < argc; i++)
		words[reading->n_words + (size_t)i] = argv[i];
	taken = take_words(reading, (int)n, words);
	free(words);
	return taken;
}

static bool
read_all(struct reading *reading, int argc, char **argv)
{
	struct settings *options = &reading->settings->options;
	const char *path;

	if (!take_words(reading, argc, argv))
		return false;
	if (options->help || options->version)
		return true;
	path = options->config_file;
	if (path != NULL) {
		options_finish(options);
		*options = (struct settings) { 0 };
		if (!take_file(reading, path) ||
		    !take_all_words(reading, argc, argv))
			return false;
	}
	if (!take_domains(reading))
		return false;
	for (size_t i = 0; i < options->domain_files.n; i++) {
		if (!take_domain_list(reading, options->domain_files.texts[i]))
			return false;
	}
	return true;
}

struct serve_settings *
serve_settings_read(
    int argc, char **argv, int64_t now, struct option_error *error)
{
	struct serve_settings *settings = calloc(1, sizeof(*settings));
	struct reading reading = {
		.settings = settings, .now = now, .error = error
	};
	struct fingerprint_secret secret;
	bool taken;

	if (fingerprint_secret_make(&secret))
		reading.seen = seen_new(&secret);
	if (reading.seen == NULL || settings == NULL ||
	    (settings->arena = arena_new()) == NULL) {
		say(&reading, NULL);
		seen_free(reading.seen);
		free(settings);
		return NULL;
	}
	options_each_key(COMMAND_SERVE, add_key, &reading);
	taken = read_all(&reading, argc, argv);
	seen_free(reading.seen);
	if (taken)
		return settings;
	serve_settings_free(settings);
	return NULL;
}

/* All that a result depends on; a line holds one text, which has no end of
 * line in it that matters. */
static void
describe(const struct settings *options, struct buf *out)
{
	const char *texts[] = { options->tls, options->helo, options->certs,
		options->trust_anchor, options->root_hints, options->cert,
		options->key, options->cafile, options->capath };

	buf_printf(out,
	    "%ld %ld %ld %ld %ld %ld %ld %ld %lld %ld %ld %d%d%d%d%d%d\n",
	    options->port, options->connect_port, options->timeout,
	    options->expiry.days, options->expiry.percent, options->rrsig_hours,
	    options->retries, options->retry_delay, (long long)options->at,
	    options->max_addresses, options->max_host_addresses, options->ipv4,
	    options->ipv6, options->system_resolver, options->require_dane,
	    options->pkix, options->allow_private);
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		buf_printf(out, "%s\n", texts[i] == NULL ? "" : texts[i]);
	for (size_t i = 0; i < options->resolvers.n; i++)
		buf_printf(out, "%s\n", options->resolvers.texts[i]);
}

bool
serve_settings_alike(
    const struct serve_settings *a, const struct serve_settings *b)
{
	struct buf one, two;
	bool alike;

	buf_init(&one, 0);
	buf_init(&two, 0);
	describe(&a->options, &one);
	describe(&b->options, &two);
	alike = !buf_failed(&one) && !buf_failed(&two) &&
	    strcmp(buf_text(&one), buf_text(&two)) == 0;
	buf_finish(&one);
	buf_finish(&two);
	return alike;
}

void
serve_settings_free(struct serve_settings *settings)
{
	if (settings == NULL)
		return;
	options_finish(&settings->options);
	arena_unref(settings->arena);
	free(settings);
}
