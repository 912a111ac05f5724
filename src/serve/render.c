/* SPDX-License-Identifier: ISC */
#include "base/buf.h"
#include "report/prometheus.h"
#include "report/report.h"
#include "serve/result.h"

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

bool
result_render(struct result *result, const char *target)
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
	result->size += result->json_len + result->probe_len;
	return done;
}
