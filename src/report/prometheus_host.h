/* SPDX-License-Identifier: ISC */
/*
 * prometheus_host.h - samples of hosts, their addresses and records.
 */
#pragma once

#include "report/prometheus.h"
#include "report/prometheus_out.h"

/* Writes the samples of one metric for one target that has a report. */
typedef void prometheus_put_fn(
    struct prometheus_metric *metric, const struct prometheus_item *item);

prometheus_put_fn prometheus_put_policy;
prometheus_put_fn prometheus_put_tlsa;
prometheus_put_fn prometheus_put_tlsa_usable;
prometheus_put_fn prometheus_put_outcome;
prometheus_put_fn prometheus_put_match;
prometheus_put_fn prometheus_put_probe_duration;
