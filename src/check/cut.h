/* SPDX-License-Identifier: ISC */
/*
 * cut.h - a report in brief, where there is no room for all of it.
 */
#pragma once

#include <danelaw_report.h>

struct cut {
	struct danelaw_report report; /* borrows from the whole one */
	struct danelaw_finding *findings;
};

/*
 * Verdict, state, MX and the first findings; in place of hosts, zones and
 * lookups a finding says that they are missing. False: no memory.
 */
bool cut_make(
    struct cut *cut, const struct danelaw_report *whole, size_t n_findings);
void cut_finish(struct cut *cut);
