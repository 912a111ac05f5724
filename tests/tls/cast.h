/* SPDX-License-Identifier: ISC */
/*
 * cast.h - the certificates that play in the tests, by name, and how chains
 * and TLSA records are written down with them.
 *
 * A chain is "leaf inter root". Records are "2 1 1 inter; 3 1 1 leaf~": what
 * a certificate gives under selector and matching type. "~" behind it flips
 * the last bit, "#" cuts the last byte off, "+" adds one.
 */
#ifndef TESTS_TLS_CAST_H
#define TESTS_TLS_CAST_H

#include <danelaw_report.h>

#include "base/arena.h"
#include "tls/forge.h"

struct role {
	const char *name;
	const char *issuer; /* an earlier one; NULL: itself */
	const char *key;    /* has the key of an earlier one */
	const char *signer; /* is in truth signed by this one's key */
	struct forge how;
};

struct cast {
	const struct role *roles;
	size_t n;
	struct forged *made;
};

/* Who plays in the tests of match.h. */
extern const struct role cast_roles[];
extern const size_t cast_n_roles;

void cast_init(struct cast *cast, const struct role *roles, size_t n);
void cast_finish(struct cast *cast);
/* Ends the program where nobody has this name. */
const struct forged *cast_find(const struct cast *cast, const char *name);

struct tls_chain *cast_chain(const struct cast *cast, const char *words);
/* usable as tlsa.h would have it but for the DER of matching type 0. */
struct danelaw_record *cast_records(
    const struct cast *cast, struct arena *arena, const char *words, size_t *n);
/* The bytes a record of this kind would hold. */
uint8_t *cast_data(struct arena *arena, const X509 *cert, unsigned selector,
    unsigned mtype, size_t *len);

#endif
