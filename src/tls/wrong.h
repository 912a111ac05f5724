/* SPDX-License-Identifier: ISC */
/*
 * wrong.h - digests of something else than a certificate or its key: what
 * recipes with "openssl ... | sha256sum" give where one of the steps fails or
 * is left out.
 */
#pragma once

#include "tls/match.h"

/*
 * Names what a record's data is the digest of, in the results of records that
 * describe no certificate of the chain; chain may be NULL. False: no memory.
 */
bool wrong_fill(const struct tls_chain *chain,
    const struct match_question *question, struct match_answer *answer);
