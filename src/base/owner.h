/* SPDX-License-Identifier: ISC */
/*
 * owner.h - whose a name is, as far as the Public Suffix List can tell.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

/*
 * The part of the name that somebody registered: "example.co.uk" for
 * "mx1.example.co.uk". The name itself where it is a public suffix, or an
 * address. A-labels in lower case. Borrowed from name. By the list built into
 * libpsl, not a newer one of the system, so that machines with the same
 * library agree.
 */
const char *owner_of(const char *name);

/*
 * Which of n parts the owner belongs to, 1 to n. It depends on the bytes of
 * the name alone and never changes: FNV-1a of 64 bits, mixed by the finalizer
 * of MurmurHash3, modulo n.
 */
uint32_t owner_part(const char *owner, uint32_t n);
