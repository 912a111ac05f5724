/* SPDX-License-Identifier: ISC */
/*
 * progress.h - on a terminal, what a check that takes long is waiting for.
 */
#pragma once

#include <danelaw.h>

struct progress;

/*
 * Begins to write to stderr after a second, if that is a terminal; else
 * returns NULL, which the other calls take.
 */
struct progress *progress_new(
    struct event_base *base, const struct danelaw_engine *engine);
/* Takes its line off the terminal, before something else is printed. */
void progress_clear(struct progress *progress);
void progress_free(struct progress *progress);
