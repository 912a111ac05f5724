/* SPDX-License-Identifier: ISC */
/*
 * wired.h - evidence, sent to another process and back.
 */
#ifndef TESTS_PROBE_WIRED_H
#define TESTS_PROBE_WIRED_H

#include "probe/probe.h"

/*
 * Takes evidence and returns what a reader makes of its bytes, which must be
 * the same in every field. Each beginning of the bytes must be refused.
 */
struct evidence *wired(struct evidence *evidence);

#endif
