/* SPDX-License-Identifier: ISC */
/*
 * trace.h - a trace for people, and as JSON (danelaw-trace/1).
 */
#ifndef REPORT_TRACE_H
#define REPORT_TRACE_H

#include "base/buf.h"
#include "model/trace.h"

/* verbosity as in struct report_options. */
void report_trace(const struct trace *trace, int verbosity, struct buf *out);
void report_trace_json(const struct trace *trace, struct buf *out);

#endif
