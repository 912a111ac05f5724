/* SPDX-License-Identifier: ISC */
/*
 * input.h - a list of domains, one a line, of any length.
 *
 * Lists of hosts may be rows of the stage before (danelaw-mx/1), as long as
 * these are: each gives the hosts that it names, and as next hops in brackets.
 *
 * Pure: bytes go in as they are read, domains come out. # begins a comment;
 * blank lines, spaces around a name, CR at the end of a line and a byte order
 * mark at the beginning are nothing. What is no domain name is reported with
 * the number of its line, and the list goes on behind it.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"

#define INPUT_LINE_MAX 1024 /* bytes; longer lines are bad ones */

enum input_step {
	INPUT_MORE,   /* input_feed() more bytes, or input_end() */
	INPUT_DOMAIN, /* see text */
	INPUT_BAD,    /* see text, why and line */
	INPUT_END,
};

struct input;

struct input_item {
	uint64_t line; /* counted from 1 */
	const char
	    *text;       /* the domain as A-labels, lower case, without the
			    final dot, "[...]" for literals; of a bad line:
			    its bytes, printable and cut. Until the next call */
	const char *why; /* of a bad line; static */
};

struct input *input_new(bool hosts); /* NULL: no memory */
void input_free(struct input *input);
/* Copies. Only after INPUT_MORE. False: no memory. */
bool input_feed(struct input *input, const void *bytes, size_t len);
void input_end(struct input *input);
enum input_step input_next(struct input *input, struct input_item *item);
