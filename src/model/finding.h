/* SPDX-License-Identifier: ISC */
/*
 * finding.h - what is wrong, or worth knowing, in words that do not change.
 *
 * findings.def is the one source: id, severity, sentences, RFC section and
 * TLSRPT result-type (RFC 8460 section 4.3) of every finding.
 */
#pragma once

#include <danelaw_report.h>

struct tree;

enum finding_id {
#define FINDING(symbol, id, severity, tlsrpt, sendmail, rfc, ...)              \
	FINDING_##symbol,
#include "model/findings.def"
#undef FINDING
	FINDING_COUNT
};

struct finding_entry {
	const char *id;
	enum danelaw_severity severity;
	const char *tlsrpt;   /* or NULL */
	const char *sendmail; /* ${verify} word, or NULL */
	const char *rfc;
	const char *text;   /* template, see finding_add() */
	const char *remedy; /* template */
	const char *what;   /* what it is, for "danelaw explain" */
	const char *who;    /* which senders refuse, and in which words */
	const char *check;  /* how to see that it is mended */
};

/* Never NULL. */
const struct finding_entry *finding_entry(enum finding_id id);
/* NULL: no such finding. */
const struct finding_entry *finding_find(const char *id);
/*
 * Adds a finding. subject is copied. What follows are pairs of a key and its
 * value, ended by NULL: each "{key}" in the templates becomes the value. A
 * NULL value is written as "?". Returns the finding for fix lines and
 * severity to be set, NULL without memory; valid until the next one is added.
 *
 *	finding_add(tree, FINDING_TLSA_NONE, host->name, "host", host->name,
 *	    "name", host->tlsa.name, NULL);
 */
struct danelaw_finding *finding_add(struct tree *tree, enum finding_id id,
    const char *subject, ...) __attribute__((sentinel));

/* The worst first, in the order they were added otherwise. */
void finding_sort(struct tree *tree);
/*
 * Who owns a domain says how many hosts it has. Of one id and severity the
 * first FINDING_TOLD stay; one more stands for all the others and names the
 * first of them. The order stays.
 */
#define FINDING_TOLD 20
#define FINDING_NAMED 5
void finding_fold(struct tree *tree);
/* How many it stands for, itself included. */
size_t finding_weight(const struct danelaw_finding *finding);
/* Has the report a finding of this id? subject NULL: about anything. */
bool finding_present(const struct danelaw_report *report, enum finding_id id,
    const char *subject);
