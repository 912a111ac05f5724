/* SPDX-License-Identifier: ISC */
/*
 * primary.h - who takes updates of a zone, by its SOA.
 */
#ifndef CLI_PRIMARY_H
#define CLI_PRIMARY_H

#include "cli/cli.h"

struct arena;

/*
 * *server becomes the primary of the zone, in the arena. False: it was not
 * possible to look, and a complaint was made.
 */
bool primary_find(const struct settings *settings, struct arena *arena,
    const char *zone, const char **server);

#endif
