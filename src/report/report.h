/* SPDX-License-Identifier: ISC */
/*
 * report.h - the finished tree, as bytes.
 *
 * Pure: a reporter reads the tree and writes to a buffer, nothing else. When
 * the buffer has failed at the end, the output is not to be used.
 */
#pragma once

#include <danelaw_report.h>

#include "base/buf.h"

struct report_options {
	bool color;
	int verbosity;  /* -1: verdict line only; 0; 1: all records, all DNS
			   answers, the SMTP transcript */
	unsigned width; /* of the terminal, to wrap prose at; 0: do not, so
			   that each line stands alone under grep */
	bool at_given;  /* report->at was asked for: show it */
};

/* For people (doc/interface.md 7). */
void report_text(const struct danelaw_report *report,
    const struct report_options *options, struct buf *out);
/* The report of danelaw_verify(), for people. */
void report_verify(const struct danelaw_report *report,
    const struct report_options *options, struct buf *out);
/* Schema danelaw-report/1 (doc/interface.md 6), indented, no newline. */
void report_json(const struct danelaw_report *report, struct buf *out);
/* The same on one line. */
void report_json_line(const struct danelaw_report *report, struct buf *out);
/* Schema danelaw-summary/1, on one line: the verdict and why. */
void report_summary_line(const struct danelaw_report *report, struct buf *out);
/* Of a survey in stages, on one line: schemas danelaw-mx/1, danelaw-host/1. */
void report_mx_line(const struct danelaw_report *report, struct buf *out);
void report_host_line(const struct danelaw_report *report, struct buf *out);
/*
 * Of --split, on one line each: schemas danelaw-split-run/1, -domain/1 and
 * -host/1.
 */
void report_run_line(int64_t at, struct buf *out);
void report_domain_line(const struct danelaw_report *report, struct buf *out);
void report_mail_host_line(const struct danelaw_report *report,
    const struct danelaw_host *host, struct buf *out);
/* One probe object alone, for "danelaw verify". tlsa gives the records. */
void report_json_probe(const struct danelaw_probe *probe,
    const struct danelaw_tlsa *tlsa, struct buf *out);
