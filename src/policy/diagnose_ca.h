/* SPDX-License-Identifier: ISC */
/*
 * diagnose_ca.h - what is to be said of records that name issuers of Let's
 * Encrypt, for the files behind diagnose.h.
 */
#pragma once

#include "policy/diagnose_kit.h"
#include "policy/known_ca.h"

/* Those that the records of the host name and is() is true of: "R10, E5". */
const char *ca_named(const struct exam *exam, const struct danelaw_host *host,
    bool (*is)(const struct known_ca *ca));
/*
 * 2 1 1 of all that issue for the key of a certificate which Let's Encrypt
 * issued: zone lines, and the end of a sentence that offers them. Nothing and
 * "" for other certificates.
 */
void ca_publish(const struct exam *exam, struct danelaw_finding *finding,
    const struct danelaw_host *host, const struct danelaw_cert *leaf);
const char *ca_offer(const struct exam *exam, const struct danelaw_cert *leaf);

void diagnose_ca(struct exam *exam);
