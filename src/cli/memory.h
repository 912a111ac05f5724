/* SPDX-License-Identifier: ISC */
/*
 * memory.h - what a daemon may have, and how it is shared out.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#define MEMORY_USUAL 512 /* MiB; MemoryMax= of the unit is an eighth more */

struct memory_shares {
	unsigned dns;   /* MiB: answers of the DNS, kept by libunbound */
	size_t results; /* bytes: reports that are kept */
	size_t checks;  /* at once */
};

/*
 * Half is for the DNS, an eighth for results. The rest is the program's, its
 * sockets' and clients', and that of the checks at work.
 */
struct memory_shares memory_share(unsigned mib);

/* Opens what memory_used() reads; -1: it cannot be had. */
int memory_open(void);
/* MiB in use; 0: nobody knows. */
unsigned memory_used(int fd);
/* Is so much in use that what is kept is to be given up? */
bool memory_is_short(unsigned used, unsigned mib);
