/* SPDX-License-Identifier: ISC */
/*
 * explain_ca.h - what danelaw explain tells of public issuers.
 */
#pragma once

#include "base/arena.h"
#include "report/explain.h"

/* The word to ask for them. */
#define EXPLAIN_CA "lets-encrypt"

/* False: out of memory. */
bool explain_ca(struct arena *arena, struct explain_answer *answer);
