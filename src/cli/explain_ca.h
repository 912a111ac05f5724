/* SPDX-License-Identifier: ISC */
/*
 * explain_ca.h - what danelaw explain tells of public issuers.
 */
#ifndef CLI_EXPLAIN_CA_H
#define CLI_EXPLAIN_CA_H

#include "base/arena.h"
#include "report/explain.h"

/* The word to ask for them. */
#define EXPLAIN_CA "lets-encrypt"

/* False: out of memory. */
bool explain_ca(struct arena *arena, struct explain_answer *answer);

#endif
