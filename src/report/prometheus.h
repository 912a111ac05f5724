/* SPDX-License-Identifier: ISC */
/*
 * prometheus.h - reports as Prometheus scrapes them: text format 0.0.4.
 *
 *	report_prometheus()		/metrics: all domains that are watched
 *	report_prometheus_probe()	/probe: one, as blackbox_exporter does
 *	report_prometheus_values()	what the daemon counts of itself
 *
 * Pure. The first or the second may be followed by the third in one buffer:
 * each metric has its HELP and TYPE once and all its samples in a row, and no
 * series comes twice, as long as names and targets are distinct. Content-Type
 * is PROMETHEUS_CONTENT_TYPE.
 *
 * What could not be looked at has no sample, so that no alert takes it for
 * broken; danelaw_check_success and the verdict say that it could not.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <danelaw_report.h>

#include "base/buf.h"

#define PROMETHEUS_CONTENT_TYPE "text/plain; version=0.0.4; charset=utf-8"

/* One target and the last check of it. */
struct prometheus_item {
	const char *target; /* becomes the label domain; distinct, not NULL */
	/* NULL: no check has ended yet, or memory ran out in it. */
	const struct danelaw_report *report;
	int64_t checked_at;  /* Unix time when it ended; 0: none has */
	int64_t duration_ms; /* of that check; -1: none */
};

void report_prometheus(
    const struct prometheus_item *items, size_t n, struct buf *out);
/*
 * The same for one target, with probe_success and probe_duration_seconds
 * before it. Success is a state of ok or warning.
 */
void report_prometheus_probe(
    const struct prometheus_item *item, struct buf *out);

enum prometheus_type {
	PROMETHEUS_GAUGE = 0,
	PROMETHEUS_COUNTER, /* the name ends in _total */
};

/*
 * Values of one name stand in a row and differ in what the label says; help
 * and type are those of the first.
 */
struct prometheus_value {
	const char *name, *help;
	enum prometheus_type type;
	const char *label, *label_value; /* NULL: no label */
	int64_t value;
	bool is_ms; /* value is in milliseconds; seconds are written */
};
void report_prometheus_values(
    const struct prometheus_value *values, size_t n, struct buf *out);

/* danelaw_build_info, for /metrics. */
void report_prometheus_build(struct buf *out);
