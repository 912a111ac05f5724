/* SPDX-License-Identifier: ISC */
/*
 * seen.h - which texts were there before; 19 to 37 bytes each, whatever
 * their length.
 *
 * Pure. A set of fingerprints: with a secret key, two texts are taken for
 * one with a probability below 2^-80 among a hundred million.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/fingerprint.h"

struct seen;

enum seen_answer {
	SEEN_NO_MEMORY = 0, /* it was not there, and is not there now */
	SEEN_NEW,
	SEEN_BEFORE,
};

struct seen *seen_new(const struct fingerprint_secret *secret);
void seen_free(struct seen *seen); /* NULL is fine */
enum seen_answer seen_add(struct seen *seen, const char *text, size_t len);
bool seen_has(const struct seen *seen, const char *text, size_t len);
size_t seen_count(const struct seen *seen);
/* Of memory, for tests of its growth. */
size_t seen_bytes(const struct seen *seen);
