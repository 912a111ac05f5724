/* SPDX-License-Identifier: ISC */
/*
 * lack.h - did this process lack memory, files or random numbers?
 *
 * What a library had no memory to find out, it may tell of a domain: to
 * OpenSSL a certificate whose signature it could not verify is not signed, to
 * libunbound an answer is bogus. So all that was lacking is counted here, and
 * what was found out meanwhile is not told of anybody. This one number is the
 * process's, as its memory is.
 */
#pragma once

/* All that was lacking so far, in any thread. */
unsigned long lack_count(void);
void lack_note(void);
