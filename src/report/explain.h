/* SPDX-License-Identifier: ISC */
/*
 * explain.h - entries of the catalogue, lines of logs and public issuers, for
 * people and as JSON.
 */
#pragma once

#include "base/buf.h"
#include "model/catalogue.h"
#include "model/log.h"
#include "report/tlsrpt.h"

/* A key that issues or issued certificates. */
struct explain_issuer {
	const char *name, *key, *state;
	const char *signers; /* "Root YR and ISRG Root X1" */
	const char *spki_sha256;
	int64_t until;
};

/* What one question finds. */
struct explain_answer {
	struct catalogue_item *items; /* the likeliest first */
	size_t n_items;
	const struct log_words *words; /* of the line; NULL: it was an id */
	struct log_names names;
	/* Of a TLS report; words are those for its result, or NULL. */
	const struct tlsrpt_failure *failure;
	/* For the question about a CA, then there are no items. */
	const char *ca, *ca_date, *ca_advice;
	struct explain_issuer *issuers;
	size_t n_issuers;
};

/* All about one entry, one line each about several. */
void explain_text(const struct explain_answer *answer, struct buf *out);
/* What a TLS report is about, before its failures. */
void explain_report(const struct tlsrpt *report, struct buf *out);
/* Schema danelaw-explain/1: an array of entries, of all answers. */
void explain_json(
    const struct explain_answer *answers, size_t n, struct buf *out);
