/* SPDX-License-Identifier: ISC */
/*
 * diagnose.h - findings, from the finished tree alone.
 *
 * Pure. One file per group of the catalogue: diagnose_dns.c, _tlsa.c,
 * _cert.c, _smtp.c, _ops.c.
 */
#ifndef POLICY_DIAGNOSE_H
#define POLICY_DIAGNOSE_H

#include "model/tree.h"

struct diagnose_options {
	bool require_dane;
};

/* Adds all findings; to be called once, before verdict_fill(). */
void diagnose(struct tree *tree, const struct diagnose_options *options);

#endif
