/* SPDX-License-Identifier: ISC */
#include "cli/look.h"

#include <event2/event.h>
#include <stdio.h>
#include <stdlib.h>

#include "cli/progress.h"

static void
report_in(struct danelaw_report *report, void *arg)
{
	struct look *look = arg;

	look->report = report;
}

static int
add_look(struct danelaw_engine *engine, const struct settings *settings,
    struct look *look)
{
	struct danelaw_request request = { 0 };
	enum danelaw_err err;
	char *domain = NULL;

	if (asprintf(&domain, look->domain ? "%s" : "[%s]", look->host) < 0) {
		cli_complain("out of memory");
		return EXIT_OWN_FAILURE;
	}
	cli_request(settings, &request);
	request.domain = domain;
	request.no_probe = !look->probe;
	request.all_certs = look->probe;
	err = danelaw_engine_add(engine, &request, report_in, look);
	free(domain);
	if (err == DANELAW_OK)
		return EXIT_SUCCESS;
	cli_complain("host: %s", danelaw_engine_error(engine));
	return cli_status(err);
}

static int
run_engine(struct danelaw_engine *engine, struct event_base *base,
    const struct settings *settings, struct look *looks, size_t n)
{
	struct progress *progress;
	enum danelaw_err err;

	for (size_t i = 0; i < n; i++) {
		int status = add_look(engine, settings, &looks[i]);

		if (status != EXIT_SUCCESS)
			return status;
	}
	progress = progress_new(base, engine);
	err = danelaw_engine_run(engine);
	progress_free(progress);
	if (err != DANELAW_OK) {
		cli_complain("%s", danelaw_engine_error(engine));
		return cli_status(err);
	}
	for (size_t i = 0; i < n; i++) {
		if (looks[i].report == NULL) {
			cli_complain("out of memory");
			return EXIT_OWN_FAILURE;
		}
	}
	return EXIT_SUCCESS;
}

int
look_up(const struct settings *settings, struct look *looks, size_t n)
{
	struct event_base *base = event_base_new();
	struct danelaw_config config = { .base = base };
	struct danelaw_engine *engine = NULL;
	enum danelaw_err err = DANELAW_ENOMEM;
	bool probe = false;
	int status;

	for (size_t i = 0; i < n; i++)
		probe |= looks[i].probe;
	cli_config(settings, &config);
	config.dns_window = CLI_DNS_WINDOW;
	/* Nobody will ask for it. */
	if (!probe)
		config.cert_file = config.key_file = NULL;
	if (base != NULL)
		err = danelaw_engine_new(&config, &engine);
	if (err == DANELAW_OK) {
		status = run_engine(engine, base, settings, looks, n);
	} else {
		cli_complain("%s", danelaw_engine_error(engine));
		status = cli_status(err);
	}
	danelaw_engine_free(engine);
	cli_base_free(base, err);
	return status;
}
