/* SPDX-License-Identifier: ISC */
/*
 * settings.h - how to resolve: as configured, or after the fall-back.
 */
#pragma once

#include "dns/anchor.h"
#include "dns/resolver.h"
#include "dns/upstream.h"

struct settings {
	struct anchors anchors;
	const char **forwarders; /* none: from the root */
	size_t n_forwarders;
	const char *resolv_conf, *root_hints;
	bool system;    /* the forwarders are from resolv_conf */
	bool fell_back; /* so are these, in place of the root servers */
	int64_t at;
	unsigned window, memory;
	bool public_only;
	const char **roots; /* of the hints */
	size_t n_roots;
};

/*
 * Reads the files. *why becomes a sentence without the full stop. All
 * strings, here and below, live in the arena.
 */
enum resolver_err settings_read(struct arena *arena,
    const struct resolver_config *config, struct settings *settings,
    const char **why);

/* Is there a second choice, should no root server answer? */
bool settings_can_fall_back(
    struct arena *arena, const struct settings *settings);
/* Takes it. False: there is none, and nothing is changed. */
bool settings_fall_back(struct arena *arena, struct settings *settings);
/*
 * What resolv.conf names now, where it can be read; false where it names what
 * it did. Each change takes some memory from the arena.
 */
bool settings_reread(struct arena *arena, struct settings *settings);
/* Back to what was configured. */
void settings_restore(struct settings *settings);

/* What they are for the library below; borrows from them. */
struct upstream_config settings_upstream(const struct settings *settings);

/* For resolver_words(). Never NULL. */
const char *settings_words(
    struct arena *arena, const struct settings *settings);
/* "the root servers", or "192.0.2.1 and 192.0.2.2". Never NULL. */
const char *settings_servers(
    struct arena *arena, const struct settings *settings);
