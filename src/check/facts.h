/* SPDX-License-Identifier: ISC */
/*
 * facts.h - what a survey in stages has found out, as bytes.
 *
 * The first stage asks for the MX records of each domain, the second one
 * examines each host, and what both have written becomes the reports that one
 * run would have made, without a question to anybody. Only facts are written;
 * all that is judged is judged anew by whoever reads them, and what cannot be
 * read is refused as a whole.
 */
#pragma once

#include <danelaw_report.h>

#include "base/buf.h"

struct danelaw_engine;
struct domain_job;
struct tls_context;

enum stage {
	STAGE_WHOLE = 0,
	STAGE_MX,    /* look up the MX records and no host */
	STAGE_HOSTS, /* of next hops in brackets: the one host */
};

/* Before the first request: reports have facts from then on. */
void engine_set_stage(struct danelaw_engine *engine, enum stage stage);

/* Of a domain whose stage is over. False: no memory. */
bool facts_write(struct domain_job *job, struct buf *out);

/* What the second stage has found out about one host. */
struct facts_host;
/* NULL: it cannot be read, or no memory. */
struct facts_host *facts_host_read(
    struct tls_context *tls, const void *bytes, size_t len);
/* Not before the reports that rest on it. NULL is fine. */
void facts_host_free(struct facts_host *host);
const char *facts_host_name(const struct facts_host *host);

struct facts_joining {
	struct tls_context *tls;
	/* Borrowed until the next call; NULL: there is none, or *why. */
	const struct facts_host *(*find)(const char *name, void *arg);
	void *arg;
};

/*
 * The report on the domain whose first stage wrote these bytes. NULL: they
 * cannot be read, or no memory. *missing: a host that cannot be found, so that
 * there is no more than own_lack in the report; or NULL.
 */
struct danelaw_report *facts_join(const struct facts_joining *joining,
    const void *bytes, size_t len, const char **missing);
