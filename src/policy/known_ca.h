/* SPDX-License-Identifier: ISC */
/*
 * known_ca.h - issuers known by the SHA-256 digests of their public keys,
 * from their own publications.
 */
#ifndef POLICY_KNOWN_CA_H
#define POLICY_KNOWN_CA_H

#include <danelaw_report.h>

struct known_ca {
	const char *spki, *name;
	const char *cn; /* as it stands in "issuer" */
	bool retired;   /* no longer issues */
};

/* By a 2 1 1 record; NULL: it is none of them. */
const struct known_ca *known_ca_find(const struct danelaw_record *record);

#endif
