/* SPDX-License-Identifier: ISC */
/*
 * A chain from a file and records from the command line, or from the DNS by
 * an engine that connects to nobody, go to danelaw_verify().
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/name.h"
#include "base/text.h"
#include "cli/cli.h"
#include "cli/look.h"
#include "cli/zone_records.h"
#include "report/report.h"

enum { SMTP_PORT = 25 };

static void
usage(void)
{
	fputs("Usage: danelaw verify --host NAME --chain FILE --tlsa RECORD... "
	      "[OPTION]...\n"
	      "       danelaw verify --host NAME --chain FILE --zone FILE "
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

/* Records as texts, of whatever origin. */
struct records {
	const char **texts;
	size_t n;
};

static int
judge(const struct settings *settings, const struct buf *chain,
    const struct records *records, struct danelaw_report *found)
{
	const struct danelaw_verify_request request = {
		.host = settings->host,
		.port = (uint16_t)settings->port,
		.chain = buf_text(chain),
		.chain_len = chain->len,
		.records = records->texts,
		.n_records = records->n,
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
	if (settings->dns + (settings->records.n > 0) +
		(settings->zone != NULL) >
	    1)
		return "options --tlsa, --zone and --dns: only one of them";
	if (!settings->dns && settings->records.n == 0 &&
	    settings->zone == NULL)
		return "which records? Give them with --tlsa or --zone, or "
		       "look them up with --dns";
	if (settings->zone != NULL && strcmp(settings->zone, "-") == 0 &&
	    strcmp(settings->chain, "-") == 0)
		return "options --chain and --zone: only one of them can be -";
	return NULL;
}

/* What the zone file has for the host. */
static int
read_zone(const struct settings *settings, struct arena *arena,
    struct records *records)
{
	const char *host = name_parse(arena, settings->host, NULL);
	const char *owner;
	struct buf file;
	int status = EXIT_WRONG_USAGE;

	/* A name that is none is complained of where all is judged. */
	owner = host == NULL
	    ? settings->host
	    : name_tlsa(arena,
		  settings->port == 0 ? SMTP_PORT : (uint16_t)settings->port,
		  host);
	buf_init(&file, CLI_FILE_LIMIT);
	if (owner == NULL || arena_failed(arena)) {
		cli_complain("the name of the records would be too long");
	} else if (!cli_read_file(settings->zone, &file)) {
		/* That was complained of. */
	} else if (!zone_records(
		       arena, &file, owner, &records->texts, &records->n)) {
		cli_complain("out of memory");
		status = EXIT_OWN_FAILURE;
	} else if (records->n == 0) {
		cli_complain("%s: there is no TLSA record of %s in it",
		    text_printable_str(arena, settings->zone, 300),
		    text_printable_str(arena, owner, 300));
	} else {
		status = EXIT_SUCCESS;
	}
	buf_finish(&file);
	return status;
}

static int
verify(const struct settings *settings)
{
	struct records records = { settings->records.texts,
		settings->records.n };
	struct arena *arena = arena_new();
	/* The records as a check would find them. */
	struct look look = { .host = settings->host };
	int status = EXIT_SUCCESS;
	struct buf chain;

	buf_init(&chain, CLI_FILE_LIMIT);
	if (!cli_read_file(settings->chain, &chain))
		status = EXIT_WRONG_USAGE;
	if (status == EXIT_SUCCESS && arena == NULL) {
		cli_complain("out of memory");
		status = EXIT_OWN_FAILURE;
	}
	if (status == EXIT_SUCCESS && settings->zone != NULL)
		status = read_zone(settings, arena, &records);
	if (status == EXIT_SUCCESS && settings->dns)
		status = look_up(settings, &look, 1);
	if (status == EXIT_SUCCESS)
		status = judge(settings, &chain, &records, look.report);
	danelaw_report_free(look.report);
	buf_finish(&chain);
	arena_unref(arena);
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
