/* SPDX-License-Identifier: ISC */
#include "dns/settings.h"

#include <string.h>

#include "base/text.h"
#include "dns/files.h"

#define SHOWN 200

/* What a person wrote, fit to be shown. */
static const char *
show(struct arena *arena, const char *text)
{
	const char *shown = text_printable_str(arena, text, SHOWN);

	return shown == NULL ? "?" : shown;
}

static enum resolver_err
add_forwarders(struct arena *arena, struct settings *settings,
    const struct resolver_config *config, const char **why)
{
	for (size_t i = 0; i < config->n_forwarders; i++) {
		const char *place = config->forwarders[i];

		if (!upstream_is_place(place)) {
			*why = arena_printf(arena,
			    "the resolver \"%s\" is no address, nor an "
			    "address with @ and a port",
			    show(arena, place));
			return RESOLVER_EINVAL;
		}
		if (!arena_push_text(arena, &settings->forwarders,
			&settings->n_forwarders, arena_strdup(arena, place)))
			return RESOLVER_ENOMEM;
	}
	return RESOLVER_OK;
}

static enum resolver_err
add_system(struct arena *arena, struct settings *settings, const char **why)
{
	const char **places, *wrong;
	size_t n;

	if (!file_read_resolv_conf(
		arena, settings->resolv_conf, &places, &n, &wrong)) {
		*why = arena_printf(arena, "the file \"%s\" %s",
		    show(arena, settings->resolv_conf), wrong);
		return RESOLVER_EFILE;
	}
	for (size_t i = 0; i < n; i++)
		arena_push_text(arena, &settings->forwarders,
		    &settings->n_forwarders, places[i]);
	return RESOLVER_OK;
}

enum resolver_err
settings_read(struct arena *arena, const struct resolver_config *config,
    struct settings *settings, const char **why)
{
	enum resolver_err err;
	const char *wrong;

	*settings = (struct settings) {
		.at = config->at,
		.window = config->window,
		.memory = config->memory,
		.public_only = config->public_only,
		.system = config->system,
		.root_hints = arena_strdup(arena, config->root_hints),
		.resolv_conf = arena_strdup(arena,
		    config->resolv_conf == NULL ? "/etc/resolv.conf"
						: config->resolv_conf),
	};
	if (arena_failed(arena))
		return RESOLVER_ENOMEM;
	if (config->trust_anchor == NULL) {
		if (!anchors_find(arena, NULL, 0, &settings->anchors))
			return RESOLVER_ENOMEM;
	} else if (!anchors_read(
		       arena, config->trust_anchor, &settings->anchors, why)) {
		return RESOLVER_EANCHOR;
	}
	err = add_forwarders(arena, settings, config, why);
	if (err == RESOLVER_OK && config->system)
		err = add_system(arena, settings, why);
	if (err != RESOLVER_OK)
		return err;
	if (config->root_hints != NULL &&
	    !file_read_hints(arena, config->root_hints, &settings->roots,
		&settings->n_roots, &wrong)) {
		*why = arena_printf(arena, "the root hints file \"%s\" %s",
		    show(arena, config->root_hints), wrong);
		return RESOLVER_EFILE;
	}
	return arena_failed(arena) ? RESOLVER_ENOMEM : RESOLVER_OK;
}

bool
settings_can_fall_back(struct arena *arena, const struct settings *settings)
{
	struct settings copy = *settings;

	return settings_fall_back(arena, &copy);
}

bool
settings_fall_back(struct arena *arena, struct settings *settings)
{
	const char **places, *why;
	size_t n;

	if (settings->n_forwarders > 0 ||
	    !file_read_resolv_conf(
		arena, settings->resolv_conf, &places, &n, &why))
		return false;
	settings->forwarders = places;
	settings->n_forwarders = n;
	settings->fell_back = true;
	return true;
}

static bool
are_alike(const struct settings *settings, const char *const *places, size_t n)
{
	if (settings->n_forwarders != n)
		return false;
	for (size_t i = 0; i < n; i++) {
		if (strcmp(settings->forwarders[i], places[i]) != 0)
			return false;
	}
	return true;
}

bool
settings_reread(struct arena *arena, struct settings *settings)
{
	struct arena *read = arena_new();
	const char **places, *why, **kept = NULL;
	size_t n, n_kept = 0;
	bool changed = false;

	if (read == NULL ||
	    !file_read_resolv_conf(
		read, settings->resolv_conf, &places, &n, &why) ||
	    are_alike(settings, places, n))
		goto done;
	for (size_t i = 0; i < n; i++) {
		if (!arena_push_text(
			arena, &kept, &n_kept, arena_strdup(arena, places[i])))
			goto done;
	}
	settings->forwarders = kept;
	settings->n_forwarders = n_kept;
	changed = true;
done:
	arena_unref(read);
	return changed;
}

void
settings_restore(struct settings *settings)
{
	if (!settings->fell_back)
		return;
	settings->fell_back = false;
	settings->forwarders = NULL;
	settings->n_forwarders = 0;
}

const char *
settings_servers(struct arena *arena, const struct settings *settings)
{
	const char *const *places = settings->forwarders;
	size_t n = settings->n_forwarders;
	const char *text = n == 0 ? "the root servers" : places[0];

	for (size_t i = 1; i < n && text != NULL; i++)
		text = arena_printf(arena, "%s%s%s", text,
		    i + 1 == n ? " and " : ", ", places[i]);
	return text == NULL ? "?" : text;
}

struct upstream_config
settings_upstream(const struct settings *settings)
{
	return (struct upstream_config) {
		.forwarders = settings->forwarders,
		.n_forwarders = settings->n_forwarders,
		.root_hints = settings->root_hints,
		.anchors = &settings->anchors,
		.at = settings->at,
		.window = settings->window,
		.memory = settings->memory,
		/* Forwarders are asked and nobody else. */
		.public_only =
		    settings->public_only && settings->n_forwarders == 0,
		.spared = settings->roots,
		.n_spared = settings->n_roots,
		/* Who names servers may well have such zones there. */
		.ask_special = !settings->fell_back &&
		    (settings->n_forwarders > 0 ||
			settings->root_hints != NULL),
	};
}

const char *
settings_words(struct arena *arena, const struct settings *settings)
{
	const char *words, *from = "";

	if (settings->n_forwarders == 0) {
		if (settings->root_hints != NULL)
			from = arena_printf(arena, " by the hints in %s",
			    show(arena, settings->root_hints));
		words = arena_printf(arena,
		    "own recursion from the root%s, trust anchor %s",
		    from == NULL ? "" : from, settings->anchors.source);
	} else {
		if (settings->system || settings->fell_back)
			from = arena_printf(arena, ", named in %s%s",
			    show(arena, settings->resolv_conf),
			    settings->fell_back
				? ", because no root server answers"
				: "");
		words =
		    arena_printf(arena, "forwarding to %s%s; trust anchor %s",
			settings_servers(arena, settings),
			from == NULL ? "" : from, settings->anchors.source);
	}
	return words == NULL ? "out of memory" : words;
}
