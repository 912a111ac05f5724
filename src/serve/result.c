/* SPDX-License-Identifier: ISC */
#include "serve/result.h"

#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "model/tree.h"
#include "report/prometheus.h"
#include "report/report.h"

/* The buffer's bytes become the caller's. */
static bool
take_bytes(struct buf *buf, char **bytes, size_t *len)
{
	if (buf_failed(buf) || buf->bytes == NULL)
		return false;
	*bytes = buf->bytes;
	*len = buf->len;
	*buf = (struct buf) { .bytes = NULL };
	return true;
}

static bool
render(struct result *result, const char *target)
{
	const struct prometheus_item item = {
		.target = target,
		.report = result->report,
		.checked_at = result->fetched,
		.duration_ms = result->took_ms,
	};
	struct buf out;
	bool done;

	buf_init(&out, 0);
	report_json(result->report, &out);
	buf_puts(&out, "\n");
	done = take_bytes(&out, &result->json, &result->json_len);
	buf_finish(&out);
	if (!done)
		return false;
	buf_init(&out, 0);
	report_prometheus_probe(&item, &out);
	done = take_bytes(&out, &result->probe, &result->probe_len);
	buf_finish(&out);
	return done;
}

struct result *
result_new(struct danelaw_report *report, const char *target, int64_t fetched,
    int64_t took_ms)
{
	struct result *result = calloc(1, sizeof(*result));

	if (result == NULL) {
		danelaw_report_free(report);
		return NULL;
	}
	result->refs = 1;
	result->report = report;
	result->fetched = fetched;
	result->took_ms = took_ms;
	if (!render(result, target)) {
		result_unref(result);
		return NULL;
	}
	result->size = sizeof(*result) + arena_used(tree_arena(report)) +
	    result->json_len + result->probe_len;
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
