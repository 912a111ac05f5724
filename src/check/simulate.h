/* SPDX-License-Identifier: ISC */
/*
 * simulate.h - would a fix fix?
 *
 * Before a report is handed out its zone lines are tried: the judge is run
 * on the TLSA RRset as it would be, over what the servers were seen to show.
 * Lines that would make any address worse, or leave all as bad as it was, are
 * not printed.
 */
#pragma once

#include "check/domain.h"

/* After diagnose(), before the verdict. False: no memory. */
bool simulate_fixes(struct domain_job *job);
