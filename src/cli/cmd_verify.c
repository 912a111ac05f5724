/* SPDX-License-Identifier: ISC */
/*
 * A chain from a file and records from the command line, or from the DNS by
 * an engine that connects to nobody, go to danelaw_verify().
 */
#include <stdio.h>
#include <stdlib.h>

#include "base/buf.h"
#include "cli/cli.h"
#include "cli/look.h"
#include "report/report.h"

static void
usage(void)
{
	fputs("Usage: danelaw verify --host NAME --chain FILE --tlsa RECORD... "
	      "[OPTION]...\n"
	      "       danelaw verify --host NAME --chain FILE --dns "
	      "[OPTION]...\n\n"
	      "Would the chain in FILE pass these TLSA records, were it sent "
	      "by the mail server\nNAME? Tries a certificate before it is "
	      "deployed, or records before they are\npublished. No mail "
	      "server is asked.\n",
	    stdout);
	options_usage(COMMAND_VERIFY, stdout);
	fputs("\nExit status: 0 authenticated, 1 no usable record (nothing to "
	      "pass), 2 refused,\n3 the records cannot be looked up, 64 wrong "
	      "usage, 70 own failure.\n",
	    stdout);
}

static bool
print_report(
    const struct settings *settings, const struct danelaw_report *report)
{
	const struct report_options options = {
		.color = cli_wants_color(settings),
		.verbosity = settings->quiet > 0 ? -1 : settings->verbose,
	};
	const struct danelaw_host *host = &report->hosts[0];
	bool printed;
	struct buf out;

	buf_init(&out, 0);
	if (settings->json) {
		report_json_probe(
		    &host->addresses[0].probes[0], &host->tlsa, &out);
		buf_puts(&out, "\n");
	} else {
		report_verify(report, &options, &out);
	}
	printed = !buf_failed(&out);
	if (printed)
		fputs(buf_text(&out), stdout);
	else
		cli_complain("out of memory");
	buf_finish(&out);
	return printed && cli_flush();
}

static int
judge(const struct settings *settings, const struct buf *chain,
    struct danelaw_report *found)
{
	const struct danelaw_verify_request request = {
		.host = settings->host,
		.port = (uint16_t)settings->port,
		.chain = buf_text(chain),
		.chain_len = chain->len,
		.records = settings->records.texts,
		.n_records = settings->records.n,
		.found = found,
		.references = settings->references.texts,
		.n_references = settings->references.n,
		.at = settings->at,
		.ee_names = settings->ee_names,
	};
	struct danelaw_report *report = NULL;
	char *why = NULL;
	enum danelaw_err err = danelaw_verify(&request, &report, &why);
	int status;

	if (err == DANELAW_OK) {
		status = print_report(settings, report) ? (int)report->state
							: EXIT_OWN_FAILURE;
	} else {
		cli_complain("%s", why == NULL ? "out of memory" : why);
		status = cli_status(err);
	}
	danelaw_report_free(report);
	free(why);
	return status;
}

/* What is missing or too much; NULL: nothing. */
static const char *
lacking(const struct settings *settings, bool operands)
{
	if (operands)
		return "a record must be one word, as --tlsa \"3 1 1 HEX\"";
	if (settings->host == NULL)
		return "which mail host? Give its name with --host";
	if (settings->chain == NULL)
		return "which certificates? Give their file with --chain";
	if (settings->dns && settings->records.n > 0)
		return "options --tlsa and --dns: only one of them";
	if (!settings->dns && settings->records.n == 0)
		return "which records? Give them with --tlsa, or look them up "
		       "with --dns";
	return NULL;
}

static int
verify(const struct settings *settings)
{
	/* The records as a check would find them. */
	struct look look = { .host = settings->host };
	int status = EXIT_SUCCESS;
	struct buf chain;

	buf_init(&chain, CLI_FILE_LIMIT);
	if (!cli_read_file(settings->chain, &chain))
		status = EXIT_WRONG_USAGE;
	if (status == EXIT_SUCCESS && settings->dns)
		status = look_up(settings, &look, 1);
	if (status == EXIT_SUCCESS)
		status = judge(settings, &chain, look.report);
	danelaw_report_free(look.report);
	buf_finish(&chain);
	return status;
}

int
cmd_verify(int argc, char **argv)
{
	struct settings settings = { 0 };
	const char *lack;
	int first, status;

	if (!cli_begin(
		COMMAND_VERIFY, argc, argv, usage, &settings, &first, &status))
		goto done;
	if ((lack = lacking(&settings, first < argc)) != NULL) {
		cli_complain("%s; see danelaw verify --help", lack);
		status = EXIT_WRONG_USAGE;
	} else {
		status = verify(&settings);
	}
done:
	options_finish(&settings);
	return status;
}
