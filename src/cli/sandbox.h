/* SPDX-License-Identifier: ISC */
/*
 * sandbox.h - a daemon gives away what it needs no more (Landlock).
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

/*
 * From now on this process starts no program, traces none, signals none but
 * itself, and writes, makes and removes no file, but for sockets in the
 * folders of unlink. It reads what belongs to the system (/etc, /usr, /run and
 * the like) and the folders of the files named; others it cannot even open.
 * NULL: all of that holds. Else one line on what does not; static.
 */
const char *sandbox_enter(const char *const *files, size_t n_files,
    const char *const *unlink, size_t n_unlink);
