/* SPDX-License-Identifier: ISC */
#include "check/cut.h"

#include <stdlib.h>

#include "policy/diagnose.h"

bool
cut_make(struct cut *cut, const struct danelaw_report *whole, size_t n_findings)
{
	struct danelaw_report *report = &cut->report;

	cut->findings = calloc(n_findings + 1, sizeof(*cut->findings));
	if (cut->findings == NULL)
		return false;
	cut->findings[0] = diagnose_cut(whole);
	for (size_t i = 0; i < n_findings; i++)
		cut->findings[i + 1] = whole->findings[i];
	*report = *whole;
	report->findings = cut->findings;
	report->n_findings = n_findings + 1;
	report->n_hosts = report->n_zones = report->mx.n_lookups = 0;
	return true;
}

void
cut_finish(struct cut *cut)
{
	free(cut->findings);
}
