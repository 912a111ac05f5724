/* SPDX-License-Identifier: ISC */
/*
 * rollover.h - a planned change, for people and for programs.
 *
 * As report.h: when the buffer has failed, the output is not to be used.
 */
#ifndef REPORT_ROLLOVER_H
#define REPORT_ROLLOVER_H

#include "base/buf.h"
#include "model/rollover.h"

/* "now", "not-yet", "would-break", "unknown" */
const char *rollover_word(enum rollover_answer answer);
const char *rollover_step_word(enum rollover_do what);
/* level below 0: only the first line of each host. */
void rollover_text(const struct rollover *rollover, int level, struct buf *out);
/* The first line of a host, without its end. */
void rollover_line(const struct rollover_host *host, struct buf *out);
/* Schema danelaw-plan/1, indented, no newline at the end. */
void rollover_json(const struct rollover *rollover, struct buf *out);

#endif
