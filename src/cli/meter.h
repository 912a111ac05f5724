/* SPDX-License-Identifier: ISC */
/*
 * meter.h - how far a scan is, and how fast it goes, in words.
 *
 * Time comes in; nothing is written here. The rate is that of the last half
 * minute, and so is the estimate of the end.
 */
#pragma once

#include <danelaw_report.h>

#include "base/buf.h"

#define METER_VERDICTS 8
#define METER_SAMPLES 30

struct meter_counts {
	uint64_t written, verdicts[METER_VERDICTS]; /* reports on stdout */
	uint64_t duplicates, skipped; /* skipped: an earlier run did them */
	uint64_t bad;                 /* lines */
	uint64_t elsewhere;           /* other shards' */
	uint64_t failed;              /* by our own fault */
	uint64_t dropped;             /* by an interrupt */
	uint64_t probes, reused;
	/* Of all; 0: not known. An estimate while the list is being read. */
	uint64_t total;
	bool total_is_exact;
};

struct meter {
	int64_t begun;
	/* The latest second of each of the last METER_SAMPLES. */
	struct {
		int64_t at;
		uint64_t done;
	} samples[METER_SAMPLES];
	size_t n_samples;
};

void meter_init(struct meter *meter, int64_t now);
/* All that needs no more work. */
uint64_t meter_done(const struct meter_counts *counts);
/*
 * "1200/~90000 (1 %), 61/s, 24 min left; no-dane 900, dane-ok 300". Call it
 * about once a second, or seldom.
 */
void meter_text(struct meter *meter, const struct meter_counts *counts,
    int64_t now, struct buf *out);
/* The last word: what was done, and what was not. */
void meter_end(const struct meter *meter, const struct meter_counts *counts,
    int64_t now, struct buf *out);
