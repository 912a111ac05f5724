/* SPDX-License-Identifier: ISC */
/*
 * lack.h - what OpenSSL lacks is counted, too (base/lack.h).
 *
 * Its own notes of that are often gone by the time it returns, so it is given
 * functions to allocate with that count what they could not give.
 */
#pragma once

#include <stdbool.h>

#include "base/lack.h"

/* Before OpenSSL allocates anything. Who sees to its memory himself is left
 * to do so: then OpenSSL's notes are all there is. */
void tls_lack_watch(void);
/* Does this note of OpenSSL's tell of a lack? */
bool tls_is_lack(unsigned long code);
/* Does the first or the last one? Counts it, and leaves the notes. */
bool tls_lack_look(void);
