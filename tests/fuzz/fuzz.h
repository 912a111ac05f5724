/* SPDX-License-Identifier: ISC */
/*
 * fuzz.h - what the fuzz drivers share.
 *
 * A driver is one LLVMFuzzerTestOneInput(). With -Dfuzz=true libFuzzer calls
 * it; in every build replay_main.c does, with the corpus of testdata/fuzz. An
 * assertion that fails is a finding, as is whatever a sanitizer says.
 */
#ifndef FUZZ_FUZZ_H
#define FUZZ_FUZZ_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len);

/* A copy that ends in NUL, with no byte of room behind; to be freed. */
char *fuzz_text(const uint8_t *bytes, size_t len);
/* Ends the program if text is there and not printable ASCII. */
void fuzz_printable(const char *text);
/*
 * How many inputs were taken for what they should be; -1: the driver does not
 * count. A corpus of which nothing is taken tests nothing: it was made for a
 * format that is no more.
 */
extern long fuzz_taken;
/* Both NULL, or the same text? */
bool fuzz_same(const char *a, const char *b);

#endif
