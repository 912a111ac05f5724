/* SPDX-License-Identifier: ISC */
/*
 * usage: report_words check [OPTION]... DOMAIN
 *
 * One check with the options of danelaw check, and all that serve makes of
 * its report: the metrics of /probe, and in two comments behind them what
 * Postfix is told and the report itself.
 */
#include <event2/event.h>
#include <stdio.h>
#include <stdlib.h>

#include "cli/cli.h"
#include "policy/postfix.h"
#include "report/prometheus.h"
#include "report/report.h"

#define AT INT64_C(1795385340)

static void
usage(void)
{
	puts("usage: report_words check [OPTION]... DOMAIN");
}

static void
report_in(struct danelaw_report *report, void *arg)
{
	static const char *const words[] = { [POSTFIX_TEMP] = "TEMP",
		[POSTFIX_OK] = "OK",
		[POSTFIX_NOTFOUND] = "NOTFOUND" };
	struct prometheus_item item = {
		.report = report, .checked_at = AT, .duration_ms = 1500
	};
	struct postfix_answer answer = { 0 };
	struct postfix_facts facts;
	struct buf out = { 0 };
	int *status = arg;

	item.target = report != NULL ? report->domain : "none";
	report_prometheus_probe(&item, &out);
	report_prometheus_build(&out);
	if (report != NULL) {
		facts = postfix_facts_of(report);
		answer = postfix_answer(&facts, NULL, POSTFIX_LEVEL_MAY);
	}
	buf_printf(&out, "# postfix %s %s\n# json ", words[answer.status],
	    answer.policy != NULL ? answer.policy : "");
	if (report != NULL)
		report_json_line(report, &out);
	buf_puts(&out, "\n");
	fputs(buf_text(&out), stdout);
	*status = report == NULL || buf_failed(&out) ? EXIT_OWN_FAILURE : 0;
	buf_finish(&out);
	danelaw_report_free(report);
}

static int
run(const struct settings *settings, const char *domain)
{
	struct event_base *base = event_base_new();
	struct danelaw_config config = { .base = base };
	struct danelaw_request request = { .domain = domain };
	struct danelaw_engine *engine = NULL;
	int status = EXIT_OWN_FAILURE;

	cli_config(settings, &config);
	cli_request(settings, &request);
	request.domain = domain;
	request.all_certs = true;
	if (danelaw_engine_new(&config, &engine) != DANELAW_OK ||
	    danelaw_engine_add(engine, &request, report_in, &status) !=
		DANELAW_OK ||
	    danelaw_engine_run(engine) != DANELAW_OK)
		cli_complain("%s", danelaw_engine_error(engine));
	danelaw_engine_free(engine);
	event_base_free(base);
	return status;
}

int
main(int argc, char **argv)
{
	struct settings settings = { 0 };
	int first, status;

	if (cli_begin(COMMAND_CHECK, argc - 1, argv + 1, usage, &settings,
		&first, &status))
		status = run(&settings, argv[1 + first]);
	options_finish(&settings);
	return status;
}
