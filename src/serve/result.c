/* SPDX-License-Identifier: ISC */
#include "serve/result.h"

#include <stdlib.h>

#include "model/tree.h"

struct result *
result_new(struct danelaw_report *report)
{
	struct result *result = calloc(1, sizeof(*result));

	if (result == NULL) {
		danelaw_report_free(report);
		return NULL;
	}
	result->refs = 1;
	result->report = report;
	result->facts = postfix_facts_of(report);
	result->size = sizeof(*result) + arena_used(tree_arena(report));
	return result;
}

struct result *
result_ref(struct result *result)
{
	result->refs++;
	return result;
}

void
result_unref(struct result *result)
{
	if (result == NULL || --result->refs > 0)
		return;
	danelaw_report_free(result->report);
	free(result->json);
	free(result->probe);
	free(result);
}
