/* SPDX-License-Identifier: ISC */
/*
 * serve_settings.h - the options of serve, from its file and its arguments.
 */
#pragma once

#include <stdbool.h>

#include "base/arena.h"
#include "cli/options.h"
#include "serve/nexthop.h"

struct serve_settings {
	struct arena *arena; /* holds all text from files */
	struct settings options;
	struct nexthop *domains; /* to be watched; distinct */
	size_t n_domains;
};

/*
 * Reads the arguments and the file that they name, if any. NULL: see error.
 * help and version are for the caller to look at, first then. now as for
 * options_parse().
 */
struct serve_settings *serve_settings_read(
    int argc, char **argv, int64_t now, struct option_error *error);
/* Would a check end alike with both? Files are compared by their names. */
bool serve_settings_alike(
    const struct serve_settings *a, const struct serve_settings *b);
void serve_settings_free(struct serve_settings *settings); /* NULL is fine */
