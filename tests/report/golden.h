/* SPDX-License-Identifier: ISC */
/*
 * golden.h - output against testdata/report/NAME.SUFFIX.
 *
 * With DANELAW_UPDATE_GOLDEN in the environment the file is written first.
 */
#ifndef TESTS_REPORT_GOLDEN_H
#define TESTS_REPORT_GOLDEN_H

#include "base/buf.h"

/* Compares and finishes out. */
void golden_assert(const char *name, const char *suffix, struct buf *out);

#endif
