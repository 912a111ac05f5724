/* SPDX-License-Identifier: ISC */
/*
 * twin.h - two certificates of one name among those that a server sends, as
 * of a CA that was made again, and the wrong one of them first.
 *
 * OpenSSL builds a chain by names and key identifiers, takes the first that
 * fits and does not try another when the signature fails.
 */
#pragma once

#include <danelaw_report.h>

struct twin {
	const struct danelaw_cert *first;  /* of the right name */
	const struct danelaw_cert *signer; /* made the signature */
};

/* Whose key signed it; NULL: nobody's that was sent, or it is not known. */
const struct danelaw_cert *twin_signer(
    const struct danelaw_probe *probe, const struct danelaw_cert *cert);
/*
 * Do the signatures lead from the leaf to this anchor, and is a certificate
 * with the name of an issuer on the way sent before it?
 */
bool twin_find(const struct danelaw_probe *probe, const struct danelaw_cert *ta,
    struct twin *twin);
