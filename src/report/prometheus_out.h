/* SPDX-License-Identifier: ISC */
/*
 * prometheus_out.h - samples of one metric, in text format 0.0.4.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"

struct prometheus_label {
	const char *name, *value; /* NULL value: "" */
};

/* Ends in a label without a name. */
#define PROMETHEUS_LABELS(...)                                                 \
	((const struct prometheus_label[]) { __VA_ARGS__, { NULL, NULL } })

/* One metric; HELP and TYPE come with its first sample, if there is one. */
struct prometheus_metric {
	const char *name, *help, *type;
	struct buf *out;
	bool headed;
};

void prometheus_put(struct prometheus_metric *metric,
    const struct prometheus_label *labels, int64_t value);
/* NULL equals NULL. */
bool prometheus_same(const char *a, const char *b);
/* Seconds out of milliseconds. */
void prometheus_put_ms(struct prometheus_metric *metric,
    const struct prometheus_label *labels, int64_t ms);
