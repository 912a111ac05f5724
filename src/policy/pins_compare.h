/* SPDX-License-Identifier: ISC */
/*
 * pins_compare.h - records that are wanted against those that are published
 * and what is presented.
 *
 * Pure. What cannot be seen is never taken for unused: a record may go only
 * where every address showed what it has, and nothing fits it.
 */
#ifndef POLICY_PINS_COMPARE_H
#define POLICY_PINS_COMPARE_H

#include "base/arena.h"
#include "model/pins.h"

/*
 * Fills what host has for a host that was looked at. found: the report on it
 * alone; probed: its servers were to be asked, too. False: no memory.
 */
bool pins_compare(struct arena *arena, struct danelaw_report *found,
    bool probed, const struct pin_set *set, struct pin_host *host);
/*
 * Is what is presented a source for records? Only if all of it passes by
 * those of today: else whoever is on the way may have put it there. NULL: yes.
 */
const char *pins_distrust(
    struct arena *arena, const struct danelaw_report *found);
/* The worse of two: 2, 3, 1, 0. */
enum pin_state pins_worse(enum pin_state a, enum pin_state b);

#endif
