/* SPDX-License-Identifier: ISC */
/*
 * pkix.h - a second opinion: would the presented chain also pass where public
 * CAs are trusted, as MTA-STS and many people's habits have it?
 *
 * It has no say in what DANE decides (RFC 7672 section 3.1.3 has no PKIX
 * usages). Given only by a context that was given trust, see context.h.
 */
#pragma once

#include <danelaw_report.h>

#include "base/arena.h"
#include "tls/context.h"
#include "tls/peer.h"

struct pkix_question {
	const char *host;   /* MX host name or address; NULL: no name check */
	const char *domain; /* its name would do as well; NULL: it would not */
	int64_t at;         /* Unix time to judge by */
};

/*
 * *answer becomes NULL where the context has no trust or nothing was
 * presented. False: no memory.
 */
bool pkix_judge(struct tls_context *context, const struct tls_chain *chain,
    const struct pkix_question *question, struct arena *arena,
    struct danelaw_pkix **answer);
