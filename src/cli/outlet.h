/* SPDX-License-Identifier: ISC */
/*
 * outlet.h - results on their way to the output, as they come or in order.
 */
#pragma once

#include "cli/meter.h"
#include "scan/head.h"

struct order;
struct seen;

struct outlet {
	int fd;
	struct order *order;         /* NULL: as they come */
	struct meter_counts *counts; /* of what was written, and what not */
	void (*clear)(void *arg);    /* before a message; may be NULL */
	void *arg;
	enum danelaw_state worst; /* of what was written */
	struct seen *hosts; /* of --split: whose rows were written; or NULL */
	struct buf rows;
	uint64_t lacking; /* these say nothing of their names */
	bool staged;      /* no verdict stands in them */
	uint64_t settled; /* results that nothing more comes of */
	struct buf lost;  /* messages, until it is known why */
	bool broken;      /* complained about; nothing more goes out */
};

void outlet_take(struct outlet *outlet, const struct head_result *result);
/* Writes what is held back, though something before it will never come. */
void outlet_rest(struct outlet *outlet);
/* The order is not the outlet's. */
void outlet_finish(struct outlet *outlet);
