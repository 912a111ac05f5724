/* SPDX-License-Identifier: ISC */
/*
 * text.h - bytes from elsewhere, made fit to be read.
 *
 * Everything a peer sent passes through here on its way into the report
 * tree, once; nothing behind the tree needs to escape for a terminal.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct arena;

/*
 * Printable ASCII stays, a backslash is doubled, any other byte becomes
 * \xNN. No more than max characters; what is cut off ends in "...".
 */
char *text_printable(
    struct arena *arena, const void *bytes, size_t len, size_t max);
/* The same for a NUL-terminated string; NULL in, NULL out. */
char *text_printable_str(struct arena *arena, const char *text, size_t max);

/* Lower-case hex, 2 * len characters. */
char *text_hex(struct arena *arena, const uint8_t *bytes, size_t len);
/*
 * Reads hex digits of either case. White space between digits is passed
 * over. False, and nothing changed, where text holds anything else, an odd
 * number of digits, or more than max bytes.
 */
bool text_unhex(const char *text, uint8_t *bytes, size_t max, size_t *len);
