/* SPDX-License-Identifier: ISC */
#include "serve/stats.h"

#include "base/buf.h"
#include "report/prometheus.h"
#include "serve/http.h"
#include "serve/maps.h"
#include "serve/server.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static void
server_metrics(const struct server *server, struct buf *out)
{
	struct server_counts counts = server_counts(server);
	const struct prometheus_value values[] = {
		{ .name = "danelaw_serve_requests_total",
		    .help = "Requests for a domain, over HTTP, from Postfix "
			    "and from the watch, by how they were met.",
		    .type = PROMETHEUS_COUNTER,
		    .label = "by",
		    .label_value = "cache",
		    .value = (int64_t)counts.cached },
		{ .name = "danelaw_serve_requests_total",
		    .label = "by",
		    .label_value = "running-check",
		    .value = (int64_t)counts.joined },
		{ .name = "danelaw_serve_requests_total",
		    .label = "by",
		    .label_value = "new-check",
		    .value = (int64_t)counts.checks },
		{ .name = "danelaw_serve_requests_total",
		    .label = "by",
		    .label_value = "refusal",
		    .value = (int64_t)counts.refused },
		{ .name = "danelaw_serve_checks_total",
		    .help = "Checks of a domain that were begun.",
		    .type = PROMETHEUS_COUNTER,
		    .value = (int64_t)counts.checks },
		{ .name = "danelaw_serve_checks_failed_total",
		    .help = "Checks that left no report: no memory, or no "
			    "resolver could be set up.",
		    .type = PROMETHEUS_COUNTER,
		    .value = (int64_t)counts.failed },
		{ .name = "danelaw_serve_checks_cancelled_total",
		    .help = "Checks that ended early, as all who had asked "
			    "hung up.",
		    .type = PROMETHEUS_COUNTER,
		    .value = (int64_t)counts.cancelled },
		{ .name = "danelaw_serve_checks_running",
		    .help = "Checks in flight.",
		    .value = (int64_t)counts.cache.checks },
		{ .name = "danelaw_serve_cache_domains",
		    .help = "Domains that are known or being checked.",
		    .value = (int64_t)counts.cache.entries },
		{ .name = "danelaw_serve_cache_bytes",
		    .help = "Bytes of the results that are kept.",
		    .value = (int64_t)counts.cache.bytes },
	};

	report_prometheus_values(values, COUNT(values), out);
}

static void
maps_metrics(const struct maps *maps, struct buf *out)
{
	static const char help[] = "Answers to Postfix.";
	struct maps_counts counts = maps_counts(maps);
	const struct {
		const char *answer;
		uint64_t n;
	} rows[] = { { "OK", counts.ok }, { "NOTFOUND", counts.notfound },
		{ "TEMP", counts.temp }, { "PERM", counts.perm } };
	struct prometheus_value values[COUNT(rows)];

	for (size_t i = 0; i < COUNT(rows); i++)
		values[i] = (struct prometheus_value) {
			.name = "danelaw_serve_socketmap_answers_total",
			.help = help,
			.type = PROMETHEUS_COUNTER,
			.label = "answer",
			.label_value = rows[i].answer,
			.value = (int64_t)rows[i].n,
		};
	report_prometheus_values(values, COUNT(values), out);
}

void
stats_metrics(struct server *server, const struct http *http,
    const struct maps *maps, struct buf *out)
{
	const struct prometheus_value values[] = {
		{ .name = "danelaw_own_health",
		    .help = "Can domains be checked: does the resolver answer "
			    "and validate, are files to be had?",
		    .value = server_unwell(server) == NULL },
		{ .name = "danelaw_serve_connections",
		    .help = "Connections that are open.",
		    .label = "protocol",
		    .label_value = "http",
		    .value = (int64_t)http_connections(http) },
		{ .name = "danelaw_serve_connections",
		    .label = "protocol",
		    .label_value = "socketmap",
		    .value = (int64_t)maps_counts(maps).connections },
	};

	server_metrics(server, out);
	maps_metrics(maps, out);
	report_prometheus_values(values, COUNT(values), out);
	report_prometheus_build(out);
}
